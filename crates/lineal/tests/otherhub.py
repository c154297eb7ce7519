#!/usr/bin/env python3
"""Another Hub: does a crawler read the Hub's API, and survive it?

A loopback server that answers like the Hub, written from the wire
description alone and sharing no code with the crawler, so that one
misreading cannot hide in both.

The contents are random but seeded, and known: `OtherHub.truth()` is what a
correct crawl must hold. Faults leave the truth reachable: at most three in a
row for one URL, and a damaged answer always looks damaged (cards are never
cut to a valid length, because nobody could tell). Hostile modes do not: no
crawl can succeed, the question is how it fails.

    hub = OtherHub(Contents(500, seed=1), Settings(quota=50, window=3))
    hub.start(); …; hub.stop()

    python3 otherhub.py --models 5000 --seed 1 --fault status-503=0.1
"""

from __future__ import annotations

import argparse
import base64
import bisect
import collections
import copy
import dataclasses
import gzip
import hashlib
import json
import math
import os
import random
import re
import select
import signal
import socket
import struct
import sys
import threading
import time
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlencode

EXPANDABLE = (
    "author baseModels cardData config createdAt disabled downloads downloadsAllTime evalResults gated gguf "
    "inference inferenceProviderMapping lastModified library_name likes mask_token model-index pipeline_tag "
    "private resourceGroup safetensors sha siblings spaces tags transformersInfo trendingScore widgetData "
    "xetEnabled"
).split()
EXPANDABLE_IN_DETAIL = EXPANDABLE + ["childrenModelCount", "usedStorage"]
LISTED_BY_DEFAULT = (
    "likes trendingScore private downloads tags pipeline_tag library_name createdAt".split()
)
ABSENT_FROM_DETAIL = {"downloadsAllTime", "trendingScore", "baseModels"}

# ---------------------------------------------------------------- contents

FLOOR = 1646263744  # 2022-03-02T23:29:04Z: the Hub's creation date for everything older
RELATIONS = ["finetune", "adapter", "quantized", "merge"]
TASKS = ["text-generation", "text-classification", "image-text-to-text", "automatic-speech-recognition", None]
LIBRARIES = ["transformers", "peft", "gguf", "diffusers", "sentence-transformers", None]
LICENSES = ["apache-2.0", "mit", "llama3.1", "gemma", "other", "cc-by-nc-4.0", None]
WORDS = "Qwen Llama Mistral Gemma Phi Bloom Falcon Whisper Bert Zephyr Solar Yi".split()
SENTENCES = ["日本語のモデルです。", "Ein größeres Modell — naïve façade.", "🤗🦙 مرحبا", "e\u0301 combining", "a\u0000b\u2028c", "plain"]

# Values of a type that the field should not have. `_id` and `id` stay right:
# without them there is no model to speak of.
WRONG_TYPES = [
    ("downloads", "many"), ("downloads", None), ("downloads", 1.5), ("downloadsAllTime", [1]),
    ("likes", {"n": 3}), ("tags", "transformers"), ("tags", None), ("tags", ["gguf", 7, None, "region:us"]),
    ("pipeline_tag", 12), ("library_name", ["transformers"]), ("cardData", "just text"), ("cardData", ["a"]),
    ("cardData", {"license": 5, "base_model": {"name": "x/y"}}), ("cardData", {"license": None, "base_model": [None, 3]}),
    ("config", "none"), ("safetensors", {"total": "7B"}), ("gguf", []), ("sha", None), ("lastModified", {"day": 1}),
    ("lastModified", "yesterday"), ("gated", 1), ("disabled", "no"), ("baseModels", "none"), ("baseModels", None),
    ("baseModels", {"relation": None, "models": {}}), ("baseModels", {"models": [{"id": 5}]}),
]  # fmt: skip


@dataclass
class Model:
    """One repository: the record that the list shows, and its history."""

    index: int
    record: dict
    commit_count: int
    private: bool = False
    gone: bool = False
    born_during_crawl: bool = False
    served: bool = False
    versions: list[dict] = field(default_factory=list)  # every record that was ever true

    @property
    def hub_id(self) -> str:
        return self.record["_id"]

    @property
    def id(self) -> str:
        return self.record["id"]

    @property
    def has_card(self) -> bool:
        return "cardData" in self.record

    @property
    def is_gated(self) -> bool:
        return self.record["gated"] in ("auto", "manual")

    @property
    def is_disabled(self) -> bool:
        return self.record["disabled"] is True


def commit_id(model: Model, number: int) -> str:
    return hashlib.sha1(f"{model.hub_id}/{number}".encode()).hexdigest()


def commits(model: Model, newest: int | None = None) -> list[dict]:
    """The model's commits, newest first, from commit `newest` (0-based) down."""
    rng = random.Random(f"commits {model.hub_id}")
    created = int(model.hub_id[:8], 16)
    found = []
    for number in range(model.commit_count):
        title = rng.choice(["Upload model", "Update README.md", "", "Merge (#12)", "模型 🎉", 'quote " and \\ and\ttab'])
        authors = rng.choice([["ann"], ["ann"], ["ann", "bob"], ["zoë"], []])
        if number == 0:
            title, authors = "initial commit", ["system"]
        found.append(
            {
                "id": commit_id(model, number),
                "title": title,
                "message": rng.choice(["", "", "Co-authored-by: x\n\n- part 1\n- part 2"]),
                "authors": [{"user": user, "avatar": "/avatars/x.svg"} for user in authors],
                "date": timestamp(created + 3600 * number, rng.randrange(1000)),
            }
        )
    newest = model.commit_count - 1 if newest is None else newest
    return found[newest::-1]


def card(model: Model, number: int | None = None) -> bytes | None:
    """The README.md of commit `number`; its text tells the commits apart."""
    if not model.has_card:
        return None
    number = model.commit_count - 1 if number is None else number
    kind = model.index % 23
    if kind == 3:
        return b""
    data = model.record["cardData"]
    lines = [f"{key}: {json.dumps(value)}" for key, value in data.items()] if isinstance(data, dict) else []
    lines = ["---", *lines, "---", "", f"# {model.id} at commit {number}", "", SENTENCES[model.index % 5].replace("\0", "")]
    text = ("\r\n" if kind == 5 else "\n").join(lines).encode()
    if kind == 7:
        text += b"\nnot UTF-8: \xff\xfe \xe2\x82\n"
    if kind == 11:
        text += "\nein langer Absatz, größer als ein Puffer".encode() * 8000
    return text


def tree(model: Model, number: int | None = None) -> list[dict]:
    """Every entry of the repository at commit `number`, directories too, sorted by path."""
    number = model.commit_count - 1 if number is None else number
    rng = random.Random(f"tree {model.hub_id}")
    paths = [".gitattributes", "config.json"]
    shards = rng.randrange(4)
    paths += [f"model-{shard + 1:05}-of-{shards:05}.safetensors" for shard in range(shards)]
    if rng.random() < 0.4:
        paths += ["onnx/model.onnx", "onnx/int8/größe 8%.onnx", "tokenizer/vocab.txt"]
    if model.index % 41 == 7:
        paths += [f"checkpoints/step-{step:05}/trainer_state.json" for step in range(600)]
    directories = {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}
    entries = [{"type": "directory", "oid": sha1(f"{model.hub_id} {path}"), "size": 0, "path": path} for path in directories]
    for path in paths:
        entry = {"type": "file", "oid": sha1(f"{model.hub_id} {path} {number}"), "size": rng.randrange(1, 5000), "path": path}
        if path.endswith((".safetensors", ".onnx")):
            entry["size"] = rng.randrange(10**6, 10**12)
            sha256 = hashlib.sha256(entry["oid"].encode()).hexdigest()
            entry["lfs"] = {"oid": sha256, "size": entry["size"], "pointerSize": 135}
            if rng.random() < 0.8:
                entry["xetHash"] = hashlib.sha256(sha256.encode()).hexdigest()
        entries.append(entry)
    text = card(model, number)
    if text is not None:
        entries.append({"type": "file", "oid": blob_id(text), "size": len(text), "path": "README.md"})
    return sorted(entries, key=lambda entry: entry["path"])


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def timestamp(second: int, millisecond: int = 0) -> str:
    moment = datetime.fromtimestamp(second, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millisecond:03}Z"


class Contents:
    """Every model of the Hub, who is called what, and how that changes."""

    def __init__(self, count: int, seed: int = 0, odd: bool = True):
        self.rng = random.Random(f"contents {seed}")
        self.odd = odd
        self.lock = threading.RLock()
        self.reused: Model | None = None
        self.models: list[Model] = []  # by _id
        self.by_name: dict[str, Model] = {}  # by lower-case id; private ones too
        self.old_names: dict[str, Model] = {}
        self.revision = 0  # counts changes, for caches
        self.created_during_crawl = 0
        hub_ids = self._hub_ids(count)
        for index in range(count):
            self._add(self._new_model(index, hub_ids[index]))
        if odd:
            self._rename_some()
        for model in self.models:
            self._give_bases(model)
        if odd:
            self._twist()
        for model in self.models:
            model.versions = [copy.deepcopy(model.record)]

    # -- building

    def _hub_ids(self, count: int) -> list[str]:
        seconds = [FLOOR] * (count // 20)  # old ones share their second
        now = FLOOR + 1
        while len(seconds) < count:
            now += self.rng.choice([0, 1, 60, 3600, 86400]) if count < 3000 else self.rng.randrange(3600)
            seconds.append(now)
        return sorted(f"{second:08x}{self.rng.getrandbits(64):016x}" for second in seconds)

    def _new_model(self, index: int, hub_id: str) -> Model:
        rng = self.rng
        created = int(hub_id[:8], 16)
        owner = f"{rng.choice(['Team', 'user', 'lab-', 'x.'])}{rng.randrange(max(2, index // 6 + 2))}"
        name = f"{rng.choice(WORDS)}-{rng.choice(['1.5', '7', '70'])}B-{rng.choice(['it', 'GGUF', 'LoRA', 'v0.1'])}-{index}"
        bare = self.odd and index % 71 == 9
        license_id, task, library = rng.choice(LICENSES), rng.choice(TASKS), rng.choice(LIBRARIES)
        tags = [library] if library else []
        tags += [task] if task else []
        tags += [f"license:{license_id}"] if license_id else []
        record = {
            "_id": hub_id,
            "id": name if bare else f"{owner}/{name}",
            "createdAt": timestamp(created),
            "lastModified": timestamp(created + rng.randrange(0, 10**7), rng.randrange(1000)),
            "private": False,
            "gated": rng.choices([False, "auto", "manual"], [20, 1, 1])[0],
            "disabled": rng.random() < 0.02,
            "downloads": rng.choice([0, rng.randrange(100), rng.randrange(10**8)]),
            "likes": rng.randrange(2000),
            "trendingScore": rng.randrange(20),
            "tags": [*tags, "region:us", *(["ünïcode-täg"] if index % 31 == 0 else [])],
            "transformersInfo": {"auto_model": "AutoModel"},
        }
        record["downloadsAllTime"] = record["downloads"] + rng.randrange(10**6)
        if not bare:
            record["author"] = owner
        if task:
            record["pipeline_tag"] = task
        if library:
            record["library_name"] = library
        if index % 9 != 4:
            record["cardData"] = {"language": ["en", "日本"], "description": rng.choice(SENTENCES)}
            if license_id:
                record["cardData"]["license"] = license_id
            if self.odd and license_id and index % 47 == 6:
                record["cardData"]["license"] = [license_id, "mit"]
        if rng.random() < 0.7:
            record["config"] = {"architectures": ["LlamaForCausalLM"], "model_type": rng.choice(["llama", "qwen2"])}
        if rng.random() < 0.4:
            total = rng.randrange(10**6, 10**12)
            record["safetensors"] = {"parameters": {"BF16": total}, "total": total}
        if library == "gguf":
            record["gguf"] = {"total": rng.randrange(10**9), "architecture": "llama", "context_length": 8192}
        commit_count = rng.randrange(1, 12)
        if index % 37 == 5:
            commit_count = 230
        if index == 11:
            commit_count = 1100
        model = Model(index, record, commit_count, private=self.odd and index % 67 == 13)
        record["private"] = model.private
        record["sha"] = commit_id(model, commit_count - 1)
        return model

    def _add(self, model: Model) -> None:
        place = bisect.bisect([other.hub_id for other in self.models[-50:]], model.hub_id)
        self.models.insert(max(0, len(self.models) - 50) + place, model)
        self.by_name[model.id.lower()] = model

    def _rename_some(self) -> None:
        for model in self.models:
            if model.index % 29 == 8:
                self.old_names[f"{model.id}-before".lower()] = model
            if model.index % 43 == 12:
                self.old_names[f"gone-team/{model.index}".lower()] = model

    def _give_bases(self, model: Model) -> None:
        rng = self.rng
        if rng.random() > 0.35:
            return
        count = rng.choice([1, 1, 1, 1, 2, 3, 5])
        relation = "merge" if count > 1 else rng.choice(RELATIONS)
        # Mostly older bases, but the Hub's time order has exceptions too.
        newest = len(self.models) if rng.random() < 0.1 else max(1, model.index)
        bases = [self.models[rng.randrange(newest)] for _ in range(count)]
        names = []
        for base in bases:
            old = [name for name, now in self.old_names.items() if now is base] if self.odd else []
            spelling = rng.random()
            if old and spelling < 0.5:
                names.append(old[0])
            elif self.odd and spelling > 0.97:
                names.append(base.id.upper())
            else:
                names.append(base.id)
        if self.odd and rng.random() < 0.15:
            names.append(rng.choice(["nobody/nothing-7B", "./output/checkpoint-500", "nobody/Ünknown", ""]))
        if self.odd and rng.random() < 0.1:  # nothing but a missing base
            names, bases = [f"deleted/model-{model.index}"], []
        self._set_bases(model, relation, bases, names)

    def _set_bases(self, model: Model, relation: str, bases: list[Model], names: list[str]) -> None:
        record = model.record
        stale = tuple(tag for tag in record["tags"] if tag.startswith("base_model:"))
        record["tags"] = [tag for tag in record["tags"] if tag not in stale]
        for name in dict.fromkeys(names):
            record["tags"] += [f"base_model:{name}", f"base_model:{relation}:{name}"]
        if "cardData" in record:
            record["cardData"]["base_model"] = names[0] if len(names) == 1 else names
        public = {base.hub_id: base for base in bases if not base.private}
        record.pop("baseModels", None)
        if public:
            models = [{"_id": base.hub_id, "id": base.id} for base in public.values()]
            record["baseModels"] = {"relation": relation, "models": models}

    def _twist(self) -> None:
        """Self-bases, cycles, new relations and wrong types."""
        for model in self.models:
            after = self.models[(model.index + 1) % len(self.models)]
            if model.index % 101 == 17:
                self._set_bases(model, "finetune", [model], [model.id])
            if model.index % 83 == 20 and not model.private:
                self._set_bases(model, "quantized", [after], [after.id])
                self._set_bases(after, "finetune", [model], [model.id])
            if model.index % 97 == 30:
                self._set_bases(model, "distill", [after], [after.id])
        for number, model in enumerate(self.rng.sample(self.models, len(self.models) // 25)):
            name, value = WRONG_TYPES[number % len(WRONG_TYPES)]
            if name in ("gated", "disabled") and (model.is_gated or model.is_disabled):
                continue
            model.record[name] = value

    # -- reading

    def find(self, name: str) -> tuple[Model | None, bool]:
        """The model that `name` leads to, and whether that is its present name."""
        with self.lock:
            model = self.by_name.get(name.lower()) or self.old_names.get(name.lower())
            if model is None or model.gone:
                return None, False
            return model, model.id == name

    def public(self) -> list[Model]:
        """The models that a list may show, by `_id`."""
        with self.lock:
            return [model for model in self.models if not model.private and not model.gone]

    # -- changing while a crawl runs

    def vanish(self) -> None:
        with self.lock:
            model = self.rng.choice(self.public() or [None])
            if model:
                model.gone = True
                self.by_name.pop(model.id.lower(), None)
                self._touch(model)

    def rename(self, model: Model | None = None) -> Model:
        with self.lock:
            model = model or self.rng.choice(self.public())
            old = model.id
            self.by_name.pop(old.lower(), None)
            self.old_names[old.lower()] = model
            model.record = {**model.record, "id": f"moved-{self.revision}/{old.split('/')[-1]}", "author": f"moved-{self.revision}"}
            self.by_name[model.id.lower()] = model
            self._touch(model)
            return model

    def modify(self) -> Model:
        """A push: a new commit, a new time, other counts."""
        with self.lock:
            model = self.rng.choice(self.public())
            model.commit_count += 1
            now = timestamp(int(time.time()) + self.revision, self.rng.randrange(1000))
            model.record = {
                **model.record,
                "sha": commit_id(model, model.commit_count - 1),
                "lastModified": now,
                "downloads": self.rng.randrange(10**6),
            }
            self._touch(model)
            return model

    def create(self, name: str | None = None) -> Model | None:
        """Adds a model at the end of time; never so many that a walk has no end."""
        with self.lock:
            if self.created_during_crawl >= 100:
                return None
            self.created_during_crawl += 1
            second = max(int(time.time()), int(self.models[-1].hub_id[:8], 16) + 1 if self.models else 0)
            model = self._new_model(len(self.models) + 10**6, f"{second:08x}{self.rng.getrandbits(64):016x}")
            model.born_during_crawl, model.private, model.record["private"] = True, False, False
            if name:
                model.record["id"] = name
                self.old_names.pop(name.lower(), None)
            self._add(model)
            self._touch(model)
            return model

    def reuse(self) -> None:
        """Renames a model and gives its old name to a new one; some names are given again and again."""
        with self.lock:
            if self.created_during_crawl < 100:
                again = self.reused if self.reused and not self.reused.gone and self.rng.random() < 0.3 else None
                moved = self.rename(again)
                self.reused = self.create(moved.versions[-2]["id"])

    def reuse_of_gone(self) -> str:
        """Gives the name of a model that is gone to a new one, and returns the name."""
        with self.lock:
            free = [m.id for m in self.models if m.gone and m.id.lower() not in self.by_name]
            name = self.rng.choice(free)
            self.create(name)
            return name

    def _touch(self, model: Model) -> None:
        self.revision += 1
        model.versions.append(copy.deepcopy(model.record))


# ---------------------------------------------------------------- settings

STATUS_FAULTS = {f"status-{status}": status for status in (500, 502, 503, 504)}
# A card has no shape to check, so these would change it unnoticed.
JSON_FAULTS = ["short-length", "cut", "html"]
WIRE_FAULTS = ["reset", "close", "drip", "stall", "cut-gzip", "long-length"]
LIMIT_FAULTS = ["storm", "retry-after"]
PAGE_FAULTS = ["duplicate", "overlap"]
FAULTS = [*STATUS_FAULTS, *LIMIT_FAULTS, *WIRE_FAULTS, *JSON_FAULTS, *PAGE_FAULTS]
CHANGES = ["vanish", "rename", "modify", "create", "reuse"]
HOSTILE = [
    "redirect-file", "redirect-other", "redirect-loop", "link-other", "link-same", "link-stuck", "endless-chunked",
    "endless-length", "gzip-bomb", "deep-json", "escapes", "echo-error", "echo-page",
]  # fmt: skip
WORDINGS = ["pipes", "brackets", "sentence", "issues"]


@dataclass
class Settings:
    port: int = 0
    seed: int = 0
    token: str | None = None  # the only token that is accepted
    list_cap: int = 1000  # a larger limit is lowered to this
    tree_cap: int = 1000
    quota: int = 10**9
    resolver_quota: int | None = None  # None: as `quota`
    window: float = 300
    rounding: str = "up"  # of the seconds that a window has left
    windows: str = "first"  # opened by the first request after the last one, or by the "clock"
    wording: str = "pipes"  # of the answer to an unknown expand value
    unknown: tuple[str, ...] = ()  # expand values that this Hub does not know
    latency: float = 0.0
    faults: dict[str, float] = field(default_factory=dict)
    changes: tuple[str, ...] = ()  # each happens once after every page of the list
    expired_status: int = 410
    hostile: str | None = None
    hostile_after: int = 1  # pages of the list that are still honest


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_json: bool = True


@dataclass
class Request:
    """One line of the log."""

    when: float
    target: str
    bucket: str
    token: str | None
    accept_encoding: str = ""
    status: int = 0
    fault: str = ""


def say(value: object, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), named)


def refuse(status: int, message: str, code: str | None = None) -> Answer:
    headers = {"X-Error-Code": code, "X-Error-Message": message} if code else {}
    return Answer(status, json.dumps({"error": message}).encode(), headers)


# ---------------------------------------------------------------- quota


class Bucket:
    """A fixed window: `quota` requests, then none until it ends."""

    def __init__(self, name: str, quota: int, settings: Settings):
        self.name, self.quota, self.settings = name, quota, settings
        self.ends = 0.0
        self.used = 0

    def take(self, now: float) -> bool:
        window = self.settings.window
        if now >= self.ends:
            start = math.floor(now / window) * window if self.settings.windows == "clock" else now
            self.ends, self.used = start + window, 0
        self.used += 1
        return self.used <= self.quota

    def headers(self, now: float) -> dict[str, str]:
        left = max(0.0, self.ends - now)
        seconds = math.ceil(left) if self.settings.rounding == "up" else math.floor(left)
        return {
            "RateLimit": f'"{self.name}";r={max(0, self.quota - self.used)};t={seconds}',
            "RateLimit-Policy": f'"fixed window";"{self.name}";q={self.quota};w={self.settings.window:g}',
        }


# ---------------------------------------------------------------- the Hub

ONE_MODEL = re.compile(r"/api/models/([^/]+(?:/[^/]+)?)")
BELOW_MODEL = re.compile(r"/api/models/([^/]+(?:/[^/]+)?)/(commits|tree|revision)/([^/]+)(?:/(.+))?")
RESOLVE = re.compile(r"/([^/]+(?:/[^/]+)?)/resolve/([^/]+)/(.+)")
RESOLVE_CACHE = re.compile(r"/api/resolve-cache/models/([^/]+(?:/[^/]+)?)/([0-9a-f]{40})/(.+)")


class OtherHub:
    def __init__(self, contents: Contents, settings: Settings | None = None):
        self.contents = contents
        self.settings = settings or Settings()
        self.counters: collections.Counter[str] = collections.Counter()
        self.log: list[Request] = []
        self.elsewhere: list[tuple[str, dict[str, str]]] = []  # what the other port was sent
        self.stopping = threading.Event()
        self.lock = threading.RLock()
        self.buckets: dict[tuple[str, str], Bucket] = {}
        self.attempts: collections.Counter[str] = collections.Counter()
        self.in_a_row: collections.Counter[str] = collections.Counter()
        self.pages = 0
        self.generation = 0  # cursors of an older one have expired
        self.by_time: tuple[int, list[Model]] = (-1, [])

    def start(self) -> str:
        self.server = Listener(("127.0.0.1", self.settings.port), HubHandler, self)
        self.other = Listener(("127.0.0.1", 0), OtherHandler, self)
        for listener in (self.server, self.other):
            threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self.url

    def stop(self) -> None:
        self.stopping.set()
        for listener in (self.server, self.other):
            listener.shutdown()
            listener.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def other_url(self) -> str:
        return f"http://127.0.0.1:{self.other.server_address[1]}"

    def truth(self) -> list[dict]:
        """The models that a correct crawl must hold, by `_id`.

        A model made while the crawl ran counts once a page has shown it; one
        that vanished does not count, though a crawl may have met it before."""
        with self.contents.lock:
            public = self.contents.public()
            return [copy.deepcopy(model.record) for model in public if model.served or not model.born_during_crawl]

    def versions(self) -> dict[str, list[dict]]:
        """By `_id`: every record that was true while the Hub ran, also of vanished models."""
        with self.contents.lock:
            return {m.hub_id: copy.deepcopy(m.versions) for m in self.contents.models if not m.private}

    def expire_cursors(self) -> None:
        """From now on every cursor handed out so far is refused."""
        with self.lock:
            self.generation += 1

    # -- one request

    def serve(self, handler: HubHandler) -> None:
        now = time.time()
        path, _, query_text = handler.path.partition("?")
        query = parse_qsl(query_text, keep_blank_values=True)
        token = (handler.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        bucket_name = "resolvers" if "/resolve/" in path or "/resolve-cache/" in path else "api"
        request = Request(now, handler.path, bucket_name, token, handler.headers.get("Accept-Encoding", ""))
        with self.lock:
            self.log.append(request)
            self.counters["requests"] += 1
            bucket = self._bucket(bucket_name, token or handler.client_address[0])
            allowed = bucket.take(now)
            limits = bucket.headers(now)
        if self.settings.latency:
            time.sleep(self.settings.latency)
        if not allowed:
            self.counters["refused by quota"] += 1
            self._send(handler, request, refuse(429, "Too Many Requests: you have reached your quota"), limits)
            return
        if self._is_hostile_now(path):
            request.fault = self.settings.hostile
            self.counters["hostile"] += 1
            be_hostile(self, handler, path, query, token, limits)
            return
        fault = self._pick_fault(handler.path, is_card=bucket_name == "resolvers")
        request.fault = fault or ""
        if fault:
            self.counters[f"fault {fault}"] += 1
        if fault in STATUS_FAULTS:
            status = STATUS_FAULTS[fault]
            self._send(handler, request, Answer(status, b"<html>upstream trouble</html>", is_json=False), limits)
        elif fault == "storm":  # from the network in front of the Hub: no limits told
            self._send(handler, request, Answer(429, b"<html>slow down</html>", is_json=False), {})
        elif fault == "retry-after":
            self._send(handler, request, Answer(429, b"{}", {"Retry-After": "1"}), {})
        else:
            answer = self._answer(path, query, token, fault)
            self._send(handler, request, answer, limits, fault)

    def _bucket(self, name: str, client: str) -> Bucket:
        quota = self.settings.quota
        if name == "resolvers" and self.settings.resolver_quota is not None:
            quota = self.settings.resolver_quota
        return self.buckets.setdefault((name, client), Bucket(name, quota, self.settings))

    def _is_hostile_now(self, path: str) -> bool:
        return bool(self.settings.hostile) and path == "/api/models" and self.pages >= self.settings.hostile_after

    def _pick_fault(self, target: str, is_card: bool) -> str | None:
        with self.lock:
            attempt = self.attempts[target]
            self.attempts[target] += 1
            if self.in_a_row[target] < 3:
                rng = random.Random(f"{self.settings.seed} {target} {attempt}")
                for name, probability in self.settings.faults.items():
                    hidden = is_card and name in JSON_FAULTS
                    if rng.random() < probability and not hidden:
                        self.in_a_row[target] += 1
                        return name
            self.in_a_row[target] = 0
            return None

    # -- routes

    def _answer(self, path: str, query: list[tuple[str, str]], token: str | None, fault: str | None) -> Answer:
        if token is not None and token != self.settings.token:
            return refuse(401, "Invalid credentials in Authorization header")
        if path == "/api/models":
            return self._list(query, fault)
        if matched := RESOLVE_CACHE.fullmatch(path):
            return self._cached_card(unquote(matched[1]), matched[2], unquote(matched[3]))
        if matched := BELOW_MODEL.fullmatch(path):
            name, kind, revision, below = matched[1], matched[2], unquote(matched[3]), unquote(matched[4] or "")
            rest = path[path.index(f"/{kind}/", len("/api/models/")) :]
            return self._about(unquote(name), "/api/models/", rest, query, token, kind, revision, below)
        if matched := ONE_MODEL.fullmatch(path):
            return self._about(unquote(matched[1]), "/api/models/", "", query, token, "detail", "main", "")
        if matched := RESOLVE.fullmatch(path):
            rest = path[path.index("/resolve/") :]
            revision, below = unquote(matched[2]), unquote(matched[3])
            return self._about(unquote(matched[1]), "/", rest, query, token, "resolve", revision, below)
        return refuse(404, "Sorry, we can't find the page you are looking for.")

    def _about(self, name, prefix, rest, query, token, kind, revision, below) -> Answer:
        """Every route below one model: who is meant, may it be read, which commit."""
        model, is_present_name = self.contents.find(name)
        if model is None or model.private:
            if token:
                return refuse(404, "Repository not found", "RepoNotFound")
            return refuse(401, "Invalid username or password.")
        if not is_present_name:
            search = f"?{urlencode(query)}" if query else ""
            location = prefix + quote(model.id) + rest + search
            return Answer(307, f"Temporary Redirect. Redirecting to {location}".encode(), {"Location": location}, False)
        if (model.is_gated or model.is_disabled) and kind in ("commits", "resolve"):
            if model.is_disabled and kind == "resolve":
                return refuse(403, "Access to this resource is disabled.")
            return refuse(403 if token else 401, f"Access to model {model.id} is restricted.", "GatedRepo")
        if model.is_disabled and kind == "tree":
            return refuse(403, "Access to this resource is disabled.")
        numbers = {commit_id(model, number): number for number in range(model.commit_count)}
        numbers["main"] = model.commit_count - 1
        if revision not in numbers:
            return refuse(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        number = numbers[revision]
        if kind == "commits":
            return self._commits(model, number, prefix, rest, query)
        if kind == "tree":
            return self._tree(model, number, prefix, rest, query, below)
        if kind == "resolve":
            return self._resolve(model, number, below)
        return self._detail(model, number, query)

    def _list(self, query: list[tuple[str, str]], fault: str | None) -> Answer:
        asked = dict(query)
        expand = [value for name, value in query if name in ("expand", "expand[]")]
        wrong = self._unknown_expand(expand, [name for name in EXPANDABLE if name not in self.settings.unknown])
        if wrong:
            return wrong
        if not asked.get("limit", "1").isdigit() or int(asked.get("limit", "1")) == 0:
            return refuse(400, '"limit" must be a positive number')
        limit = min(int(asked.get("limit", "1000")), self.settings.list_cap)
        order = (asked.get("sort"), asked.get("direction", "-1"))
        if order not in [("createdAt", "1"), ("lastModified", "-1"), (None, "-1")]:
            return refuse(400, f"this Hub cannot sort by {order}")
        cursor = {"after": None, "again": 0}
        if "cursor" in asked:
            cursor = read_cursor(asked["cursor"])
            if cursor is None or cursor["sort"] != order[0]:
                return refuse(400, "Invalid cursor")
            if cursor["generation"] != self.generation:
                self.counters["expired cursors"] += 1
                return refuse(self.settings.expired_status, "Cursor expired")
        filters = [value for name, value in query if name == "filter"]
        with self.contents.lock:
            models = self._ordered(order[0])
            keys = [list_key(model, order[0]) for model in models]
            at = 0 if cursor["after"] is None else bisect.bisect(keys, tuple(cursor["after"]))
            page, last = [], at
            for last in range(at, len(models)):
                if len(page) == limit:
                    break
                if matches(models[last], filters, asked.get("author")):
                    page.append(models[last])
            else:
                last = len(models)
            for model in page:
                model.served = True
            shown = [project(model, expand, LISTED_BY_DEFAULT) for model in page]
        with self.lock:
            self.pages += 1
        if not expand:
            shown = [{**record, "modelId": record["id"]} for record in shown]
        headers = {}
        if last < len(models):
            # Leading back once is a fault; leading back from there again would be a trap.
            back = 0 if cursor["again"] else {"duplicate": len(page), "overlap": min(3, len(page) - 1)}.get(fault, 0)
            again = back > 0
            after = list_key(page[-1 - back], order[0]) if back < len(page) else cursor["after"]
            text = write_cursor(after, order[0], int(again), self.generation)
            params = [(name, value) for name, value in query if name != "cursor"] + [("cursor", text)]
            headers["Link"] = f'<{self.url}/api/models?{urlencode(params)}>; rel="next"'
        for change in self.settings.changes:
            getattr(self.contents, change)()
        return say(shown, **headers)

    def _ordered(self, sort: str | None) -> list[Model]:
        if sort == "createdAt":
            return self.contents.public()
        revision, models = self.by_time
        if revision != self.contents.revision:
            models = sorted(self.contents.public(), key=lambda model: list_key(model, sort))
            self.by_time = (self.contents.revision, models)
        return models

    def _unknown_expand(self, expand: list[str], valid: list[str]) -> Answer | None:
        for place, value in enumerate(expand):
            if value not in valid:
                return unknown_expand(self.settings.wording, value, place, valid)
        return None

    def _detail(self, model: Model, number: int, query: list[tuple[str, str]]) -> Answer:
        expand = [value for name, value in query if name in ("expand", "expand[]")]
        wrong = self._unknown_expand(expand, [name for name in EXPANDABLE_IN_DETAIL if name not in self.settings.unknown])
        if wrong:
            return wrong
        default = [name for name in model.record if name not in ABSENT_FROM_DETAIL] + ["siblings"]
        record = project(model, expand, default)
        if "sha" in record and number != model.commit_count - 1:
            record["sha"] = commit_id(model, number)
        return say(record if expand else {**record, "modelId": model.id})

    def _commits(self, model: Model, number: int, prefix: str, rest: str, query: list[tuple[str, str]]) -> Answer:
        asked = dict(query)
        limit, page = asked.get("limit", "50"), asked.get("p", "0")
        if not limit.isdigit() or not 1 <= int(limit) <= 1000 or not page.isdigit():
            return refuse(400, '"limit" must be between 1 and 1000')
        every = commits(model, number)
        start = int(page) * int(limit)
        headers = {"X-Total-Count": str(len(every))}
        if start + int(limit) < len(every):
            params = urlencode({**asked, "p": int(page) + 1, "limit": limit})
            headers["Link"] = f'<{self.url}{prefix}{quote(model.id)}{rest}?{params}>; rel="next"'
        shown = every[start : start + int(limit)]
        if asked.get("expand") == "formatted" or asked.get("expand[]") == "formatted":
            shown = [{**commit, "formatted": {"title": commit["title"]}} for commit in shown]
        return say(shown, **headers)

    def _tree(self, model: Model, number: int, prefix: str, rest: str, query: list[tuple[str, str]], below: str) -> Answer:
        asked = dict(query)
        entries = [entry for entry in tree(model, number) if not below or entry["path"].startswith(below + "/")]
        if asked.get("recursive", "false").lower() not in ("true", "1"):
            depth = below.count("/") + 1 if below else 0
            entries = [entry for entry in entries if entry["path"].count("/") == depth]
        if below and not entries:
            return refuse(404, f"{below} does not exist", "EntryNotFound")
        limit = min(int(asked.get("limit", "1000")), self.settings.tree_cap)
        start = 0
        if "cursor" in asked:
            after = base64.urlsafe_b64decode(asked["cursor"]).decode()
            start = bisect.bisect([entry["path"] for entry in entries], after)
        headers = {}
        shown = entries[start : start + limit]
        if start + limit < len(entries):
            cursor = base64.urlsafe_b64encode(shown[-1]["path"].encode()).decode()
            params = urlencode({**asked, "cursor": cursor})
            headers["Link"] = f'<{self.url}{prefix}{quote(model.id)}{rest}?{params}>; rel="next"'
        return say(shown, **headers)

    def _resolve(self, model: Model, number: int, path: str) -> Answer:
        text = card(model, number)
        commit = commit_id(model, number)
        if path != "README.md" or text is None:
            answer = refuse(404, "Entry not found", "EntryNotFound")
            answer.headers["X-Repo-Commit"] = commit
            return answer
        location = f"/api/resolve-cache/models/{quote(model.id)}/{commit}/README.md"
        headers = {
            "Location": location,
            "X-Repo-Commit": commit,
            "X-Linked-Size": str(len(text)),
            "X-Linked-Etag": f'"{blob_id(text)}"',
        }
        return Answer(307, f"Temporary Redirect. Redirecting to {location}".encode(), headers, False)

    def _cached_card(self, name: str, commit: str, path: str) -> Answer:
        model, _ = self.contents.find(name)
        if model is None or path != "README.md":
            return refuse(404, "Entry not found", "EntryNotFound")
        numbers = {commit_id(model, number): number for number in range(model.commit_count)}
        text = card(model, numbers.get(commit))
        return Answer(200, text, {"X-Repo-Commit": commit, "ETag": f'"{blob_id(text)}"'}, False)

    def _send(self, handler: HubHandler, request: Request, answer: Answer, limits: dict[str, str], fault: str | None = None):
        request.status = answer.status
        self.counters[f"status {answer.status}"] += 1
        send(handler, answer, limits, fault)


# ---------------------------------------------------------------- parts of answers


def list_key(model: Model, sort: str | None) -> tuple:
    """Ascending in the order of the list; a wrong lastModified counts as the oldest."""
    if sort != "lastModified":
        return (model.hub_id,)
    text = model.record["lastModified"]
    try:
        when = datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        when = 0.0
    return (-when, model.hub_id)


def write_cursor(after: tuple | None, sort: str | None, again: int, generation: int) -> str:
    state = {"after": after, "sort": sort, "again": again, "generation": generation}
    return base64.b64encode(json.dumps(state).encode()).decode()


def read_cursor(text: str) -> dict | None:
    try:
        return json.loads(base64.b64decode(text, validate=True))
    except ValueError:
        return None


def matches(model: Model, filters: list[str], author: str | None) -> bool:
    tags = model.record["tags"]
    tags = tags if isinstance(tags, list) else []
    return all(tag in tags for tag in filters) and (author is None or model.record.get("author") == author)


def project(model: Model, expand: list[str], default: list[str]) -> dict:
    """Exactly `_id`, `id` and the wanted fields that the model has."""
    record = {"_id": model.hub_id, "id": model.id}
    for name in expand or default:
        if name == "siblings":
            record[name] = [{"rfilename": entry["path"]} for entry in tree(model) if entry["type"] == "file"]
        elif name in model.record:
            record[name] = model.record[name]
    return record


def unknown_expand(wording: str, value: str, place: int, valid: list[str]) -> Answer:
    if wording == "pipes":
        options = "|".join(f'"{name}"' for name in valid)
        return refuse(400, f"✖ Invalid option: expected one of {options}\n  → at expand[{place}]")
    if wording == "brackets":
        return refuse(400, f'"expand[{place}]" must be one of [{", ".join(valid)}]')
    if wording == "sentence":
        options = ", ".join(f"`{name}`" for name in valid)
        return refuse(400, f"Unknown value `{value}` in expand. Valid values are: {options}.")
    issue = {"code": "invalid_enum_value", "path": ["expand", place], "options": valid, "received": value}
    return say({"error": "Bad request", "issues": [issue]}, 400)


# ---------------------------------------------------------------- the wire


class Hangup(Exception):
    """The connection is gone, or shall be."""


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address, handler, hub: OtherHub):
        super().__init__(address, handler)
        self.hub = hub

    def handle_error(self, request, client_address):
        """A client that hangs up, or is killed, is part of the game."""
        if not isinstance(sys.exc_info()[1], (OSError, Hangup)):
            super().handle_error(request, client_address)


class HubHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        try:
            self.server.hub.serve(self)
        except Hangup:
            self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class OtherHandler(BaseHTTPRequestHandler):
    """The other port: nothing of the crawl's business, so it notes who comes."""

    def do_GET(self):
        self.server.hub.elsewhere.append((self.path, dict(self.headers)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"[]")

    do_POST = do_HEAD = do_GET

    def log_message(self, *_):
        pass


def head(status: int, headers: dict[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase
    lines = [f"HTTP/1.1 {status} {phrase}", f"Date: {formatdate(usegmt=True)}", "X-Request-Id: Root=1-0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def send(handler: HubHandler, answer: Answer, limits: dict[str, str], fault: str | None) -> None:
    """Sends an answer, damaged as `fault` says."""
    if fault == "close":
        raise Hangup
    if fault == "stall":
        linger(handler)
    body = answer.body
    kind = "application/json; charset=utf-8" if answer.is_json else "text/plain; charset=utf-8"
    headers = {"Content-Type": kind, **limits, **answer.headers}
    if fault == "html":
        body, headers = b"<!doctype html><title>Just a moment...</title>", {**limits, "Content-Type": "text/html"}
    if fault == "cut":
        body = body[: max(1, len(body) * 2 // 3)] if len(body) > 1 else b""
    if fault == "cut-gzip" or ("gzip" in handler.headers.get("Accept-Encoding", "") and len(body) > 1000):
        body = gzip.compress(body, 1)
        headers["Content-Encoding"] = "gzip"
        if fault == "cut-gzip":
            body = body[: len(body) * 2 // 3]
    if fault == "short-length":
        headers["Content-Length"] = str(len(body) * 2 // 3)
    elif fault in ("long-length", "reset"):
        headers["Content-Length"] = str(len(body) + 1000)
    else:
        headers["Content-Length"] = str(len(body))
    if handler.command == "HEAD":
        body = b""
    if fault == "drip":
        handler.wfile.write(head(answer.status, headers))
        drip(handler, body)
    elif fault == "reset":
        handler.wfile.write(head(answer.status, headers) + body[: len(body) // 2])
        time.sleep(0.02)  # let the half arrive before the reset discards it
        reset(handler)
    else:
        handler.wfile.write(head(answer.status, headers) + body)
    if fault in ("short-length", "long-length"):
        raise Hangup


def drip(handler: HubHandler, body: bytes) -> None:
    for at in range(len(body)):
        if handler.server.hub.stopping.wait(0.2):
            raise Hangup
        handler.wfile.write(body[at : at + 1])


def linger(handler: HubHandler) -> None:
    """Says nothing until the client has had enough."""
    while not handler.server.hub.stopping.is_set():
        readable, _, _ = select.select([handler.connection], [], [], 0.2)
        if readable and not handler.connection.recv(1, socket.MSG_PEEK):
            break
    raise Hangup


def reset(handler: HubHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())  # the handler's files keep an ordinary close waiting
    raise Hangup


# ---------------------------------------------------------------- hostile modes

TEN_GB = 10 * 10**9


def be_hostile(hub: OtherHub, handler: HubHandler, path: str, query, token: str | None, limits: dict[str, str]) -> None:
    mode = hub.settings.hostile
    target = handler.path
    if mode.startswith("redirect-"):
        location = {"file": "file:///etc/passwd", "other": hub.other_url + target, "loop": target}[mode.removeprefix("redirect-")]
        send(handler, Answer(307, b"", {"Location": location}), limits, None)
    elif mode in ("link-other", "link-same", "link-stuck"):
        page = hub._list([(name, value) for name, value in query if name != "cursor"], None)
        fresh = f"{target}{'&' if '?' in target else '?'}nonce={random.getrandbits(64):x}"
        link = {"link-other": hub.other_url + target, "link-same": hub.url + target, "link-stuck": hub.url + fresh}[mode]
        page.headers["Link"] = f'<{link}>; rel="next"'
        send(handler, page, limits, None)
    elif mode in ("endless-chunked", "endless-length"):
        stream_endlessly(handler, limits, chunked=mode == "endless-chunked")
    elif mode == "gzip-bomb":
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", **limits}
        body = gzip_bomb()
        handler.wfile.write(head(200, {**headers, "Content-Length": str(len(body))}) + body)
    elif mode == "deep-json":
        depth = 500_000
        body = b'[{"_id":"62200000aaaaaaaaaaaaaaaa","id":"deep/er","cardData":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]"
        send(handler, Answer(200, body), limits, None)
    elif mode == "escapes":
        message = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m\x9b31m\r\nerror: forged line"
        send(handler, Answer(403, message.encode(), {}, False), limits, None)
    elif mode == "echo-error":
        answer = refuse(400, f"the token {token} is not welcome")
        answer.headers["Link"] = f'<{hub.url}{target}&token={token}>; rel="next"'
        send(handler, answer, limits, None)
    elif mode == "echo-page":
        echo_page(hub, handler, query, token, limits)


def echo_page(hub: OtherHub, handler: HubHandler, query, token: str | None, limits: dict[str, str]) -> None:
    """An honest page, but the token stands in its models and its Link."""
    page = hub._list([(name, value) for name, value in query if name != "echo"], None)
    records = json.loads(page.body)
    for record in records:
        record["echo"] = record["cardData"] = {"authorization": f"Bearer {token}"}
        record["tags"] = [f"license:{token}"]
    page.body = json.dumps(records).encode()
    if "Link" in page.headers:
        page.headers["Link"] = page.headers["Link"].replace(">", f"&echo={token}>")
    send(handler, page, limits, None)


def stream_endlessly(handler: HubHandler, limits: dict[str, str], chunked: bool) -> None:
    item = b'{"_id":"62200000aaaaaaaaaaaaaaaa","id":"end/less","tags":["' + b"x" * 400 + b'"]},'
    piece = item * 2000
    framing = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(TEN_GB)}
    handler.wfile.write(head(200, {"Content-Type": "application/json", **framing, **limits}))
    sent = 0
    while sent + len(piece) < TEN_GB and not handler.server.hub.stopping.is_set():
        data = b"[" + piece[1:] if sent == 0 else piece
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)
        sent += len(data)
    raise Hangup


def gzip_bomb() -> bytes:
    """10 GB of spaces in a few megabytes; the checksum is wrong, but nobody should get there."""
    size = 1 << 24
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(b" " * size) + deflate.flush(zlib.Z_FULL_FLUSH)  # repeatable: needs nothing before it
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * (TEN_GB // size) + b"\x03\0" + bytes(8)


# ---------------------------------------------------------------- program


def probabilities(texts: list[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        name, _, probability = text.partition("=")
        if name not in FAULTS:
            raise SystemExit(f"unknown fault {name}; known: {', '.join(FAULTS)}")
        found[name] = float(probability or 0.1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="A loopback server that answers like the Hub")
    parser.add_argument("--models", type=int, default=5000)
    parser.add_argument("--plain", action="store_true", help="no odd data")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=PROBABILITY]", help=", ".join(FAULTS))
    parser.add_argument("--change", action="append", default=[], choices=CHANGES, help="happens after every page")
    parser.add_argument("--unknown", action="append", default=[], metavar="EXPAND", help="an expand value it does not know")
    parser.add_argument("--hostile", choices=HOSTILE)
    parser.add_argument("--rounding", choices=["up", "down"], default="up")
    parser.add_argument("--windows", choices=["first", "clock"], default="first")
    parser.add_argument("--wording", choices=WORDINGS, default="pipes")
    parser.add_argument("--token")
    for setting in dataclasses.fields(Settings):
        if isinstance(setting.default, (int, float)):
            parser.add_argument(f"--{setting.name.replace('_', '-')}", type=type(setting.default), default=setting.default)
    parser.add_argument("--resolver-quota", type=int)
    asked = vars(parser.parse_args())
    contents = Contents(asked.pop("models"), asked["seed"], odd=not asked.pop("plain"))
    faults, changes, unknown = probabilities(asked.pop("fault")), tuple(asked.pop("change")), tuple(asked.pop("unknown"))
    asked["window"] = float(asked["window"])
    hub = OtherHub(contents, Settings(**asked, faults=faults, changes=changes, unknown=unknown))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores SIGINT unless told
        signal.signal(number, lambda *_: ended.set())
    print(hub.start(), flush=True)
    ended.wait()
    hub.stop()
    print(json.dumps(hub.counters, indent=2, sort_keys=True), flush=True)


if __name__ == "__main__":
    main()
