//! How do two models differ, and how are they related?

use super::{
    frame::{Frame, Part},
    model,
    table::{Columns, Shown, Table, few},
    visit::Visit,
};
use crate::{
    address::Link,
    cell::{Cell, visible},
};
use askama::Template;
use axum::response::Response;
use lineal_core::{
    impact::impact,
    path::{self, Common, Path, Paths},
    subject::{Subject, subject},
    world::World,
};

#[derive(Template)]
#[template(path = "explorer/compare.html")]
struct ComparePage {
    frame: Frame,
    a: String,
    b: String,
    /// Names that mean nothing, with those that may have been meant.
    unknown: Vec<(String, Vec<Link>)>,
    models: Option<[Link; 2]>,
    facts: Option<Shown>,
    common: Option<Shown>,
    related: &'static str,
    ways: Vec<Way>,
    is_cut: bool,
}

/// A path from one model to the other, step by step.
struct Way {
    first: Link,
    steps: Vec<Step>,
    through: String,
}

/// A step of a path.
struct Step {
    /// Whether it goes up to a base.
    is_up: bool,
    operation: String,
    to: Link,
}

/// A fact of both models.
struct Pair {
    fact: &'static str,
    cells: [Cell; 2],
}

impl Pair {
    fn differs(&self) -> bool {
        self.cells[0] != self.cells[1]
    }
}

/// How many paths are shown.
const MOST_PATHS: usize = 5;
/// The most letters of a name that are looked up.
const LONGEST: usize = 600;

pub async fn show(visit: Visit) -> Response {
    let view = &*visit.view;
    let world = &view.atlas.world;
    let sought =
        |key| -> String { visit.place.get(key).unwrap_or_default().trim().chars().take(LONGEST).collect() };
    let names = [sought("a"), sought("b")];
    let nodes = names.each_ref().map(|name| known(&visit, name));
    let page = |mut tables: super::visit::Tables, found: Option<(&[u32; 2], &Paths)>| ComparePage {
        frame: Frame::of(&visit, Some(Part::Compare), "Compare two models"),
        a: names[0].clone(),
        b: names[1].clone(),
        unknown: names
            .iter()
            .zip(nodes)
            .filter(|(name, node)| !name.is_empty() && node.is_none())
            .map(|(name, _)| {
                let similar = view.search.did_you_mean(world, name);
                (visible(name), similar.iter().map(|name| Link::model(name)).collect())
            })
            .collect(),
        models: found.map(|(nodes, _)| nodes.map(|node| Link::model(world.name(node)))),
        facts: tables.take("facts"),
        common: tables.take("common"),
        related: found.map_or("", |(nodes, paths)| related(nodes, paths)),
        ways: found.map(|(_, paths)| paths.paths.iter().map(way).collect()).unwrap_or_default(),
        is_cut: found.is_some_and(|(_, paths)| paths.truncated),
    };
    let [Some(a), Some(b)] = nodes else {
        return visit.answer(&[], |tables| page(tables, None));
    };
    let nodes = [a, b];
    let pairs = pairs(nodes.map(|node| subject(&view.atlas, node)), world, nodes);
    let paths = path::paths(&view.atlas, a, b, MOST_PATHS);
    let tables = [facts(&pairs, nodes.map(|node| visible(world.name(node)))), common(&paths)];
    visit.answer(&tables, |tables| page(tables, Some((&nodes, &paths))))
}

fn known(visit: &Visit, name: &str) -> Option<u32> {
    visit.view.called(name).filter(|_| !name.is_empty())
}

fn pairs(subjects: [Subject; 2], world: &World, nodes: [u32; 2]) -> Vec<Pair> {
    let pair = |fact, cells| Pair { fact, cells };
    let mut pairs = vec![pair("Role", subjects.each_ref().map(|subject| Cell::text(subject.role.clone())))];
    let [a, b] = subjects.each_ref().map(model::lines);
    pairs.extend(a.into_iter().zip(b).map(|(a, b)| pair(a.label, [a.cell, b.cell])));
    pairs.push(pair("Bases", subjects.each_ref().map(bases)));
    pairs.push(pair(
        "Derived directly",
        nodes.map(|node| Cell::count(world.graph.derived(node).len() as u64)),
    ));
    let impacts = nodes.map(|node| impact(world, &[node], 0));
    pairs.push(pair("Descendants", impacts.each_ref().map(|impact| Cell::count(impact.descendants))));
    pairs.push(pair(
        "Downloads of descendants",
        impacts.each_ref().map(|impact| super::table::known(impact.downloads)),
    ));
    pairs
}

/// The bases of a model in one cell.
fn bases(subject: &Subject) -> Cell {
    few(subject.bases.iter().map(|relation| format!("{} ({})", relation.base, relation.operation)).collect())
}

fn facts<'a>(pairs: &'a [Pair], [a, b]: [String; 2]) -> Table<'a> {
    Columns::of("facts", "Side by side", "What the snapshot says of both.", pairs)
        .text("fact", "Fact", |pair| Cell::text(pair.fact))
        .text("a", a, |pair| pair.cells[0].clone())
        .text("b", b, |pair| pair.cells[1].clone())
        .text("differs", "Same?", |pair| Cell::text(if pair.differs() { "different" } else { "same" }))
        .done()
}

fn common(paths: &Paths) -> Table<'_> {
    Columns::of(
        "common",
        "Nearest common ancestors",
        "What both were made from, where nothing nearer was made from it that both were made from, too. A model is taken \
         for an ancestor of itself here.",
        &paths.nearest,
    )
    .out_of(paths.nearest.len() as u64)
    .model("id", "Model", |common: &Common| &common.id)
    .number("from_first", "From the first", |common| Cell::count(u64::from(common.from_depth)))
    .number("from_second", "From the second", |common| Cell::count(u64::from(common.to_depth)))
    .text("missing", "Listed", |common| Cell::text(if common.missing { "no, a missing base" } else { "yes" }))
    .done()
}

/// How two models are related, in a sentence.
fn related([a, b]: &[u32; 2], paths: &Paths) -> &'static str {
    let is_self = |name: &str| paths.nearest.iter().any(|common| common.id == name);
    match (a == b, is_self(&paths.from), is_self(&paths.to), paths.common) {
        (true, ..) => "They are the same model.",
        (_, true, true, _) => "Each was made from the other, by their own account.",
        (_, true, _, _) => "The first is an ancestor of the second.",
        (_, _, true, _) => "The second is an ancestor of the first.",
        (_, _, _, 0) => "They are not related: nothing is known from which both were made.",
        _ => "Both were made from common ancestors.",
    }
}

fn way(path: &Path) -> Way {
    let steps = path.models.iter().skip(1).zip(&path.relations).map(|(model, relation)| Step {
        is_up: relation.base == *model,
        operation: visible(&relation.operation),
        to: Link::model(model),
    });
    Way {
        first: Link::model(path.models.first().map_or("", String::as_str)),
        steps: steps.collect(),
        through: visible(&path.through),
    }
}
