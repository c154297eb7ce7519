//! How are two models related?
//!
//! Through what both were made from: a path climbs from one model to a common ancestor and goes down to the
//! other. Either half can be empty, where one model is an ancestor of the other.

use crate::{
    atlas::{Atlas, Relation},
    date::SnapshotDate,
};
use schemars::JsonSchema;
use serde::Serialize;

/// How two models are related.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Paths {
    pub from: String,
    pub to: String,
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    /// The common ancestors from which no nearer common ancestor was made, by the sum of both distances.
    /// A model is taken for an ancestor of itself here.
    pub nearest: Vec<Common>,
    /// How many common ancestors there are in all.
    pub common: u64,
    /// Shortest first.
    pub paths: Vec<Path>,
    /// Whether there are more paths, or common ancestors, than are listed.
    pub truncated: bool,
}

/// A common ancestor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Common {
    pub id: String,
    pub missing: bool,
    /// The fewest relations from it to the first model.
    pub from_depth: u32,
    /// The fewest relations from it to the second model.
    pub to_depth: u32,
}

/// A way from one model to the other that visits no model twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Path {
    /// The common ancestor that it goes through.
    pub through: String,
    /// From the first model to the second.
    pub models: Vec<String>,
    /// The relations between neighbours of `models`.
    pub relations: Vec<Relation>,
}

/// Finds how two nodes are related, by at most `limit` shortest paths.
pub fn paths(_atlas: &Atlas, _from: u32, _to: u32, _limit: usize) -> Paths {
    todo!()
}
