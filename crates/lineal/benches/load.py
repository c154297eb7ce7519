#!/usr/bin/env python3
"""How fast is `lineal serve` under load, and does a new snapshot disturb it?

Serves a folder of snapshots and asks with `hey`, a public load generator (Debian: `apt-get install hey`), at a
steady rate over loopback: a model page, a lineage, searches, the impact of the largest family, and a mix of
thousands of models. Prints for each the rate that was reached, percentiles of the latency, failures, and the memory
of the server before and after. With `--swap LISTING --date DATE`, the listing is taken in meanwhile, and the
snapshot replaced by the new one while it is asked.

    lineal hubsim generate --models 1817398 --weeks 2 --out listings
    lineal import --data lake listings/models-….jsonl
    python3 load.py target/release/lineal lake [--rate 1000] [--seconds 20] [--swap LISTING --date DATE]

Both run on the same machine and share its cores, as in the project's goal: 99 % under 10 ms at 1,000 requests a
second. A percentile says little of a machine that does other work.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
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
    parser.add_argument("--swap", help="a listing that is taken in while the server is asked")
    parser.add_argument("--date", help="its date")
    arguments = parser.parse_args()
    if not shutil.which("hey"):
        sys.exit("SKIPPED: no load generator `hey` here")
    server, address = start(arguments.lineal, arguments.lake)
    try:
        measure(arguments, server, address)
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
    if arguments.swap:
        failed += swap(arguments, address, f"/models/{leaf}")
    after = memory(server)
    print(f"\nmemory of its own {before[0]:,} -> {after[0]:,} MiB, resident with mapped files {before[1]:,} -> {after[1]:,} MiB")
    sys.exit(1 if failed else 0)


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
