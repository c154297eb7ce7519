//! What do pages need beside their text?

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The report's style, and what the explorer needs more.
const STYLE: &str = concat!(
    include_str!("../../../templates/report.css"),
    include_str!("../../../templates/explorer/explorer.css")
);
const SCRIPT: &str = include_str!("../../../templates/explorer/explorer.js");

pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}
