//! `lineal snapshots`

use crate::{error::CommandError, show, ui::Ui};
use lineal_lake::store::Lake;

/// List the snapshots
///
/// Examples:
///   lineal snapshots
///   lineal snapshots --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// `table` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let manifests = lake.manifests()?;
    match args.format {
        Format::Json => ui.json(&manifests)?,
        Format::Table if manifests.is_empty() => {
            ui.note(&format!(
                "there is no snapshot in `{}` yet; take one in with `lineal import`",
                lake.location()
            ));
        }
        Format::Table => ui.text(&show::snapshots::table_of(&manifests))?,
    }
    Ok(())
}
