//! Which models matter most?

use super::{
    frame::{Frame, Part},
    table::{Columns, Shown, Table, known, stated},
    visit::Visit,
};
use crate::{address, cell::Cell};
use askama::Template;
use axum::response::Response;
use lineal_core::{
    rank::{self, By, Ranked},
    set::{Member, named},
};

#[derive(Template)]
#[template(path = "explorer/top.html")]
struct TopPage {
    frame: Frame,
    by: By,
    choices: Vec<Choice>,
    list: Option<Shown>,
}

/// Something that models can be ranked by.
struct Choice {
    words: &'static str,
    href: String,
    is_chosen: bool,
}

/// How many models of a ranking are listed.
const MOST: usize = 1_000;

pub async fn show(visit: Visit) -> Response {
    let view = &*visit.view;
    let by = visit.place.get("by").and_then(named).unwrap_or(By::Criticality);
    let ranking = rank::ranking(&view.atlas.world, &view.ranks, by, 0, MOST);
    let table = self::columns("models", "Ranking", &ranking.models).out_of(ranking.ranked).done();
    visit.answer(&[table], |mut tables| TopPage {
        frame: Frame::of(&visit, Some(Part::Rankings), "Rankings"),
        by,
        choices: By::ALL.iter().map(|each| choice(*each, by)).collect(),
        list: tables.take("models"),
    })
}

fn choice(by: By, chosen: By) -> Choice {
    let words = match by {
        By::Descendants => "Descendants",
        By::Reach => "Downloads of descendants",
        By::Criticality => "Criticality",
    };
    Choice { words, href: address::with("/top", &[("by", by.as_str())]), is_chosen: by == chosen }
}

/// A table of ranked models.
pub fn table<'a>(key: &'static str, title: &str, models: &'a [Ranked]) -> Table<'a> {
    columns(key, title, models).done()
}

fn columns<'a>(key: &'static str, title: &str, models: &'a [Ranked]) -> Columns<'a, Ranked> {
    Columns::of(
        key,
        title,
        "Criticality, from 0 to 1: the descendants of a model and their downloads count most, then the owners of what \
         was derived from it directly, then how many these are, and its own downloads.",
        models,
    )
    .number("rank", "Rank", |model| Cell::count(model.rank))
    .model("id", "Model", |model| &model.id)
    .number("criticality", "Criticality", |model| Cell::Mean(model.criticality))
    .number("descendants", "Descendants", |model| Cell::count(model.descendants))
    .number("reach", "Their downloads", |model| Cell::count(model.reach))
    .number("derived", "Derived directly", |model| Cell::count(model.derived))
    .number("owners", "Owners", |model| Cell::count(model.owners))
    .number("downloads", "Own downloads", |model| known(model.downloads))
    .text("task", "Task", |model| if model.missing { Cell::text("missing base") } else { stated(model.task.as_deref()) })
}
