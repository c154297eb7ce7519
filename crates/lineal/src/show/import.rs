//! What became of a listing.

use super::{bytes, count, table};
use lineal_core::oddity::Met;
use lineal_lake::write::Published;
use std::time::Duration;

pub fn summary(published: &Published, took: Duration) -> String {
    let manifest = &published.manifest;
    let stored = match &manifest.changes_to {
        None => String::new(),
        Some(to) => format!(" as changes to {}", to.date),
    };
    let mut text = format!(
        "snapshot {}: {} models, {} relations from {} claims, {} missing bases; {}{stored}, in {:.1} s",
        manifest.date,
        count(manifest.models),
        count(manifest.relations),
        count(published.claims),
        count(manifest.missing_bases),
        bytes(manifest.size()),
        took.as_secs_f64(),
    );
    if published.oddities.is_empty() {
        return text;
    }
    let row = |(oddity, met): (lineal_core::oddity::Oddity, &Met)| {
        vec![count(met.count), oddity.as_str().to_owned(), met.examples.join("; ")]
    };
    text += "\n\n";
    text += &table(&["count", "oddity", "for example"], &[0], published.oddities.iter().map(row));
    text + "\n"
}
