//! `lineal top`

use crate::{
    cli::{Format, Which, one_of},
    commands,
    error::CommandError,
    show,
    ui::Ui,
};
use clap::builder::TypedValueParser;
use lineal_core::{
    rank::{By, ranking, ranks},
    set,
};
use lineal_lake::store::Lake;

/// List the models that matter most to the hub
///
/// By the number of models made from them (`descendants`), by how often those are downloaded (`reach`), or by
/// both and more (`criticality`): a number from 0 to 1 in the manner of the criticality score of open-source
/// projects, whose signals, weights and bounds are in the book.
///
/// Examples:
///   lineal top
///   lineal top --by reach --limit 5 --format csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// `criticality`, `descendants` or `reach`
    #[arg(long, value_name = "WHAT", default_value = "criticality", hide_possible_values = true, value_parser = one_of(&["criticality", "descendants", "reach"]).map(|word| set::named::<By>(&word).unwrap_or(By::Criticality)))]
    by: By,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    #[command(flatten)]
    which: Which,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let world = commands::world(lake, &args.which)?;
    let ranking = ranking(&world, &ranks(&world), args.by, 0, args.limit);
    match args.format {
        Format::Json => Ok(ui.json(&ranking)?),
        Format::Csv => Ok(show::top::csv(&ranking, ui)?),
        Format::Table => Ok(show::top::print(&ranking, ui)?),
    }
}
