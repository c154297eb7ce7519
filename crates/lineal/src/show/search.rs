//! Models that were found.

use super::{count, csv::cell, stated, table};
use crate::ui::Ui;
use lineal_core::search::Hit;
use std::io;

pub fn print(hits: &[Hit], ui: &mut Ui) -> io::Result<()> {
    if hits.is_empty() {
        return ui.text("nothing found");
    }
    if hits.iter().all(|hit| !hit.exact) {
        ui.text("nothing has these very words; these come near")?;
    }
    let row = |hit: &Hit| {
        let task = hit.task.clone().unwrap_or_default();
        vec![hit.id.clone(), stated(hit.downloads), count(hit.derived), task]
    };
    ui.text(&table(&["model", "downloads", "derived", "task"], &[1, 2], hits.iter().map(row)))
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
