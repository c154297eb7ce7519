"""The study's own way: plain dictionaries and lists, one path at a time.

Its scripts are described, not copied: a table from each base to its derived models, by
operation in row order; from each root a walk breadth first over paths, with one set of visited
models that grows when a path is taken up; then one pass over all chains for each table; then a
walk from every model for the clusters. A base that names itself loses its derived models.
Reading files is left out, and so is what the scripts wait for on the network.
"""

from bisect import bisect_left
from collections import Counter, defaultdict, deque

OPERATIONS = ["finetune", "adapter", "merge", "quantized"]
# The study's bins, and their largest values.
SIZE_LABELS = "2 3 4 5 6-10 11-20 21-50 51-200 201-500 501-1000 1001-5000 5001-10000 >10000".split()
SIZES = [2, 3, 4, 5, 10, 20, 50, 200, 500, 1000, 5000, 10000]
CHAIN_LABELS = "1 2 3 4 5-6 7-11 12-21 22-51 52-101 102-201 202-501 502-1001 >1001".split()
CHAINS = [1, 2, 3, 4, 6, 11, 21, 51, 101, 201, 501, 1001]

NAMES = ["finetune", "merge", "quantized", "other"]
FOLDED = {"finetune": 0, "adapter": 0, "merge": 1, "quantized": 2}


def rows(hub):
    """What the scripts read: a row for each model, `(model, [(operation, base)])`, and its properties."""
    names = hub.names.to_list()
    declared = defaultdict(list)
    for derived, base, operation in zip(hub.derived.tolist(), hub.base.tolist(), hub.operation.tolist()):
        declared[names[derived]].append((hub.words[operation], names[base]))
    listed = [(model, declared.get(model, [])) for model in hub.models["id"].to_list()]
    downloads = dict(zip(hub.models["id"].to_list(), hub.models["downloads"].to_list()))
    tasks = dict(zip(hub.models["id"].to_list(), hub.models["pipeline_tag"].to_list()))
    return listed, {"downloads": downloads, "tasks": tasks}


def usage(listed, properties, category):
    downloads, tasks = properties["downloads"], properties["tasks"]
    operation = {}
    present = set()
    derived_from = {}
    own = set()
    in_degree, out_degree = Counter(), Counter()
    for model, declared in listed:
        present.add(model)
        for word, base in declared:
            if base == model:
                own.add(model)
                operation.setdefault(model, word)
                continue
            table = derived_from.setdefault(base, {word: [] for word in OPERATIONS})
            table.setdefault(word, []).append(model)
            out_degree[base] += 1
        for word, base in declared:
            if base != model:
                operation[model] = word
        in_degree[model] = len(declared)
    members_of = {base: [model for word in derived_from[base] for model in derived_from[base][word]] for base in derived_from}
    roots = []
    for base, table in derived_from.items():
        known = [model for word in OPERATIONS for model in table[word]]
        if base in present and not in_degree[base] and known:
            roots.append(base)
    derived = {}
    for base, table in derived_from.items():
        known = [model for word in OPERATIONS for model in table[word]]
        if base not in own and known:
            derived[base] = known

    # Sizes and downloads
    sizes, sums = Counter(), Counter()
    for model, _ in listed:
        base, made = out_degree[model] > 0, in_degree[model] > 0
        more = downloads[model] or 0
        parts = ["total"] + ["base"] * base + ["derived"] * made
        parts.append("relational" if base or made else "isolated")
        parts += ["roots"] * (base and not made)
        for part in parts:
            sizes[part] += 1
            sums[part] += more

    # Operations, tasks and degrees
    by_operation, downloads_by_operation, crossed = Counter(), Counter(), Counter()
    listed_in, listed_out = Counter(), Counter()
    for model, declared in listed:
        for word in {word for word, _ in declared}:
            known = word if word in OPERATIONS else "other"
            by_operation[known] += 1
            downloads_by_operation[known] += downloads[model] or 0
            crossed[word, category.get(tasks[model], "Unknown")] += 1
        for _, base in declared:
            if base != model and base in present:
                listed_in[model] += 1
                listed_out[base] += 1

    def top_degrees(degrees):
        first = sorted(degrees.items(), key=lambda item: (-item[1], item[0]))[:20]
        return [{"model": model, "degree": degree} for model, degree in first]

    # Chains
    chains = []
    for root in roots:
        visited = set()
        waiting = deque([[root]])
        while waiting:
            path = waiting.popleft()
            last = path[-1]
            visited.add(last)
            if last not in derived:
                chains.append(path)
                continue
            for model in derived[last]:
                if model not in visited:
                    waiting.append(path + [model])

    lengths = Counter(len(chain) for chain in chains)
    kinds, winners = Counter(), Counter()
    for chain in chains:
        met = Counter(FOLDED.get(operation.get(model), 3) for model in chain[1:])
        kinds[str(len(met))] += 1
        most = max(met.values())
        # A counter keeps the order in which its keys were met.
        winners[NAMES[next(group for group in met if met[group] == most)]] += 1
    places, total, known = [0] * 3, [0] * 3, [0] * 3
    for chain in chains:
        if len(chain) == 2:
            root, leaf = downloads.get(chain[0]), downloads.get(chain[1])
            values = [[root], [None if root is None or leaf is None else (root + leaf) / 2], [leaf]]
        else:
            third = len(chain) // 3
            parts = [chain[:third], chain[third : 2 * third], chain[2 * third :]]
            values = [[downloads.get(model) for model in part] for part in parts]
        for part, of_part in enumerate(values):
            places[part] += len(of_part)
            for value in of_part:
                if value is not None:
                    total[part] += value
                    known[part] += 1
    # Of each root all of its longest chains; of those, the longest ten
    of_root = defaultdict(list)
    for chain in chains:
        deepest = of_root[chain[0]]
        if deepest and len(chain) > len(deepest[0]):
            deepest.clear()
        if not deepest or len(chain) == len(deepest[0]):
            deepest.append(chain)
    lines = sorted((chain for deepest in of_root.values() for chain in deepest), key=len, reverse=True)[:20]
    top_chains = []
    for chain in lines:
        met = Counter(NAMES[FOLDED.get(operation.get(model), 3)] for model in chain[1:])
        top_chains.append({"root": chain[0], "length": len(chain), "models": chain, **{name: met[name] for name in NAMES}})
    longest = lines[0] if lines else []

    # Clusters: what can be reached from every model, of which those of the roots are kept
    reached = {}
    for model in members_of:
        seen = set()
        waiting = deque([model])
        while waiting:
            for other in members_of.get(waiting.popleft(), ()):
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        if model in present and not in_degree[model]:
            reached[model] = seen
    cluster_kinds, cluster_winners, of_two, of_three = Counter(), Counter(), Counter(), Counter()
    mixes = {}
    for root, members in reached.items():
        met = mixes[root] = Counter(FOLDED.get(operation.get(model), 3) for model in members)
        cluster_kinds[str(len(met))] += 1
        (first, most), *others = met.most_common(2)
        winner = "tie" if others and others[0][1] == most else NAMES[first]
        cluster_winners[winner] += 1
        of_two[winner] += len(met) == 2
        of_three[winner] += len(met) == 3
    size_bins = Counter(bisect_left(SIZES, len(members) + 1) for members in reached.values())
    top = sorted(reached, key=lambda root: (-len(reached[root]), root))[:20]
    chains_of = Counter(chain[0] for chain in chains)
    chain_bins = Counter(bisect_left(CHAINS, chains_of[root]) for root in chains_of)

    return {
        "models": dict(sizes),
        "downloads": {part: sums[part] for part in sums if part != "roots"},
        "derived_by_operation": dict(by_operation),
        "downloads_by_operation": dict(downloads_by_operation),
        "tasks": [
            {"operation": word, "category": kind, "models": count} for (word, kind), count in crossed.items()
        ],
        "top_in_degree": top_degrees(listed_in),
        "top_out_degree": top_degrees(listed_out),
        "chains": {
            "total": len(chains),
            "mean_length": sum(map(len, chains)) / len(chains) if chains else None,
            "length_histogram": {str(length): lengths[length] for length in sorted(lengths)},
            "longest": {"length": len(longest), "models": longest},
            "top": top_chains,
            "dominant": dict(winners),
            "diversity": dict(kinds),
            "segments": {
                name: {"occurrences": places[part], "mean_downloads": total[part] / known[part] if known[part] else None}
                for part, name in enumerate(["front", "middle", "back"])
            },
        },
        "clusters": {
            "total": len(reached),
            "mean_size": sum(map(len, reached.values())) / len(reached) if reached else None,
            "mean_chains": len(chains) / len(reached) if reached else None,
            "diversity": dict(cluster_kinds),
            "dominant": dict(cluster_winners),
            "dominant_of_two": dict(of_two),
            "dominant_of_three": dict(of_three),
            "size_histogram": {label: size_bins[at] for at, label in enumerate(SIZE_LABELS)},
            "chains_histogram": {label: chain_bins[at] for at, label in enumerate(CHAIN_LABELS)},
            "top": [
                {"root": root, "size": len(reached[root]), "chains": chains_of[root], "task": tasks[root]}
                | {name: mixes[root][group] for group, name in enumerate(NAMES)}
                for root in top
            ],
        },
    }
