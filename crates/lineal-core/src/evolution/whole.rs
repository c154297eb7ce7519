//! What stands above and below some nodes?

use crate::graph::Graph;

/// Marks every node from which one of some nodes can be reached by at least one relation.
pub fn above(graph: &Graph, nodes: impl IntoIterator<Item = u32>) -> Vec<bool> {
    let mut above = vec![false; graph.nodes() as usize];
    let mut waiting: Vec<u32> = nodes.into_iter().collect();
    while let Some(node) = waiting.pop() {
        for base in graph.bases(node) {
            if !std::mem::replace(&mut above[*base as usize], true) {
                waiting.push(*base);
            }
        }
    }
    above
}

/// Marks every node below which there is one without a mark.
pub fn above_unmarked(graph: &Graph, marks: &[bool]) -> Vec<bool> {
    above(graph, (0..graph.nodes()).filter(|node| !marks[*node as usize]))
}

/// Finds every node that can be reached from one of some nodes by at least one relation, in order.
/// One of them is there itself only if it is below another, or on a cycle.
pub fn below(graph: &Graph, nodes: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut below = vec![false; graph.nodes() as usize];
    let mut waiting: Vec<u32> = nodes.into_iter().collect();
    while let Some(node) = waiting.pop() {
        for derived in graph.derived(node) {
            if !std::mem::replace(&mut below[*derived as usize], true) {
                waiting.push(*derived);
            }
        }
    }
    (0..).zip(below).filter(|(_, is_below)| *is_below).map(|(node, _)| node).collect()
}
