#!/usr/bin/env python3
"""How fast is lineal beside Python, on the same listings, in one run?

    python3 crates/lineal/benches/compare.py LISTING…

builds the benchmark (`goals.rs`), installs polars, DuckDB, igraph, rustworkx and numpy into
`target/compare`, never anywhere else, runs the same steps with both (`pipeline.py`; `study.py` for
the study's own way), and prints each step's best milliseconds and the ratio. Listings are JSON
lines, plain or zstd. Both resolve names exactly. The answers must agree: every disagreement is printed, and the
exit code is then 1. Python needs to be 3.10 or newer.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PACKAGES = ["polars==2.1.0", "duckdb==2.0.0", "rustworkx==0.18.1", "igraph==1.0.0", "numpy==2.4.6"]
STEPS = "table-polars table-DuckDB relations load graph descendants chains tables usage study".split()

# A title, lineal's steps, Python's steps (the fastest of alternatives in one tuple), the goal.
ROWS = [
    ("listing → table on disk (lineal: relations and index too)", ["import"], [("table-polars", "table-DuckDB")], "10 s at 0.76 M"),
    ("listing → tables on disk, relations found", ["import"], [("table-polars", "table-DuckDB"), "relations"], "10 s at 0.76 M"),
    ("files → memory, names to numbers, graph", ["load"], ["load"], ""),
    ("the same, reopened (lineal: its index; Python: again)", ["reopen"], ["load"], "50 ms"),
    ("relations → graph, both directions", ["graph"], ["graph"], "200 ms"),
    ("descendant counts of all models", ["descendants"], ["descendants"], "60 ms, 10×"),
    ("exact chain counts with length histograms", ["chains"], ["chains"], "60 ms, 10×"),
    ("tables 1 to 3", ["tables"], ["tables"], ""),
    ("all usage tables, formal", ["usage_formal"], ["usage"], "2 s"),
    ("all usage tables, formal; Python: the study's way", ["usage_formal"], ["study"], "2 s, 50×"),
    ("all usage tables, study; Python: the study's way", ["usage_study"], ["study"], "2 s, 50×"),
    ("listing → all usage tables, formal", ["import", "reopen", "usage_formal"], [("table-polars", "table-DuckDB"), "relations", "load", "usage"], ""),
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("listing", nargs="+", type=pathlib.Path)
    arguments.add_argument("--rounds", type=int, default=3, help="runs of each Python step; the best counts")
    arguments = arguments.parse_args()
    python, goals = environment(), executable()
    agreed = True
    for listing in arguments.listing:
        agreed &= compare(python, goals, listing.resolve(), arguments.rounds)
    return 0 if agreed else 1


def environment():
    """Returns a Python that has the packages."""
    folder = ROOT / "target" / "compare"
    python = folder / "bin" / "python"
    stamp = folder / "packages"
    if not stamp.exists() or stamp.read_text() != " ".join(PACKAGES):
        print("installing", *PACKAGES, file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        stamp.write_text(" ".join(PACKAGES))
    return python


def executable():
    """Builds the benchmark and returns it."""
    build = ["cargo", "build", "--release", "--workspace", "--benches", "--message-format=json"]
    messages = subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for message in map(json.loads, messages.splitlines()):
        if message.get("executable") and message["target"]["name"] == "goals":
            return message["executable"]
    raise SystemExit("cargo built no benchmark `goals`")


def compare(python, goals, listing, rounds):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # Before and after the Python steps, in case the machine is busier at one end.
        first = run_lineal(goals, listing, folder / "lineal.json")
        theirs = {}
        for step in STEPS:
            print(f"{step} …", file=sys.stderr)
            command = [python, HERE / "pipeline.py", step, listing, folder, str(rounds)]
            output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}).stdout
            theirs[step] = json.loads(output)
        ours = run_lineal(goals, listing, folder / "lineal.json")
    ours["steps"] = {step: min(took, first["steps"][step]) for step, took in ours["steps"].items()}
    show(listing, ours, theirs)
    return agree(ours, theirs)


def run_lineal(goals, listing, output):
    print("lineal …", file=sys.stderr)
    subprocess.run([goals, "--exact", "--json", output, listing], check=True, stdout=subprocess.DEVNULL)
    [measured] = json.loads(output.read_text())
    return measured


def show(listing, ours, theirs):
    print(f"\n{listing.name}: {ours['models']:,} models, {ours['relations']:,} relations\n")
    rows = [("step", "lineal, ms", "Python, ms", "ratio", "goal", "fastest in Python")]
    for title, steps, alternatives, goal in ROWS:
        mine = sum(ours["steps"][step] for step in steps)
        best = [fastest(theirs, step) for step in alternatives]
        python = sum(took for took, _ in best)
        who = " + ".join(dict.fromkeys(name for _, name in best))
        rows.append((title, milliseconds(mine), milliseconds(python), f"{python / mine:,.1f}×", goal, who))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [cell.rjust(width) if at in (1, 2, 3) else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        print(f"| {' | '.join(cells)} |")
        if number == 0:
            print("|" + "|".join("-" * (width + 1) + (":" if at in (1, 2, 3) else "-") for at, width in enumerate(widths)) + "|")

    print("\nEvery candidate, ms:")
    for step, measured in theirs.items():
        print(f"  {step}: " + "; ".join(f"{name} {milliseconds(took)}" for name, took in measured["times"].items()))
    table = min(theirs["table-polars"]["answer"]["bytes"], theirs["table-DuckDB"]["answer"]["bytes"])
    relations = theirs["relations"]["answer"]["bytes"]
    print(f"\nOn disk: lineal {ours['bytes'] / 1e6:.1f} MB; Python {(table + relations) / 1e6:.1f} MB")
    peaks = ", ".join(f"{step} {measured['memory_kib'] * 1024 / 1e6:,.0f}" for step, measured in theirs.items())
    for name, peak in (("after import", "peak_after_import_kib"), ("at the end", "peak_at_end_kib")):
        if ours[peak] is not None:
            print(f"Most memory, lineal {name}: {ours[peak] * 1024 / 1e6:,.0f} MB")
    print(f"Most memory, Python by step: {peaks} MB")


def fastest(theirs, step):
    steps = step if isinstance(step, tuple) else (step,)
    return min((took, name) for step in steps for name, took in theirs[step]["times"].items())


def milliseconds(took):
    return f"{took:,.0f}" if took >= 100 else f"{took:,.1f}"


def agree(ours, theirs):
    """Prints where the answers differ; returns whether they do not."""
    missing = ours["formal"]["models"]["missing_bases"]
    differences = []
    descendants = {count: nodes for count, nodes in ours["descendants"].items() if count != "0"}
    contrast("descendants", descendants, theirs["descendants"]["answer"], differences)
    contrast("lengths", ours["formal"]["chains"]["length_histogram"], theirs["chains"]["answer"], differences)
    contrast("formal", ours["formal"], theirs["usage"]["answer"], differences)
    contrast("study", ours["study"], theirs["study"]["answer"], differences)
    for difference in differences:
        print(f"DISAGREE {difference}")
    if not differences:
        print(f"The answers agree: tables, descendants of all models and {missing:,} missing bases, chains, clusters.")
    return not differences


def contrast(path, ours, theirs, differences):
    """Compares all that Python found; a count that is zero may be left out."""
    if path.endswith(".tasks"):
        key = lambda row: (row["operation"], row["category"])
        ours, theirs = ({key(row): row["models"] for row in rows} for rows in (ours, theirs))
    if isinstance(theirs, dict):
        for key in [*theirs, *(key for key in ours if key not in theirs and path.endswith(COUNTED))]:
            contrast(f"{path}.{key}", ours.get(key) or 0, theirs.get(key) or 0, differences)
    elif isinstance(theirs, list):
        if len(ours) != len(theirs):
            differences.append(f"{path}: {len(ours)} and {len(theirs)} rows")
        for at, (mine, other) in enumerate(zip(ours, theirs)):
            contrast(f"{path}[{at}]", mine, other, differences)
    elif isinstance(theirs, float):
        if ours is None or not math.isclose(ours, theirs, rel_tol=1e-9):
            differences.append(f"{path}: {ours} and {theirs}")
    elif str(ours) != str(theirs):
        differences.append(f"{path}: {ours} and {theirs}")


# Where every key that lineal has must be Python's as well.
COUNTED = ("first_met", "of_two", "of_three", "descendants", "lengths", "histogram", "dominant", "diversity", "tasks", "operation")


if __name__ == "__main__":
    sys.exit(main())
