"""The same work in Python: the fastest way that polars, DuckDB, igraph, rustworkx and numpy offer.

Run by compare.py, one step a process: `pipeline.py STEP LISTING FOLDER ROUNDS` prints one JSON object,
the best milliseconds of each candidate, the peak memory, and the answers. A later step reads what
an earlier one left in FOLDER; reading it is not timed, unless that is the step.

Names are resolved exactly. Graphs hold only models that have relations, which spares Python two
thirds of the nodes. Counting leaves models without derived models out of the loops, and is done in
Python's own integers, because counts of paths outgrow 64 bits.
"""

import json
import pathlib
import pickle
import resource
import sys
import time
from bisect import bisect_left
from collections import defaultdict

import duckdb
import igraph
import numpy as np
import polars as pl
import rustworkx

import study

OPERATIONS = ["finetune", "adapter", "merge", "quantized", "distill", "prune", "convert"]
GROUPS = {"finetune": 0, "adapter": 0, "merge": 1, "quantized": 2}
OTHER = 3

TEXTS = ["_id", "id", "createdAt", "lastModified", "sha", "pipeline_tag", "library_name", "gated"]
NUMBERS = ["likes", "downloads", "downloadsAllTime"]
OBJECTS = ["baseModels", "cardData", "config", "safetensors", "gguf"]

CATEGORIES = {
    "NLP": "text-classification token-classification table-question-answering question-answering "
    "zero-shot-classification translation summarization feature-extraction text-generation "
    "text2text-generation fill-mask sentence-similarity",
    "CV": "depth-estimation image-classification object-detection image-segmentation text-to-image "
    "image-to-text image-to-image image-to-video unconditional-image-generation video-classification "
    "text-to-video zero-shot-image-classification mask-generation zero-shot-object-detection "
    "text-to-3d image-to-3d image-feature-extraction keypoint-detection",
    "Audio": "text-to-speech text-to-audio automatic-speech-recognition audio-to-audio "
    "audio-classification voice-activity-detection",
    "Multimodal": "audio-text-to-text image-text-to-text visual-question-answering "
    "document-question-answering video-text-to-text visual-document-retrieval any-to-any",
    "Reinforcement Learning": "reinforcement-learning robotics",
    "Tabular": "tabular-classification tabular-regression time-series-forecasting",
    "Graph": "graph-machine-learning",
}
CATEGORY = {task: category for category, tasks in CATEGORIES.items() for task in tasks.split()}


# Tables


def table_by_polars(listing, table):
    schema = {name: pl.String for name in TEXTS + NUMBERS + OBJECTS} | {"tags": pl.List(pl.String)}
    numbers = [pl.col(name).cast(pl.Int64, strict=False) for name in NUMBERS]
    scan = pl.scan_ndjson(listing, schema=schema).with_columns(numbers)
    scan.sink_parquet(table, compression="zstd")


def table_by_duckdb(listing, table):
    types = {name: "VARCHAR" for name in TEXTS} | {name: "BIGINT" for name in NUMBERS}
    types |= {name: "JSON" for name in OBJECTS} | {"tags": "VARCHAR[]"}
    packed = "zstd" if str(listing).endswith(".zst") else "auto"
    read = f"read_json('{listing}', format='newline_delimited', columns={types}, compression='{packed}')"
    duckdb.connect().sql(f"COPY (FROM {read}) TO '{table}' (FORMAT parquet, COMPRESSION zstd)")


# Every place that names a base, the operation each states, and the one the Hub would infer.
RELATIONS = r"""
CREATE TEMP TABLE listed AS
    SELECT file_row_number AS row, id, library_name AS library, tags, "baseModels" AS field,
        "cardData" AS card, config, gguf
    FROM read_parquet('{table}', file_row_number = true)
    WHERE id IS NOT NULL AND (field IS NOT NULL OR card IS NOT NULL OR config IS NOT NULL
        OR len(list_filter(tags, lambda tag: starts_with(tag, 'base_model:'))) > 0);
CREATE TEMP TABLE twice AS
    SELECT id, min(file_row_number) AS first FROM read_parquet('{table}', file_row_number = true)
    GROUP BY id HAVING count(*) > 1;
CREATE TEMP TABLE once AS SELECT * FROM listed ANTI JOIN twice
    ON listed.id = twice.id AND listed.row > twice.first;
CREATE TEMP TABLE claims AS
    WITH tagged AS (
        SELECT row, unnest(list_filter(tags, lambda tag: starts_with(tag, 'base_model:')))[12:] AS rest,
            generate_subscripts(list_filter(tags, lambda tag: starts_with(tag, 'base_model:')), 1) AS nth
        FROM once
    ), typed AS (
        SELECT *, regexp_matches(rest, '^[A-Za-z0-9_-]{{2,}}:') AND rest NOT SIMILAR TO '[A-Za-z0-9_-]+://.*' AS typed
        FROM tagged
    ), fields AS (
        SELECT row, field->>'$.relation' AS stated, json_extract_string(field, '$.models[*].id') AS bases
        FROM once WHERE field IS NOT NULL
    ), cards AS (
        SELECT row, card->>'$.base_model_relation' AS stated,
            CASE json_type(card, '$.base_model') WHEN 'VARCHAR' THEN [card->>'$.base_model']
                WHEN 'ARRAY' THEN json_extract_string(card, '$.base_model[*]') END AS bases
        FROM once WHERE card IS NOT NULL
    )
    SELECT row, nth AS place, CASE WHEN typed THEN split_part(rest, ':', 1) END AS stated,
        CASE WHEN typed THEN rest[position(':' IN rest) + 1:] ELSE rest END AS base, 2 AS rank
        FROM typed
    UNION ALL SELECT row, 1000000 + generate_subscripts(bases, 1), stated, unnest(bases), 1 FROM fields
    UNION ALL SELECT row, 2000000 + generate_subscripts(bases, 1), stated, unnest(bases), 3 FROM cards
    UNION ALL SELECT row, 3000000, NULL, config->>'$.peft.base_model_name_or_path', 9 FROM once
        WHERE config->>'$.peft.base_model_name_or_path' IS NOT NULL;
CREATE TEMP TABLE named AS
    SELECT row, base, min(place) AS place, bool_or(rank < 9) AS declared,
        arg_min(stated, rank * 10000000 + place) FILTER (stated IS NOT NULL) AS stated
    FROM claims WHERE trim(base) <> '' AND strlen(base) <= 512 GROUP BY row, base;
CREATE TEMP TABLE inferred AS
    WITH bases AS (SELECT row, count(DISTINCT trim(base)) AS bases FROM named GROUP BY row)
    SELECT row, CASE
        WHEN config->>'$.peft.base_model_name_or_path' IS NOT NULL
            OR library IN ('peft', 'adapter-transformers', 'adapters')
            OR list_has_any(tags, ['lora', 'textual_inversion', 'custom-diffusion', 'controlnet'])
            THEN 'adapter'
        WHEN config->>'$.quantization_config.quant_method' IS NOT NULL OR gguf IS NOT NULL
            OR library IN ('gguf', 'mlc-llm', 'onnx', 'optimum-onnx')
            OR list_has_any(tags, ['gguf', 'gptq', 'awq', 'exl2', 'exl3', '4-bit', '8-bit', 'mlc-llm',
                'compressed-tensors'])
            THEN 'quantized'
        WHEN bases > 1 THEN 'merge' ELSE 'finetune' END AS operation
    FROM once JOIN bases USING (row);
COPY (
    SELECT id AS derived, base, coalesce(stated, operation) AS operation
    FROM named JOIN inferred USING (row) JOIN once USING (row) WHERE declared ORDER BY row, place
) TO '{relations}' (FORMAT parquet, COMPRESSION zstd)
"""


def relations_by_duckdb(table, relations):
    duckdb.connect().execute(RELATIONS.format(table=table, relations=relations))


# Names to numbers


def map_by_polars(table, relations):
    models = pl.read_parquet(table, columns=["id", "downloads", "pipeline_tag"])
    models = models.unique("id", keep="first", maintain_order=True)
    declared = pl.read_parquet(relations)
    missing = declared.select("base").join(models, left_on="base", right_on="id", how="anti")
    names = pl.concat([models["id"], missing["base"].unique(maintain_order=True)])
    nodes = pl.DataFrame({"name": names, "node": np.arange(len(names), dtype=np.int64)})
    ends = []
    for end in ("base", "derived"):
        ends.append(declared.join(nodes, left_on=end, right_on="name", how="left", maintain_order="left")["node"])
    return models, declared, names, ends[0].to_numpy(), ends[1].to_numpy()


def map_by_dict(table, relations):
    models = pl.read_parquet(table, columns=["id", "downloads", "pipeline_tag"])
    models = models.unique("id", keep="first", maintain_order=True)
    declared = pl.read_parquet(relations)
    nodes = {name: node for node, name in enumerate(models["id"].to_list())}
    base = np.array([nodes.setdefault(name, len(nodes)) for name in declared["base"].to_list()])
    derived = np.array([nodes[name] for name in declared["derived"].to_list()])
    return models, declared, pl.Series(list(nodes)), base, derived


class Hub:
    """A snapshot with numbers for names; `related[k]` is the node of the graph's vertex `k`."""

    def __init__(self, models, declared, names, base, derived):
        self.models, self.names = models, names
        operations = declared["operation"].to_list()
        words = OPERATIONS + sorted(set(operations) - set(OPERATIONS))
        codes = {word: code for code, word in enumerate(words)}
        self.words = words
        self.base, self.derived = base, derived
        self.operation = np.array([codes[word] for word in operations], dtype=np.int64)
        self.group_of = np.array([GROUPS.get(word, OTHER) for word in words])
        other = base != derived
        self.own = ~other
        between = np.concatenate([base[other], derived[other]])
        self.related, vertices = np.unique(between, return_inverse=True)
        half = len(vertices) // 2
        self.edges = np.ascontiguousarray(np.stack([vertices[:half], vertices[half:]], axis=1))
        self.groups = self.group_of[self.operation[other]]
        present = self.related < len(models)
        is_derived = np.zeros(len(names), dtype=bool)
        is_derived[derived] = True
        is_base = np.zeros(len(self.related), dtype=bool)
        is_base[self.edges[:, 0]] = True
        self.bases = np.flatnonzero(is_base)
        self.roots = np.flatnonzero(is_base & present & ~is_derived[self.related])
        # The one operation a model has in the study's script: that of its last relation.
        last = np.full(len(names), -1)
        last[derived] = self.group_of[self.operation]
        last[derived[other]] = self.groups
        self.last_group = last[self.related]


# Graphs


def pairs(edges):
    """The quickest form in which both libraries take edges."""
    return zip(*edges.T.tolist())


def build_igraph(hub):
    return igraph.Graph(n=len(hub.related), edges=pairs(hub.edges), directed=True)


def build_rustworkx(hub):
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(hub.related)))
    graph.add_edges_from_no_data(list(pairs(hub.edges)))
    return graph


def descendants_by_neighborhood(graph, bases):
    return graph.neighborhood_size(vertices=bases, order=graph.vcount(), mode="out", mindist=1)


def descendants_by_subcomponent(graph, bases):
    return [len(graph.subcomponent(base, mode="out")) - 1 for base in bases]


def descendants_by_rustworkx(graph, bases):
    return [len(rustworkx.descendants(graph, base)) for base in bases]


# Chains


class Steps:
    """The steps of chains, what follows a step before it; simple paths within cycles unrolled."""

    def __init__(self):
        self.node, self.next, self.leaves, self.of = [], [], [], {}

    def add(self, node, following, leaves):
        self.node.append(node)
        self.next.append(following)
        self.leaves.append(leaves)
        return len(self.node) - 1

    def is_end(self, step):
        return not self.next[step] and not self.leaves[step]


def inner_edges(hub):
    """The edges between models with derived models, and the edges to leaves, by base."""
    is_base = np.zeros(len(hub.related), dtype=bool)
    is_base[hub.bases] = True
    to_inner = is_base[hub.edges[:, 1]]
    return hub.edges[to_inner], hub.groups[to_inner], hub.edges[~to_inner], hub.groups[~to_inner]


def components_by_igraph(hub, inner):
    """The strongly connected components of the bases, what follows first."""
    number = np.zeros(len(hub.related), dtype=np.int64)
    number[hub.bases] = np.arange(len(hub.bases))
    graph = igraph.Graph(n=len(hub.bases), edges=pairs(number[inner]), directed=True)
    if graph.is_dag():
        return [[node] for node in hub.bases[graph.topological_sorting(mode="in")].tolist()]
    membership = np.array(graph.connected_components(mode="strong").membership)
    between = membership[number[inner]]
    between = between[between[:, 0] != between[:, 1]]
    order = igraph.Graph(n=int(membership.max()) + 1, edges=pairs(between), directed=True).topological_sorting(mode="in")
    members = defaultdict(list)
    for component, node in zip(membership.tolist(), hub.bases.tolist()):
        members[component].append(node)
    return [members[component] for component in order]


def components_by_rustworkx(hub, inner):
    number = np.zeros(len(hub.related), dtype=np.int64)
    number[hub.bases] = np.arange(len(hub.bases))
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(hub.bases)))
    graph.add_edges_from_no_data(list(pairs(number[inner])))
    nodes = hub.bases.tolist()
    # Components come what follows first.
    return [[nodes[at] for at in component] for component in rustworkx.strongly_connected_components(graph)]


def steps(hub, components):
    inner, inner_groups, outer, outer_groups = inner_edges(hub)
    following, leaves = defaultdict(list), defaultdict(list)
    for (base, derived), group in zip(inner.tolist(), inner_groups.tolist()):
        following[base].append((derived, group))
    for (base, derived), group in zip(outer.tolist(), outer_groups.tolist()):
        leaves[base].append((derived, group))
    found = Steps()
    nothing = []

    def unroll(node, members, path):
        after = []
        for derived, group in following.get(node, nothing):
            if derived not in members:
                after.append((found.of[derived], group))
            elif derived not in path:
                after.append((unroll(derived, members, path | {derived}), group))
        return found.add(node, after, leaves.get(node, nothing))

    for component in components(hub, inner):
        if len(component) == 1:
            [node] = component
            after = [(found.of[derived], group) for derived, group in following.get(node, nothing)]
            found.of[node] = found.add(node, after, leaves.get(node, nothing))
            continue
        entered = {node: unroll(node, set(component), {node}) for node in component}
        found.of.update(entered)
    return found


def add_longer(counts, other):
    counts.extend([0] * (len(other) + 1 - len(counts)))
    for more, count in enumerate(other, 1):
        counts[more] += count


def chains_from(found):
    """How many chains start at each step: `counts[k]` of `k + 1` models."""
    starting = []
    for following, leaves in zip(found.next, found.leaves):
        if not following and not leaves:
            starting.append([1])
            continue
        counts = [0, len(leaves)]
        for step, _ in following:
            add_longer(counts, starting[step])
        starting.append(counts)
    return starting


def histogram(hub, found, starting):
    total = defaultdict(int)
    for root in hub.roots.tolist():
        for models, count in enumerate(starting[found.of[root]], 1):
            total[models] += count
    return {models: total[models] for models in sorted(total) if total[models]}


def chain_histogram(hub, components):
    """As `steps`, `chains_from` and `histogram`, without what only operations need."""
    inner, _, outer, _ = inner_edges(hub)
    leaves = np.bincount(outer[:, 0], minlength=len(hub.related)).tolist()
    following = defaultdict(list)
    for base, derived in inner.tolist():
        following[base].append(derived)
    starting = {}

    def unroll(node, members, path):
        counts, goes_on = [0, leaves[node]], leaves[node] > 0
        for derived in following.get(node, ()):
            if derived not in path:
                goes_on = True
                within = derived in members
                add_longer(counts, unroll(derived, members, path | {derived}) if within else starting[derived])
        return counts if goes_on else [1]

    for component in components(hub, inner):
        if len(component) > 1:
            starting |= {node: unroll(node, set(component), {node}) for node in component}
            continue
        [node] = component
        counts = [0, leaves[node]]
        for derived in following.get(node, ()):
            add_longer(counts, starting[derived])
        starting[node] = counts
    total = defaultdict(int)
    for root in hub.roots.tolist():
        for models, count in enumerate(starting[root], 1):
            total[models] += count
    return {models: total[models] for models in sorted(total) if total[models]}


def segments(hub, found, starting, downloads):
    """Places and mean downloads of the front, the middle and the back of all chains."""
    reaching = [None] * len(found.node)
    for root in hub.roots.tolist():
        reaching[found.of[root]] = [1]
    for step in range(len(found.node) - 1, -1, -1):
        ways = reaching[step]
        if ways is None:
            continue
        for after, _ in found.next[step]:
            counts = reaching[after]
            if counts is None:
                reaching[after] = [0] + ways
                continue
            counts.extend([0] * (len(ways) + 1 - len(counts)))
            for at, count in enumerate(ways, 1):
                counts[at] += count
    doubled, known, places = [0, 0, 0], [0, 0, 0], [0, 0, 0]
    for step, ways in enumerate(reaching):
        if ways is None:
            continue
        if found.is_end(step):
            more = downloads[found.node[step]]
            if more is not None:
                doubled[2] += 2 * more * sum(ways)
                known[2] += sum(ways)
            continue
        total = sum(ways)
        for leaf, _ in found.leaves[step]:
            more = downloads[leaf]
            if more is not None:
                doubled[2] += 2 * more * total
                known[2] += total
        more = downloads[found.node[step]]
        if more is None:
            continue
        for place, count in enumerate(ways, 1):
            if not count:
                continue
            parts = [0, 0, 0]
            for models, chains in enumerate(starting[step], 1):
                if chains:
                    length = place + models - 1
                    third = length // 3
                    if length == 2:
                        parts[0 if place == 1 else 2] += chains
                    else:
                        parts[0 if place <= third else 1 if place <= 2 * third else 2] += chains
            for part, chains in enumerate(parts):
                doubled[part] += 2 * more * chains * count
                known[part] += chains * count
    for root in hub.roots.tolist():
        step, more = found.of[root], downloads[root]
        ends = [leaf for leaf, _ in found.leaves[step]]
        ends += [found.node[after] for after, _ in found.next[step] if found.is_end(after)]
        for leaf in ends:
            if more is not None and downloads[leaf] is not None:
                doubled[1] += more + downloads[leaf]
                known[1] += 1
    for length, chains in histogram(hub, found, starting).items():
        third = 1 if length == 2 else length // 3
        back = 1 if length == 2 else length - 2 * third
        for part, size in enumerate([third, third, back]):
            places[part] += size * chains
    names = ["front", "middle", "back"]
    return {
        name: {"occurrences": places[part], "mean_downloads": doubled[part] / (2 * known[part]) if known[part] else None}
        for part, name in enumerate(names)
    }


def mixes(hub, found):
    """How often each mix of operations occurs among all chains, with the order they are first met."""
    waiting = [0] * len(found.node)
    for following in found.next:
        for step, _ in following:
            waiting[step] += 1
    for root in hub.roots.tolist():
        waiting[found.of[root]] += 1
    own = [None] * len(found.node)
    after = {}

    def longer(mix, group):
        key = (mix, group)
        if key not in after:
            counts = list(mix[:4])
            counts[group] += 1
            after[key] = (*counts, (group, *(met for met in mix[4] if met != group)))
        return after[key]

    nothing = (0, 0, 0, 0, ())
    for step, (following, leaves) in enumerate(zip(found.next, found.leaves)):
        counts = defaultdict(int)
        if not following and not leaves:
            counts[nothing] = 1
        for _, group in leaves:
            counts[longer(nothing, group)] += 1
        for next_step, group in following:
            for mix, count in own[next_step].items():
                counts[longer(mix, group)] += count
            waiting[next_step] -= 1
            if not waiting[next_step]:
                own[next_step] = None
        own[step] = counts
    total = defaultdict(int)
    for root in hub.roots.tolist():
        for mix, count in own[found.of[root]].items():
            total[mix] += count
    return total


def dominant(counts):
    most = max(counts)
    first = [name for name, count in zip(study.NAMES, counts) if count == most]
    return first[0] if len(first) == 1 else "tie"


def longest(hub, found, names):
    """The longest chain of each root, of equally long ones the first by name; the first twenty."""
    models = []
    for following, leaves in zip(found.next, found.leaves):
        length = 2 if leaves else 1
        for step, _ in following:
            length = max(length, models[step] + 1)
        models.append(length)
    chains = []
    for root in hub.roots.tolist():
        chain, step = [names[root]], found.of[root]
        while models[step] > 1:
            ways = [(names[found.node[after]], after) for after, _ in found.next[step] if models[after] + 1 == models[step]]
            if models[step] == 2:
                ways += [(names[leaf], None) for leaf, _ in found.leaves[step]]
            name, step = min(ways, key=lambda way: way[0])
            chain.append(name)
            if step is None:
                break
        chains.append(chain)
    chains.sort(key=lambda chain: (-len(chain), chain[0]))
    return chains[:20]


# Usage


def tables(hub):
    """Tables 1 to 3: joins and sums, by polars and numpy."""
    models, size = hub.models, len(hub.models)
    is_base, is_derived = np.zeros(len(hub.names), dtype=bool), np.zeros(len(hub.names), dtype=bool)
    is_base[hub.base[~hub.own]] = True
    is_derived[hub.derived] = True
    is_base, is_derived = is_base[:size], is_derived[:size]
    downloads = models["downloads"].fill_null(0).to_numpy()
    related = is_base | is_derived
    parts = {"base": is_base, "derived": is_derived, "relational": related, "isolated": ~related}
    sizes = {"total": size} | {part: int(mask.sum()) for part, mask in parts.items()}
    sizes |= {"roots": int((is_base & ~is_derived).sum()), "missing_bases": len(hub.names) - size}
    sums = {"total": int(downloads.sum())} | {part: int(downloads[mask].sum()) for part, mask in parts.items()}
    each = pl.DataFrame({"node": hub.derived, "operation": hub.operation}).unique()
    tasks = models["pipeline_tag"].replace_strict(CATEGORY, default="Unknown", return_dtype=pl.String)
    tasks = tasks.fill_null("Unknown")
    each = each.with_columns(category=tasks.gather(each["node"]), downloads=models["downloads"].gather(each["node"]))
    crossed = each.group_by("operation", "category").agg(models=pl.len(), downloads=pl.sum("downloads"))
    counted = [
        {"operation": hub.words[operation], "category": category, "models": count}
        for operation, category, count in crossed.select("operation", "category", "models").iter_rows()
    ]
    by_operation = defaultdict(int)
    downloads_by_operation = defaultdict(int)
    for operation, _, count, more in crossed.iter_rows():
        word = hub.words[operation] if operation < 4 else "other"
        by_operation[word] += count
        downloads_by_operation[word] += more
    present = (hub.base < size) & ~hub.own
    tops = {}
    for name, ends in (("top_in_degree", hub.derived[present]), ("top_out_degree", hub.base[present])):
        degree = pl.DataFrame({"node": ends}).group_by("node").agg(degree=pl.len())
        least = degree["degree"].top_k(20).min()
        top = degree.filter(pl.col("degree") >= least)
        top = top.with_columns(model=hub.names.gather(top["node"]))
        top = top.sort(["degree", "model"], descending=[True, False]).head(20)
        tops[name] = [{"model": model, "degree": count} for _, count, model in top.iter_rows()]
    dangling = int(((hub.base >= size) & ~hub.own).sum())
    own = int(hub.own.sum())
    return {
        "models": sizes,
        "downloads": sums,
        "derived_by_operation": dict(by_operation),
        "downloads_by_operation": dict(downloads_by_operation),
        "relations": {"declared": len(hub.base), "resolved": len(hub.base) - dangling - own, "dangling": dangling, "self_loops": own},
        "tasks": counted,
        **tops,
    }


def clusters(hub, graph, by_root, names):
    members = graph_members(graph, hub.roots.tolist())
    sizes = np.array([len(reached) - 1 for reached in members])
    inside = np.concatenate([np.array(reached[1:], dtype=np.int64) for reached in members])
    owner = np.repeat(np.arange(len(members)), sizes)
    counts = np.bincount(owner * 4 + hub.last_group[inside], minlength=4 * len(members)).reshape(-1, 4)
    kinds = defaultdict(int)
    winners, of_two, of_three = defaultdict(int), defaultdict(int), defaultdict(int)
    for row in counts.tolist():
        groups, winner = sum(count > 0 for count in row), dominant(row)
        kinds[str(groups)] += 1
        winners[winner] += 1
        of_two[winner] += groups == 2
        of_three[winner] += groups == 3
    bins = np.bincount(np.searchsorted(study.SIZES, sizes + 1), minlength=len(study.SIZE_LABELS))
    chain_bins = np.bincount([bisect_left(study.CHAINS, chains) for chains in by_root], minlength=len(study.CHAIN_LABELS))
    largest = sorted(range(len(sizes)), key=lambda at: (-int(sizes[at]), names[int(hub.roots[at])]))[:20]
    return {
        "total": len(members),
        "mean_size": float(sizes.mean()),
        "mean_chains": sum(by_root) / len(members),
        "size_histogram": dict(zip(study.SIZE_LABELS, bins.tolist())),
        "chains_histogram": dict(zip(study.CHAIN_LABELS, chain_bins.tolist())),
        "dominant_of_two": dict(of_two),
        "dominant_of_three": dict(of_three),
        "diversity": dict(kinds),
        "dominant": dict(winners),
        "top": [
            {"root": names[int(hub.roots[at])], "size": int(sizes[at]), "chains": by_root[at]}
            | dict(zip(study.NAMES, counts[at].tolist()))
            for at in largest
        ],
    }


def graph_members(graph, roots):
    return graph.neighborhood(vertices=roots, order=graph.vcount(), mode="out")


def usage(hub, graph):
    found = steps(hub, components_by_rustworkx)
    starting = chains_from(found)
    names = hub.names.gather(hub.related).to_list()
    downloads = hub.models["downloads"].gather(np.minimum(hub.related, len(hub.models) - 1)).to_list()
    downloads = [more if node < len(hub.models) else None for more, node in zip(downloads, hub.related.tolist())]
    lengths = histogram(hub, found, starting)
    kinds, strict, first_met = defaultdict(int), defaultdict(int), defaultdict(int)
    for mix, count in mixes(hub, found).items():
        counts, met = mix[:4], mix[4]
        kinds[str(len(met))] += count
        strict[dominant(counts)] += count
        most = max(counts)
        first_met[study.NAMES[next(group for group in met if counts[group] == most)]] += count
    by_root = [sum(starting[found.of[root]]) for root in hub.roots.tolist()]
    total = sum(lengths.values())
    top = longest(hub, found, names)
    return tables(hub) | {
        "chains": {
            "total": total,
            "mean_length": sum(length * count for length, count in lengths.items()) / total if total else None,
            "length_histogram": {str(length): count for length, count in lengths.items()},
            "longest": {"length": len(top[0]), "models": top[0]} if top else {"length": 0, "models": []},
            "dominant": dict(strict),
            "dominant_first_met": dict(first_met),
            "diversity": dict(kinds),
            "segments": segments(hub, found, starting, downloads),
        },
        "clusters": clusters(hub, graph, by_root, names),
    }


# Steps


def best(rounds, work):
    times, answer = [], None
    for _ in range(rounds):
        answer = None
        started = time.perf_counter()
        answer = work()
        times.append((time.perf_counter() - started) * 1e3)
    return min(times), answer


def main(step, listing, folder, rounds):
    table, relations, mapped = (str(folder / name) for name in ("models.parquet", "relations.parquet", "hub.pickle"))
    times, answer = {}, None

    def load():
        with open(mapped, "rb") as file:
            return pickle.load(file)

    def time_each(candidates, runs=rounds):
        last = None
        for name, work in candidates.items():
            times[name], last = best(runs, work)
        return last

    if step.startswith("table-"):
        ways = {"polars": table_by_polars, "DuckDB": table_by_duckdb}
        way = step.removeprefix("table-")
        time_each({way: lambda: ways[way](listing, table)}, min(rounds, 2))
        answer = {"bytes": pathlib.Path(table).stat().st_size}
    elif step == "relations":
        time_each({"DuckDB": lambda: relations_by_duckdb(table, relations)})
        answer = {"bytes": pathlib.Path(relations).stat().st_size}
    elif step == "load":
        time_each({
            "dict, igraph": lambda: build_igraph(Hub(*map_by_dict(table, relations))),
            "polars, rustworkx": lambda: build_rustworkx(Hub(*map_by_polars(table, relations))),
            "polars, igraph": lambda: build_igraph(Hub(*map_by_polars(table, relations))),
        })
        with open(mapped, "wb") as file:
            pickle.dump(Hub(*map_by_polars(table, relations)), file)
    elif step == "graph":
        hub = load()
        time_each({"igraph": lambda: build_igraph(hub), "rustworkx": lambda: build_rustworkx(hub)})
        answer = {"nodes": len(hub.related), "relations": len(hub.edges)}
    elif step == "descendants":
        hub = load()
        bases = hub.bases.tolist()
        by_igraph, by_rustworkx = build_igraph(hub), build_rustworkx(hub)
        found = time_each({
            "igraph neighborhood_size, of all": lambda: descendants_by_neighborhood(by_igraph, None),
            "igraph neighborhood_size": lambda: descendants_by_neighborhood(by_igraph, bases),
            "igraph subcomponent": lambda: descendants_by_subcomponent(by_igraph, bases),
            "rustworkx descendants": lambda: descendants_by_rustworkx(by_rustworkx, bases),
        })
        counts = defaultdict(int)
        for count in found:
            counts[str(count)] += 1
        answer = dict(counts)
    elif step == "chains":
        hub = load()
        answer = time_each({
            "igraph order": lambda: chain_histogram(hub, components_by_igraph),
            "rustworkx order": lambda: chain_histogram(hub, components_by_rustworkx),
        })
    elif step == "tables":
        hub = load()
        time_each({"polars, numpy": lambda: tables(hub)})
    elif step == "usage":
        hub = load()
        graph = build_igraph(hub)
        answer = time_each({"polars, numpy, igraph, rustworkx": lambda: usage(hub, graph)})
    elif step == "study":
        hub = load()
        rows, properties = study.rows(hub)
        answer = time_each({"dictionaries and lists": lambda: study.usage(rows, properties, CATEGORY)}, min(rounds, 2))
    else:
        raise SystemExit(f"no step `{step}`")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"times": times, "memory_kib": memory, "answer": answer}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4]))
