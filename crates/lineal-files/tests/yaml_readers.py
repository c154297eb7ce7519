"""Compares how front matters are read here with how other YAML readers read them.

    cargo build -p lineal-files --example front_matter
    python crates/lineal-files/tests/yaml_readers.py target/debug/examples/front_matter CARDS...

CARDS are files of JSON lines, plain or `.zst`, whose lines have the text of a card under `readme` or `card`.
Needs PyYAML (huggingface_hub brings it); ruamel.yaml is a second reader where it is installed.

Fences are found by the Hub's own expression and YAML by the other reader, down to its nodes. What a plain
word means is then decided by the rules of `card/scalar.rs`, written down once more here, because no two
readers agree on those. Exits with 1 if a front matter that both read says different things.
"""

import collections
import io
import json
import re
import subprocess
import sys

# huggingface_hub/repocard.py: "exact same regex as in the Hub server".
FRONT = re.compile(r"^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))")
DECIMAL = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")


def plain(word):
    if word in ("", "~", "null", "Null", "NULL"):
        return None
    if word in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return word.lower() == "true"
    if DECIMAL.fullmatch(word):
        number = float(word) if re.search("[.eE]", word) else int(word)
        return word if number in (float("inf"), float("-inf")) else number
    return int(word, 0) if BASED.fullmatch(word) else word


def scalar(node):
    known = node.tag.startswith("tag:yaml.org,2002:")
    if node.style in (None, "") and known:
        return plain(node.value)
    return node.value


def value(node):
    if node.id == "scalar":
        return scalar(node)
    if node.id == "sequence":
        return [value(item) for item in node.value]
    entries, merged = {}, []
    for key, item in node.value:
        if key.id != "scalar":
            raise ValueError("a key that is no word")
        if key.value == "<<" and key.style in (None, ""):
            merged += item.value if item.id == "sequence" else [item]
        else:
            entries[key.value] = value(item)
    for item in merged:
        entries = {**value(item), **entries}
    return entries


def pyyaml():
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    return f"PyYAML {yaml.__version__}", lambda text: yaml.compose(text, Loader)


def ruamel():
    import ruamel.yaml

    def compose(text):
        reader = ruamel.yaml.YAML(typ="safe", pure=True)
        reader.allow_duplicate_keys = True
        return reader.compose(io.StringIO(text))

    return f"ruamel.yaml {ruamel.yaml.__version__}", compose


def theirs(compose, text):
    """Returns whether they read a front matter, and what it says or why not."""
    found = FRONT.search(text)
    if not found:
        return False, "no front matter"
    try:
        # The last line break belongs to the fence; the Hub's reader adds one, so a block of text ends in it.
        node = compose(found[2] + "\n")
        said = {} if node is None else value(node)
    except Exception as error:  # whatever a reader raises, it has not read it
        return False, type(error).__name__ + ": " + str(error).split("\n")[0]
    if said is None:
        said = {}
    return (True, said) if isinstance(said, dict) else (False, "no mapping")


def cards(path):
    command = ["zstd", "-dc", path] if path.endswith(".zst") else ["cat", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as lines:
        for line in lines.stdout:
            record = json.loads(line)
            text = record.get("readme") or record.get("card")
            if isinstance(text, str):
                # What is no Unicode text cannot be handed on.
                yield record.get("id", "?"), text.encode("utf-8", "replace").decode("utf-8")


def main(program, paths):
    readers = [make() for make in (pyyaml, ruamel) if available(make)]
    texts = [card for path in paths for card in cards(path)]
    lines = "".join(json.dumps({"readme": text}) + "\n" for _, text in texts)
    answers = subprocess.run([program], input=lines, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    ours = [json.loads(line) for line in answers.stdout.split("\n") if line]
    assert len(ours) == len(texts), "an answer for each card"
    differ = 0
    for name, compose in readers:
        counts, examples = collections.Counter(), collections.defaultdict(list)
        for (model, text), mine in zip(texts, ours):
            we = "front_matter" in mine["parts"]
            they, said = theirs(compose, text)
            if we and they:
                kind = "both, equal" if said == mine["front"] else "both, differ"
            else:
                kind = "only we" if we else "only they" if they else "neither"
            counts[kind] += 1
            if kind not in ("both, equal", "neither"):
                why = said if kind == "only we" else [finding["what"] for finding in mine["findings"][:3]]
                examples[kind].append((model, why))
        differ += counts["both, differ"]
        print(name, "over", len(texts), "cards:", dict(counts))
        for kind, found in examples.items():
            for model, why in found[:40]:
                print(f"  {kind}: {model}: {why}")
    return 1 if differ else 0


def available(make):
    try:
        return make() is not None
    except ImportError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
