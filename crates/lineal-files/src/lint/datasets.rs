//! Which data sets does the text name that the front matter does not?
//!
//! Only links to data sets on the Hub count. One is written into the front matter where the sentence, or the
//! section that it stands in, speaks of training; a link alone can be to anything.

use super::{Found, Subject, fixes::Change};
use crate::finding::{Code, Place};
use lineal_core::{
    model_id::is_model_id,
    quality::{Field, State},
};

const LINK: &str = "huggingface.co/datasets/";
/// What stands after a data set's name in an address, and is not its name.
const PAGES: [&str; 6] = ["viewer", "blob", "tree", "resolve", "raw", "discussions"];
const TRAINING: [&str; 10] = [
    "trained on",
    "tuned on",
    "fine-tuned version of",
    "fine-tuned using",
    "trained using",
    "trained with",
    "training data",
    "training set",
    "train set",
    "training corpus",
];
const OTHERWISE: [&str; 7] =
    ["evaluat", "benchmark", "test set", "tested on", "leaderboard", "base model", "calibrat"];
/// How many data sets are spoken of.
const MANY: usize = 32;

struct Link {
    name: String,
    at: Place,
    is_training: bool,
}

pub fn rules(subject: &Subject, found: &mut Vec<Found>) {
    if subject.state(Field::Dataset) == Some(State::NotApplicable) {
        return;
    }
    let bytes = subject.text.unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    let first = subject.card.and_then(|card| card.yaml.as_ref()).map_or(0, |yaml| line_of(bytes, yaml.end));
    let declared = &subject.record.datasets;
    let links = links(&text, first);
    let undeclared =
        links.into_iter().filter(|link| !declared.iter().any(|one| one.eq_ignore_ascii_case(&link.name)));
    for link in undeclared.take(MANY) {
        let Link { name, at, is_training } = link;
        let (what, fix) = match is_training {
            true => (
                format!(
                    "the text says that the model was trained on `{name}`, which the front matter does not name"
                ),
                format!("add `{name}` to `datasets`"),
            ),
            false => (
                format!("the text links to the data set `{name}`, which the front matter does not name"),
                format!("if the model was trained on it, add `{name}` to `datasets`"),
            ),
        };
        let mut one = subject.card_finding(Code::UndeclaredDataset, at, what, fix);
        if is_training {
            one.changes = vec![Change::add("datasets", &[&name])];
        }
        found.push(one);
    }
}

fn line_of(bytes: &[u8], end: usize) -> usize {
    bytes[..end.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count()
}

/// Finds the links in the lines from one on; each data set once, where it is first named as training data, or
/// else at all.
fn links(text: &str, first: usize) -> Vec<Link> {
    let mut all: Vec<Link> = Vec::new();
    let mut is_training_section = false;
    for (number, line) in text.lines().enumerate().skip(first) {
        let lower = line.to_ascii_lowercase();
        let is_otherwise = OTHERWISE.iter().any(|words| lower.contains(words));
        let is_training = TRAINING.iter().any(|words| lower.contains(words));
        if line.starts_with('#') {
            is_training_section = is_training && !is_otherwise;
        }
        let mut from = 0;
        while let Some(start) = lower[from..].find(LINK) {
            let start = from + start;
            from = start + LINK.len();
            let Some(name) = name(&line[from..]) else { continue };
            let before = line[..start].trim_end_matches("https://").trim_end_matches("http://");
            let place = Place { line: number as u32 + 1, column: before.chars().count() as u32 + 1 };
            let is_training = (is_training || is_training_section) && !is_otherwise;
            let link = Link { name, at: place, is_training };
            let known = all.iter().position(|known| known.name.eq_ignore_ascii_case(&link.name));
            match known {
                Some(at) if link.is_training && !all[at].is_training => all[at] = link,
                Some(_) => {}
                None => all.push(link),
            }
            if all.len() == MANY {
                return all;
            }
        }
    }
    all.sort_by_key(|link| link.at);
    all
}

/// Returns the data set's name that an address goes on with.
fn name(rest: &str) -> Option<String> {
    let end = rest.find(|char: char| !(char.is_ascii_alphanumeric() || "._-/".contains(char)));
    let mut parts = rest[..end.unwrap_or(rest.len())].split('/');
    let first = parts.next()?;
    let second = parts.next().filter(|second| !second.is_empty() && !PAGES.contains(second));
    let name = second.map_or_else(|| first.to_owned(), |second| format!("{first}/{second}"));
    let name = name.trim_end_matches('.').to_owned();
    is_model_id(&name).then_some(name)
}
