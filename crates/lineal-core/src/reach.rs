//! How much stands on each model?

use crate::graph::Graph;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// Counts the descendants of every node, itself left out even if it is on a cycle.
///
/// Where everything below a model has one base only, its count is the sum of its derived
/// models' counts. What remains is a few knots, and only their small graph is walked.
pub fn descendant_counts(graph: &Graph) -> Vec<u32> {
    let bases: Vec<u32> = graph.all_bases().collect();
    let mut counts = vec![0; graph.nodes() as usize];
    let tangled = count_trees(graph, &bases, &mut counts);
    let knots = Knots::new(graph, &tangled, &counts);
    let found: Vec<u32> = (0..tangled.len() as u32)
        .into_par_iter()
        .with_min_len(tangled.len() / (rayon::current_num_threads() * 4) + 1)
        .map_init(
            || (vec![u32::MAX; knots.len()], Vec::new()),
            |(seen_for, waiting), knot| knots.descendants(knot, seen_for, waiting),
        )
        .collect();
    for (node, count) in tangled.into_iter().zip(found) {
        counts[node as usize] = count;
    }
    counts
}

/// Counts below every base where all models have one base, and returns the other bases.
fn count_trees(graph: &Graph, bases: &[u32], counts: &mut [u32]) -> Vec<u32> {
    let mut tangled = vec![false; bases.len()];
    // How many derived bases of each are not finished yet; one on a cycle never is.
    let mut waiting = vec![0u32; bases.len()];
    let mut finished = Vec::new();
    for (at, base) in bases.iter().enumerate() {
        let mut leaves = 0;
        for derived in graph.derived(*base) {
            tangled[at] |= graph.has_several_bases(*derived);
            match graph.is_base(*derived) {
                true => waiting[at] += 1,
                false => leaves += 1,
            }
        }
        counts[*base as usize] = leaves;
        if waiting[at] == 0 {
            finished.push(at);
        }
    }
    while let Some(at) = finished.pop() {
        for above in graph.bases(bases[at]) {
            let Ok(above_at) = bases.binary_search(above) else { continue };
            tangled[above_at] |= tangled[at];
            // Of a tangled base the sum means nothing, and may not fit; it is replaced.
            let below = counts[bases[at] as usize].wrapping_add(1);
            counts[*above as usize] = counts[*above as usize].wrapping_add(below);
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
/// graph without its trees, whose models are counted where they hang.
struct Knots {
    /// How many models hang below each knot in trees.
    hanging: Vec<u32>,
    /// The knots derived from each knot are `derived[starts[k]..starts[k + 1]]`.
    starts: Vec<u32>,
    derived: Vec<u32>,
}

impl Knots {
    /// The tangled bases come first; `counts` are those below all others.
    fn new(graph: &Graph, tangled: &[u32], counts: &[u32]) -> Knots {
        let mut numbers: HashMap<u32, u32, RandomState> =
            (0..).zip(tangled).map(|(knot, node)| (*node, knot)).collect();
        let mut knots = Knots { hanging: vec![0; tangled.len()], starts: vec![0], derived: Vec::new() };
        for (knot, node) in tangled.iter().enumerate() {
            for derived in graph.derived(*node) {
                let several = graph.has_several_bases(*derived);
                let known =
                    if several || graph.is_base(*derived) { numbers.get(derived).copied() } else { None };
                match known {
                    Some(known) => knots.derived.push(known),
                    None if several => {
                        // Below it is a tree, but it can be reached in several ways.
                        let new = knots.hanging.len() as u32;
                        numbers.insert(*derived, new);
                        knots.hanging.push(counts[*derived as usize]);
                        knots.derived.push(new);
                    }
                    None => knots.hanging[knot] += counts[*derived as usize] + 1,
                }
            }
            knots.starts.push(knots.derived.len() as u32);
        }
        // From the knots found on the way, nothing tangled is derived.
        knots.starts.resize(knots.len() + 1, knots.derived.len() as u32);
        knots
    }

    fn len(&self) -> usize {
        self.hanging.len()
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
        fn counting_agrees_with_walking(relations in proptest::collection::vec((0..12u8, 0..12u8), 0..40)) {
            let lines: Vec<String> = (0..12).map(|model| format!("m{model}")).collect();
            let mut known = std::collections::HashSet::new();
            let new = relations.into_iter().filter(|relation| known.insert(*relation));
            let relations = new.map(|(base, derived)| format!("m{base} -merge-> m{derived}"));
            let text = lines.into_iter().chain(relations).collect::<Vec<_>>().join("\n");
            let world = world(&text);
            let walked: Vec<u32> = (0..12)
                .map(|node| {
                    let mut seen = std::collections::HashSet::from([node]);
                    let mut waiting = vec![node];
                    while let Some(next) = waiting.pop() {
                        waiting.extend(world.graph.derived(next).iter().filter(|derived| seen.insert(**derived)));
                    }
                    seen.len() as u32 - 1
                })
                .collect();
            proptest::prop_assert_eq!(super::descendant_counts(&world.graph), walked);
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
