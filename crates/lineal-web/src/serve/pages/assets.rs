//! What do pages need beside their text?

use crate::drawing;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The report's style, and what the explorer and its drawings need more.
const STYLE: [&str; 3] = [
    include_str!("../../../templates/report.css"),
    include_str!("../../../templates/explorer/explorer.css"),
    drawing::STYLE,
];
const SCRIPT: &str = include_str!("../../../templates/explorer/explorer.js");

pub async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE.concat()).into_response()
}

pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

pub async fn drawing_script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], drawing::SCRIPT).into_response()
}
