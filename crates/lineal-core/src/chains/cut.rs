//! How many chains would be cut if some models were gone?
//!
//! Those that run through at least one of them, be it at their end. Only what is above the models and what
//! is below them is looked at: a chain through a model consists of nothing else.

use super::steps::{self, Steps};
use crate::{
    big::{BigCount, Number},
    closure::Relative,
    components,
    graph::Graph,
};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use num_bigint::BigUint;

/// How many steps cycles may unroll into before chains are counted as "at least": far fewer than for a whole
/// snapshot, as whoever asks about one model waits for the answer.
const MOST_UNROLLED: usize = 1 << 16;

/// How many words of 64 bits the counts may take.
const MOST_WORDS: usize = 1 << 22;

/// The chains through some models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    pub chains: BigCount,
    /// Whether that is a lower bound: cycles have too many paths, or the numbers outgrow their memory.
    pub at_least: bool,
    /// The roots of clusters that hold one of the models, or begin with it.
    pub roots: u64,
}

/// Counts the chains through some nodes, given what is above and below them. Missing bases are on no chain.
pub fn cut(graph: &Graph, nodes: &[u32], above: &[Relative], below: &[Relative]) -> Cut {
    let others = above.iter().chain(below).map(|relative| relative.node);
    let mut bases: Vec<u32> =
        nodes.iter().copied().chain(others).filter(|node| graph.is_base(*node)).collect();
    bases.sort_unstable();
    bases.dedup();
    let roots: Vec<u32> = bases.iter().copied().filter(|node| graph.is_root(*node)).collect();
    if let [node] = nodes
        && components::cycles_among(graph, &bases).is_empty()
    {
        let (below, at_least) = chains_from(graph, *node, below);
        let chains = BigCount(ways_to(graph, *node, above) * below.0);
        return Cut { chains, at_least, roots: roots.len() as u64 };
    }
    let steps = steps::steps_among(graph, &roots, &bases, MOST_UNROLLED);
    let marks = Marks::new(graph, nodes);
    let (chains, is_exact) = count(&steps, &marks, MOST_WORDS);
    Cut { chains, at_least: !is_exact || !steps.is_complete(), roots: roots.len() as u64 }
}

/// Counts the chains that go on from a node if it is reached, as if it were a root.
fn chains_from(graph: &Graph, node: u32, below: &[Relative]) -> (BigCount, bool) {
    if !graph.is_base(node) {
        return (1.into(), false);
    }
    let below = below.iter().map(|relative| relative.node).filter(|node| graph.is_base(*node));
    let mut bases: Vec<u32> = below.chain([node]).collect();
    bases.sort_unstable();
    let steps = steps::steps_among(graph, &[node], &bases, MOST_UNROLLED);
    let (chains, is_exact) = count(&steps, &Marks::new(graph, &[node]), MOST_WORDS);
    (chains, !is_exact)
}

/// Counts the ways that lead from roots to a node above which nothing is on a cycle. Only relations to bases
/// are looked at, which are few where those to derived models are many.
fn ways_to(graph: &Graph, node: u32, above: &[Relative]) -> BigUint {
    let mut ways: HashMap<u32, BigUint, RandomState> =
        HashMap::with_capacity_and_hasher(above.len() + 1, RandomState::default());
    let mut waiting = vec![node];
    while let Some(next) = waiting.last().copied() {
        if ways.contains_key(&next) {
            waiting.pop();
            continue;
        }
        let bases = graph.bases(next);
        let before = waiting.len();
        waiting.extend(bases.iter().filter(|base| !ways.contains_key(*base)));
        if waiting.len() > before {
            continue;
        }
        waiting.pop();
        let sum = match graph.is_missing(next) {
            true => BigUint::ZERO,
            false if graph.is_root(next) => BigUint::from(1u8),
            false => bases.iter().map(|base| &ways[base]).sum(),
        };
        ways.insert(next, sum);
    }
    ways.remove(&node).unwrap_or_default()
}

/// Which models are meant.
struct Marks {
    nodes: HashSet<u32, RandomState>,
    /// How many leaves among the models hang on each base.
    leaves: HashMap<u32, u64, RandomState>,
}

impl Marks {
    fn new(graph: &Graph, nodes: &[u32]) -> Marks {
        let nodes: HashSet<u32, RandomState> = nodes.iter().copied().collect();
        let mut leaves: HashMap<u32, u64, RandomState> = HashMap::default();
        for leaf in nodes.iter().filter(|node| !graph.is_base(**node)) {
            graph.bases(*leaf).iter().for_each(|base| *leaves.entry(*base).or_default() += 1);
        }
        Marks { nodes, leaves }
    }
}

/// Counts the chains through marked models, and says whether that is all of them.
fn count(steps: &Steps, marks: &Marks, room: usize) -> (BigCount, bool) {
    // What was added up beyond what 128 bits hold stays at their largest number.
    let small = add_up::<u128>(steps, marks, usize::MAX, |sum, more| *sum = sum.saturating_add(*more));
    match small.unwrap_or(u128::MAX) {
        u128::MAX => match add_up::<BigUint>(steps, marks, room, |sum, more| *sum += more) {
            Some(chains) => (BigCount(chains), true),
            None => (BigCount(u128::MAX.into()), false),
        },
        chains => (BigCount(chains.into()), true),
    }
}

/// Adds up, from the ends upward, the chains that start at each step and those of them through marked models;
/// returns how many of those start at the roots, or `None` if the numbers do not fit in so many words.
fn add_up<N: Number>(steps: &Steps, marks: &Marks, mut room: usize, add: impl Fn(&mut N, &N)) -> Option<N> {
    let mut all: Vec<N> = Vec::with_capacity(steps.len());
    let mut through: Vec<N> = Vec::with_capacity(steps.len());
    for step in 0..steps.len() {
        let node = steps.nodes[step];
        let leaves: u64 = steps.leaves(step).into_iter().map(u64::from).sum();
        let mut starting = N::small(leaves + u64::from(steps.is_end(step)));
        steps.next(step).iter().for_each(|next| add(&mut starting, &all[*next as usize]));
        let marked = match marks.nodes.contains(&node) {
            true => starting.clone(),
            false => {
                let mut marked = N::small(marks.leaves.get(&node).copied().unwrap_or(0));
                steps.next(step).iter().for_each(|next| add(&mut marked, &through[*next as usize]));
                marked
            }
        };
        room = room.checked_sub(starting.words() + marked.words())?;
        all.push(starting);
        through.push(marked);
    }
    let mut total = N::zero();
    steps.roots.iter().for_each(|root| add(&mut total, &through[*root as usize]));
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chains::walk::Walk,
        closure::{self, Bounds},
        testing::world,
        world::World,
    };
    use proptest::prelude::*;
    use std::ops::ControlFlow;

    fn cut_of(world: &World, nodes: &[u32]) -> Cut {
        let (graph, bounds) = (&world.graph, Bounds::default());
        let above = closure::ancestors(graph, nodes, &bounds);
        let below = closure::descendants(graph, nodes, &bounds);
        cut(graph, nodes, &above, &below)
    }

    fn check(graph: &str, models: &[&str], chains: u64, roots: u64) {
        let world = world(graph);
        let nodes: Vec<u32> = models.iter().map(|name| world.ids.find(name).expect("named")).collect();
        assert_eq!(cut_of(&world, &nodes), Cut { chains: chains.into(), at_least: false, roots });
    }

    const FAMILY: &str = "
        base -finetune-> chat
        base -finetune-> code
        other -merge-> mix
        chat -merge-> mix
        chat -quantized-> small
        mix -quantized-> tiny
        gone? -finetune-> lost
        lost -quantized-> least
        alone
    ";

    #[test]
    fn a_chain_is_cut_wherever_a_model_is_on_it() {
        check(FAMILY, &["base"], 3, 1);
        check(FAMILY, &["mix"], 2, 2);
        check(FAMILY, &["tiny"], 2, 2);
        check(FAMILY, &["small", "tiny", "chat"], 3, 2);
    }

    #[test]
    fn what_no_root_leads_to_cuts_nothing() {
        for model in ["gone", "lost", "least", "alone"] {
            check(FAMILY, &[model], 0, 0);
        }
    }

    /// Merges of merges, so many layers of two.
    fn lattice(layers: usize) -> World {
        let mut graph = String::from("root -merge-> a0\nroot -merge-> b0\n");
        for layer in 1..layers {
            for (from, to) in ["aa", "ab", "ba", "bb"].map(|pair| pair.split_at(1)) {
                graph += &format!("{from}{} -merge-> {to}{layer}\n", layer - 1);
            }
        }
        world(&graph)
    }

    #[test]
    fn counts_beyond_128_bits_are_exact_while_there_is_memory_for_them() {
        let world = lattice(200);
        let middle = world.ids.find("a100").expect("named");
        let chains = BigCount(BigUint::from(2u8).pow(199));
        assert_eq!(cut_of(&world, &[middle]), Cut { chains, at_least: false, roots: 1 });
        let (graph, bases): (_, Vec<u32>) = (&world.graph, world.graph.all_bases().collect());
        let steps = steps::steps_among(graph, &[0], &bases, MOST_UNROLLED);
        let marks = Marks::new(graph, &[middle]);
        assert_eq!(count(&steps, &marks, 100), (BigCount(u128::MAX.into()), false));
    }

    #[test]
    fn a_cycle_with_too_many_paths_is_counted_as_at_least() {
        let mut graph = String::from("base -merge-> m0\nm0 -quantized-> q\n");
        for (a, b) in (0..12).flat_map(|a| (0..12).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            graph += &format!("m{a} -merge-> m{b}\n");
        }
        let world = world(&graph);
        let cut = cut_of(&world, &[0]);
        assert!(cut.at_least && cut.chains > 1.into(), "{cut:?}");
    }

    proptest! {
        #[test]
        fn counting_agrees_with_listing(
            relations in prop::collection::vec((0u32..10, 0u32..10), 0..25),
            asked in prop::collection::vec(0u32..10, 1..4),
        ) {
            // The first two are roots if they are anything, the last is missing.
            let name = |node: &u32| if *node == 9 { "m9?".to_owned() } else { format!("m{node}") };
            let kept = relations.iter().filter(|(_, derived)| (2..9).contains(derived));
            let lines = kept.map(|(base, derived)| format!("{} -merge-> m{derived}", name(base)));
            let names = (0..10).map(|node| name(&node));
            let world = world(&names.chain(lines).collect::<Vec<_>>().join("\n"));
            let (mut chains, mut roots) = (0u64, 0);
            let mut walk = Walk::new(&world.graph);
            for root in world.graph.roots() {
                let before = chains;
                let _ = walk.each(root, |chain| {
                    chains += u64::from(chain.iter().any(|node| asked.contains(node)));
                    ControlFlow::<()>::Continue(())
                });
                roots += u64::from(chains > before);
            }
            let expected = Cut { chains: chains.into(), at_least: false, roots };
            prop_assert_eq!(cut_of(&world, &asked), expected);
        }
    }
}
