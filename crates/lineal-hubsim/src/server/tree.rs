//! `GET /api/models/{id}/tree/{revision}/{path}` and `POST …/paths-info/{revision}`: which files are there?

use crate::server::{
    files::{self, File},
    link,
    model::Asked,
    query::{self, Query},
    refusal::Refusal,
};
use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

/// How many entries are on a page at most; expanding them costs more.
const MOST: usize = 1_000;
const MOST_EXPANDED: usize = 50;

/// How many paths can be asked for at once.
const MOST_PATHS: usize = 2_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    oid: String,
    size: usize,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lfs: Option<Lfs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xet_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_commit: Option<LastCommit<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_file_status: Option<SecurityStatus>,
}

/// Here `oid` is what is `sha256` elsewhere.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lfs {
    oid: String,
    size: usize,
    pointer_size: usize,
}

#[derive(Serialize)]
struct LastCommit<'a> {
    id: &'a str,
    title: &'a str,
    date: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityStatus {
    status: &'static str,
    av_scan: Scan,
    pickle_import_scan: Scan,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scan {
    status: &'static str,
}

/// Answers with what is in a folder.
pub(crate) fn tree(asked: &Asked, revision: &str, folder: &str) -> Result<Response, Refusal> {
    let files = asked.repository.files(asked.repository.find_revision(revision)?);
    let query = Query::parse(asked.query);
    let is_expanded = query.is_on("expand");
    let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let mut entries: Vec<Entry> = Vec::new();
    for file in &files {
        let Some(inside) = file.path.strip_prefix(prefix.as_str()) else { continue };
        if let Some((name, in_folder)) = inside.split_once('/') {
            // Each folder has one file, so no folder is met twice.
            entries.push(directory(&file.path[..prefix.len() + name.len()], in_folder, file, is_expanded));
            if !query.is_on("recursive") {
                continue;
            }
        }
        entries.push(entry(file, is_expanded));
    }
    if entries.is_empty() && !folder.is_empty() {
        return Err(Refusal::NoEntry);
    }
    let limit = query.number("limit").map_err(|error| Refusal::BadRequest(error.to_string()))?;
    let most = if is_expanded { MOST_EXPANDED } else { MOST };
    let after = query.one("cursor").map(decode).transpose()?;
    let start = after.map_or(0, |after| entries.partition_point(|entry| entry.path <= after.as_str()));
    let end = entries.len().min(start + limit.unwrap_or(most).clamp(1, most));
    let mut response = Json(&entries[start..end]).into_response();
    if end < entries.len() {
        let others = query::without(asked.query, "cursor");
        let separator = if others.is_empty() { "" } else { "&" };
        let cursor = query::encoded(&BASE64_STANDARD.encode(entries[end - 1].path)).replace('/', "%2F");
        let rest = format!("{others}{separator}cursor={cursor}");
        link::add_next(&mut response, asked.headers, asked.path, &rest);
    }
    Ok(response)
}

fn decode(cursor: &str) -> Result<String, Refusal> {
    let invalid = || Refusal::BadRequest("Invalid cursor".to_owned());
    let bytes = BASE64_STANDARD.decode(cursor).map_err(|_| invalid())?;
    String::from_utf8(bytes).map_err(|_| invalid())
}

/// What is sent to ask for paths.
#[derive(Deserialize)]
struct Paths {
    paths: OneOrMany,
    #[serde(default)]
    expand: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// Answers with those of some paths that are there.
pub(crate) fn paths_info(asked: &Asked, revision: &str) -> Result<Response, Refusal> {
    let files = asked.repository.files(asked.repository.find_revision(revision)?);
    let (paths, is_expanded) = wanted_paths(asked)?;
    if paths.len() > MOST_PATHS {
        return Err(Refusal::BadRequest(format!("Too many paths, at most {MOST_PATHS} can be asked for")));
    }
    let mut entries = Vec::new();
    for path in &paths {
        for file in &files {
            if file.path == path {
                entries.push(entry(file, is_expanded));
            } else if let Some((folder, name)) = file.path.split_once('/')
                && folder == path
            {
                entries.push(directory(folder, name, file, is_expanded));
            }
        }
    }
    Ok(Json(entries).into_response())
}

fn wanted_paths(asked: &Asked) -> Result<(Vec<String>, bool), Refusal> {
    let kind = asked.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        let form = Query::parse(&String::from_utf8_lossy(asked.body));
        return Ok((form.many("paths").map(str::to_owned).collect(), form.is_on("expand")));
    }
    let invalid = |error: serde_json::Error| Refusal::BadRequest(format!("Invalid JSON: {error}"));
    let Paths { paths, expand } = serde_json::from_slice(asked.body).map_err(invalid)?;
    let paths = match paths {
        OneOrMany::One(path) => vec![path],
        OneOrMany::Many(paths) => paths,
    };
    Ok((paths, expand))
}

fn entry(file: &File, is_expanded: bool) -> Entry<'_> {
    let size = file.bytes.len();
    let lfs = || Lfs { oid: file.sha256(), size, pointer_size: file.in_git().len() };
    Entry {
        kind: "file",
        oid: file.oid(),
        size,
        path: file.path,
        lfs: file.is_large.then(lfs),
        xet_hash: file.is_large.then(|| file.xet_hash()),
        last_commit: is_expanded.then(|| last_commit(file)),
        security_file_status: is_expanded.then_some(SecurityStatus {
            status: "safe",
            av_scan: Scan { status: "safe" },
            pickle_import_scan: Scan { status: "unscanned" },
        }),
    }
}

/// Returns the entry of a folder, which has one file.
fn directory<'a>(path: &'a str, name: &str, file: &'a File, is_expanded: bool) -> Entry<'a> {
    Entry {
        kind: "directory",
        oid: files::folder_oid(name, file),
        size: 0,
        path,
        lfs: None,
        xet_hash: None,
        last_commit: is_expanded.then(|| last_commit(file)),
        security_file_status: None,
    }
}

fn last_commit(file: &File) -> LastCommit<'_> {
    let commit = &file.commit;
    LastCommit { id: &commit.id, title: &commit.title, date: &commit.date }
}
