//! What is odd about a listing?
//!
//! Hub data is dirty. Nothing odd stops the work; each oddity is counted, with a few examples.

use serde::Serialize;
use std::collections::BTreeMap;

/// How many examples are kept of each oddity.
const EXAMPLES: usize = 3;
/// How much of an example is kept, in characters.
const EXAMPLE_LENGTH: usize = 160;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oddity {
    BrokenRecord,
    NoModelId,
    DuplicateId,
    DuplicateHubId,
    WrongType,
    BadDate,
    EmptyBase,
    SelfBase,
    MissingBase,
    ResolvedIgnoringCase,
    ResolvedByAlias,
    ResolvedByRedirect,
    OperationConflict,
    UnknownOperation,
    SeveralBasesNoMerge,
    UndeclaredBase,
}

impl Oddity {
    pub const ALL: [Oddity; 16] = [
        Oddity::BrokenRecord,
        Oddity::NoModelId,
        Oddity::DuplicateId,
        Oddity::DuplicateHubId,
        Oddity::WrongType,
        Oddity::BadDate,
        Oddity::EmptyBase,
        Oddity::SelfBase,
        Oddity::MissingBase,
        Oddity::ResolvedIgnoringCase,
        Oddity::ResolvedByAlias,
        Oddity::ResolvedByRedirect,
        Oddity::OperationConflict,
        Oddity::UnknownOperation,
        Oddity::SeveralBasesNoMerge,
        Oddity::UndeclaredBase,
    ];

    /// Returns what was met, as a short phrase about one case of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Oddity::BrokenRecord => "broken record, skipped",
            Oddity::NoModelId => "record without a usable model name, skipped",
            Oddity::DuplicateId => "model listed again under the same name, first kept",
            Oddity::DuplicateHubId => "model listed again under another name, first kept",
            Oddity::WrongType => "field of an unexpected type, taken as missing",
            Oddity::BadDate => "date that cannot be read, taken as missing",
            Oddity::EmptyBase => "base without a name, left out",
            Oddity::SelfBase => "model that names itself as its base",
            Oddity::MissingBase => "relation to a base that is not listed",
            Oddity::ResolvedIgnoringCase => "base found only when ignoring case",
            Oddity::ResolvedByAlias => "legacy base name, found under its present owner",
            Oddity::ResolvedByRedirect => "former base name, found where the hub redirects it",
            Oddity::OperationConflict => "places that name different operations",
            Oddity::UnknownOperation => "operation without a name here, kept as written",
            Oddity::SeveralBasesNoMerge => "several bases, but not a merge",
            Oddity::UndeclaredBase => "base named by a configuration only, not declared",
        }
    }
}

/// How often one oddity was met, with the first examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Met {
    pub count: u64,
    pub examples: Vec<String>,
}

/// Every oddity met so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities(BTreeMap<Oddity, Met>);

impl Oddities {
    /// Counts one case; the example is made only while examples are still wanted.
    pub fn add(&mut self, oddity: Oddity, example: impl FnOnce() -> String) {
        let met = self.0.entry(oddity).or_default();
        met.count += 1;
        if met.examples.len() < EXAMPLES {
            met.examples.push(example().chars().take(EXAMPLE_LENGTH).collect());
        }
    }

    /// Adds what another part of the same listing met, after what this one did.
    pub fn append(&mut self, later: Oddities) {
        for (oddity, more) in later.0 {
            let met = self.0.entry(oddity).or_default();
            met.count += more.count;
            let wanted = EXAMPLES - met.examples.len();
            met.examples.extend(more.examples.into_iter().take(wanted));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Oddity, &Met)> {
        self.0.iter().map(|(oddity, met)| (*oddity, met))
    }

    pub fn count(&self, oddity: Oddity) -> u64 {
        self.0.get(&oddity).map_or(0, |met| met.count)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
