//! Which clusters are there, and which chains run through one?

use super::{
    answer::{Part, Told, json, page},
    asked::Asked,
    lineage::{AFTER, relatives},
    models::LIMIT,
    parameter::{Kind, Parameter},
    problem::Problem,
};
use lineal_core::{chains::walk::Walk, clusters::Cluster, lineage::Options, world::World};
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::ControlFlow;

pub static ROOT: Parameter =
    Parameter::required("root", Kind::Text(1, 512), "The root that chains begin at.");
pub static CHAINS_BEFORE: Parameter = Parameter::optional(
    "after",
    Kind::Whole(0, 100_000),
    "How many chains to leave out, because pages before had them.",
)
.or("0");

/// A root, and how much was made from it.
#[derive(Serialize, JsonSchema)]
pub struct ClusterLine {
    root: String,
    /// Models, the root left out.
    size: u32,
    task: Option<String>,
    downloads: Option<u64>,
    /// Models by the group of the operation that they were derived by; `finetune` includes adapters.
    mix: Groups,
}

/// A count of each group of operations.
#[derive(Serialize, JsonSchema)]
pub struct Groups {
    finetune: u32,
    merge: u32,
    quantized: u32,
    other: u32,
}

/// A path from a root that visits no model twice and cannot be made longer.
#[derive(Serialize, JsonSchema)]
pub struct Chain {
    /// The number of models.
    length: u64,
    models: Vec<String>,
    /// By which operation each model after the first was derived from the one before.
    operations: Vec<String>,
}

/// Lists clusters, largest first, then by root.
pub fn list(asked: &Asked) -> Told {
    let world = &asked.view.atlas.world;
    let clusters = &asked.view.clusters;
    let limit = asked.given.whole(&LIMIT).unwrap_or(1);
    let start = clusters.partition_point(|cluster| {
        let is_before = |(size, root): (u32, &str)| match cluster.size.cmp(&size) {
            std::cmp::Ordering::Equal => world.name(cluster.root) <= root,
            order => order.is_gt(),
        };
        asked.given.place(&AFTER).is_some_and(is_before)
    });
    let rest = &clusters[start..];
    let found = &rest[..limit.min(rest.len())];
    let last = found.last().filter(|_| rest.len() > limit);
    let after = last.map(|last| format!("{}:{}", last.size, world.name(last.root)));
    let items = found.iter().map(|cluster| line(world, cluster)).collect();
    page(asked, &AFTER, Part { items, total: Some(clusters.len() as u64), after })
}

/// Tells one cluster.
pub fn show(asked: &Asked, node: u32) -> Told {
    let cluster = of_root(asked, node)?;
    json(&line(&asked.view.atlas.world, cluster))
}

/// Lists the members of a cluster, the nearest to its root first.
pub fn members(asked: &Asked, node: u32) -> Told {
    of_root(asked, node)?;
    let down = Options { up: false, down: true, depth: None, operations: Vec::new(), limit: usize::MAX };
    page(asked, &AFTER, relatives(asked, node, &down))
}

/// Lists the chains that begin at a root, in the order in which a walk finds them.
pub fn chains(asked: &Asked) -> Told {
    let world = &asked.view.atlas.world;
    let root = asked.model(&ROOT)?;
    of_root(asked, root)?;
    let (before, limit) = asked.range(&CHAINS_BEFORE, &LIMIT);
    let mut items = Vec::new();
    let mut seen = 0;
    let walked = Walk::new(&world.graph).each(root, |nodes| {
        seen += 1;
        if items.len() == limit {
            return ControlFlow::Break(());
        }
        if seen > before {
            items.push(chain(world, nodes));
        }
        ControlFlow::Continue(())
    });
    let next = before + items.len();
    let after = (walked.is_break() && next <= LONGEST_WAY).then(|| next.to_string());
    page(asked, &CHAINS_BEFORE, Part { items, total: None, after })
}

/// The most chains that can be left out: each must be walked again.
const LONGEST_WAY: usize = 100_000;

fn of_root(asked: &Asked, node: u32) -> Result<&Cluster, Problem> {
    let world = &asked.view.atlas.world;
    let found = asked.view.clusters.iter().find(|cluster| cluster.root == node);
    found.ok_or_else(|| {
        let name: String = world.name(node).chars().take(200).collect();
        let detail = format!(
            "`{}` is no root: a root is listed, declares no base, and has derived models.",
            name.escape_debug()
        );
        Problem::new(super::problem::Kind::NotThere, detail)
    })
}

fn line(world: &World, cluster: &Cluster) -> ClusterLine {
    let [finetune, merge, quantized, other] = cluster.operations.counts();
    ClusterLine {
        root: world.name(cluster.root).to_owned(),
        size: cluster.size,
        task: world.task(cluster.root).map(str::to_owned),
        downloads: world.downloads(cluster.root),
        mix: Groups { finetune, merge, quantized, other },
    }
}

fn chain(world: &World, nodes: &[u32]) -> Chain {
    let graph = &world.graph;
    let operation = |pair: &[u32]| {
        let at = graph.bases(pair[1]).iter().position(|base| *base == pair[0])?;
        Some(graph.operations()[usize::from(graph.base_operations(pair[1])[at])].to_string())
    };
    Chain {
        length: nodes.len() as u64,
        models: nodes.iter().map(|node| world.name(*node).to_owned()).collect(),
        operations: nodes.windows(2).filter_map(operation).collect(),
    }
}
