//! `lineal usage`

use crate::{
    cli::{Format, How, Which},
    commands,
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_core::usage::usage;
use lineal_lake::store::Lake;

/// How models are used: every table of the study's first research question
///
/// Sizes and downloads, tasks, the models with the most bases and the most derived models, chains
/// and clusters. The JSON is a contract: keys are only ever added.
///
/// Examples:
///   lineal usage
///   lineal usage --semantics study --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
    /// How many models each ranking lists
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let world = commands::world(lake, &args.which)?;
    let usage = usage(&world, args.how.semantics, args.top)?;
    match args.format {
        Format::Json => ui.json(&usage)?,
        Format::Csv => ui.text(show::csv::of(&usage)?.trim_end())?,
        Format::Table => show::usage::tables(&usage, ui)?,
    }
    Ok(())
}
