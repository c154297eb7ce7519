//! How two models are related: where their ways meet, and each way on a line of its own.

use super::{count, some, table};
use crate::ui::Ui;
use lineal_core::path::{Common, Path, Paths};
use std::io;

pub fn print(paths: &Paths, ui: &mut Ui) -> io::Result<()> {
    if paths.paths.is_empty() {
        let searched = if paths.truncated { " within what can be searched" } else { "" };
        return ui.text(&format!("{} and {} have no common ancestor{searched}", paths.from, paths.to));
    }
    ui.text(&format!("{} and {}: {}", paths.from, paths.to, some(paths.common, "common ancestor")))?;
    ui.heading("The nearest")?;
    let row = |common: &Common| {
        let id = if common.missing { format!("{} (missing)", common.id) } else { common.id.clone() };
        vec![id, count(common.from_depth), count(common.to_depth)]
    };
    ui.text(&table(
        &["ancestor", "relations to the first", "to the second"],
        &[1, 2],
        paths.nearest.iter().map(row),
    ))?;
    ui.heading("Ways")?;
    ui.text(&paths.paths.iter().map(way).collect::<Vec<_>>().join("\n"))?;
    if paths.truncated {
        ui.text("… and more; `--all` looks for all")?;
    }
    Ok(())
}

/// A way, with an arrow from each base to what was derived from it.
fn way(path: &Path) -> String {
    let mut text = path.models.first().cloned().unwrap_or_default();
    for (models, relation) in path.models.windows(2).zip(&path.relations) {
        let arrow = match relation.base == models[0] {
            true => format!("-{}->", relation.operation),
            false => format!("<-{}-", relation.operation),
        };
        text += &format!(" {arrow} {}", models[1]);
    }
    text
}
