//! `lineal successors`

use crate::{
    cli::{Format, Which},
    commands,
    error::CommandError,
    show::successors as shown,
    ui::Ui,
};
use lineal_core::successors;
use lineal_lake::store::Lake;

/// Which models have a newer version, declared or inferred
///
/// A card can declare the newer version of its model (`new_version`). Whose model it names is said with it:
/// few name another one of the same owner, most their own base, or a model that has nothing to do with
/// theirs. For models that declare none, a newer version is inferred where the same owner has a model
/// whose name differs in its version only, which is the later one, and that was created later; sizes, formats and all
/// other words must be the same. The confidence is the share of such inferences that held when a
/// sample of real ones was read.
///
/// Examples:
///   lineal successors
///   lineal successors --min-confidence 0.9 --format csv
///   lineal successors --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Only what is known of this model
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// List inferred ones that are at least so sure
    #[arg(long, value_name = "X", default_value_t = 0.7, value_parser = share)]
    min_confidence: f64,
    /// How many of each kind the table lists
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

/// Reads a number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let world = snapshot.world()?;
    let stated = snapshot.stated()?;
    if let Some(name) = &args.model {
        let node = commands::find(&world, name)?;
        let known = successors::of(&world, &stated, &[node]).pop().unwrap_or_default();
        match args.format {
            Format::Json => ui.json(&known)?,
            Format::Csv => {
                ui.line(shown::CSV_HEADING)?;
                shown::csv(known.declared.as_slice(), known.newer.as_slice(), |line| ui.line(line))?;
                ui.flush()?;
            }
            Format::Table => ui.text(&shown::of_model(world.name(node), &known))?,
        }
        return Ok(());
    }
    let found = successors::successors(&world, &stated, args.min_confidence);
    match args.format {
        Format::Json => ui.json(&found)?,
        Format::Csv => {
            ui.line(shown::CSV_HEADING)?;
            shown::csv(&found.declared, &found.inferred, |line| ui.line(line))?;
            ui.flush()?;
        }
        Format::Table => shown::tables(&found, args.min_confidence, args.limit, ui)?,
    }
    Ok(())
}
