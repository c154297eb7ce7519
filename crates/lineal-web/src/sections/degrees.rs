//! Which models have the most bases, and which the most derived models? (study, table 3)

use crate::{
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
    sides::{PUBLISHED, Sides, ranked},
};
use lineal_core::{degrees::Degree, published::errata};

pub fn both(sides: &Sides) -> Vec<Exhibit> {
    let published = sides.published;
    let in_degree = Exhibit::table(
        "table-3a-in-degree",
        "Table 3a. Models with the most bases",
        "Models by in-degree: how many different listed models they declare as a base. Ties are in the order of names.",
        columns(sides, "Bases"),
        rows(&sides.formal.top_in_degree, published.map(|study| &study.top_in_degree[..])),
    );
    let out_degree = Exhibit::table(
        "table-3b-out-degree",
        "Table 3b. Models with the most derived models",
        "Models by out-degree: how many different models declare them as a base. Ties are in the order of names.",
        columns(sides, "Derived models"),
        rows(&sides.formal.top_out_degree, published.map(|study| &study.top_out_degree[..])),
    );
    vec![in_degree.note_if(sides.is_published(), errata::TIES), out_degree]
}

fn columns(sides: &Sides, counts: &'static str) -> Vec<Column> {
    let mut columns = vec![Column::text("model", "Model"), Column::number("degree", counts)];
    if sides.is_published() {
        columns.push(Column::number("published", PUBLISHED));
    }
    columns.push(Column::text("task", "Task"));
    columns
}

fn rows(ours: &[Degree], published: Option<&[(&'static str, u64)]>) -> Vec<Vec<Cell>> {
    let ranking = ranked(ours, |row| row.model.as_str(), published.unwrap_or(&[]), |(model, _)| model);
    let rows = ranking.into_iter().map(|(model, degree, study)| {
        let absent = Cell::Missing(Missing::NotRanked);
        let mut row = vec![Cell::name(model)];
        row.push(degree.map_or(absent.clone(), |degree| Cell::count(degree.degree)));
        if published.is_some() {
            row.push(study.map_or(absent.clone(), |(_, degree)| Cell::count(*degree)));
        }
        row.push(degree.map_or(absent, |degree| task(&degree.task)));
        row
    });
    rows.collect()
}

pub fn task(task: &Option<String>) -> Cell {
    task.as_ref().map_or(Cell::Missing(Missing::NotStated), |task| Cell::name(task))
}
