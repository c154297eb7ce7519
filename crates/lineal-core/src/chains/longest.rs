//! Which is the longest chain of each root?

use super::steps::Steps;
use crate::{graph::Graph, world::World};
use std::cmp::Reverse;

/// Finds the longest chain of each root, longest first; of equally long ones the first by the
/// names along it.
pub fn of_each_root(world: &World, steps: &Steps) -> Vec<Vec<u32>> {
    let graph = &world.graph;
    let mut models = vec![0u32; steps.len()];
    for step in 0..steps.len() {
        let followed =
            steps.next(step).iter().map(|next| models[*next as usize]).filter(|models| *models > 0);
        let with_leaf = (steps.leaves(step) != [0; 4]).then_some(2);
        let ended = steps.is_end(step).then_some(1);
        models[step] = followed.map(|models| models + 1).chain(with_leaf).chain(ended).max().unwrap_or(0);
    }
    let first = |nodes: &mut dyn Iterator<Item = u32>| nodes.min_by_key(|node| world.name(*node));
    let chain = |root: u32| {
        let mut chain = vec![steps.nodes[root as usize]];
        let mut step = root as usize;
        while models[step] > 1 {
            let longest = steps.next(step).iter().filter(|next| models[**next as usize] + 1 == models[step]);
            let next = longest.min_by_key(|next| world.name(steps.nodes[**next as usize])).copied();
            let derived = graph.derived(steps.nodes[step]).iter().copied();
            let leaf = match models[step] {
                2 => first(&mut derived.filter(|node| !graph.is_base(*node))),
                _ => None,
            };
            let node = next.map(|next| steps.nodes[next as usize]);
            let Some(chosen) = first(&mut node.into_iter().chain(leaf)) else { break };
            chain.push(chosen);
            match next.filter(|_| node == Some(chosen)) {
                Some(next) => step = next as usize,
                None => break,
            }
        }
        chain
    };
    let whole = steps.roots.iter().filter(|root| models[**root as usize] > 1);
    let mut chains: Vec<Vec<u32>> = whole.map(|root| chain(*root)).collect();
    // A root has one chain here, so its name decides.
    chains.sort_by_cached_key(|chain| (Reverse(chain.len()), world.name(chain[0]).to_owned()));
    chains
}

/// The groups of the operations along a chain.
pub fn groups<'a>(graph: &'a Graph, chain: &'a [u32]) -> impl Iterator<Item = crate::operation::Group> + 'a {
    chain.windows(2).filter_map(|pair| {
        let at = graph.bases(pair[1]).iter().position(|base| *base == pair[0])?;
        let code = graph.base_operations(pair[1])[at];
        Some(graph.operations()[usize::from(code)].group())
    })
}
