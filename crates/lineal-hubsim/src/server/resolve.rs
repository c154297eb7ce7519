//! `GET /{id}/resolve/{revision}/{path}`: where are the bytes of a file?
//!
//! Small files are elsewhere on the hub, large ones at another origin, the CDN. What a client must
//! know of a file stands on the first answer, before it goes there.

use crate::server::{
    files::File,
    model::{self, Asked},
    query::{decoded, encoded},
    range,
    refusal::Refusal,
    repository::Repository,
};
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// Where small files are.
pub(crate) const CACHE: &str = "/api/resolve-cache/models/";

pub(crate) const REPO_COMMIT: HeaderName = HeaderName::from_static("x-repo-commit");
const LINKED_ETAG: HeaderName = HeaderName::from_static("x-linked-etag");
const LINKED_SIZE: HeaderName = HeaderName::from_static("x-linked-size");
const XET_HASH: HeaderName = HeaderName::from_static("x-xet-hash");

/// Sends a client to where a file is.
pub(crate) fn resolve(asked: &Asked, revision: &str, path: &str) -> Result<Response, Refusal> {
    let repository = &asked.repository;
    repository.check_grant(asked.client)?;
    let place = repository.find_revision(revision)?;
    let commit = repository.commits[place].id.clone();
    let Some(file) = find(repository, place, path) else {
        // A client may remember for which commit there is no such file.
        let mut response = Refusal::NoEntry.into_response();
        put(&mut response, REPO_COMMIT, &commit);
        return Ok(response);
    };
    let stored = format!("{}/{commit}/{}", repository.id(), encoded(file.path));
    let mut response = if file.is_large {
        let location =
            format!("{}/{stored}?Expires=1900000000&Signature={}", asked.simulation.cdn, file.oid());
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    } else {
        model::redirect(&format!("{CACHE}{stored}"))
    };
    put(&mut response, REPO_COMMIT, &commit);
    put(&mut response, LINKED_ETAG, &format!("\"{}\"", file.etag()));
    put(&mut response, LINKED_SIZE, &file.bytes.len().to_string());
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    if file.is_large {
        put(&mut response, XET_HASH, &file.xet_hash());
    }
    Ok(response)
}

/// Reads `{id}/{commit}/{path}`, where the commit's form tells whether the id is a bare name.
pub(crate) fn parse_stored(path: &str) -> Option<(String, String, String)> {
    let segments: Vec<&str> = path.split('/').collect();
    let is_commit =
        |segment: &&str| segment.len() == 40 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = if segments.get(1).is_some_and(is_commit) { 1 } else { 2 };
    let commit = segments.get(named).copied().filter(|segment| is_commit(segment))?;
    let decoded = |segments: &[&str]| decoded(&segments.join("/"));
    Some((decoded(&segments[..named]), commit.to_owned(), decoded(&segments[named + 1..])))
}

/// Answers with the bytes of a small file.
pub(crate) fn stored(
    repository: &Repository,
    commit: &str,
    path: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let place = repository.find_revision(commit)?;
    let file = find(repository, place, path).filter(|file| !file.is_large).ok_or(Refusal::NoEntry)?;
    let mut response = range::answer(headers, &file.bytes)?;
    put(&mut response, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    put(&mut response, header::ETAG, &format!("\"{}\"", file.etag()));
    put(&mut response, REPO_COMMIT, commit);
    Ok(response)
}

/// Answers with what git has of a file: of a large one, a pointer.
pub(crate) fn raw(asked: &Asked, revision: &str, path: &str) -> Result<Response, Refusal> {
    let repository = &asked.repository;
    repository.check_grant(asked.client)?;
    let place = repository.find_revision(revision)?;
    let file = find(repository, place, path).ok_or(Refusal::NoEntry)?;
    let mut response = file.in_git().into_response();
    put(&mut response, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    put(&mut response, header::ETAG, &format!("\"{}\"", file.oid()));
    put(&mut response, REPO_COMMIT, &repository.commits[place].id);
    Ok(response)
}

pub(crate) fn find(repository: &Repository, place: usize, path: &str) -> Option<File> {
    repository.files(place).into_iter().find(|file| file.path == path)
}

/// Adds a header; what cannot stand in one is left out.
pub(crate) fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
