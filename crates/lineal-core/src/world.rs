//! What does one snapshot look like in memory?

use crate::{column::Column, date::SnapshotDate, graph::Graph, ids::Ids, words::Words};

/// Stands for an unknown number of downloads in [`World::downloads`].
pub const UNKNOWN: u64 = u64::MAX;

/// One immutable snapshot: its names, its graph, and what analyses need to know of each model.
/// Columns are indexed by node.
#[derive(Debug)]
pub struct World {
    pub snapshot: SnapshotDate,
    pub ids: Ids,
    pub graph: Graph,
    /// Downloads of each model in the last 30 days, or [`UNKNOWN`].
    pub downloads: Column<u64>,
    pub tasks: Words,
}

impl World {
    pub fn name(&self, node: u32) -> &str {
        self.ids.name(node)
    }

    /// Finds a node by what it is called, as [`Ids::called`] does.
    pub fn called(&self, name: &str) -> Option<u32> {
        self.ids.called(name)
    }

    /// Returns the downloads of a model; `None` if the listing did not say, or the node is a
    /// missing base.
    pub fn downloads(&self, node: u32) -> Option<u64> {
        self.downloads.get(node as usize).copied().filter(|downloads| *downloads != UNKNOWN)
    }

    /// Returns a model's task as the hub names it.
    pub fn task(&self, node: u32) -> Option<&str> {
        self.tasks.of(node)
    }

    /// Adds up the known downloads of some models; `None` if none is known.
    pub fn total_downloads(&self, nodes: impl Iterator<Item = u32>) -> Option<u64> {
        let mut known = nodes.filter_map(|node| self.downloads(node));
        let first = known.next()?;
        Some(known.fold(first, u64::saturating_add))
    }
}
