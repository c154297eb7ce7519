//! Which part of a file is asked for?

use crate::server::refusal::Refusal;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::ops::Range;

/// Answers with a file, or with the part that is asked for.
pub(crate) fn answer(headers: &HeaderMap, bytes: &[u8]) -> Result<Response, Refusal> {
    let size = bytes.len();
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let mut response = match asked.and_then(|asked| parse(asked, size)) {
        None => bytes.to_vec().into_response(),
        Some(range) if range.is_empty() => return Err(Refusal::UnsatisfiableRange { size }),
        Some(range) => {
            let said = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_RANGE, said)], bytes[range].to_vec())
                .into_response()
        }
    };
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// Reads a single range; an empty one cannot be satisfied, and what is none is ignored.
fn parse(asked: &str, size: usize) -> Option<Range<usize>> {
    let (first, last) = asked.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let count: usize = last.parse().ok()?;
        return Some(size.saturating_sub(count)..size);
    }
    let start: usize = first.parse().ok()?;
    let end = if last.is_empty() { size } else { last.parse::<usize>().ok()?.saturating_add(1).min(size) };
    Some(start.min(end)..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_with_the_file() {
        let cases = [
            ("bytes=0-3", Some(0..4)),
            ("bytes=8-", Some(8..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=0-999", Some(0..10)),
            ("bytes=10-12", Some(10..10)),
            ("bytes=0-1,4-5", None),
            ("lines=0-1", None),
        ];
        for (asked, expected) in cases {
            assert_eq!(parse(asked, 10), expected, "{asked}");
        }
    }
}
