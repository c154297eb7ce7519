"""What is asked and read, and what is said of it: lineal as a program and a server, files, and the count."""

import csv
import http.client
import io
import json
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote, urlencode

# ---------------------------------------------------------------- what was compared


class Checks:
    """Counts what was compared, keeps the first differences of each kind, and has the last word."""

    SHOWN = 5

    def __init__(self):
        self.compared = Counter()
        self.differing = Counter()
        self.left_out = Counter()
        self.lock = threading.Lock()

    def same(self, what, where, expected, found):
        with self.lock:
            self.compared[what] += 1
            if expected == found:
                return
            self.differing[what] += 1
            if self.differing[what] <= self.SHOWN:
                print(
                    f"DIFFERS: {what}: {where}\n  expected {brief(expected)}\n  found    {brief(found)}",
                    flush=True,
                )

    def holds(self, what, where, condition, found=None):
        self.same(what, where, True, True if condition else found or False)

    def leave_out(self, what):
        with self.lock:
            self.left_out[what] += 1

    def end(self):
        print(f"\n{'compared':>9}  {'differ':>6}  {'left out':>8}")
        for what in self.compared:
            print(f"{self.compared[what]:>9,}  {self.differing[what]:>6,}  {self.left_out[what]:>8,}  {what}")
        if not self.compared:
            print("SKIPPED: nothing could be compared")
        return 1 if self.differing else 0


def brief(value):
    text = repr(sorted(value) if isinstance(value, (set, frozenset)) else value)
    return text if len(text) <= 400 else f"{text[:400]}… ({len(text):,} characters)"


def skipped(what):
    print(f"SKIPPED: {what}", flush=True)


def say(text):
    print(text, flush=True)


# ---------------------------------------------------------------- lineal, from outside


class Lineal:
    """The binary, and a folder of snapshots of its own."""

    def __init__(self, binary, folder, by_commands=False):
        self.binary, self.folder, self.by_commands = binary, folder, by_commands

    def run(self, command, *words):
        words = [command, "--data", self.folder, *words]
        told = subprocess.run([self.binary, *words], capture_output=True, text=True)
        if told.returncode:
            sys.exit(f"lineal {' '.join(words)}: {told.stderr}")
        return told.stdout

    def json(self, command, *words):
        return json.loads(self.run(command, "--format", "json", *words))

    def rows(self, query):
        return list(csv.DictReader(io.StringIO(self.run("sql", query, "--format", "csv"))))

    @contextmanager
    def serving(self):
        """Serves the snapshot on a free port; yields its API, or else commands that answer alike."""
        if self.by_commands:
            yield Commands(self)
            return
        words = ["serve", "--listen", "127.0.0.1:0", "--no-report", "--refresh", "0", "--data", self.folder]
        server = subprocess.Popen([self.binary, *words], stdout=subprocess.PIPE, text=True)
        try:
            line = server.stdout.readline()
            address = re.search(r"http://([^/\s]+)/", line)
            if not address:
                sys.exit(f"lineal serve said {line!r}")
            yield Api(address[1])
        finally:
            server.terminate()
            server.wait(30)


class Api:
    """The REST API at an address. Each thread keeps a connection open."""

    def __init__(self, address):
        self.address = address
        self.local = threading.local()

    def get(self, path, pairs=()):
        target = f"/api/v1{path}" + (f"?{urlencode(pairs)}" if pairs else "")
        for attempt in (1, 2):
            if attempt == 2 or not hasattr(self.local, "connection"):
                self.local.connection = http.client.HTTPConnection(self.address, timeout=120)
            try:
                self.local.connection.request("GET", target)
                answer = self.local.connection.getresponse()
                body = answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                if attempt == 2:
                    raise
        if answer.status != 200:
            return {"status": answer.status, "body": body.decode(errors="replace")}
        return json.loads(body)

    def of_model(self, name, what, **parameters):
        return self.get(f"/models/{quote(name)}/{what}", [*parameters.items()])


class Commands:
    """The same answers as the API's, by a process for each question."""

    def __init__(self, lineal):
        self.lineal = lineal

    def of_model(self, name, what, up="true", down="true", **options):
        words = [] if down == "false" else ["--down"] if up == "true" else ["--down", "--no-up"]
        words += [word for key, value in options.items() for word in (f"--{key}", str(value))]
        return self.lineal.json("trace", *words, "--", name)

    def get(self, path, pairs):
        options = dict(pairs)
        limit = int(options["limit"])
        if path == "/impact":
            models = [value for key, value in pairs if key == "model"]
            return self.lineal.json("impact", "--limit", str(limit), "--", *models)
        if path == "/path":
            return self.lineal.json("path", "--limit", str(limit), "--", options["from"], options["to"])
        if path == "/search":
            return {"items": self.lineal.json("search", "--limit", str(limit), "--", options["q"])["hits"]}
        after = options["after"]
        told = self.lineal.json("top", "--by", options["by"], "--limit", str(after + limit))
        return {"items": told["models"][after:], "total": told["ranked"]}


def each(function, items):
    """Calls a function for all items, a few at a time, and passes on what it raises."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(function, items))


# ---------------------------------------------------------------- files


def lines(path):
    """The records of a compressed file, one by one."""
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as unpacked:
        for line in unpacked.stdout:
            yield json.loads(line)


def write_table(path, models, relations):
    """Writes a relation table: (base, derived) -> operation; a row for each derived model and operation."""
    rows = defaultdict(list)
    for (base, derived), operation in relations.items():
        rows[derived, operation].append(base)
    roots = set(models) - {derived for derived, _ in rows}
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["Model ID", "Type", "Base Model"])
        table.writerows([name, "", ""] for name in sorted(roots))
        table.writerows(
            [name, operation, ",".join(bases)] for (name, operation), bases in sorted(rows.items())
        )
