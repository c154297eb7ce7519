//! What do snapshots say in SQL?

use super::{
    answer::json,
    problem::{Kind, Problem},
};
use crate::serve::{App, view::SqlFailure};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

pub const PATH: &str = "/api/v1/sql";

/// The longest query, in characters.
const LONGEST: usize = 10_000;

/// A query, as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// One statement that reads.
    #[schemars(length(min = 1, max = 10_000))]
    query: String,
}

/// Answers a query, if queries are taken.
pub async fn answer(app: &Arc<App>, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let sql = app.explorer.as_ref().and_then(|explorer| explorer.sql.as_ref());
    let sql = sql.ok_or_else(|| Problem::new(Kind::NotThere, "Queries are turned off here."))?;
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(Kind::WrongMedia, "A query is sent as `application/json`."));
    }
    let too_large = |_| {
        let detail = format!("A body has at most {} bytes.", app.largest_body);
        Problem::new(Kind::TooLarge, detail)
    };
    let bytes = to_bytes(body, app.largest_body).await.map_err(too_large)?;
    let bad = |error: serde_json::Error| Problem::new(Kind::BadBody, format!("Expected a query: {error}."));
    let Query { query } = serde_json::from_slice(&bytes).map_err(bad)?;
    if !(1..=LONGEST).contains(&query.chars().count()) {
        let detail = format!("A query has 1 to {LONGEST} characters.");
        return Err(Problem::new(Kind::BadBody, detail));
    }
    let _permit = app.lanes.slow.acquire().await.map_err(|_| Problem::broken())?;
    let refused = |failure: SqlFailure| Problem::new(Kind::Refused, format!("{failure}."));
    let answer = json(&sql.query(&query).await.map_err(refused)?)?;
    Ok((answer.headers, answer.body).into_response())
}
