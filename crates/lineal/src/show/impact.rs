//! What stands on some models: the sums first, then who would be left behind.

use super::{count, some, stated, table};
use crate::ui::Ui;
use lineal_core::impact::{Impact, Orphaned};
use std::io;

/// How many depths have a row of their own.
const DEPTHS: usize = 12;

pub fn print(impact: &Impact, ui: &mut Ui) -> io::Result<()> {
    ui.text(&format!("{}: {}", impact.models.join(", "), sums(impact)))?;
    if !impact.by_operation.is_empty() {
        ui.heading("By operation")?;
        let rows = impact.by_operation.iter().map(|(word, models)| vec![count(models), word.clone()]);
        ui.text(&table(&["models", "operation"], &[0], rows))?;
        ui.heading("By distance")?;
        ui.text(&by_depth(impact))?;
    }
    if impact.orphaned_models > 0 {
        ui.heading("Left without any present base")?;
        ui.text(&orphaned(impact))?;
    }
    if let Some(mirrors) = &impact.mirrors {
        ui.heading("The very same weights under another name")?;
        ui.text(&if mirrors.is_empty() { "none".to_owned() } else { mirrors.join("\n") })?;
    }
    Ok(())
}

/// What would break, in one sentence.
pub fn sums(impact: &Impact) -> String {
    let downloads = match impact.downloads {
        Some(downloads) => format!("{} in 30 days", some(downloads, "download")),
        None => "downloads not known".to_owned(),
    };
    let chains = count(&impact.chains_cut);
    let chains = if chains == "1" { "1 chain".to_owned() } else { format!("{chains} chains") };
    format!(
        "{} ({downloads}), {}{chains}, {}",
        some(impact.descendants, "descendant"),
        if impact.at_least { "at least " } else { "" },
        some(impact.clusters_cut, "cluster"),
    )
}

fn by_depth(impact: &Impact) -> String {
    let row = |(depth, models): (&u32, &u64)| vec![depth.to_string(), count(models)];
    let mut rows: Vec<Vec<String>> = impact.by_depth.iter().take(DEPTHS).map(row).collect();
    let further: u64 = impact.by_depth.values().skip(DEPTHS).sum();
    if further > 0 {
        rows.push(vec!["further".to_owned(), count(further)]);
    }
    table(&["relations", "models"], &[0, 1], rows)
}

fn orphaned(impact: &Impact) -> String {
    let row = |model: &Orphaned| {
        vec![model.id.clone(), model.operation.clone(), stated(model.downloads), count(model.descendants)]
    };
    let text =
        table(&["model", "operation", "downloads", "descendants"], &[2, 3], impact.orphaned.iter().map(row));
    match impact.orphaned_models - impact.orphaned.len() as u64 {
        0 => text,
        more => format!("{text}\n… and {} more; `--limit` shows them", count(more)),
    }
}
