//! How much stands on each model?
//!
//! A model's descendants are counted, or what each of them weighs is added up, such as its downloads; the
//! model itself is left out even if it is on a cycle.

use crate::graph::Graph;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// What can be added up over descendants, in any order.
pub trait Weight: Copy + Default + Send + Sync {
    /// Adds two weights; a sum too large for its type is the largest one there is.
    fn plus(self, other: Self) -> Self;
}

impl Weight for u32 {
    fn plus(self, other: u32) -> u32 {
        self.saturating_add(other)
    }
}

/// How many there are, and their downloads.
impl Weight for (u32, u64) {
    fn plus(self, other: (u32, u64)) -> (u32, u64) {
        (self.0.saturating_add(other.0), self.1.saturating_add(other.1))
    }
}

/// Counts the descendants of every node.
pub fn descendant_counts(graph: &Graph) -> Vec<u32> {
    weigh_descendants(graph, |_| 1)
}

/// Adds up what the descendants of every node weigh.
///
/// Where everything below a model has one base only, its sum is that of its derived models and
/// their sums. What remains is a few knots, and only their small graph is walked.
pub fn weigh_descendants<W: Weight>(graph: &Graph, weight: impl Fn(u32) -> W) -> Vec<W> {
    let bases: Vec<u32> = graph.all_bases().collect();
    let mut sums = vec![W::default(); graph.nodes() as usize];
    let tangled = weigh_trees(graph, &bases, &weight, &mut sums);
    let knots = Knots::new(graph, &tangled, &weight, &sums);
    let found: Vec<W> = (0..tangled.len() as u32)
        .into_par_iter()
        .with_min_len(tangled.len() / (rayon::current_num_threads() * 4) + 1)
        .map_init(
            || (vec![u32::MAX; knots.len()], Vec::new()),
            |(seen_for, waiting), knot| knots.descendants(knot, seen_for, waiting),
        )
        .collect();
    for (node, sum) in tangled.into_iter().zip(found) {
        sums[node as usize] = sum;
    }
    sums
}

/// Adds up below every base where all models have one base, and returns the other bases.
fn weigh_trees<W: Weight>(
    graph: &Graph,
    bases: &[u32],
    weight: impl Fn(u32) -> W,
    sums: &mut [W],
) -> Vec<u32> {
    let mut tangled = vec![false; bases.len()];
    // How many derived bases of each are not finished yet; one on a cycle never is.
    let mut waiting = vec![0u32; bases.len()];
    let mut finished = Vec::new();
    for (at, base) in bases.iter().enumerate() {
        let mut leaves = W::default();
        for derived in graph.derived(*base) {
            tangled[at] |= graph.has_several_bases(*derived);
            match graph.is_base(*derived) {
                true => waiting[at] += 1,
                false => leaves = leaves.plus(weight(*derived)),
            }
        }
        sums[*base as usize] = leaves;
        if waiting[at] == 0 {
            finished.push(at);
        }
    }
    while let Some(at) = finished.pop() {
        // Of a tangled base the sum means nothing; it is replaced.
        let below = sums[bases[at] as usize].plus(weight(bases[at]));
        for above in graph.bases(bases[at]) {
            let Ok(above_at) = bases.binary_search(above) else { continue };
            tangled[above_at] |= tangled[at];
            sums[*above as usize] = sums[*above as usize].plus(below);
            waiting[above_at] -= 1;
            if waiting[above_at] == 0 {
                finished.push(above_at);
            }
        }
    }
    let is_tangled = |at: &usize| tangled[*at] || waiting[*at] > 0;
    (0..bases.len()).filter(is_tangled).map(|at| bases[at]).collect()
}

/// The bases below which some model has several bases or is on a cycle, and those models: the
/// graph without its trees, whose models are weighed where they hang.
struct Knots<W> {
    /// What hangs below each knot in trees.
    hanging: Vec<W>,
    /// The same with the knot itself.
    whole: Vec<W>,
    /// The knots derived from each knot are `derived[starts[k]..starts[k + 1]]`.
    starts: Vec<u32>,
    derived: Vec<u32>,
}

impl<W: Weight> Knots<W> {
    /// The tangled bases come first; `sums` are those below all others.
    fn new(graph: &Graph, tangled: &[u32], weight: impl Fn(u32) -> W, sums: &[W]) -> Knots<W> {
        let mut numbers: HashMap<u32, u32, RandomState> =
            (0..).zip(tangled).map(|(knot, node)| (*node, knot)).collect();
        let mut knots = Knots {
            hanging: vec![W::default(); tangled.len()],
            whole: tangled.iter().map(|node| weight(*node)).collect(),
            starts: vec![0],
            derived: Vec::new(),
        };
        for (knot, node) in tangled.iter().enumerate() {
            for derived in graph.derived(*node) {
                let several = graph.has_several_bases(*derived);
                let known =
                    if several || graph.is_base(*derived) { numbers.get(derived).copied() } else { None };
                let below = sums[*derived as usize];
                match known {
                    Some(known) => knots.derived.push(known),
                    None if several => {
                        // Below it is a tree, but it can be reached in several ways.
                        let new = knots.whole.len() as u32;
                        numbers.insert(*derived, new);
                        knots.whole.push(below.plus(weight(*derived)));
                        knots.derived.push(new);
                    }
                    None => knots.hanging[knot] = knots.hanging[knot].plus(below).plus(weight(*derived)),
                }
            }
            knots.starts.push(knots.derived.len() as u32);
        }
        for (whole, hanging) in knots.whole.iter_mut().zip(&knots.hanging) {
            *whole = whole.plus(*hanging);
        }
        // From the knots found on the way, nothing tangled is derived.
        knots.starts.resize(knots.len() + 1, knots.derived.len() as u32);
        knots
    }

    fn len(&self) -> usize {
        self.whole.len()
    }

    /// Adds up below a tangled base; `seen_for` holds the last knot for which each was seen.
    fn descendants(&self, knot: u32, seen_for: &mut [u32], waiting: &mut Vec<u32>) -> W {
        let mut sum = self.hanging[knot as usize];
        seen_for[knot as usize] = knot;
        waiting.push(knot);
        while let Some(next) = waiting.pop() {
            let next = next as usize;
            for derived in &self.derived[self.starts[next] as usize..self.starts[next + 1] as usize] {
                if std::mem::replace(&mut seen_for[*derived as usize], knot) != knot {
                    sum = sum.plus(self.whole[*derived as usize]);
                    waiting.push(*derived);
                }
            }
        }
        sum
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
    fn a_merge_below_which_there_is_a_tree_hangs_on_both_of_its_bases_once() {
        check(
            "
            root -finetune-> a
            root -finetune-> b
            a -merge-> m
            b -merge-> m
            m -finetune-> x
            x -quantized-> y
            b -adapter-> c
            c -quantized-> d
            ",
            "root 7, a 3, b 5, m 2, x 1, y 0, c 1, d 0",
        );
    }

    proptest::proptest! {
        #[test]
        fn weighing_agrees_with_walking(
            relations in proptest::collection::vec((0..12u8, 0..12u8), 0..40),
            weights in proptest::collection::vec(proptest::prop_oneof![0..99u64, u64::MAX - 99..u64::MAX], 12),
        ) {
            let lines: Vec<String> = (0..12).map(|model| format!("m{model}")).collect();
            let mut known = std::collections::HashSet::new();
            let new = relations.into_iter().filter(|relation| known.insert(*relation));
            let relations = new.map(|(base, derived)| format!("m{base} -merge-> m{derived}"));
            let text = lines.into_iter().chain(relations).collect::<Vec<_>>().join("\n");
            let world = world(&text);
            let walked: Vec<(u32, u64)> = (0..12)
                .map(|node| {
                    let mut seen = std::collections::HashSet::from([node]);
                    let mut waiting = vec![node];
                    while let Some(next) = waiting.pop() {
                        waiting.extend(world.graph.derived(next).iter().filter(|derived| seen.insert(**derived)));
                    }
                    let weights = seen.iter().filter(|seen| **seen != node).map(|seen| weights[*seen as usize]);
                    (seen.len() as u32 - 1, weights.fold(0, u64::saturating_add))
                })
                .collect();
            let weighed = super::weigh_descendants(&world.graph, |node| (1, weights[node as usize]));
            proptest::prop_assert_eq!(&weighed, &walked);
            let counts: Vec<u32> = walked.into_iter().map(|(count, _)| count).collect();
            proptest::prop_assert_eq!(super::descendant_counts(&world.graph), counts);
        }
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
