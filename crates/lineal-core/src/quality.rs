//! How much of the metadata is there, and how much of it can be believed?
//!
//! Five fields of each model are judged: License, Performance, Prompt template, Dataset and
//! Dependencies (the study, section 6). A judgement never takes for missing what nobody looked at:
//! that is *unclear*, and stands beside the rates, not in them.

use crate::{date::SnapshotDate, infer::Inferred, record::ModelRecord, set::Member, world::World};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the study looked for in a model's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    License,
    Performance,
    Template,
    Dataset,
    Dependency,
}

impl Member for Field {
    const ALL: &'static [Field] =
        &[Field::License, Field::Performance, Field::Template, Field::Dataset, Field::Dependency];

    fn as_str(self) -> &'static str {
        match self {
            Field::License => "license",
            Field::Performance => "performance",
            Field::Template => "template",
            Field::Dataset => "dataset",
            Field::Dependency => "dependency",
        }
    }
}

/// How a field of a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Present,
    Missing,
    /// Stated, and contradicted by the evidence; a dependency only.
    Wrong,
    /// Such a model needs none.
    NotApplicable,
    /// Nobody looked where it could be, or the signs are too weak.
    Unclear,
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
    /// Models that need it and of which it is known whether they have it.
    pub applicable: u64,
    pub missing: u64,
    /// Stated but wrong; a dependency only. Not among the missing.
    pub wrong: u64,
    pub unclear: u64,
    pub not_applicable: u64,
    /// Missing of applicable; `None` if none is applicable.
    pub rate: Option<f64>,
    /// The 95 % interval of the rate, by Wilson's score.
    pub interval: Option<[f64; 2]>,
}

/// How many models have at least so many fields missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AtLeast {
    pub models: u64,
    pub rate: f64,
    pub interval: [f64; 2],
}

/// Models in which exactly these fields are missing or wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Combination {
    /// Empty where nothing is.
    pub fields: Vec<Field>,
    pub models: u64,
    pub rate: f64,
}

/// By what models are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    Task,
    Operation,
    Library,
    /// How many models the owner has: 1, 2–9, 10–99, 100–999, 1,000 or more.
    OwnerSize,
    /// 10 is the most downloaded tenth.
    DownloadDecile,
}

/// The models of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slice {
    pub dimension: Dimension,
    /// `None` where a model has no such value.
    pub value: Option<String>,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    /// Models with at least one field missing or wrong.
    pub at_least_one: AtLeast,
}

/// How good the metadata of some models of a snapshot is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    pub snapshot: SnapshotDate,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    /// By number of fields, from 1 to 5.
    pub at_least: BTreeMap<u8, AtLeast>,
    /// Most frequent first.
    pub combinations: Vec<Combination>,
    /// Dimension by dimension, within each the largest first.
    pub by: Vec<Slice>,
}

/// Models being judged, one after the other.
pub struct Tally {}

impl Tally {
    /// Judges and counts a model; `inferred` are the relations that were inferred for it.
    pub fn add(&mut self, world: &World, node: u32, record: &ModelRecord, inferred: &[Inferred]) {
        let _ = (world, node, record, inferred);
    }
}
