//! `lineal path`

use crate::{
    cli::Which,
    commands::{naming, show::atlas},
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_core::path::paths;
use lineal_lake::store::Lake;

/// Show how two models are related
///
/// Their nearest common ancestors, and the shortest ways from one to the other: up to a common ancestor and
/// down again. If one was made from the other, a way goes in one direction.
///
/// Examples:
///   lineal path noor-moss/distilgpt2-alpaca ggufsmith/distilgpt2-exl2
///   lineal path ines-lark/t5-small-support-dare distilbert/distilgpt2 --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// One model, as `owner/name`
    #[arg(value_name = "A")]
    from: String,
    /// The other
    #[arg(value_name = "B")]
    to: String,
    /// At most so many ways, the shortest first
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// All ways, however many there are within what can be searched
    #[arg(long, conflicts_with = "limit")]
    all: bool,
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
    let atlas = atlas(&snapshot, ui)?;
    let from = naming::find(lake, &snapshot, &atlas.world, &args.from, ui)?;
    let to = naming::find(lake, &snapshot, &atlas.world, &args.to, ui)?;
    let limit = if args.all { usize::MAX } else { args.limit };
    let paths = paths(&atlas, from, to, limit);
    match args.format {
        Format::Json => Ok(ui.json(&paths)?),
        Format::Text => Ok(show::path::print(&paths, ui)?),
    }
}
