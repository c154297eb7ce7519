"""Naive answers about single models: what `lineage.py` compares lineal's with.

A hub is read here from its raw records, without lineal: tags that name bases are joined to names once more, and
the oldest names, which had no owner, are found again by other means than a table (see `legacy_names`). Walks
are networkx's, and rustworkx must agree with them; chains and ways from model to model are enumerated one by
one, within a budget, or added up where nothing can be visited twice. Needs networkx and rustworkx.
"""

from collections import Counter, defaultdict
from functools import cached_property

import networkx
import rustworkx

RESOLUTIONS = ["exact", "ignoring_case", "alias", "missing"]


class TooMany(Exception):
    """There is more to enumerate than the budget allows."""


# ---------------------------------------------------------------- names


def legacy_names(records, names_of_2022):
    """Which model of `records` has the name that was `gpt2` in 2022?

    Hub ids were given to the models of March 2022 in the order of their names, those without an owner first. So of
    all models that are called `…/gpt2` now, the one with the smallest id was called `gpt2` then.
    """
    bare = {name for name in names_of_2022 if "/" not in name}
    oldest = {}
    for record in records:
        name = record["id"].rpartition("/")[2]
        if name in bare:
            this = record["_id"], record["id"]
            oldest[name] = min(oldest.get(name, this), this)
    return {name.lower(): model for name, (_, model) in oldest.items()}


class Names:
    """Finds what a name means: exactly, ignoring case, as a legacy name, or nothing that is listed."""

    def __init__(self, listed, legacy):
        self.listed = set(listed)
        self.folded = {name.lower(): name for name in self.listed}
        self.legacy = legacy

    def find(self, text):
        name = text.strip()
        if name in self.listed:
            return name, "exact"
        if name.lower() in self.folded:
            return self.folded[name.lower()], "ignoring_case"
        if name.lower() in self.legacy:
            return self.legacy[name.lower()], "alias"
        return name, "missing"


class Declared:
    """A relation as raw tags declare it: how the base's name led to it, and every way in which it is written."""

    def __init__(self):
        self.resolution = "missing"
        self.written = []

    def add(self, text, resolution):
        self.written.append(text)
        self.resolution = min(self.resolution, resolution, key=RESOLUTIONS.index)


def join(records, names):
    """Joins untyped `base_model:` tags to models: (base, derived) -> Declared."""
    relations = defaultdict(Declared)
    for record in records:
        for tag in record["tags"]:
            if tag.startswith("base_model:"):
                text = tag.removeprefix("base_model:")
                base, resolution = names.find(text)
                relations[base, record["id"]].add(text, resolution)
    return dict(relations)


# ---------------------------------------------------------------- a hub as a graph


class Hub:
    """Models with their properties, and relations from base to derived with their operations."""

    def __init__(self, models, relations):
        """`models`: name -> {downloads, task, license}; `relations`: (base, derived) -> operation."""
        self.models = models
        self.operations = {pair: operation for pair, operation in relations.items() if pair[0] != pair[1]}
        self.declares = {derived for _, derived in relations}
        self.graph = networkx.DiGraph(self.operations.keys())
        self.up = self.graph.reverse(copy=False)

    def is_missing(self, name):
        return name not in self.models

    def downloads(self, name):
        return self.models[name]["downloads"] if name in self.models else None

    def total(self, names):
        known = [downloads for downloads in map(self.downloads, names) if downloads is not None]
        return sum(known) if known else None

    def bases(self, name):
        return list(self.up[name]) if name in self.up else []

    def derived(self, name):
        return list(self.graph[name]) if name in self.graph else []

    def is_root(self, name):
        return name in self.models and name not in self.declares and bool(self.derived(name))

    @cached_property
    def rust(self):
        """The same graph for rustworkx, with the numbers of its nodes."""
        graph = rustworkx.PyDiGraph(multigraph=False)
        nodes = list(self.graph)
        numbers = dict(zip(nodes, graph.add_nodes_from(nodes)))
        graph.add_edges_from_no_data([(numbers[base], numbers[derived]) for base, derived in self.operations])
        return graph, numbers, nodes

    def reached(self, name, upward, most=None, operations=None):
        """Depth of everything above or below a model, itself left out, by relations of some operations."""
        graph = self.up if upward else self.graph
        if name not in graph:
            return {}
        if operations is not None:
            pairs = [pair for pair, operation in self.operations.items() if operation in operations]
            graph = networkx.DiGraph(pairs)
            graph.add_node(name)
            graph = graph.reverse(copy=False) if upward else graph
        depths = networkx.single_source_shortest_path_length(graph, name, cutoff=most)
        depths = {node: depth for node, depth in depths.items() if node != name}
        if most is None and operations is None:
            rust, numbers, nodes = self.rust
            search = rustworkx.ancestors if upward else rustworkx.descendants
            again = {nodes[number] for number in search(rust, numbers[name])} - {name}
            assert again == set(depths), f"networkx and rustworkx disagree about {name!r}"
        return depths

    def relations_among(self, names):
        """Every relation with both ends among some models."""
        inside = set(names)
        return {(base, derived) for derived in inside for base in self.bases(derived) if base in inside}

    # ------------------------------------------------------------ impact

    def below(self, models):
        """Depth of everything made from any of some models; they themselves left out."""
        depths = {}
        for model in models:
            for node, depth in self.reached(model, upward=False).items():
                depths[node] = min(depth, depths.get(node, depth))
        return {node: depth for node, depth in depths.items() if node not in models}

    def above(self, models):
        return set().union(*(self.reached(model, upward=True) for model in models)) - set(models)

    def first_operations(self, models, depths):
        """For each descendant, the operations of all relations by which it may be reached first."""

        def depth(node):
            return 0 if node in models else depths.get(node)

        return {
            node: {
                self.operations[base, node] for base in self.bases(node) if depth(base) == depths[node] - 1
            }
            for node in depths
        }

    def orphans(self, models):
        """Models derived directly from some that have no other listed base; most downloaded first."""
        derived = set().union(*(self.derived(model) for model in models)) - set(models)
        left = [
            name
            for name in derived
            if all(base in models or self.is_missing(base) for base in self.bases(name))
        ]
        return sorted(
            left, key=lambda name: (self.downloads(name) is None, -(self.downloads(name) or 0), name)
        )

    def clusters_through(self, models):
        return sum(map(self.is_root, self.above(models) | set(models)))

    def chains_through(self, models, budget):
        """Counts the chains that run through any of some models, by addition or, on cycles, one by one."""
        models = {model for model in models if not self.is_missing(model)}
        scope = models | self.above(models) | set(self.below(models))
        part = self.graph.subgraph(scope)
        if networkx.is_directed_acyclic_graph(part):
            return self.chains_by_addition(models, part)
        return self.chains_one_by_one(models, budget)

    def chains_by_addition(self, models, part):
        every, through = {}, {}
        for node in reversed(list(networkx.topological_sort(part))):
            derived = list(part[node])
            # What lies outside of the part never meets the models, so only a true leaf ends a chain in here.
            is_leaf = not self.derived(node)
            every[node] = 1 if is_leaf else sum(every[each] for each in derived)
            through[node] = every[node] if node in models else sum(through[each] for each in derived)
        return sum(through[node] for node in part if self.is_root(node))

    def chains_one_by_one(self, models, budget):
        """Walks every maximal simple path from every root above some models."""
        above = self.above(models) | models
        found = 0
        for root in filter(self.is_root, above):
            todo = [(root, (root,))]
            while todo:
                budget -= 1
                if budget < 0:
                    raise TooMany
                node, path = todo.pop()
                met = any(each in models for each in path)
                further = [each for each in self.derived(node) if each not in path]
                if not further and len(path) > 1:
                    found += met
                todo.extend((each, path + (each,)) for each in further if met or each in above)
        return found

    # ------------------------------------------------------------ paths

    def common(self, one, other):
        """Common ancestors with both depths; a model is an ancestor of itself here."""
        above_one = {one: 0} | self.reached(one, upward=True)
        above_other = {other: 0} | self.reached(other, upward=True)
        return {name: (above_one[name], above_other[name]) for name in above_one.keys() & above_other.keys()}

    def nearest(self, common):
        """Common ancestors from which no other one was made; on a cycle none is nearer."""
        below = {name: self.reached(name, upward=False).keys() & common.keys() for name in common}
        return {name for name in common if all(name in below[other] for other in below[name])}

    def ways(self, one, other, budget):
        """Every way up from one model to a common ancestor and down to the other that visits nothing twice."""
        common = self.common(one, other)
        climbs, descents = defaultdict(list), defaultdict(list)
        for start, found in ((one, climbs), (other, descents)):
            todo = [(start,)]
            while todo:
                budget -= 1
                if budget < 0:
                    raise TooMany
                path = todo.pop()
                if path[-1] in common:
                    found[path[-1]].append(path)
                todo.extend(path + (base,) for base in self.bases(path[-1]) if base not in path)
        ways = set()
        for name in common:
            for climb in climbs[name]:
                for descent in descents[name]:
                    budget -= 1
                    if budget < 0:
                        raise TooMany
                    if not set(climb) & set(descent[:-1]):
                        ways.add(climb + descent[-2::-1])
        return ways

    # ------------------------------------------------------------ ranking

    def ranks(self):
        """Everything that a model is ranked by, for all that have descendants: name -> numbers."""
        rust, numbers, nodes = self.rust
        rows = {}
        for name in self.graph:
            derived = self.derived(name)
            if derived:
                below = [nodes[number] for number in rustworkx.descendants(rust, numbers[name])]
                below = [node for node in below if node != name]
                owners = {each.partition("/")[0] if "/" in each else None for each in derived}
                rows[name] = {
                    "descendants": len(below),
                    "reach": self.total(below) or 0,
                    "derived": len(derived),
                    "owners": len(owners),
                }
        return rows


def operations_of(hub, names, base):
    """Of models derived from one base: operation -> names."""
    found = defaultdict(set)
    for name in names:
        found[hub.operations[base, name]].add(name)
    return dict(found)


def at_depths(depths):
    return dict(Counter(depths.values()))
