//! How much stands on each model?

use crate::graph::Graph;
use rayon::prelude::*;

/// Counts the descendants of every node, itself left out even if it is on a cycle.
///
/// Where everything below a model has one base only, its count is the sum of its derived
/// models' counts. What remains is a few knots, and only their small graph is walked.
pub fn descendant_counts(graph: &Graph) -> Vec<u32> {
    let mut counts = trees(graph);
    let knots = Knots::new(graph, &counts);
    let found: Vec<(u32, u32)> = (0..knots.nodes.len() as u32)
        .into_par_iter()
        .filter(|knot| counts[knots.nodes[*knot as usize] as usize] == NO_TREE)
        .map_init(
            || (vec![u32::MAX; knots.nodes.len()], Vec::new()),
            |(seen_for, waiting), knot| {
                (knots.nodes[knot as usize], knots.descendants(knot, seen_for, waiting))
            },
        )
        .collect();
    for (node, count) in found {
        counts[node as usize] = count;
    }
    counts
}

const NO_TREE: u32 = u32::MAX;

/// The number of descendants of each node below which every model has one base.
fn trees(graph: &Graph) -> Vec<u32> {
    let mut counts = vec![0; graph.nodes() as usize];
    // How many derived models are not finished yet; a node on a cycle never is.
    let mut waiting: Vec<u32> = (0..graph.nodes()).map(|node| graph.derived(node).len() as u32).collect();
    let leaves = (0..graph.nodes()).filter(|node| !graph.is_base(*node) && !graph.bases(*node).is_empty());
    let mut finished: Vec<u32> = leaves.collect();
    while let Some(node) = finished.pop() {
        let bases = graph.bases(node);
        let count = counts[node as usize];
        for base in bases {
            let sum = &mut counts[*base as usize];
            let one_base = bases.len() == 1 && count != NO_TREE && *sum != NO_TREE;
            *sum = if one_base { *sum + count + 1 } else { NO_TREE };
            waiting[*base as usize] -= 1;
            if waiting[*base as usize] == 0 {
                finished.push(*base);
            }
        }
    }
    for (count, waiting) in counts.iter_mut().zip(waiting) {
        if waiting > 0 {
            *count = NO_TREE;
        }
    }
    counts
}

/// The models that have several bases, or below which some model has: the graph without its
/// trees, whose models are counted where they hang.
struct Knots {
    nodes: Vec<u32>,
    /// How many models hang below each knot in trees.
    hanging: Vec<u32>,
    /// The knots derived from each knot are `derived[starts[k]..starts[k + 1]]`.
    starts: Vec<u32>,
    derived: Vec<u32>,
}

impl Knots {
    fn new(graph: &Graph, trees: &[u32]) -> Knots {
        let is_knot = |node: u32| trees[node as usize] == NO_TREE || graph.bases(node).len() > 1;
        let nodes: Vec<u32> = (0..graph.nodes()).filter(|node| is_knot(*node)).collect();
        let mut numbers = vec![u32::MAX; graph.nodes() as usize];
        (0..).zip(&nodes).for_each(|(knot, node)| numbers[*node as usize] = knot);
        let mut knots =
            Knots { hanging: Vec::with_capacity(nodes.len()), starts: vec![0], derived: Vec::new(), nodes };
        for node in &knots.nodes {
            let mut hanging = 0;
            for derived in graph.derived(*node) {
                match numbers[*derived as usize] {
                    u32::MAX => hanging += trees[*derived as usize] + 1,
                    knot => knots.derived.push(knot),
                }
            }
            knots.hanging.push(hanging);
            knots.starts.push(knots.derived.len() as u32);
        }
        knots
    }

    /// Counts the models below a knot; `seen_for` holds the last knot for which each was seen.
    fn descendants(&self, knot: u32, seen_for: &mut [u32], waiting: &mut Vec<u32>) -> u32 {
        let mut count = 0;
        seen_for[knot as usize] = knot;
        waiting.push(knot);
        while let Some(next) = waiting.pop() {
            let next = next as usize;
            count += self.hanging[next];
            for derived in &self.derived[self.starts[next] as usize..self.starts[next + 1] as usize] {
                if std::mem::replace(&mut seen_for[*derived as usize], knot) != knot {
                    count += 1;
                    waiting.push(*derived);
                }
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::world;

    fn check(graph: &str, expected: &str) {
        let world = world(graph);
        let counts = super::descendant_counts(&world.graph);
        let shown: Vec<String> =
            (0..).zip(counts).map(|(node, count)| format!("{} {count}", world.name(node))).collect();
        assert_eq!(shown.join(", "), expected);
    }

    #[test]
    fn a_merge_counts_once_under_whatever_it_was_made_from() {
        check(
            "
            base -finetune-> a
            base -finetune-> b
            a -merge-> m
            b -merge-> m
            m -quantized-> q
            ",
            "base 4, a 2, b 2, m 1, q 0",
        );
    }

    #[test]
    fn models_that_derive_from_one_another_do_not_count_themselves() {
        check(
            "
            base -finetune-> a
            a -finetune-> b
            b -finetune-> a
            b -quantized-> q
            gone? -finetune-> b
            ",
            "base 3, a 2, b 2, q 0, gone 3",
        );
    }
}
