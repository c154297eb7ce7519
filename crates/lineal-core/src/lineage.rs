//! What is a model made from, and what was made from it?
//!
//! A walk goes from a model up to its ancestors, down to its descendants, or both, nearest first. It is
//! numbers only; [`describe`] puts words to them.

use crate::{
    atlas::{Atlas, Relation},
    date::SnapshotDate,
    operation::Operation,
    world::World,
};
use schemars::JsonSchema;
use serde::Serialize;

/// Which way to go, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub up: bool,
    pub down: bool,
    /// The most relations between the model and another; `None` is no limit.
    pub depth: Option<u32>,
    /// Only relations by these operations are followed; empty is all.
    pub operations: Vec<Operation>,
    /// The most nodes of a walk, the nearest ones; the model counts.
    pub limit: usize,
}

/// Where a node of a walk stands to the model asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The model itself.
    Itself,
    Ancestor,
    Descendant,
    /// On a cycle through the model.
    Both,
}

/// A node that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    pub node: u32,
    /// The fewest relations between it and the model.
    pub depth: u32,
    pub side: Side,
}

/// A relation between two nodes that were reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    pub base: u32,
    pub derived: u32,
    /// Its operation's place in the graph's list.
    pub operation: u8,
    /// Its place among all relations of the graph.
    pub relation: u32,
}

/// A model's lineage as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    pub model: u32,
    /// The model, then what was reached: ancestors, then descendants; each nearest first, then by name.
    pub nodes: Vec<Reached>,
    /// All relations followed between them, by the place of the derived model among the nodes, then the base's.
    pub relations: Vec<Passed>,
    /// How many nodes there are in all as far as options allow, apart from the limit.
    pub found: usize,
}

impl Walk {
    pub fn is_truncated(&self) -> bool {
        self.found > self.nodes.len()
    }
}

/// A model's lineage in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lineage {
    pub model: String,
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    pub nodes: Vec<Node>,
    pub relations: Vec<Relation>,
    /// Whether there is more than was asked for.
    pub truncated: bool,
}

/// A model of a lineage, or a missing base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Node {
    pub id: String,
    /// Whether it is named as a base but absent from the snapshot.
    pub missing: bool,
    /// In the last 30 days.
    pub downloads: Option<u64>,
    pub task: Option<String>,
    pub license: Option<String>,
    /// The fewest relations between it and the model.
    pub depth: u32,
    pub side: Side,
}

/// Walks from a node.
pub fn walk(_world: &World, _node: u32, _options: &Options) -> Walk {
    todo!()
}

/// Puts words to a walk.
pub fn describe(_atlas: &Atlas, _walk: &Walk) -> Lineage {
    todo!()
}
