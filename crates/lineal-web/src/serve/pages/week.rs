//! What changed since the snapshot before, and what broke?

use super::{
    frame::{Card, Frame, Part},
    table::{Columns, Shown, Table, known},
    visit::{Excuse, Told, Visit},
};
use crate::{Report, address::Link, cell::Cell, number, page::Page};
use askama::Template;
use axum::response::Response;
use lineal_core::{
    broken::{Broken, Gone},
    evolution::Week,
};

#[derive(Template)]
#[template(path = "explorer/week.html")]
struct WeekPage {
    frame: Frame,
    week: Option<Summary>,
    worst: Option<Shown>,
    no_week: Option<Excuse>,
    weeks: Option<Shown>,
    no_weeks: Option<Excuse>,
    report: Option<Link>,
}

/// A week in a few numbers.
pub struct Summary {
    pub from: String,
    pub to: String,
    pub cards: Vec<Card>,
}

impl Summary {
    pub fn of(broken: &Broken) -> Summary {
        let card = |label, count: u64, detail: &str| Card {
            label,
            value: number::count(&count.into()),
            detail: detail.to_owned(),
            href: None,
        };
        Summary {
            from: broken.from.to_string(),
            to: broken.to.to_string(),
            cards: vec![
                card("Added", broken.added, "models"),
                card("Deleted", broken.deleted, "models"),
                card("Renamed", broken.renamed, "neither added nor deleted"),
                card("Deleted bases", broken.deleted_bases, "with derived models that are still there"),
                card("Affected", broken.affected, "models that lost a base"),
                card("Orphaned", broken.orphaned, "models without any present base now"),
            ],
        }
    }
}

pub async fn show(visit: Visit) -> Response {
    let view = &*visit.view;
    let told = Told::of(&view.answers.broken);
    let broken = told.ready().and_then(Option::as_ref);
    let report = Told::of(&view.answers.report);
    let weeks: Option<Vec<&Week>> = report.ready().and_then(evolution);
    let mut tables = Vec::new();
    tables.extend(broken.map(|broken| worst(&broken.worst)));
    tables.extend(weeks.as_ref().map(|weeks| weeks_table(weeks)));
    visit.answer(&tables, |mut tables| WeekPage {
        frame: Frame::of(&visit, Some(Part::Week), "Week"),
        week: broken.map(Summary::of),
        worst: tables.take("worst"),
        no_week: told.excuse(),
        weeks: tables.take("weeks"),
        no_weeks: report.excuse(),
        report: weeks
            .as_ref()
            .map(|_| Link::to("The report on evolution", format!("/report/{}", Page::Evolution.file()))),
    })
}

/// The weeks of the report, the latest first; `None` if it has none.
fn evolution(report: &Report) -> Option<Vec<&Week>> {
    let weeks = &report.evolution.as_ref()?.formal.weeks;
    (!weeks.is_empty()).then(|| weeks.iter().rev().collect())
}

/// A table of bases that vanished.
pub fn worst(gone: &[Gone]) -> Table<'_> {
    Columns::of(
        "worst",
        "Deleted bases",
        "Models that are gone and that others, which are still there, were made from; those with most of them first.",
        gone,
    )
    .model("id", "Model", |gone| &gone.id)
    .number("derived", "Derived, still there", |gone| Cell::count(gone.derived))
    .number("orphaned", "Without a base now", |gone| Cell::count(gone.orphaned))
    .number("downloads_of_derived", "Their downloads", |gone| Cell::count(gone.downloads_of_derived))
    .number("downloads", "Own downloads, when last seen", |gone| known(gone.downloads))
    .done()
}

fn weeks_table<'a>(weeks: &'a [&'a Week]) -> Table<'a> {
    Columns::of(
        "weeks",
        "All weeks",
        "What lies between two snapshots that follow each other, however many days that is; the latest first.",
        weeks,
    )
    .text("from", "From", |week| Cell::date(week.from))
    .text("to", "To", |week| Cell::date(week.to))
    .number("added", "Added", |week| Cell::count(week.changes.added.models))
    .number("deleted", "Deleted", |week| Cell::count(week.changes.deleted.models))
    .number("renamed", "Renamed", |week| Cell::count(week.changes.renamed))
    .number("relation_changed", "Relations changed", |week| Cell::count(week.changes.relation_changed))
    .number("deleted_bases", "Deleted bases", |week| Cell::count(week.changes.impact.deleted_bases))
    .number("affected", "Models that lost a base", |week| {
        Cell::count(week.changes.impact.affected_derived_surviving)
    })
    .done()
}
