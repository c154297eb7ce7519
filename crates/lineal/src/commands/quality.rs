//! `lineal quality`

use crate::{
    cli::{Format, Which, one_of},
    commands::{
        self,
        inferring::{self, Source},
        select::Select,
    },
    error::CommandError,
    show::{self, quality::Answer},
    ui::Ui,
};
use clap::builder::TypedValueParser;
use lineal_core::{
    infer::Inferred,
    quality::{Basis, Bearing, Options, Quality, Tally, of_model, study::Frame, trend::trend},
    set,
    world::World,
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use std::collections::HashSet;

/// How much of the metadata is there, and how much of it can be believed
///
/// Five fields of every model are judged, as the study judged 378 by hand: licence, performance,
/// prompt template, data sets and dependencies. Each is present, missing, not applicable to such a
/// model, or unclear because nobody looked where it could be; a dependency can also be wrong. A rate
/// is taken over the models of which every place was looked at.
///
/// What a listing says decides how much is clear: file names, card data and configurations tell more
/// than tags do, and `lineal crawl cards` adds the text of the cards.
///
/// Examples:
///   lineal quality
///   lineal quality --select "downloads > 100" --format json
///   lineal quality --basis anywhere --top 5
///   lineal quality --trend --format csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Only these models: a condition in SQL on the table `models`, a query whose first column
    /// holds names, names separated by commas, or `@FILE` with a name on each line
    #[arg(long, value_name = "WHICH")]
    select: Option<Select>,
    /// One model, with the evidence for each judgement
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["select", "trend"])]
    model: Option<String>,
    /// What counts as stating a field: `declared`, in a place made for it that a program can read;
    /// `anywhere`, so in licence files and the card's text as well; `study`, as the study counted
    #[arg(long, value_name = "WHERE", default_value = "declared", hide_possible_values = true, value_parser = one_of(&["declared", "anywhere", "study"]).map(|word| set::named(&word).unwrap_or(Basis::Declared)))]
    basis: Basis,
    /// An inferred relation counts from this confidence on
    #[arg(long, value_name = "X", default_value_t = 0.9, value_parser = inferring::share)]
    min_confidence: f64,
    /// How many tasks, operations and libraries are told apart
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Judge every snapshot, for the rates over time
    #[arg(long, conflicts_with = "snapshot")]
    trend: bool,
    /// `table`, `json` or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let options =
        Options { basis: args.basis, believed: args.min_confidence, top: args.top, ..Options::default() };
    let snapshot = lake.snapshot(args.which.snapshot)?;
    if let Some(name) = &args.model {
        return one(name, &options, lake, &snapshot, args.format, ui);
    }
    let (quality, study) = judge(&options, args.select.as_ref(), lake, &snapshot)?;
    let mut all = Vec::new();
    if args.trend {
        for date in lake.dates()?.into_iter().filter(|date| *date != snapshot.date) {
            all.push(judge(&options, args.select.as_ref(), lake, &lake.snapshot(Some(date))?)?.0);
        }
        all.push(quality.clone());
    }
    let answer = Answer { quality, study, trend: trend(&all) };
    match args.format {
        Format::Json => ui.json(&answer)?,
        Format::Csv => ui.text(show::csv::of(&answer)?.trim_end())?,
        Format::Table => show::quality::tables(&answer, ui)?,
    }
    Ok(())
}

/// Judges the models of a snapshot, and apart from the others those that the study drew its sample from.
///
/// # Errors
/// When the snapshot cannot be read, or the selection not be answered.
fn judge(
    options: &Options,
    select: Option<&Select>,
    lake: &Lake,
    snapshot: &Snapshot,
) -> Result<(Quality, Quality), CommandError> {
    let names = select.map(|select| select.names(lake, snapshot.date)).transpose()?;
    let source = Source::open(lake, snapshot)?;
    let (world, inferred) = source.inferred(options.suspected)?;
    judged(options, names.as_ref(), &source, &world, &inferred)
}

/// Judges as [`judge`] does, where relations have been inferred already; all models, unless names are given.
///
/// # Errors
/// When the snapshot cannot be read.
pub fn judged(
    options: &Options,
    names: Option<&HashSet<String>>,
    source: &Source,
    world: &World,
    inferred: &[Inferred],
) -> Result<(Quality, Quality), CommandError> {
    let frame = Frame::of(world);
    let bearing = Bearing::of(inferred);
    let mut all = Tally::new(world, *options);
    let mut study = Tally::new(world, Options { basis: Basis::Study, ..*options });
    for (node, record) in (0..).zip(source.records()?) {
        let record = record?;
        if names.is_some_and(|names| !names.contains(record.id.as_str())) {
            continue;
        }
        all.add(world, node, &record, bearing.on(node));
        if frame.has(node) {
            study.add(world, node, &record, bearing.on(node));
        }
    }
    Ok((all.finish(world), study.finish(world)))
}

/// Judges one model, with reasons.
fn one(
    name: &str,
    options: &Options,
    lake: &Lake,
    snapshot: &Snapshot,
    format: Format,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let source = Source::open(lake, snapshot)?;
    let (world, inferred) = source.inferred(options.suspected)?;
    let node = commands::find(&world, name)?;
    let bearing = Bearing::of(&inferred);
    let inferred = bearing.on(node);
    let record = source.records()?.nth(node as usize).transpose()?;
    let Some(record) = record else {
        let named = world.name(node);
        return Err(CommandError::Asked(format!(
            "`{named}` is named as a base in snapshot {} and not listed, so nothing is known of it",
            world.snapshot
        )));
    };
    let judged = of_model(&world, node, &record, inferred, options);
    let judged = show::quality::Judged::of(&world, judged, inferred);
    match format {
        Format::Json => ui.json(&judged)?,
        Format::Csv => ui.text(show::csv::of(&judged)?.trim_end())?,
        Format::Table => ui.text(&judged.text())?,
    }
    Ok(())
}
