//! What was a model on earlier days?

use crate::{atlas::Atlas, date::SnapshotDate};
use schemars::JsonSchema;
use serde::Serialize;

/// A model in each of some snapshots, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct History {
    pub snapshots: Vec<Moment>,
}

/// A model in one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moment {
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    /// What it was called; `None` if it was not there.
    pub id: Option<String>,
    /// Whether it was found by its hub id, which survives a rename, or by its name only.
    pub by_hub_id: bool,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    pub license: Option<String>,
    /// Models derived from it directly.
    pub derived: u64,
    pub bases: Vec<BaseThen>,
    /// What is different from the snapshot before, in words.
    pub changes: Vec<String>,
}

/// A base of a model in one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct BaseThen {
    pub id: String,
    pub operation: String,
    pub missing: bool,
}

/// Follows a model of the newest snapshot back through others; snapshots come newest first.
pub fn history(_snapshots: &[&Atlas], _node: u32) -> History {
    todo!()
}
