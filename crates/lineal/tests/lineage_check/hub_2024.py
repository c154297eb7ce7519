"""The listing of July 2024: how its relations are known, and what is told of its models."""

from collections import Counter

import networkx

from .compare import Compare
from .lists import hub_lists_of_later, published_lineages
from .outside import each, lines, say, skipped
from .reference import Hub, Names, join, legacy_names

NAMES_OF_2022 = "hub-2022/model-info.jsonl.zst"


def read_2024(checks, lineal, shared):
    """Imports the listing; returns the hub as it is known without lineal, and what its relations rest on."""
    path = shared / "hub-2024/models-list.jsonl.zst"
    records = list(map(what_counts, lines(path)))
    earlier = (record.get("id") or record.get("modelId") for record in lines(shared / NAMES_OF_2022))
    names = Names((record["id"] for record in records), legacy_names(records, set(earlier) - {None}))
    declared = join(records, names)
    lineal.run("import", str(path), "--date", "2024-07-11")
    told = compare_joins(checks, lineal, declared)
    ways = Counter(row["resolution"] for row in told.values())
    say(
        f"2024: {len(records):,} models, {len(declared):,} relations, by how their bases were found: {dict(ways)}"
    )
    models = compare_models(checks, lineal, records)
    relations = {
        (base, derived): {
            "operation": told[base, derived]["operation"],
            "operation_inferred": told[base, derived]["operation_inferred"] == "true",
            "declared": True,
            "resolution": each_declared.resolution,
            "evidence": [evidence(base, text) for text in each_declared.written],
        }
        for (base, derived), each_declared in declared.items()
        if (base, derived) in told
    }
    return Hub(models, {pair: known["operation"] for pair, known in relations.items()}), relations


def compare_joins(checks, lineal, declared):
    """Compares relations as lineal stores them with those joined here; returns the rows stored."""
    columns = "base, derived, operation, operation_inferred, base_present, resolution"
    rows = lineal.rows(f"SELECT {columns} FROM relations WHERE declared")
    told = {(row["base"], row["derived"]): row for row in rows}
    checks.same("2024: no relation is stored twice", "", len(rows), len(told))
    for pair in declared.keys() | told.keys():
        how = declared[pair].resolution if pair in declared else None
        expected = how and (how, how != "missing")
        found = pair in told and (told[pair]["resolution"], told[pair]["base_present"] == "true")
        checks.same("2024: relations, and how their bases were found", pair, expected, found or None)
    return told


def compare_models(checks, lineal, records):
    """Compares downloads and tasks of all models with the raw records; returns what is told of each model."""
    models = {}
    for row in lineal.rows("SELECT id, downloads, task, license FROM models"):
        downloads = int(row["downloads"]) if row["downloads"] else None
        models[row["id"]] = {
            "downloads": downloads,
            "task": row["task"] or None,
            "license": row["license"] or None,
        }
    for record in records:
        known = models.get(record["id"], {})
        expected = record["downloads"], record["pipeline_tag"]
        found = known.get("downloads"), known.get("task")
        checks.same("2024: downloads and tasks of all models", record["id"], expected, found)
    return models


def what_counts(record):
    """A record without all that is not compared, which is most of it."""
    tags = [tag for tag in record["tags"] if tag.startswith("base_model:")]
    return {key: record.get(key) for key in ("id", "_id", "downloads", "pipeline_tag")} | {"tags": tags}


def evidence(base, text):
    named = {} if text == base else {"named": text}
    return {"source": "untyped_tag", "operation": None} | named


class Samples:
    """Which models of a hub are asked about: some of each kind, by chance, the same with every run."""

    def __init__(self, hub, chance, full):
        self.hub, self.chance, self.full = hub, chance, full
        graph = hub.graph
        self.derived = sorted(name for name in graph if hub.bases(name))
        self.bases = sorted(name for name in graph if hub.derived(name))
        self.merged = [name for name in self.derived if len(hub.bases(name)) > 1]
        self.missing = sorted(name for name in graph if hub.is_missing(name))
        loops = networkx.strongly_connected_components(graph)
        self.cyclic = sorted(name for loop in loops if len(loop) > 1 for name in loop)
        self.self_based = sorted(hub.declares - set(self.derived))
        self.isolated = sorted(hub.models.keys() - hub.declares - set(graph))
        # Names in which there is no word to be searched for.
        self.wordless = sorted(
            name for name in hub.models if not any(map(str.isalnum, name.rpartition("/")[2]))
        )
        self.large = sorted(self.bases, key=lambda name: (-len(hub.derived(name)), name))
        self.deep = self.climb()

    def climb(self):
        """Models at the end of long chains: those that are more than four relations below something."""
        found = []
        for name in self.some(self.derived, 20_000, 20_000):
            step, seen = name, {name}
            while True:
                further = [base for base in self.hub.bases(step) if base not in seen]
                if not further:
                    break
                step = further[0]
                seen.add(step)
            if len(seen) > 5:
                found.append(name)
        return found

    def some(self, names, few, many=None):
        wanted = min(len(names), (many or 10 * few) if self.full else few)
        return self.chance.sample(names, wanted)

    def upward(self):
        kinds = [
            *self.some(self.derived, 1500, len(self.derived)),
            *self.some(self.merged, 1200, len(self.merged)),
            *self.some(self.deep, 500),
            *self.some(self.missing, 100),
            *self.some(self.isolated, 50),
            *self.some(self.self_based, 50),
            *self.cyclic,
        ]
        return sorted(set(kinds))

    def downward(self):
        kinds = [
            *self.large[: 50 if self.full else 8],
            *self.some(self.bases, 900, len(self.bases)),
            *self.some(self.missing, 150),
            *self.some(self.isolated, 20),
            *self.some(self.self_based, 20),
            *self.cyclic,
        ]
        return sorted(set(kinds))

    def impacts(self):
        alone = [
            *self.large[:5],
            *self.some(self.bases, 250),
            *self.some(self.derived, 60),
            *self.some(self.missing, 50),
            *self.some(self.isolated, 10),
            *self.cyclic,
        ]
        found = [(name,) for name in sorted(set(alone))]
        for _ in range(1000 if self.full else 100):
            name = self.chance.choice(self.bases)
            family = [name, *self.hub.derived(name), *self.hub.bases(name), *self.some(self.bases, 1, 1)]
            found.append(tuple(self.chance.sample(family, min(len(family), self.chance.randint(2, 5)))))
        return found

    def pairs(self):
        found = []
        for _ in range(4000 if self.full else 400):
            kind = self.chance.choice(["family", "merge", "above", "any"])
            one = self.chance.choice(self.deep + self.merged if kind in ("family", "above") else self.derived)
            if kind == "merge":
                one = self.chance.choice(self.merged)
            above = sorted(self.hub.reached(one, True))
            if kind == "above":
                other = self.chance.choice(above)
            elif kind == "any":
                other = self.chance.choice(self.derived)
            else:
                other = self.chance.choice(self.hub.derived(self.chance.choice(above)))
            found.append(self.chance.choice([(one, other), (other, one)]))
        found += [(name, other) for name in self.cyclic for other in self.hub.bases(name)]
        found += [(name, name) for name in self.some(self.merged, 5, 5)]
        return found


def check_2024(checks, lineal, shared, chance, full, lineages):
    hub, relations = read_2024(checks, lineal, shared)
    samples = Samples(hub, chance, full)
    with lineal.serving() as api:
        compare = Compare(checks, api, hub, "2024", chance, relations)
        for what, ask, asked in [
            ("lineages upward", compare.up, samples.upward()),
            ("lineages downward", compare.down, samples.downward()),
            ("lineages both ways", compare.both, samples.some(samples.merged, 200) + samples.cyclic),
            ("impacts", compare.impact, samples.impacts()),
            ("paths", compare.path, samples.pairs()),
            ("searches", compare.search, samples.some(sorted(hub.models), 400) + samples.wordless),
        ]:
            each(ask, asked)
            say(f"2024: {len(asked):,} {what} asked for")
        for name in samples.some(samples.bases, 60) + samples.some(samples.missing, 10):
            compare.bounded(name)
        compare.ranking(10 if full else 2)
        longest_chains(compare, shared)
        hub_lists_of_later(compare, shared)
        if lineages:
            published_lineages(compare, lineages, full)
    commands(compare, lineal, samples)
    return hub


def commands(compare, lineal, samples):
    """The same answers, from a process of their own."""
    for name in samples.some(samples.bases, 4, 4) + samples.some(samples.merged, 4, 4) + samples.cyclic[:2]:
        told = lineal.json("trace", "--down", "--", name)
        hub = compare.hub
        depths = hub.reached(name, True) | hub.reached(name, False)
        found = {node["id"] for node in told["nodes"]}
        compare.same("command trace: models", name, {name, *depths}, found)
        compare.check_impact((name,), lineal.json("impact", "--limit", "100000", "--", name))
    for pair in samples.chance.sample(samples.pairs(), 5):
        compare.check_path(pair, lineal.json("path", "--limit", "100", "--", *pair))


def longest_chains(compare, shared):
    """Of chains that the study published in 2025: what was there in 2024 already, piece by piece."""
    path = shared / "study-2025/top10_chains_0625.txt"
    if not path.exists():
        return skipped(f"{path} is not there")
    for line in filter(None, map(str.strip, open(path, encoding="utf-8"))):
        piece = []
        for name in [*line.split(" -> "), None]:
            if piece and (name is None or (piece[-1], name) not in compare.hub.operations):
                if len(piece) > 2:
                    told = compare.lineage(piece[-1], down="false")
                    depths = {node["id"]: node["depth"] for node in told["nodes"]} if told else {}
                    for above, name_above in enumerate(reversed(piece)):
                        near = depths.get(name_above, len(piece)) <= above
                        compare.same(
                            "published chains: every model is above the last",
                            (name_above, piece[-1]),
                            True,
                            near,
                        )
                piece = []
            piece.append(name)
