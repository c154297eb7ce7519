//! Along which chains was one model made from another? (study, section 4.2 and tables 1.2a–c, 4)
//!
//! Formally, a chain is a maximal simple path from a root, of at least two models. Those are
//! counted exactly without being listed ([`formal`]). The study's script finds other chains
//! ([`study`](mod@study)); its way is kept so that its numbers can be checked.

pub mod cut;
pub mod lengths;
pub mod longest;
pub mod operations;
pub mod segments;
pub mod steps;
pub mod study;
pub mod walk;
pub mod within;

use crate::{
    big::{BigCount, Number},
    chains::{
        lengths::TooManyShapes,
        operations::{Diversity, Dominant, Mix, Operations},
        segments::{Adder, Part, Segments},
        steps::Steps,
    },
    world::World,
};
use num_bigint::BigUint;
use serde::Serialize;
use std::{collections::BTreeMap, ops::ControlFlow};

/// All chains of a snapshot, counted.
#[derive(Clone, Debug, Serialize)]
pub struct Chains {
    pub total: BigCount,
    /// In models; the study calls the same number hops.
    pub mean_length: Option<f64>,
    /// Chains by their number of models.
    pub length_histogram: BTreeMap<usize, BigCount>,
    pub shares: Shares,
    pub longest: Longest,
    /// By the semantics' own rule: `dominant_strict` if formal, `dominant_first_met` if the study's.
    pub dominant: Dominant<BigCount>,
    /// Ties left undecided.
    pub dominant_strict: Dominant<BigCount>,
    /// Ties decided for the operation met first along the chain.
    pub dominant_first_met: Dominant<BigCount>,
    pub diversity: Diversity<BigCount>,
    pub segments: Segments,
    /// The longest chains, longest first: one of each root if formal, the study's ten lines if not.
    pub top: Vec<LongChain>,
    /// Whether cycles unroll into too many paths, so that every count here is "at least".
    pub at_least: bool,
}

/// Shares of chains by their number of models, of 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shares {
    pub above_2: Option<f64>,
    pub up_to_5: Option<f64>,
    pub from_6_to_15: Option<f64>,
    pub above_15: Option<f64>,
}

/// The longest chain; no models if there is no chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Longest {
    pub length: usize,
    pub models: Vec<String>,
}

/// A long chain with the operations on its relations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LongChain {
    pub root: String,
    pub length: usize,
    #[serde(flatten)]
    pub operations: Mix,
    /// The root's task.
    pub task: Option<String>,
    pub models: Vec<String>,
}

/// Chains counted, with the count of each root, for the clusters.
#[derive(Clone, Debug)]
pub struct Counted {
    pub chains: Chains,
    /// Each root with its number of chains.
    pub by_root: Vec<(u32, BigCount)>,
}

/// Counts the chains as the study defines them.
///
/// # Errors
/// When chains come in too many shapes to be counted in bounded memory.
pub fn formal(world: &World, top: usize) -> Result<Counted, TooManyShapes> {
    let steps = steps::steps(&world.graph);
    // Every intermediate result is at most chains × longest chain × downloads × 2.
    let most_downloads = (0..world.graph.models()).filter_map(|node| world.downloads(node)).max();
    let bound =
        lengths::magnitude(&steps) * steps.len().max(1) as f64 * (most_downloads.unwrap_or(1).max(1) as f64);
    if bound < 2f64.powi(120) {
        count::<u128>(world, &steps, top)
    } else {
        count::<BigUint>(world, &steps, top)
    }
}

fn count<N: Number>(world: &World, steps: &Steps, top: usize) -> Result<Counted, TooManyShapes> {
    let starting = lengths::from_steps::<N>(steps)?;
    let by_length = lengths::of_roots(steps, &starting);
    let (segments, operations) = rayon::join(
        || {
            let reaching = lengths::to_steps::<N>(steps)?;
            Ok(segments::of_chains(world, steps, &reaching, &starting, &by_length))
        },
        || operations::of_chains::<N>(steps),
    );
    let histogram = by_length.iter().filter(|(_, chains)| !chains.is_zero());
    let histogram = histogram.map(|(length, chains)| (length, BigCount(chains.clone().into()))).collect();
    let roots = steps.roots.iter().map(|root| *root as usize);
    let by_root = roots.map(|root| (steps.nodes[root], BigCount(starting[root].total().into()))).collect();
    let mut longest = longest::of_each_root(world, steps);
    longest.truncate(top.max(1));
    let top = longest.iter().map(|chain| formal_chain(world, chain));
    let operations = operations?;
    let dominant = operations.strict.clone();
    let chains = describe(histogram, operations, dominant, segments?, top.collect(), !steps.is_complete());
    Ok(Counted { chains, by_root })
}

/// Counts the chains that the study's script finds.
///
/// # Errors
/// When the script would have to hold too many paths.
pub fn study(world: &World, top: usize) -> Result<Counted, study::TooManyPaths> {
    let graph = &world.graph;
    let mut walk = study::Walk::new(graph);
    let mut lengths: Vec<u64> = Vec::new();
    let mut mixes: std::collections::HashMap<(Mix, Option<crate::operation::Group>), u64> =
        Default::default();
    let mut segments = Adder::<u128>::default();
    let mut by_root = Vec::new();
    let mut longest: Vec<Vec<u32>> = Vec::new();
    for root in study::roots(graph) {
        let mut found = 0u64;
        let mut deepest: Vec<Vec<u32>> = Vec::new();
        let all: ControlFlow<()> = walk.each(root, |chain| {
            found += 1;
            let length = chain.len();
            lengths.resize(lengths.len().max(length + 1), 0);
            lengths[length] += 1;
            let groups: Vec<_> = chain[1..].iter().filter_map(|node| study::group(graph, *node)).collect();
            let mix = Mix::of(groups.iter().copied());
            let frequent: Vec<_> = mix.most_frequent().collect();
            let first = groups.into_iter().find(|group| frequent.contains(group));
            *mixes.entry((mix, first)).or_default() += 1;
            add_chain(world, &mut segments, chain);
            // Breadth first, so a chain is never shorter than the one before.
            if deepest.last().is_some_and(|last| last.len() < length) {
                deepest.clear();
            }
            if deepest.len() < top.max(1) {
                deepest.push(chain.to_vec());
            }
            ControlFlow::Continue(())
        })?;
        debug_assert!(all.is_continue());
        by_root.push((root, BigCount::from(found)));
        longest.append(&mut deepest);
        keep_longest(&mut longest, top.max(1));
    }
    for (length, chains) in lengths.iter().enumerate().filter(|(_, chains)| **chains > 0) {
        segments.add_places(length, &u128::from(*chains));
    }
    let mut operations = Operations::default();
    for ((mix, first), chains) in &mixes {
        operations.add(mix, *first, chains);
    }
    let counted = lengths.into_iter().enumerate().filter(|(_, chains)| *chains > 0);
    let histogram = counted.map(|(length, chains)| (length, chains.into())).collect();
    let top = longest.iter().map(|chain| {
        let groups = chain[1..].iter().filter_map(|node| study::group(graph, *node));
        long_chain(world, chain, Mix::of(groups))
    });
    let dominant = operations.first_met.clone();
    let chains = describe(histogram, operations, dominant, segments.finish(), top.collect(), false);
    Ok(Counted { chains, by_root })
}

/// Keeps the longest chains, in the order they were found where equally long.
fn keep_longest(chains: &mut Vec<Vec<u32>>, limit: usize) {
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.len()));
    chains.truncate(limit);
}

fn add_chain(world: &World, segments: &mut Adder<u128>, chain: &[u32]) {
    for (place, node) in (1..).zip(chain) {
        segments.add_downloads(Part::of(place, chain.len()), world.downloads(*node), &1);
    }
    if let [root, leaf] = chain {
        segments.add_pair(world.downloads(*root), world.downloads(*leaf));
    }
}

/// Describes a chain with the operations on its relations.
pub fn formal_chain(world: &World, chain: &[u32]) -> LongChain {
    long_chain(world, chain, Mix::of(longest::groups(&world.graph, chain)))
}

fn long_chain(world: &World, chain: &[u32], operations: Mix) -> LongChain {
    LongChain {
        root: world.name(chain[0]).to_owned(),
        length: chain.len(),
        operations,
        task: world.task(chain[0]).map(str::to_owned),
        models: chain.iter().map(|node| world.name(*node).to_owned()).collect(),
    }
}

fn describe(
    histogram: BTreeMap<usize, BigCount>,
    operations: Operations,
    dominant: Dominant<BigCount>,
    segments: Segments,
    top: Vec<LongChain>,
    at_least: bool,
) -> Chains {
    let sum = |lengths: &dyn Fn(usize) -> bool| {
        let counted = histogram.iter().filter(|(length, _)| lengths(**length));
        BigCount(counted.map(|(_, chains)| &chains.0).sum())
    };
    let total = sum(&|_| true);
    let models = BigCount(histogram.iter().map(|(length, chains)| &chains.0 * *length).sum());
    Chains {
        mean_length: models.per(&total),
        shares: Shares {
            above_2: sum(&|length| length > 2).per(&total),
            up_to_5: sum(&|length| length <= 5).per(&total),
            from_6_to_15: sum(&|length| (6..=15).contains(&length)).per(&total),
            above_15: sum(&|length| length > 15).per(&total),
        },
        longest: top.first().map_or_else(Longest::default, |chain| Longest {
            length: chain.length,
            models: chain.models.clone(),
        }),
        total,
        length_histogram: histogram,
        dominant,
        dominant_strict: operations.strict,
        dominant_first_met: operations.first_met,
        diversity: operations.diversity,
        segments,
        top,
        at_least,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;
    use proptest::prelude::*;

    /// Every chain of both semantics, as text, in the order found.
    fn listed(world: &World) -> (Vec<String>, Vec<String>) {
        let text = |chain: &[u32]| chain.iter().map(|node| world.name(*node)).collect::<Vec<_>>().join(" ");
        let (mut formal, mut found) = (Vec::new(), Vec::new());
        let mut walk = walk::Walk::new(&world.graph);
        for root in world.graph.roots() {
            let _ = walk.each(root, |chain| {
                formal.push(text(chain));
                ControlFlow::<()>::Continue(())
            });
        }
        let mut walk = study::Walk::new(&world.graph);
        for root in study::roots(&world.graph) {
            let _ = walk.each(root, |chain| {
                found.push(text(chain));
                ControlFlow::<()>::Continue(())
            });
        }
        (formal, found)
    }

    fn check(graph: &str, formal: &str, found: &str) {
        let (all, script) = listed(&world(graph));
        assert_eq!(all.join(", "), formal, "formal");
        assert_eq!(script.join(", "), found, "study");
    }

    #[test]
    fn a_chain_goes_from_a_root_to_where_nothing_is_derived() {
        check(
            "
            base -finetune-> chat
            chat -quantized-> small
            base -adapter-> lora
            ",
            "base chat small, base lora",
            "base lora, base chat small",
        );
    }

    #[test]
    fn the_script_skips_detours_to_models_it_has_taken_up() {
        check(
            "
            base -finetune-> b
            base -merge-> a
            a -finetune-> b
            b -quantized-> q
            ",
            "base b q, base a b q",
            "base b q",
        );
    }

    #[test]
    fn a_base_that_names_itself_loses_its_derived_models_in_the_script_only() {
        check(
            "
            base -finetune-> a
            a -finetune-> a
            a -quantized-> q
            ",
            "base a q",
            "base a",
        );
    }

    #[test]
    fn a_cycle_is_walked_without_coming_back() {
        check(
            "
            base -finetune-> a
            a -finetune-> b
            b -finetune-> a
            b -quantized-> q
            ",
            "base a b q",
            "base a b q",
        );
    }

    #[test]
    fn a_model_with_only_missing_bases_is_on_no_chain() {
        check(
            "
            gone? -finetune-> a
            a -quantized-> q
            ",
            "",
            "",
        );
    }

    #[test]
    fn a_lattice_has_more_chains_than_fit_in_any_machine_word() {
        let mut graph = String::from("root -merge-> a0\nroot -merge-> b0\n");
        for layer in 1..1200 {
            for (from, to) in ["aa", "ab", "ba", "bb"].map(|pair| pair.split_at(1)) {
                graph += &format!("{from}{} -merge-> {to}{layer}\n", layer - 1);
            }
        }
        let chains = formal(&world(&graph), 1).expect("counted").chains;
        assert_eq!(chains.total.0, BigUint::from(2u8).pow(1200));
        assert_eq!(chains.mean_length, Some(1201.0));
        assert_eq!(chains.dominant.merge, chains.total);
        assert_eq!(chains.segments.front.occurrences.0, BigUint::from(2u8).pow(1200) * 400u32);
    }

    #[test]
    fn downloads_are_averaged_over_the_parts_of_chains() {
        let world = world(
            "
            base -finetune-> chat
            chat -quantized-> small
            base -adapter-> lora
            base 100
            chat 10
            lora 4
            ",
        );
        let Segments { front, middle, back } = formal(&world, 1).expect("counted").chains.segments;
        let shown = |part: Segment| format!("{} {:?}", part.occurrences, part.mean_downloads);
        assert_eq!(
            [front, middle, back].map(shown),
            ["2 Some(100.0)", "2 Some(31.0)", "2 Some(4.0)"],
            "the middle of base-lora is their mean, 52; nobody knows the downloads of small"
        );
    }

    use segments::Segment;

    /// Any graph: relations between a few models, cycles and self-bases included.
    fn any_graph() -> impl Strategy<Value = String> {
        let relation = (0..9u8, 0..9u8, 0..4usize);
        proptest::collection::vec(relation, 0..24).prop_map(|relations| {
            let mut lines: Vec<String> =
                (0..9).map(|model| format!("m{model} {}", model * model * 7)).collect();
            let mut known = std::collections::HashSet::new();
            for (base, derived, operation) in relations {
                if derived > 1 && known.insert((base, derived)) {
                    lines.push(format!(
                        "m{base} -{}-> m{derived}",
                        crate::operation::Operation::NAMED[operation]
                    ));
                }
            }
            lines.join("\n")
        })
    }

    proptest! {
        #[test]
        fn counting_agrees_with_listing(graph in any_graph()) {
            let world = world(&graph);
            let mut walk = walk::Walk::new(&world.graph);
            let mut lengths: BTreeMap<usize, BigCount> = BTreeMap::new();
            let mut operations = Operations::default();
            let mut segments = Adder::<u128>::default();
            for root in world.graph.roots() {
                let _ = walk.each(root, |chain| {
                    lengths.entry(chain.len()).or_default().0 += 1u8;
                    let groups: Vec<_> = longest::groups(&world.graph, chain).collect();
                    let mix = Mix::of(groups.iter().copied());
                    let first = groups.into_iter().find(|group| mix.most_frequent().any(|most| most == *group));
                    operations.add(&mix, first, &1u8);
                    segments.add_places(chain.len(), &1);
                    add_chain(&world, &mut segments, chain);
                    ControlFlow::<()>::Continue(())
                });
            }
            for counted in [count::<u128>(&world, &steps::steps(&world.graph), 3), count::<BigUint>(&world, &steps::steps(&world.graph), 3)] {
                let chains = counted.expect("counted").chains;
                prop_assert_eq!(&chains.length_histogram, &lengths);
                prop_assert_eq!(&chains.dominant_strict, &operations.strict);
                prop_assert_eq!(&chains.dominant_first_met, &operations.first_met);
                prop_assert_eq!(&chains.diversity, &operations.diversity);
                prop_assert_eq!(&chains.segments, &segments.clone().finish());
                prop_assert_eq!(Some(chains.longest.length), lengths.keys().last().copied().or(Some(0)));
                prop_assert!(!chains.at_least);
            }
        }
    }
}
