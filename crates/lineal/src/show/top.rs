//! A ranking.

use super::{count, csv::cell, some, stated, table};
use crate::ui::Ui;
use lineal_core::{
    rank::{Ranked, Ranking},
    set::Member,
};
use std::io;

pub fn print(ranking: &Ranking, ui: &mut Ui) -> io::Result<()> {
    ui.text(&format!(
        "snapshot {}: {} from which others were made, by {}",
        ranking.snapshot,
        some(ranking.ranked, "model"),
        ranking.by.as_str()
    ))?;
    let row = |model: &Ranked| {
        let id = if model.missing { format!("{} (missing)", model.id) } else { model.id.clone() };
        vec![
            count(model.rank),
            id,
            format!("{:.3}", model.criticality),
            count(model.descendants),
            count(model.derived),
            count(model.owners),
            count(model.reach),
            stated(model.downloads),
        ]
    };
    ui.text(&table(
        &["", "model", "criticality", "descendants", "derived", "owners", "reach", "downloads"],
        &[0, 2, 3, 4, 5, 6, 7],
        ranking.models.iter().map(row),
    ))
}

pub fn csv(ranking: &Ranking, ui: &mut Ui) -> io::Result<()> {
    ui.line("rank,model,missing,criticality,descendants,derived,owners,reach,downloads,task")?;
    for model in &ranking.models {
        let downloads = model.downloads.map(|downloads| downloads.to_string()).unwrap_or_default();
        ui.line(&format!(
            "{},{},{},{},{},{},{},{},{downloads},{}",
            model.rank,
            cell(&model.id),
            model.missing,
            model.criticality,
            model.descendants,
            model.derived,
            model.owners,
            model.reach,
            cell(model.task.as_deref().unwrap_or_default()),
        ))?;
    }
    ui.flush()
}
