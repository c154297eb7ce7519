//! What stands on some models, and what would break without them?
//!
//! Missing bases can be asked about too: what hangs on something that is gone. A model that was asked for
//! is no descendant, even if it was made from another one.

mod orphaned;

use crate::{
    big::BigCount,
    chains::cut::{self, Cut},
    closure::{self, Bounds, Relative},
    graph::Graph,
    world::World,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What stands on some models.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Impact {
    /// The models asked for, each once.
    pub models: Vec<String>,
    /// How many models were made from them, directly or not; they themselves left out.
    pub descendants: u64,
    /// The descendants by the operation of the relation by which each is first reached, nearest first.
    pub by_operation: BTreeMap<String, u64>,
    /// The descendants by the fewest relations that lead to each.
    pub by_depth: BTreeMap<u32, u64>,
    /// Known downloads of the descendants; `None` if none is known.
    pub downloads: Option<u64>,
    /// How many chains pass through the models. Missing bases are on no chain.
    pub chains_cut: BigCount,
    /// Whether `chains_cut` is a lower bound.
    pub at_least: bool,
    /// How many clusters hold one of the models, or begin with it.
    pub clusters_cut: u64,
    /// How many models derived from them directly would be left without any present base.
    pub orphaned_models: u64,
    /// Those models, most downloaded first, then by name; where downloads are unknown, last.
    pub orphaned: Vec<Orphaned>,
    /// Models that hold the very same weights under another name, where hashes of files are known.
    pub mirrors: Option<Vec<String>>,
    /// Whether lists are shorter than they could be.
    pub truncated: bool,
}

/// A model that would be left without any present base. Itself does not count as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Orphaned {
    pub id: String,
    /// By which it was made from the first of its bases that was asked for.
    pub operation: String,
    pub downloads: Option<u64>,
    /// How many models were made from it.
    pub descendants: u64,
}

/// Finds what stands on some nodes; the list of orphaned models holds at most `limit`.
pub fn impact(world: &World, nodes: &[u32], limit: usize) -> Impact {
    let graph = &world.graph;
    let mut models: Vec<u32> = Vec::new();
    let mut known: Nodes = Nodes::default();
    models.extend(nodes.iter().filter(|node| known.insert(**node)));
    let above = closure::ancestors(graph, &models, &Bounds::default());
    let below = descendants(graph, &models);
    let Cut { chains, at_least, roots } = cut::cut(graph, &models, &above, &below);
    let orphaned = orphaned::orphaned(graph, &models, &known);
    let orphaned_models = orphaned.len() as u64;
    let orphaned = orphaned::describe(world, orphaned, limit);
    Impact {
        models: models.iter().map(|node| world.name(*node).to_owned()).collect(),
        descendants: below.len() as u64,
        by_operation: by_operation(graph, &below),
        by_depth: by_depth(&below),
        downloads: world.total_downloads(below.iter().map(|each| each.node)),
        chains_cut: chains,
        at_least,
        clusters_cut: roots,
        orphaned_models,
        truncated: (orphaned.len() as u64) < orphaned_models,
        orphaned,
        mirrors: None,
    }
}

/// Some nodes, to be asked whether one is among them.
type Nodes = hashbrown::HashSet<u32, foldhash::fast::RandomState>;

/// Finds what was made from some nodes, nearest first; at equal depth in the order of the nodes above and of
/// the graph's rows, so that the same nodes give the same order.
pub fn descendants(graph: &Graph, nodes: &[u32]) -> Vec<Relative> {
    closure::descendants(graph, nodes, &Bounds::default())
}

fn by_operation(graph: &Graph, below: &[Relative]) -> BTreeMap<String, u64> {
    let mut counts = vec![0; graph.operations().len()];
    below.iter().for_each(|each| counts[usize::from(each.operation)] += 1);
    let named = graph.operations().iter().map(ToString::to_string).zip(counts);
    named.filter(|(_, count)| *count > 0).collect()
}

fn by_depth(below: &[Relative]) -> BTreeMap<u32, u64> {
    let levels = below.chunk_by(|one, next| one.depth == next.depth);
    levels.map(|level| (level[0].depth, level.len() as u64)).collect()
}

#[cfg(test)]
mod tests;
