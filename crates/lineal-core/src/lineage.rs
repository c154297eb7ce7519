//! What is a model made from, and what was made from it?
//!
//! A walk goes from a model up to its ancestors, down to its descendants, or both, nearest first. It is
//! numbers only; [`describe`] puts words to them.

use crate::{
    atlas::{Atlas, Relation},
    closure::{self, Bounds, Relative},
    date::SnapshotDate,
    graph::Graph,
    operation::Operation,
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Ordering;

/// Which way to go, and how far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub up: bool,
    pub down: bool,
    /// The most relations between the model and another; `None` is no limit.
    pub depth: Option<u32>,
    /// Only relations by these operations are followed; empty is all.
    pub operations: Vec<Operation>,
    /// The most nodes of a walk, the nearest ones; the model counts, and is always there.
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

impl Side {
    /// Whether two nodes stand on the same side of the model, so that a relation between them is part of
    /// the model's lineage.
    fn meets(self, other: Side) -> bool {
        !matches!((self, other), (Side::Ancestor, Side::Descendant) | (Side::Descendant, Side::Ancestor))
    }
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
    /// The model, then what was reached: ancestors, then descendants, then what is both; each nearest
    /// first, then by name.
    pub nodes: Vec<Reached>,
    /// All relations followed between them, by the place of the derived model among the nodes, then the base's.
    pub relations: Vec<Passed>,
    /// How many nodes there are in all as far as options allow, apart from the limit.
    pub found: usize,
    /// How many of those are ancestors; what is both counts here and below.
    pub ancestors: usize,
    pub descendants: usize,
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
///
/// Of more nodes than the limit, the nearest are kept; of equally near ones first ancestors, then
/// descendants, then what is both, each by name. A relation is followed if both of its ends are the model
/// and its ancestors, or the model and its descendants: what was made from an ancestor, but not from
/// the model, stays out.
pub fn walk(world: &World, node: u32, options: &Options) -> Walk {
    let graph = &world.graph;
    let bounds = Bounds::new(graph, options.depth, &options.operations);
    let above = if options.up { closure::ancestors(graph, &[node], &bounds) } else { Vec::new() };
    let below = if options.down { closure::descendants(graph, &[node], &bounds) } else { Vec::new() };
    let (ancestors, descendants) = (above.len(), below.len());
    let mut nodes = unite(node, above, below);
    let found = nodes.len();
    keep_nearest(world, &mut nodes, options.limit.max(1));
    sort(world, &mut nodes);
    let relations = relations(graph, &nodes, &bounds);
    Walk { model: node, nodes, relations, found, ancestors, descendants }
}

/// Puts both directions together, each node once.
fn unite(model: u32, above: Vec<Relative>, below: Vec<Relative>) -> Vec<Reached> {
    let mut nodes = vec![Reached { node: model, depth: 0, side: Side::Itself }];
    let reached = |side| move |each: &Relative| Reached { node: each.node, depth: each.depth, side };
    nodes.extend(above.iter().map(reached(Side::Ancestor)));
    let ancestors: HashMap<u32, usize, RandomState> =
        above.iter().zip(1..).map(|(each, place)| (each.node, place)).collect();
    for each in &below {
        match ancestors.get(&each.node) {
            Some(place) => {
                let both = &mut nodes[*place];
                both.side = Side::Both;
                both.depth = both.depth.min(each.depth);
            }
            None => nodes.push(reached(Side::Descendant)(each)),
        }
    }
    nodes
}

/// Drops what is farthest. Names are read only of those among which the limit falls.
fn keep_nearest(world: &World, nodes: &mut Vec<Reached>, limit: usize) {
    let nearness = |each: &Reached| (each.depth, each.side);
    nodes.sort_by_key(nearness);
    let Some(first_over) = nodes.get(limit).map(nearness) else { return };
    let start = nodes.partition_point(|each| nearness(each) < first_over);
    let end = nodes.partition_point(|each| nearness(each) <= first_over);
    let mut named = with_names(world, &nodes[start..end]);
    named.select_nth_unstable_by(limit - start, |one, other| by_name(world, one, other));
    nodes.truncate(start);
    nodes.extend(named.into_iter().take(limit - start).map(|(_, each)| each));
}

/// Sorts by side, then nearest first, then by name.
fn sort(world: &World, nodes: &mut [Reached]) {
    nodes.sort_by_key(|each| (each.side, each.depth));
    for level in nodes.chunk_by_mut(|one, next| (one.side, one.depth) == (next.side, next.depth)) {
        let mut named = with_names(world, level);
        named.sort_unstable_by(|one, other| by_name(world, one, other));
        level.iter_mut().zip(named).for_each(|(place, (_, each))| *place = each);
    }
}

/// Puts the first bytes of each node's name beside it: most names differ in those, and names lie all over
/// memory.
fn with_names(world: &World, nodes: &[Reached]) -> Vec<(u128, Reached)> {
    let begins = |node: u32| {
        let name = world.name(node).as_bytes();
        let mut begins = [0; 16];
        let length = name.len().min(begins.len());
        begins[..length].copy_from_slice(&name[..length]);
        u128::from_be_bytes(begins)
    };
    nodes.iter().map(|each| (begins(each.node), *each)).collect()
}

fn by_name(world: &World, one: &(u128, Reached), other: &(u128, Reached)) -> Ordering {
    one.0.cmp(&other.0).then_with(|| world.name(one.1.node).cmp(world.name(other.1.node)))
}

/// Finds the relations among the model and its ancestors, and among the model and its descendants.
fn relations(graph: &Graph, nodes: &[Reached], bounds: &Bounds) -> Vec<Passed> {
    let places: HashMap<u32, usize, RandomState> =
        nodes.iter().enumerate().map(|(place, each)| (each.node, place)).collect();
    let mut relations = Vec::new();
    let mut of_one: Vec<(usize, Passed)> = Vec::new();
    for derived in nodes {
        let row = graph.bases(derived.node).iter().zip(graph.base_operations(derived.node));
        for ((base, operation), relation) in row.zip(graph.base_relations(derived.node)) {
            let Some(place) = places.get(base).copied() else { continue };
            if bounds.follow(*operation) && derived.side.meets(nodes[place].side) {
                let (base, operation, relation) = (*base, *operation, relation as u32);
                of_one.push((place, Passed { base, derived: derived.node, operation, relation }));
            }
        }
        of_one.sort_by_key(|(place, _)| *place);
        relations.extend(of_one.drain(..).map(|(_, passed)| passed));
    }
    relations
}

/// Puts words to a walk.
pub fn describe(atlas: &Atlas, walk: &Walk) -> Lineage {
    let world = &atlas.world;
    let node = |each: &Reached| Node {
        id: world.name(each.node).to_owned(),
        missing: world.graph.is_missing(each.node),
        downloads: world.downloads(each.node),
        task: world.task(each.node).map(str::to_owned),
        license: atlas.profiles.license(each.node).map(str::to_owned),
        depth: each.depth,
        side: each.side,
    };
    let relation = |passed: &Passed| atlas.relation(passed.derived, passed.relation as usize);
    Lineage {
        model: world.name(walk.model).to_owned(),
        snapshot: world.snapshot,
        nodes: walk.nodes.iter().map(node).collect(),
        relations: walk.relations.iter().map(relation).collect(),
        truncated: walk.is_truncated(),
    }
}

#[cfg(test)]
mod tests;
