//! Why is there no answer? As RFC 9457 has it.
//!
//! Each kind of problem has a name of its own, which programs go by, and one status. The words are for people.

use super::answer::json_bytes;
use crate::serve::page::Failure;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lineal_core::set::Member;
use schemars::JsonSchema;
use serde::Serialize;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Foreign,
    Locked,
    NoRoute,
    UnknownModel,
    NotThere,
    NotAllowed,
    TooLarge,
    TooLong,
    WrongMedia,
    Misdirected,
    BadParameter,
    BadBody,
    Refused,
    Broken,
    Working,
    Busy,
}

impl Member for Kind {
    const ALL: &'static [Kind] = &[
        Kind::Foreign,
        Kind::Locked,
        Kind::NoRoute,
        Kind::UnknownModel,
        Kind::NotThere,
        Kind::NotAllowed,
        Kind::TooLarge,
        Kind::TooLong,
        Kind::WrongMedia,
        Kind::Misdirected,
        Kind::BadParameter,
        Kind::BadBody,
        Kind::Refused,
        Kind::Broken,
        Kind::Working,
        Kind::Busy,
    ];

    fn as_str(self) -> &'static str {
        self.row().0
    }
}

impl Kind {
    /// Its name, its status, and a title that is the same whenever it occurs.
    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Kind::Foreign => ("foreign", StatusCode::FORBIDDEN, "The request comes from another site"),
            Kind::Locked => ("locked", StatusCode::UNAUTHORIZED, "This needs the token of the server"),
            Kind::NoRoute => ("no-route", StatusCode::NOT_FOUND, "There is no such route"),
            Kind::UnknownModel => ("unknown-model", StatusCode::NOT_FOUND, "There is no such model"),
            Kind::NotThere => {
                ("not-there", StatusCode::NOT_FOUND, "This server or snapshot has no such answer")
            }
            Kind::NotAllowed => {
                ("not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The route takes no request of this method")
            }
            Kind::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request's body is too large"),
            Kind::TooLong => ("too-long", StatusCode::URI_TOO_LONG, "The request's address is too long"),
            Kind::WrongMedia => {
                ("wrong-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The request's body is not JSON")
            }
            Kind::Misdirected => {
                ("misdirected", StatusCode::MISDIRECTED_REQUEST, "The server is known under another name")
            }
            Kind::BadParameter => {
                ("bad-parameter", StatusCode::UNPROCESSABLE_ENTITY, "A parameter cannot be understood")
            }
            Kind::BadBody => {
                ("bad-body", StatusCode::UNPROCESSABLE_ENTITY, "The request's body cannot be understood")
            }
            Kind::Refused => ("refused", StatusCode::UNPROCESSABLE_ENTITY, "The query has no answer"),
            Kind::Broken => ("broken", StatusCode::INTERNAL_SERVER_ERROR, "The server failed"),
            Kind::Working => {
                ("working", StatusCode::SERVICE_UNAVAILABLE, "The answer is still being worked out")
            }
            Kind::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "The server has too much to do"),
        }
    }

    pub fn status(self) -> StatusCode {
        self.row().1
    }

    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// After how many seconds it makes sense to ask again, if it does.
    fn retry_after(self) -> Option<u32> {
        match self {
            Kind::Working => Some(10),
            Kind::Busy => Some(2),
            _ => None,
        }
    }
}

/// Why there is no answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    detail: String,
    parameter: Option<&'static str>,
    did_you_mean: Vec<String>,
    /// The methods that would have been taken.
    allow: Option<&'static str>,
}

/// A problem as it is sent.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct Body {
    /// The address of what is said of this kind of problem; programs go by it.
    r#type: String,
    title: &'static str,
    status: u16,
    /// What happened this time, in a sentence.
    detail: String,
    /// The parameter that cannot be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    /// Models that are called something similar.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    did_you_mean: Vec<String>,
}

/// A kind of problem, as the list of them tells it.
#[derive(Serialize, JsonSchema)]
pub struct KindOfProblem {
    r#type: String,
    status: u16,
    title: &'static str,
}

/// Lists all kinds of problems.
pub fn kinds() -> Vec<KindOfProblem> {
    let tell = |kind: &Kind| KindOfProblem {
        r#type: address(*kind),
        status: kind.status().as_u16(),
        title: kind.title(),
    };
    Kind::ALL.iter().map(tell).collect()
}

fn address(kind: Kind) -> String {
    format!("/api/v1/problems#{}", kind.as_str())
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem { kind, detail: detail.into(), parameter: None, did_you_mean: Vec::new(), allow: None }
    }

    pub fn of_parameter(parameter: &'static str, detail: impl Into<String>) -> Problem {
        Problem { parameter: Some(parameter), ..Problem::new(Kind::BadParameter, detail) }
    }

    pub fn unknown_model(name: &str, did_you_mean: Vec<String>) -> Problem {
        let name: String = name.chars().take(200).collect();
        let detail = format!("There is no model `{}` in the snapshot.", name.escape_debug());
        Problem { did_you_mean, ..Problem::new(Kind::UnknownModel, detail) }
    }

    pub fn not_allowed(allow: &'static str) -> Problem {
        let detail = format!("The route takes {allow}.");
        Problem { allow: Some(allow), ..Problem::new(Kind::NotAllowed, detail) }
    }

    pub fn working(answer: &str) -> Problem {
        Problem::new(
            Kind::Working,
            format!("{answer} of this snapshot is still being worked out; ask again."),
        )
    }

    pub fn broken() -> Problem {
        Problem::new(Kind::Broken, "That is a fault of this server, not of what was asked.")
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let kind = Kind::ALL.iter().find(|kind| kind.status() == failure.status);
        Problem::new(kind.copied().unwrap_or(Kind::Broken), failure.words)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.kind.retry_after() {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        let body = Body {
            r#type: address(self.kind),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail,
            parameter: self.parameter,
            did_you_mean: self.did_you_mean,
        };
        (status, headers, json_bytes(&body).unwrap_or_default()).into_response()
    }
}
