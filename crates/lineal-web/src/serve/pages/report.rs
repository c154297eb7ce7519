//! Where are the pages of the report, and their data?
//!
//! They are complete in themselves: their style is part of them, and cells are shaded by attributes. What may
//! style them is that very text, by its hash, and attributes; nothing runs.

use super::frame::{Frame, Part};
use super::visit::{Excuse, Told, Visit};
use crate::serve::page::{Failure, failed};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use ring::digest::{SHA256, digest};

#[derive(Template)]
#[template(path = "explorer/waiting.html")]
struct WaitingPage {
    frame: Frame,
    excuse: Excuse,
}

/// How long to wait before asking again, in seconds.
const WAIT: &str = "30";

pub async fn first() -> Redirect {
    Redirect::to("/report/index.html")
}

pub async fn show(visit: Visit) -> Response {
    let told = Told::of(&visit.view.answers.files);
    if let Some(excuse) = told.excuse() {
        let page = WaitingPage { frame: Frame::of(&visit, Some(Part::Report), "Report"), excuse };
        let wait = [(header::RETRY_AFTER, WAIT), (header::CACHE_CONTROL, "no-store")];
        return (StatusCode::SERVICE_UNAVAILABLE, wait, visit.page(&page)).into_response();
    }
    let file = told.ready().and_then(|files| files.iter().find(|file| file.name == visit.name));
    let Some(file) = file else {
        return failed(Failure::not_found("The report has no such file."));
    };
    let kind = match file.name.rsplit_once('.') {
        Some((_, "html")) => "text/html; charset=utf-8",
        Some((_, "csv")) => "text/csv; charset=utf-8",
        Some((_, "json")) => "application/json",
        _ => "application/octet-stream",
    };
    let mut response = visit.sent(kind, file.bytes.clone());
    if kind.starts_with("text/html") {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy(&file.bytes));
    }
    response
}

/// Allows a page its own style and nothing else. Browsers that do not tell attributes from elements leave
/// cells unshaded.
fn policy(page: &[u8]) -> HeaderValue {
    let hash = style(page).map(|style| base64(digest(&SHA256, style).as_ref())).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; style-src-attr 'unsafe-inline'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The text of a page's style.
fn style(page: &[u8]) -> Option<&[u8]> {
    let find = |text: &[u8], mark: &[u8]| text.windows(mark.len()).position(|window| window == mark);
    let rest = &page[find(page, b"<style>")? + b"<style>".len()..];
    Some(&rest[..find(rest, b"</style>")?])
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*group.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at > group.len() { '=' } else { letter.into() });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foob", "Zm9vYg==");
    }

    #[test]
    fn a_page_may_be_styled_by_its_own_style_only() {
        let policy = policy(b"<head><style>p{}</style></head><style>x</style>");
        let text = policy.to_str().expect("text");
        // echo -n 'p{}' | openssl dgst -sha256 -binary | base64
        assert!(text.contains("style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y=';"), "{text}");
        assert!(!text.contains("script"), "{text}");
    }
}
