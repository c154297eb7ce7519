//! Which models have the most bases, and which the most derived models? (study, table 3)

use crate::world::World;
use serde::Serialize;
use std::cmp::Reverse;

/// A model with how many different listed models are on the other end of its relations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Degree {
    pub model: String,
    pub degree: u64,
    pub task: Option<String>,
}

/// Finds the models with the most listed bases, most first, ties by name.
pub fn top_in_degree(world: &World, limit: usize) -> Vec<Degree> {
    top(world, limit, |node| world.graph.in_degree(node))
}

/// Finds the models with the most derived models, most first, ties by name.
pub fn top_out_degree(world: &World, limit: usize) -> Vec<Degree> {
    top(world, limit, |node| world.graph.derived(node).len())
}

fn top(world: &World, limit: usize, degree: impl Fn(u32) -> usize) -> Vec<Degree> {
    let nodes = (0..world.graph.models()).map(|node| (degree(node), node));
    let mut ranked: Vec<(usize, u32)> = nodes.filter(|(degree, _)| *degree > 0).collect();
    // Most degrees are 1: names are compared only of those that can be among the first.
    if limit < ranked.len() {
        let (_, (least, _), _) = ranked.select_nth_unstable_by_key(limit, |(degree, _)| Reverse(*degree));
        let least = *least;
        ranked.retain(|(degree, _)| *degree >= least);
    }
    ranked.sort_unstable_by_key(|(degree, node)| (Reverse(*degree), world.name(*node)));
    let first = ranked.into_iter().take(limit).map(|(degree, node)| Degree {
        model: world.name(node).to_owned(),
        degree: degree as u64,
        task: world.task(node).map(str::to_owned),
    });
    first.collect()
}
