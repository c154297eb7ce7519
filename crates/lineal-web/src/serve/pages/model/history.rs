//! What was a model on earlier days?

use crate::{
    cell::{Cell, Missing},
    serve::{
        pages::table::{Columns, Table, few, known, stated},
        view::View,
    },
};
use lineal_core::{
    atlas::Atlas,
    history::{BaseThen, History, Moment, history},
};
use std::sync::Arc;

/// Follows a model of the view through this snapshot and all earlier ones.
pub fn of(view: &View, earlier: &[Arc<Atlas>], node: u32) -> History {
    let snapshots: Vec<&Atlas> = std::iter::once(&view.atlas).chain(earlier).map(|atlas| &**atlas).collect();
    history(&snapshots, node)
}

pub fn table(moments: &[Moment]) -> Table<'_> {
    Columns::of(
        "history",
        "History",
        "The model in each snapshot, the latest first: by the hub’s own id, which survives a rename, or else by its name.",
        moments,
    )
    .text("snapshot", "Snapshot", |moment| Cell::date(moment.snapshot))
    .text("id", "Name", |moment| match &moment.id {
        Some(id) => Cell::name(id),
        None => Cell::text("not there"),
    })
    .text("bases", "Bases", bases)
    .number("derived", "Derived", |moment| counted(moment, Cell::count(moment.derived)))
    .number("downloads", "Downloads", |moment| counted(moment, known(moment.downloads)))
    .number("likes", "Likes", |moment| counted(moment, known(moment.likes)))
    .text("license", "Licence", |moment| counted(moment, stated(moment.license.as_deref())))
    .text("changes", "Changes", |moment| match moment.changes.is_empty() {
        true => Cell::Missing(Missing::Nothing),
        false => Cell::Name(moment.changes.join("; ")),
    })
    .done()
}

/// A cell of a model, if it was there.
fn counted(moment: &Moment, cell: Cell) -> Cell {
    if moment.id.is_some() { cell } else { Cell::Missing(Missing::Nothing) }
}

fn bases(moment: &Moment) -> Cell {
    let base = |base: &BaseThen| {
        let missing = if base.missing { ", missing" } else { "" };
        format!("{} ({}{missing})", base.id, base.operation)
    };
    few(moment.bases.iter().map(base).collect())
}
