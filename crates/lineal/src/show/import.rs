//! What became of a listing.

use super::{bytes, count, some, table};
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
        "snapshot {}: {}, {} from {}, {}; {}{stored}, in {:.1} s",
        manifest.date,
        some(manifest.models, "model"),
        some(manifest.relations, "relation"),
        some(published.claims, "claim"),
        some(manifest.missing_bases, "missing base"),
        bytes(manifest.size()),
        took.as_secs_f64(),
    )
}

/// What was odd about the listing, with an example each; the manifest keeps more.
pub fn oddities(published: &Published) -> String {
    let row = |(oddity, met): (Oddity, &Met)| {
        let example = met.examples.first().cloned().unwrap_or_default();
        vec![count(met.count), oddity.as_str().to_owned(), example]
    };
    table(&["count", "oddity", "for example"], &[0], published.oddities.iter().map(row))
}
