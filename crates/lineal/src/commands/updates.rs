//! `lineal updates`

use crate::{
    cli::{Format, Which},
    error::CommandError,
    show::{self, updates::Updated},
    ui::Ui,
};
use lineal_core::{
    date::SnapshotDate,
    updates::{History, Tally, Updates},
};
use lineal_lake::store::Lake;

/// Which models were updated after they were published, and by which commits
///
/// A model is updated if it has a commit after the initial uploads that is not documentation only and
/// whose title shows the intent to update, to fix or to keep a checkpoint. Initial uploads end with the
/// first pause of more than 8 hours, and after a day at the latest. Where the files at two commits
/// are known, they decide what is documentation only, whatever the titles say.
///
/// Only models whose commits are known can be judged: `lineal crawl commits` reads them, `lineal crawl
/// files` after each snapshot the files. The table says how many they are; the rest are neither
/// updated nor not.
///
/// Examples:
///   lineal updates
///   lineal updates --format json
///   lineal updates --list --since 2026-10-01 --format csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// List updated models, with the commits that make them so
    #[arg(long)]
    list: bool,
    /// Only commits from this day on
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<SnapshotDate>,
    /// `table`, `json` (with `--list`, an object a line) or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let world = snapshot.world()?;
    let stated = snapshot.stated()?;
    let since = args.since.map(SnapshotDate::midnight);
    let mut tally = Tally::new(&world, since, stated.declaring());
    let mut list = Vec::new();
    for known in lake.histories(&snapshot)? {
        let known = known?;
        let created = stated.created().get(known.position as usize).copied().flatten();
        let history = History { created, commits: &known.commits, trees: &known.trees };
        let found = tally.add(known.position, &history);
        if args.list && !found.updates.is_empty() {
            list.push((known.position, show::updates::commits(&known.commits, &found)));
        }
    }
    let updates = tally.finish();
    if args.list {
        // They come in the order in which they were read, which chance has a part in.
        list.sort_unstable_by_key(|(position, _)| *position);
        let models =
            list.into_iter().map(|(position, commits)| Updated { model: world.name(position), commits });
        return self::list(&updates, models, args.format, ui);
    }
    match args.format {
        Format::Json => ui.json(&updates)?,
        Format::Csv => ui.text(show::csv::of(&updates)?.trim_end())?,
        Format::Table => ui.text(&show::updates::summary(&updates))?,
    }
    Ok(())
}

fn list<'a>(
    updates: &Updates,
    models: impl Iterator<Item = Updated<'a>>,
    format: Format,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    if let Format::Csv = format {
        ui.line(show::updates::CSV_HEADING)?;
    }
    for updated in models {
        match format {
            Format::Json => ui.line(&serde_json::to_string(&updated)?)?,
            Format::Csv => updated.csv().iter().try_for_each(|line| ui.line(line))?,
            Format::Table => updated.lines().iter().try_for_each(|line| ui.line(line))?,
        }
    }
    ui.flush()?;
    ui.note(&show::updates::coverage(updates));
    Ok(())
}
