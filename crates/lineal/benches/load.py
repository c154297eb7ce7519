#!/usr/bin/env python3
"""How fast is `lineal serve` under load, and does a new snapshot disturb it?

Serves a folder of snapshots and asks with `hey`, a public load generator (Debian: `apt-get install hey`), at a
steady rate over loopback: a model page, a lineage, searches, the impact of the largest family. The server keeps its
last answers, so that asking one thing again and again says little of what it takes to answer: with `wrk`, another
public load generator, it is then asked about thousands of models in turn, as fast as it answers. Prints for each the
rate that was reached, percentiles of the latency, failures, and the memory of the server before and after. With
`--swap LISTING --date DATE`, the listing is taken in meanwhile, and the snapshot replaced by the new one while it is
asked. With `--minutes N`, it is asked at a tenth of the rate about everything for so long, and its memory watched; the
listing is taken in after a third of that.

    lineal hubsim generate --models 1817398 --weeks 2 --out listings
    lineal import --data lake listings/models-….jsonl
    python3 load.py target/release/lineal lake [--rate 1000] [--seconds 20] [--minutes 60]
        [--swap LISTING --date DATE]

Both run on the same machine and share its cores, as in the project's goal: 99 % under 10 ms at 1,000 requests a
second. A percentile says little of a machine that does other work.
"""

import argparse
import http.client
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request


def get(address, path):
    with urllib.request.urlopen(address + path, timeout=60) as answer:
        return json.load(answer)


def start(lineal, lake):
    server = subprocess.Popen(
        [lineal, "serve", "--data", lake, "--listen", "127.0.0.1:0", "--no-report", "--refresh", "1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    line = server.stdout.readline()
    address = line.rsplit(" on ", 1)[1].strip().rstrip("/")
    print(line.strip())
    return server, address


def memory(server):
    """The memory of its own, and all that is resident, mapped files included, in MiB."""
    text = open(f"/proc/{server.pid}/status").read()
    kib = lambda key: int(re.search(rf"^{key}:\s+(\d+) kB", text, re.M).group(1))
    return kib("RssAnon") // 1024, kib("VmRSS") // 1024


def ask(address, path, rate, seconds, workers=20):
    """Asks for one path at a steady rate; returns what hey says."""
    each = max(1, round(rate / workers))
    command = ["hey", "-z", f"{seconds}s", "-c", str(workers), "-q", str(each), address + path]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    number = lambda pattern: float(re.search(pattern, text).group(1)) if re.search(pattern, text) else float("nan")
    statuses = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", text))
    errors = sum(int(count) for count in re.findall(r"^\s+\[(\d+)\]\s+(?:Get|Post)", text, re.M))
    failed = sum(int(count) for status, count in statuses.items() if status not in ("200", "304")) + errors
    milliseconds = lambda share: 1000 * number(rf"{share}% in ([\d.]+) secs")
    return {
        "rate": number(r"Requests/sec:\s+([\d.]+)"),
        "p50": milliseconds(50),
        "p90": milliseconds(90),
        "p99": milliseconds(99),
        "slowest": 1000 * number(r"Slowest:\s+([\d.]+) secs"),
        "answers": sum(int(count) for count in statuses.values()),
        "failed": failed,
    }


def quoted(name):
    return urllib.parse.quote(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lineal")
    parser.add_argument("lake")
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--minutes", type=int, help="watch the memory for so long, and do nothing else")
    parser.add_argument("--swap", help="a listing that is taken in while the server is asked")
    parser.add_argument("--date", help="its date")
    arguments = parser.parse_args()
    if not shutil.which("hey") and not arguments.minutes:
        sys.exit("SKIPPED: no load generator `hey` here")
    server, address = start(arguments.lineal, arguments.lake)
    try:
        (watch if arguments.minutes else measure)(arguments, server, address)
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure(arguments, server, address):
    top = get(address, "/api/v1/top?by=descendants&limit=200")["items"]
    largest = next(model for model in top if not model["missing"])
    name = quoted(largest["id"])
    derived = get(address, f"/api/v1/models/{name}/descendants?limit=50")
    first = derived["items"]
    leaf = quoted(first[-1]["id"]) if first else name
    words = quoted(largest["id"].split("/")[-1].replace("-", " ")[:40])
    print(f"largest family: {largest['id']}, {largest['descendants']:,} descendants; a member: {urllib.parse.unquote(leaf)}")
    paths = {
        "model page, a derived model": f"/models/{leaf}",
        "model page, the largest family": f"/models/{name}",
        "lineage of a derived model": f"/api/v1/models/{leaf}/lineage?down=false",
        "lineage, largest family, 100 nodes": f"/api/v1/models/{name}/lineage?limit=100",
        "search by words": f"/api/v1/search?q={words}",
        "search with a typing error": f"/api/v1/search?q={words[:3]}{words[4:]}",
        "impact of the largest family": f"/api/v1/models/{name}/impact",
        "home": "/",
    }
    names = related(address, top)
    before = memory(server)
    width = max(map(len, paths))
    print(f"\n{'':{width}}   req/s    p50    p90    p99  slowest (ms)  answers  failed")
    failed = 0
    for what, path in paths.items():
        said = ask(address, path, arguments.rate, arguments.seconds)
        failed += said["failed"]
        print(
            f"{what:{width}} {said['rate']:7.0f} {said['p50']:6.1f} {said['p90']:6.1f} {said['p99']:6.1f} "
            f"{said['slowest']:8.1f}      {said['answers']:8,} {said['failed']:7,}"
        )
    failed += mix(arguments, address, names)
    if arguments.swap:
        failed += swap(arguments, address, f"/models/{leaf}")
    after = memory(server)
    print(f"\nmemory of its own {before[0]:,} -> {after[0]:,} MiB, resident with mapped files {before[1]:,} -> {after[1]:,} MiB")
    sys.exit(1 if failed else 0)


def related(address, top):
    """Names of thousands of models that are derived from others."""
    names = set()
    for model in top:
        path = f"/api/v1/models/{quoted(model['id'])}/descendants?limit=200"
        names.update(each["id"] for each in get(address, path)["items"])
    return sorted(names)


# Templates of addresses, and how often each is asked for.
KINDS = {"/models/{}": 5, "/api/v1/models/{}/lineage": 3, "/api/v1/models/{}": 3, "/api/v1/models/{}/impact": 2}


def mix(arguments, address, names):
    """Asks about one model after the other, as fast as it answers."""
    if not shutil.which("wrk"):
        print("\nSKIPPED: no load generator `wrk` here, so nothing is asked about different models")
        return 0
    print(f"\neach of {len(names):,} derived models, as fast as it answers, at most 8 at once:")
    failed = 0
    for kind in KINDS:
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            paths = ",".join(json.dumps(kind.format(quoted(name))) for name in random.Random(1).sample(names, len(names)))
            script.write(f"local paths = {{{paths}}}\nlocal at = 0\n")
            script.write("request = function() at = at % #paths + 1; return wrk.format('GET', paths[at]) end\n")
            script.flush()
            command = ["wrk", "-t1", "-c8", f"-d{arguments.seconds}s", "--latency", "-s", script.name, address]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1))
        slow = re.search(r"99%\s+(\S+)", said).group(1)
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
        lost = sum(int(count) for found in (bad, broken) if found for count in found.groups())
        failed += lost
        print(f"{kind:40} {rate:7.0f} req/s, p99 {slow}, {lost} failed")
    return failed


def watch(arguments, server, address):
    """Asks about everything at a steady rate, and prints every minute how it is and what memory it takes."""
    top = get(address, "/api/v1/top?by=descendants&limit=200")["items"]
    names = related(address, top)
    others = ["/", "/week", "/top", "/clusters", "/api/v1/top?limit=50", "/api/v1/snapshots"]
    rate, threads = arguments.rate / 10, 4
    took, wrong, lock, over = [], [], threading.Lock(), threading.Event()
    has_changed = threading.Event()

    def path(chance):
        name = chance.choice(names)
        what = chance.random()
        if what < 0.1:
            return chance.choice(others)
        if what < 0.25:
            return "/api/v1/search?q=" + urllib.parse.quote(name.split("/")[-1][: chance.randint(3, 20)])
        return chance.choices(list(KINDS), KINDS.values())[0].format(quoted(name))

    def client(seed):
        chance, host = random.Random(seed), address.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=60)
        due = time.monotonic()
        while not over.is_set():
            asked, started = path(chance), time.monotonic()
            try:
                connection.request("GET", asked)
                answer = connection.getresponse()
                answer.read()
                # A model may be gone from a new snapshot, or have another name there.
                is_good = answer.status == 200 or has_changed.is_set() and answer.status in (308, 404)
            except OSError as error:
                answer, is_good = error, False
                connection.close()
            with lock:
                took.append(time.monotonic() - started)
                if not is_good:
                    wrong.append(f"{asked}: {getattr(answer, 'status', answer)}")
            due += threads / rate
            time.sleep(max(0, due - time.monotonic()))

    clients = [threading.Thread(target=client, args=(seed,), daemon=True) for seed in range(threads)]
    for each in clients:
        each.start()
    taking, answers = None, 0
    print("minute  answers  failed   p50    p99 (ms)  own memory  resident (MiB)  snapshot")
    for minute in range(1, arguments.minutes + 1):
        time.sleep(60)
        if arguments.swap and not taking and minute * 3 >= arguments.minutes:
            command = [arguments.lineal, "import", "--data", arguments.lake, arguments.swap, "--date", arguments.date]
            taking = subprocess.Popen(["nice", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            has_changed.set()
        with lock:
            last = sorted(took)
            took.clear()
        answers += len(last)
        own, resident = memory(server)
        middle, slow = (1000 * last[int(len(last) * share)] for share in (0.5, 0.99))
        snapshot = get(address, "/api/v1/snapshots")["snapshot"]
        print(
            f"{minute:6} {len(last):8,} {len(wrong):7,} {middle:5.1f} {slow:6.1f} {own:16,} {resident:15,}  {snapshot}",
            flush=True,
        )
    over.set()
    print(f"{answers:,} answers, {len(wrong):,} failed", *wrong[:10], sep="\n")
    sys.exit(1 if wrong else 0)


def swap(arguments, address, path):
    """Takes a snapshot in while the server is asked, until it serves the new one."""
    command = [arguments.lineal, "import", "--data", arguments.lake, arguments.swap, "--date", arguments.date]
    with tempfile.TemporaryFile() as said:
        taking = subprocess.Popen(["nice", *command], stdout=said, stderr=said)
        failed, started, rounds = 0, time.monotonic(), []
        while time.monotonic() - started < 600:
            rounds.append(ask(address, path, arguments.rate // 4, 5))
            failed += rounds[-1]["failed"]
            now = get(address, "/api/v1/snapshots")["snapshot"]
            if taking.poll() is not None and now == arguments.date:
                break
        answers = sum(each["answers"] for each in rounds)
        worst = max(each["p99"] for each in rounds)
        print(
            f"while a snapshot was taken in and replaced the one served ({time.monotonic() - started:.0f} s): "
            f"{answers:,} answers, {failed} failed, worst p99 of 5 s {worst:.1f} ms; serving {now}"
        )
    return failed


if __name__ == "__main__":
    main()
