//! Which changes of the front matter mend what was found?
//!
//! Only what the model's own files leave no doubt about is changed, and only where the front matter can be
//! read: every other byte of the card stays as it is, and what was mended once is not found again.

use super::{CARD, Subject};
use crate::{
    card::{self, Front, Value, base_meant, key_meant, license_meant, relation_meant},
    finding::{Code, Finding},
};
use lineal_core::operation::Operation;

/// A change of one key of the front matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The key gets this value, whatever it had.
    Set { key: &'static str, value: Written },
    /// These are added to what the key lists.
    Add { key: &'static str, values: Vec<String> },
    /// One of the texts that the key holds is another.
    Replace { key: &'static str, from: String, to: String },
    /// The key is called otherwise.
    Rename { from: String, to: &'static str },
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

/// Returns the change that mends what was found in reading the card: a spelling, where it is known what is meant.
pub fn of_reading(subject: &Subject, finding: &Finding) -> Option<Change> {
    let front = subject.card?.front.as_ref().filter(|_| finding.file == CARD)?;
    let replaced = |key: &'static str, meant: &dyn Fn(&str) -> Option<String>| {
        let (text, _) = front.texts(key).into_iter().find(|(_, at)| *at == finding.at)?;
        Some(Change::Replace { key, from: text.to_owned(), to: meant(text)? })
    };
    match finding.code {
        Code::MisspeltKey => {
            let (key, _) = front.entries.iter().find(|(key, _)| key.at == finding.at)?;
            let to = key_meant(&key.name)?;
            front.get(to).is_none().then(|| Change::Rename { from: key.name.clone(), to })
        }
        Code::UnknownLicense => replaced("license", &|text| license_meant(text).map(str::to_owned)),
        Code::UnknownRelation => replaced("base_model_relation", &|text| {
            let is_shown = |operation: &Operation| super::bases::relation_word(operation).is_some();
            relation_meant(text).filter(is_shown).map(|operation| operation.as_str().to_owned())
        }),
        Code::InvalidBaseModel => {
            replaced("base_model", &|text| base_meant(text).map(|id| id.as_str().to_owned()))
        }
        _ => None,
    }
}
