//! What was made from a model?
//!
//! Directly, with the operation of each; or at any distance, nearest first.

use super::{
    frame::Frame,
    named,
    table::{Columns, MOST_ROWS, Shown, known, stated},
    visit::Visit,
};
use crate::{
    address::{self, Link},
    cell::{Cell, visible},
    number,
    serve::view::View,
};
use askama::Template;
use axum::response::Response;
use lineal_core::{
    lineage::{self, Reached},
    world::World,
};
use std::cmp::Ordering;

#[derive(Template)]
#[template(path = "explorer/derived.html")]
struct DerivedPage {
    frame: Frame,
    model: Link,
    name: String,
    direct: String,
    is_all: bool,
    hrefs: [String; 2],
    list: Option<Shown>,
}

/// A model and how it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    node: u32,
    operation: u8,
}

pub async fn show(visit: Visit) -> Response {
    let node = match named::node(&visit, address::derived) {
        Ok(node) => node,
        Err(elsewhere) => return elsewhere.answer(&visit),
    };
    let view = &*visit.view;
    let world = &view.atlas.world;
    let name = world.name(node);
    let is_all = visit.place.get("of") == Some("all");
    let page = |list_shown: Option<Shown>| DerivedPage {
        frame: Frame::of(&visit, None, format!("Made from {}", visible(name))),
        model: Link::model(name),
        name: visible(name),
        direct: number::count(&(world.graph.derived(node).len() as u64).into()),
        is_all,
        hrefs: [address::derived(name), address::descendants(name)],
        list: list_shown,
    };
    if is_all {
        let options = lineage::Options {
            up: false,
            down: true,
            depth: None,
            operations: Vec::new(),
            // The model itself is one of them.
            limit: MOST_ROWS + 1,
        };
        let walk = lineage::walk(world, node, &options);
        let below: Vec<Reached> = walk.nodes.iter().copied().filter(|reached| reached.node != node).collect();
        let table = descendants(view, &below).out_of(walk.found.saturating_sub(1) as u64).done();
        return visit.answer(&[table], |mut tables| page(tables.take("descendants")));
    }
    let made = directly(world, node);
    let table = direct(view, &made).done();
    visit.answer(&[table], |mut tables| page(tables.take("derived")))
}

/// What was made from a node directly, most downloaded first, then by name.
pub fn directly(world: &World, node: u32) -> Vec<Made> {
    let mut made = unordered(world, node);
    made.sort_unstable_by(|one, other| by_downloads(world, one, other));
    made
}

/// The same, but only the first few.
pub fn first(world: &World, node: u32, most: usize) -> Vec<Made> {
    let mut made = unordered(world, node);
    if made.len() > most {
        made.select_nth_unstable_by(most, |one, other| by_downloads(world, one, other));
        made.truncate(most);
    }
    made.sort_unstable_by(|one, other| by_downloads(world, one, other));
    made
}

fn unordered(world: &World, node: u32) -> Vec<Made> {
    let graph = &world.graph;
    let made = graph.derived(node).iter().zip(graph.derived_operations(node));
    made.map(|(node, operation)| Made { node: *node, operation: *operation }).collect()
}

fn by_downloads(world: &World, one: &Made, other: &Made) -> Ordering {
    // Names are looked at only where downloads do not decide: they lie all over the memory.
    let downloads = world.downloads(other.node).cmp(&world.downloads(one.node));
    downloads.then_with(|| {
        let names = world.name(one.node).cmp(world.name(other.node));
        names.then(one.operation.cmp(&other.operation))
    })
}

/// A table of models that were made directly.
pub fn direct<'a>(view: &'a View, made: &'a [Made]) -> Columns<'a, Made> {
    let world = &view.atlas.world;
    let table = Columns::of(
        "derived",
        "Derived directly",
        "Models that name this one as a base, most downloaded first.",
        made,
    );
    let operations = world.graph.operations();
    let table =
        table.model("id", "Model", |made| world.name(made.node)).text("operation", "Operation", |made| {
            Cell::name(operations[usize::from(made.operation)].as_str())
        });
    facts(table, view, |made| made.node)
}

fn descendants<'a>(view: &'a View, below: &'a [Reached]) -> Columns<'a, Reached> {
    let table = Columns::of(
        "descendants",
        "Descendants",
        "Everything that was made from it, at any distance, nearest first. The distance is the fewest relations.",
        below,
    );
    let table = table.model("id", "Model", |reached| view.atlas.world.name(reached.node)).number(
        "distance",
        "Distance",
        |reached| Cell::count(u64::from(reached.depth)),
    );
    facts(table, view, |reached| reached.node)
}

fn facts<'a, T>(table: Columns<'a, T>, view: &'a View, node: fn(&T) -> u32) -> Columns<'a, T> {
    let (world, profiles) = (&view.atlas.world, &view.atlas.profiles);
    table
        .number("downloads", "Downloads", move |item| known(world.downloads(node(item))))
        .text("task", "Task", move |item| stated(world.task(node(item))))
        .text("license", "Licence", move |item| stated(profiles.license(node(item))))
        .number("derived", "Derived from it", move |item| {
            Cell::count(world.graph.derived(node(item)).len() as u64)
        })
}

/// How many models were made from a node directly, by operation, in the order of the graph.
pub fn by_operation(world: &World, node: u32) -> Vec<(String, u64)> {
    let graph = &world.graph;
    let mut counts = vec![0u64; graph.operations().len()];
    for operation in graph.derived_operations(node) {
        counts[usize::from(*operation)] += 1;
    }
    let named = graph.operations().iter().zip(counts).filter(|(_, count)| *count > 0);
    named.map(|(operation, count)| (visible(operation.as_str()), count)).collect()
}
