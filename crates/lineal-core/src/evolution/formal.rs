//! What happened to chains and clusters in a week, by the study's definitions?
//!
//! A chain is new if all its models were added, and deleted if all were deleted. A cluster is new
//! if a chain in it is, and deleted if all its models were, the root included. A base is whoever
//! a listed model declares. A deleted base affects the models derived from it directly, and all
//! its descendants downstream; a chain is disrupted if a deleted model has another after it on
//! the chain, a cluster if a base in it, be it the root, was deleted.

use super::{EvolutionError, Found, Impact, Marks, taken::too_many_shapes, whole};
use crate::{
    big::BigCount,
    chains::{lengths::TooManyShapes, steps::Steps, within},
    clusters::Cluster,
    graph::Graph,
    world::World,
};

/// One of the two snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub world: &'a World,
    pub steps: &'a Steps,
    pub clusters: &'a [Cluster],
}

/// Counts what a week did.
///
/// # Errors
/// When the counts of chains would not fit in the memory set aside for them.
pub fn week(before: Side, after: Side, marks: &Marks) -> Result<Found, EvolutionError> {
    let (earlier, later) = (&before.world.graph, &after.world.graph);
    let new = within::within(later, after.steps, &marks.added);
    let new = new.map_err(|error| too_many_shapes(after.world, error))?;
    let broken = |error| too_many_shapes(before.world, error);
    let gone = within::within(earlier, before.steps, &marks.deleted).map_err(broken)?;
    Ok(Found {
        added_bases: bases(later, &marks.added).count() as u64,
        deleted_bases: bases(earlier, &marks.deleted).count() as u64,
        in_new_chains: new.models,
        new_chains: new.chains,
        new_clusters: new.roots,
        wholly_new_clusters: whole_clusters(later, after.clusters, &marks.added),
        deleted_chains: gone.chains,
        deleted_clusters: whole_clusters(earlier, before.clusters, &marks.deleted),
        impact: impact(before, marks).map_err(broken)?,
    })
}

/// The marked models that a listed model declares as its base.
fn bases<'a>(graph: &'a Graph, marks: &'a [bool]) -> impl Iterator<Item = u32> + 'a {
    (0..graph.models()).filter(|node| marks[*node as usize] && graph.is_base(*node))
}

/// Counts the clusters all of whose models are marked, the root too.
pub fn whole_clusters(graph: &Graph, clusters: &[Cluster], marks: &[bool]) -> u64 {
    let others = whole::above_unmarked(graph, marks);
    let whole = clusters.iter().map(|cluster| cluster.root as usize);
    whole.filter(|root| marks[*root] && !others[*root]).count() as u64
}

fn impact(before: Side, marks: &Marks) -> Result<Impact<u64, BigCount>, TooManyShapes> {
    let graph = &before.world.graph;
    let survives = |node: &u32| !marks.deleted[*node as usize];
    let is_affected = |node: &u32| graph.bases(*node).iter().any(|base| !survives(base));
    let affected: Vec<u32> = (0..graph.models()).filter(is_affected).collect();
    let downstream = whole::below(graph, (0..graph.models()).filter(|node| !survives(node)));
    let deleted: Vec<u32> = bases(graph, &marks.deleted).collect();
    let above = whole::above(graph, deleted.iter().copied());
    let is_disrupted = |cluster: &&Cluster| {
        let root = cluster.root as usize;
        above[root] || marks.deleted[root]
    };
    let (clusters, size) = super::count_and_size(before.clusters.iter().filter(is_disrupted));
    Ok(Impact {
        deleted_bases: deleted.len() as u64,
        affected_derived: affected.len() as u64,
        affected_derived_surviving: affected.iter().filter(|node| survives(node)).count() as u64,
        disrupted_chains: within::through(before.steps, &marks.deleted)?,
        disrupted_clusters: clusters,
        disrupted_cluster_mean_size: size,
        affected_downstream: downstream.len() as u64,
        affected_downstream_surviving: downstream.iter().filter(|node| survives(node)).count() as u64,
    })
}
