//! What became of a listing.

use super::{bytes, count, table};
use lineal_core::oddity::{Met, Oddity};
use lineal_lake::write::Published;
use std::time::Duration;

/// The headline, and below it what was odd.
pub fn summary(published: &Published, took: Duration) -> String {
    let headline = headline(published, took);
    if published.oddities.is_empty() { headline } else { format!("{headline}\n\n{}\n", oddities(published)) }
}

/// Sizes and time in one line.
pub fn headline(published: &Published, took: Duration) -> String {
    let manifest = &published.manifest;
    let stored = match &manifest.changes_to {
        None => String::new(),
        Some(to) => format!(" as changes to {}", to.date),
    };
    format!(
        "snapshot {}: {} models, {} relations from {} claims, {} missing bases; {}{stored}, in {:.1} s",
        manifest.date,
        count(manifest.models),
        count(manifest.relations),
        count(published.claims),
        count(manifest.missing_bases),
        bytes(manifest.size()),
        took.as_secs_f64(),
    )
}

/// What was odd about the listing, with examples.
pub fn oddities(published: &Published) -> String {
    let row = |(oddity, met): (Oddity, &Met)| {
        vec![count(met.count), oddity.as_str().to_owned(), met.examples.join("; ")]
    };
    table(&["count", "oddity", "for example"], &[0], published.oddities.iter().map(row))
}
