//! Which changes of the front matter mend what was found?
//!
//! Only what the model's own files leave no doubt about is changed, and only where the front matter can be
//! read: every other byte of the card stays as it is, and what was mended once is not found again.

use super::{CARD, Subject};
use crate::{
    card::{
        Card, Front, Node, Value, base_meant,
        edit::{self, Written},
        key_meant, license_meant, relation_meant,
    },
    finding::{Code, Finding},
};

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

/// Returns the changes that mend what was found in reading the card: spellings, where it is known what is meant.
pub fn of_reading(subject: &Subject, finding: &Finding) -> Vec<Change> {
    let front = subject.card.and_then(|card| card.front.as_ref()).filter(|_| finding.file == CARD);
    let Some(front) = front else { return Vec::new() };
    match finding.code {
        Code::MisspeltKey => {
            let Some((key, _)) = front.entries.iter().find(|(key, _)| key.at == finding.at) else {
                return Vec::new();
            };
            let Some(to) = key_meant(&key.name).filter(|to| front.get(to).is_none()) else {
                return Vec::new();
            };
            let rename = Change::Rename { from: key.name.clone(), to };
            // Nobody has looked at the values of a key that nobody knows.
            let texts = front.texts(&key.name);
            let values = texts.into_iter().filter_map(|(text, _)| mended(to, text));
            [rename].into_iter().chain(values).collect()
        }
        Code::UnknownLicense => at(front, "license", finding),
        Code::UnknownRelation => at(front, "base_model_relation", finding),
        Code::InvalidBaseModel => at(front, "base_model", finding),
        _ => Vec::new(),
    }
}

/// Mends the text of a key that a finding is about.
fn at(front: &Front, key: &'static str, finding: &Finding) -> Vec<Change> {
    let texts = front.texts(key);
    let found = texts.into_iter().find(|(_, at)| *at == finding.at);
    found.and_then(|(text, _)| mended(key, text)).into_iter().collect()
}

/// Mends a text by what it means as the value of a key; `None` if it is right, or means nothing.
fn mended(key: &str, text: &str) -> Option<Change> {
    let (key, to) = match key {
        "license" => ("license", license_meant(text)?.to_owned()),
        "base_model" => ("base_model", base_meant(text)?.as_str().to_owned()),
        "base_model_relation" => {
            let operation = relation_meant(text)?;
            ("base_model_relation", super::bases::relation_word(&operation)?.to_owned())
        }
        _ => return None,
    };
    (to != text).then(|| Change::Replace { key, from: text.to_owned(), to })
}

/// Returns a front matter with what its misspelt keys mean, unless that is there already.
pub fn meant(front: &Front) -> Front {
    let mut meant = front.clone();
    for at in 0..meant.entries.len() {
        let to = key_meant(&meant.entries[at].0.name).filter(|to| meant.get(to).is_none());
        if let Some(to) = to {
            meant.entries[at].0.name = to.to_owned();
        }
    }
    meant
}

/// Returns the card with its changes; `None` where there is nothing to change, or no safe way to.
pub fn fixed(text: &[u8], card: Option<&Card>, changes: &[Change]) -> Option<Vec<u8>> {
    let empty = Front::default();
    let front = card.and_then(|card| card.front.as_ref()).unwrap_or(&empty);
    let mut fixed = text.to_vec();
    for step in steps(front, changes) {
        // A key that cannot be changed keeps no other from being changed.
        if let Ok(changed) = edit::edit(&fixed, &[step]) {
            fixed = changed;
        }
    }
    (fixed != text).then_some(fixed)
}

/// Puts the changes of each key together. What cannot be changed as it stands there is left out.
fn steps(front: &Front, changes: &[Change]) -> Vec<edit::Change> {
    let mut steps: Vec<edit::Change> = Vec::new();
    let mut front = front.clone();
    for change in changes {
        let Change::Rename { from, to } = change else { continue };
        let is_free = front.get(to).is_none();
        let entry = front.entries.iter_mut().find(|(key, _)| key.name == *from).filter(|_| is_free);
        if let Some((key, _)) = entry {
            key.name = (*to).to_owned();
            steps.push(edit::Change::Rename { from: from.clone(), to: (*to).to_owned() });
        }
    }
    let mut values: Vec<(&'static str, Option<Written>)> = Vec::new();
    for change in changes {
        let key = match change {
            Change::Rename { .. } => continue,
            Change::Set { key, .. } | Change::Add { key, .. } | Change::Replace { key, .. } => *key,
        };
        let at = values.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            values.push((key, present(&front, key)));
            values.len() - 1
        });
        let Some(value) = &mut values[at].1 else { continue };
        change.make(value);
    }
    let set = values.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let set = set.filter(|(key, value)| present(&front, key).as_ref() != Some(value));
    steps.extend(set.map(|(key, value)| edit::Change::Set { key: key.to_owned(), value }));
    steps
}

impl Change {
    fn make(&self, value: &mut Written) {
        match self {
            Change::Set { value: new, .. } => *value = new.clone(),
            Change::Add { values: new, .. } => {
                let mut all = match value {
                    Written::Text(text) => vec![std::mem::take(text)],
                    Written::List(all) => std::mem::take(all),
                };
                for one in new {
                    if !all.iter().any(|there| there.eq_ignore_ascii_case(one)) {
                        all.push(one.clone());
                    }
                }
                *value = Written::List(all);
            }
            Change::Replace { from, to, .. } => {
                let all = match value {
                    Written::Text(text) => std::slice::from_mut(text),
                    Written::List(all) => all.as_mut_slice(),
                };
                all.iter_mut().filter(|one| *one == from).for_each(|one| one.clone_from(to));
            }
            Change::Rename { .. } => {}
        }
    }
}

/// What a key holds: an empty list if it is not there or empty, `None` if it is neither a text nor a list of texts.
fn present(front: &Front, key: &str) -> Option<Written> {
    let Some(node) = front.get(key) else { return Some(Written::List(Vec::new())) };
    let text = |node: &Node| match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    match &node.value {
        Value::Null => Some(Written::List(Vec::new())),
        Value::Text(text) if text.trim().is_empty() => Some(Written::List(Vec::new())),
        Value::Text(text) => Some(Written::Text(text.clone())),
        Value::List(items) => items.iter().map(text).collect::<Option<_>>().map(Written::List),
        _ => None,
    }
}
