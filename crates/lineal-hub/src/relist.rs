//! How would the Hub list a model that a record describes?
//!
//! The way back from `wire`: what is written here reads as the same record again, as far as the
//! record says what was said where.

use chrono::DateTime;
use lineal_core::record::{Claim, Gated, ModelRecord, Source};
use serde_json::{Map, Value, json};

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
    say("safetensors", record.parameters.map(|total| json!({ "total": total })));
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
    say("license", record.license.clone().map(Value::from));
    say("datasets", (!record.datasets.is_empty()).then(|| record.datasets.clone().into()));
    say("base_model", (!bases.is_empty()).then(|| bases.into()));
    say("base_model_relation", operation.map(|operation| operation.as_str().into()));
    say("new_version", record.new_version.clone().map(Value::from));
    (!card.is_empty()).then_some(Value::Object(card))
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
        ] {
            let mut oddities = Oddities::default();
            let read = record::read(json, &mut oddities).expect("JSON").expect("a model");
            let again = super::item(&read).to_string();
            assert_eq!(record::read(&again, &mut oddities).expect("JSON"), Some(read), "{again}");
            assert!(oddities.is_empty(), "{again}");
        }
    }
}
