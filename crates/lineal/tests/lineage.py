#!/usr/bin/env python3
"""Are lineal's answers about single models right, by other people's graph libraries and other people's lists?

usage: lineage.py LINEAL [--shared DIR] [--full] [--commands] [--seed N] [--lineages DIR]

Imports real listings with the binary LINEAL, serves them, and compares what the API and a few commands tell of
thousands of models with `lineage_check/reference.py`, which joins raw tags and walks graphs without lineal:

  2024     the listing of 760,000 models: how each relation is known, lineages up and down, impact, paths,
           rankings, search; and the ten longest chains of 2025 that a study published, as far as they existed
  lists    the Hub's own lists of derived models of April 2025, against the models' own metadata, against lineal's
           answer about the same lists, and against the listing of 2024
  family   a published family of 1,042 models
  lineages the published lineages of the models of 2024, where they are at hand: the folder `json` of zip files
           of the replication package of "The ML Supply Chain in the Era of Software 2.0" (Stalnaker et al.)

Needs networkx, rustworkx, and the command zstd; about two minutes, and with --full six. With --commands, each question
is a process, which takes ten. Whatever is not there is SKIPPED, in so many words. Prints what was compared, and exits
with 1 if anything differs that has no reason.
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile

# What is compiled of the modules beside this one would lie about in the repository.
sys.dont_write_bytecode = True

from lineage_check.hub_2024 import check_2024
from lineage_check.lists import check_family, check_lists, check_lists_as_table
from lineage_check.outside import Checks, Lineal, skipped


def main():
    arguments = argparse.ArgumentParser(description="lineal's answers about single models, see the docstring")
    arguments.add_argument("lineal")
    arguments.add_argument("--shared", type=pathlib.Path, default=pathlib.Path("../shared"))
    arguments.add_argument(
        "--full", action="store_true", help="ten times as many questions, and all lineages"
    )
    arguments.add_argument("--commands", action="store_true", help="ask by commands alone, not by the API")
    arguments.add_argument("--seed", type=int, default=20240711)
    arguments.add_argument("--lineages", type=pathlib.Path)
    given = arguments.parse_args()
    shared = given.shared / "data"
    if not shutil.which("zstd"):
        return skipped("there is no zstd here to unpack listings with")
    chance = random.Random(given.seed)
    checks = Checks()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)

        def lineal(name):
            return Lineal(given.lineal, str(folder / name), given.commands)

        lineages = given.lineages or shared / "hub-2024/lineages/json"
        if not lineages.exists():
            skipped(f"no published lineages of 2024 in {lineages}")
            lineages = None
        if (shared / "hub-2024").exists() and (shared / "hub-2022").exists():
            check_2024(checks, lineal("2024"), shared, chance, given.full, lineages)
        else:
            skipped(f"no listing of 2024, or none of 2022, in {shared}")
        if (shared / "trees-2025").exists():
            check_lists(checks, lineal("lists"), shared)
            check_lists_as_table(checks, lineal("table"), shared, folder, chance)
            check_family(checks, lineal("family"), shared, folder, chance)
        else:
            skipped(f"no lists of the Hub in {shared}")
    sys.exit(checks.end())


if __name__ == "__main__":
    main()
