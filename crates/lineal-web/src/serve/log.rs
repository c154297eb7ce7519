//! What is told of a request when it has been answered?
//!
//! One line for each, without anything that could be secret: no query, no headers, no address. The template
//! of the route is one of a few; the path is what was really asked for, made harmless.

use super::App;
use axum::{
    extract::{Request as Asked, State},
    http::header,
    middleware::Next,
    response::Response,
};
use serde::Serialize;
use std::{sync::Arc, time::Instant};

/// The longest path that is told, in characters.
const LONGEST_PATH: usize = 200;

/// What is told of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `OTHER` if HTTP does not define it.
    pub method: &'static str,
    /// The route's template: `/api/v1/models/{owner}/{name}/lineage`.
    pub route: &'static str,
    /// Printable ASCII only, and cut where it is long.
    pub path: String,
    pub status: u16,
    /// Until the answer began to be sent.
    pub micros: u64,
    /// Of the answer's body; `None` if it is compressed as it is sent.
    pub bytes: Option<u64>,
}

/// The template by which an answer was found, put into the answer by whoever knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route(pub &'static str);

impl Route {
    /// What is told of whatever has no template of its own.
    fn of(response: &Response) -> &'static str {
        response.extensions().get().map_or("other", |Route(template)| template)
    }
}

/// Counts a request, and tells of it.
pub(super) async fn observe(State(app): State<Arc<App>>, request: Asked, next: Next) -> Response {
    let method = known(request.method().as_str());
    let path = app.log.is_some().then(|| harmless(request.uri().path()));
    let begun = Instant::now();
    let running = app.metrics.begin();
    let response = next.run(request).await;
    drop(running);
    let took = begun.elapsed();
    let (route, status) = (Route::of(&response), response.status().as_u16());
    app.metrics.answered(method, route, status, took);
    if let (Some(log), Some(path)) = (&app.log, path) {
        let bytes = response.headers().get(header::CONTENT_LENGTH);
        let bytes = bytes.and_then(|bytes| bytes.to_str().ok()?.parse().ok());
        let bytes = bytes.or_else(|| axum::body::HttpBody::size_hint(response.body()).exact());
        let micros = took.as_micros().try_into().unwrap_or(u64::MAX);
        log(&Request { method, route, path, status, micros, bytes });
    }
    response
}

/// Returns a method's own name, if it is one that everybody knows.
fn known(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

fn harmless(path: &str) -> String {
    let shown: String = path.chars().flat_map(char::escape_default).take(LONGEST_PATH).collect();
    if shown.len() < LONGEST_PATH { shown } else { format!("{shown}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_log_is_one_line_of_plain_text() {
        assert_eq!(harmless("/api/v1/models/a/b"), "/api/v1/models/a/b");
        assert_eq!(harmless("/\u{1b}[31m\n\u{202e}"), "/\\u{1b}[31m\\n\\u{202e}");
        assert_eq!(harmless(&"x".repeat(5000)).chars().count(), LONGEST_PATH + 1);
    }

    #[test]
    fn a_method_nobody_knows_is_another() {
        assert_eq!([known("GET"), known("get"), known("BREW")], ["GET", "OTHER", "OTHER"]);
    }
}
