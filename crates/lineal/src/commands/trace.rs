//! `lineal trace`

use crate::{
    cli::{Which, one_of},
    commands::{naming, show::atlas},
    error::CommandError,
    show,
    ui::Ui,
};
use clap::builder::TypedValueParser;
use lineal_core::{
    export::{self, Form},
    lineage::{Options, describe, walk},
    operation::Operation,
};
use lineal_lake::store::Lake;
use std::io::Write;

/// Trace a model: what it was made from, up to the roots, and what was made from it
///
/// As a tree for people, which folds what there is too much of, or whole for programs: as JSON with the
/// evidence of each relation, for Graphviz (`dot`), for Markdown (`mermaid`), for tools that read GraphML,
/// and as CSV, a relation a line.
///
/// Examples:
///   lineal trace ines-lark/t5-small-support-dare
///   lineal trace distilbert/distilgpt2 --down --depth 1
///   lineal trace distilbert/distilgpt2 --down --operation quantized --format json
///   lineal trace ines-lark/t5-small-support-dare --format dot > lineage.dot
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The model, as `owner/name`
    model: String,
    /// Also what was made from it
    #[arg(long)]
    down: bool,
    /// Leave out what it was made from
    #[arg(long, requires = "down")]
    no_up: bool,
    /// At most so many relations away
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// Follow only relations by this operation, such as `merge`. May be given several times
    #[arg(long = "operation", value_name = "OPERATION")]
    operations: Vec<String>,
    /// At most so many models, the nearest ones
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    limit: usize,
    /// `tree`, `json`, `dot`, `mermaid`, `graphml` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "tree", hide_possible_values = true, value_parser = one_of(&["tree", "json", "dot", "mermaid", "graphml", "csv"]).try_map(|word| word.parse::<Form>()))]
    format: Form,
    #[command(flatten)]
    which: Which,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let options = Options {
        up: !args.no_up,
        down: args.down,
        depth: args.depth,
        operations: args.operations.iter().map(|word| Operation::named(word)).collect(),
        limit: args.limit.max(1),
    };
    if let Form::Tree = args.format {
        let world = snapshot.world()?;
        let node = naming::find(lake, &snapshot, &world, &args.model, ui)?;
        return Ok(show::tree::print(&world, &walk(&world, node, &options), ui)?);
    }
    let atlas = atlas(&snapshot, ui)?;
    let node = naming::find(lake, &snapshot, &atlas.world, &args.model, ui)?;
    let lineage = describe(&atlas, &walk(&atlas.world, node, &options));
    if lineage.truncated {
        ui.note(&format!("only the nearest {} models; `--limit` shows more", show::count(args.limit)));
    }
    let text = match args.format {
        Form::Dot => export::dot(&lineage),
        Form::Mermaid => export::mermaid(&lineage),
        Form::Graphml => export::graphml(&lineage),
        Form::Csv => export::csv(&lineage),
        Form::Tree | Form::Json => return Ok(ui.json(&lineage)?),
    };
    if ui.is_terminal() {
        return Ok(ui.text(text.trim_end())?);
    }
    ui.raw().write_all(text.as_bytes())?;
    Ok(ui.flush()?)
}
