//! What was found of some models: the answer that every format is made from.

use super::{
    CARD, Found, diff,
    fixes::{self, Change},
};
use crate::{
    card,
    finding::{Code, Severity},
};
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// Some models, judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub models: Vec<OfModel>,
    pub counts: Counts,
}

/// What was found of one model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfModel {
    /// The name under which it is published, or would be by its folder's name.
    pub model: String,
    /// Where its files are: a folder, or an address.
    pub place: String,
    /// By file, place and code.
    pub findings: Vec<Found>,
    /// What was not looked at, and why.
    pub unchecked: Vec<String>,
    /// What the changes make of the card; `None` where there is nothing to change.
    pub changed: Option<Changed>,
    /// The card as it was found: empty if there is none, `None` if it could not be read.
    #[serde(skip)]
    pub card: Option<Vec<u8>>,
}

/// A card's front matter, changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    pub file: String,
    /// Whether the file was written.
    pub written: bool,
    /// As a unified diff.
    pub diff: String,
    #[serde(skip)]
    pub after: Vec<u8>,
}

impl Changed {
    fn new(path: &str, before: &[u8], after: Vec<u8>) -> Changed {
        Changed { file: CARD.to_owned(), written: false, diff: diff::unified(path, before, &after), after }
    }
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub error: u64,
    pub warning: u64,
    pub note: u64,
    /// Findings that a change of the front matter mends.
    pub fixable: u64,
}

impl Report {
    /// Puts models together, without the findings that are not asked for, and counts the rest.
    pub fn new(mut models: Vec<OfModel>, asked: impl Fn(Code) -> bool) -> Report {
        let mut counts = Counts::default();
        for model in &mut models {
            model.findings.retain(|found| asked(found.finding.code));
            model.change();
            for found in &model.findings {
                match found.finding.code.severity() {
                    Severity::Error => counts.error += 1,
                    Severity::Warning => counts.warning += 1,
                    Severity::Note => counts.note += 1,
                }
                counts.fixable += u64::from(!found.changes.is_empty());
            }
        }
        Report { models, counts }
    }

    /// Whether there is a finding that is as bad as this, or worse.
    pub fn has(&self, at_least: Severity) -> bool {
        let mut findings = self.models.iter().flat_map(|model| &model.findings);
        findings.any(|found| found.finding.code.severity() <= at_least)
    }
}

impl OfModel {
    /// A file as whoever asked may find it: below the model's place.
    pub fn path(&self, file: &str) -> String {
        match &*self.place {
            "" | "." => file.to_owned(),
            place => format!("{}/{file}", place.trim_end_matches('/')),
        }
    }

    /// Makes all the changes that the findings ask for.
    fn change(&mut self) {
        let Some(before) = &self.card else { return };
        let changes: Vec<Change> = self.findings.iter().flat_map(|found| found.changes.clone()).collect();
        let card = card::read(before);
        if let Some(after) = fixes::fixed(before, Some(&card), &changes) {
            self.changed = Some(Changed::new(&self.path(CARD), before, after));
        }
    }
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = &self.finding;
        let mut fields = serializer.serialize_struct("Found", 8)?;
        fields.serialize_field("code", &finding.code)?;
        fields.serialize_field("severity", &finding.code.severity())?;
        fields.serialize_field("file", &finding.file)?;
        fields.serialize_field("line", &finding.at.line)?;
        fields.serialize_field("column", &finding.at.column)?;
        fields.serialize_field("what", &finding.what)?;
        fields.serialize_field("fix", &finding.fix)?;
        fields.serialize_field("automatic", &!self.changes.is_empty())?;
        fields.end()
    }
}
