//! `lineal clusters`

use crate::{cli::Which, commands, error::CommandError, show::csv::cell, ui::Ui};
use lineal_core::{
    clusters::{self, Cluster},
    world::World,
};
use lineal_lake::store::Lake;
use serde::Serialize;
use std::cmp::Reverse;

/// List clusters, or the members of one
///
/// A cluster is a root and everything made from it; its size leaves the root out.
///
/// Examples:
///   lineal clusters --largest --limit 10
///   lineal clusters --largest --format json | head -n 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Everything made from this model, nearest first
    #[arg(long, value_name = "MODEL")]
    root: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Largest first, instead of in the order of the listing
    #[arg(long, alias = "longest")]
    largest: bool,
    /// `text`, `json` (an object a line) or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

/// A cluster, as it is listed.
#[derive(Serialize)]
struct Row<'a> {
    root: &'a str,
    size: u32,
    finetune: u32,
    merge: u32,
    quantized: u32,
    task: Option<&'a str>,
}

/// A member of a cluster, as it is listed.
#[derive(Serialize)]
struct Member<'a> {
    model: &'a str,
    operations: Vec<&'a str>,
    bases: Vec<&'a str>,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let world = commands::world(lake, &args.which)?;
    let limit = args.limit.unwrap_or(usize::MAX);
    match &args.root {
        Some(root) => {
            let root = commands::find(&world, root)?;
            if let Format::Csv = args.format {
                ui.line("model,operations,bases")?;
            }
            for node in clusters::members(&world.graph, root).into_iter().take(limit) {
                ui.line(&member_line(&member(&world, node), args.format)?)?;
            }
        }
        None => {
            let mut clusters = clusters::clusters(&world.graph);
            if args.largest {
                clusters.sort_by_key(|cluster| (Reverse(cluster.size), world.name(cluster.root)));
            }
            if let Format::Csv = args.format {
                ui.line("root,size,finetune,merge,quantized,task")?;
            }
            for cluster in clusters.iter().take(limit) {
                ui.line(&row_line(&row(&world, cluster), args.format)?)?;
            }
        }
    }
    Ok(ui.flush()?)
}

fn row<'a>(world: &'a World, cluster: &Cluster) -> Row<'a> {
    Row {
        root: world.name(cluster.root),
        size: cluster.size,
        finetune: cluster.operations.finetune,
        merge: cluster.operations.merge,
        quantized: cluster.operations.quantized,
        task: world.task(cluster.root),
    }
}

fn member(world: &World, node: u32) -> Member<'_> {
    let graph = &world.graph;
    let word = |code: u8| graph.operations()[usize::from(code)].as_str();
    Member {
        model: world.name(node),
        operations: graph.operations_of(node).map(word).collect(),
        bases: graph.bases(node).iter().map(|base| world.name(*base)).collect(),
    }
}

fn row_line(row: &Row, format: Format) -> Result<String, serde_json::Error> {
    let task = cell(row.task.unwrap_or(""));
    match format {
        Format::Text => Ok(format!("{} {}", row.root, row.size)),
        Format::Csv => {
            Ok(format!("{},{},{},{},{},{task}", row.root, row.size, row.finetune, row.merge, row.quantized))
        }
        Format::Json => serde_json::to_string(row),
    }
}

fn member_line(member: &Member, format: Format) -> Result<String, serde_json::Error> {
    match format {
        Format::Text => Ok(member.model.to_owned()),
        Format::Csv => {
            let words = |words: &[&str]| cell(&words.join(" "));
            Ok(format!("{},{},{}", member.model, words(&member.operations), words(&member.bases)))
        }
        Format::Json => serde_json::to_string(member),
    }
}
