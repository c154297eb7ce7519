//! `lineal show`

use crate::{
    cli::Which,
    commands::{mirrors, naming},
    error::CommandError,
    show,
    ui::Ui,
};
use lineal_core::{
    atlas::Atlas,
    history::{History, history},
    impact::{Impact, impact},
    risk::edge::Edge,
    subject::{Subject, subject},
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use serde::Serialize;

/// Show what one model is
///
/// What it was made from, by which operation, and on what evidence; what stands on it; downloads,
/// licence, and how its metadata stands; what it was in earlier snapshots; measured risks; and what
/// somebody who looks at it should be told.
///
/// A name is found whatever its case, and by a former name if a snapshot knows it. A missing base can
/// be asked about, too.
///
/// Examples:
///   lineal show ines-lark/t5-small-support-dare
///   lineal show ines-lark/t5-small-support-dare --format json
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The model, as `owner/name`
    model: String,
    /// How many earlier snapshots its history goes back
    #[arg(long, value_name = "N", default_value_t = 8)]
    history: usize,
    /// `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    which: Which,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// All that is shown of a model.
#[derive(Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub subject: Subject,
    pub impact: Impact,
    pub history: History,
    /// Measured comparisons with its bases, and of what was derived from it.
    pub risk: Vec<Edge>,
}

/// How many models that it would leave behind are listed.
const ORPHANED: usize = 10;

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let atlas = atlas(&snapshot, ui)?;
    let node = naming::find(lake, &snapshot, &atlas.world, &args.model, ui)?;
    let earlier = earlier(lake, &snapshot, args.history, ui)?;
    let all: Vec<&Atlas> = std::iter::once(&atlas).chain(&earlier).collect();
    let mut impact = impact(&atlas.world, &[node], ORPHANED);
    impact.mirrors = mirrors::read(lake, &snapshot)?.of(&atlas.world, &[node]);
    let shown = Shown {
        subject: subject(&atlas, node),
        impact,
        history: history(&all, node),
        risk: risk(lake, &args.which, atlas.world.name(node))?,
    };
    match args.format {
        Format::Json => Ok(ui.json(&shown)?),
        Format::Text => Ok(show::subject::print(&shown, ui)?),
    }
}

/// Opens all that a snapshot tells of its models; says so when that takes a while.
pub fn atlas(snapshot: &Snapshot, ui: &Ui) -> Result<Atlas, CommandError> {
    if !snapshot.is_indexed() {
        ui.note(&naming::indexing(snapshot));
    }
    Ok(snapshot.atlas()?)
}

/// Opens the snapshots before one, the latest first.
fn earlier(lake: &Lake, snapshot: &Snapshot, most: usize, ui: &Ui) -> Result<Vec<Atlas>, CommandError> {
    let dates = lake.dates()?.into_iter().rev().filter(|date| *date < snapshot.date);
    dates.take(most).map(|date| atlas(&lake.snapshot(Some(date))?, ui)).collect()
}

/// Finds what was measured along the relations of a model.
fn risk(lake: &Lake, which: &Which, name: &str) -> Result<Vec<Edge>, CommandError> {
    use crate::commands::risk::edges;
    let evaluations = lake.evaluations()?;
    if evaluations.is_empty() {
        return Ok(Vec::new());
    }
    let laid_out = edges::lay_out(lake, which, &evaluations, edges::ADJUSTED)?;
    Ok(laid_out
        .edges
        .into_iter()
        .filter(|edge| edge.base.model == name || edge.derived.model == name)
        .collect())
}
