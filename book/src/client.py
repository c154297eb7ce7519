"""A typed client of lineal's API, with nothing but Python's standard library (3.10 or later).

    python client.py http://127.0.0.1:8282 owner/name

It shows how the API is meant to be used: problems are exceptions with their words, lists are followed page by
page, an answer that was seen before costs a header, and what is still being worked out is waited for.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Node:
    id: str
    missing: bool
    downloads: int | None
    task: str | None
    license: str | None
    depth: int
    side: str


@dataclass(frozen=True)
class Relation:
    base: str
    derived: str
    operation: str
    operation_inferred: bool
    declared: bool
    resolution: str | None
    evidence: list[dict[str, Any]]


@dataclass(frozen=True)
class Lineage:
    model: str
    snapshot: str
    nodes: list[Node]
    relations: list[Relation]
    truncated: bool


@dataclass(frozen=True)
class Hit:
    id: str
    task: str | None
    downloads: int | None
    derived: int
    exact: bool


class Problem(Exception):
    """What the API could not do, in its own words (RFC 9457)."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('title', '')}: {body.get('detail', '')}")
        self.status = status
        self.body = body

    @property
    def did_you_mean(self) -> list[str]:
        return self.body.get("did_you_mean", [])


class Lineal:
    def __init__(self, address: str, timeout: float = 30) -> None:
        self.address = address.rstrip("/")
        self.timeout = timeout
        self.seen: dict[str, tuple[str, Any]] = {}

    def lineage(self, model: str, *, up: bool = True, down: bool = True, limit: int = 500) -> Lineage:
        flags = {"up": str(up).lower(), "down": str(down).lower(), "limit": limit}
        told = self.get(f"/models/{quoted(model)}/lineage", flags)
        nodes = [made(Node, node) for node in told["nodes"]]
        relations = [made(Relation, relation) for relation in told["relations"]]
        return Lineage(told["model"], told["snapshot"], nodes, relations, told["truncated"])

    def impact(self, *models: str) -> dict[str, Any]:
        return self.get("/impact", [("model", model) for model in models])

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        return [made(Hit, hit) for hit in self.get("/search", {"q": text, "limit": limit})["items"]]

    def descendants(self, model: str) -> Iterator[dict[str, Any]]:
        """All that was made from a model, nearest first, however many pages that takes."""
        yield from self.pages(f"/models/{quoted(model)}/descendants", {"limit": 1000})

    def pages(self, path: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        address: str | None = f"/api/v1{path}?{urllib.parse.urlencode(query)}"
        while address:
            told = self.asked(address)
            yield from told["items"]
            address = told.get("next")

    def get(self, path: str, query: Any = ()) -> Any:
        return self.asked(f"/api/v1{path}?{urllib.parse.urlencode(query)}")

    def asked(self, address: str) -> Any:
        request = urllib.request.Request(self.address + address, headers={"Accept": "application/json"})
        tag, told = self.seen.get(address, ("", None))
        if tag:
            request.add_header("If-None-Match", tag)
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                    told = json.load(answer)
                    self.seen[address] = (answer.headers.get("ETag", ""), told)
                    return told
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return told
                body = json.loads(error.read() or b"{}")
                if error.code != 503 or "Retry-After" not in error.headers:
                    raise Problem(error.code, body) from None
                time.sleep(min(10, int(error.headers["Retry-After"])))
        raise TimeoutError(f"{address} is still being worked out")


def quoted(model: str) -> str:
    return urllib.parse.quote(model, safe="/")


def made(kind: type[T], told: dict[str, Any]) -> T:
    """Makes one of ours of what was told; keys that a later version adds are left out."""
    return kind(**{field.name: told.get(field.name) for field in fields(kind)})  # type: ignore[arg-type]


def main() -> None:
    lineal = Lineal(sys.argv[1])
    model = sys.argv[2] if len(sys.argv) > 2 else lineal.get("/top", {"by": "descendants"})["items"][0]["id"]
    lineage = lineal.lineage(model)
    print(f"{lineage.model} in {lineage.snapshot}: {len(lineage.nodes)} models, {len(lineage.relations)} relations")
    for relation in lineage.relations[:5]:
        places = ", ".join(claim["source"] for claim in relation.evidence)
        print(f"  {relation.base} -{relation.operation}-> {relation.derived}  (said in: {places})")
    impact = lineal.impact(model)
    print(f"{impact['descendants']} descendants, {impact['orphaned_models']} would have no base left")
    print(f"{sum(1 for _ in lineal.descendants(model))} of them listed, page by page")
    assert lineal.lineage(model) == lineage, "the second time it is not sent again"
    assert lineal.search(model)[0].id == model, "a model is found by its own name first"
    clusters = lineal.get("/usage").get("clusters", {})
    print(f"{clusters.get('total', 'an unknown number of')} clusters in the whole snapshot")
    try:
        lineal.lineage("no/such-model-anywhere")
    except Problem as problem:
        print(f"as it should be: {problem}")
    else:
        raise AssertionError("a model that there is not was found")


if __name__ == "__main__":
    main()
