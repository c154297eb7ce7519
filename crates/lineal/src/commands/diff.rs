//! `lineal diff`

use crate::{
    cli::{Format, one_of, renames},
    error::CommandError,
    show,
    ui::Ui,
};
use clap::builder::TypedValueParser;
use lineal_core::{
    change::{
        Change, Kind,
        filter::Filter,
        summary::{Size, Summary},
    },
    date::SnapshotDate,
    pairing::Renames,
};
use lineal_lake::{
    diff::{Diff, Stated},
    snapshot::Snapshot,
    store::Lake,
};
use std::ops::ControlFlow;

/// How many rows a table has, unless told otherwise.
const ROWS: usize = 50;
/// How many rows a table has at most, as all of them must be known before the first is printed.
const MOST_ROWS: usize = 10_000;

/// List what changed between two snapshots, model by model
///
/// A model of which several things changed has several changes: a row or line for each. `before` and
/// `after` are what it had and has: of `renamed`, names; of `reused` (its name means another
/// repository), hub ids; of `updated`, commits; of `relation`, all bases that it declares; of
/// `added` and `deleted` too. They come in the order of B's listing, `deleted` last in that of A's.
///
/// A model is the same if its hub id is. Where there is none it is the same under the same
/// name, or if all evidence says that it was renamed. What a listing never states, such as the
/// licences in a relation table, is not compared.
///
/// Examples:
///   lineal diff
///   lineal diff 2026-11-08 2026-11-15 --only deleted,renamed
///   lineal diff 2026-11-08 --summary --format json
///   lineal diff --only added --operation quantized --format csv
///   lineal diff --only updated,license --format json | head -n 3
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The date of the snapshot before; the last but one if none is given
    #[arg(value_name = "A")]
    before: Option<SnapshotDate>,
    /// The date of the snapshot after; the newest if not given
    #[arg(value_name = "B")]
    after: Option<SnapshotDate>,
    /// Only changes of these kinds
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = one_of(&Kind::ALL.map(Kind::as_str)).try_map(|word| word.parse::<Kind>()))]
    only: Vec<Kind>,
    /// Only models that this owner has or had
    #[arg(long, value_name = "OWNER")]
    owner: Option<String>,
    /// Only these models, by a name that they have or had
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',')]
    model: Vec<String>,
    /// Only models that are or were derived by this operation
    #[arg(long, value_name = "OPERATION")]
    operation: Option<String>,
    /// Only models that have or had this task
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// `off`: a model is its name, so one that was renamed is deleted and added
    #[arg(long, value_name = "on|off", default_value = "on", hide_possible_values = true, value_parser = renames())]
    renames: Renames,
    /// At most so many changes. A table has 50 unless told, and never more than 10,000
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only how many changes there are of each kind
    #[arg(long, conflicts_with = "limit")]
    summary: bool,
    /// `table`, `json` (an object a line) or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let (before, after) = snapshots(args, lake)?;
    let filter = Filter {
        kinds: args.only.clone(),
        owner: args.owner.clone(),
        models: args.model.clone(),
        operation: args.operation.clone(),
        task: args.task.clone(),
    };
    let diff = Diff::open(&before, &after, args.renames)?;
    let [earlier, later] = diff.worlds();
    if let Some(name) = filter.unknown_model(earlier, later) {
        let dates = format!("{} or {}", before.date, after.date);
        return Err(CommandError::Asked(format!("there is no model `{name}` in snapshot {dates}")));
    }
    for note in notes(&diff, &filter, args.renames, [&before, &after]) {
        ui.note(&note);
    }
    let mut summary = Summary {
        before: Size { snapshot: before.date, models: before.manifest.models },
        after: Size { snapshot: after.date, models: after.manifest.models },
        renames: args.renames,
        changes: counted(&diff, &filter),
    };
    if args.summary {
        count(&diff, &filter, &mut summary, |_| ())?;
        match args.format {
            Format::Table => ui.text(&show::diff::summary(&summary))?,
            Format::Json => ui.json(&summary)?,
            Format::Csv => ui.text(&show::diff::summary_csv(&summary))?,
        }
        return Ok(());
    }
    let limit = args.limit.unwrap_or(usize::MAX);
    match args.format {
        Format::Table => {
            let most = args.limit.unwrap_or(ROWS).min(MOST_ROWS);
            let mut rows = Vec::new();
            count(&diff, &filter, &mut summary, |change| {
                if rows.len() < most {
                    rows.push(show::diff::row(change));
                }
            })?;
            ui.text(&show::diff::tables(&summary, rows))?;
        }
        Format::Json => list(&diff, &filter, limit, ui, |change| serde_json::to_string(change))?,
        Format::Csv => {
            ui.line(show::diff::CSV_HEADING)?;
            list(&diff, &filter, limit, ui, |change| Ok(show::diff::csv_line(change)))?;
        }
    }
    Ok(())
}

/// Opens the two snapshots that were asked for.
fn snapshots(args: &Args, lake: &Lake) -> Result<(Snapshot, Snapshot), CommandError> {
    let dates = lake.dates()?;
    // Of a lake without snapshots, opening one says so.
    let after = lake.snapshot(args.after)?;
    let before = match (args.before, dates.as_slice()) {
        (Some(date), _) => date,
        (None, [.., before, _]) => *before,
        (None, _) => {
            let place = lake.location();
            let only = format!("there is one snapshot in `{place}`, {}; a diff needs two", after.date);
            return Err(CommandError::Asked(only));
        }
    };
    if before == after.date {
        return Err(CommandError::Asked(format!(
            "snapshot {before} cannot be compared with itself; `lineal snapshots` lists the others"
        )));
    }
    Ok((lake.snapshot(Some(before))?, after))
}

/// A count of nothing yet, for each kind that is asked for.
fn counted(diff: &Diff, filter: &Filter) -> Vec<(Kind, Option<u64>)> {
    let kinds = Kind::ALL.into_iter().filter(|kind| filter.wants(*kind));
    kinds.map(|kind| (kind, diff.compares(kind).then_some(0))).collect()
}

/// Counts all changes while something is done with each.
fn count(
    diff: &Diff,
    filter: &Filter,
    summary: &mut Summary,
    mut visit: impl FnMut(&Change),
) -> Result<(), CommandError> {
    let _: ControlFlow<()> = diff.each(filter, |change| {
        visit(change);
        summary.count(change.kind);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// Prints a line for each change as it is found, at most so many.
fn list(
    diff: &Diff,
    filter: &Filter,
    limit: usize,
    ui: &mut Ui,
    line: impl Fn(&Change) -> Result<String, serde_json::Error>,
) -> Result<(), CommandError> {
    let mut left = limit;
    let mut print = |change: &Change| -> Result<(), CommandError> { Ok(ui.line(&line(change)?)?) };
    let end = diff.each(filter, |change| {
        let Some(rest) = left.checked_sub(1) else { return ControlFlow::Break(Ok(())) };
        left = rest;
        match print(change) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    });
    if let ControlFlow::Break(end) = end? {
        end?;
    }
    Ok(ui.flush()?)
}

/// What one should know before one reads the changes.
fn notes(diff: &Diff, filter: &Filter, renames: Renames, [before, after]: [&Snapshot; 2]) -> Vec<String> {
    let unmet = filter.unmet(diff.worlds());
    let unmet =
        unmet.iter().map(|(what, asked)| format!("no model of either snapshot has the {what} `{asked}`"));
    let mut notes: Vec<String> = unmet.collect();
    if renames == Renames::Off && (filter.wants(Kind::Renamed) || filter.wants(Kind::Reused)) {
        notes
            .push("with `--renames off` a model is its name: none is renamed, and no name reused".to_owned());
    }
    let hubs = [before, after].map(|snapshot| snapshot.manifest.crawl.as_ref().map(|crawl| &crawl.hub));
    if let [Some(one), Some(other)] = hubs
        && one != other
    {
        notes.push(format!("{} was read from {one}, {} from {other}", before.date, after.date));
    }
    let parts = [before, after].map(|snapshot| {
        let crawl = snapshot.manifest.crawl.as_ref();
        crawl.map(|crawl| (crawl.filters.as_slice(), crawl.author.as_ref(), crawl.limit)).unwrap_or_default()
    });
    if parts[0] != parts[1] {
        notes.push(format!(
            "{} and {} were asked for different parts of a hub: what one leaves out seems added or deleted",
            before.date, after.date
        ));
    }
    let ways = [before, after].map(|snapshot| snapshot.manifest.resolve());
    if ways[0] != ways[1] {
        let [one, other] = ways.map(|way| way.as_str());
        notes.push(format!(
            "names were resolved {one} in {} and {other} in {}: bases can seem changed that are not",
            before.date, after.date
        ));
    }
    let unstated = |before: bool, after: bool| {
        let kinds = Kind::ALL.into_iter().filter(|kind| filter.wants(*kind));
        let kinds = kinds.filter(|kind| diff.stated(*kind) == Stated { before, after });
        kinds.map(Kind::as_str).collect::<Vec<_>>().join(", ")
    };
    let silent = [
        (format!("the listing of {} does not state them", before.date), unstated(false, true)),
        (format!("the listing of {} does not state them", after.date), unstated(true, false)),
        ("neither listing states them".to_owned(), unstated(false, false)),
    ];
    for (why, kinds) in silent.iter().filter(|(_, kinds)| !kinds.is_empty()) {
        notes.push(format!("not compared, as {why}: {kinds}"));
    }
    notes
}
