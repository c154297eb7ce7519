//! `lineal hubsim`

use crate::{
    error::{CommandError, file_error},
    ui::Ui,
};
use lineal_core::date::SnapshotDate;
use std::path::PathBuf;

/// A simulated hub, for trying things out and for your own tests
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Generate(Generate),
}

/// Write the weekly listings of a synthetic hub
///
/// The same seed and options give the same files everywhere. Shares and sizes are calibrated to
/// the study's published figures; all names are invented.
#[derive(Debug, clap::Args)]
pub struct Generate {
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many models the last listing has
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    models: usize,
    /// How many weekly listings
    #[arg(long, value_name = "N", default_value_t = 4)]
    weeks: usize,
    /// What chance starts from: the same seed makes the same hub
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The date of the first listing
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-10-05")]
    first: SnapshotDate,
    /// `json` (the Hub's list responses, a record a line) or `csv` (the study's relation table)
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub fn run(command: &Command, ui: &mut Ui) -> Result<(), CommandError> {
    let Command::Generate(args) = command;
    std::fs::create_dir_all(&args.out).map_err(file_error("create", &args.out))?;
    let options = lineal_hubsim::Options::new(args.seed, args.models, args.weeks, args.first);
    let form = match args.format {
        Format::Json => lineal_hubsim::Form::Listing,
        Format::Csv => lineal_hubsim::Form::Table,
    };
    let files =
        lineal_hubsim::write_weeks(&options, &args.out, form).map_err(file_error("write to", &args.out))?;
    for file in files {
        ui.text(&file.display().to_string())?;
    }
    Ok(())
}
