//! How does the graph grow with inferred relations?

use super::Sides;
use crate::{
    cell::{Cell, Missing},
    chart::{
        Chart,
        pairs::{Pair, Pairs},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{big::BigCount, usage::Usage};

/// What is compared: its key, its label, and how it is counted.
type Measure = (&'static str, fn(&Usage) -> BigCount);

const MEASURES: [Measure; 10] = [
    ("Relations", |usage| usage.relations.declared.into()),
    ("Resolved", |usage| usage.relations.resolved.into()),
    ("Derived", |usage| usage.models.derived.into()),
    ("Bases", |usage| usage.models.base.into()),
    ("Roots", |usage| usage.models.roots.into()),
    ("Isolated", |usage| usage.models.isolated.into()),
    ("Missing bases", |usage| usage.models.missing_bases.into()),
    ("Chains", |usage| usage.chains.total.clone()),
    ("Longest chain", |usage| (usage.chains.longest.length as u64).into()),
    ("Clusters", |usage| usage.clusters.total.into()),
];

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    sides.grown.map(|grown| growth(sides.usage, grown)).into_iter().collect()
}

fn growth(declared: &Usage, grown: &Usage) -> Exhibit {
    let pairs = MEASURES.map(|(label, of)| Pair { label, counts: [of(declared), of(grown)] });
    let rows = pairs.iter().map(|pair| {
        let [before, after] = &pair.counts;
        vec![
            Cell::text(pair.label),
            Cell::Count(before.clone()),
            Cell::Count(after.clone()),
            difference(before, after),
            match after.per(before) {
                Some(growth) => Cell::Growth(growth - 1.0),
                None => Cell::Missing(Missing::Nothing),
            },
        ]
    });
    let rows = rows.collect();
    let half = MEASURES.len() / 2;
    let mut pairs = pairs.into_iter();
    let chart = |heading: &str, pairs: Vec<Pair>| {
        Chart::Pairs(Pairs { heading: heading.to_owned(), names: ["declared", "with inferred"], pairs })
    };
    let first = chart("Relations and models", pairs.by_ref().take(half).collect());
    let second = chart("Isolated models, chains and clusters", pairs.collect());
    let is_lower_bound = declared.chains.at_least || grown.chains.at_least;
    Exhibit::table(
        "growth-with-inferred",
        "Declared only, and with inferred relations",
        "The graph as publishers declare it, and with the relations beside them that were inferred for models that declare no \
         base. Chains and clusters are formal. Each pair of bars has its own scale.",
        vec![
            Column::text("measure", "Measure"),
            Column::number("declared", "Declared"),
            Column::number("grown", "With inferred"),
            Column::number("difference", "Difference"),
            Column::number("growth", "Growth"),
        ],
        rows,
    )
    .displayed(Display::Charts(vec![first, second]))
    .note_if(is_lower_bound, crate::sections::AT_LEAST)
}

/// What came, or went.
fn difference(before: &BigCount, after: &BigCount) -> Cell {
    match before.cmp(after) {
        std::cmp::Ordering::Greater => Cell::Less(BigCount(&before.0 - &after.0)),
        _ => Cell::Count(BigCount(&after.0 - &before.0)),
    }
}
