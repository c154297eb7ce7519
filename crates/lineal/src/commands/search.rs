//! `lineal search`

use crate::{
    cli::{Format, Which},
    commands::naming,
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_lake::store::Lake;

/// Find models by words of their names, owners and tags
///
/// All words must be there, the last one perhaps only its beginning; a typing error or two in a word do no
/// harm. Those come first that have every word as it was typed, then what is downloaded most. `owner:`,
/// `name:` and `tag:` before a word say where it must be.
///
/// Examples:
///   lineal search distilgpt2 german
///   lineal search distligpt2
///   lineal search owner:northwind-ai tag:gguf --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// What to look for
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
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
    let snapshot = lake.snapshot(args.which.snapshot)?;
    if !snapshot.is_indexed() {
        ui.note(&naming::indexing(&snapshot));
    }
    let world = snapshot.world()?;
    let found = snapshot.search(&world)?.find(&world, &args.text.join(" "), 0, args.limit);
    match args.format {
        Format::Json => Ok(ui.json(&found)?),
        Format::Csv => Ok(show::search::csv(&found.hits, ui)?),
        Format::Table => Ok(show::search::print(&found, ui)?),
    }
}
