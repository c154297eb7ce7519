//! What should a maintainer mend before a model is published?
//!
//! Rules are judged on what was read: a record, its card, five verdicts, inferred relations and what is
//! known of other models. Each rule says what is wrong, where, and how to mend it; where the model's
//! own files leave no doubt, it also says which change of the front matter mends it. What nobody looked at
//! is never a finding.

mod bases;
mod datasets;
pub mod diff;
pub mod fixes;
pub mod license_text;
mod licenses;
mod report;
#[cfg(test)]
mod tests;

pub use report::{Changed, Counts, OfModel, Report};

use crate::{
    card::Card,
    finding::{Code, Finding, Place},
};
use license_text::License;
use lineal_core::{
    clues::CardPart,
    infer::{Sign, Standing},
    model_id::ModelId,
    operation::Operation,
    quality::{Field, State, Verdict},
    record::{ModelRecord, Source},
};
use std::collections::{BTreeMap, BTreeSet};

/// The card's file.
pub const CARD: &str = "README.md";

/// A model, and all that was found out about it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub record: &'a ModelRecord,
    /// Whether the record's name is the one under which the model is published: a folder's name need not be.
    pub is_named: bool,
    /// `None` if the model has none, or it could not be read.
    pub card: Option<&'a Card>,
    /// The bytes of the card; empty if it has none, `None` if nobody could read it.
    pub text: Option<&'a [u8]>,
    /// What was found in reading its other files.
    pub read: &'a [Finding],
    pub verdicts: &'a BTreeMap<Field, Verdict>,
    /// Relations that were inferred for it.
    pub guesses: &'a [Guess],
    /// What its own licence files hold: the file, and its text's licence if that could be told.
    pub licenses: &'a [(String, Option<License>)],
    pub names: &'a Names,
}

/// A base that was inferred.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub base: String,
    /// Whether the snapshot lists it: a name that others give their base can be inferred, too.
    pub is_listed: bool,
    pub operation: Operation,
    pub confidence: f64,
    pub standing: Standing,
    pub evidence: Vec<Sign>,
}

/// What is known of the names of other models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Who said so, in words: `snapshot 2026-11-15`.
    pub source: String,
    /// Names that nobody was asked about are not there.
    pub names: BTreeMap<String, Name>,
}

/// What is known of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Listed {
        /// The name it is listed under: other capitals, or what it is called now.
        name: String,
        license: Option<String>,
    },
    Unlisted,
}

/// A finding, and the changes of the front matter that mend it; none where that is for a person to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub finding: Finding,
    pub changes: Vec<fixes::Change>,
}

/// Judges a model, by file, place and code.
pub fn lint(subject: &Subject) -> Vec<Found> {
    let of_card = subject.card.map(|card| card.findings.as_slice()).unwrap_or_default();
    let read = subject.read.iter().chain(of_card);
    let reading =
        |finding: &Finding| Found { finding: finding.clone(), changes: fixes::of_reading(subject, finding) };
    let mut found: Vec<Found> = read.map(reading).collect();
    if subject.text.is_some_and(<[u8]>::is_empty) {
        let fix = "write a `README.md` that says what the model is, with a front matter".to_owned();
        let what = "there is no `README.md`, or nothing in it".to_owned();
        found.push(subject.card_finding(Code::NoCard, Place::START, what, fix));
    }
    // What a front matter says that cannot be read is not known to be missing.
    if !subject.card.is_some_and(|card| card.parts.has(CardPart::BrokenFrontMatter)) {
        rules(subject, &mut found);
    }
    for one in &mut found {
        let is_possible = |text| fixes::fixed(text, subject.card, &one.changes).is_some();
        if !subject.text.is_some_and(is_possible) {
            one.changes.clear();
        }
    }
    found.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    found.dedup_by(|a, b| a.finding == b.finding);
    found
}

/// Judges what is said, a misspelt key taken for what it means: that it is misspelt is a finding of its own.
fn rules(subject: &Subject, found: &mut Vec<Found>) {
    let card = subject.card.map(|card| Card { front: card.front.as_ref().map(fixes::meant), ..card.clone() });
    let mut record = subject.record.clone();
    if let Some(card) = &card {
        card.enrich(&mut record);
    }
    let subject = &Subject { card: card.as_ref(), record: &record, ..*subject };
    licenses::rules(subject, found);
    fields(subject, found);
    bases::rules(subject, found);
    datasets::rules(subject, found);
}

/// Returns the names that a model's files and card give to its bases, to find out what is known of them.
pub fn named(record: &ModelRecord) -> BTreeSet<String> {
    let names = record.claims.iter().filter_map(|claim| claim.base.parse::<ModelId>().ok());
    names.map(|id| id.as_str().to_owned()).collect()
}

fn order(finding: &Finding) -> (&str, Place, Code, &str) {
    (&finding.file, finding.at, finding.code, &finding.what)
}

/// The fields that are looked for and of which the front matter need not say anything.
fn fields(subject: &Subject, found: &mut Vec<Found>) {
    const FIELDS: [(Field, Code, &str, &str); 3] = [
        (
            Field::Performance,
            Code::MissingResults,
            "no evaluation results are stated",
            "add `model-index` to the front matter, or a table of results to the text",
        ),
        (
            Field::Template,
            Code::MissingTemplate,
            "no prompt template is stated",
            "put `chat_template` into `tokenizer_config.json`, or show in the card how a prompt is put together",
        ),
        (
            Field::Dataset,
            Code::MissingDataset,
            "no training data is stated",
            "add `datasets` to the front matter, or say in the text what the model was trained on",
        ),
    ];
    for (field, code, what, fix) in FIELDS {
        if subject.state(field) == Some(State::Missing) {
            found.push(subject.card_finding(code, Place::START, what.to_owned(), fix.to_owned()));
        }
    }
}

impl Subject<'_> {
    fn state(&self, field: Field) -> Option<State> {
        self.verdicts.get(&field).map(|verdict| verdict.state)
    }

    /// A finding in the card that is for a person to mend.
    fn card_finding(&self, code: Code, at: Place, what: String, fix: String) -> Found {
        Found {
            finding: Finding { code, file: CARD.to_owned(), at, what, fix: Some(fix) },
            changes: Vec::new(),
        }
    }

    /// Where a key of the front matter stands, or else the start of the card.
    fn key(&self, name: &str) -> Place {
        let front = self.card.and_then(|card| card.front.as_ref());
        let entry = front.and_then(|front| front.entries.iter().find(|(key, _)| key.name == name));
        entry.map_or(Place::START, |(key, _)| key.at)
    }

    fn has_key(&self, name: &str) -> bool {
        let front = self.card.and_then(|card| card.front.as_ref());
        front.is_some_and(|front| front.entries.iter().any(|(key, _)| key.name == name))
    }

    /// The bases that the publisher declares, each once, as they are written.
    fn declared(&self) -> Vec<&str> {
        let mut bases: Vec<&str> = Vec::new();
        for claim in self.record.claims.iter().filter(|claim| claim.source.is_declaration()) {
            if !bases.iter().any(|base| base.eq_ignore_ascii_case(&claim.base)) {
                bases.push(&claim.base);
            }
        }
        bases
    }

    /// The bases that one kind of source names, each once; what cannot be another model's name is left out.
    fn claimed(&self, source: Source) -> Vec<&str> {
        let mut bases: Vec<&str> = Vec::new();
        for claim in self.record.claims.iter().filter(|claim| claim.source == source) {
            let is_name = claim.base.contains('/') && claim.base.parse::<ModelId>().is_ok();
            if is_name
                && !self.is_itself(&claim.base)
                && !bases.iter().any(|base| base.eq_ignore_ascii_case(&claim.base))
            {
                bases.push(&claim.base);
            }
        }
        bases
    }

    fn is_itself(&self, name: &str) -> bool {
        self.is_named && self.record.id.as_str().eq_ignore_ascii_case(name)
    }

    fn name(&self, name: &str) -> Option<&Name> {
        self.names.names.get(name)
    }

    /// Whether the name is known to be nobody's.
    fn is_unlisted(&self, name: &str) -> bool {
        self.name(name) == Some(&Name::Unlisted)
    }
}
