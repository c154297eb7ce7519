//! What happened to chains and clusters in a week, as the study's scripts count it?
//!
//! Reproduced to the letter, oddities included. A chain or cluster is new if its root was added,
//! be the rest of it old. An added base is an added root; a deleted base is a deleted model
//! that is the only base of some row, itself not excepted. Only rows with one base are affected,
//! and those deleted in the same week are among them. A chain is disrupted if a deleted model
//! stands before its end. A cluster is deleted if all its members were, its root left out, and
//! disrupted if a member other than its root is a deleted base.

use super::{EvolutionError, Found, Impact, Marks, formal, taken::too_many_paths, whole};
use crate::{
    big::BigCount,
    chains::study::{self, TooManyPaths, Walk},
    clusters::Cluster,
    graph::Graph,
    world::World,
};
use std::ops::ControlFlow;

/// One of the two snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub world: &'a World,
    pub clusters: &'a [Cluster],
}

/// Counts what a week did.
///
/// # Errors
/// When the scripts would have to hold too many paths.
pub fn week(before: Side, after: Side, marks: &Marks) -> Result<Found, EvolutionError> {
    let (earlier, later) = (&before.world.graph, &after.world.graph);
    let new = new_chains(later, &marks.added).map_err(|error| too_many_paths(after.world, error))?;
    let is_deleted = |node: u32| marks.deleted[node as usize];
    let deleted_bases: Vec<u32> =
        (0..earlier.models()).filter(|node| is_deleted(*node) && is_only_base(earlier, *node)).collect();
    let (deleted_chains, disrupted_chains, downstream) =
        broken_chains(earlier, &marks.deleted).map_err(|error| too_many_paths(before.world, error))?;
    let others = whole::above_unmarked(earlier, &marks.deleted);
    let deleted_clusters = before.clusters.iter().filter(|cluster| !others[cluster.root as usize]).count();
    let rows = (0..earlier.models()).filter(|node| only_base(earlier, *node).is_some_and(is_deleted));
    let affected: Vec<u32> = rows.collect();
    let above = whole::above(earlier, deleted_bases.iter().copied());
    let disrupted = before.clusters.iter().filter(|cluster| above[cluster.root as usize]);
    let (disrupted_clusters, size) = super::count_and_size(disrupted);
    let surviving = |nodes: &[u32]| nodes.iter().filter(|node| !is_deleted(**node)).count() as u64;
    Ok(Found {
        added_bases: new.roots,
        deleted_bases: deleted_bases.len() as u64,
        in_new_chains: new.models,
        new_chains: new.chains.into(),
        new_clusters: new.roots,
        wholly_new_clusters: formal::whole_clusters(later, after.clusters, &marks.added),
        deleted_chains: deleted_chains.into(),
        deleted_clusters: deleted_clusters as u64,
        impact: Impact {
            deleted_bases: deleted_bases.len() as u64,
            affected_derived: affected.len() as u64,
            affected_derived_surviving: surviving(&affected),
            disrupted_chains: disrupted_chains.into(),
            disrupted_clusters,
            disrupted_cluster_mean_size: size,
            affected_downstream: downstream.len() as u64,
            affected_downstream_surviving: surviving(&downstream),
        },
    })
}

/// The base of a model that declares just one, which may be itself.
fn only_base(graph: &Graph, node: u32) -> Option<u32> {
    match (graph.bases(node), graph.is_self_based(node)) {
        ([base], false) => Some(*base),
        ([], true) => Some(node),
        _ => None,
    }
}

/// Whether a model is the only base of another, or of itself.
fn is_only_base(graph: &Graph, node: u32) -> bool {
    only_base(graph, node) == Some(node)
        || graph.derived(node).iter().any(|derived| only_base(graph, *derived) == Some(node))
}

struct New {
    roots: u64,
    chains: u64,
    /// Added models on those chains, each once.
    models: u64,
}

/// Walks the chains of the added roots.
fn new_chains(graph: &Graph, added: &[bool]) -> Result<New, TooManyPaths> {
    let mut walk = Walk::new(graph);
    let mut is_on_chain = vec![false; added.len()];
    let mut new = New { roots: 0, chains: 0, models: 0 };
    for root in study::roots(graph).into_iter().filter(|root| added[*root as usize]) {
        new.roots += 1;
        let all = walk.each(root, |chain| {
            new.chains += 1;
            chain.iter().for_each(|node| is_on_chain[*node as usize] = true);
            ControlFlow::<()>::Continue(())
        })?;
        debug_assert!(all.is_continue());
    }
    new.models =
        is_on_chain.iter().zip(added).filter(|(on_chain, added)| **on_chain && **added).count() as u64;
    Ok(new)
}

/// Counts the chains that were deleted whole and those that were disrupted, and finds the models
/// after a deleted one.
fn broken_chains(graph: &Graph, deleted: &[bool]) -> Result<(u64, u64, Vec<u32>), TooManyPaths> {
    // A chain without a deleted model is neither, and most roots have no other.
    let gone = (0..graph.models()).filter(|node| deleted[*node as usize]);
    let above = whole::above(graph, gone);
    let mut walk = Walk::new(graph);
    let (mut whole, mut disrupted) = (0, 0);
    let mut is_after = vec![false; deleted.len()];
    for root in study::roots(graph) {
        if !deleted[root as usize] && !above[root as usize] {
            continue;
        }
        let all = walk.each(root, |chain| {
            let is_deleted = |node: &u32| deleted[*node as usize];
            whole += u64::from(chain.iter().all(is_deleted));
            let first = chain[..chain.len() - 1].iter().position(is_deleted);
            if let Some(first) = first {
                disrupted += 1;
                chain[first + 1..].iter().for_each(|node| is_after[*node as usize] = true);
            }
            ControlFlow::<()>::Continue(())
        })?;
        debug_assert!(all.is_continue());
    }
    let after = (0..).zip(is_after).filter(|(_, is_after)| *is_after).map(|(node, _)| node).collect();
    Ok((whole, disrupted, after))
}

/// Counts all chains that the scripts find.
///
/// # Errors
/// When the scripts would have to hold too many paths.
pub fn all_chains(graph: &Graph) -> Result<BigCount, TooManyPaths> {
    let mut walk = Walk::new(graph);
    let mut chains = 0u64;
    for root in study::roots(graph) {
        let all = walk.each(root, |_| {
            chains += 1;
            ControlFlow::<()>::Continue(())
        })?;
        debug_assert!(all.is_continue());
    }
    Ok(chains.into())
}
