//! How would the Hub list a model that a record describes?
//!
//! The way back from `wire`: what is written here reads as the same record again, as far as the
//! record says what was said where. Of files, the kinds are known, so each is listed under a name
//! that such a file often has. A card's text is no part of a listing.

use chrono::DateTime;
use lineal_core::{
    clues::{FileKind, Template},
    record::{Claim, Gated, ModelRecord, Source},
};
use serde_json::{Map, Value, json};

/// How many results of a model are listed, at most.
const MOST_RESULTS: u32 = 1000;

/// Returns the model as an item of the list endpoint.
pub fn item(record: &ModelRecord) -> Value {
    let mut item = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            item.insert(key.to_owned(), value);
        }
    };
    say("_id", record.hub_id.map(|hub_id| hub_id.to_string().into()));
    say("id", Some(record.id.as_str().into()));
    say("author", record.id.owner().map(Value::from));
    say("createdAt", record.created_at.and_then(moment));
    say("lastModified", record.last_modified.and_then(moment));
    say("sha", record.sha.map(|sha| sha.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()));
    say("downloads", record.downloads.map(Value::from));
    say("downloadsAllTime", record.downloads_all_time.map(Value::from));
    say("likes", record.likes.map(Value::from));
    say("pipeline_tag", record.task.clone().map(Value::from));
    say("library_name", record.library.clone().map(Value::from));
    say("gated", record.gated.map(gated));
    say("disabled", record.disabled.map(Value::from));
    say("private", record.private.map(Value::from));
    say("tags", Some(record.tags.clone().into()));
    say("baseModels", base_models(record));
    say("cardData", card(record));
    say("config", config(record));
    let gguf = gguf(record);
    let safetensors = record.parameters.filter(|_| gguf.is_none());
    say("safetensors", safetensors.map(|total| json!({ "total": total })));
    say("gguf", gguf);
    say("siblings", siblings(record));
    Value::Object(item)
}

fn moment(milliseconds: i64) -> Option<Value> {
    let moment = DateTime::from_timestamp_millis(milliseconds)?;
    Some(moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into())
}

fn gated(gated: Gated) -> Value {
    match gated {
        Gated::No => false.into(),
        Gated::Auto | Gated::Manual => gated.as_str().into(),
    }
}

fn claims(record: &ModelRecord, source: Source) -> impl Iterator<Item = &Claim> {
    record.claims.iter().filter(move |claim| claim.source == source)
}

fn base_models(record: &ModelRecord) -> Option<Value> {
    let model = |claim: &Claim| match claim.base_hub_id {
        Some(hub_id) => json!({ "_id": hub_id.to_string(), "id": claim.base }),
        None => json!({ "id": claim.base }),
    };
    let models: Vec<Value> = claims(record, Source::BaseModelsField).map(model).collect();
    let operation = claims(record, Source::BaseModelsField).find_map(|claim| claim.operation.as_ref());
    let relation = operation.map(|operation| operation.as_str());
    (!models.is_empty()).then(|| json!({ "relation": relation, "models": models }))
}

fn card(record: &ModelRecord) -> Option<Value> {
    let mut card = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            card.insert(key.to_owned(), value);
        }
    };
    let bases: Vec<&str> = claims(record, Source::Card).map(|claim| &*claim.base).collect();
    let operation = claims(record, Source::Card).find_map(|claim| claim.operation.as_ref());
    // What a tag says need not be said again, as there may have been no card.
    let is_tagged = |prefix: &str, value: &str| {
        record.tags.iter().any(|tag| tag.strip_prefix(prefix).is_some_and(|tagged| tagged == value))
    };
    let license = record.license.as_deref().filter(|license| !is_tagged("license:", license));
    let datasets = record.datasets.iter().map(String::as_str);
    let datasets: Vec<&str> = datasets.filter(|dataset| !is_tagged("dataset:", dataset)).collect();
    say("license", license.map(Value::from));
    say("license_name", record.clues.license_name.clone().map(Value::from));
    say("license_link", record.clues.license_link.clone().map(Value::from));
    say("datasets", (!datasets.is_empty()).then(|| datasets.into()));
    say("base_model", (!bases.is_empty()).then(|| bases.into()));
    say("base_model_relation", operation.map(|operation| operation.as_str().into()));
    say("new_version", record.new_version.clone().map(Value::from));
    say("model-index", record.clues.results.filter(|count| *count > 0).map(model_index));
    (!card.is_empty() || record.clues.results.is_some()).then_some(Value::Object(card))
}

fn model_index(results: u32) -> Value {
    let metrics = vec![json!({ "type": "metric" }); results.min(MOST_RESULTS) as usize];
    json!([{ "results": [{ "metrics": metrics }] }])
}

fn siblings(record: &ModelRecord) -> Option<Value> {
    let mut weight_file = record.clues.weight_file.as_deref();
    let name = |kind: FileKind| {
        let (name, ending) = usual_name(kind);
        match (ending, weight_file.take_if(|_| ending.is_some())) {
            (Some(ending), Some(stem)) => format!("{stem}{ending}"),
            _ => name.to_owned(),
        }
    };
    let names: Vec<Value> =
        record.clues.files?.iter().map(name).map(|name| json!({ "rfilename": name })).collect();
    Some(names.into())
}

/// A name that a file of some kind often has, and its ending where weights have names of their own.
fn usual_name(kind: FileKind) -> (&'static str, Option<&'static str>) {
    match kind {
        FileKind::Card => ("README.md", None),
        FileKind::License => ("LICENSE", None),
        FileKind::Config => ("config.json", None),
        FileKind::TokenizerConfig => ("tokenizer_config.json", None),
        FileKind::ChatTemplate => ("chat_template.jinja", None),
        FileKind::AdapterConfig => ("adapter_config.json", None),
        FileKind::MergeConfig => ("mergekit_config.yml", None),
        FileKind::EvaluationResults => (".eval_results/results.yaml", None),
        FileKind::Safetensors => ("model.safetensors", Some(".safetensors")),
        FileKind::Pickle => ("pytorch_model.bin", Some(".pt")),
        FileKind::Gguf => ("model.gguf", Some(".gguf")),
        FileKind::Onnx => ("model.onnx", None),
        FileKind::OpenVino => ("openvino_model.xml", None),
        FileKind::CoreMl => ("model.mlmodel", None),
        FileKind::TensorFlow => ("tf_model.h5", None),
        FileKind::TfLite => ("model.tflite", None),
        FileKind::Flax => ("flax_model.msgpack", None),
        FileKind::Mnn => ("model.mnn", None),
        FileKind::Rknn => ("model.rknn", None),
        FileKind::Llamafile => ("model.llamafile", None),
        FileKind::QuantizationConfig => ("quantize_config.json", None),
        FileKind::TrainingRun => ("training_args.bin", None),
    }
}

/// Says where the template is, if it is in the header of a GGUF file, or that it is not there.
fn gguf(record: &ModelRecord) -> Option<Value> {
    let has_file = record.clues.files.is_some_and(|files| files.has(FileKind::Gguf));
    let template = match record.clues.template {
        Some(Template::Gguf) => Some("…"),
        Some(Template::Nowhere) if has_file => None,
        _ => return None,
    };
    Some(json!({ "total": record.parameters, "chat_template": template }))
}

fn config(record: &ModelRecord) -> Option<Value> {
    let mut config = Map::new();
    let mut say = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(key.to_owned(), value);
        }
    };
    let peft = claims(record, Source::PeftConfig).next();
    say("architectures", (!record.architectures.is_empty()).then(|| record.architectures.clone().into()));
    say("model_type", record.model_type.clone().map(Value::from));
    say("quantization_config", record.quantization.clone().map(|method| json!({ "quant_method": method })));
    say("peft", peft.map(|claim| json!({ "base_model_name_or_path": claim.base })));
    let loaded = claims(record, Source::NameOrPath).next();
    say("_name_or_path", loaded.map(|claim| claim.base.clone().into()));
    let has_tokenizer = record.clues.files.is_some_and(|files| files.has(FileKind::TokenizerConfig));
    match record.clues.template {
        Some(Template::Tokenizer) => say("tokenizer_config", Some(json!({ "chat_template": "…" }))),
        Some(Template::Nowhere) if has_tokenizer => say("tokenizer_config", Some(json!({}))),
        Some(Template::File) => say("chat_template_jinja", Some("…".into())),
        _ => {}
    }
    (!config.is_empty()).then_some(Value::Object(config))
}

#[cfg(test)]
mod tests {
    use crate::record;
    use lineal_core::oddity::Oddities;

    #[test]
    fn what_was_read_is_listed_and_read_again() {
        for json in [
            r#"{"_id":"63728becacef705233c7d920","id":"bob/chat-lora","likes":1,"private":false,"downloads":12,
                "tags":["peft","base_model:big/chat","license:apache-2.0"],"pipeline_tag":"text-generation",
                "library_name":"peft","createdAt":"2024-02-14T18:41:48.000Z","config":{"peft":{"base_model_name_or_path":"big/chat"}}}"#,
            r#"{"_id":"64256e477bccde5588b7a00e","id":"cy/chat-awq","gated":"manual","disabled":true,
                "sha":"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2","lastModified":"2024-02-14T18:41:48.001Z",
                "tags":["awq","dataset:d/one","base_model:big/chat","base_model:quantized:big/chat"],
                "baseModels":{"relation":"quantized","models":[{"_id":"6a72f2e302294c7d32dd278e","id":"big/chat"}]},
                "cardData":{"license":"mit","datasets":["d/one","d/two"],"base_model":["big/chat","big/base"],
                    "base_model_relation":"quantized","new_version":"cy/chat-awq-2"},
                "config":{"quantization_config":{"quant_method":"awq"},"model_type":"llama","architectures":["L"]},
                "downloadsAllTime":9,"safetensors":{"total":247577856}}"#,
            r#"{"id":"gpt2","gated":false}"#,
            r#"{"id":"a/b","tags":["license:other"],"siblings":["README.md","LICENSE","mine.Q4_0.gguf","tokenizer_config.json"],
                "cardData":{"license_name":"own","license_link":"LICENSE","model-index":[{"results":[{"metrics":[{},{}]}]}]},
                "config":{"tokenizer_config":{"chat_template":"x"},"_name_or_path":"o/x"}}"#,
            r#"{"id":"a/b","siblings":["m.gguf","tokenizer_config.json"],"gguf":{"total":7},"config":{"tokenizer_config":{}}}"#,
            r#"{"id":"a/b","siblings":["README.md","chat_template.jinja"],"gguf":{"total":7,"chat_template":"x"}}"#,
            r#"{"id":"a/b","siblings":["m.gguf","tokenizer_config.json"],"cardData":{}}"#,
        ] {
            let mut oddities = Oddities::default();
            let read = record::read(json, &mut oddities).expect("JSON").expect("a model");
            let again = super::item(&read).to_string();
            assert_eq!(record::read(&again, &mut oddities).expect("JSON"), Some(read), "{again}");
            assert!(oddities.is_empty(), "{again}");
        }
    }
}
