//! How does the quality of metadata change over time?
//!
//! From snapshot to snapshot, among all models that are there; and by month of creation within one
//! snapshot, which needs no second one but shows only what is still there, as it is now.

use super::{AtLeast, Dependencies, Field, Quality, Rate, slices::Created, tally::Counts};
use crate::date::SnapshotDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// The quality of one snapshot's metadata, among others'.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub snapshot: SnapshotDate,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    pub at_least: BTreeMap<u8, AtLeast>,
    pub dependencies: Dependencies,
}

/// Returns a row for each snapshot, earliest first.
pub fn trend(snapshots: &[Quality]) -> Vec<Row> {
    let mut rows: Vec<Row> = snapshots
        .iter()
        .map(|quality| Row {
            snapshot: quality.snapshot,
            models: quality.models,
            fields: quality.fields.clone(),
            at_least: quality.at_least.clone(),
            dependencies: quality.dependencies,
        })
        .collect();
    rows.sort_by_key(|row| row.snapshot);
    rows
}

/// The models of a snapshot that were created in one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Month {
    /// `2024-07`, or `earlier` for models from before the hub noted it; `None` if it is not known.
    pub month: Option<String>,
    pub models: u64,
    pub fields: BTreeMap<Field, Rate>,
    /// Models with at least one field missing or wrong.
    pub at_least_one: AtLeast,
}

impl Month {
    pub(super) fn new(created: Option<Created>, counts: &Counts) -> Month {
        Month {
            month: created.map(|created| created.to_string()),
            models: counts.models,
            fields: counts.rates(),
            at_least_one: counts.at_least_one(),
        }
    }
}
