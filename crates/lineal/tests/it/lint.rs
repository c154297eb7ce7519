//! `lineal lint`: what it finds in folders and on hubs, what it writes, and what it never touches.

use crate::support::{Lineal, Outcome, Served, inside, shared, text};
use serde_json::{Value, json};
use std::{fs, io::Read, path::Path};

const ADAPTER: &str =
    r#"{"base_model_name_or_path": "owner/base", "peft_type": "LORA", "task_type": "CAUSAL_LM"}"#;
/// Weights without a tensor.
const SAFETENSORS: &[u8] = b"\x02\0\0\0\0\0\0\0{}";
const MIT: &str = include_str!("../../../../LICENSE-MIT");

/// A folder `model` with an adapter whose card declares nothing.
fn adapter(lineal: &Lineal, card: &str) {
    lineal.write("model/README.md", card);
    lineal.write("model/adapter_config.json", ADAPTER);
    lineal.write("model/adapter_model.safetensors", SAFETENSORS);
    lineal.write("model/LICENSE", MIT);
}

fn lint(lineal: &Lineal, arguments: &[&str]) -> Outcome {
    lineal.run(&[&["lint"], arguments].concat())
}

/// The codes that are found, in their order.
fn codes(lineal: &Lineal, arguments: &[&str]) -> Vec<String> {
    let outcome = lint(lineal, &[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}", outcome.err));
    let models = report["models"].as_array().expect("a list").iter();
    let findings = models.flat_map(|model| model["findings"].as_array().expect("a list"));
    findings.map(|finding| finding["code"].as_str().expect("a word").to_owned()).collect()
}

#[test]
fn a_folder_s_findings_say_where_what_and_how_to_mend_it() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\n# An adapter\n\nIt answers questions.\n");
    let outcome = lint(&lineal, &["model", "--id", "me/adapter"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    let expected = "\
model/README.md:1:1: error[missing-base-model]: `adapter_config.json` names `owner/base`, but the front matter declares no base
  fix: declare `base_model: owner/base` and `base_model_relation: adapter` (`--fix` does)
";
    assert!(outcome.out.contains(expected), "{}", outcome.out);
    let expected = "\
model/README.md:1:1: warning[undeclared-license]: `LICENSE` holds the MIT License, but the front matter states no licence
  fix: add `license: mit` to the front matter (`--fix` does)
";
    assert!(outcome.out.contains(expected), "{}", outcome.out);
}

#[test]
fn what_is_sure_is_written_once_and_no_other_byte_changes() {
    let front = "# mine, keep it\r\nlanguage:   [en ,\"no\"]   # ja\r\n";
    let body = "\r\n# An adapter\r\n\r\ntrailing  \r\n\t\u{e4}\u{1f600}\r\nno end of line";
    let lineal = Lineal::new();
    adapter(&lineal, &format!("---\r\n{front}---\r\n{body}"));
    let shown = lint(&lineal, &["model", "--id", "me/adapter", "--fix", "--diff"]);
    assert!(
        shown.out.contains("\n+base_model: owner/base\r\n") || shown.out.contains("+base_model: owner/base"),
        "{}",
        shown.out
    );
    assert_eq!(text(lineal.path("model/README.md")), format!("---\r\n{front}---\r\n{body}"), "only shown");
    let fixed = lint(&lineal, &["model", "--id", "me/adapter", "--fix"]);
    let card = text(lineal.path("model/README.md"));
    assert_eq!(
        card,
        format!(
            "---\r\n{front}base_model: owner/base\r\nbase_model_relation: adapter\r\nlicense: mit\r\n---\r\n{body}"
        ),
        "{}",
        fixed.out
    );
    assert!(!fixed.out.contains("[missing-base-model]"), "{}", fixed.out);
    let again = lint(&lineal, &["model", "--id", "me/adapter", "--fix"]);
    assert_eq!(text(lineal.path("model/README.md")), card);
    assert!(!again.out.contains("+++"), "{}", again.out);
    assert_eq!(
        inside(&lineal.path("model")),
        ["LICENSE", "README.md", "adapter_config.json", "adapter_model.safetensors"]
    );
}

#[test]
fn a_model_without_card_gets_one_only_if_there_is_something_to_write() {
    let lineal = Lineal::new();
    lineal.write("empty/config.json", "{}");
    lineal.write("full/adapter_config.json", ADAPTER);
    assert_eq!(codes(&lineal, &["empty", "--only", "no-card"]), ["no-card"]);
    lint(&lineal, &["empty", "full", "--fix"]);
    assert_eq!(inside(&lineal.path("empty")), ["config.json"]);
    let expected = "---\nbase_model: owner/base\nbase_model_relation: adapter\n---\n";
    assert_eq!(text(lineal.path("full/README.md")), expected);
}

#[test]
fn a_front_matter_that_cannot_be_read_is_left_alone() {
    for card in ["---\nlicense: [mit\n---\ntext\n", "---\nlanguage: en\n", "---\n- a\n- b\n---\n"] {
        let lineal = Lineal::new();
        adapter(&lineal, card);
        let outcome = lint(&lineal, &["model", "--fix"]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.err);
        assert_eq!(text(lineal.path("model/README.md")), card, "{}", outcome.out);
    }
}

#[test]
fn the_exit_code_follows_the_worst_finding_that_is_asked_for() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\ntext\n");
    let code = |arguments: &[&str]| lint(&lineal, &[&["model"], arguments].concat()).code;
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--only", "undeclared-license", "--fail-on", "error"]), Some(0));
    assert_eq!(code(&["--only", "undeclared-license"]), Some(1));
    assert_eq!(code(&["--only", "self-base,base-not-found"]), Some(0));
    assert_eq!(code(&["--ignore", "no-such-code"]), Some(2));
    let refused = lineal.refusal(&["lint", "not there"]);
    assert!(refused.contains("there is no folder `not there`"), "{refused}");
    let refused = lineal.refusal(&["lint", "model/LICENSE"]);
    assert!(refused.contains("`model/LICENSE` is neither a folder nor a `README.md`"), "{refused}");
    let listed = lineal.answer(&["lint", "--codes"]);
    assert!(listed.contains("missing-base-model") && listed.lines().count() > 30, "{listed}");
}

#[test]
fn a_card_s_path_stands_for_its_folder() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\ntext\n");
    assert_eq!(codes(&lineal, &["model/README.md"]), codes(&lineal, &["model"]));
}

#[test]
fn annotations_for_github_are_one_line_each() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\ntext\n");
    fs::rename(lineal.path("model"), lineal.path("a,b:c\nd%")).expect("renamed");
    let outcome = lint(&lineal, &["a,b:c\nd%", "--format", "github", "--only", "missing-base-model"]);
    let expected = "::error file=a%2Cb%3Ac%0Ad%25/README.md,line=1,col=1,title=missing-base-model::\
        `adapter_config.json` names `owner/base`, but the front matter declares no base%0A\
        fix: declare `base_model: owner/base` and `base_model_relation: adapter`\n";
    assert_eq!(outcome.out, expected);
}

#[test]
fn sarif_tells_each_finding_its_rule_its_place_and_its_change() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\ntext\n");
    fs::rename(lineal.path("model"), lineal.path("my model")).expect("renamed");
    let outcome = lint(&lineal, &["my model", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&outcome.out).expect("JSON");
    assert_eq!((&log["version"], &log["runs"].as_array().map(Vec::len)), (&json!("2.1.0"), &Some(1)));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let results = run["results"].as_array().expect("a list");
    assert!(!results.is_empty());
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("a number") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64() > Some(0), "{place}");
    }
    let base = results.iter().find(|result| result["ruleId"] == "missing-base-model").expect("found");
    assert_eq!(base["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "my%20model/README.md");
    let replacements = &base["fixes"][0]["artifactChanges"][0]["replacements"];
    let expected = json!([{
        "deletedRegion": { "startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 1 },
        "insertedContent": { "text": "base_model: owner/base\nbase_model_relation: adapter\n" },
    }]);
    assert_eq!(replacements, &expected);
}

#[test]
fn json_says_what_was_found_and_changed() {
    let lineal = Lineal::new();
    adapter(&lineal, "---\nlanguage: en\n---\ntext\n");
    let outcome = lint(
        &lineal,
        &["model", "--id", "me/it", "--only", "undeclared-license", "--fix", "--format", "json"],
    );
    let report: Value = serde_json::from_str(&outcome.out).expect("JSON");
    let expected = json!({
        "models": [{
            "model": "me/it",
            "place": "model",
            "findings": [],
            "unchecked": ["whether its bases exist, and their licences: there is no snapshot"],
            "changed": {
                "file": "README.md",
                "written": true,
                "diff": "--- model/README.md\n+++ model/README.md\n@@ -1,4 +1,5 @@\n ---\n language: en\n+license: mit\n ---\n text\n",
            },
        }],
        "counts": { "error": 0, "warning": 0, "note": 0, "fixable": 0 },
    });
    assert_eq!((report, outcome.code), (expected, Some(0)));
}

#[cfg(unix)]
#[test]
fn a_folder_made_to_do_harm_does_none() {
    use std::{os::unix, time::Instant};
    let lineal = Lineal::new();
    let started = Instant::now();
    // A card that is a folder, one that is a link out, one without end, and one that is no text.
    lineal.write("folder/README.md/inner", "");
    lineal.write("secret", "---\nlicense: mit\n---\n");
    lineal.write("link/config.json", "{}");
    unix::fs::symlink(lineal.path("secret"), lineal.path("link/README.md")).expect("a link");
    lineal.write("large/README.md", vec![b'-'; 100 << 20]);
    lineal
        .write("bytes/README.md", [b"---\nlicense: mit\n---\n".as_slice(), &[0xff, 0xfe, 0, 0x1b]].concat());
    // Links in circles, pipes, odd names, broken configurations.
    lineal.write("odd/config.json", "{\"a\":");
    lineal.write("odd/adapter_config.json", vec![b'['; 1 << 20]);
    lineal.write("odd/a\nmodel.gguf", "GGUF");
    lineal.write("odd/model.gguf", [b"GGUF".as_slice(), &[0xff; 64]].concat());
    lineal.write("odd/::error::x\u{1b}[31m.md", "");
    unix::fs::symlink(lineal.path("odd"), lineal.path("odd/again")).expect("a link");
    unix::fs::symlink(lineal.path("odd/LICENSE"), lineal.path("odd/LICENSE")).expect("a link");
    let pipe = std::process::Command::new("mkfifo").arg(lineal.path("odd/README.md")).status();
    assert!(pipe.expect("mkfifo runs").success());
    for folder in ["folder", "link", "large", "bytes", "odd"] {
        for format in ["text", "json", "sarif", "github"] {
            let outcome = lint(&lineal, &[folder, "--id", "me/it", "--fix", "--format", format]);
            assert!(matches!(outcome.code, Some(0 | 1)), "{folder} {format}: {}", outcome.err);
            assert!(!outcome.out.contains('\u{1b}'), "{folder} {format}");
        }
    }
    assert_eq!(text(lineal.path("secret")), "---\nlicense: mit\n---\n");
    assert!(lineal.path("link/README.md").is_symlink());
    assert_eq!(fs::metadata(lineal.path("large/README.md")).expect("there").len(), 100 << 20);
    assert_eq!(codes(&lineal, &["large", "--only", "too-large"]), ["too-large"]);
    assert_eq!(codes(&lineal, &["folder", "link", "--only", "broken-file"]), ["broken-file", "broken-file"]);
    assert!(codes(&lineal, &["odd"]).contains(&"broken-file".to_owned()));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn bases_are_looked_up_in_the_newest_snapshot() {
    let lineal = Lineal::new();
    lineal.write(
        "models.jsonl",
        "{\"id\":\"owner/base\",\"sha\":\"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2\",\"tags\":[\"license:llama3.1\"]}\n\
         {\"id\":\"owner/other\",\"sha\":\"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2\",\"tags\":[\"license:mit\"]}\n",
    );
    lineal.answer(&["import", "models.jsonl", "--date", "2026-11-15"]);
    let card = |base: &str| format!("---\nlicense: apache-2.0\nbase_model: {base}\n---\n# It\n");
    let found = |base: &str| {
        lineal.write("model/README.md", card(base));
        codes(
            &lineal,
            &["model", "--id", "me/it", "--ignore", "missing-results,missing-dataset,missing-template"],
        )
    };
    assert_eq!(found("owner/other"), [""; 0]);
    assert_eq!(found("owner/base"), ["relicensed"]);
    assert_eq!(found("Owner/Base"), ["relicensed"]);
    assert_eq!(found("owner/nobody"), ["base-not-found"]);
    assert_eq!(found("me/it"), ["self-base"]);
}

#[test]
fn a_model_of_the_hub_is_asked_for_its_card_and_files() {
    let lineal = Lineal::new();
    let record = |id: &str, card: Value, library: &str| {
        json!({ "id": id, "library_name": library, "tags": [library], "cardData": card, "config": {} })
            .to_string()
    };
    let good = json!({ "license": "mit", "base_model": "owner/base", "base_model_relation": "finetune" });
    let bad = json!({ "language": "en", "config": {} });
    let listing = [record("owner/good", good, "transformers"), record("owner/bad", bad, "peft")].join("\n");
    lineal.write("hub.jsonl", listing);
    let hub = Served::start(&lineal, &["--listing", "hub.jsonl"]);
    let found = |name: &str| codes(&lineal, &[name, "--hub", &hub.address]);
    assert!(!found("owner/good").iter().any(|code| code == "missing-license"), "{:?}", found("owner/good"));
    assert!(found("owner/bad").iter().any(|code| code == "missing-license"), "{:?}", found("owner/bad"));
    let outcome = lint(&lineal, &["owner/bad", "--hub", &hub.address, "--retries", "0"]);
    assert!(
        outcome.out.contains(&format!("{}/owner/bad/blob/main/README.md:", hub.address)),
        "{}",
        outcome.out
    );
    let refused = lineal.refusal(&["lint", "owner/nobody", "--hub", &hub.address]);
    assert!(refused.contains("the hub does not show a model `owner/nobody`"), "{refused}");
    let refused = lineal.refusal(&["lint", "owner/bad", "--fix", "--hub", &hub.address]);
    assert!(refused.contains("`--fix` writes folders only"), "{refused}");
    // A folder of that name is what is meant, unless a model is asked for.
    adapter(&lineal, "---\nlicense: mit\n---\n");
    fs::create_dir(lineal.path("owner")).expect("a folder");
    fs::rename(lineal.path("model"), lineal.path("owner/bad")).expect("renamed");
    assert!(!found("owner/bad").iter().any(|code| code == "missing-license"));
    let asked = codes(&lineal, &["owner/bad", "--model", "--hub", &hub.address]);
    assert!(asked.iter().any(|code| code == "missing-license"), "{asked:?}");
}

/// What stands behind the front matter, which is all that `--fix` may change.
fn after_front_matter(card: &[u8]) -> Option<&[u8]> {
    let text = card.strip_prefix(b"\xef\xbb\xbf").unwrap_or(card);
    let mut end = 0;
    let mut is_inside = false;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        match line.trim_ascii() {
            b"" => {}
            b"---" if is_inside => return Some(&text[end..]),
            b"---" => is_inside = true,
            _ if !is_inside => return None,
            _ => {}
        }
    }
    None
}

/// Cards of the shared data, some of each kind.
fn cards(path: &Path, every: usize, most: usize) -> Vec<Vec<u8>> {
    let mut text = String::new();
    let file = fs::File::open(path).expect("a file");
    zstd::Decoder::new(file).expect("zstd").read_to_string(&mut text).expect("UTF-8");
    let lines = text.lines().step_by(every).take(most);
    let values = lines.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let cards = values.filter_map(|value| {
        let card = ["card", "text", "readme", "content"].iter().find_map(|key| value[key].as_str());
        card.map(|card| card.as_bytes().to_vec())
    });
    cards.collect()
}

#[test]
fn of_real_cards_everything_but_the_front_matter_stays_and_a_second_fix_changes_nothing() {
    let lineal = Lineal::new();
    let mut all = Vec::new();
    for (path, every) in
        [("data/cards-2023-2025/cards.jsonl.zst", 7), ("data/hub-2022/model-cards.jsonl.zst", 31)]
    {
        let Some(path) = shared(path) else { return };
        all.extend(cards(&path, every, 150));
    }
    assert!(all.len() > 200, "{}", all.len());
    let names: Vec<String> = (0..all.len()).map(|number| format!("cards/{number}")).collect();
    for (name, card) in names.iter().zip(&all) {
        lineal.write(&format!("{name}/README.md"), card);
        lineal.write(&format!("{name}/LICENSE"), MIT);
        lineal.write(&format!("{name}/adapter_config.json"), ADAPTER);
    }
    let words: Vec<&str> = names.iter().map(String::as_str).chain(["--fix", "--format", "json"]).collect();
    let read = |name: &String| fs::read(lineal.path(&format!("{name}/README.md"))).expect("a card");
    lint(&lineal, &words);
    let fixed: Vec<Vec<u8>> = names.iter().map(read).collect();
    let mut changed = 0;
    for (before, after) in all.iter().zip(&fixed) {
        match after_front_matter(before) {
            Some(rest) => assert_eq!(after_front_matter(after), Some(rest)),
            None => assert!(after.ends_with(before), "{}", String::from_utf8_lossy(before)),
        }
        changed += usize::from(before != after);
    }
    assert!(changed > 100, "{changed}");
    lint(&lineal, &words);
    assert!(names.iter().map(read).eq(fixed));
}

#[test]
fn the_book_lists_every_code() {
    let lineal = Lineal::new();
    let listed = lineal.answer(&["lint", "--codes"]);
    let book = text(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book/src/lint.md"));
    for line in listed.lines().skip(2) {
        let mut words = line.splitn(3, "  ").map(str::trim).filter(|word| !word.is_empty());
        let code = words.next().expect("a code");
        let rest = line[code.len()..].trim_start();
        let (severity, meaning) = rest.split_once(' ').expect("a severity");
        let row = format!("| `{code}` | {severity} | {} |", meaning.trim());
        assert!(book.contains(&row), "{row}");
    }
}
