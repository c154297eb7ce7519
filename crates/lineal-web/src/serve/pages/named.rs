//! Which model does a name in an address mean?
//!
//! The exact one; else the one whose name differs by case only, the present one of a legacy name, or
//! the one that was called so in an earlier snapshot, by the hub's own id. All but the first have another
//! address, to which a browser is sent.

use super::{
    address::{self, Link},
    frame::Frame,
    visit::Visit,
};
use crate::{cell::visible, serve::view::View};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use lineal_core::{aliases::present_name, ids::Found};

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Exactly(u32),
    /// It has another name.
    Otherwise(u32),
    Nothing,
}

pub fn meaning(view: &View, name: &str) -> Meaning {
    let ids = &view.atlas.world.ids;
    match ids.find_ignoring_case(name) {
        Some(Found::Exactly(node)) => return Meaning::Exactly(node),
        Some(Found::IgnoringCase(node)) => return Meaning::Otherwise(node),
        None => {}
    }
    let present = present_name(name).and_then(|present| ids.find(&present));
    present.or_else(|| renamed(view, name)).map_or(Meaning::Nothing, Meaning::Otherwise)
}

/// Finds the model that had a name in an earlier snapshot, the latest first.
fn renamed(view: &View, name: &str) -> Option<u32> {
    let earlier = view.answers.earlier.get()?.as_ref().ok()?;
    earlier.iter().find_map(|atlas| {
        let (Found::Exactly(node) | Found::IgnoringCase(node)) = atlas.world.ids.find_ignoring_case(name)?;
        view.atlas.profiles.find(atlas.profiles.hub_id(node)?)
    })
}

/// Why there is no page at an address that names a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// It is at this one.
    Moved(String),
    /// There is no such model.
    Nowhere,
}

impl Elsewhere {
    /// Sends a browser there, or tells it that there is nothing.
    pub fn answer(self, visit: &Visit) -> Response {
        match self {
            Elsewhere::Moved(address) => Redirect::permanent(&address).into_response(),
            Elsewhere::Nowhere => unknown(visit, &visit.name),
        }
    }
}

/// Finds the node that an address names; `page` is the address of such a page.
pub fn node(visit: &Visit, page: fn(&str) -> String) -> Result<u32, Elsewhere> {
    match meaning(&visit.view, &visit.name) {
        Meaning::Exactly(node) => Ok(node),
        Meaning::Otherwise(node) => Err(Elsewhere::Moved(page(visit.view.atlas.world.name(node)))),
        Meaning::Nothing => Err(Elsewhere::Nowhere),
    }
}

#[derive(Template)]
#[template(path = "explorer/unknown.html")]
struct UnknownPage {
    frame: Frame,
    name: String,
    similar: Vec<Link>,
    search: String,
}

/// The most letters of a name that are repeated to whoever asked for it.
const MOST_LETTERS: usize = 200;

/// Says that there is no such model, and which ones may have been meant.
fn unknown(visit: &Visit, name: &str) -> Response {
    let view = &visit.view;
    let name: String = name.chars().take(MOST_LETTERS).collect();
    let similar = view.search.did_you_mean(&view.atlas.world, &name);
    let page = UnknownPage {
        frame: Frame { sought: name.clone(), ..Frame::of(visit, None, "No such model") },
        similar: similar.iter().map(|name| Link::model(name)).collect(),
        search: address::with("/search", &[("q", &name)]),
        name: visible(&name),
    };
    (StatusCode::NOT_FOUND, visit.page(&page)).into_response()
}
