//! Which models did those miss that vanished between two snapshots?

use crate::{date::SnapshotDate, pairing::Pairing, world::World};
use schemars::JsonSchema;
use serde::Serialize;

/// What vanished, and what stood on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Broken {
    #[schemars(with = "String")]
    pub from: SnapshotDate,
    #[schemars(with = "String")]
    pub to: SnapshotDate,
    pub added: u64,
    pub deleted: u64,
    pub renamed: u64,
    /// Deleted models from which others were made that are still there.
    pub deleted_bases: u64,
    /// Models that are still there and lost a base.
    pub affected: u64,
    /// Models that are still there and have no present base left.
    pub orphaned: u64,
    /// The deleted bases on which most stood, by models still there that were derived from them, then by name.
    pub worst: Vec<Gone>,
}

/// A base that vanished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gone {
    pub id: String,
    /// Downloads when it was last seen.
    pub downloads: Option<u64>,
    /// Models derived from it directly that are still there.
    pub derived: u64,
    /// Those of them that have no present base left.
    pub orphaned: u64,
    /// Their downloads now, where known.
    pub downloads_of_derived: u64,
}

/// Finds what broke; `worst` holds at most `limit`.
pub fn broken(_earlier: &World, _later: &World, _pairing: &Pairing, _limit: usize) -> Broken {
    todo!()
}
