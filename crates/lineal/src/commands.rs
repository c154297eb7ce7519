//! One command, one file: its arguments and a few lines.

pub mod audit;
pub mod chains;
pub mod clusters;
pub mod crawl;
pub mod demo;
pub mod diff;
pub mod evolution;
pub mod hubsim;
pub mod impact;
pub mod import;
pub mod infer;
mod inferring;
pub mod lint;
mod mirrors;
mod naming;
pub mod path;
pub mod quality;
pub mod report;
pub mod risk;
pub mod search;
mod select;
pub mod serve;
pub mod show;
pub mod snapshots;
pub mod sql;
pub mod successors;
pub mod top;
pub mod trace;
pub mod updates;
pub mod usage;
pub mod watch;

use crate::{
    cli::{Cli, Command, Place, Which},
    error::CommandError,
    ui::Ui,
};
use directories::ProjectDirs;
use lineal_core::{date::SnapshotDate, resolve, world::World};
use lineal_lake::store::{Lake, LakeError};
use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

/// How a command's work ended, if it could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Clean,
    /// Something was found that somebody should look at.
    Findings,
}

pub fn run(cli: Cli, ui: &mut Ui) -> Result<Outcome, CommandError> {
    let place = &cli.place;
    let done = match cli.command {
        Command::Lint(args) => return lint::run(&args, &open(place)?, ui),
        Command::Risk(command) => return risk::run(&command, place, ui),
        Command::Watch(args) => return watch::run(&args, &open(place)?, ui),
        Command::Demo(args) => demo::run(&args, ui),
        Command::Import(args) => import::run(&args, &open(place)?, ui),
        Command::Crawl(args) => crawl::run(&args, &open(place)?, ui),
        Command::Snapshots(args) => snapshots::run(&args, &open(place)?, ui),
        Command::Show(args) => show::run(&args, &open(place)?, ui),
        Command::Trace(args) => trace::run(&args, &open(place)?, ui),
        Command::Impact(args) => impact::run(&args, &open(place)?, ui),
        Command::Path(args) => path::run(&args, &open(place)?, ui),
        Command::Search(args) => search::run(&args, &open(place)?, ui),
        Command::Top(args) => top::run(&args, &open(place)?, ui),
        Command::Usage(args) => usage::run(&args, &open(place)?, ui),
        Command::Evolution(args) => evolution::run(&args, &open(place)?, ui),
        Command::Infer(args) => infer::run(&args, &open(place)?, ui),
        Command::Quality(args) => quality::run(&args, &open(place)?, ui),
        Command::Report(args) => report::run(&args, &open(place)?, ui),
        Command::Chains(args) => chains::run(&args, &open(place)?, ui),
        Command::Clusters(args) => clusters::run(&args, &open(place)?, ui),
        Command::Diff(args) => diff::run(&args, &open(place)?, ui),
        Command::Updates(args) => updates::run(&args, &open(place)?, ui),
        Command::Successors(args) => successors::run(&args, &open(place)?, ui),
        Command::Audit(command) => audit::run(&command, place, ui),
        Command::Serve(args) => serve::run(&args, place, ui),
        Command::Sql(args) => sql::run(&args, &open(place)?, ui),
        Command::Hubsim(command) => hubsim::run(&command, place, ui),
    };
    done.map(|()| Outcome::Clean)
}

/// Opens the place of snapshots that was asked for, or the platform's own.
pub fn open(place: &Place) -> Result<Lake, LakeError> {
    let own = ProjectDirs::from("", "", "lineal");
    let data = place.data.clone().unwrap_or_else(|| match &own {
        Some(own) => own.data_dir().display().to_string(),
        None => "lineal-data".to_owned(),
    });
    let cache = place.cache.clone().unwrap_or_else(|| match &own {
        Some(own) => own.cache_dir().to_owned(),
        None => PathBuf::from("lineal-cache"),
    });
    Lake::open(&data, &cache)
}

/// Opens the world of the snapshot that was asked for.
fn world(lake: &Lake, which: &Which) -> Result<World, CommandError> {
    Ok(lake.snapshot(which.snapshot)?.world()?)
}

/// Finds a model by name, ignoring case and through legacy names.
fn find(world: &World, name: &str) -> Result<u32, CommandError> {
    world.called(name).ok_or_else(|| CommandError::NoSuchModel {
        name: name.to_owned(),
        date: world.snapshot,
        near: Vec::new(),
    })
}

/// The present moment: the date, and the time to the second.
pub fn now() -> (SnapshotDate, String) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let time = chrono::DateTime::from_timestamp(since.as_secs() as i64, 0).unwrap_or_default();
    let text = time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let date = text[..10].parse().ok().or_else(|| SnapshotDate::new(1970, 1, 1));
    (date.unwrap_or_else(|| unreachable!("1970-01-01 is a date")), text)
}

/// The ways to resolve names, for `--resolve`.
pub type Resolve = resolve::Resolve;
