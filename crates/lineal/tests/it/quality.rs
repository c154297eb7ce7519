//! How good metadata is, and what can be inferred from it, from the outside.

use crate::support::{Lineal, listings, shared};
use serde_json::{Value, json};

const CARD: &str = "---\nlicense: mit\n---\nThis model is a fine-tuned version of [big/chat-7b](https://huggingface.co/big/chat-7b). \
    It reaches an accuracy of 0.91.";

/// A hub of which much is left unsaid.
fn unsaid() -> Lineal {
    let models = [
        json!({"id": "big/chat-7b", "downloads": 900, "pipeline_tag": "text-generation", "tags": ["license:apache-2.0"],
            "cardData": {"license": "apache-2.0", "datasets": ["d/one"]}, "siblings": [{"rfilename": "README.md"},
            {"rfilename": "tokenizer_config.json"}], "config": {"tokenizer_config": {"chat_template": "{{ x }}"}}}),
        json!({"id": "ann/chat-7b-GGUF", "downloads": 40, "tags": ["gguf"], "pipeline_tag": "text-generation",
            "siblings": [{"rfilename": "chat-7b.Q4_K_M.gguf"}]}),
        json!({"id": "ben/tuned", "downloads": 7, "pipeline_tag": "text-generation", "tags": ["license:mit"],
            "siblings": [{"rfilename": "README.md"}], "card": CARD}),
        json!({"id": "cy/chat-7b-awq", "downloads": 5, "pipeline_tag": "text-generation",
            "tags": ["awq", "4-bit", "base_model:big/chat-7b", "base_model:quantized:big/chat-7b"]}),
        json!({"id": "dee/alone", "tags": [], "siblings": []}),
    ];
    let lineal = Lineal::new();
    let lines: Vec<String> = models.iter().map(Value::to_string).collect();
    lineal.write("models.jsonl", lines.join("\n"));
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    lineal
}

fn answer(lineal: &Lineal, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    serde_json::from_str(&lineal.answer(&arguments)).expect("JSON")
}

#[test]
fn rates_are_those_of_the_models_that_could_be_judged() {
    let lineal = unsaid();
    let quality = answer(&lineal, &["quality"]);
    assert_eq!([&quality["snapshot"], &quality["models"]], [&json!("2025-01-01"), &json!(5)]);
    let license = &quality["fields"]["license"];
    assert_eq!(
        [&license["missing"], &license["applicable"], &license["rate"]],
        [&json!(3), &json!(5), &json!(0.6)]
    );
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&quality["fields"]), ["dataset", "dependency", "license", "performance", "template"]);
    assert_eq!(keys(&quality["at_least"]), ["1", "2", "3", "4", "5"]);
    let dimensions =
        ["task", "category", "operation", "library", "owner_size", "download_decile", "created_year"];
    let by = quality["by"].as_array().expect("a list");
    for dimension in dimensions {
        let slices = by.iter().filter(|slice| slice["dimension"] == dimension);
        assert_eq!(
            slices.map(|slice| slice["models"].as_u64().expect("a count")).sum::<u64>(),
            5,
            "{dimension}"
        );
    }
}

#[test]
fn a_selection_is_judged_alone() {
    let lineal = unsaid();
    for select in [
        "downloads > 6",
        "SELECT id FROM models WHERE downloads > 6",
        "big/chat-7b,ann/chat-7b-GGUF,ben/tuned",
    ] {
        assert_eq!(answer(&lineal, &["quality", "--select", select])["models"], 3, "{select}");
    }
}

#[test]
fn one_model_comes_with_the_evidence() {
    let lineal = unsaid();
    let model = answer(
        &lineal,
        &["quality", "--model", "BEN/Tuned", "--basis", "anywhere", "--min-confidence", "0.5"],
    );
    assert_eq!(model["model"], "ben/tuned");
    assert_eq!(
        model["fields"]["license"],
        json!({"state": "present", "evidence": [
        "declared: `license:mit`", "no licence file", "no licence in the card’s text"]})
    );
    assert_eq!(model["fields"]["performance"]["state"], "present");
    assert_eq!(model["fields"]["dependency"]["state"], "missing");
    let inferred = &model["inferred"][0];
    assert_eq!([&inferred["base"], &inferred["operation"]], [&json!("big/chat-7b"), &json!("finetune")]);
    assert_eq!(inferred["evidence"][0]["signal"], "card_text");
    let table = lineal.answer(&["quality", "--model", "dee/alone"]);
    assert!(table.contains("licence      missing         no `license` in tags or front matter"), "{table}");
}

#[test]
fn what_nobody_declared_is_inferred_and_grows_the_graph_on_request() {
    let lineal = unsaid();
    let lines = lineal.answer(&["infer", "--min-confidence", "0.3", "--format", "json"]);
    let relations: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<String> = relations
        .iter()
        .map(|relation| format!("{} {} {}", relation["derived"], relation["operation"], relation["base"]))
        .collect();
    assert_eq!(
        told,
        [r#""ann/chat-7b-GGUF" "quantized" "big/chat-7b""#, r#""ben/tuned" "finetune" "big/chat-7b""#,]
    );
    for relation in &relations {
        assert!(!relation["evidence"].as_array().expect("a list").is_empty());
        let confidence = relation["confidence"].as_f64().expect("a number");
        assert!((0.3..=1.0).contains(&confidence), "{confidence}");
    }
    let csv = lineal.answer(&["infer", "--min-confidence", "0.3", "--format", "csv"]);
    assert!(csv.starts_with("derived,base,operation,confidence,standing,declared,evidence\nann/chat-7b-GGUF,big/chat-7b,quantized,"), "{csv}");
    let grown = answer(&lineal, &["usage", "--with-inferred", "0.3"]);
    assert_eq!(
        [&grown["models"]["derived"], &grown["with_inferred"]["declared"]["models"]["derived"]],
        [&json!(3), &json!(1)]
    );
    assert_eq!(answer(&lineal, &["usage"])["models"]["derived"], 1);
}

#[test]
fn every_snapshot_has_a_row_in_the_trend() {
    let lineal = Lineal::new();
    for listing in listings(&lineal, 400, 2) {
        lineal.answer(&["import", &listing]);
    }
    let quality = answer(&lineal, &["quality", "--trend"]);
    let dates: Vec<&Value> =
        quality["trend"].as_array().expect("a list").iter().map(|row| &row["snapshot"]).collect();
    assert_eq!(dates.len(), 2);
    assert_eq!(dates[1], &quality["snapshot"]);
    assert!(lineal.answer(&["quality", "--trend"]).contains("Missing over time"));
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let lineal = unsaid();
    let refusal = lineal.refusal(&["quality", "--model", "no/such"]);
    assert!(refusal.contains("there is no model `no/such` in snapshot 2025-01-01"), "{refusal}");
    for arguments in [["infer", "--min-confidence", "1.5"], ["quality", "--min-confidence", "x"]] {
        let refusal = lineal.refusal(&arguments);
        assert!(refusal.contains("expected a number from 0 to 1"), "{refusal}");
    }
    assert!(
        lineal
            .refusal(&["quality", "--basis", "nowhere"])
            .contains("[possible values: declared, anywhere, study]")
    );
    assert!(lineal.refusal(&["quality", "--select", "nothing ="]).contains("error"));
}

#[test]
fn hidden_declarations_of_the_listing_of_2024_are_found_again() {
    let Some(listing) = shared("data/hub-2024/models-list.jsonl.zst") else { return };
    let lineal = Lineal::new();
    lineal.answer(&["import", &listing.display().to_string(), "--date", "2024-07-11"]);
    let checked = answer(&lineal, &["infer", "--check", "20000"]);
    assert_eq!(checked["hidden"], 20_000);
    let share = |path: &str| checked.pointer(path).and_then(Value::as_f64).expect("a share");
    assert!(share("/all/nearest_precision/share") > 0.97);
    assert!(share("/all/precision/share") > 0.95);
    assert!(share("/all/recall/share") > 0.5);
    assert!(share("/all/recall/share") > 4.0 * share("/name_rule/recall/share"));
    assert!(share("/calibration_error") < 0.05);
}
