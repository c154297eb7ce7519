//! Models that were found.

use super::{count, csv::cell, stated, table};
use crate::ui::Ui;
use lineal_core::search::{Found, Hit};
use std::io;

pub fn print(found: &Found, ui: &mut Ui) -> io::Result<()> {
    if found.hits.is_empty() {
        return ui.text("nothing found");
    }
    if found.hits.iter().all(|hit| !hit.exact) {
        ui.text("nothing has these very words; these come near")?;
    }
    let row = |hit: &Hit| {
        let task = hit.task.clone().unwrap_or_default();
        vec![hit.id.clone(), stated(hit.downloads), count(hit.derived), task]
    };
    let rows = found.hits.iter().map(row);
    ui.text(&table(&["model", "downloads", "derived", "task"], &[1, 2], rows))?;
    if found.more {
        ui.text("… and more; `--limit` shows them")?;
    }
    Ok(())
}

pub fn csv(hits: &[Hit], ui: &mut Ui) -> io::Result<()> {
    ui.line("model,downloads,derived,task,exact")?;
    for hit in hits {
        let downloads = hit.downloads.map(|downloads| downloads.to_string()).unwrap_or_default();
        let task = cell(hit.task.as_deref().unwrap_or_default());
        ui.line(&format!("{},{downloads},{},{task},{}", cell(&hit.id), hit.derived, hit.exact))?;
    }
    ui.flush()
}
