//! Which models did the study draw its sample from?
//!
//! The tenth of the models for text generation that was downloaded most, rounded down. The study took
//! 378 of them by hand; measured here, all are. Of models with the same downloads at the
//! edge, those that are listed first are in: the study's own choice there was its sort's.

use crate::world::World;
use std::cmp::Reverse;

/// The study's task.
const TASK: &str = "text-generation";

/// The models that the study's sample was drawn from, in one snapshot.
#[derive(Debug)]
pub struct Frame {
    /// In order.
    nodes: Vec<u32>,
}

impl Frame {
    pub fn of(world: &World) -> Frame {
        let models = 0..world.graph.models();
        let mut nodes: Vec<u32> = models.filter(|node| world.task(*node) == Some(TASK)).collect();
        // Unknown downloads come last, as they do in the study's sort.
        nodes.sort_by_key(|node| (Reverse(world.downloads(*node)), *node));
        nodes.truncate(nodes.len() / 10);
        nodes.sort_unstable();
        Frame { nodes }
    }

    pub fn models(&self) -> usize {
        self.nodes.len()
    }

    pub fn has(&self, node: u32) -> bool {
        self.nodes.binary_search(&node).is_ok()
    }
}
