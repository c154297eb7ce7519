//! How does the Hub say no?

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const ERROR_MESSAGE: HeaderName = HeaderName::from_static("x-error-message");

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    BadRequest(String),
    UnknownToken,
    /// No token was sent where one is needed.
    NoToken,
    /// A repository that is not there, or not for everybody: without a token, nobody is told more.
    Missing {
        anonymous: bool,
    },
    Gated {
        id: String,
        anonymous: bool,
    },
    /// A disabled repository's history is refused as that of a gated one, without its message.
    DisabledHistory,
    Disabled,
    NoRevision(String),
    NoEntry,
    NoPage,
    TooManyRequests,
    UnsatisfiableRange {
        size: usize,
    },
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Refusal::BadRequest(_) => StatusCode::BAD_REQUEST,
            Refusal::UnknownToken | Refusal::NoToken | Refusal::DisabledHistory => StatusCode::UNAUTHORIZED,
            Refusal::Missing { anonymous: true } | Refusal::Gated { anonymous: true, .. } => {
                StatusCode::UNAUTHORIZED
            }
            Refusal::Gated { .. } | Refusal::Disabled => StatusCode::FORBIDDEN,
            Refusal::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Refusal::UnsatisfiableRange { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            _ => StatusCode::NOT_FOUND,
        }
    }

    fn code(&self) -> Option<&'static str> {
        match self {
            Refusal::Missing { anonymous: false } => Some("RepoNotFound"),
            Refusal::Gated { .. } | Refusal::DisabledHistory => Some("GatedRepo"),
            Refusal::NoRevision(_) => Some("RevisionNotFound"),
            Refusal::NoEntry => Some("EntryNotFound"),
            _ => None,
        }
    }

    fn message(&self) -> String {
        match self {
            Refusal::BadRequest(message) => message.clone(),
            Refusal::UnknownToken => "Invalid credentials in Authorization header".to_owned(),
            Refusal::NoToken | Refusal::Missing { anonymous: true } => {
                "Invalid username or password.".to_owned()
            }
            Refusal::Missing { anonymous: false } => "Repository not found".to_owned(),
            Refusal::Gated { id, anonymous: true } => {
                format!("Access to model {id} is restricted. You must be authenticated to access it.")
            }
            Refusal::Gated { id, anonymous: false } => {
                format!("Access to model {id} is restricted and you are not in the authorized list.")
            }
            Refusal::DisabledHistory => "Access to this repository is restricted.".to_owned(),
            Refusal::Disabled => "Access to this resource is disabled.".to_owned(),
            Refusal::NoRevision(revision) => format!("Invalid rev id: {revision}"),
            Refusal::NoEntry => "Entry not found".to_owned(),
            Refusal::NoPage => "Sorry, we can't find the page you are looking for.".to_owned(),
            Refusal::TooManyRequests => "We had to rate limit your requests. Retry later.".to_owned(),
            Refusal::UnsatisfiableRange { .. } => "Range not satisfiable".to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let message = self.message();
        let mut response = (self.status(), Json(Body { error: &message })).into_response();
        let headers = response.headers_mut();
        // Nobody is told why an unknown repository is refused.
        let is_told = !matches!(self, Refusal::Missing { anonymous: true } | Refusal::NoToken);
        if let (true, Ok(message)) = (is_told, HeaderValue::from_str(&message)) {
            headers.insert(ERROR_MESSAGE, message);
        }
        if let Some(code) = self.code() {
            headers.insert(ERROR_CODE, HeaderValue::from_static(code));
        }
        if let Refusal::UnsatisfiableRange { size } = self {
            let range = HeaderValue::from_str(&format!("bytes */{size}"));
            headers.extend(range.ok().map(|range| (axum::http::header::CONTENT_RANGE, range)));
        }
        response
    }
}
