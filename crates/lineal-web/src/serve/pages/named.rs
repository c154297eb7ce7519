//! What if an address names a model otherwise than it is called?
//!
//! A browser is sent to the address of its present name. Where there is no such model, the page says which ones may
//! have been meant.

use super::{frame::Frame, visit::Visit};
use crate::{
    address::{self, Link},
    cell::visible,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

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
    let node = visit.view.called(&visit.name).ok_or(Elsewhere::Nowhere)?;
    match visit.view.atlas.world.name(node) {
        name if name == visit.name => Ok(node),
        name => Err(Elsewhere::Moved(page(name))),
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
