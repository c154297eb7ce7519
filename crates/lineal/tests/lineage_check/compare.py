"""Answers of the API about single models, one kind after the other, beside those of `reference.py`."""

from collections import Counter
from math import log1p

from .reference import TooMany, at_depths

# What may be enumerated of one question before it is left out.
BUDGET = 200_000
# Of criticality, as the manual defines it: weight, and from where on more makes no difference.
SIGNALS = {
    "descendants": (3, 10_000),
    "reach": (3, 100_000_000),
    "owners": (2, 1_000),
    "derived": (1, 5_000),
    "downloads": (1, 100_000_000),
}
SIDES = ["itself", "ancestor", "descendant", "both"]


class Compare:
    """Compares answers of one API with one hub."""

    def __init__(self, checks, api, hub, title, chance, relations=None):
        self.checks, self.api, self.hub, self.title, self.chance = checks, api, hub, title, chance
        # What is known of each relation: operation, whether it is inferred, resolution, evidence.
        self.relations = relations

    def same(self, what, where, expected, found):
        self.checks.same(f"{self.title}: {what}", where, expected, found)

    def lineage(self, name, **parameters):
        """Asks for a lineage; `None`, once that is said, if there is no answer."""
        told = self.api.of_model(name, "lineage", limit=50_000, **parameters)
        if "status" in told:
            self.same("a lineage is told", name, "an answer", told)
            return None
        return told

    def check_lineage(self, name, told, depths):
        """`depths`: the expected models but the one asked for, with side and depth."""
        found = {node["id"]: (node["side"], node["depth"]) for node in told["nodes"]}
        self.same("models, sides and depths", name, {name: ("itself", 0)} | depths, found)
        self.same(
            "each model once, none left out",
            name,
            (len(found), False),
            (len(told["nodes"]), told["truncated"]),
        )
        order = [(SIDES.index(node["side"]), node["depth"], node["id"]) for node in told["nodes"]]
        self.same("order of models", name, sorted(order), order)
        for node in told["nodes"]:
            known = self.hub.models.get(node["id"])
            expected = {"missing": known is None} | (
                known or {"downloads": None, "task": None, "license": None}
            )
            self.same("what is told of a model", node["id"], expected, {key: node[key] for key in expected})

    def check_relations(self, name, told, pairs):
        found = Counter((relation["base"], relation["derived"]) for relation in told["relations"])
        self.same("relations, each once", name, Counter(pairs), found)
        for relation in told["relations"]:
            pair = relation["base"], relation["derived"]
            if self.relations is None:
                self.same("operations", pair, self.hub.operations.get(pair), relation["operation"])
            else:
                told_of = {
                    key: relation[key]
                    for key in ("operation", "operation_inferred", "declared", "resolution", "evidence")
                }
                self.same("what a relation rests on", pair, self.relations.get(pair), told_of)

    def one_way(self, name, upward):
        told = self.lineage(name, up=str(upward).lower(), down=str(not upward).lower())
        if told:
            side = "ancestor" if upward else "descendant"
            depths = self.hub.reached(name, upward)
            self.check_lineage(name, told, {node: (side, depth) for node, depth in depths.items()})
            self.check_relations(name, told, self.hub.relations_among({name, *depths}))

    def up(self, name):
        self.one_way(name, True)

    def down(self, name):
        self.one_way(name, False)

    def both(self, name):
        told = self.lineage(name)
        if told:
            above, below = self.hub.reached(name, True), self.hub.reached(name, False)
            sides = {node: ("ancestor", depth) for node, depth in above.items()}
            sides |= {node: ("descendant", depth) for node, depth in below.items()}
            sides |= {node: ("both", min(above[node], below[node])) for node in above.keys() & below.keys()}
            self.check_lineage(name, told, sides)
            among = self.hub.relations_among
            self.check_relations(name, told, among({name, *above}) | among({name, *below}))

    def bounded(self, name):
        """Depth, operation and limit; each alone."""
        depth = self.chance.randint(0, 3)
        told = self.lineage(name, depth=depth, up="false")
        if told:
            expected = self.hub.reached(name, False, most=depth)
            self.same(
                "--depth", (name, depth), expected, {node["id"]: node["depth"] for node in told["nodes"][1:]}
            )
        operation = self.chance.choice(sorted(set(self.hub.operations.values())))
        told = self.lineage(name, operation=operation, down="false")
        if told:
            expected = self.hub.reached(name, True, operations={operation})
            self.same(
                "--operation",
                (name, operation),
                expected,
                {node["id"]: node["depth"] for node in told["nodes"][1:]},
            )
        limit = self.chance.randint(1, 12)
        told = self.api.of_model(name, "lineage", up="false", limit=limit)
        if "status" not in told:
            depths = sorted((depth, node) for node, depth in self.hub.reached(name, False).items())
            found = [(node["depth"], node["id"]) for node in told["nodes"][1:]]
            self.same(
                "--limit",
                (name, limit),
                (depths[: limit - 1], len(depths) >= limit),
                (found, told["truncated"]),
            )

    # ------------------------------------------------------------ impact

    def impact(self, models):
        told = self.api.get("/impact", [("model", model) for model in models] + [("limit", 10_000)])
        if "status" in told:
            self.same("an impact is told", models, "an answer", told)
        else:
            self.check_impact(models, told)

    def check_impact(self, models, told):
        models = set(models)
        below = self.hub.below(models)
        self.same("impact: models", models, sorted(models), sorted(told["models"]))
        self.same("impact: descendants", models, len(below), told["descendants"])
        by_depth = {int(depth): count for depth, count in told["by_depth"].items()}
        self.same("impact: by depth", models, at_depths(below), by_depth)
        self.same("impact: downloads", models, self.hub.total(below), told["downloads"])
        self.same("impact: clusters cut", models, self.hub.clusters_through(models), told["clusters_cut"])
        self.check_operations(models, below, told["by_operation"])
        self.check_orphans(models, told)
        try:
            chains = self.hub.chains_through(models, BUDGET)
        except TooMany:
            return self.checks.leave_out(f"{self.title}: impact: chains cut")
        found = int(told["chains_cut"])
        if told["at_least"]:
            self.same("impact: chains cut, at least", models, True, found <= chains)
        else:
            self.same("impact: chains cut", models, chains, found)
        if chains <= 200:
            try:
                walked = self.hub.chains_one_by_one(
                    {model for model in models if not self.hub.is_missing(model)}, BUDGET
                )
                self.same("impact: chains added up and walked", models, walked, chains)
            except TooMany:
                self.checks.leave_out(f"{self.title}: impact: chains added up and walked")

    def check_operations(self, models, below, told):
        """Where a model is first reached by several operations at once, any of them will do."""
        possible = self.hub.first_operations(models, below)
        self.same("impact: operations add up", models, len(below), sum(told.values()))
        for operation in {*told, *(each for operations in possible.values() for each in operations)}:
            least = sum(operations == {operation} for operations in possible.values())
            most = sum(operation in operations for operations in possible.values())
            found = told.get(operation, 0)
            self.same(
                "impact: by operation",
                (models, operation, least, most),
                True,
                least <= found <= most or found,
            )

    def check_orphans(self, models, told):
        orphans = self.hub.orphans(models)
        self.same("impact: how many orphaned", models, len(orphans), told["orphaned_models"])
        found = [orphan["id"] for orphan in told["orphaned"]]
        self.same("impact: orphaned, in order", models, orphans[: len(found)], found)
        self.same(
            "impact: all orphaned listed, or truncated", models, len(found) < len(orphans), told["truncated"]
        )
        for orphan in told["orphaned"][:20]:
            name = orphan["id"]
            bases = {self.hub.operations[base, name] for base in self.hub.bases(name) if base in models}
            expected = (self.hub.downloads(name), len(self.hub.reached(name, False)), True)
            told_of = (orphan["downloads"], orphan["descendants"], orphan["operation"] in bases)
            self.same("impact: what is told of an orphaned model", name, expected, told_of)

    # ------------------------------------------------------------ paths

    def path(self, pair):
        told = self.api.get("/path", [("from", pair[0]), ("to", pair[1]), ("limit", 100)])
        if "status" in told:
            self.same("a path is told", pair, "an answer", told)
        else:
            self.check_path(pair, told)

    def check_path(self, pair, told):
        hub = self.hub
        common = hub.common(*pair)
        self.same("path: common ancestors", pair, len(common), told["common"])
        nearest = {each["id"]: (each["from_depth"], each["to_depth"]) for each in told["nearest"]}
        self.same(
            "path: nearest common ancestors",
            pair,
            {name: common[name] for name in hub.nearest(common)},
            nearest,
        )
        order = [(each["from_depth"] + each["to_depth"], each["id"]) for each in told["nearest"]]
        self.same("path: nearest common ancestors, in order", pair, sorted(order), order)
        paths = [tuple(path["models"]) for path in told["paths"]]
        shortest = min((sum(depths) for depths in common.values()), default=None)
        self.same("path: length of the shortest", pair, shortest, len(paths[0]) - 1 if paths else None)
        order = [(len(path), path) for path in paths]
        self.same("path: shortest first, then by name", pair, sorted(set(order)), order)
        for path in told["paths"]:
            self.same("path: every step is a relation", pair, True, self.climbs(path))
        try:
            ways = sorted(hub.ways(*pair, BUDGET), key=lambda way: (len(way), way))
        except TooMany:
            return self.checks.leave_out(f"{self.title}: path: every way")
        self.same("path: every way", pair, ways[: len(paths)], paths)
        self.same("path: all ways, or truncated", pair, len(paths) < len(ways), told["truncated"])

    def climbs(self, path):
        """Whether a path goes up to the model that it says it goes through, and then only down."""
        models = path["models"]
        peak = models.index(path["through"])
        steps = [pair if at >= peak else pair[::-1] for at, pair in enumerate(zip(models, models[1:]))]
        told = [(relation["base"], relation["derived"]) for relation in path["relations"]]
        return steps == told and all(step in self.hub.operations for step in steps)

    # ------------------------------------------------------------ ranking and search

    def ranking(self, pages):
        ranks = self.hub.ranks()
        for name, row in ranks.items():
            counts = row | {"downloads": self.hub.downloads(name) or 0}
            weights = sum(weight for weight, _ in SIGNALS.values())
            parts = (
                weight * log1p(counts[signal]) / log1p(max(counts[signal], threshold))
                for signal, (weight, threshold) in SIGNALS.items()
            )
            row["criticality"] = round(sum(parts) / weights, 9)
        for by in ("descendants", "reach", "criticality"):
            items, total = [], None
            for page in range(pages):
                told = self.api.get("/top", [("by", by), ("limit", 1000), ("after", 1000 * page)])
                if "status" in told:
                    return self.same("a ranking is told", by, "an answer", told)
                items += told["items"]
                total = told["total"]
            self.same(f"ranking by {by}: how many are ranked", by, len(ranks), total)
            # Equal sums of floating point numbers may differ in their last digit, and so in their order.
            order = sorted(ranks, key=lambda name: (-ranks[name][by], name))[: len(items)]
            if by == "criticality":
                found = [round(item[by], 9) for item in items]
                self.same(
                    "ranking by criticality: values in order", by, [ranks[name][by] for name in order], found
                )
            else:
                self.same(f"ranking by {by}: models in order", by, order, [item["id"] for item in items])
            for at, item in enumerate(items):
                expected = ranks[item["id"]] | {"rank": at + 1, "missing": self.hub.is_missing(item["id"])}
                found = {key: item[key] for key in expected} | {"criticality": round(item["criticality"], 9)}
                self.same("what is told of a ranked model", item["id"], expected, found)

    def search(self, name):
        for text in (name, name.upper()):
            told = self.api.get("/search", [("q", text[:200]), ("limit", 3)])
            found = told["items"][0]["id"] if told.get("items") else told
            self.same("search: a model is first under its own name", text, name, found)
