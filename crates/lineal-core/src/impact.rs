//! What stands on some models, and what would break without them?

use crate::{big::BigCount, world::World};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What stands on some models.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Impact {
    /// The models asked for.
    pub models: Vec<String>,
    /// How many models were made from them, directly or not; they themselves left out.
    pub descendants: u64,
    /// The descendants by the operation of the relation by which each is first reached, nearest first.
    pub by_operation: BTreeMap<String, u64>,
    /// The descendants by the fewest relations that lead to each.
    pub by_depth: BTreeMap<u32, u64>,
    /// Known downloads of the descendants; `None` if none is known.
    pub downloads: Option<u64>,
    /// How many chains pass through the models.
    #[schemars(with = "f64")]
    pub chains_cut: BigCount,
    /// Whether `chains_cut` is a lower bound.
    pub at_least: bool,
    /// How many clusters hold one of the models, or begin with it.
    pub clusters_cut: u64,
    /// How many models would be left without any present base.
    pub orphaned_models: u64,
    /// Those models, most downloaded first.
    pub orphaned: Vec<Orphaned>,
    /// Models that hold the very same weights under another name, where hashes of files are known.
    pub mirrors: Option<Vec<String>>,
    /// Whether lists are shorter than they could be.
    pub truncated: bool,
}

/// A model that would be left without any present base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Orphaned {
    pub id: String,
    pub operation: String,
    pub downloads: Option<u64>,
    /// How many models were made from it.
    pub descendants: u64,
}

/// Finds what stands on some nodes; the list of orphaned models holds at most `limit`.
pub fn impact(_world: &World, _nodes: &[u32], _limit: usize) -> Impact {
    todo!()
}
