"""Lists and lineages that others made: the Hub's own lists of derived models, a published family, published lineages."""

import json
import pathlib
import zipfile
from collections import Counter, defaultdict

from .compare import Compare
from .outside import each, lines, say, skipped, write_table
from .reference import Hub, operations_of

HUB = "https://huggingface.co/"
LISTS = {"children": "finetune", "adapters": "adapter", "quantized": "quantized", "merges": "merge"}


def without_address(text):
    return text.removeprefix(HUB)


def read_lists(shared):
    """The records of April 2025, by name, and (base, derived) -> operation as the Hub's lists have it."""
    records = {
        without_address(record["id"]): record
        for record in lines(shared / "trees-2025/model_trees_2025-04.jsonl.zst")
    }
    listed = {
        (base, without_address(child)): operation
        for base, record in records.items()
        for key, operation in LISTS.items()
        for child in record[key]
    }
    return records, listed


def check_lists(checks, lineal, shared):
    """What lineal reads of models' metadata, against the lists in which the Hub has the same models."""
    records, listed = read_lists(shared)
    edges = {
        (without_address(edge["base"]), without_address(edge["child"])): edge["relation"]
        for edge in lines(shared / "trees-2025/typed_edges_2025-04.jsonl.zst")
    }
    lineal.run("import", str(shared / "trees-2025/model_trees_2025-04.jsonl.zst"), "--date", "2025-04-22")
    rows = lineal.rows("SELECT base, derived, operation FROM relations WHERE declared")
    told = {(row["base"], row["derived"]): row["operation"] for row in rows}
    with_lists = {base for base, _ in listed}

    agree = Counter()
    for pair in sorted(listed.keys() | {pair for pair in told if pair[0] in with_lists}):
        where = f"{pair[1]} from {pair[0]}"
        reason = why_lists_differ(records, listed.get(pair), told.get(pair), *pair)
        agree[listed.get(pair) or told[pair], reason] += 1
        checks.holds(
            "lists: each child as its own metadata has it, or a reason",
            where,
            reason != "UNEXPLAINED",
            reason,
        )
    print_reasons("the Hub's lists of April 2025 and what the listed models say themselves", agree)
    # The other file of relations was made from the same lists.
    apart = Counter(
        (
            "in both"
            if pair in listed and pair in edges
            else "only in the lists" if pair in listed else "only typed"
        )
        for pair in listed.keys() | edges.keys()
    )
    say(f"lists: relations of both files: {dict(apart)}")


def why_lists_differ(records, listed, told, base, child):
    """Compares one relation on both sides; returns why it is not the same, or that it is."""
    if listed == told:
        return "agree"
    record = records.get(child)
    if record is None:
        return "the child has no record of its own in the file"
    if not isinstance(record["metadata"], dict):
        is_cut = record["metadata"] != "N/A" and f"base_model:{listed}:{base}" not in record["metadata"]
        return (
            "the child's record is cut off before its tags" if is_cut else "the child's record holds nothing"
        )
    tagged = [tag for tag in record["metadata"].get("tags", []) if tag.startswith("base_model:")]
    if not listed and tagged and not any(tag.endswith(f":{base}") for tag in tagged):
        return "the child's card names several bases, of which the Hub itself took another one"
    if not listed and record["captured"][:8] < records[base]["captured"][:8]:
        return "the child was read some days before the list"
    return "UNEXPLAINED"


def print_reasons(title, reasons):
    say(f"\n{title}")
    for (operation, reason), count in sorted(
        reasons.items(), key=lambda item: (item[0][1] != "agree", item[0])
    ):
        say(f"{count:>9,}  {operation:<10} {reason}")


def check_lists_as_table(checks, lineal, shared, folder, chance):
    """The lists as a table of relations: what lineal then tells is what the Hub lists, child by child."""
    records, listed = read_lists(shared)
    # A child can be in two lists; the table then has two rows of it, and the first operation stays.
    names = {name for pair in listed for name in pair}
    path = folder / "lists.csv"
    write_table(path, names, listed)
    lineal.run("import", str(path), "--date", "2025-04-22")
    hub = Hub({name: {"downloads": None, "task": None, "license": None} for name in names}, listed)
    with lineal.serving() as api:
        compare = Compare(checks, api, hub, "lists as a table", chance)
        for base in sorted({base for base, _ in listed}):
            told = compare.lineage(base, up="false", depth=1)
            if told:
                found = defaultdict(set)
                for relation in told["relations"]:
                    found[relation["operation"]].add(relation["derived"])
                expected = operations_of(hub, hub.derived(base), base)
                compare.same("children by operation", base, expected, dict(found))
            compare.down(base)
            compare.impact((base,))
        each(compare.up, sorted(names)[::10])


def hub_lists_of_later(compare, shared):
    """The Hub's lists of April 2025, as far as base and child were there in July 2024."""
    path = shared / "trees-2025/model_trees_2025-04.jsonl.zst"
    if not path.exists():
        return skipped(f"{path} is not there")
    _, listed = read_lists(shared)
    hub, reasons = compare.hub, Counter()
    for base in sorted({base for base, _ in listed} & hub.models.keys()):
        told = compare.lineage(base, up="false", depth=1)
        children = {node["id"] for node in told["nodes"][1:]} if told else set()
        later = {
            child: operation
            for (of, child), operation in listed.items()
            if of == base and child in hub.models
        }
        for child in children | later.keys():
            operation = later.get(child) or hub.operations.get((base, child), "?")
            if child in later and child in children:
                reason = "agree"
            elif child in later:
                declared = {hub_base for hub_base in hub.bases(child)}
                reason = (
                    "UNEXPLAINED"
                    if base in declared
                    else "in 2024 the child named " + ("other bases" if declared else "no base")
                )
            else:
                reason = "declared in 2024, and not in the list of 2025: since changed, renamed or gone"
            if child in children and (base, child) not in hub.operations:
                reason = "UNEXPLAINED"
            reasons[operation, reason] += 1
            compare.checks.holds(
                "2024: the Hub's lists of 2025, or a reason",
                f"{child} from {base}",
                reason != "UNEXPLAINED",
                reason,
            )
    print_reasons("the Hub's lists of April 2025, and what lineal tells of July 2024", reasons)


def check_family(checks, lineal, shared, folder, chance):
    """A published family: every model's lineage both ways, and every impact."""
    family = json.load(open(shared / "trees-2025/graph_data_mini.json", encoding="utf-8"))
    names = {node["id"] for node in family["nodes"]}
    relations = {(edge["source"], edge["target"]): edge["type"] for edge in family["edges"]}
    path = folder / "family.csv"
    write_table(path, names, relations)
    lineal.run("import", str(path), "--date", "2025-07-13")
    hub = Hub({name: {"downloads": None, "task": None, "license": None} for name in names}, relations)
    with lineal.serving() as api:
        compare = Compare(checks, api, hub, "family", chance)
        each(compare.both, sorted(names))
        each(lambda name: compare.impact((name,)), sorted(name for name in names if hub.derived(name)))
        compare.ranking(1)


def published_lineages(compare, folder, full):
    """Lineages as others published them, one for each model from which nothing was made: a tree over all that is above
    it, names in lower case. Which way leads to an ancestor is chance there, so what is compared is the set of models.
    """
    hub, reasons = compare.hub, Counter()
    folded = {name.lower(): name for name in [*hub.graph, *hub.models]}
    packages = [zipfile.ZipFile(path) for path in sorted(folder.glob("*.zip"))]
    files = [(package, name) for package in packages for name in package.namelist() if name.endswith(".json")]
    if not files:
        return skipped(f"no lineages in {folder}")
    for package, file in files if full else compare.chance.sample(files, min(len(files), 5_000)):
        graph = json.loads(package.read(file))
        published = {node["id"] for node in graph["nodes"]}
        steps = {(link["source"], link["target"]) for link in graph.get("links", graph.get("edges"))}
        name = folded.get(pathlib.PurePosixPath(file).name.removesuffix(".json").replace("_!##++##!_", "/"))
        if name not in hub.models:
            reasons["lineage", "the model is not in the listing"] += 1
            continue
        told = compare.lineage(name, down="false")
        ours = {node["id"].lower() for node in told["nodes"]} if told else set()
        found = {"agree"}
        if ours != published:
            found = set(why_lineages_differ(compare, folded, published, steps, ours)) or {"UNEXPLAINED"}
        for reason in found:
            reasons["lineage", reason] += 1
        compare.same(
            "published lineages, or a reason", name, False, "UNEXPLAINED" in found and (published ^ ours)
        )
    print_reasons("lineages as published for the listing of 2024", reasons)


def why_lineages_differ(compare, folded, published, steps, ours):
    """Looks at the models that both have, and at each base of theirs that only one side has above them."""
    for derived in published & ours:
        name = folded.get(derived, derived)
        written = {}
        for base in compare.hub.bases(name):
            texts = [claim.get("named", base) for claim in compare.relations[base, name]["evidence"]]
            written[base.lower()] = {text.strip().lower() for text in texts}
        every = set().union(*written.values()) if written else set()
        for base in {base for base, each in steps if each == derived} - ours:
            if base in written:
                yield "UNEXPLAINED"
            elif base in every:
                yield "published: the name leads elsewhere"
            else:
                yield "published: from elsewhere than the listing"
        for base, texts in written.items():
            if base not in published:
                others = {each for each, of in steps if of == derived} - set(written)
                if texts == {"none"}:
                    yield "published: `None` is no base"
                elif others or texts & published:
                    yield "published: the name leads elsewhere"
                else:
                    yield "UNEXPLAINED"
