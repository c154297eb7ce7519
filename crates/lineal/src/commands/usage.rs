//! `lineal usage`

use crate::{
    cli::{Format, How, Which},
    commands::{
        self,
        inferring::{self, Source},
    },
    error::CommandError,
    show::{self, growth::Growth},
    ui::Ui,
};
use lineal_core::{infer::grown, usage::usage};
use lineal_lake::store::Lake;

/// How models are used: every table of the study's first research question
///
/// Sizes and downloads, tasks, the models with the most bases and the most derived models, chains
/// and clusters. The JSON is a contract: keys are only ever added.
///
/// With `--with-inferred`, relations that nobody declared count too (`lineal infer` lists them), and
/// the first table shows how the graph grows. The JSON then is of the grown graph, and has that
/// without them as `with_inferred.declared`.
///
/// Examples:
///   lineal usage
///   lineal usage --semantics study --format json
///   lineal usage --with-inferred 0.9
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
    /// Count inferred relations of this confidence or more as well
    #[arg(long, value_name = "X", value_parser = inferring::share)]
    with_inferred: Option<f64>,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let (semantics, top) = (args.how.semantics, args.top);
    let Some(at_least) = args.with_inferred else {
        let usage = usage(&commands::world(lake, &args.which)?, semantics, top)?;
        match args.format {
            Format::Json => ui.json(&usage)?,
            Format::Csv => ui.text(show::csv::of(&usage)?.trim_end())?,
            Format::Table => show::usage::tables(&usage, ui)?,
        }
        return Ok(());
    };
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let (world, inferred) = Source::open(lake, &snapshot)?.inferred(at_least)?;
    let declared = usage(&world, semantics, top)?;
    let grown = usage(&grown(world, &inferred, at_least), semantics, top)?;
    let growth = Growth::new(at_least, declared, grown);
    match args.format {
        Format::Json => ui.json(&growth)?,
        Format::Csv => ui.text(show::csv::of(&growth)?.trim_end())?,
        Format::Table => {
            ui.text(&growth.table())?;
            show::usage::tables(&growth.grown, ui)?;
        }
    }
    Ok(())
}
