//! One model asked about: shown, traced, searched, ranked; what stands on it, how it is related.

use crate::support::Lineal;
use serde_json::{Value, json};

/// What a missing base can be called by whoever means harm.
const HOSTILE: &str = "x\"]; <script>alert(1)</script> \u{1b}[31m=cmd() | `rm`";

/// A base, what was made from it, a merge with a base that is missing, and a model that names itself.
fn listing() -> String {
    let model = |id: &str, downloads: u64, tags: &[&str]| json!({ "_id": hub_id(id), "id": id, "downloads": downloads, "tags": tags, "pipeline_tag": "text-generation", "createdAt": "2024-05-01T00:00:00.000Z" });
    let models = [
        model("lab/base-7B", 1000, &["license:apache-2.0", "llama"]),
        model("ann/base-7B-chat", 500, &["license:mit", "base_model:finetune:lab/base-7B"]),
        model("bob/base-7B-chat-GGUF", 90, &["base_model:quantized:ann/base-7B-chat", "gguf"]),
        model("bob/base-7B-GGUF", 10, &["base_model:quantized:Lab/Base-7b"]),
        model("cy/merge", 5, &["base_model:merge:ann/base-7B-chat", "base_model:merge:gone/model"]),
        model("cy/self", 5, &["base_model:cy/self"]),
        json!({ "id": "eve/evil", "tags": [format!("base_model:finetune:{HOSTILE}")] }),
    ];
    models.map(|model| model.to_string() + "\n").concat()
}

/// An identity that is always the same for a name.
fn hub_id(name: &str) -> String {
    let sum = name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{sum:024x}")
}

fn lake() -> Lineal {
    let lineal = Lineal::new();
    lineal.write("models.jsonl", listing());
    lineal.answer(&["import", "models.jsonl", "--date", "2026-01-01"]);
    // So that nobody is told later that an index is made.
    lineal.answer(&["show", "cy/merge"]);
    lineal.answer(&["search", "merge"]);
    lineal
}

fn asked(lineal: &Lineal, arguments: &[&str]) -> Value {
    let json = lineal.answer(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&json).expect("JSON")
}

/// The values of a key in a list of objects.
fn each<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|item| item[key].as_str().expect("a text")).collect()
}

#[test]
fn a_lineage_has_every_model_and_every_relation_with_its_evidence() {
    let lineal = lake();
    let lineage = asked(&lineal, &["trace", "cy/merge"]);
    assert_eq!(lineage["model"], "cy/merge");
    assert_eq!(lineage["snapshot"], "2026-01-01");
    assert_eq!(lineage["truncated"], false);
    assert_eq!(each(&lineage["nodes"], "id"), ["cy/merge", "ann/base-7B-chat", "gone/model", "lab/base-7B"]);
    assert_eq!(
        lineage["nodes"][3],
        json!({
            "id": "lab/base-7B", "missing": false, "downloads": 1000, "task": "text-generation",
            "license": "apache-2.0", "depth": 2, "side": "ancestor",
        })
    );
    assert_eq!(lineage["nodes"][2]["missing"], true);
    assert_eq!(
        lineage["relations"][0],
        json!({
            "base": "ann/base-7B-chat", "derived": "cy/merge", "operation": "merge", "operation_inferred": false,
            "declared": true, "resolution": "exact", "evidence": [{ "source": "typed_tag", "operation": "merge" }],
        })
    );
    assert_eq!(lineage["relations"].as_array().map(Vec::len), Some(3));
    let down = asked(&lineal, &["trace", "lab/base-7B", "--down", "--operation", "quantized"]);
    assert_eq!(each(&down["nodes"], "id"), ["lab/base-7B", "bob/base-7B-GGUF"]);
    assert_eq!(down["relations"][0]["evidence"][0]["named"], "Lab/Base-7b");
    let nearest = asked(&lineal, &["trace", "lab/base-7B", "--down", "--limit", "2"]);
    assert_eq!((nearest["nodes"].as_array().map(Vec::len), &nearest["truncated"]), (Some(2), &json!(true)));
}

#[test]
fn what_a_hub_calls_a_base_does_no_harm_in_any_form() {
    let lineal = lake();
    for form in ["tree", "dot", "mermaid", "graphml", "csv", "json"] {
        let text = lineal.answer(&["trace", "eve/evil", "--format", form]);
        // What a program reads as CSV is to the letter; a terminal is shown none of it.
        assert!(form == "csv" || !text.contains('\u{1b}'), "{form}: {text:?}");
        let is_markup = ["mermaid", "graphml"].contains(&form);
        assert!(!is_markup || !text.contains("<script>"), "{form}: {text}");
    }
    let shown = lineal.answer(&["show", "eve/evil"]);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
    let lineage = asked(&lineal, &["trace", "eve/evil"]);
    assert_eq!(lineage["nodes"][1]["id"], HOSTILE);
    let csv = lineal.answer(&["trace", "eve/evil", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[test]
fn impact_says_what_would_break_and_whom_it_would_leave_behind() {
    let lineal = lake();
    let impact = asked(&lineal, &["impact", "ann/base-7B-chat"]);
    let expected = json!({
        "models": ["ann/base-7B-chat"], "descendants": 2, "by_operation": { "merge": 1, "quantized": 1 },
        "by_depth": { "1": 2 }, "downloads": 95, "chains_cut": 2, "at_least": false, "clusters_cut": 1,
        "orphaned_models": 2,
        "orphaned": [
            { "id": "bob/base-7B-chat-GGUF", "operation": "quantized", "downloads": 90, "descendants": 0 },
            { "id": "cy/merge", "operation": "merge", "downloads": 5, "descendants": 0 },
        ],
        "mirrors": null, "truncated": false,
    });
    assert_eq!(impact, expected);
    let text = lineal.answer(&["impact", "ann/base-7B-chat", "lab/base-7B"]);
    assert!(text.starts_with("ann/base-7B-chat, lab/base-7B: 3 descendants"), "{text}");
}

#[test]
fn two_models_are_related_through_what_both_were_made_from() {
    let lineal = lake();
    let paths = asked(&lineal, &["path", "cy/merge", "bob/base-7B-GGUF"]);
    assert_eq!(each(&paths["nearest"], "id"), ["lab/base-7B"]);
    assert_eq!(
        paths["paths"][0]["models"],
        json!(["cy/merge", "ann/base-7B-chat", "lab/base-7B", "bob/base-7B-GGUF"])
    );
    let text = lineal.answer(&["path", "cy/merge", "bob/base-7B-GGUF"]);
    let way = "cy/merge <-merge- ann/base-7B-chat <-finetune- lab/base-7B -quantized-> bob/base-7B-GGUF";
    assert!(text.contains(way), "{text}");
    let unrelated = lineal.answer(&["path", "cy/merge", "eve/evil"]);
    assert_eq!(unrelated, "cy/merge and eve/evil have no common ancestor\n");
}

#[test]
fn a_model_is_shown_with_its_past_and_what_to_know() {
    let lineal = lake();
    let later =
        listing().replace("\"downloads\":500", "\"downloads\":900").replace("license:mit", "license:gpl");
    lineal.write("later.jsonl", later.replace("ann/base-7B-chat\"", "ann/base-7B-chat-v1\""));
    lineal.answer(&["import", "later.jsonl", "--date", "2026-01-08"]);
    // Its identity is still that of its former name.
    let shown = asked(&lineal, &["show", "ann/base-7B-chat-v1"]);
    assert_eq!((&shown["id"], &shown["license"]), (&json!("ann/base-7B-chat-v1"), &json!("gpl")));
    let moments = shown["history"]["snapshots"].as_array().expect("a list");
    assert_eq!(moments.len(), 2);
    let self_based = asked(&lineal, &["show", "cy/self"]);
    let findings = self_based["findings"].to_string();
    assert!(findings.contains("itself"), "{findings}");
    let merge = asked(&lineal, &["show", "CY/Merge"]);
    assert!(merge["findings"].to_string().contains("gone/model"), "{merge}");
    let missing = asked(&lineal, &["show", "gone/model"]);
    assert_eq!((&missing["missing"], &missing["role"]), (&json!(true), &json!("missing")));
}

#[test]
fn a_name_that_nobody_has_brings_those_that_could_be_meant() {
    let lineal = lake();
    let refusal = lineal.refusal(&["trace", "lab/base-7"]);
    assert!(
        refusal.contains("there is no model `lab/base-7` in snapshot 2026-01-01; did you mean"),
        "{refusal}"
    );
    assert!(refusal.contains("lab/base-7B"), "{refusal}");
    let hostile = lineal.refusal(&["impact", "\u{1b}[31m"]);
    assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
}

#[test]
fn a_former_name_finds_the_model_and_a_deleted_one_says_when_it_was_there() {
    let lineal = lake();
    let models = listing().replace("cy/merge", "cy/merge-renamed");
    let models: Vec<&str> = models.lines().filter(|line| !line.contains("\"cy/self\"")).collect();
    // Only the name changes; what the hub calls it by stays.
    let models = models.join("\n").replace(&hub_id("cy/merge-renamed"), &hub_id("cy/merge"));
    lineal.write("later.jsonl", models);
    lineal.answer(&["import", "later.jsonl", "--date", "2026-01-08"]);
    let found = lineal.run(&["trace", "cy/merge"]);
    assert!(found.err.contains("`cy/merge` is called `cy/merge-renamed`"), "{}", found.err);
    let refusal = lineal.refusal(&["impact", "cy/self"]);
    assert!(
        refusal.contains("`cy/self` is not in snapshot 2026-01-08; the last one that had it is 2026-01-01"),
        "{refusal}"
    );
}

#[test]
fn models_are_found_by_words_tags_and_with_typing_errors() {
    let lineal = lake();
    let found = |text: &[&str]| {
        let hits = asked(&lineal, &[&["search"], text].concat());
        each(&hits["hits"], "id").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found(&["lab/base-7B"])[0], "lab/base-7B");
    assert_eq!(found(&["chat", "gguf"]), ["bob/base-7B-chat-GGUF"]);
    assert!(found(&["mrege"]).contains(&"cy/merge".to_owned()));
    assert_eq!(found(&["tag:llama"]), ["lab/base-7B"]);
    assert_eq!(lineal.answer(&["search", "nothing-like-it-anywhere"]), "nothing found\n");
}

#[test]
fn rankings_count_what_was_made_from_each_and_how_much_it_is_used() {
    let lineal = lake();
    let ranking = asked(&lineal, &["top", "--by", "reach"]);
    let first = &ranking["models"][0];
    assert_eq!(
        (&first["id"], &first["descendants"], &first["reach"]),
        (&json!("lab/base-7B"), &json!(4), &json!(605))
    );
    let csv = lineal.answer(&["top", "--format", "csv"]);
    assert!(csv.starts_with("rank,model,missing,criticality,"), "{csv}");
    assert!(csv.lines().all(|line| !line.starts_with('=')), "{csv}");
}

#[test]
fn a_merge_of_hostile_size_is_folded_and_a_pipe_gets_no_colours() {
    let lineal = Lineal::new();
    let mut models = vec![json!({ "id": "big/base", "tags": [] }).to_string()];
    for at in 0..3000 {
        let operation = if at % 3 == 0 { "adapter" } else { "quantized" };
        let tag = format!("base_model:{operation}:big/base");
        models.push(json!({ "id": format!("o/derived-{at}"), "downloads": at, "tags": [tag] }).to_string());
    }
    lineal.write("models.jsonl", models.join("\n"));
    lineal.answer(&["import", "models.jsonl", "--date", "2026-01-01"]);
    let tree = lineal.answer(&["trace", "big/base", "--down"]);
    assert!(tree.lines().count() < 40, "{tree}");
    assert!(tree.contains("1,99") && tree.contains("more quantized"), "{tree}");
    assert!(!tree.contains('\u{1b}'));
    let lineage = asked(&lineal, &["trace", "big/base", "--down"]);
    assert_eq!(lineage["nodes"].as_array().map(Vec::len), Some(3001));
}
