//! `lineal evolution`

use crate::{
    cli::{Format, How, renames},
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_core::{
    date::SnapshotDate,
    evolution::{Evolution, Options, Walk},
    pairing::Renames,
};
use lineal_lake::store::Lake;

/// How a hub changes: every table of the study's second research question
///
/// Compares consecutive snapshots: what was added and deleted, in which chains and clusters, and
/// what the deletion of bases broke; with means and medians, since a few owners dominate single
/// weeks. A renamed model is neither deleted nor added, unless `--renames off` says so. The JSON is
/// a contract: keys are only ever added.
///
/// Examples:
///   lineal evolution
///   lineal evolution --from 2026-11-08 --semantics study --renames off --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The first snapshot; the oldest if not given
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Snapshots")]
    from: Option<SnapshotDate>,
    /// The last snapshot; the newest if not given
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Snapshots")]
    to: Option<SnapshotDate>,
    #[command(flatten)]
    how: How,
    /// `on`: a model that was renamed is the same model, by the hub's id where that is known, else
    /// by what the snapshots show. `off`: a model is its name, as for the study's scripts
    #[arg(long, value_name = "on|off", default_value = "on", hide_possible_values = true, value_parser = renames())]
    renames: Renames,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let dates = between(lake, args.from, args.to)?;
    let evolution =
        evolution(lake, &dates, Options { semantics: args.how.semantics, renames: args.renames })?;
    match args.format {
        Format::Json => ui.json(&evolution)?,
        Format::Csv => ui.text(show::evolution::weeks_csv(&evolution)?.trim_end())?,
        Format::Table => show::evolution::tables(&evolution, ui)?,
    }
    Ok(())
}

/// The snapshots from one date to another, both included; each end has to be there if it is named.
pub fn between(
    lake: &Lake,
    from: Option<SnapshotDate>,
    to: Option<SnapshotDate>,
) -> Result<Vec<SnapshotDate>, CommandError> {
    let dates = lake.dates()?;
    for asked in from.iter().chain(&to) {
        if !dates.contains(asked) {
            let there = dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(CommandError::Asked(format!("there is no snapshot {asked}; there are: {there}")));
        }
    }
    let is_asked =
        |date: &SnapshotDate| from.is_none_or(|from| from <= *date) && to.is_none_or(|to| *date <= to);
    let asked: Vec<SnapshotDate> = dates.iter().copied().filter(is_asked).collect();
    match asked.len() {
        0 | 1 if from.is_some() || to.is_some() => Err(CommandError::Asked(
            "evolution compares at least two snapshots; name an earlier `--from` or a later `--to`"
                .to_owned(),
        )),
        _ => Ok(asked),
    }
}

/// Compares some snapshots, each with the one before.
pub fn evolution(lake: &Lake, dates: &[SnapshotDate], options: Options) -> Result<Evolution, CommandError> {
    let mut walk = Walk::new(options);
    for date in dates {
        let snapshot = lake.snapshot(Some(*date))?;
        let hub_ids = match options.renames {
            Renames::On => snapshot.hub_ids()?,
            Renames::Off => Vec::new(),
        };
        walk.take(snapshot.world()?, hub_ids)?;
    }
    Ok(walk.finish()?)
}
