//! What became of a crawl, or of a pass over details.

use super::{count, import, some, table};
use crate::{commands::crawl::taking::Counts, progress::duration};
use lineal_core::reading::Detail;
use lineal_lake::{manifest::Manifest, write::Published};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// The headline of the snapshot, how it was read, and what was odd.
pub fn summary(published: &Published, counts: &Counts, took: Duration) -> String {
    let mut parts = vec![
        import::headline(published, took),
        format!("read {} in {}", some(counts.pages, "page"), some(counts.requests, "request")),
    ];
    let mut say = |number: u64, text: String| parts.extend((number > 0).then_some(text));
    say(counts.pages_before, format!("{} of the pages by an earlier run", count(counts.pages_before)));
    let over = counts.taken_over.unwrap_or(0);
    say(over, format!("{} taken over unchanged from the earlier snapshot", some(over, "model")));
    say(counts.again, format!("{} came again and were passed over", some(counts.again, "model")));
    say(
        counts.renamed,
        format!("{} renamed meanwhile; they keep the name read first", some(counts.renamed, "model")),
    );
    say(
        counts.names_given_again,
        format!(
            "{} given to another model meanwhile; the one before is left out",
            some(counts.names_given_again, "name")
        ),
    );
    for field in &counts.unknown_fields {
        let bases = if field == "baseModels" { "; bases are told by tags" } else { "" };
        parts.push(format!("the hub does not know the field `{field}`{bases}"));
    }
    let text = parts.join("\n");
    if published.oddities.is_empty() { text } else { format!("{text}\n\n{}\n", import::oddities(published)) }
}

/// A snapshot that an earlier run of the same crawl has published.
pub fn published_before(manifest: &Manifest) -> String {
    let (date, models) = (&manifest.date, some(manifest.models, "model"));
    format!("snapshot {date}: {models}, published by an earlier run of this crawl")
}

/// The same for machines; keys are added, never renamed or removed.
#[derive(Serialize)]
pub struct Summary<'a> {
    snapshot: &'a str,
    models: u64,
    relations: u64,
    missing_bases: u64,
    bytes: u64,
    seconds: f64,
    #[serde(flatten)]
    counts: &'a Counts,
}

impl<'a> Summary<'a> {
    pub fn new(published: &'a Published, counts: &'a Counts, took: Duration) -> Summary<'a> {
        let manifest = &published.manifest;
        Summary {
            snapshot: &manifest.date,
            models: manifest.models,
            relations: manifest.relations,
            missing_bases: manifest.missing_bases,
            bytes: manifest.size(),
            seconds: took.as_secs_f64(),
            counts,
        }
    }
}

/// What a pass over details will take.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    pub detail: &'static str,
    /// Models chosen, those known already, and those to be asked about.
    pub chosen: u64,
    pub known: u64,
    pub asked: u64,
    pub requests: u64,
    /// By the hub's rate limit; none if it has none that is known.
    pub seconds: Option<u64>,
    /// Requests in so many seconds.
    pub quota: Option<(u64, u64)>,
    /// Whether the hub itself has said what its limit is.
    pub told: bool,
}

pub fn cost(cost: &Cost) -> String {
    let known = match cost.known {
        0 => String::new(),
        known => format!(", {} already known", count(known)),
    };
    let time = match (cost.seconds, cost.quota) {
        (Some(0), Some((quota, window))) => {
            format!(", within the hub's limit of {} requests in {window} s", count(quota))
        }
        (Some(seconds), Some((quota, window))) => format!(
            ", at least {} at {} requests in {window} s{}",
            duration(Duration::from_secs(seconds)),
            count(quota),
            if cost.told { "" } else { " (as documented)" },
        ),
        _ => ", as fast as the hub answers".to_owned(),
    };
    format!(
        "{} of {}{known}: about {}{time}",
        cost.detail,
        some(cost.chosen, "model"),
        some(cost.requests, "request"),
    )
}

/// What a pass over details has found: how many models for each outcome, and each fate.
#[derive(Clone, Debug, Serialize)]
pub struct Pass {
    pub detail: &'static str,
    pub snapshot: String,
    pub models: u64,
    pub requests: u64,
    pub seconds: f64,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub fates: BTreeMap<&'static str, u64>,
}

impl Pass {
    pub fn new(detail: Detail, snapshot: String) -> Pass {
        let detail = detail.as_str();
        let (outcomes, fates) = (BTreeMap::new(), BTreeMap::new());
        Pass { detail, snapshot, models: 0, requests: 0, seconds: 0.0, outcomes, fates }
    }
}

pub fn pass(pass: &Pass) -> String {
    let headline = format!(
        "{} of {} for snapshot {}, {}, in {:.1} s",
        pass.detail,
        some(pass.models, "model"),
        pass.snapshot,
        some(pass.requests, "request"),
        pass.seconds,
    );
    let rows = |counts: &BTreeMap<&'static str, u64>| -> Vec<Vec<String>> {
        counts.iter().map(|(word, number)| vec![count(number), (*word).to_owned()]).collect()
    };
    let mut text = headline;
    for (heading, counts) in [("outcome", &pass.outcomes), ("identity", &pass.fates)] {
        if !counts.is_empty() {
            text += &format!("\n\n{}", table(&["models", heading], &[0], rows(counts)));
        }
    }
    text
}
