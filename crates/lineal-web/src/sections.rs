//! What is in the report, in the order in which it is read?

mod chains;
mod clusters;
mod degrees;
mod relations;
mod sizes;
mod tasks;

use crate::{
    cell::{Cell, Missing},
    exhibit::Section,
    sides::{Part, Sides},
};
use lineal_core::{
    big::BigCount,
    chains::operations::{Diversity, Dominant, Mix},
    operation::Group,
    published::Groups,
};

pub fn all(sides: &Sides) -> Vec<Section> {
    let mut models = vec![sizes::sizes(sides), tasks::tasks(sides)];
    models.extend(degrees::both(sides));
    vec![
        Section {
            id: "models",
            title: "Models",
            introduction: "How many models there are, what they were made for, and which stand out. \
                These numbers do not depend on how chains are found.",
            exhibits: models,
        },
        Section {
            id: "chains",
            title: "Chains",
            introduction: "A chain starts at a root, goes from each model to one derived from it, visits none twice, \
                and ends where nothing more was derived. Formal counts all such chains, exactly. Study counts those that \
                the study’s script finds: it walks breadth first from each root and skips models already visited, so it \
                finds fewer, and which ones depends on the order of the listing.",
            exhibits: chains::all(sides),
        },
        Section {
            id: "clusters",
            title: "Clusters",
            introduction: "A cluster is a root with everything that was made from it, at any distance. A model merged \
                from two clusters belongs to both, so sizes add up to more than there are models. Only the chains in a \
                cluster depend on how chains are found.",
            exhibits: clusters::all(sides),
        },
        Section {
            id: "relations",
            title: "Relations",
            introduction: "What the publishers declared, and what became of it.",
            exhibits: vec![relations::relations(sides), relations::cycles(sides)],
        },
    ]
}

/// The groups of operations as the tables name them.
pub const GROUPS: [(Group, &str); 4] = [
    (Group::Finetune, "Fine-tune"),
    (Group::Merge, "Merge"),
    (Group::Quantized, "Quantized"),
    (Group::Other, "Other"),
];

/// What a group dominates; that of no group is the tie.
fn dominated<T>(dominant: &Dominant<T>, group: Option<Group>) -> &T {
    match group {
        Some(Group::Finetune) => &dominant.finetune,
        Some(Group::Merge) => &dominant.merge,
        Some(Group::Quantized) => &dominant.quantized,
        Some(Group::Other) => &dominant.other,
        None => &dominant.tie,
    }
}

/// What has one, two, three and four different groups, as [`DIVERSE`] names them.
fn diverse<T>(diversity: &Diversity<T>) -> [&T; 4] {
    [&diversity.one, &diversity.two, &diversity.three, &diversity.four]
}

const DIVERSE: [&str; 4] = ["One operation", "Two operations", "Three operations", "Four operations"];

/// The share of each group in a mix, [`Group::Other`] only if asked for.
fn ratios(mix: Option<&Mix>, of: u64, other: bool) -> Vec<Cell> {
    let groups = if other { 4 } else { 3 };
    match mix {
        Some(mix) => {
            mix.counts()[..groups].iter().map(|count| Part::small((*count).into(), of).share).collect()
        }
        None => vec![Cell::Missing(Missing::NotRanked); groups],
    }
}

/// Published percentages, which have two decimals, as shares.
fn published_ratios(percent: Option<&Groups<f64>>) -> [Cell; 3] {
    let share = |percent: f64| Cell::Share((percent * 100.0).round() / 10_000.0);
    match percent {
        Some(Groups { finetune, merge, quantized }) => [*finetune, *merge, *quantized].map(share),
        None => [const { Cell::Missing(Missing::NotRanked) }; 3],
    }
}

/// A published count, with its share of a published total, if it was published.
fn published_part(count: Option<u64>, total: u64) -> Part {
    count.map_or(Part::missing(Missing::NotPublished), |count| Part::small(count, total))
}

/// A count of chains, which cycles may have kept from being complete.
pub fn chain_count(count: &BigCount, at_least: bool) -> Cell {
    if at_least { Cell::AtLeast(count.clone()) } else { Cell::Count(count.clone()) }
}

/// The note that goes with counts that are too low.
pub const AT_LEAST: &str = "Cycles unroll into more chains than can be counted here. Counts are lower bounds; \
    shares and means are of the chains counted.";

/// The note in place of the study's values.
const NOT_WALKED: &str =
    "The study’s way could not be followed on this snapshot; the reason is at the top of the page.";
