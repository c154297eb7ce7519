//! What is one model, what was it made from, and what stands on it?

mod badge;
mod bases;
mod facts;
mod history;
mod impact;
mod lineage;
mod risks;

pub use facts::lines;

use super::{
    derived,
    frame::{Card, Fact, Frame},
    named,
    table::Shown,
    visit::{Excuse, Told, Visit},
};
use crate::{
    address::{self, Link},
    cell::visible,
    number,
};
use askama::Template;
use axum::response::Response;
use lineal_core::{impact as standing, subject};

#[derive(Template)]
#[template(path = "explorer/model.html")]
struct ModelPage {
    frame: Frame,
    name: String,
    /// What it is, in a sentence.
    role: &'static str,
    is_missing: bool,
    facts: Vec<Fact>,
    findings: Vec<Finding>,
    bases: Option<Shown>,
    evidence: Vec<bases::Ground>,
    lineage: Option<lineage::Lineage>,
    derived: Option<Shown>,
    by_operation: Vec<(String, String)>,
    lists: [String; 2],
    impact: Vec<Card>,
    impact_operations: Option<Shown>,
    impact_depths: Option<Shown>,
    orphaned: Option<Shown>,
    mirrors: Option<Vec<Link>>,
    history: Option<Shown>,
    no_history: Option<Excuse>,
    metadata: Option<Shown>,
    risks: Option<Shown>,
    no_risks: Option<Excuse>,
    badge: Option<badge::Badge>,
    cluster: Option<String>,
    compare: String,
}

/// Something that somebody who looks at the model should be told.
struct Finding {
    code: String,
    text: String,
}

/// How many derived models the page shows.
const SHOWN: usize = 50;
/// How many models that would be left without a base the page lists.
const MOST_ORPHANED: usize = 1_000;

pub async fn show(visit: Visit) -> Response {
    let node = match named::node(&visit, address::model) {
        Ok(node) => node,
        Err(elsewhere) => return elsewhere.answer(&visit),
    };
    let view = &*visit.view;
    let world = &view.atlas.world;
    let name = world.name(node);
    let subject = subject::subject(&view.atlas, node);
    let mirrors = view.mirrors.of(world, &[node]);
    let impact = standing::Impact { mirrors, ..standing::impact(world, &[node], MOST_ORPHANED) };
    let earlier = Told::of(&view.answers.earlier);
    let history = earlier.ready().map(|earlier| history::of(view, earlier, node));
    let report = Told::of(&view.answers.report);
    let edges = report.ready().map(|report| risks::of(report, name));
    let made = derived::first(world, node, SHOWN);
    let direct = world.graph.derived(node).len();
    let metadata = facts::metadata(&subject);
    let (operations, depths) = (impact::by_operation(&impact), impact::by_depth(&impact));

    let mut tables = Vec::new();
    tables.extend((!subject.bases.is_empty()).then(|| bases::table(&subject.bases)));
    tables.extend((direct > 0).then(|| derived::direct(view, &made).out_of(direct as u64).done()));
    if impact.descendants > 0 {
        tables.push(impact::operations_table(&operations));
        tables.push(impact::depths_table(&depths));
    }
    tables.extend((!impact.orphaned.is_empty()).then(|| impact::orphaned(&impact)));
    tables.extend(history.as_ref().map(|history| history::table(&history.snapshots)));
    tables.extend((!metadata.is_empty()).then(|| facts::metadata_table(&metadata)));
    tables.extend(edges.as_ref().filter(|edges| !edges.is_empty()).map(|edges| risks::table(edges, name)));
    visit.answer(&tables, |mut tables| ModelPage {
        frame: Frame::of(&visit, None, visible(name)),
        name: visible(name),
        role: facts::role(&subject.role),
        is_missing: subject.missing,
        facts: facts::of(&subject),
        findings: subject
            .findings
            .iter()
            .map(|finding| Finding { code: visible(&finding.code), text: visible(&finding.text) })
            .collect(),
        bases: tables.take("bases"),
        evidence: subject.bases.iter().map(bases::ground).collect(),
        lineage: lineage::part(view, node, &visit.place),
        derived: tables.take("derived"),
        by_operation: derived::by_operation(world, node)
            .into_iter()
            .map(|(operation, models)| (operation, number::count(&models.into())))
            .collect(),
        lists: [address::derived(name), address::descendants(name)],
        impact: impact::cards(&impact),
        impact_operations: tables.take("impact_operations"),
        impact_depths: tables.take("impact_depths"),
        orphaned: tables.take("orphaned"),
        mirrors: impact
            .mirrors
            .as_ref()
            .map(|mirrors| mirrors.iter().map(|mirror| Link::model(mirror)).collect()),
        history: tables.take("history"),
        no_history: earlier.excuse(),
        metadata: tables.take("metadata"),
        risks: tables.take("risks"),
        no_risks: report.excuse(),
        badge: (!subject.missing).then(|| badge::of(&visit.host, name)),
        cluster: world.graph.is_root(node).then(|| address::cluster(name)),
        compare: address::with("/compare", &[("a", name)]),
    })
}
