"""Does the Hub's own client find a simulated hub believable?

Run as `python3 fidelity.py QUIET EVOLVING`, with the addresses of two simulated hubs: one on which
no week passes, with the token `hf_known`, and one on which a week passes every ten requests. Both
answer with lists of up to 1,000 models a page. Says what was checked, and fails at the first
disagreement.
"""

import hashlib
import os
import re
import sys
import tempfile

os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
os.environ.pop("HF_TOKEN", None)

import huggingface_hub
from huggingface_hub import HfApi, RepoFile, RepoFolder, get_hf_file_metadata, hf_hub_download
from huggingface_hub.utils import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    get_session,
)

TOKEN = "hf_known"

# Only over https does the client take an anonymous 401 for a missing model; these hubs speak http.
transport = huggingface_hub.utils._http
transport.REPO_API_REGEX = re.compile(
    transport.REPO_API_REGEX.pattern.replace("https:", "https?:"), transport.REPO_API_REGEX.flags
)


def check(what, holds, found=None):
    if not holds:
        sys.exit(f"DISAGREES: {what}: {found!r}")


def checked(what):
    print(f"agrees: {what}", flush=True)


def refused(what, kind, ask):
    try:
        found = ask()
    except kind as error:
        return error
    except Exception as error:
        check(what, False, error)
    check(what, False, found)


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def lists(api):
    everything = list(api.list_models(expand=["author", "baseModels", "sha", "tags", "gated", "createdAt"]))
    check("a walk meets more than a page", len(everything) > 1000, len(everything))
    check("a walk meets nothing twice", len({model.id for model in everything}) == len(everything))
    check("expanded fields are there", all(model.author and model.sha for model in everything))
    check("other fields are not", all(model.downloads is None for model in everything))
    derived = [model for model in everything if model.base_models]
    check("some have bases", derived)
    check("bases say how", {"relation", "models"} == set(derived[0].base_models), derived[0].base_models)
    plain = next(iter(api.list_models(limit=1)))
    check("a plain item", plain.created_at and plain.tags and plain.downloads is not None, plain)
    check("a plain item is not a full one", plain.sha is None and plain.last_modified is None, plain)
    full = next(iter(api.list_models(limit=1, full=True, cardData=True, fetch_config=True)))
    check("a full item", full.sha and full.last_modified and full.siblings, full)
    checked("list_models: pages, expand, full")

    base = derived[0].base_models["models"][0]["id"]
    relation = derived[0].base_models["relation"]
    for tag in [f"base_model:{base}", f"base_model:{relation}:{base}"]:
        expected = {model.id for model in everything if tag in (model.tags or [])}
        found = {model.id for model in api.list_models(filter=tag)}
        check(f"filter {tag}", found == expected, found ^ expected)
    author = derived[0].author
    expected = {model.id for model in everything if model.author == author}
    check("author", {model.id for model in api.list_models(author=author)} == expected)
    both = list(api.list_models(filter=["safetensors", "transformers"], expand=["tags"]))
    check("two filters", both and all({"safetensors", "transformers"} <= set(model.tags) for model in both))
    gated = {model.id for model in everything if model.gated}
    check("gated", gated and {model.id for model in api.list_models(gated=True)} == gated)
    tasked = list(api.list_models(pipeline_tag="text-to-image", limit=20))
    check("pipeline_tag", tasked and all(model.pipeline_tag == "text-to-image" for model in tasked))
    named = list(api.list_models(search="GGUF", limit=20))
    check("search", named and all("gguf" in model.id.lower() for model in named))
    checked("list_models: filter, author, gated, pipeline_tag, search")

    for sort, field in [
        ("downloads", "downloads"),
        ("created_at", "created_at"),
        ("last_modified", "last_modified"),
    ]:
        expand = {"downloads": "downloads", "created_at": "createdAt", "last_modified": "lastModified"}[sort]
        found = [getattr(model, field) for model in api.list_models(sort=sort, expand=[expand])]
        check(f"sort {sort} is complete", len(found) == len(everything), len(found))
        check(f"sort {sort}", found == sorted(found, reverse=True))
    check("limit", len(list(api.list_models(limit=7))) == 7)
    unknown = refused("an unknown field", HfHubHTTPError, lambda: list(api.list_models(expand=["unheardOf"])))
    check("an unknown field is 400", unknown.response.status_code == 400, unknown.response.status_code)
    check("known fields are named", "baseModels" in unknown.response.json()["error"], unknown.response.text)
    checked("list_models: sort, limit, unknown fields")
    return everything


def one(api, everything):
    listed = next(model for model in everything if not model.gated and model.base_models)
    info = api.model_info(listed.id)
    check("sha", info.sha == listed.sha, (info.sha, listed.sha))
    check("siblings", "README.md" in [sibling.rfilename for sibling in info.siblings], info.siblings)
    check("no bases unasked", info.base_models is None, info.base_models)
    check("author and disabled", info.author == listed.author and info.disabled is False, info)
    with_files = api.model_info(listed.id, files_metadata=True)
    large = [sibling for sibling in with_files.siblings if sibling.lfs]
    check(
        "files_metadata",
        len(large) == 1 and all(sibling.size and sibling.blob_id for sibling in with_files.siblings),
    )
    expanded = api.model_info(listed.id, expand=["baseModels", "usedStorage", "downloadsAllTime"])
    check("expand", expanded.base_models == listed.base_models and expanded.used_storage, expanded)
    check("expand leaves the rest", expanded.sha is None, expanded.sha)
    base = listed.base_models["models"][0]["id"]
    counted = api.model_info(base, expand=["childrenModelCount"]).children_model_count
    check("derived models are counted", counted[listed.base_models["relation"]] >= 1, counted)
    secure = api.model_info(listed.id, securityStatus=True)
    check("security status", secure.security_repo_status["scansDone"], secure.security_repo_status)
    checked("model_info: plain, files_metadata, expand, securityStatus")

    commits = api.list_repo_commits(listed.id, formatted=True)
    check("head", commits[0].commit_id == listed.sha, commits)
    check(
        "first commit",
        commits[-1].authors == ["system"] and commits[-1].title == "initial commit",
        commits[-1],
    )
    check("newest first", all(a.created_at >= b.created_at for a, b in zip(commits, commits[1:])), commits)
    check("created", commits[-1].created_at == listed.created_at, commits[-1])
    older = api.model_info(listed.id, revision=commits[-1].commit_id)
    check("an older revision", older.sha == commits[-1].commit_id and len(older.siblings) == 1, older)
    check("a short revision", api.model_info(listed.id, revision=listed.sha[:8]).sha == listed.sha)
    refs = api.list_repo_refs(listed.id, include_pull_requests=True)
    check("refs", refs.branches[0].name == "main" and refs.branches[0].target_commit == listed.sha, refs)
    check("no pull requests", refs.pull_requests == [] and refs.converts == [], refs)
    checked("model_info(revision), list_repo_commits, list_repo_refs")
    return listed, commits, with_files


def trees(api, listed, with_files):
    files = {sibling.rfilename: sibling for sibling in with_files.siblings}
    tree = list(api.list_repo_tree(listed.id, recursive=True, expand=True))
    check(
        "a tree has the same files",
        {entry.path for entry in tree if isinstance(entry, RepoFile)} == set(files),
    )
    for entry in tree:
        if isinstance(entry, RepoFile):
            same = files[entry.path]
            check("sizes and hashes", (entry.size, entry.blob_id) == (same.size, same.blob_id), entry)
            check("large files", (entry.lfs and entry.lfs.sha256) == (same.lfs and same.lfs.sha256), entry)
            check("last commits", entry.last_commit.oid and entry.security.safe, entry)
    nested = next(iter(api.list_models(filter="sentence-transformers", expand=["sha"])))
    flat = list(api.list_repo_tree(nested.id))
    folders = [entry for entry in flat if isinstance(entry, RepoFolder)]
    check("folders", [folder.path for folder in folders] == ["1_Pooling"], flat)
    deep = [entry.path for entry in api.list_repo_tree(nested.id, recursive=True)]
    check("recursion", "1_Pooling" in deep and "1_Pooling/config.json" in deep, deep)
    inside = [entry.path for entry in api.list_repo_tree(nested.id, "1_Pooling")]
    check("a folder of a tree", inside == ["1_Pooling/config.json"], inside)
    refused("no such folder", EntryNotFoundError, lambda: list(api.list_repo_tree(nested.id, "nothing")))
    checked("list_repo_tree: recursive, expand, folders")

    paths = api.get_paths_info(listed.id, ["README.md", "missing.txt", ".gitattributes"], expand=True)
    check("paths", [path.path for path in paths] == ["README.md", ".gitattributes"], paths)
    sent = get_session().post(
        f"{api.endpoint}/api/models/{listed.id}/paths-info/main",
        json={"paths": ["README.md"], "expand": False},
    )
    check("paths as JSON", sent.json()[0]["oid"] == files["README.md"].blob_id, sent.text)
    checked("get_paths_info: form and JSON")
    return files


def downloads(api, listed, files):
    with tempfile.TemporaryDirectory() as cache:
        options = {"endpoint": api.endpoint, "cache_dir": cache}
        small = open(hf_hub_download(listed.id, "README.md", token=False, **options), "rb").read()
        check("a small file", git_hash(small) == files["README.md"].blob_id, small)
        name, large = next((name, sibling) for name, sibling in files.items() if sibling.lfs)
        path = hf_hub_download(listed.id, name, token=TOKEN, **options)
        content = open(path, "rb").read()
        check("a large file", hashlib.sha256(content).hexdigest() == large.lfs.sha256, path)
        check("the cache knows the commit", listed.sha in path, path)
        refused(
            "no such file",
            EntryNotFoundError,
            lambda: hf_hub_download(listed.id, "no.bin", token=False, **options),
        )
    checked("hf_hub_download: small and large files, with and without token")

    address = f"{api.endpoint}/{listed.id}/resolve/main/{name}"
    metadata = get_hf_file_metadata(address, token=TOKEN, endpoint=api.endpoint)
    known = (metadata.commit_hash, metadata.etag, metadata.size)
    check("metadata of a large file", known == (listed.sha, large.lfs.sha256, large.size), metadata)
    check("it is elsewhere", not metadata.location.startswith(api.endpoint), metadata.location)
    readme = get_hf_file_metadata(address.replace(name, "README.md"), token=False, endpoint=api.endpoint)
    known = (readme.commit_hash, readme.etag, readme.size)
    check("metadata of a small file", known == (listed.sha, files["README.md"].blob_id, len(small)), readme)
    part = get_session().get(address, headers={"Range": "bytes=0-7"}, follow_redirects=True)
    check("a range", (part.status_code, part.content) == (206, content[:8]), part)
    check(
        "a range says what it is of",
        part.headers["Content-Range"] == f"bytes 0-7/{len(content)}",
        part.headers,
    )
    beyond = get_session().get(address, headers={"Range": "bytes=999999999-"}, follow_redirects=True)
    check("a range beyond the end", beyond.status_code == 416, beyond)
    check("another hash there", part.headers["ETag"].strip('"') != large.lfs.sha256, part.headers)
    leaked = get_session().get(metadata.location, headers={"Authorization": f"Bearer {TOKEN}"})
    check("a token is refused there", leaked.status_code == 400, leaked)
    pointer = get_session().get(f"{api.endpoint}/{listed.id}/raw/main/{name}").content
    check("a pointer", git_hash(pointer) == large.blob_id and large.lfs.sha256.encode() in pointer, pointer)
    if name.endswith(".safetensors"):
        length = int.from_bytes(content[:8], "little")
        check("a safetensors header", content[8 : 8 + length].lstrip().startswith(b"{"), content[:64])
    checked("get_hf_file_metadata, ranges, the other origin, raw")


def refusals(api, known, everything):
    missing = refused("a missing model", RepositoryNotFoundError, lambda: api.model_info("nobody/nothing"))
    check("anonymous: 401", missing.response.status_code == 401, missing.response)
    check("without code", "X-Error-Code" not in missing.response.headers, missing.response.headers)
    missing = refused(
        "a missing model, known", RepositoryNotFoundError, lambda: known.model_info("nobody/nothing")
    )
    check("known: 404", missing.response.status_code == 404, missing.response)
    open_model = next(model for model in everything if not model.gated)
    refused("revision", RevisionNotFoundError, lambda: api.model_info(open_model.id, revision="nowhere"))
    refused(
        "revision of commits",
        RevisionNotFoundError,
        lambda: api.list_repo_commits(open_model.id, revision="nowhere"),
    )
    manual = next(model for model in everything if model.gated == "manual")
    check("gated details are open", api.model_info(manual.id).gated == "manual")
    check("gated trees are open", list(api.list_repo_tree(manual.id)))
    gated = refused("gated commits", GatedRepoError, lambda: api.list_repo_commits(manual.id))
    check("anonymous: 401", gated.response.status_code == 401, gated.response)
    gated = refused("gated commits, known", GatedRepoError, lambda: known.list_repo_commits(manual.id))
    check("known: 403", gated.response.status_code == 403, gated.response)
    address = f"{api.endpoint}/{manual.id}/resolve/main/README.md"
    refused(
        "gated files",
        GatedRepoError,
        lambda: get_hf_file_metadata(address, token=False, endpoint=api.endpoint),
    )
    automatic = next(model for model in everything if model.gated == "auto")
    check("granted at once", known.list_repo_commits(automatic.id))
    stranger = HfApi(endpoint=api.endpoint, token="hf_unknown")
    error = refused("an unknown token", HfHubHTTPError, lambda: stranger.model_info(open_model.id))
    check("it is 401", error.response.status_code == 401, error.response)
    check("whoami", known.whoami()["auth"]["accessToken"]["role"] == "read")
    refused("whoami of nobody", HfHubHTTPError, lambda: stranger.whoami())
    disabled = [model.id for model in api.list_models(expand=["disabled"]) if model.disabled]
    for model in disabled:
        check("disabled details are open", api.model_info(model).disabled)
        refused("disabled commits", GatedRepoError, lambda: api.list_repo_commits(model))
        address = f"{api.endpoint}/{model}/resolve/main/README.md"
        refused(
            "disabled files",
            DisabledRepoError,
            lambda: get_hf_file_metadata(address, token=False, endpoint=api.endpoint),
        )
    checked(f"refusals: missing, gated, revision, token; disabled: {len(disabled)}")

    check("another case", api.model_info(open_model.id.upper()).id == open_model.id)
    check("a legacy name", api.model_info("gpt2").id.endswith("/gpt2"))
    check("its commits too", api.list_repo_commits("gpt2")[-1].authors == ["system"])
    hop = get_session().get(f"{api.endpoint}/api/models/gpt2", follow_redirects=False)
    check(
        "by a relative redirect", hop.status_code == 307 and hop.headers["Location"].startswith("/api/"), hop
    )
    checked("redirects: case and legacy names")


def weeks(api):
    def listing():
        return {model.hub: model.id for model in map(identified, pages(api.endpoint))}

    before = listing()
    for _ in range(12 * 10):
        get_session().get(f"{api.endpoint}/api/whoami-v2")
    after = listing()
    moved = [(hub, name) for hub, name in before.items() if hub in after and after[hub] != name]
    check("models move", moved)
    for hub, name in moved[:5]:
        found = api.model_info(name)
        # Weeks go on passing, so it may have moved again, or be gone.
        check("an old name leads on", found.id != name, found.id)
        check("its commits are found by the old name", api.list_repo_commits(name), name)
    gone = [name for hub, name in before.items() if hub not in after and name not in set(after.values())]
    check("models go", gone)
    refused("a model that is gone", RepositoryNotFoundError, lambda: api.model_info(gone[0]))
    reused = [name for hub, name in before.items() if hub not in after and name in set(after.values())]
    checked(f"weeks: {len(moved)} moved, {len(gone)} gone, {len(reused)} names reused")


class identified:
    def __init__(self, item):
        self.hub, self.id = item["_id"], item["id"]


def pages(endpoint):
    address = f"{endpoint}/api/models?expand=sha&sort=createdAt&direction=1"
    while address:
        page = get_session().get(address)
        yield from page.json()
        address = page.links.get("next", {}).get("url")


def main():
    quiet, evolving = sys.argv[1:]
    print(f"huggingface_hub {huggingface_hub.__version__}")
    api, known = HfApi(endpoint=quiet, token=False), HfApi(endpoint=quiet, token=TOKEN)
    everything = lists(api)
    listed, _, with_files = one(api, everything)
    files = trees(api, listed, with_files)
    downloads(api, listed, files)
    refusals(api, known, everything)
    weeks(HfApi(endpoint=evolving, token=False))
    print("agrees with everything")


main()
