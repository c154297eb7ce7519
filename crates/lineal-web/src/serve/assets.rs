//! What do pages need beside their text?

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The report's style, and what forms need more.
const STYLE: &str =
    concat!(include_str!("../../templates/report.css"), include_str!("../../templates/serve/serve.css"));
const SCRIPT: &str = include_str!("../../templates/serve/audit.js");
/// A model and what was made from it, small.
const ICON: &str = include_str!("../../templates/explorer/icon.svg");

pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

pub async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], ICON).into_response()
}
