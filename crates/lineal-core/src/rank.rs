//! Which models matter most to a hub?
//!
//! By how many models were made from them, by how much those are downloaded, or by both and more: the
//! criticality, a number from 0 to 1 in the manner of the OpenSSF's criticality score of source code projects.

use crate::{date::SnapshotDate, set::Member, world::World};
use schemars::JsonSchema;
use serde::Serialize;

/// What models are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The number of models made from it.
    Descendants,
    /// The downloads of the models made from it.
    Reach,
    Criticality,
}

impl Member for By {
    const ALL: &'static [By] = &[By::Descendants, By::Reach, By::Criticality];

    fn as_str(self) -> &'static str {
        match self {
            By::Descendants => "descendants",
            By::Reach => "reach",
            By::Criticality => "criticality",
        }
    }
}

/// The models that matter most.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Ranking {
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    pub by: By,
    /// How many nodes have any descendants, and so a place in the ranking.
    pub ranked: u64,
    /// First the first; ties by name.
    pub models: Vec<Ranked>,
}

/// A model, or a missing base, with all that it is ranked by.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Ranked {
    pub rank: u64,
    pub id: String,
    pub missing: bool,
    pub task: Option<String>,
    pub downloads: Option<u64>,
    pub descendants: u64,
    /// Models derived from it directly.
    pub derived: u64,
    /// Known downloads of its descendants.
    pub reach: u64,
    /// Different owners of the models derived from it directly.
    pub owners: u64,
    /// From 0 to 1.
    pub criticality: f64,
}

/// What every node is ranked by, counted once for a world.
#[derive(Debug)]
pub struct Ranks {
    /// Descendants of each node.
    pub descendants: Vec<u32>,
    /// Known downloads of the descendants of each node.
    pub reach: Vec<u64>,
    /// All nodes with descendants, the most critical first.
    pub criticality: Vec<(u32, f64)>,
}

/// Counts what every node is ranked by.
pub fn ranks(_world: &World) -> Ranks {
    todo!()
}

/// Lists the first models by something, after some that are left out.
pub fn ranking(_world: &World, _ranks: &Ranks, _by: By, _after: usize, _limit: usize) -> Ranking {
    todo!()
}
