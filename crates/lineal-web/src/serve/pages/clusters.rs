//! What was made from each root, and what from one?

use super::{
    derived,
    frame::{Card, Frame, Part},
    named,
    table::{Columns, Shown, Table, known, stated},
    visit::Visit,
};
use crate::{
    address::{self, Link},
    cell::{Cell, visible},
    number,
    serve::view::View,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use lineal_core::clusters::Cluster;

#[derive(Template)]
#[template(path = "explorer/clusters.html")]
struct ClustersPage {
    frame: Frame,
    list: Option<Shown>,
}

#[derive(Template)]
#[template(path = "explorer/cluster.html")]
struct ClusterPage {
    frame: Frame,
    root: Link,
    name: String,
    cards: Vec<Card>,
    mix: Option<Shown>,
    derived: Option<Shown>,
    all: String,
}

/// How many rows of what was made from a root its page shows.
const SHOWN: usize = 50;

pub async fn list(visit: Visit) -> Response {
    let view = &*visit.view;
    let table = table("clusters", "Clusters", view, &view.clusters).done();
    visit.answer(&[table], |mut tables| ClustersPage {
        frame: Frame::of(&visit, Some(Part::Clusters), "Clusters"),
        list: tables.take("clusters"),
    })
}

pub async fn show(visit: Visit) -> Response {
    let node = match named::node(&visit, address::cluster) {
        Ok(node) => node,
        Err(elsewhere) => return elsewhere.answer(&visit),
    };
    let view = &*visit.view;
    let world = &view.atlas.world;
    let name = world.name(node);
    let Some(at) = view.clusters.iter().position(|cluster| cluster.root == node) else {
        // It is no root: it has a page, but no cluster.
        return Redirect::to(&address::model(name)).into_response();
    };
    let cluster = view.clusters[at];
    let made = derived::first(world, node, SHOWN);
    let mix = mix(&cluster);
    let direct = world.graph.derived(node).len() as u64;
    let tables = [mix_table(&mix), derived::direct(view, &made).out_of(direct).done()];
    visit.answer(&tables, |mut tables| ClusterPage {
        frame: Frame::of(&visit, Some(Part::Clusters), format!("Cluster of {}", visible(name))),
        root: Link::model(name),
        name: visible(name),
        cards: cards(view, at, direct),
        mix: tables.take("operations"),
        derived: tables.take("derived"),
        all: address::descendants(name),
    })
}

fn cards(view: &View, at: usize, direct: u64) -> Vec<Card> {
    let count = |count: u64| number::count(&count.into());
    let (cluster, ranks) = (&view.clusters[at], &view.ranks);
    let card = |label, value, detail: &str| Card { label, value, detail: detail.to_owned(), href: None };
    let reach = ranks.reach.get(cluster.root as usize).copied().unwrap_or_default();
    vec![
        card("Models", count(cluster.size.into()), "the root left out"),
        card(
            "Rank",
            count(at as u64 + 1),
            &format!("of {} clusters, by size", count(view.clusters.len() as u64)),
        ),
        card("Derived directly", count(direct), "relations from the root"),
        card("Downloads", count(reach), "known ones of all these models, in 30 days"),
    ]
}

/// A table of clusters, in the order in which they are given.
pub fn table<'a>(
    key: &'static str,
    title: &str,
    view: &'a View,
    clusters: &'a [Cluster],
) -> Columns<'a, Cluster> {
    let world = &view.atlas.world;
    Columns::of(
        key,
        title,
        "A root and everything that was made from it, at any distance. Sizes leave the root out; clusters can overlap.",
        clusters,
    )
    .cluster("root", "Root", |cluster| world.name(cluster.root))
    .number("size", "Models", |cluster| Cell::count(u64::from(cluster.size)))
    .number("finetune", "Fine-tune", |cluster| Cell::count(u64::from(cluster.operations.finetune)))
    .number("merge", "Merge", |cluster| Cell::count(u64::from(cluster.operations.merge)))
    .number("quantized", "Quantized", |cluster| Cell::count(u64::from(cluster.operations.quantized)))
    .number("other", "Other", |cluster| Cell::count(u64::from(cluster.operations.other)))
    .number("downloads", "Downloads of the root", |cluster| known(world.downloads(cluster.root)))
    .text("task", "Task", |cluster| stated(world.task(cluster.root)))
}

fn mix(cluster: &Cluster) -> [(&'static str, u32); 4] {
    let mix = &cluster.operations;
    [
        ("finetune and adapter", mix.finetune),
        ("merge", mix.merge),
        ("quantized", mix.quantized),
        ("other", mix.other),
    ]
}

fn mix_table<'a>(mix: &'a [(&'static str, u32)]) -> Table<'a> {
    let all: u64 = mix.iter().map(|(_, count)| u64::from(*count)).sum();
    Columns::of(
        "operations",
        "Operations",
        "How the models of the cluster were made; one that was made in several ways counts for each.",
        mix,
    )
    .text("operation", "Operation", |row| Cell::text(row.0))
    .number("models", "Models", |row| Cell::count(u64::from(row.1)))
    .number("share", "Share", move |row| Cell::share((all > 0).then(|| f64::from(row.1) / all as f64)))
    .done()
}
