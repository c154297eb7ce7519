#!/usr/bin/env python3
"""A naive, independent reference for the weekly evolution analysis.

usage: evolution.py DIR_OF_CSVS [--semantics formal|study]

Reads every relations-YYYY-MM-DD.csv of a folder (columns Model ID, Type, Base Model), oldest first, and prints as JSON
what changed from each snapshot to the next. Renames are not looked for: an id that is gone was deleted, a new id was added.
It shares no code with what it checks, and its definitions were found from the study's tables and scripts.

Two semantics:
  formal  what the study's text defines: chains are all maximal simple paths (at least two models) that start at a present
          model which declares no base; self loops and bases that are not present are no edges; all bases of a merge count.
  study   what the study's scripts compute: chains by breadth-first search with one visited set per root, marked when
          taken from the queue; a base that lists itself loses all its children there; a model is a "deleted base" where
          its id is some row's whole Base Model text (so a merge's bases never are, and a self loop is); clusters count
          as deleted without a look at the root; and so on.
Both count a model as derived where it declares any base, and fold adapter into finetune.

Plain and slow on purpose: chains are enumerated, not counted; sets are compared, not updated. Standard library only.
"""
import argparse
import csv
import json
import pathlib
import statistics
import sys
from collections import deque
from functools import cached_property

TOP = 10
FINETUNE = {"finetune", "adapter"}
STUDY_TYPES = ["finetune", "adapter", "merge", "quantized"]  # the order in which the study visits a base's children


# ---------------------------------------------------------------- one snapshot

class Row:
    """One model: its operation, the Base Model text as it stands, and the declared bases."""

    def __init__(self, operation, text):
        self.operation = operation
        self.text = text.strip()
        self.bases = list(dict.fromkeys(base.strip() for base in text.split(",") if base.strip()))


class Snapshot:
    """All rows of one file, with everything derived from them computed once and kept (two neighbouring weeks share it)."""

    def __init__(self, path):
        self.date = path.stem.removeprefix("relations-")
        with open(path, encoding="utf-8", newline="") as file:
            self.rows = {row["Model ID"]: Row(row["Type"], row["Base Model"]) for row in csv.DictReader(file)}
        self.ids = set(self.rows)

    @cached_property
    def children(self):
        """base -> models that declare it, both present, self loops left out; rows in file order."""
        children = {}
        for model, row in self.rows.items():
            for base in row.bases:
                if base in self.rows and base != model:
                    children.setdefault(base, []).append(model)
        return children

    @cached_property
    def study_children(self):
        """The study's step 3: base -> children grouped by type; a base that lists itself is dropped with all its children."""
        table = {}
        for model, row in self.rows.items():
            for base in row.bases:
                groups = table.setdefault(base, {kind: [] for kind in STUDY_TYPES})
                if row.operation in groups:
                    groups[row.operation].append(model)
        flat = {base: [model for kind in STUDY_TYPES for model in groups[kind]] for base, groups in table.items()}
        return {base: children for base, children in flat.items() if base not in children}

    @cached_property
    def roots(self):
        """Models that are present, declare no base, and have a child (the same set in both semantics)."""
        return [model for model in self.rows if not self.rows[model].bases and model in self.children]

    @cached_property
    def clusters(self):
        """root -> all models reachable from it, the root left out."""
        return {root: reachable(self.children, root) for root in self.roots}

    @cached_property
    def formal_chains(self):
        return [chain for root in self.roots for chain in maximal_simple_paths(self.children, root)]

    @cached_property
    def study_chains(self):
        return [chain for root in self.roots for chain in study_paths(self.study_children, root)]


def reachable(children, start):
    """Every model below `start`; holds `start` itself only where it lies on a cycle."""
    seen, todo = set(), [start]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return seen


def maximal_simple_paths(children, root):
    """Every path from `root` that repeats no model and cannot be extended."""
    paths, path = [], [root]
    open_nodes = [iter(children.get(root, ()))]
    extended = [False]
    while path:
        child = next((c for c in open_nodes[-1] if c not in path), None)
        if child is not None:
            extended[-1] = True
            path.append(child)
            open_nodes.append(iter(children.get(child, ())))
            extended.append(False)
        else:
            if not extended[-1] and len(path) > 1:
                paths.append(tuple(path))
            path.pop(), open_nodes.pop(), extended.pop()
    return paths


def study_paths(children, root):
    """The study's step 4: a queue of paths, one visited set, marked when a path leaves the queue; dead ends vanish."""
    paths, visited, queue = [], set(), deque([(root,)])
    while queue:
        path = queue.popleft()
        visited.add(path[-1])
        if path[-1] not in children:
            if len(path) > 1:
                paths.append(path)
            continue
        for child in children[path[-1]]:
            if child not in visited:
                queue.append(path + (child,))
    return paths


# ---------------------------------------------------------------- counts of a set of models

def counts(snapshot, ids, bases):
    """What a set of models of a snapshot holds; `bases` is the set the semantics calls base models."""
    derived = {model for model in ids if snapshot.rows[model].bases}
    relational = derived | {model for model in ids if model in snapshot.children}
    operations = [snapshot.rows[model].operation for model in ids]
    return {
        "models": len(ids),
        "isolated": len(ids) - len(relational),
        "relational": len(relational),
        "derived": len(derived),
        "base": len(bases),
        "finetune": sum(operation in FINETUNE for operation in operations),
        "merge": operations.count("merge"),
        "quantized": operations.count("quantized"),
    }


def declared(snapshot, model):
    row = snapshot.rows[model]
    return {(base, row.operation) for base in row.bases}


# ---------------------------------------------------------------- top clusters

def top_clusters(snapshot):
    """The ten largest clusters: root -> members; ties by root."""
    roots = sorted(snapshot.clusters, key=lambda root: (-len(snapshot.clusters[root]), root))
    return {root: snapshot.clusters[root] for root in roots[:TOP]}


def ranked(sizes, name):
    """The largest, ties by name."""
    first = sorted(sizes, key=lambda model: (-sizes[model], model))[:TOP]
    return [{name: model, "size" if name == "root" else "descendants": sizes[model]} for model in first]


def top_sizes(snapshot):
    """The largest clusters, root left out of size."""
    return ranked({root: len(members) for root, members in snapshot.clusters.items()}, "root")


def most_descendants(snapshot):
    """The study's own ranking: every model, root or not."""
    return ranked({model: len(reachable(snapshot.children, model) - {model}) for model in snapshot.children}, "model")


def top_change(before, after, added, deleted):
    """Models added to the ten largest clusters of the later snapshot, deleted from those of the earlier one."""
    earlier, later = top_clusters(before), top_clusters(after)
    return {
        "added": len(set().union(*later.values()) & added),
        "deleted": len(set().union(*earlier.values()) & deleted),
        "affected": sum(bool(members & deleted) for members in earlier.values()),
    }


# ---------------------------------------------------------------- chains and clusters, added, deleted, disrupted

def all_in(chain, ids):
    return all(model in ids for model in chain)


def first_deleted(chain, deleted):
    """Where the first deleted model stands that is not the chain's last; None where there is none."""
    return next((place for place, model in enumerate(chain[:-1]) if model in deleted), None)


def impact_of(bases, affected, chains, downstream, clusters, sizes, deleted):
    return {
        "deleted_bases": len(bases),
        "affected_derived": len(affected),
        "affected_derived_surviving": len(affected - deleted),
        "disrupted_chains": sum(first_deleted(chain, deleted) is not None for chain in chains),
        "disrupted_clusters": len(clusters),
        "disrupted_cluster_mean_size": statistics.fmean(sizes) if sizes else None,
        "affected_downstream": len(downstream),
        "affected_downstream_surviving": len(downstream - deleted),
    }


def formal_week(before, after, added, deleted):
    new_chains = [chain for chain in after.formal_chains if all_in(chain, added)]
    added_bases = {model for model in added if model in after.children}
    bases = {model for model in deleted if model in before.children}
    affected = {child for base in bases for child in before.children[base]}
    downstream = set().union(*(reachable(before.children, model) for model in deleted))
    disrupted = [root for root, members in before.clusters.items() if root in bases or members & bases]
    return {
        "added_bases": added_bases,
        "deleted_bases": bases,
        "in_new_chains": len({model for chain in new_chains for model in chain}),
        "new_chains": len(new_chains),
        "new_clusters": len({chain[0] for chain in new_chains}),
        "deleted_chains": sum(all_in(chain, deleted) for chain in before.formal_chains),
        "deleted_clusters": sum(root in deleted and members <= deleted for root, members in before.clusters.items()),
        "impact": impact_of(bases, affected, before.formal_chains, downstream, disrupted,
                            [len(before.clusters[root]) for root in disrupted], deleted),
    }


def study_week(before, after, added, deleted):
    new_chains = [chain for chain in after.study_chains if chain[0] in added]
    new_roots = {root for root in after.roots if root in added}
    texts = {row.text for row in before.rows.values()}
    bases = deleted & texts
    affected = {model for model, row in before.rows.items() if row.text in deleted}
    downstream = set()
    for chain in before.study_chains:
        place = first_deleted(chain, deleted)
        if place is not None:
            downstream.update(chain[place + 1:])
    disrupted = [root for root, members in before.clusters.items() if members & bases]
    return {
        "added_bases": new_roots,
        "deleted_bases": bases,
        "in_new_chains": len({model for chain in new_chains for model in chain} & added),
        "new_chains": len(new_chains),
        "new_clusters": len(new_roots),
        "deleted_chains": sum(all_in(chain, deleted) for chain in before.study_chains),
        "deleted_clusters": sum(members <= deleted for members in before.clusters.values()),
        "impact": impact_of(bases, affected, before.study_chains, downstream, disrupted,
                            [len(before.clusters[root]) for root in disrupted], deleted),
    }


# ---------------------------------------------------------------- weeks and the whole range

def week(before, after, semantics, gone):
    """Everything about one pair of snapshots; `gone` holds the ids deleted in an earlier week of the range."""
    added, deleted = after.ids - before.ids, before.ids - after.ids
    found = (formal_week if semantics == "formal" else study_week)(before, after, added, deleted)
    added_counts = counts(after, added, found["added_bases"])
    return {
        "from": before.date,
        "to": after.date,
        "added": added_counts,
        "in_new_chains": found["in_new_chains"],
        "in_existing_chains": added_counts["relational"] - found["in_new_chains"],
        "new_chains": found["new_chains"],
        "new_clusters": found["new_clusters"],
        "wholly_new_clusters": sum(root in added and members <= added for root, members in after.clusters.items()),
        "deleted": counts(before, deleted, found["deleted_bases"]),
        "deleted_chains": found["deleted_chains"],
        "deleted_clusters": found["deleted_clusters"],
        "impact": found["impact"],
        "top_clusters": top_change(before, after, added, deleted),
        "renamed": 0,
        "reappeared": len(added & gone),
        "relation_changed": sum(declared(before, m) != declared(after, m) for m in before.ids & after.ids),
    }


def over_weeks(function, parts):
    """One value for each number of a week's counts, over all weeks; nulls are left out, all nulls stay null."""
    if isinstance(parts[0], dict):
        return {key: over_weeks(function, [part[key] for part in parts]) for key in parts[0] if key not in ("from", "to", "wholly_new_clusters")}
    numbers = [part for part in parts if part is not None]
    return function(numbers) if numbers else None


def evolution(folder, semantics):
    paths = sorted(folder.glob("relations-*.csv"))
    if len(paths) < 2:
        sys.exit(f"{folder}: needs at least two relations-*.csv")
    weeks, gone = [], set()
    before = Snapshot(paths[0])
    first, most = top_sizes(before), most_descendants(before)
    for path in paths[1:]:
        after = Snapshot(path)
        weeks.append(week(before, after, semantics, gone))
        gone |= before.ids - after.ids
        before = after
    return {
        "semantics": semantics,
        "renames": "off",
        "weeks": weeks,
        "top_clusters": {"first": first, "last": top_sizes(before)},
        "most_descendants": {"first": most, "last": most_descendants(before)},
        "means": over_weeks(statistics.fmean, weeks),
        "medians": over_weeks(statistics.median, weeks),
    }


def main():
    arguments = argparse.ArgumentParser(description="naive weekly evolution, see the docstring")
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--semantics", choices=["formal", "study"], default="formal")
    given = arguments.parse_args()
    json.dump(evolution(given.folder, given.semantics), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
