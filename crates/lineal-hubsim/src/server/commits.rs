//! `GET /api/models/{id}/commits/{revision}` and `/refs`: how did a model come to be?

use crate::server::{
    link,
    model::Asked,
    query::{self, Query},
    refusal::Refusal,
    repository::{Commit, TAG},
};
use axum::{
    Json,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use serde::Serialize;

const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// How many commits are on a page unless asked for otherwise, and at most.
const USUAL: usize = 50;
const MOST: usize = 1_000;

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    message: &'static str,
    authors: [Author<'a>; 1],
    date: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<Formatted<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    user: &'a str,
}

#[derive(Serialize)]
struct Formatted<'a> {
    title: &'a str,
    message: &'static str,
}

/// Answers with a page of commits, newest first.
pub(crate) fn commits(asked: &Asked, revision: &str) -> Result<Response, Refusal> {
    let repository = &asked.repository;
    if repository.is_disabled() {
        return Err(Refusal::DisabledHistory);
    }
    repository.check_grant(asked.client)?;
    let commits = &repository.commits[repository.find_revision(revision)?..];
    let query = Query::parse(asked.query);
    let number = |name| query.number(name).map_err(|error| Refusal::BadRequest(error.to_string()));
    let (page, limit) = (number("p")?.unwrap_or(0), number("limit")?.unwrap_or(USUAL));
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::BadRequest(format!("Invalid input: expected 1 to {MOST} at limit")));
    }
    let is_formatted = query.many("expand").any(|expanded| expanded == "formatted");
    let start = page.saturating_mul(limit).min(commits.len());
    let end = start.saturating_add(limit).min(commits.len());
    let entries: Vec<Entry> = commits[start..end].iter().map(|commit| entry(commit, is_formatted)).collect();
    let mut response = Json(entries).into_response();
    response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(commits.len()));
    if end < commits.len() {
        let others = query::without(asked.query, "p");
        let separator = if others.is_empty() { "" } else { "&" };
        link::add_next(
            &mut response,
            asked.headers,
            asked.path,
            &format!("p={}{separator}{others}", page + 1),
        );
    }
    Ok(response)
}

fn entry(commit: &Commit, is_formatted: bool) -> Entry<'_> {
    let Commit { id, title, author, date } = commit;
    let formatted = is_formatted.then_some(Formatted { title, message: "" });
    Entry { id, title, message: "", authors: [Author { user: author }], date, formatted }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refs<'a> {
    tags: Vec<Ref<'a>>,
    branches: [Ref<'a>; 1],
    converts: [Ref<'a>; 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_requests: Option<[Ref<'a>; 0]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ref<'a> {
    name: &'a str,
    #[serde(rename = "ref")]
    full_name: &'static str,
    target_commit: &'a str,
}

/// Answers with the branches and tags.
pub(crate) fn refs(asked: &Asked) -> Result<Response, Refusal> {
    let commits = &asked.repository.commits;
    let tag =
        |place: usize| Ref { name: TAG, full_name: "refs/tags/v1.0", target_commit: &commits[place].id };
    let main = Ref { name: "main", full_name: "refs/heads/main", target_commit: &commits[0].id };
    let with_requests = Query::parse(asked.query).is_on("include_prs");
    Ok(Json(Refs {
        tags: asked.repository.tag().map(tag).into_iter().collect(),
        branches: [main],
        converts: [],
        pull_requests: with_requests.then_some([]),
    })
    .into_response())
}
