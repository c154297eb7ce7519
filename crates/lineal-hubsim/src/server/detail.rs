//! `GET /api/models/{id}`: what is there to know of a model?

use crate::server::{
    fields::{Askable, Field, Fields},
    files::File,
    model::Asked,
    query::Query,
    refusal::Refusal,
};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sibling<'a> {
    rfilename: &'a str,
    #[serde(flatten)]
    blob: Option<Blob>,
}

/// What `blobs` adds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    size: usize,
    blob_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lfs: Option<Lfs>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Lfs {
    sha256: String,
    size: usize,
    pointer_size: usize,
}

/// Answers with the record of a model, as of one of its revisions.
pub(crate) fn detail(asked: &Asked, revision: Option<&str>) -> Result<Response, Refusal> {
    let query = Query::parse(asked.query);
    let askable = Askable { details: true, base_models: true };
    let fields = match query.many("expand").next() {
        None => Fields::DETAILED,
        Some(_) => askable.parse(query.many("expand")).map_err(Refusal::BadRequest)?,
    };
    let repository = &asked.repository;
    let place = repository.find_revision(revision.unwrap_or("main"))?;
    let files = repository.files(place);
    let commit = &repository.commits[place];

    let mut answer: Map<String, Value> = Map::new();
    for (name, value) in &repository.record {
        let is_asked_for = name == "_id" || name == "id" || name.parse().is_ok_and(|field| fields.has(field));
        if is_asked_for {
            answer.insert(name.clone(), value.clone());
        }
    }
    let mut put = |field: Field, value: Value| {
        if fields.has(field) {
            answer.insert(field.as_str().to_owned(), value);
        }
    };
    put(Field::Sha, json!(commit.id));
    put(Field::LastModified, json!(commit.date));
    put(Field::Siblings, json!(siblings(&files, query.is_on("blobs"))));
    put(Field::UsedStorage, json!(files.iter().map(|file| file.bytes.len()).sum::<usize>()));
    if fields.has(Field::ChildrenModelCount) {
        put(Field::ChildrenModelCount, json!(asked.world.feed.derived(asked.place)));
    }
    if query.is_on("securityStatus") {
        answer.insert("securityRepoStatus".to_owned(), json!({ "scansDone": true, "filesWithIssues": [] }));
    }
    Ok(Json(answer).into_response())
}

fn siblings(files: &[File], with_blobs: bool) -> Vec<Sibling<'_>> {
    let sibling = |file: &'_ File| {
        let lfs = || Lfs { sha256: file.sha256(), size: file.bytes.len(), pointer_size: file.in_git().len() };
        let blob = || Blob { size: file.bytes.len(), blob_id: file.oid(), lfs: file.is_large.then(lfs) };
        with_blobs.then(blob)
    };
    files.iter().map(|file| Sibling { rfilename: file.path, blob: sibling(file) }).collect()
}
