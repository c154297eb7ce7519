//! `lineal clusters`

use crate::{cli::Which, commands, error::CommandError, ui::Ui};
use lineal_core::{
    clusters::{self, Cluster},
    world::World,
};
use lineal_lake::store::Lake;
use serde::Serialize;
use std::{cmp::Reverse, io::Write};

/// List clusters, or the members of one
///
/// A cluster is a root and everything made from it; its size leaves the root out.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The members of this root's cluster, nearest first
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
    let out = ui.raw();
    match &args.root {
        Some(root) => {
            let root = commands::find(&world, root)?;
            if let Format::Csv = args.format {
                writeln!(out, "model,operations,bases")?;
            }
            for node in clusters::members(&world.graph, root).into_iter().take(limit) {
                write_member(&member(&world, node), args.format, out)?;
            }
        }
        None => {
            let mut clusters = clusters::clusters(&world.graph);
            if args.largest {
                clusters.sort_by_key(|cluster| (Reverse(cluster.size), world.name(cluster.root)));
            }
            if let Format::Csv = args.format {
                writeln!(out, "root,size,finetune,merge,quantized,task")?;
            }
            for cluster in clusters.iter().take(limit) {
                write_row(&row(&world, cluster), args.format, out)?;
            }
        }
    }
    Ok(ui.raw().flush()?)
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

fn write_row(row: &Row, format: Format, out: &mut impl Write) -> Result<(), CommandError> {
    let task = row.task.unwrap_or("");
    match format {
        Format::Text => writeln!(out, "{} {}", row.root, row.size)?,
        Format::Csv => {
            let task = crate::show::csv::cell(task);
            writeln!(
                out,
                "{},{},{},{},{},{task}",
                row.root, row.size, row.finetune, row.merge, row.quantized
            )?;
        }
        Format::Json => json_line(row, out)?,
    }
    Ok(())
}

fn write_member(member: &Member, format: Format, out: &mut impl Write) -> Result<(), CommandError> {
    match format {
        Format::Text => writeln!(out, "{}", member.model)?,
        Format::Csv => {
            let cell = |words: &[&str]| crate::show::csv::cell(&words.join(" "));
            writeln!(out, "{},{},{}", member.model, cell(&member.operations), cell(&member.bases))?;
        }
        Format::Json => json_line(member, out)?,
    }
    Ok(())
}

fn json_line(answer: &impl Serialize, out: &mut impl Write) -> Result<(), CommandError> {
    serde_json::to_writer(&mut *out, answer)?;
    Ok(out.write_all(b"\n")?)
}
