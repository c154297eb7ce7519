//! How much of the metadata is there, and how much of it can be believed?
//!
//! Five fields of each model are judged: License, Performance, Prompt template, Dataset and
//! Dependencies (the study, section 6). A judgement never takes for missing what nobody looked at:
//! that is *unclear*, and stands beside the rates, not in them.
//!
//! Where only some places of some models were looked at, more is found than is missed: a licence in a tag
//! is seen in every listing, its absence everywhere only where the files and the card's text
//! were read. So a rate is taken over the models of which every place was looked at, whether
//! or not the field was in the first of them; what was found in others is counted beside it.

mod bearing;
mod judge;
mod places;
mod slices;
pub mod study;
mod tally;
mod template;
pub mod trend;

pub use crate::field::{Field, State};
pub use bearing::Bearing;
pub use judge::{of_model, states};
pub use tally::Tally;
pub use template::{Origin, needs_template};

use crate::{date::SnapshotDate, proportion, set::Member};
use serde::Serialize;
use std::collections::BTreeMap;

/// What counts as stating a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Places that are made for it and that a program can read: fields, tags, configurations, headers.
    /// A listing with card data and file names tells all of them, so it can be judged of a whole hub.
    #[default]
    Declared,
    /// Any place where a reader would find it: those, licence files, and the card's text.
    Anywhere,
    /// As the study counted: licences and data sets must be declared in a tag or field, and only declared
    /// merges need no data set; results and templates count wherever they are.
    Study,
}

impl Basis {
    /// Whether a field may be stated in the text of a card.
    fn reads_text(self, field: Field) -> bool {
        match self {
            Basis::Declared => false,
            Basis::Anywhere => field != Field::Dependency,
            Basis::Study => matches!(field, Field::Performance | Field::Template),
        }
    }
}

impl Member for Basis {
    const ALL: &'static [Basis] = &[Basis::Declared, Basis::Anywhere, Basis::Study];

    fn as_str(self) -> &'static str {
        match self {
            Basis::Declared => "declared",
            Basis::Anywhere => "anywhere",
            Basis::Study => "study",
        }
    }
}

/// How to judge, and how much to tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub basis: Basis,
    /// The confidence from which on an inferred relation is taken for true.
    pub believed: f64,
    /// The confidence from which on an inferred relation makes a dependency unclear.
    pub suspected: f64,
    /// How many tasks, operations and libraries have a slice of their own.
    pub top: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { basis: Basis::Declared, believed: 0.9, suspected: 0.5, top: 20 }
    }
}

/// The judgement on one field of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub state: State,
    /// Where it was found, or where it was looked for in vain.
    pub evidence: Vec<String>,
}

/// One model, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfModel {
    pub model: String,
    pub fields: BTreeMap<Field, Verdict>,
}

/// How often a field is missing, among some models.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// Models that need it and of which every place was looked at.
    pub applicable: u64,
    pub missing: u64,
    /// Stated but wrong; a dependency only. Not among the missing.
    pub wrong: u64,
    /// Models that have it, whether or not every other place was looked at too.
    pub present: u64,
    pub unclear: u64,
    pub not_applicable: u64,
    /// Missing of applicable; `None` if none is applicable. Also `None` where the field may be stated in
    /// cards and no card was read: the models without a card, which are known to lack it, are not like the others.
    pub rate: Option<f64>,
    /// The 95 % interval of the rate, by Wilson's score.
    pub interval: Option<[f64; 2]>,
}

impl Rate {
    /// Returns the least and the most that the rate can be among all models that need the field, or may,
    /// were every place of each looked at; `None` if there are none.
    pub fn bounds(&self) -> Option<[f64; 2]> {
        let all = self.present + self.missing + self.wrong + self.unclear;
        let of_all = |models: u64| models as f64 / all as f64;
        (all > 0).then(|| [of_all(self.missing), of_all(self.missing + self.unclear)])
    }
}

/// How many models have at least so many fields missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtLeast {
    pub models: u64,
    /// Of all models; a lower bound where a field of some is unclear.
    pub rate: f64,
    pub interval: [f64; 2],
}

impl AtLeast {
    /// Returns the share of some models, 0 of none.
    fn new(models: u64, of: u64) -> AtLeast {
        let (rate, interval) = proportion::rate(models, of);
        AtLeast { models, rate: rate.unwrap_or(0.0), interval: interval.unwrap_or([0.0, 1.0]) }
    }
}

/// Models in which exactly these fields are missing or wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Combination {
    /// Empty where nothing is.
    pub fields: Vec<Field>,
    pub models: u64,
    pub rate: f64,
}

/// The models of which every field was looked at in every place, so that nothing is a lower bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decided {
    pub models: u64,
    /// By number of fields, from 1 to 5.
    pub at_least: BTreeMap<u8, AtLeast>,
}

/// How far declared dependencies can be relied on, as the study puts it, by inferred relations
/// instead of annotators: as good as the inference, and a lower bound of what is undeclared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Dependencies {
    /// Models that declare a base.
    pub declared: u64,
    /// Of those, models whose declaration an inferred relation contradicts.
    pub contradicted: u64,
    /// Models that declare none, derived or not.
    pub undeclared: u64,
    /// Of those, models for which a relation was inferred with enough confidence.
    pub inferred: u64,
    /// Declared and not contradicted, of declared.
    pub precision: Option<f64>,
    pub precision_interval: Option<[f64; 2]>,
    /// Declared and not contradicted, of those and the inferred: the study's recall.
    pub recall: Option<f64>,
    pub recall_interval: Option<[f64; 2]>,
}

impl Dependencies {
    pub(crate) fn new(declared: u64, contradicted: u64, undeclared: u64, inferred: u64) -> Dependencies {
        let right = declared.saturating_sub(contradicted);
        let (precision, precision_interval) = proportion::rate(right, declared);
        let (recall, recall_interval) = proportion::rate(right, right + inferred);
        Dependencies {
            declared,
            contradicted,
            undeclared,
            inferred,
            precision,
            precision_interval,
            recall,
            recall_interval,
        }
    }
}

/// By what models are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The hub's own word.
    Task,
    /// The study's category of the task.
    Category,
    /// The first declared one.
    Operation,
    Library,
    /// How many models the owner has: 1, 2–9, 10–99, 100–999, 1,000 or more.
    OwnerSize,
    /// 10 is the most downloaded tenth of the snapshot's models with known downloads.
    DownloadDecile,
    /// Models from before the hub noted it are `earlier`.
    CreatedYear,
}

impl Member for Dimension {
    const ALL: &'static [Dimension] = &[
        Dimension::Task,
        Dimension::Category,
        Dimension::Operation,
        Dimension::Library,
        Dimension::OwnerSize,
        Dimension::DownloadDecile,
        Dimension::CreatedYear,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Dimension::Task => "task",
            Dimension::Category => "category",
            Dimension::Operation => "operation",
            Dimension::Library => "library",
            Dimension::OwnerSize => "owner_size",
            Dimension::DownloadDecile => "download_decile",
            Dimension::CreatedYear => "created_year",
        }
    }
}

/// The models of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    pub dimension: Dimension,
    /// `None` where models have no such value, and where smaller slices were put together.
    pub value: Option<String>,
    /// How many smaller slices were put together in this one; 0 in all others.
    pub gathered: u64,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    /// Models with at least one field missing or wrong.
    pub at_least_one: AtLeast,
}

/// How good the metadata of some models of a snapshot is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    pub snapshot: SnapshotDate,
    pub basis: Basis,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    /// By number of fields, from 1 to 5.
    pub at_least: BTreeMap<u8, AtLeast>,
    pub decided: Decided,
    /// Most frequent first.
    pub combinations: Vec<Combination>,
    pub dependencies: Dependencies,
    /// Dimension by dimension; within each in its own order, or the largest first.
    pub by: Vec<Slice>,
    /// By month of creation, earliest first.
    pub created: Vec<trend::Month>,
}

#[cfg(test)]
mod tests;
