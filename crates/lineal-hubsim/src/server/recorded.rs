//! How does a listing that was recorded somewhere answer the server's questions?
//!
//! What the listing says is served as it is. What it cannot say — histories, and what is in the
//! files — is made up. Time does not pass here.

use crate::{
    Trait,
    calendar::OLDEST,
    chance::{Chance, Traits},
    server::{
        feed::{Feed, HubId, Measure, Place, Wanted},
        fields::{Field, Fields},
        repository::{Commit, INITIAL_COMMIT, Repository, Weights},
    },
};
use lineal_core::aliases;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufReader},
    path::Path,
};

/// The operations that the Hub counts for a base.
const COUNTED: [&str; 4] = ["adapter", "finetune", "merge", "quantized"];

/// The models of a listing, oldest first.
pub(crate) struct Recorded {
    models: Vec<Model>,
    /// By name in lower case.
    places: HashMap<String, Place>,
}

struct Model {
    hub_id: HubId,
    id: String,
    /// The record, as JSON.
    text: Box<str>,
    measures: [u64; Measure::ALL.len()],
}

#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    #[error("it cannot be read")]
    Read(#[from] io::Error),
    #[error("it is not JSON")]
    Broken(#[from] serde_json::Error),
}

impl Recorded {
    /// Reads JSON lines, or arrays, of models. What has no name is left out; of two with one
    /// identity, the first counts.
    pub fn read(path: &Path) -> Result<Recorded, ListingError> {
        let reader = BufReader::with_capacity(1 << 18, File::open(path)?);
        let mut models = Vec::new();
        for value in serde_json::Deserializer::from_reader(reader).into_iter::<Value>() {
            match value? {
                Value::Array(records) => records.into_iter().for_each(|record| models.extend(model(record))),
                record => models.extend(model(record)),
            }
        }
        models.sort_by_key(|model: &Model| model.hub_id);
        models.dedup_by_key(|model| model.hub_id);
        let named = models.iter().zip(0..).map(|(model, place)| (model.id.to_ascii_lowercase(), place));
        let places = named.collect();
        Ok(Recorded { models, places })
    }

    fn model(&self, place: Place) -> &Model {
        &self.models[place as usize]
    }

    fn record(&self, place: Place) -> Map<String, Value> {
        // It was written by `model`, so it can be read.
        serde_json::from_str(&self.model(place).text).unwrap_or_default()
    }
}

/// Takes in a record; `None` where it has no name.
fn model(record: Value) -> Option<Model> {
    let Value::Object(mut record) = record else { return None };
    let name = record.get("id").or_else(|| record.get("modelId"))?.as_str()?.to_owned();
    let hub_id = text(&record, "_id").and_then(HubId::parse).unwrap_or_else(|| made_up_id(&record, &name));
    record.insert("_id".to_owned(), hub_id.to_string().into());
    record.insert("id".to_owned(), name.clone().into());
    let measures = Measure::ALL.map(|measure| match record.get(measure.as_str()) {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        // The digits of a time sort as the time does.
        Some(Value::String(text)) => digits(text),
        _ => 0,
    });
    Some(Model { hub_id, id: name, text: Value::Object(record).to_string().into(), measures })
}

/// Returns an identity for a model without one: its second of creation, and a hash of its name.
fn made_up_id(record: &Map<String, Value>, name: &str) -> HubId {
    // Days of a month are counted as 31, which keeps the order.
    let created = text(record, "createdAt").map_or(0, |created| digits(created) / 1_000);
    let part = |divisor: u64, modulus: u64| created / divisor % modulus;
    let days = (part(10_000_000_000, 10_000).saturating_sub(1970) * 12 + part(100_000_000, 100)) * 31
        + part(1_000_000, 100);
    let second = (days * 86_400 + part(10_000, 100) * 3_600 + part(100, 100) * 60 + part(1, 100))
        .max(u64::from(OLDEST.0));
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    HubId(u128::from(second as u32) << 64 | u128::from(hash))
}

fn digits(text: &str) -> u64 {
    let digits = text.bytes().filter(u8::is_ascii_digit).take(17);
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn text<'a>(record: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    record.get(field).and_then(Value::as_str)
}

fn tags(record: &Map<String, Value>) -> impl Iterator<Item = &str> {
    record.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

impl Feed for Recorded {
    fn places(&self) -> Place {
        self.models.len() as Place
    }

    fn listed(&self) -> usize {
        self.models.len()
    }

    fn is_listed(&self, place: Place) -> bool {
        (place as usize) < self.models.len()
    }

    fn hub_id(&self, place: Place) -> HubId {
        self.model(place).hub_id
    }

    fn measure(&self, place: Place, measure: Measure) -> u64 {
        self.model(place).measures[measure as usize]
    }

    fn is_asked_for(&self, place: Place, wanted: &Wanted) -> bool {
        let id = &self.model(place).id;
        let owner = id.split_once('/').map_or("", |(owner, _)| owner);
        if wanted.author.as_ref().is_some_and(|author| !author.eq_ignore_ascii_case(owner))
            || wanted.search.as_ref().is_some_and(|part| !id.to_ascii_lowercase().contains(part))
        {
            return false;
        }
        // Parsing costs more than looking for a tag's text, and most models do not have it.
        let json = &self.model(place).text;
        if wanted.tags.iter().any(|tag| !json.contains(tag.as_str())) {
            return false;
        }
        let record = self.record(place);
        let is_gated = record.get("gated").is_some_and(Value::is_string);
        wanted.tags.iter().all(|wanted| tags(&record).any(|tag| tag == wanted))
            && wanted.task.as_ref().is_none_or(|task| text(&record, "pipeline_tag") == Some(task))
            && wanted.gated.is_none_or(|gated| gated == is_gated)
    }

    fn write(&self, place: Place, fields: Fields, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let mut record = self.record(place);
        if fields.has(Field::ModelId) {
            record.insert("modelId".to_owned(), self.id(place).into());
        }
        record.retain(|name, _| {
            name == "_id" || name == "id" || name.parse().is_ok_and(|field| fields.has(field))
        });
        serde_json::to_writer(out, &record)
    }

    fn find(&self, id: &str) -> Option<Place> {
        let find = |id: &str| self.places.get(&id.to_ascii_lowercase()).copied();
        find(id).or_else(|| find(&aliases::present_name(id)?))
    }

    fn id(&self, place: Place) -> String {
        self.model(place).id.clone()
    }

    fn repository(&self, place: Place) -> Repository {
        let mut record = self.record(place);
        let HubId(number) = self.hub_id(place);
        let seed = number as u64;
        let made_up = |question: u32| {
            let mut source = Traits::new(seed, question, Trait::Sha as u32);
            format!("{:016x}{:016x}{:08x}", source.draw(), source.draw(), source.draw() as u32)
        };
        let time = |field: &str| text(&record, field).map_or_else(|| OLDEST.to_string(), str::to_owned);
        let commit = |id: String, title: &str, author: &str, date: String| Commit {
            id,
            title: title.to_owned(),
            author: author.to_owned(),
            date,
        };
        let owner = self.model(place).id.split('/').next().unwrap_or_default();
        let head = text(&record, "sha").map_or_else(|| made_up(1), str::to_owned);
        let modified = if record.contains_key("lastModified") { "lastModified" } else { "createdAt" };
        let commits = vec![
            commit(head, "Upload model", owner, time(modified)),
            commit(made_up(0), INITIAL_COMMIT, "system", time("createdAt")),
        ];
        record.insert("modelId".to_owned(), self.id(place).into());
        Repository { weights: weights(&record), record, seed, commits }
    }

    fn derived(&self, place: Place) -> BTreeMap<String, u64> {
        let id = &self.model(place).id;
        let mut found = BTreeMap::new();
        for operation in COUNTED {
            let tag = Value::from(format!("base_model:{operation}:{id}")).to_string();
            let having = self.models.iter().filter(|model| model.text.contains(&tag)).count() as u64;
            if having > 0 {
                found.insert(operation.to_owned(), having);
            }
        }
        found
    }
}

fn weights(record: &Map<String, Value>) -> Weights {
    let library = text(record, "library_name");
    let has_tag = |wanted: &str| tags(record).any(|tag| tag == wanted);
    if library == Some("peft") || has_tag("lora") {
        Weights::Adapter
    } else if library == Some("gguf") || has_tag("gguf") {
        Weights::Gguf
    } else {
        Weights::Safetensors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_model_without_identity_gets_one_that_sorts_by_creation() {
        let at = |time: &str| model(json!({ "modelId": "a/b", "createdAt": time })).expect("a model").hub_id;
        assert!(at("2024-01-31T23:59:59.000Z") < at("2024-02-01T00:00:00.000Z"));
        assert!(at("2024-12-31T23:59:59.000Z") < at("2025-01-01T00:00:00.000Z"));
        assert!(model(json!({ "downloads": 1 })).is_none());
    }
}
