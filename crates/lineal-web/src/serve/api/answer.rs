//! How is an answer sent?
//!
//! As JSON, in one piece. A list that can be long is a page of a list: it says where the next page is, in its
//! body and as a link in the head.

use super::{asked::Asked, parameter::Parameter, problem::Problem};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use schemars::JsonSchema;
use serde::Serialize;

pub const JSON: &str = "application/json";

/// An answer, ready to be sent.
#[derive(Debug)]
pub struct Answer {
    pub body: Bytes,
    pub headers: HeaderMap,
}

pub type Told = Result<Answer, Problem>;

impl Answer {
    pub fn new(media: &'static str, body: impl Into<Bytes>) -> Answer {
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(media))];
        Answer { body: body.into(), headers: headers.into_iter().collect() }
    }

    pub fn with(mut self, name: HeaderName, value: &'static str) -> Answer {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }
}

/// Writes something as JSON.
///
/// # Errors
/// When it cannot be written, which is our fault.
pub fn json_bytes(answer: &impl Serialize) -> Result<Bytes, Problem> {
    serde_json::to_vec(answer).map(Bytes::from).map_err(|_| Problem::broken())
}

/// Answers with something as JSON.
pub fn json(answer: &impl Serialize) -> Told {
    Ok(Answer::new(JSON, json_bytes(answer)?))
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
pub struct Page<T> {
    /// The day of the snapshot.
    snapshot: String,
    /// How many items there are on all pages, where that is known.
    total: Option<u64>,
    items: Vec<T>,
    /// The address of the next page; `null` on the last one.
    next: Option<String>,
}

/// What a page is made of: the items, and where they end if there are more.
pub struct Part<T> {
    pub items: Vec<T>,
    pub total: Option<u64>,
    pub after: Option<String>,
}

/// Answers with a page of a list.
pub fn page<T: Serialize>(asked: &Asked, parameter: &Parameter, part: Part<T>) -> Told {
    let next = part.after.map(|after| format!("{}?{}", asked.path, asked.given.with(parameter, &after)));
    let snapshot = asked.view.atlas.world.snapshot.to_string();
    let mut answer = json(&Page { snapshot, total: part.total, items: part.items, next: next.clone() })?;
    // The address holds nothing but what may stand in a header.
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        answer.headers.insert(header::LINK, link);
    }
    Ok(answer)
}
