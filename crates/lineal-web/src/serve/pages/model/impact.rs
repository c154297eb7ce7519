//! What stands on a model, and what would break without it?

use crate::{
    cell::Cell,
    number,
    serve::pages::{
        frame::Card,
        table::{Columns, Table, known},
    },
};
use lineal_core::impact::{Impact, Orphaned};

pub fn cards(impact: &Impact) -> Vec<Card> {
    let count = |count: u64| number::count(&count.into());
    let card = |label, value, detail: &str| Card { label, value, detail: detail.to_owned(), href: None };
    let bound = if impact.at_least { "at least " } else { "" };
    vec![
        card("Descendants", count(impact.descendants), "models made from it, directly or not"),
        card(
            "Downloads at stake",
            impact.downloads.map_or("not stated".to_owned(), count),
            "of the descendants, in 30 days",
        ),
        card(
            "Chains cut",
            format!("{bound}{}", number::count(&impact.chains_cut)),
            "chains that pass through it",
        ),
        card("Clusters cut", count(impact.clusters_cut), "that hold it, or begin with it"),
        card("Left without a base", count(impact.orphaned_models), "models with no other present base"),
    ]
}

/// Descendants by the operation by which each is first reached.
pub fn by_operation(impact: &Impact) -> Vec<(String, u64)> {
    impact.by_operation.iter().map(|(operation, models)| (operation.clone(), *models)).collect()
}

/// Descendants by their distance.
pub fn by_depth(impact: &Impact) -> Vec<(u32, u64)> {
    impact.by_depth.iter().map(|(depth, models)| (*depth, *models)).collect()
}

pub fn operations_table(rows: &[(String, u64)]) -> Table<'_> {
    Columns::of(
        "impact_operations",
        "By operation",
        "Descendants by the operation of the relation by which each is first reached.",
        rows,
    )
    .text("operation", "Operation", |row| Cell::name(&row.0))
    .number("models", "Models", |row| Cell::count(row.1))
    .done()
}

pub fn depths_table(rows: &[(u32, u64)]) -> Table<'_> {
    Columns::of(
        "impact_depths",
        "By distance",
        "Descendants by the fewest relations that lead to each.",
        rows,
    )
    .number("distance", "Distance", |row| Cell::count(u64::from(row.0)))
    .number("models", "Models", |row| Cell::count(row.1))
    .done()
}

pub fn orphaned(impact: &Impact) -> Table<'_> {
    Columns::of(
        "orphaned",
        "Left without a base",
        "Models that would have no present base any more, most downloaded first.",
        &impact.orphaned,
    )
    .out_of(impact.orphaned_models)
    .model("id", "Model", |orphaned: &Orphaned| &orphaned.id)
    .text("operation", "Operation", |orphaned| Cell::name(&orphaned.operation))
    .number("downloads", "Downloads", |orphaned| known(orphaned.downloads))
    .number("descendants", "Descendants", |orphaned| Cell::count(orphaned.descendants))
    .done()
}
