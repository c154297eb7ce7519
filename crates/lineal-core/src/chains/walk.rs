//! Which chains start at a root? One by one, without counting them first.

use crate::graph::Graph;
use std::ops::ControlFlow;

/// Walks the chains of some roots; remembers what is on the way from one to the next.
pub struct Walk<'a> {
    graph: &'a Graph,
    on_way: Vec<bool>,
}

impl<'a> Walk<'a> {
    pub fn new(graph: &'a Graph) -> Walk<'a> {
        Walk { graph, on_way: vec![false; graph.nodes() as usize] }
    }

    /// Shows `visit` every maximal simple path from a root until it breaks off.
    ///
    /// Needs memory for one chain only. Every path that can be begun ends in a chain, so the
    /// next one is never far.
    pub fn each<B>(&mut self, root: u32, mut visit: impl FnMut(&[u32]) -> ControlFlow<B>) -> ControlFlow<B> {
        // Of each model on the way: the next derived model to try, and whether any was free.
        let mut chain = vec![root];
        let mut tried = vec![(0usize, false)];
        self.on_way[root as usize] = true;
        let mut outcome = ControlFlow::Continue(());
        while let (Some(node), Some((at, extended))) = (chain.last().copied(), tried.last_mut()) {
            match self.graph.derived(node).get(*at).copied() {
                Some(derived) => {
                    *at += 1;
                    if !self.on_way[derived as usize] && outcome.is_continue() {
                        *extended = true;
                        self.on_way[derived as usize] = true;
                        chain.push(derived);
                        tried.push((0, false));
                    }
                }
                None => {
                    if !*extended && chain.len() > 1 && outcome.is_continue() {
                        outcome = visit(&chain);
                    }
                    self.on_way[node as usize] = false;
                    chain.pop();
                    tried.pop();
                }
            }
        }
        outcome
    }
}
