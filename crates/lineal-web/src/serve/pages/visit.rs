//! What does a page look at, and how is it sent?
//!
//! One request looks at one view from beginning to end. Its answer depends on nothing but the view, the
//! answers in it that are ready, and the address: these make its entity tag, so that a browser that has
//! the page already is told so before anything is computed.

use super::{
    place::{Place, Wish},
    table::{self, Shown, Table},
};
use crate::serve::{
    App,
    page::{Failure, failed, html},
    view::{Slot, View},
};
use askama::Template;
use axum::{
    extract::{FromRequestParts, Query, RawPathParams},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use ring::digest::{Context, SHA256};
use std::sync::Arc;

pub struct Visit {
    pub view: Arc<View>,
    pub place: Place,
    /// The name of a model, owner or root that the address has, be it in its path or as `?name=`.
    pub name: String,
    /// What the browser calls this machine, with the port; a guard has looked at it.
    pub host: String,
    /// Whether relations can be judged here, too.
    pub has_audit: bool,
    tag: HeaderValue,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Visit, Response> {
        let Some(view) = app.explorer() else {
            // Without a snapshot there is the audit alone.
            return Err(match parts.uri.path() {
                "/" => Redirect::to("/audit").into_response(),
                _ => failed(Failure::not_found("There is no such page.")),
            });
        };
        let text = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or_default().to_owned();
        let tag = tag(&app.guard.token, &view, &host, &parts.uri.to_string());
        if knows(&parts.headers, &tag) {
            return Err((StatusCode::NOT_MODIFIED, fresh(tag)).into_response());
        }
        let bad = |words: &str| failed(Failure { status: StatusCode::BAD_REQUEST, words: words.to_owned() });
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) else {
            return Err(bad("The part of the address after the question mark cannot be read."));
        };
        let place = Place::of(&parts.uri, pairs);
        let Ok(path) = RawPathParams::from_request_parts(parts, app).await else {
            return Err(bad("The address is not written in UTF-8."));
        };
        let path: Vec<&str> = path.iter().map(|(_, part)| part).collect();
        let name = match path.is_empty() {
            true => place.get("name").unwrap_or_default().to_owned(),
            false => path.join("/"),
        };
        Ok(Visit { view, place, name, host, has_audit: app.workbook.is_some(), tag })
    }
}

impl Visit {
    /// Sends a page.
    pub fn page(&self, page: &impl Template) -> Response {
        (fresh(self.tag.clone()), html(page)).into_response()
    }

    /// Sends a file.
    pub fn sent(&self, kind: &'static str, bytes: Vec<u8>) -> Response {
        (fresh(self.tag.clone()), [(header::CONTENT_TYPE, kind)], bytes).into_response()
    }

    /// Sends the page that tables stand on, in the order in which they are given; or one of them alone.
    pub fn answer<P: Template>(&self, tables: &[Table], page: impl FnOnce(Tables) -> P) -> Response {
        let chosen = match self.place.table() {
            Some(key) => tables.iter().position(|table| table.key == key),
            None => (!tables.is_empty()).then_some(0),
        };
        if let Some(format) = self.place.format {
            let Some(at) = chosen else {
                return failed(Failure::not_found("There is no such table on this page."));
            };
            let snapshot = self.view.atlas.world.snapshot;
            let sent = table::sent(&tables[at], &self.place.wish(), format, snapshot);
            return (fresh(self.tag.clone()), sent).into_response();
        }
        let wish = |at: usize| if chosen == Some(at) { self.place.wish() } else { Wish::default() };
        let shown = tables.iter().enumerate().map(|(at, table)| table.shown(&self.place, &wish(at)));
        self.page(&page(Tables(shown.collect())))
    }
}

#[cfg(test)]
impl Visit {
    /// A visit of an address whose path names a model, as a test makes it.
    pub fn at(view: Arc<View>, address: &str, name: &str) -> Visit {
        let place = super::place::place(address);
        let host = "127.0.0.1:8282".to_owned();
        let tag = HeaderValue::from_static("W/\"test\"");
        Visit { view, place, name: name.to_owned(), host, has_audit: false, tag }
    }
}

/// The tables of a page, to be put in their places.
pub struct Tables(Vec<Shown>);

impl Tables {
    pub fn take(&mut self, key: &str) -> Option<Shown> {
        let at = self.0.iter().position(|table| table.key == key)?;
        Some(self.0.swap_remove(at))
    }
}

/// An answer that takes long, as a page tells it.
#[derive(Debug)]
pub enum Told<'a, T> {
    Ready(&'a T),
    /// It is being worked out.
    Waits,
    /// Why it cannot be.
    Failed(&'a str),
}

impl<'a, T> Told<'a, T> {
    pub fn of(slot: &'a Slot<T>) -> Told<'a, T> {
        match slot.get() {
            None => Told::Waits,
            Some(Ok(answer)) => Told::Ready(answer),
            Some(Err(reason)) => Told::Failed(reason),
        }
    }

    pub fn ready(&self) -> Option<&'a T> {
        match self {
            Told::Ready(answer) => Some(answer),
            Told::Waits | Told::Failed(_) => None,
        }
    }

    /// What to say in place of the answer.
    pub fn excuse(&self) -> Option<Excuse> {
        match self {
            Told::Ready(_) => None,
            Told::Waits => Some(Excuse { failed: None }),
            Told::Failed(reason) => Some(Excuse { failed: Some(crate::cell::visible(reason)) }),
        }
    }
}

/// Why an answer is not there: it is being worked out, or cannot be.
#[derive(Debug)]
pub struct Excuse {
    pub failed: Option<String>,
}

/// Names an answer. `run` is different whenever the server is started, perhaps as another build, and cannot be
/// read from the tag.
fn tag(run: &str, view: &View, host: &str, address: &str) -> HeaderValue {
    let answers = &view.answers;
    let ready = [
        answers.earlier.get().is_some(),
        answers.broken.get().is_some(),
        answers.report.get().is_some(),
        answers.files.get().is_some(),
    ];
    let mut context = Context::new(&SHA256);
    for part in [run, &view.id, host, address] {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    context.update(&ready.map(u8::from));
    let digits: String = context.finish().as_ref()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    // Weak, since the bytes depend on how they are compressed. Digits and quotes are plain text.
    HeaderValue::try_from(format!("W/\"{digits}\"")).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether a browser has the page of this tag already.
fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str().map(opaque) else { return false };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|tags| tags.split(',')).any(|known| opaque(known) == tag)
}

/// Lets a browser keep the answer and ask whether it still holds.
fn fresh(tag: HeaderValue) -> [(header::HeaderName, HeaderValue); 2] {
    [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_knows_a_page_by_its_tag_however_strong() {
        let tag = HeaderValue::from_static("W/\"abc\"");
        let check = |known: &'static str, expected: bool| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(known))]);
            assert_eq!(knows(&headers, &tag), expected, "{known}");
        };
        check("W/\"abc\"", true);
        check("\"x\", \"abc\"", true);
        check("\"abcd\"", false);
        check("abc", false);
        check("", false);
    }
}
