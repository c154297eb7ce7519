//! `GET /api/models-tags-by-type`: which tags are there?

use crate::{
    kind::{DATASETS, Kind, LANGUAGES, LICENSES},
    server::query::Query,
};
use axum::{Json, extract::RawQuery};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(crate) struct Tag {
    id: String,
    label: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

pub(crate) async fn tags(RawQuery(query): RawQuery) -> Json<BTreeMap<&'static str, Vec<Tag>>> {
    let query = Query::parse(&query.unwrap_or_default());
    let mut tags = BTreeMap::new();
    for (kind, prefix, labels) in kinds() {
        if query.one("type").is_none_or(|asked| asked == kind) {
            let tag = |label: &'static str| Tag { id: format!("{prefix}{label}"), label, kind };
            tags.insert(kind, labels.into_iter().map(tag).collect());
        }
    }
    Json(tags)
}

/// Returns the types of tags, how the tags of a type start, and what they say.
fn kinds() -> [(&'static str, &'static str, BTreeSet<&'static str>); 6] {
    let words = || Kind::ALL.into_iter().map(Kind::words);
    [
        ("pipeline_tag", "", words().flat_map(|words| words.tasks.iter().map(|(_, task)| *task)).collect()),
        (
            "library",
            "",
            words().flat_map(|words| words.libraries.iter().map(|(_, library)| *library)).collect(),
        ),
        ("dataset", "dataset:", DATASETS.into_iter().collect()),
        ("language", "", LANGUAGES.into_iter().map(|(_, language)| language).collect()),
        ("license", "license:", LICENSES.into_iter().filter_map(|(_, license)| license).collect()),
        ("region", "region:", BTreeSet::from(["us"])),
    ]
}
