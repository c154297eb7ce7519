#!/usr/bin/env python3
"""Does the crawler bring home what the Hub holds, whatever happens on the way?

Every scenario starts its own `OtherHub`, runs the crawler as a program, reads
the snapshot through its `sql` command and compares it with the Hub's truth,
record by record. One line per scenario, `ok` or `FAILED`; exit 1 if one failed.

    python3 check_crawl.py --lineal PATH [--rounds N] [--models N] [--only NAME]

The seed is the round, so a failure can be repeated. Where the truth holds a
value of the wrong type, null is right. Where a model changed while the crawl
ran, every version that was true at some time is right.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import otherhub
from otherhub import Contents, Model, OtherHub, Settings

DATE = "2026-11-22"
EARLIER = "2026-11-15"
LONGEST = 300  # seconds for one run of the crawler
HOSTILE_LONGEST = 60
HOSTILE_MEMORY = 400 * 1024  # KiB
KILLS = 25
SLACK = 2.5  # seconds by which a measured time may be longer: where a window ends is told to two

MODELS = (
    "SELECT hub_id, id, sha, created_at, last_modified, downloads, downloads_all_time, likes, task, library, "
    f"license, gated, disabled, tags FROM models WHERE snapshot = '{DATE}' ORDER BY hub_id"
)
RELATIONS = f"SELECT derived, base, operation, base_present FROM relations WHERE snapshot = '{DATE}'"
COMMITS = "SELECT id, commit, title, authors, date FROM commits"
CARDS = "SELECT id, text FROM cards"
FILES = "SELECT id, path, size, sha256, blob, xet_hash FROM files"
READINGS = "SELECT id, outcome FROM readings WHERE detail='commits'"


class Failed(Exception):
    """What was wrong, in one line."""


def demand(condition: bool, why: str) -> None:
    if not condition:
        raise Failed(why)


# ---------------------------------------------------------------- running the crawler


@dataclass
class Ended:
    status: int
    stdout: bytes
    stderr: bytes
    seconds: float
    memory: int  # KiB at its peak
    killed: bool = False

    def last_words(self) -> str:
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        return repr(lines[0][:200]) if lines else "no message"


@dataclass
class Lab:
    """One Hub, one data folder, and the crawler between them."""

    lineal: str
    models: int
    seed: int
    folder: Path
    token: str | None = None
    hub: OtherHub | None = None
    outputs: list[bytes] = field(default_factory=list)

    def open(self, models: int | None = None, odd: bool = True, **settings) -> OtherHub:
        contents = Contents(models or self.models, self.seed, odd)
        self.hub = OtherHub(contents, Settings(seed=self.seed, **settings))
        self.hub.start()
        return self.hub

    def run(self, *arguments: str, longest: float = LONGEST, kill_after: float | None = None) -> Ended:
        environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(("HF_", "HTTP"))}
        environment |= {"HOME": str(self.folder / "home"), "NO_PROXY": "*"}
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "ALL_PROXY", "all_proxy"):
            environment.pop(name, None)
        if self.token:
            environment["HF_TOKEN"] = self.token
        command = [self.lineal, "--data", str(self.folder / "data"), "--cache", str(self.folder / "cache"), *arguments]
        # Files, not pipes: a full pipe would stop the crawler.
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            started, memory, killed = time.monotonic(), 0, False
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
            try:
                while process.poll() is None:
                    memory = max(memory, peak_memory(process.pid))
                    spent = time.monotonic() - started
                    if kill_after is not None and spent >= kill_after:
                        killed = True
                        process.kill()
                        process.wait()
                    elif spent > longest:
                        raise Failed(f"still running after {longest:.0f} s: {' '.join(arguments[:2])}")
                    time.sleep(0.005)
            finally:
                process.kill()
                process.wait()
            seconds = time.monotonic() - started
            stdout.seek(0), stderr.seek(0)
            ended = Ended(process.returncode, stdout.read(), stderr.read(), seconds, memory, killed)
        self.outputs += [ended.stdout, ended.stderr]
        return ended

    def start_crawl(self, *more: str, date: str = DATE, **limits) -> Ended:
        usual = ["--hub", self.hub.url, "--date", date, "--progress", "none", "--timeout", "2"]
        return self.run("crawl", *usual, *more, **limits)

    def crawl(self, *more: str, date: str = DATE) -> Ended:
        ended = self.start_crawl(*more, date=date)
        demand(ended.status == 0, f"crawl ended with {ended.status}: {ended.last_words()}")
        return ended

    def start_details(self, what: str, *more: str, **limits) -> Ended:
        return self.run("crawl", what, "--hub", self.hub.url, "--progress", "none", "--timeout", "2", *more, **limits)

    def details(self, what: str) -> Ended:
        ended = self.start_details(what)
        demand(ended.status == 0, f"crawl {what} ended with {ended.status}: {ended.last_words()}")
        return ended

    def sql(self, query: str) -> list[dict]:
        ended = self.run("sql", query, "--format", "json")
        demand(ended.status == 0, f"sql ended with {ended.status}: {ended.last_words()}")
        text = ended.stdout.decode()
        if text.lstrip().startswith("["):
            return json.loads(text)
        # Only "\n" ends a line: a value may hold U+2028.
        return [json.loads(line) for line in text.split("\n") if line.strip()]

    def has_snapshot(self) -> bool:
        ended = self.run("snapshots", "--format", "json")
        return ended.status == 0 and json.loads(ended.stdout or b"[]") != []

    def until_done(self, start: Callable[[float | None], Ended], rng: random.Random, between: Callable[[], None] | None = None):
        """Kills runs at random moments until one ends by itself; returns the number of kills."""
        kills, longest, is_told = 0, 0.6, False
        while True:
            ended = start(rng.uniform(0, longest) if kills < KILLS else None)
            if is_told and not ended.killed and b"there is already a snapshot" in ended.stderr:
                return kills  # The last one was killed after it had said that it was done, on its way out.
            is_told = bool(ended.stdout.strip())
            if not ended.killed:
                demand(ended.status == 0, f"after {kills} kills: ended with {ended.status}: {ended.last_words()}")
                return kills
            kills += 1
            if between:
                between()

    def check_secrecy(self) -> None:
        """The token is nowhere but in requests to the Hub."""
        for path, headers in self.hub.elsewhere:
            demand(self.token is None or self.token not in path + str(headers), f"the token went to another port: {path}")
        if self.token is None:
            return
        secret = self.token.encode()
        for output in self.outputs:
            demand(secret not in output, f"the token was printed after {excerpt(output, secret)}")
        for path in self.folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                if content.startswith(b"\x1f\x8b"):
                    content += gzip.decompress(content)
                demand(secret not in content, f"the token stands in {path.relative_to(self.folder)}")


def excerpt(output: bytes, secret: bytes) -> str:
    at = max(0, output.find(secret))
    return repr(output[max(0, at - 60) : at].decode(errors="replace"))


def peak_memory(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


# ---------------------------------------------------------------- comparing models


def same_time(row: object, truth: str) -> bool:
    return milliseconds(row) is not None and milliseconds(row) == milliseconds(truth)


def milliseconds(value: object) -> int | None:
    if isinstance(value, int):
        return value
    try:
        moment = datetime.fromisoformat(str(value).replace(" UTC", "Z"))
    except ValueError:
        return None
    return round(moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp() * 1000)


def listed(value: object) -> object:
    """A list, also where the row has it as JSON text or not at all."""
    if isinstance(value, str) and value.startswith("["):
        return json.loads(value)
    return [] if value is None else value


def right(value: object, truth: object, kind: type) -> bool:
    """The same value, or null for what is absent or of the wrong type."""
    if type(truth) is kind:
        return value == truth
    return value is None or (truth is not None and value == truth)


def right_time(value: object, truth: object) -> bool:
    return value is None if milliseconds(truth) is None or isinstance(truth, int) else same_time(value, truth)


def right_tags(value: object, truth: object) -> bool:
    strings = [tag for tag in truth if isinstance(tag, str)] if isinstance(truth, list) else []
    is_wrong = not isinstance(truth, list) or len(strings) < len(truth)
    return listed(value) == strings or (is_wrong and listed(value) == [])


def right_gated(value: object, truth: object) -> bool:
    if truth is False:
        return value == "no"
    return value == truth if truth in ("auto", "manual") else value in (None, "unknown")


def right_license(value: object, record: dict) -> bool:
    """The card's licence; where card and tags disagree or one is broken, either or none."""
    data = record.get("cardData")
    card = data.get("license") if isinstance(data, dict) else None
    tags = record["tags"] if isinstance(record["tags"], list) else []
    tagged = [tag.removeprefix("license:") for tag in tags if isinstance(tag, str) and tag.startswith("license:")]
    if isinstance(card, str):
        return value == card
    several = [text for text in card if isinstance(text, str)] if isinstance(card, list) else []
    return value is None or value in tagged + several or listed(value) == several or value == ", ".join(several)


def difference(row: dict, truth: dict) -> str | None:
    """The first column that is wrong, with both values."""
    verdicts = {
        "hub_id": row["hub_id"] == truth["_id"],
        "id": row["id"] == truth["id"],
        "sha": right(row["sha"], truth.get("sha"), str),
        "created_at": right_time(row["created_at"], truth["createdAt"]),
        "last_modified": right_time(row["last_modified"], truth["lastModified"]),
        "downloads": right(row["downloads"], truth["downloads"], int),
        "downloads_all_time": right(row["downloads_all_time"], truth["downloadsAllTime"], int),
        "likes": right(row["likes"], truth["likes"], int),
        "task": right(row["task"], truth.get("pipeline_tag"), str),
        "library": right(row["library"], truth.get("library_name"), str),
        "license": right_license(row["license"], truth),
        "gated": right_gated(row["gated"], truth["gated"]),
        "disabled": right(row["disabled"], truth["disabled"], bool),
        "tags": right_tags(row["tags"], truth["tags"]),
    }
    for column, is_right in verdicts.items():
        if not is_right:
            return f"{truth['id']}: {column} is {row[column]!r}, the record is {json.dumps(truth, ensure_ascii=False)[:600]}"
    return None


def check_models(lab: Lab, wanted: Callable[[dict], bool] = lambda record: True) -> int:
    rows = lab.sql(MODELS)
    truth = {record["_id"]: record for record in lab.hub.truth() if wanted(record)}
    versions = lab.hub.versions()
    held = {row["hub_id"]: row for row in rows}
    demand(len(held) == len(rows), f"{len(rows) - len(held)} models are held twice")
    # Of two models that had one name in turn, a crawl may keep only one.
    names = {row["id"] for row in rows}
    missing = [hub_id for hub_id in truth if hub_id not in held and not (names & past_names(versions[hub_id]))]
    demand(not missing, f"{len(missing)} models are missing, first {truth.get(missing[0]) if missing else ''}"[:400])
    for hub_id, row in held.items():
        allowed = [record for record in versions.get(hub_id, []) if wanted(record)]
        demand(bool(allowed), f"{row['id']} ({hub_id}) should not be there")
        found = [difference(row, record) for record in allowed]
        demand(None in found, found[-1] or "")
    return len(rows)


def past_names(records: list[dict]) -> set[str]:
    return {record["id"] for record in records} if len(records) > 1 else set()


def check_relations(lab: Lab, by_tags: bool = False) -> int:
    truth = lab.hub.truth()
    names = {record["id"] for record in truth}
    rows = lab.sql(RELATIONS)
    found = {(row["derived"], row["base"]): row for row in rows}
    folded = {name.lower() for name in names}
    for row in rows:
        demand(row["derived"] in names, f"a relation of {row['derived']}, which is not there")
        demand(not row["base_present"] or row["base"].lower() in folded, f"{row['base']} is called present, but is not")
    count = 0
    for record in truth:
        relation, bases = tagged_bases(record, names) if by_tags else declared_bases(record)
        for base in bases:
            if base == record["id"]:
                continue  # a model made from itself says nothing that must be kept
            count += 1
            row = found.get((record["id"], base))
            demand(row is not None, f"{record['id']} -{relation}-> {base} is missing")
            is_known = relation in otherhub.RELATIONS
            demand(not is_known or row["operation"] == relation, f"{record['id']}: {row['operation']}, not {relation}")
            demand(bool(row["base_present"]), f"the base {base} of {record['id']} is called missing")
    return count


def declared_bases(record: dict) -> tuple[str | None, list[str]]:
    declared = record.get("baseModels")
    if not isinstance(declared, dict) or not isinstance(declared.get("relation"), str):
        return None, []
    return declared["relation"], [base["id"] for base in declared["models"]]


def tagged_bases(record: dict, names: set[str]) -> tuple[str | None, list[str]]:
    tags = record["tags"] if isinstance(record["tags"], list) else []
    triples = [tag.split(":", 2) for tag in tags if isinstance(tag, str) and tag.startswith("base_model:")]
    bases = {triple[2]: triple[1] for triple in triples if len(triple) == 3 and triple[2] in names}
    return next(iter(bases.values()), None), list(bases)


# ---------------------------------------------------------------- comparing details


def readable(lab: Lab) -> list[Model]:
    return [model for model in lab.hub.contents.public() if not model.is_gated and not model.is_disabled]


def check_commits(lab: Lab) -> int:
    rows = lab.sql(COMMITS)
    held = {(row["id"], row["commit"]): row for row in rows}
    demand(len(held) == len(rows), f"{len(rows) - len(held)} commits are held twice")
    expected = 0
    for model in readable(lab):
        for commit in otherhub.commits(model):
            expected += 1
            row = held.get((model.id, commit["id"]))
            demand(row is not None, f"{model.id}: commit {commit['id']} is missing")
            authors = [author["user"] for author in commit["authors"]]
            demand(row["title"] == commit["title"], f"{model.id}: title {row['title']!r}, not {commit['title']!r}")
            demand(right_authors(row["authors"], authors), f"{model.id}: authors {row['authors']!r}, not {authors}")
            demand(same_time(row["date"], commit["date"]), f"{model.id}: date {row['date']!r}, not {commit['date']}")
    demand(len(rows) == expected, f"{len(rows)} commits, not {expected}")
    outcomes = {row["id"]: str(row["outcome"]).lower() for row in lab.sql(READINGS)}
    for model in lab.hub.contents.public():
        outcome = outcomes.get(model.id)
        demand(outcome is not None, f"{model.id}: no reading")
        if model.is_disabled:
            # The Hub answers for both in the same words.
            demand(outcome in ("disabled", "gated"), f"{model.id} is disabled, but the outcome is {outcome}")
        elif model.is_gated:
            demand(outcome == "gated", f"{model.id} is gated, but the outcome is {outcome}")
        else:
            demand(outcome not in ("gated", "disabled", "missing"), f"{model.id} is open, but the outcome is {outcome}")
    return expected


def right_authors(value: object, authors: list[str]) -> bool:
    found = listed(value)
    if isinstance(found, str):
        found = [name for name in re.split(r"[,;]\s*", found) if name]
    return [author["user"] if isinstance(author, dict) else author for author in found] == authors


def check_cards(lab: Lab) -> int:
    held = {row["id"]: row["text"] for row in lab.sql(CARDS) if row["text"] is not None}
    texts = {model.id: otherhub.card(model) for model in readable(lab)}
    expected = {name: text.decode(errors="replace") for name, text in texts.items() if text is not None}
    for name, text in expected.items():
        # An empty card may count as none.
        demand(name in held or text == "", f"{name}: the card is missing")
        demand(held.get(name, "") == text, f"{name}: {len(held.get(name, ''))} letters of card, not {len(text)}, or others")
    strangers = sorted(set(held) - set(expected))
    demand(not strangers, f"cards nobody wrote: {strangers[:3]}")
    return len(expected)


def check_files(lab: Lab) -> int:
    rows = lab.sql(FILES)
    held = {(row["id"], row["path"]): row for row in rows}
    demand(len(held) == len(rows), f"{len(rows) - len(held)} files are held twice")
    expected = 0
    for model in [model for model in lab.hub.contents.public() if not model.is_disabled]:
        for entry in otherhub.tree(model):
            if entry["type"] != "file":
                continue
            expected += 1
            row = held.get((model.id, entry["path"]))
            demand(row is not None, f"{model.id}: {entry['path']} is missing")
            truth = {
                "size": entry["size"],
                "sha256": entry.get("lfs", {}).get("oid"),
                "blob": entry["oid"],
                "xet_hash": entry.get("xetHash"),
            }
            for column, value in truth.items():
                demand(row[column] == value, f"{model.id} {entry['path']}: {column} is {row[column]!r}, not {value!r}")
    demand(len(rows) == expected, f"{len(rows)} files, not {expected}")
    return expected


DETAILS = {"commits": check_commits, "cards": check_cards, "files": check_files}

# ---------------------------------------------------------------- quota


def least_seconds(hub: OtherHub, bucket: str, since: int = 0) -> tuple[int, float]:
    """Requests to one bucket, and the time that its quota makes them take at best."""
    settings = hub.settings
    quota = settings.quota
    if bucket == "resolvers" and settings.resolver_quota is not None:
        quota = settings.resolver_quota
    requests = [request for request in hub.log[since:] if request.bucket == bucket]
    windows = math.ceil(len(requests) / quota)
    if windows < 2:
        return len(requests), 0.0
    first = requests[0].when
    left = settings.window if settings.windows == "first" else settings.window - first % settings.window
    return len(requests), left + (windows - 2) * settings.window


def check_quota(lab: Lab, seconds: float, since: int = 0) -> str:
    refused = lab.hub.counters["refused by quota"]
    demand(refused == 0, f"{refused} requests beyond the quota")
    counts = {bucket: least_seconds(lab.hub, bucket, since) for bucket in ("api", "resolvers")}
    least = max(seconds for _, seconds in counts.values())
    requests = sum(count for count, _ in counts.values())
    figures = f"{requests} requests, {seconds:.1f} s, the quota allows {least:.1f} s"
    demand(seconds <= 1.05 * least + SLACK, figures)
    return figures


# ---------------------------------------------------------------- scenarios

SCENARIOS: dict[str, Callable[[Lab], str]] = {}


def scenario(name: str):
    def add(function: Callable[[Lab], str]):
        SCENARIOS[name] = function
        return function

    return add


def compared(lab: Lab) -> str:
    """Compares models and relations; returns the figures to print."""
    models, relations = check_models(lab), check_relations(lab)
    return f"{models} models, {relations} relations, {len(lab.hub.log)} requests"


def list_cap(lab: Lab) -> int:
    return max(2, lab.models // 30)


@scenario("plain")
def plain(lab: Lab) -> str:
    lab.open(odd=False)
    ended = lab.crawl()
    return f"{compared(lab)}, {ended.seconds:.1f} s, {ended.memory // 1024} MB"


@scenario("odd")
def odd(lab: Lab) -> str:
    lab.open()
    lab.crawl()
    return compared(lab)


@scenario("small-pages")
def small_pages(lab: Lab) -> str:
    lab.open(models=300, list_cap=1)
    lab.crawl()
    return compared(lab)


@scenario("no-models")
def no_models(lab: Lab) -> str:
    lab.open(models=1, odd=False)
    lab.hub.contents.vanish()
    ended = lab.start_crawl()
    demand(ended.status in (0, 2), f"ended with {ended.status}: {ended.last_words()}")
    demand(ended.status == 2 or check_models(lab) == 0, "models from nowhere")
    return f"ended with {ended.status}"


@scenario("filter")
def with_filter(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab))
    lab.crawl("--filter", "peft")
    count = check_models(lab, lambda record: isinstance(record["tags"], list) and "peft" in record["tags"])
    return f"{count} of {len(lab.hub.truth())} models"


@scenario("author")
def with_author(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab))
    author = next(record["author"] for record in lab.hub.truth() if "author" in record)
    lab.crawl("--author", author)
    return f"{check_models(lab, lambda record: record.get('author') == author)} of {len(lab.hub.truth())} models"


@scenario("limit")
def with_limit(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab))
    lab.crawl("--limit", "57")
    rows, truth = lab.sql(MODELS), {record["_id"]: record for record in lab.hub.truth()}
    demand(len(rows) == 57, f"{len(rows)} models, not 57")
    for row in rows:
        found = difference(row, truth[row["hub_id"]])
        demand(found is None, found or "")
    return f"57 models, {len(lab.hub.log)} requests"


@scenario("keep-raw")
def keep_raw(lab: Lab) -> str:
    lab.token = new_token()
    lab.open(token=lab.token)
    lab.crawl("--keep-raw")
    return compared(lab)


@scenario("since")
def since(lab: Lab) -> str:
    hub = lab.open(list_cap=list_cap(lab))
    lab.crawl(date=EARLIER)
    before = len(hub.log)
    for _ in range(20):
        hub.contents.modify()
    for _ in range(5):
        hub.contents.create()
    lab.crawl("--since", EARLIER)
    for model in hub.contents.models:
        if model.born_during_crawl or len(model.versions) > 1:
            model.served = True
            model.versions = model.versions[-1:]  # the old one would be a missed change
    return f"{check_models(lab)} models, {len(hub.log) - before} requests after {before}"


@scenario("token")
def with_token(lab: Lab) -> str:
    lab.token = new_token()
    hub = lab.open(token=lab.token, list_cap=list_cap(lab))
    lab.crawl()
    demand(all(request.token == lab.token for request in hub.log), "a request without the token")
    return compared(lab)


@scenario("token-refused")
def token_refused(lab: Lab) -> str:
    lab.token = new_token()
    lab.open(token=new_token())
    ended = lab.start_crawl()
    return check_refusal(lab, ended)


for wording in otherhub.WORDINGS:

    @scenario(f"unknown-expand-{wording}")
    def unknown_expand(lab: Lab, wording: str = wording) -> str:
        lab.open(wording=wording, unknown=("baseModels",), list_cap=list_cap(lab))
        lab.crawl()
        return f"{check_models(lab)} models, {check_relations(lab, by_tags=True)} relations by their tags"


# Faults

LIKELY = {"drip": 0.06, "stall": 0.06}

for fault in otherhub.FAULTS:

    @scenario(f"fault-{fault}")
    def one_fault(lab: Lab, fault: str = fault) -> str:
        lab.open(list_cap=list_cap(lab), faults={fault: LIKELY.get(fault, 0.3)})
        ended = lab.crawl()
        figures = f"{compared(lab)}, {lab.hub.counters[f'fault {fault}']} faults, {ended.seconds:.1f} s"
        check_patience(lab)
        return figures


@scenario("fault-mix")
def fault_mix(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab), faults=dict.fromkeys(otherhub.FAULTS, 0.015))
    ended = lab.crawl()
    faults = sum(count for name, count in lab.hub.counters.items() if name.startswith("fault "))
    return f"{compared(lab)}, {faults} faults, {ended.seconds:.1f} s"


def check_patience(lab: Lab) -> None:
    """Where the Hub names a time to wait, the crawler waits it."""
    named: dict[str, float] = {}
    for request in lab.hub.log:
        asked_at = named.pop(request.target, None)
        waited = request.when - asked_at if asked_at else 1.0
        demand(waited >= 0.99, f"asked again after {waited:.2f} s, though told to wait 1 s")
        if request.fault == "retry-after":
            named[request.target] = request.when


# Things that change while the crawl runs

for change in [*otherhub.CHANGES, "all"]:

    @scenario(f"change-{change}")
    def one_change(lab: Lab, change: str = change) -> str:
        changes = tuple(otherhub.CHANGES) if change == "all" else (change,)
        lab.open(list_cap=list_cap(lab), changes=changes)
        lab.crawl()
        return f"{check_models(lab)} models, {lab.hub.contents.revision} changes"


# Quotas

for rounding in ("up", "down"):
    for windows in ("first", "clock"):

        @scenario(f"quota-{rounding}-{windows}")
        def quota(lab: Lab, rounding: str = rounding, windows: str = windows) -> str:
            lab.open(list_cap=max(1, lab.models // 95), quota=20, window=3.0, rounding=rounding, windows=windows)
            ended = lab.crawl()
            check_models(lab)
            return check_quota(lab, ended.seconds)


@scenario("quota-faults")
def quota_faults(lab: Lab) -> str:
    faults = {"status-503": 0.1, "close": 0.05, "reset": 0.05}
    lab.open(list_cap=list_cap(lab), quota=20, window=3.0, faults=faults)
    ended = lab.crawl()
    check_models(lab)
    refused = lab.hub.counters["refused by quota"]
    demand(refused == 0, f"{refused} requests beyond the quota")
    return f"{len(lab.hub.log)} requests, {ended.seconds:.1f} s"


@scenario("quota-used-up")
def quota_used_up(lab: Lab) -> str:
    """Somebody else at this address has spent the quota, so the first answer is a 429."""
    hub = lab.open(list_cap=list_cap(lab), quota=60, window=3.0)
    with hub.lock:
        bucket = hub._bucket("api", "127.0.0.1")
        while bucket.take(time.time()):
            pass
    ended = lab.crawl()
    refused = hub.counters["refused by quota"]
    demand(refused <= 2, f"{refused} requests beyond the quota")
    return f"{compared(lab)}, {refused} refused, {ended.seconds:.1f} s"


# Kills


def kill_often(lab: Lab, between: Callable[[], None] | None = None) -> str:
    rng = random.Random(f"kills {lab.seed}")
    kills = lab.until_done(lambda after: lab.start_crawl(kill_after=after), rng, between)
    return f"{kills} kills"


@scenario("kill")
def kill(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab), latency=0.03)
    kills = kill_often(lab)
    return f"{compared(lab)}, {kills}"


@scenario("kill-faults")
def kill_faults(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab), latency=0.02, faults=dict.fromkeys(["status-500", "cut", "reset", "overlap"], 0.05))
    kills = kill_often(lab)
    return f"{compared(lab)}, {kills}"


@scenario("kill-changes")
def kill_changes(lab: Lab) -> str:
    lab.open(list_cap=list_cap(lab), latency=0.02, changes=("vanish", "rename", "modify", "create"))
    kills = kill_often(lab)
    return f"{check_models(lab)} models, {lab.hub.contents.revision} changes, {kills}"


for status in (400, 410):

    @scenario(f"kill-expired-{status}")
    def kill_expired(lab: Lab, status: int = status) -> str:
        hub = lab.open(list_cap=list_cap(lab), latency=0.02, expired_status=status)
        rng = random.Random(f"expire {lab.seed}")
        kills = kill_often(lab, lambda: hub.expire_cursors() if rng.random() < 0.3 else None)
        return f"{compared(lab)}, {kills}, {hub.counters['expired cursors']} expired cursors"


@scenario("kill-restart")
def kill_restart(lab: Lab) -> str:
    hub = lab.open(list_cap=list_cap(lab), latency=0.03)
    ended = lab.start_crawl(kill_after=0.6)
    before = len(hub.log)
    for _ in range(10):
        hub.contents.modify()
    for model in hub.contents.models:
        model.versions = model.versions[-1:]  # starting anew must find the new ones
    lab.crawl("--restart")
    return f"{compared(lab)}, {before} of them before the kill" if ended.killed else compared(lab)


# Details

FEW = 120  # models; one has more commits than a page can hold


for what, check in DETAILS.items():

    @scenario(what)
    def one_detail(lab: Lab, what: str = what, check: Callable = check) -> str:
        hub = lab.open(models=FEW, tree_cap=100)
        lab.crawl()
        before = len(hub.log)
        ended = lab.details(what)
        count = check(lab)
        figures = f"{count} {what}, {len(hub.log) - before} requests, {ended.seconds:.1f} s"
        again = len(hub.log)
        lab.details(what)
        check(lab)
        return f"{figures}, {len(hub.log) - again} requests when asked again"

    @scenario(f"{what}-faults")
    def detail_faults(lab: Lab, what: str = what, check: Callable = check) -> str:
        hub = lab.open(models=FEW, tree_cap=100)
        lab.crawl()
        harmless = [name for name in otherhub.FAULTS if name not in otherhub.PAGE_FAULTS + ["stall", "drip"]]
        hub.settings.faults = dict.fromkeys(harmless, 0.01) | {"stall": 0.003, "drip": 0.003}
        lab.details(what)
        faults = sum(number for name, number in hub.counters.items() if name.startswith("fault "))
        return f"{check(lab)} {what}, {faults} faults"

    @scenario(f"{what}-kill")
    def detail_kill(lab: Lab, what: str = what, check: Callable = check) -> str:
        hub = lab.open(models=FEW, tree_cap=100)
        lab.crawl()
        hub.settings.latency = 0.01
        before = len(hub.log)
        rng = random.Random(f"kills {lab.seed}")
        kills = lab.until_done(lambda after: lab.start_details(what, kill_after=after), rng)
        return f"{check(lab)} {what}, {kills} kills, {len(hub.log) - before} requests"

    @scenario(f"{what}-token")
    def detail_token(lab: Lab, what: str = what, check: Callable = check) -> str:
        lab.token = new_token()
        lab.open(models=FEW, tree_cap=100, token=lab.token)
        lab.crawl()
        lab.details(what)
        return f"{check(lab)} {what}"


@scenario("commits-renamed")
def commits_renamed(lab: Lab) -> str:
    """Renamed, deleted and made private between the crawl and the details."""
    hub = lab.open(models=FEW)
    lab.crawl()
    gone = [hub.contents.rename().versions[0]["id"] for _ in range(5)]
    for _ in range(5):
        hub.contents.vanish()
    lab.details("commits")
    outcomes = {row["id"]: row["outcome"] for row in lab.sql(READINGS)}
    public = {model.versions[0]["id"] for model in hub.contents.models if not model.private}
    demand(public <= set(outcomes), f"{len(public - set(outcomes))} models without a reading")
    return f"renamed: {sorted({str(outcomes[name]) for name in gone})}, all: {sorted(set(map(str, outcomes.values())))}"


@scenario("identities")
def identities(lab: Lab) -> str:
    """What became of names is told apart: renamed, given again, gone or private."""
    hub = lab.open(models=600)
    lab.crawl(date=EARLIER)
    names = {model.hub_id: model.id for model in hub.contents.models}
    moved = [hub.contents.rename() for _ in range(10)]
    renamed = {names[model.hub_id]: model.id for model in moved}
    before = {model.hub_id: model for model in hub.contents.models if not model.private and not model.gone}
    for _ in range(10):
        hub.contents.vanish()
    gone = {model.versions[0]["id"] for model in before.values() if model.gone and model.id not in renamed.values()}
    given_again = {hub.contents.reuse_of_gone() for _ in range(3)}
    lab.crawl()
    lab.details("identities")
    rows = lab.sql("SELECT id, fate, now_id, anonymous FROM readings WHERE detail = 'identities'")
    fates = {row["id"]: (row["fate"], row["now_id"]) for row in rows}
    for old, now in renamed.items():
        if now in {model.id for model in hub.contents.models if not model.gone}:
            demand(fates.get(old) == ("renamed", now), f"{old} is now {now}, and said to be {fates.get(old)}")
    for name in gone:
        wanted = "reused" if name in given_again else "gone_or_private"
        demand(fates.get(name, ("", None))[0] == wanted, f"{name} is {wanted}, and said to be {fates.get(name)}")
    return f"{len(renamed)} renamed, {len(gone)} gone, {len(given_again)} given again"


@scenario("details-quota")
def details_quota(lab: Lab) -> str:
    hub = lab.open(models=60)
    lab.crawl()
    hub.buckets.clear()
    hub.settings.quota, hub.settings.resolver_quota, hub.settings.window = 20, 30, 3.0
    figures = []
    for what, check in DETAILS.items():
        hub.buckets.clear()
        since = len(hub.log)
        ended = lab.details(what)
        check(lab)
        figures.append(f"{what}: {check_quota(lab, ended.seconds, since)}")
    return "; ".join(figures)


# Hostile Hubs


def check_refusal(lab: Lab, ended: Ended, may_succeed: bool = False) -> str:
    figures = f"exit {ended.status}, {ended.seconds:.1f} s, {ended.memory // 1024} MB, {ended.last_words()}"
    demand(ended.seconds <= HOSTILE_LONGEST, f"took too long: {figures}")
    demand(ended.memory < HOSTILE_MEMORY, f"took too much memory: {figures}")
    demand(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", ended.stderr), f"control characters: {ended.stderr[:200]!r}")
    if may_succeed and ended.status == 0:
        return figures
    demand(ended.status == 2, f"exit status: {figures}")
    demand(ended.stderr.startswith(b"error: "), f"no error message: {figures}")
    demand(b"\nerror: forged" not in ended.stderr, f"a forged line: {figures}")
    demand(b"panicked" not in ended.stderr, f"a panic: {figures}")
    demand(not lab.has_snapshot(), "a snapshot was left behind")
    return figures


for mode in otherhub.HOSTILE:

    @scenario(f"hostile-{mode}")
    def hostile(lab: Lab, mode: str = mode) -> str:
        lab.token = new_token()
        hub = lab.open(list_cap=list_cap(lab), hostile=mode, token=lab.token)
        ended = lab.start_crawl(longest=HOSTILE_LONGEST + 5)
        figures = check_refusal(lab, ended, may_succeed=mode in ("echo-page", "deep-json"))
        demand(hub.counters["hostile"] > 0, "the hostile page was never asked for")
        if ended.status == 0:
            lab.sql("SELECT * FROM models")  # its output is searched for the token
        return f"{figures}, {len(hub.elsewhere)} requests elsewhere"


@scenario("hostile-keeps-old")
def hostile_keeps_old(lab: Lab) -> str:
    """A crawl that fails leaves the snapshot of the week before alone."""
    hub = lab.open(list_cap=list_cap(lab))
    lab.crawl(date=EARLIER)
    hub.settings.hostile, hub.settings.hostile_after = "gzip-bomb", hub.pages + 3
    ended = lab.start_crawl(longest=HOSTILE_LONGEST + 5)
    demand(ended.status == 2, f"exit {ended.status}: {ended.last_words()}")
    rows = lab.sql("SELECT count(*) AS models FROM models")
    demand(rows == [{"models": len(lab.hub.truth())}], f"the snapshot of the week before has changed: {rows}")
    return f"{rows[0]['models']} models"


def new_token() -> str:
    return f"hf_{secrets.token_hex(17)}"


# ---------------------------------------------------------------- program


def perform(name: str, asked: argparse.Namespace, round_number: int) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="check-crawl-"))
    (folder / "home").mkdir()
    lab = Lab(asked.lineal, asked.models, round_number, folder)
    label = name if asked.rounds == 1 else f"{name}#{round_number}"
    try:
        figures = SCENARIOS[name](lab)
        lab.check_secrecy()
        print(f"ok {label} {figures}", flush=True)
        return True
    except Failed as why:
        print(f"FAILED {label} {why}", flush=True)
    except Exception as error:  # a row without a column, a table that is not there
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAILED {label} {type(error).__name__}: {error} (line {place.lineno})", flush=True)
    finally:
        if lab.hub:
            lab.hub.stop()
        if asked.keep:
            print(f"   kept {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks a crawler against a Hub with known contents and faults")
    parser.add_argument("--lineal", help="the program to check")
    parser.add_argument("--rounds", type=int, default=1, help="each with another seed")
    parser.add_argument("--models", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=1, help="scenarios at the same time")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a scenario, or the start of some, as `fault-`")
    parser.add_argument("--slack", type=float, default=SLACK, help="seconds by which a measured time may be longer")
    parser.add_argument("--list", action="store_true", help="list the scenarios")
    parser.add_argument("--keep", action="store_true", help="keep the data folders")
    asked = parser.parse_args()
    globals()["SLACK"] = asked.slack
    chosen = [name for name in SCENARIOS if not asked.only or any(fits(name, wish) for wish in asked.only)]
    if asked.list:
        print("\n".join(chosen))
        return 0
    if not chosen:
        parser.error("no such scenario; --list lists them")
    if not asked.lineal:
        parser.error("--lineal is needed")
    asked.lineal = shutil.which(asked.lineal) or asked.lineal
    failed = 0
    # Most of the time is spent waiting; but where time is measured, nothing else may run.
    measured = [name for name in chosen if "quota" in name]
    for round_number in range(1, asked.rounds + 1):
        failed += sum(not perform(name, asked, round_number) for name in measured)
        with ThreadPoolExecutor(asked.jobs) as pool:
            others = (name for name in chosen if name not in measured)
            failed += sum(not done for done in pool.map(lambda name: perform(name, asked, round_number), others))
    if failed:
        print(f"{failed} of {len(chosen) * asked.rounds} failed")
    return 1 if failed else 0


def fits(name: str, wish: str) -> bool:
    return name == wish or (wish.endswith("-") and name.startswith(wish))


if __name__ == "__main__":
    sys.exit(main())
