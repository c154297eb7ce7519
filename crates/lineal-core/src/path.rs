//! How are two models related?
//!
//! Through what both were made from: a path climbs from one model to a common ancestor and goes down to the
//! other. Either half can be empty, where one model is an ancestor of the other. On a cycle a relation may
//! be read both ways; there a path climbs as far as it can, and counts once.

mod ancestry;
mod shortest;

use crate::{
    atlas::{Atlas, Relation},
    date::SnapshotDate,
};
use ancestry::Ancestry;
use schemars::JsonSchema;
use serde::Serialize;

/// How two models are related.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Paths {
    pub from: String,
    pub to: String,
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    /// The common ancestors from which no nearer common ancestor was made, by the sum of both distances, then
    /// by name; at most [`MOST_NEAREST`]. A model is taken for an ancestor of itself here, and of common
    /// ancestors on one cycle none is nearer than another.
    pub nearest: Vec<Common>,
    /// How many common ancestors there are in all.
    pub common: u64,
    /// Shortest first, then by the names along them.
    pub paths: Vec<Path>,
    /// Whether there are more paths, or common ancestors, than are listed.
    pub truncated: bool,
}

/// How many nearest common ancestors are listed; a merge of real models has some dozens of bases.
pub const MOST_NEAREST: usize = 1_000;

/// How many relations and models may be looked at to find paths; a few hundredths of a second.
pub const MOST_LOOKS: usize = 5_000_000;

/// A common ancestor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Common {
    pub id: String,
    pub missing: bool,
    /// The fewest relations from it to the first model.
    pub from_depth: u32,
    /// The fewest relations from it to the second model.
    pub to_depth: u32,
}

/// A way from one model to the other that visits no model twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Path {
    /// The common ancestor that it climbs to.
    pub through: String,
    /// From the first model to the second.
    pub models: Vec<String>,
    /// The relations between neighbours of `models`.
    pub relations: Vec<Relation>,
}

/// Finds how two nodes are related, by at most `limit` shortest paths.
///
/// The work is bounded by [`MOST_LOOKS`]: where ancestors are so many that it does not suffice, the
/// paths found until then are the shortest, and the answer says that there are more.
pub fn paths(atlas: &Atlas, from: u32, to: u32, limit: usize) -> Paths {
    let world = &atlas.world;
    let ancestry = Ancestry::new(world, from, to);
    let mut nearest = ancestry.nearest(&world.graph);
    let more_nearest = nearest.len() > MOST_NEAREST;
    nearest.truncate(MOST_NEAREST);
    let shortest = shortest::shortest(&ancestry, limit, MOST_LOOKS);
    Paths {
        from: world.name(from).to_owned(),
        to: world.name(to).to_owned(),
        snapshot: world.snapshot,
        nearest: nearest.into_iter().map(|common| describe_common(atlas, &ancestry, common)).collect(),
        common: ancestry.common().count() as u64,
        paths: shortest.paths.iter().map(|path| describe_path(atlas, &ancestry, path)).collect(),
        truncated: shortest.more || more_nearest,
    }
}

fn describe_common(atlas: &Atlas, ancestry: &Ancestry, common: ancestry::Common) -> Common {
    let node = ancestry.node(common.place);
    Common {
        id: atlas.world.name(node).to_owned(),
        missing: atlas.world.graph.is_missing(node),
        from_depth: common.from_depth,
        to_depth: common.to_depth,
    }
}

fn describe_path(atlas: &Atlas, ancestry: &Ancestry, path: &[u32]) -> Path {
    let name = |place: u32| atlas.world.name(ancestry.node(place)).to_owned();
    let climb = ancestry.climb(path);
    let relation = |(at, pair): (usize, &[u32])| {
        let (base, derived) = if at < climb { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
        relation(atlas, ancestry.node(base), ancestry.node(derived))
    };
    Path {
        through: name(path[climb]),
        models: path.iter().map(|place| name(*place)).collect(),
        relations: path.windows(2).enumerate().filter_map(relation).collect(),
    }
}

fn relation(atlas: &Atlas, base: u32, derived: u32) -> Option<Relation> {
    let graph = &atlas.world.graph;
    let at = graph.bases(derived).iter().position(|each| *each == base)?;
    Some(atlas.relation(derived, graph.base_relations(derived).start + at))
}

#[cfg(test)]
mod tests;
