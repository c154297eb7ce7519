//! `lineal impact`

use crate::{
    cli::Which,
    commands::{mirrors, naming},
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_core::impact::impact;
use lineal_lake::store::Lake;

/// Show what stands on some models, and what would break without them
///
/// Their descendants by operation and distance, the downloads at stake, the chains and clusters that would be
/// cut, the models that would be left without any present base, and models that hold the very same
/// weights, where `lineal crawl files` has read their hashes.
///
/// Examples:
///   lineal impact distilbert/distilgpt2
///   lineal impact distilbert/distilgpt2 google-t5/t5-small --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The models, as `owner/name`
    #[arg(required = true)]
    models: Vec<String>,
    /// How many of the models that would be left without a base are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let world = snapshot.world()?;
    let mut nodes = Vec::new();
    for name in &args.models {
        let node = naming::find(lake, &snapshot, &world, name, ui)?;
        if !nodes.contains(&node) {
            nodes.push(node);
        }
    }
    let mut impact = impact(&world, &nodes, args.limit);
    impact.mirrors = mirrors::read(lake, &snapshot)?.of(&world, &nodes);
    match args.format {
        Format::Json => Ok(ui.json(&impact)?),
        Format::Text => Ok(show::impact::print(&impact, ui)?),
    }
}
