//! Which models does somebody mean who types a few words?

use super::{
    frame::Frame,
    table::{Columns, Shown, known, stated},
    visit::Visit,
};
use crate::{
    address::Link,
    cell::{Cell, visible},
};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "explorer/search.html")]
struct SearchPage {
    frame: Frame,
    sought: String,
    /// The model that has this very name, now or under another.
    named: Option<Link>,
    hits: Option<Shown>,
    found: usize,
    is_cut: bool,
    similar: Vec<Link>,
}

/// The most models that a search lists.
const MOST_HITS: usize = 500;
/// The longest text that is searched for, in letters.
const LONGEST: usize = 200;

pub async fn show(visit: Visit) -> Response {
    let view = &*visit.view;
    let world = &view.atlas.world;
    let sought: String = visit.place.get("q").unwrap_or_default().trim().chars().take(LONGEST).collect();
    let mut hits = match sought.is_empty() {
        true => Vec::new(),
        false => view.search.find(world, &sought, 0, MOST_HITS + 1).hits,
    };
    let is_cut = hits.len() > MOST_HITS;
    hits.truncate(MOST_HITS);
    let table = Columns::of(
        "models",
        "Models",
        "Models whose name, owner or tags hold every word, the best and most important ones first.",
        &hits,
    )
    .model("id", "Model", |hit| &hit.id)
    .text("task", "Task", |hit| stated(hit.task.as_deref()))
    .number("downloads", "Downloads", |hit| known(hit.downloads))
    .number("derived", "Derived directly", |hit| Cell::count(hit.derived))
    .text("match", "Match", |hit| Cell::text(if hit.exact { "as typed" } else { "similar" }))
    .done();
    let named = view.called(&sought).filter(|_| !sought.is_empty()).map(|node| Link::model(world.name(node)));
    let similar = match hits.is_empty() && !sought.is_empty() {
        true => view.search.did_you_mean(world, &sought).iter().map(|name| Link::model(name)).collect(),
        false => Vec::new(),
    };
    visit.answer(&[table], |mut tables| SearchPage {
        frame: Frame { sought: sought.clone(), ..Frame::of(&visit, None, "Search") },
        sought: visible(&sought),
        named,
        hits: tables.take("models").filter(|_| !hits.is_empty()),
        found: hits.len(),
        is_cut,
        similar,
    })
}
