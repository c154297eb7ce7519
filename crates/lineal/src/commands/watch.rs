//! `lineal watch`

mod live;
mod pin;
mod snapshots;
mod tell;

use super::{Outcome, crawl::hub::HubArgs};
use crate::{
    error::{CommandError, file_error},
    show,
    ui::Ui,
};
use clap::ArgGroup;
use lineal_core::{
    date::SnapshotDate,
    model_id::ModelId,
    watch::{
        Pins, Report, lineage,
        list::{self, Line, List},
        trace,
    },
    world::World,
};
use lineal_hub::client::AskError;
use lineal_lake::store::Lake;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The largest list that is read, in bytes: some millions of models.
const LARGEST_LIST: u64 = 512 << 20;

/// Check the models you rely on, and everything they were made from
///
/// Compares what was known of them with the newest snapshot or, with `--live`, with the hub:
/// deleted, renamed, closed, made private, gated, replaced by another repository under the same
/// name, updated, another licence, a newer version. What was known comes from the snapshot before
/// the newest, and from what the list pins: a line of it is `owner/name`, then perhaps
/// `sha=<commit>` and `id=<hub id>`; `#` begins a comment. A line `snapshot=<date>` says which snapshot
/// the list was written from: what it does not pin, and ancestors, are compared with that one.
/// `--write` writes such a list.
///
/// Weights and chat templates are told from other updates where the files of both commits are known:
/// from `lineal crawl files`, or with `--live` from the hub. Exit codes: 0 nothing was found, 1
/// something was, 2 the models could not be checked, or nobody could be told.
///
/// Examples:
///   lineal watch --list models.txt
///   lineal watch --list models.txt --write watched.txt      # pins what is there now
///   lineal watch --list models.txt --since 2026-11-08 --format json
///   lineal watch --list models.txt --live --feed watch.xml
///   lineal watch --lineage-of owner/name
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(group = ArgGroup::new("which").args(["models", "list", "lineage_of"]).required(true).multiple(true))]
pub struct Args {
    /// Models to watch
    #[arg(value_name = "MODEL")]
    models: Vec<ModelId>,
    /// A list of models to watch; `-` is standard input
    #[arg(long, value_name = "FILE")]
    list: Option<String>,
    /// Watch this model and each of its ancestors for itself
    #[arg(long, value_name = "MODEL")]
    lineage_of: Vec<ModelId>,
    /// The snapshot to compare with; without it, the one that the list was written from, or else the
    /// one before the newest, or with `--live` the newest
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<SnapshotDate>,
    /// Ask the hub instead of looking at the newest snapshot
    #[arg(long)]
    live: bool,
    /// Write the list with what the newest snapshot says of each model, and check nothing. Lines of
    /// models that are gone or replaced stay as they were; comments do not. Only a list that was
    /// written so is replaced
    #[arg(long, value_name = "FILE", conflicts_with_all = ["since", "live", "feed", "webhook"])]
    write: Option<PathBuf>,
    /// Replace whatever file is there
    #[arg(long, requires = "write")]
    force: bool,
    /// `text` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// How many models are asked about at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    #[command(flatten)]
    telling: tell::TellArgs,
    #[command(flatten)]
    hub: HubArgs,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What was checked, and which models could not be.
struct Checked {
    report: Report,
    unasked: Vec<(String, AskError)>,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<Outcome, CommandError> {
    // Whatever would keep us from telling is found out first.
    let telling = args.telling.open()?;
    let list = list(args)?;
    if let Some(path) = &args.write {
        pin::write(args, list.lines, path, lake, ui)?;
        return Ok(Outcome::Clean);
    }
    let Checked { report, mut unasked } = match args.live {
        true => live::check(args, list, lake)?,
        false => snapshots::check(args, list, lake)?,
    };
    match args.format {
        Format::Json => ui.json(&report)?,
        Format::Text => ui.text(&show::watch::text(&report))?,
    }
    telling.tell(&report)?;
    if !unasked.is_empty() {
        let models = unasked.len() as u64;
        let (first, source) = unasked.swap_remove(0);
        return Err(CommandError::Unasked { models, first, source });
    }
    Ok(if report.findings.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// The models that were given; those of the list first, as what they pin counts.
fn list(args: &Args) -> Result<List, CommandError> {
    let mut list = match &args.list {
        None => List::default(),
        Some(name) => {
            let text = text(name)?;
            let name = name.clone();
            list::parse(&text).map_err(|source| CommandError::List { name, source })?
        }
    };
    list.lines.extend(args.models.iter().cloned().map(unpinned));
    Ok(list)
}

/// The snapshot to compare with: the one that was asked for, or the one that the list was written
/// from. In a place without any snapshot, what is pinned is all that is known.
fn since(args: &Args, list: &List, lake: &Lake) -> Result<Option<SnapshotDate>, CommandError> {
    let (None, Some(date)) = (args.since, list.snapshot) else { return Ok(args.since) };
    let dates = lake.dates()?;
    match dates.is_empty() || dates.contains(&date) {
        true => Ok(list.snapshot.filter(|date| dates.contains(date))),
        false => Err(CommandError::ListSnapshot { date, place: lake.location() }),
    }
}

fn unpinned(id: ModelId) -> Line {
    Line { id, pins: Pins::default() }
}

fn text(name: &str) -> Result<String, CommandError> {
    let path = Path::new(name);
    let reader: Box<dyn Read> = match name {
        "-" => Box::new(io::stdin()),
        _ => Box::new(File::open(path).map_err(file_error("read", path))?),
    };
    let mut text = String::new();
    reader.take(LARGEST_LIST + 1).read_to_string(&mut text).map_err(file_error("read", path))?;
    if text.len() as u64 > LARGEST_LIST {
        return Err(CommandError::Asked(format!("the list `{name}` is larger than 512 MiB")));
    }
    Ok(text)
}

/// A model and its ancestors as lines; only itself if the world does not know it.
fn lineage(world: &World, id: &ModelId) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(node) = trace::found(world, id.as_str()) {
        let ways = lineage::ancestors(world, node);
        let nodes = [node].into_iter().chain(ways.iter().filter_map(|way| way.last().copied()));
        let listed = nodes.filter(|node| !world.graph.is_missing(*node));
        lines.extend(listed.filter_map(|node| world.name(node).parse().ok()).map(unpinned));
    }
    if lines.is_empty() {
        lines.push(unpinned(id.clone()));
    }
    lines
}

/// The present moment, in seconds since 1970.
fn seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}
