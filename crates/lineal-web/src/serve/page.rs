//! How is a page, or a refusal, sent?

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Why there is no page.
#[derive(Debug)]
pub struct Failure {
    pub status: StatusCode,
    pub words: String,
}

impl Failure {
    pub fn not_found(words: impl Into<String>) -> Failure {
        Failure { status: StatusCode::NOT_FOUND, words: words.into() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        failed(self)
    }
}

#[derive(Template)]
#[template(path = "serve/failure.html")]
struct FailurePage {
    title: &'static str,
    words: String,
}

/// Returns a page, or why it could not be filled in.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

pub fn failed(failure: Failure) -> Response {
    let title = failure.status.canonical_reason().unwrap_or("Failure");
    let page = html(&FailurePage { title, words: failure.words });
    (failure.status, page).into_response()
}

pub async fn not_found() -> Response {
    failed(Failure::not_found("There is no such page."))
}

pub async fn not_allowed() -> Response {
    failed(Failure {
        status: StatusCode::METHOD_NOT_ALLOWED,
        words: "This page takes no such request.".into(),
    })
}

/// Says that answering went wrong on our side; what exactly is in what the process prints.
pub fn broken() -> Response {
    failed(Failure {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        words: "This page could not be made. That is a fault of this server, not of what was asked.".into(),
    })
}
