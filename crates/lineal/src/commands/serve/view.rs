//! How does a snapshot become something to look at?
//!
//! What every page needs is made at once, from mapped indexes; what takes long is worked out afterwards, by a
//! thread of its own, while the rest is looked at already.

use crate::{
    commands::{mirrors, naming, report},
    error::CommandError,
    ui,
};
use lineal_core::{
    atlas::Atlas,
    broken::{Broken, broken},
    date::SnapshotDate,
    pairing::{Pairing, Renames, Side},
    usage::{Semantics, usage},
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use lineal_web::{
    Report, RiskReport,
    serve::view::{Summary, View},
};
use std::{error::Error, sync::Arc};

/// How many models each ranking of the report lists.
const TOP: usize = 10;
/// How many of the vanished bases are listed.
const WORST: usize = 100;

/// What to make beside what every page needs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many earlier snapshots a model's history goes back.
    pub history: usize,
    /// Whether to work out the pages of the report.
    pub report: bool,
}

/// Makes the view of a snapshot; what takes long is still to be worked out.
pub fn view(lake: &Lake, snapshot: &Snapshot) -> Result<View, CommandError> {
    if !snapshot.is_indexed() {
        ui::say(&naming::indexing(snapshot));
    }
    let atlas = snapshot.atlas()?;
    let search = snapshot.search(&atlas.world)?;
    let summary = |manifest: lineal_lake::manifest::Manifest| {
        let snapshot: Option<SnapshotDate> = manifest.date.parse().ok();
        Some(Summary { snapshot: snapshot?, models: manifest.models, relations: manifest.relations })
    };
    let source = snapshot.manifest.source.join(", ");
    Ok(View {
        mirrors: mirrors::read(lake, snapshot)?,
        id: snapshot.manifest.id.clone(),
        source,
        snapshots: lake.manifests()?.into_iter().rev().filter_map(summary).collect(),
        ..View::of(Arc::new(atlas), search)
    })
}

/// Works out what takes long, and puts each answer into the view as soon as it is there.
pub fn work_out(lake: &Lake, snapshot: &Snapshot, view: &View, options: Options) {
    let answers = &view.answers;
    let _ = answers.earlier.set(told(earlier(lake, snapshot, options.history)));
    let _ = answers.broken.set(told(since_before(lake, snapshot, view)));
    if !options.report {
        let _ = answers.report.set(Err("the report was left out by whoever started this server".to_owned()));
        let _ = answers.files.set(Err("the report was left out by whoever started this server".to_owned()));
        return;
    }
    let report = report(lake, snapshot, view);
    let files = match &report {
        Ok(report) => told(lineal_web::render(report).map_err(CommandError::Report)),
        Err(_) => Err("the report could not be made".to_owned()),
    };
    let _ = answers.report.set(told(report));
    let _ = answers.files.set(files);
}

/// Puts what went wrong into words for those who look at pages; whoever runs the server is told, too.
fn told<T>(worked_out: Result<T, CommandError>) -> Result<T, String> {
    worked_out.map_err(|error| {
        let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
        let words = format!("{error}{why}");
        ui::say(&format!("could not be worked out: {words}"));
        words
    })
}

/// Opens earlier snapshots, the latest first.
fn earlier(lake: &Lake, snapshot: &Snapshot, most: usize) -> Result<Vec<Arc<Atlas>>, CommandError> {
    let dates = lake.dates()?.into_iter().rev().filter(|date| *date < snapshot.date);
    dates.take(most).map(|date| Ok(Arc::new(lake.snapshot(Some(date))?.atlas()?))).collect()
}

/// Finds what broke since the snapshot before, if there is one.
fn since_before(lake: &Lake, snapshot: &Snapshot, view: &View) -> Result<Option<Broken>, CommandError> {
    let before = lake.dates()?.into_iter().rev().find(|date| *date < snapshot.date);
    let Some(before) = before else { return Ok(None) };
    let before = lake.snapshot(Some(before))?;
    let (world, hub_ids) = (before.world()?, before.hub_ids()?);
    let later = Side { world: &view.atlas.world, hub_ids: &snapshot.hub_ids()? };
    let pairing = Pairing::new(Side { world: &world, hub_ids: &hub_ids }, later, Renames::On);
    Ok(Some(broken(&world, later.world, &pairing, WORST)))
}

/// Makes the report of a snapshot, as `lineal report` does.
fn report(lake: &Lake, snapshot: &Snapshot, view: &View) -> Result<Report, CommandError> {
    let world = &view.atlas.world;
    Ok(Report {
        formal: usage(world, Semantics::Formal, TOP)?,
        study: usage(world, Semantics::Study, TOP),
        evolution: report::evolution(lake, None, snapshot.date)?,
        quality: Some(report::quality(lake, snapshot, TOP)?),
        risk: risk(lake, snapshot.date)?,
        synthetic: view.synthetic,
        source: view.source.clone(),
        generated_by: report::GENERATED_BY.to_owned(),
    })
}

fn risk(lake: &Lake, date: SnapshotDate) -> Result<Option<RiskReport>, CommandError> {
    report::risk(lake, &crate::cli::Which { snapshot: Some(date) })
}
