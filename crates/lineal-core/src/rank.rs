//! Which models matter most to a hub?
//!
//! By how many models were made from them, by how much those are downloaded, or by both and more: the
//! *criticality*, a number from 0 to 1 in the manner of the OpenSSF's criticality score of source code projects
//! (Rob Pike's formula). It is the weighted mean over some [`Signal`]s of
//!
//! > log(1 + S) / log(1 + max(S, T))
//!
//! where S is the model's own number and T the threshold from which on more of it makes no difference: a
//! model without any counts 0, one at the threshold 1, and every tenfold in between about as much.
//!
//! | signal | what is counted | weight | threshold |
//! |---|---|---|---|
//! | descendants | models made from it, directly or not | 3 | 10,000 |
//! | reach | known downloads of those models | 3 | 100,000,000 |
//! | owners | different owners of the models derived from it directly | 2 | 1,000 |
//! | derived | models derived from it directly | 1 | 5,000 |
//! | downloads | its own known downloads | 1 | 100,000,000 |
//!
//! What stands on a model counts most, its own popularity least: a model that many use and nobody builds on
//! is no part of a supply chain. Only nodes with descendants have a place, missing bases among them, whose
//! own downloads are nobody's. All models with a bare name, the oldest of the hub, count as one owner's.

use crate::{date::SnapshotDate, model_id::owner, reach::weigh_descendants, set::Member, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

/// Stands for no place in [`Ranks::places`].
const UNRANKED: u32 = u32::MAX;

/// What models are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The number of models made from it.
    Descendants,
    /// The downloads of the models made from it.
    Reach,
    Criticality,
}

impl Member for By {
    const ALL: &'static [By] = &[By::Descendants, By::Reach, By::Criticality];

    fn as_str(self) -> &'static str {
        match self {
            By::Descendants => "descendants",
            By::Reach => "reach",
            By::Criticality => "criticality",
        }
    }
}

/// What speaks for a model's criticality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    Descendants,
    Reach,
    Owners,
    Derived,
    Downloads,
}

impl Member for Signal {
    const ALL: &'static [Signal] =
        &[Signal::Descendants, Signal::Reach, Signal::Owners, Signal::Derived, Signal::Downloads];

    fn as_str(self) -> &'static str {
        match self {
            Signal::Descendants => "descendants",
            Signal::Reach => "reach",
            Signal::Owners => "owners",
            Signal::Derived => "derived",
            Signal::Downloads => "downloads",
        }
    }
}

impl Signal {
    /// How much it counts beside the others.
    pub fn weight(self) -> f64 {
        match self {
            Signal::Descendants | Signal::Reach => 3.0,
            Signal::Owners => 2.0,
            Signal::Derived | Signal::Downloads => 1.0,
        }
    }

    /// From where on more of it makes no difference.
    pub fn threshold(self) -> u64 {
        match self {
            Signal::Descendants => 10_000,
            Signal::Reach | Signal::Downloads => 100_000_000,
            Signal::Owners => 1_000,
            Signal::Derived => 5_000,
        }
    }
}

/// The models that matter most.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Ranking {
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    pub by: By,
    /// How many nodes have any descendants, and so a place in the ranking.
    pub ranked: u64,
    /// First the first; ties by name.
    pub models: Vec<Ranked>,
}

/// A model, or a missing base, with all that it is ranked by.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Ranked {
    pub rank: u64,
    pub id: String,
    pub missing: bool,
    pub task: Option<String>,
    pub downloads: Option<u64>,
    pub descendants: u64,
    /// Models derived from it directly.
    pub derived: u64,
    /// Known downloads of its descendants.
    pub reach: u64,
    /// Different owners of the models derived from it directly.
    pub owners: u64,
    /// From 0 to 1.
    pub criticality: f64,
}

/// What every node is ranked by, counted once for a world.
#[derive(Debug)]
pub struct Ranks {
    /// Descendants of each node.
    pub descendants: Vec<u32>,
    /// Known downloads of the descendants of each node.
    pub reach: Vec<u64>,
    /// All nodes with descendants, the most critical first, ties by name.
    pub criticality: Vec<(u32, f64)>,
    /// How many owners derived from each of those.
    pub owners: Vec<u32>,
    /// The places of those nodes in `criticality`, the one with the most descendants first.
    pub by_descendants: Vec<u32>,
    /// The same by reach.
    pub by_reach: Vec<u32>,
    /// The place of each node in `criticality`; see [`Ranks::place`].
    places: Vec<u32>,
}

impl Ranks {
    /// Returns a node's place in [`Ranks::criticality`], counted from 0; `None` if nothing was made from it.
    pub fn place(&self, node: u32) -> Option<usize> {
        self.places.get(node as usize).filter(|place| **place != UNRANKED).map(|place| *place as usize)
    }
}

/// Counts what every node is ranked by.
pub fn ranks(world: &World) -> Ranks {
    let graph = &world.graph;
    let weighed = weigh_descendants(graph, |node| (1, world.downloads(node).unwrap_or(0)));
    let (descendants, reach): (Vec<u32>, Vec<u64>) = weighed.into_iter().unzip();

    // Most ties are long: with the bases in the order of their names, a stable sort keeps it.
    let mut bases: Vec<(&str, u32)> = graph.all_bases().map(|node| (world.name(node), node)).collect();
    bases.par_sort_unstable();
    let rows = bases.par_iter().map(|(_, node)| {
        let owners = count_owners(graph.derived(*node).iter().map(|derived| world.name(*derived)));
        let score = criticality(|signal| match signal {
            Signal::Descendants => descendants[*node as usize].into(),
            Signal::Reach => reach[*node as usize],
            Signal::Owners => owners.into(),
            Signal::Derived => graph.derived(*node).len() as u64,
            Signal::Downloads => world.downloads(*node).unwrap_or(0),
        });
        (*node, owners, score)
    });
    let named: Vec<(u32, u32, f64)> = rows.collect();
    let sorted = |compare: &(dyn Fn(&u32, &u32) -> std::cmp::Ordering + Sync)| {
        let mut order: Vec<u32> = (0..named.len() as u32).collect();
        order.par_sort_by(compare);
        order
    };
    let node = |at: &u32| named[*at as usize].0 as usize;
    let by_criticality = sorted(&|a, b| named[*b as usize].2.total_cmp(&named[*a as usize].2));
    let by_descendants = sorted(&|a, b| descendants[node(b)].cmp(&descendants[node(a)]));
    let by_reach = sorted(&|a, b| reach[node(b)].cmp(&reach[node(a)]));

    let mut places = vec![UNRANKED; graph.nodes() as usize];
    (0..).zip(&by_criticality).for_each(|(place, at)| places[node(at)] = place);
    let place_of = |order: Vec<u32>| order.iter().map(|at| places[node(at)]).collect();
    Ranks {
        criticality: by_criticality.iter().map(|at| (named[*at as usize].0, named[*at as usize].2)).collect(),
        owners: by_criticality.iter().map(|at| named[*at as usize].1).collect(),
        by_descendants: place_of(by_descendants),
        by_reach: place_of(by_reach),
        descendants,
        reach,
        places,
    }
}

/// Counts different owners, given names of models.
fn count_owners<'a>(mut names: impl ExactSizeIterator<Item = &'a str>) -> u32 {
    // Most bases have one derived model only.
    if names.len() == 1 {
        return names.next().map_or(0, |_| 1);
    }
    let different: HashSet<Option<&str>, RandomState> = names.map(owner).collect();
    different.len() as u32
}

/// Returns the weighted mean of some signals, each on its own logarithmic scale.
fn criticality(count: impl Fn(Signal) -> u64) -> f64 {
    let log = |count: u64| (count as f64).ln_1p();
    let mut sum = 0.0;
    let mut weights = 0.0;
    for signal in Signal::ALL {
        // From the threshold on the quotient is 1 to the last bit, so that no rounding makes more count less.
        let counted = count(*signal).min(signal.threshold());
        sum += signal.weight() * (log(counted) / log(signal.threshold()));
        weights += signal.weight();
    }
    sum / weights
}

/// Lists the first models by something, after some that are left out.
pub fn ranking(world: &World, ranks: &Ranks, by: By, after: usize, limit: usize) -> Ranking {
    let ranked = ranks.criticality.len();
    let places = after.min(ranked)..after.saturating_add(limit).min(ranked);
    let models = places.map(|at| {
        let place = match by {
            By::Descendants => ranks.by_descendants[at] as usize,
            By::Reach => ranks.by_reach[at] as usize,
            By::Criticality => at,
        };
        describe(world, ranks, place, at)
    });
    Ranking { snapshot: world.snapshot, by, ranked: ranked as u64, models: models.collect() }
}

/// Puts words to the node at a place of [`Ranks::criticality`], which is at another place of the list shown.
fn describe(world: &World, ranks: &Ranks, place: usize, shown_at: usize) -> Ranked {
    let (node, criticality) = ranks.criticality[place];
    Ranked {
        rank: shown_at as u64 + 1,
        id: world.name(node).to_owned(),
        missing: world.graph.is_missing(node),
        task: world.task(node).map(str::to_owned),
        downloads: world.downloads(node),
        descendants: ranks.descendants[node as usize].into(),
        derived: world.graph.derived(node).len() as u64,
        reach: ranks.reach[node as usize],
        owners: ranks.owners[place].into(),
        criticality,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const HUB: &str = "
        meta/llama 900000 text-generation
        a/tune 50
        b/quant 7
        z/last 20
        llama -finetune-> nobody
        meta/llama -finetune-> a/tune
        meta/llama -adapter-> b/lora
        meta/llama -quantized-> gpt2
        a/tune -quantized-> b/quant
        gone/base? -merge-> a/merge
        a/tune -merge-> a/merge
        gone/other? -finetune-> z/last
        ";

    fn check(by: By, after: usize, limit: usize, expected: &str) {
        let world = world(HUB);
        let ranking = ranking(&world, &ranks(&world), by, after, limit);
        let rows = ranking.models.iter().map(|model| {
            format!(
                "{}. {}{}: {} descendants, {} derived by {}, reach {}, {:.3}",
                model.rank,
                model.id,
                if model.missing { "?" } else { "" },
                model.descendants,
                model.derived,
                model.owners,
                model.reach,
                model.criticality
            )
        });
        let shown: Vec<String> = rows.collect();
        assert_eq!(shown.join("\n"), expected.lines().map(str::trim).collect::<Vec<_>>().join("\n"));
        assert_eq!((ranking.ranked, ranking.by), (5, by));
    }

    #[test]
    fn the_most_critical_comes_first_and_missing_bases_have_a_place() {
        check(
            By::Criticality,
            0,
            9,
            "1. meta/llama: 5 descendants, 3 derived by 3, reach 57, 0.255
            2. a/tune: 2 descendants, 2 derived by 2, reach 7, 0.136
            3. gone/other?: 1 descendants, 1 derived by 1, reach 20, 0.100
            4. gone/base?: 1 descendants, 1 derived by 1, reach 0, 0.051
            5. llama: 1 descendants, 1 derived by 1, reach 0, 0.051",
        );
    }

    #[test]
    fn ties_stand_in_the_order_of_names() {
        check(
            By::Descendants,
            0,
            9,
            "1. meta/llama: 5 descendants, 3 derived by 3, reach 57, 0.255
            2. a/tune: 2 descendants, 2 derived by 2, reach 7, 0.136
            3. gone/base?: 1 descendants, 1 derived by 1, reach 0, 0.051
            4. gone/other?: 1 descendants, 1 derived by 1, reach 20, 0.100
            5. llama: 1 descendants, 1 derived by 1, reach 0, 0.051",
        );
    }

    #[test]
    fn reach_is_what_descendants_are_downloaded_and_pages_continue() {
        check(
            By::Reach,
            1,
            2,
            "2. gone/other?: 1 descendants, 1 derived by 1, reach 20, 0.100
            3. a/tune: 2 descendants, 2 derived by 2, reach 7, 0.136",
        );
        check(By::Reach, 5, 2, "");
        check(By::Reach, usize::MAX, usize::MAX, "");
    }

    #[test]
    fn a_node_knows_its_place_and_a_leaf_has_none() {
        let world = world(HUB);
        let ranks = ranks(&world);
        let places = (0..world.graph.nodes()).filter_map(|node| Some((ranks.place(node)?, node)));
        let placed: BTreeSet<(usize, u32)> = places.collect();
        let listed = ranks.criticality.iter().map(|(node, _)| *node).enumerate();
        assert_eq!(placed, listed.collect());
        assert_eq!(ranks.place(u32::MAX), None);
    }

    #[test]
    fn whoever_reaches_every_threshold_is_as_critical_as_can_be() {
        assert_eq!(criticality(Signal::threshold), 1.0);
        assert_eq!(criticality(|_| u64::MAX), 1.0);
        assert_eq!(criticality(|_| 0), 0.0);
    }

    proptest! {
        #[test]
        fn more_of_any_signal_never_makes_less_critical(
            counts in proptest::collection::vec(prop_oneof![0..30u64, 0..20_000u64, any::<u64>()], 5),
            more in prop_oneof![1..30u64, any::<u64>()],
            which in 0..5usize,
        ) {
            let score = |counts: &[u64]| {
                let at = |signal| Signal::ALL.iter().position(|each| *each == signal).expect("listed");
                criticality(|signal| counts[at(signal)])
            };
            let before = score(&counts);
            let mut grown = counts;
            grown[which] = grown[which].saturating_add(more);
            prop_assert!((0.0..=1.0).contains(&before));
            prop_assert!(score(&grown) >= before);
        }

        #[test]
        fn rankings_are_what_sorting_everything_gives(
            relations in proptest::collection::vec((0..9u8, 0..9u8), 0..30),
            downloads in proptest::collection::vec(0..4u64, 9),
        ) {
            let relations: BTreeSet<(u8, u8)> = relations.into_iter().collect();
            let models = downloads.iter().enumerate().map(|(model, count)| format!("o{}/m{model} {count}", model % 3));
            let derived = relations.iter().map(|(base, derived)| {
                format!("o{}/m{base} -merge-> o{}/m{derived}", base % 3, derived % 3)
            });
            let world = world(&models.chain(derived).collect::<Vec<_>>().join("\n"));
            let ranks = ranks(&world);
            for by in By::ALL {
                let listed = ranking(&world, &ranks, *by, 0, 99).models;
                let mut sorted = listed.clone();
                sorted.sort_by(|a, b| {
                    let first = match by {
                        By::Descendants => b.descendants.cmp(&a.descendants),
                        By::Reach => b.reach.cmp(&a.reach),
                        By::Criticality => b.criticality.total_cmp(&a.criticality),
                    };
                    first.then_with(|| a.id.cmp(&b.id))
                });
                (1..).zip(&mut sorted).for_each(|(rank, model)| model.rank = rank);
                prop_assert_eq!(&listed, &sorted);
                let bases: BTreeSet<u32> = world.graph.all_bases().collect();
                prop_assert_eq!(listed.len(), bases.len());
                for model in &listed {
                    let node = world.ids.find(&model.id).expect("listed");
                    let owners = world.graph.derived(node).iter().map(|derived| owner(world.name(*derived)));
                    prop_assert_eq!(model.owners, owners.collect::<BTreeSet<_>>().len() as u64);
                }
            }
        }
    }
}
