//! What has happened to the models somebody relies on, and what does it mean to them?
//!
//! A model is watched together with everything it was made from: what happens to an ancestor is a
//! finding for each watched model above which it stands, with the shortest way to it. What was
//! known before comes from an earlier snapshot, or from what the list itself pins; what is there
//! now from a later snapshot or from the hub. A difference counts only where both sides speak of
//! the matter, and nothing is compared with a repository that may be another one. That a model is
//! closed or private is said unless it was known: whoever relies on it cannot fetch it either way.

pub mod files;
pub mod lineage;
pub mod list;
pub mod relation;
pub mod trace;

mod events;
mod words;

use crate::{date::SnapshotDate, model_id::HubId, record::Gated, renames::Evidence};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// What can happen to a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Another repository answers under its name.
    Reused,
    /// A listing does not hold it any more: deleted, or made private.
    Deleted,
    /// The hub does not answer for it: gone, or private to others.
    Gone,
    /// The hub has closed it.
    Disabled,
    Private,
    Renamed,
    /// One must ask before downloading, or ask harder than before.
    Gated,
    Weights,
    /// The chat template, or a file that can hold it.
    Template,
    /// What it says it was made from.
    Relation,
    License,
    /// Nobody knows a model of this name, and the list does not say that anybody did.
    Unknown,
    /// The main branch is at another commit.
    Updated,
    /// Its card declares a successor.
    NewerVersion,
    /// One need not ask any more, or less than before.
    Ungated,
}

impl Code {
    /// All codes, the most urgent first.
    pub const ALL: [Code; 15] = [
        Code::Reused,
        Code::Deleted,
        Code::Gone,
        Code::Disabled,
        Code::Private,
        Code::Renamed,
        Code::Gated,
        Code::Weights,
        Code::Template,
        Code::Relation,
        Code::License,
        Code::Unknown,
        Code::Updated,
        Code::NewerVersion,
        Code::Ungated,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Code::Reused => "reused",
            Code::Deleted => "deleted",
            Code::Gone => "gone",
            Code::Disabled => "disabled",
            Code::Private => "private",
            Code::Renamed => "renamed",
            Code::Gated => "gated",
            Code::Weights => "weights",
            Code::Template => "template",
            Code::Relation => "relation",
            Code::License => "license",
            Code::Unknown => "unknown",
            Code::Updated => "updated",
            Code::NewerVersion => "newer_version",
            Code::Ungated => "ungated",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            Code::Reused | Code::Deleted | Code::Gone | Code::Disabled | Code::Private => Severity::Critical,
            Code::Renamed
            | Code::Gated
            | Code::Weights
            | Code::Template
            | Code::Relation
            | Code::License
            | Code::Unknown => Severity::Warning,
            Code::Updated | Code::NewerVersion | Code::Ungated => Severity::Info,
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It cannot be fetched any more, or something else comes in its place.
    Critical,
    /// It may behave otherwise, or one may have to act to go on using it.
    Warning,
    Info,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];

    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// What was found. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The snapshot compared with; `None` if only what the list pins was known.
    pub since: Option<SnapshotDate>,
    /// The snapshot that was checked; `None` if it was the hub itself.
    pub snapshot: Option<SnapshotDate>,
    /// The hub that was asked, if it was.
    pub hub: Option<String>,
    /// How many models are watched.
    pub watched: u64,
    /// How many models were checked: those watched and their ancestors.
    pub checked: u64,
    pub findings: Vec<Finding>,
}

/// Something that happened to a model, and what it means for one that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: Code,
    pub severity: Severity,
    /// The model that it happened to, by the name it had.
    pub model: String,
    /// The model that it matters for.
    pub watched: String,
    /// The way from the watched model up to this one, both included; empty if it is itself.
    pub via: Vec<String>,
    /// The snapshot that it is compared with; `None` if with what the list pins.
    pub since: Option<SnapshotDate>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// What happened, in words.
    pub what: String,
    /// What it means for the watched model, and what to do.
    pub meaning: String,
}

/// What somebody says of a model; `None` where they do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub hub_id: Option<HubId>,
    pub sha: Option<[u8; 20]>,
    pub gated: Option<Gated>,
    pub private: Option<bool>,
    pub disabled: Option<bool>,
    /// `Some(None)`: they say that there is none.
    pub license: Option<Option<String>>,
    /// The successor that the card declares. `Some(None)`: they say that there is none.
    pub new_version: Option<Option<String>>,
}

/// What a list pins of a model, and so knows better than any snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    pub hub_id: Option<HubId>,
    pub sha: Option<[u8; 20]>,
}

/// What has become of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Now {
    /// Nobody knows it, nor ever did.
    Unknown,
    /// The listing does not hold it, or its name leads to another repository.
    Absent,
    /// The hub does not answer for it. Without a token it does not tell gone from private.
    Silent { anonymous: bool },
    /// The hub has closed it and says nothing else.
    Closed,
    /// It is there, perhaps under another name.
    There {
        name: String,
        /// Why it is held to be the same; `None` if only the name says so.
        evidence: Option<Evidence>,
        facts: Facts,
    },
}

/// A repository that answers instead of the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instead {
    pub name: String,
    pub hub_id: Option<HubId>,
    /// Whether nobody had the name before, and it was made since.
    pub is_newborn: bool,
}

/// Two values of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Files that differ between two commits, by what they are for; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedFiles {
    pub weights: Vec<String>,
    pub template: Vec<String>,
    pub other: Vec<String>,
}

/// A model that is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The name by which it is relied upon.
    pub name: String,
    pub pins: Pins,
    /// The snapshot that [`Subject::before`] comes from.
    pub since: Option<SnapshotDate>,
    pub before: Facts,
    pub now: Now,
    pub instead: Option<Instead>,
    /// What it says it was made from, if that has changed.
    pub relation: Option<Change>,
    /// `None` if the files of one of the commits are not known.
    pub files: Option<ChangedFiles>,
}

/// A model on the list, and what it was made from; both by their place among the subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub subject: usize,
    pub ancestors: Vec<Ancestor>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancestor {
    pub subject: usize,
    /// The names from the watched model up to this one, both included.
    pub via: Vec<String>,
}

/// Says what happened to the subjects, for each watched model that it matters for; the most urgent
/// first.
pub fn findings(subjects: &[Subject], watched: &[Watched]) -> Vec<Finding> {
    let events: Vec<Vec<events::Event>> = subjects.iter().map(events::events).collect();
    let mut findings = Vec::new();
    for watched in watched {
        let name = &subjects[watched.subject].name;
        let own = (watched.subject, Vec::new());
        let ancestors = watched.ancestors.iter().map(|ancestor| (ancestor.subject, ancestor.via.clone()));
        let mut seen = BTreeSet::new();
        for (subject, via) in std::iter::once(own).chain(ancestors) {
            if seen.insert(subject) {
                let finding = |event| finding(&subjects[subject], event, name, via.clone());
                findings.extend(events[subject].iter().map(finding));
            }
        }
    }
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.severity, finding.code);
        key(a).cmp(&key(b)).then_with(|| (&a.model, &a.watched).cmp(&(&b.model, &b.watched)))
    });
    findings
}

fn finding(subject: &Subject, event: &events::Event, watched: &str, via: Vec<String>) -> Finding {
    let derived = (!via.is_empty()).then_some(watched);
    Finding {
        code: event.code,
        severity: event.code.severity(),
        model: subject.name.clone(),
        watched: watched.to_owned(),
        via,
        since: event.since,
        before: event.before.clone(),
        after: event.after.clone(),
        what: event.what.clone(),
        meaning: words::meaning(event.code, derived),
    }
}

#[cfg(test)]
mod tests;
