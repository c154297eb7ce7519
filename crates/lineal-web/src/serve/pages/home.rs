//! What does the hub look like at a glance?

use super::{
    clusters,
    frame::{Card, Frame, Part},
    table::{Columns, Shown, Table, known},
    top,
    visit::{Excuse, Told, Visit},
    week,
};
use crate::{
    File,
    address::Link,
    cell::Cell,
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines},
    },
    number,
    page::Page,
    serve::view::{Summary, View},
};
use askama::Template;
use axum::response::Response;
use lineal_core::{
    rank::{self, By},
    sizes::ByOperation,
};

#[derive(Template)]
#[template(path = "explorer/home.html")]
struct HomePage {
    frame: Frame,
    cards: Vec<Card>,
    growth: Option<Drawing>,
    snapshots: Option<Shown>,
    clusters: Option<Shown>,
    critical: Option<Shown>,
    operations: Option<Shown>,
    no_operations: Option<Excuse>,
    week: Option<week::Summary>,
    worst: Option<Shown>,
    no_week: Option<Excuse>,
    report: Vec<Link>,
    no_report: Option<Excuse>,
}

/// A chart, drawn and in words.
pub struct Drawing {
    pub svg: String,
    pub words: String,
}

/// How many rows the short tables have.
const FEW: usize = 10;

pub async fn show(visit: Visit) -> Response {
    let view = &*visit.view;
    let world = &view.atlas.world;
    let largest = &view.clusters[..view.clusters.len().min(FEW)];
    let critical = rank::ranking(world, &view.ranks, By::Criticality, 0, FEW);
    let report = Told::of(&view.answers.report);
    let operations = report.ready().map(|report| by_operation(&report.formal.derived_by_operation));
    let broken = Told::of(&view.answers.broken);
    let week = broken.ready().and_then(Option::as_ref);
    let worst = week.map(|week| &week.worst[..week.worst.len().min(FEW)]);
    let files = Told::of(&view.answers.files);

    let mut tables = vec![
        clusters::table("clusters", "Largest clusters", view, largest).done(),
        top::table("critical", "Most critical models", &critical.models),
        snapshots(&view.snapshots),
    ];
    tables.extend(operations.as_ref().map(|operations| operations_table(operations)));
    tables.extend(worst.map(|worst| week::worst(worst)));
    visit.answer(&tables, |mut tables| HomePage {
        frame: Frame::of(&visit, Some(Part::Home), "Overview"),
        cards: cards(view),
        growth: growth(&view.snapshots),
        snapshots: tables.take("snapshots"),
        clusters: tables.take("clusters"),
        critical: tables.take("critical"),
        operations: tables.take("operations"),
        no_operations: report.excuse(),
        week: week.map(week::Summary::of),
        worst: tables.take("worst"),
        no_week: broken.excuse(),
        report: files.ready().map(|files| report_pages(files)).unwrap_or_default(),
        no_report: files.excuse(),
    })
}

fn cards(view: &View) -> Vec<Card> {
    let graph = &view.atlas.world.graph;
    let count = |count: u64| number::count(&count.into());
    let missing = u64::from(graph.nodes() - graph.models());
    let largest = view.clusters.first().map(|cluster| u64::from(cluster.size));
    vec![
        Card {
            label: "Models",
            value: count(graph.models().into()),
            detail: match view.snapshots.len() {
                1 => "in the only snapshot".to_owned(),
                snapshots => format!("in the latest of {snapshots} snapshots"),
            },
            href: None,
        },
        Card {
            label: "Relations",
            value: count(graph.relations() as u64),
            detail: "from a base to a model made from it".to_owned(),
            href: None,
        },
        Card {
            label: "Clusters",
            value: count(view.clusters.len() as u64),
            detail: match largest {
                Some(size) => format!("one for each root; the largest has {}", count(size)),
                None => "no root has derived models".to_owned(),
            },
            href: Some("/clusters".to_owned()),
        },
        Card {
            label: "Bases",
            value: count(view.ranks.criticality.len() as u64),
            detail: "others were made from them".to_owned(),
            href: Some("/top".to_owned()),
        },
        Card {
            label: "Owners",
            value: count(view.owners.owners),
            detail: match view.owners.top_10 {
                Some(share) => format!("the ten with most models have {}", number::share(share)),
                None => "no model has one".to_owned(),
            },
            href: None,
        },
        Card {
            label: "Missing bases",
            value: count(missing),
            detail: "named as a base, listed nowhere".to_owned(),
            href: None,
        },
    ]
}

/// The pages of the report that there are.
fn report_pages(files: &[File]) -> Vec<Link> {
    let is_there = |page: &Page| files.iter().any(|file| file.name == page.file());
    let link = |page: Page| {
        let words = match page {
            Page::Usage => "How models are used",
            Page::Evolution => "How the hub changed",
            Page::Quality => "How good the metadata is",
            Page::Risk => "Measured risks",
        };
        Link::to(words, format!("/report/{}", page.file()))
    };
    Page::ALL.into_iter().filter(is_there).map(link).collect()
}

/// Draws how the hub grew, from two snapshots on.
fn growth(snapshots: &[Summary]) -> Option<Drawing> {
    if snapshots.len() < 2 {
        return None;
    }
    let earliest_first: Vec<&Summary> = snapshots.iter().rev().collect();
    let dates: Vec<_> = earliest_first.iter().map(|summary| summary.snapshot).collect();
    let first = *dates.first()?;
    let line = |label: &str, count: fn(&Summary) -> u64| {
        let points = earliest_first
            .iter()
            .map(|summary| (summary.snapshot.days_since(first) as f64, Some(count(summary) as f64)));
        Line::new(label, points)
    };
    let lines =
        vec![line("models", |summary| summary.models), line("relations", |summary| summary.relations)];
    let chart = Chart::Lines(Lines::over_dates("Growth", dates, Unit::Count, lines));
    Some(Drawing { svg: chart.svg(), words: chart.words() })
}

fn snapshots(snapshots: &[Summary]) -> Table<'_> {
    Columns::of("snapshots", "Snapshots", "All snapshots that there are, the latest first.", snapshots)
        .text("snapshot", "Snapshot", |summary| Cell::date(summary.snapshot))
        .number("models", "Models", |summary| Cell::count(summary.models))
        .number("relations", "Relations", |summary| Cell::count(summary.relations))
        .done()
}

fn by_operation(by: &ByOperation<u64>) -> [(&'static str, u64); 5] {
    [
        ("finetune", by.finetune),
        ("adapter", by.adapter),
        ("merge", by.merge),
        ("quantized", by.quantized),
        ("other", by.other),
    ]
}

fn operations_table<'a>(operations: &'a [(&'static str, u64)]) -> Table<'a> {
    let all: u64 = operations.iter().map(|(_, models)| models).sum();
    Columns::of(
        "operations",
        "Operations",
        "Derived models by how they were made; one that was made in several ways counts for each.",
        operations,
    )
    .text("operation", "Operation", |row| Cell::text(row.0))
    .number("models", "Models", |row| known(Some(row.1)))
    .number("share", "Share", move |row| Cell::share((all > 0).then(|| row.1 as f64 / all as f64)))
    .done()
}
