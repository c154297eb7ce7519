//! Which fields are missing together?

use super::{Sides, label};
use crate::{
    cell::Cell,
    chart::{
        Chart,
        upset::{self, UpSet},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{
    quality::{Combination, Field},
    set::Member,
};

/// How many combinations are drawn and shown; there are at most 32.
const SHOWN: usize = 20;

/// What is said where no field is missing or wrong.
const NONE: &str = "Nothing missing";

pub fn combinations(sides: &Sides) -> Exhibit {
    let combinations = &sides.all.combinations;
    let sets = Field::ALL.iter().map(|field| {
        let with = combinations.iter().filter(|combination| combination.fields.contains(field));
        upset::Set { label: label(*field), count: with.map(|combination| combination.models).sum() }
    });
    let columns = combinations.iter().take(SHOWN).map(|combination| upset::Combination {
        sets: (0..)
            .zip(Field::ALL)
            .filter(|(_, field)| combination.fields.contains(field))
            .map(|(at, _)| at)
            .collect(),
        count: combination.models,
    });
    let chart = Chart::UpSet(UpSet {
        heading: "Models by what is missing or wrong".to_owned(),
        sets: sets.collect(),
        combinations: columns.collect(),
        total: sides.all.models,
        none: NONE,
    });
    let rows = combinations.iter().map(|combination| {
        vec![
            Cell::text(in_words(combination)),
            Cell::count(combination.fields.len() as u64),
            Cell::count(combination.models),
            Cell::Share(combination.rate),
        ]
    });
    Exhibit::table(
        "combinations",
        "What is missing together",
        "Models by exactly which fields are missing or wrong: a column for each combination, the most frequent first. Filled \
         dots are the fields that it consists of, the bar above says how many models have it; the bars at the left say in \
         how many models a field is missing or wrong, whatever else is. A field that is unclear is not counted as missing.",
        vec![
            Column::text("fields", "Missing or wrong"),
            Column::number("number", "Fields"),
            Column::number("models", "Models"),
            Column::number("share", "Share"),
        ],
        rows.collect(),
    )
    .displayed(Display::Charts(vec![chart]))
    .at_most(SHOWN)
    .folded()
}

fn in_words(combination: &Combination) -> String {
    let names: Vec<&str> = combination.fields.iter().map(|field| label(*field)).collect();
    if names.is_empty() { NONE.to_owned() } else { names.join(", ") }
}
