//! Which is the longest chain of each root?

use super::steps::Steps;
use crate::{graph::Graph, world::World};
use std::cmp::Reverse;

/// Finds the longest chain of each root, longest first; of equally long ones the first by the
/// names along it.
pub fn of_each_root(world: &World, steps: &Steps) -> Vec<Vec<u32>> {
    let mut models = vec![0u32; steps.len()];
    for step in 0..steps.len() {
        let longest = steps.next(step).iter().map(|next| models[*next as usize]).max();
        models[step] = match longest {
            Some(0) => 0,
            Some(longest) => longest + 1,
            None => u32::from(steps.is_end(step)),
        };
    }
    let chain = |root: u32| {
        let mut chain = vec![steps.nodes[root as usize]];
        let mut step = root as usize;
        while models[step] > 1 {
            let longest = steps.next(step).iter().filter(|next| models[**next as usize] + 1 == models[step]);
            let first = longest.min_by_key(|next| world.name(steps.nodes[**next as usize]));
            let Some(next) = first else { break };
            step = *next as usize;
            chain.push(steps.nodes[step]);
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
