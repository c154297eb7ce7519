//! The list of snapshots.

use super::{bytes, count, table};
use lineal_lake::manifest::Manifest;

pub fn table_of(manifests: &[Manifest]) -> String {
    let row = |manifest: &Manifest| {
        let stored = match &manifest.changes_to {
            None => "in full".to_owned(),
            Some(to) => format!("changes to {}", to.date),
        };
        vec![
            manifest.date.clone(),
            count(manifest.models),
            count(manifest.relations),
            count(manifest.missing_bases),
            bytes(manifest.size()),
            stored,
            manifest.source.join(", "),
        ]
    };
    table(
        &["snapshot", "models", "relations", "missing bases", "size", "stored", "source"],
        &[1, 2, 3, 4],
        manifests.iter().map(row),
    )
}
