//! Which models would be left without any present base?

use super::{Nodes, Orphaned};
use crate::{closure::Counter, graph::Graph, world::World};
use std::cmp::Reverse;

/// How many relations may be looked at to count what was made from the listed models; a few hundredths of a
/// second. The largest family of the Hub takes a part of it.
const MOST_LOOKS: usize = 5_000_000;

/// A model whose present bases are all among those asked for.
pub struct Orphan {
    node: u32,
    /// The operation of its first relation to one of them.
    operation: u8,
}

/// Finds the models derived directly from some nodes that have no other present base, in the graph's order.
pub fn orphaned(graph: &Graph, nodes: &[u32], known: &Nodes) -> Vec<Orphan> {
    let mut found = Vec::new();
    let mut seen = Nodes::default();
    for node in nodes {
        for (derived, operation) in graph.derived(*node).iter().zip(graph.derived_operations(*node)) {
            if known.contains(derived) {
                continue;
            }
            if !graph.has_several_bases(*derived) {
                found.push(Orphan { node: *derived, operation: *operation });
            } else if seen.insert(*derived) {
                let falls =
                    graph.bases(*derived).iter().all(|base| known.contains(base) || graph.is_missing(*base));
                let first = graph.bases(*derived).iter().position(|base| known.contains(base));
                let operation = first.map_or(*operation, |at| graph.base_operations(*derived)[at]);
                found.extend(falls.then_some(Orphan { node: *derived, operation }));
            }
        }
    }
    found
}

/// Describes the most downloaded of them, as many as the limit and the work set aside for counting allow.
pub fn describe(world: &World, orphans: Vec<Orphan>, limit: usize) -> Vec<Orphaned> {
    // `None` is less than any number, so it comes last.
    let downloads = |orphan: Orphan| (Reverse(world.downloads(orphan.node)), orphan);
    let mut orphans: Vec<(Reverse<Option<u64>>, Orphan)> = orphans.into_iter().map(downloads).collect();
    if limit < orphans.len() {
        // Names are read only of those that the limit may keep.
        let (_, (last, _), _) = orphans.select_nth_unstable_by_key(limit, |(downloads, _)| *downloads);
        let last = *last;
        orphans.retain(|(downloads, _)| *downloads <= last);
    }
    orphans.sort_by_cached_key(|(downloads, orphan)| (*downloads, world.name(orphan.node)));
    let mut counter = Counter::new(&world.graph, MOST_LOOKS);
    let described = orphans.into_iter().take(limit).map_while(|(Reverse(downloads), orphan)| {
        Some(Orphaned {
            id: world.name(orphan.node).to_owned(),
            operation: world.graph.operations()[usize::from(orphan.operation)].to_string(),
            downloads,
            descendants: counter.descendants(orphan.node)?,
        })
    });
    described.collect()
}
