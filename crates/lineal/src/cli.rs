//! What can be typed? The doc comments are the help texts and the manual.

use crate::commands;
use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use lineal_core::{date::SnapshotDate, pairing::Renames, usage::Semantics};
use std::path::PathBuf;

/// The supply chain of AI models: which model was made from which, and what that means
///
/// A listing of a hub's models becomes a snapshot (`lineal crawl`, `lineal import`), a snapshot
/// becomes a graph, and the graph answers. Start with `lineal demo`.
///
/// "The study" is *A First Look at Model Supply Chain: From the Risk Perspective* (ICSE 2026), whose
/// analyses lineal re-implements. Exit codes: 0 clean, 1 findings, 2 the work could not be
/// done.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where snapshots are kept.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    /// The folder of snapshots, or `s3://bucket/prefix` of any S3-compatible store
    ///
    /// Without it, the platform's own place for data. A store takes its credentials and endpoint
    /// from the usual variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
    /// `AWS_ENDPOINT_URL`.
    #[arg(long, global = true, env = "LINEAL_DATA", value_name = "PLACE", help_heading = "Snapshots")]
    pub data: Option<String>,
    /// Where copies of a remote store's files are kept
    #[arg(long, global = true, env = "LINEAL_CACHE", value_name = "DIR", help_heading = "Snapshots")]
    pub cache: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Demo(commands::demo::Args),
    Import(commands::import::Args),
    Crawl(commands::crawl::Args),
    Snapshots(commands::snapshots::Args),
    Show(commands::show::Args),
    Trace(commands::trace::Args),
    Impact(commands::impact::Args),
    Path(commands::path::Args),
    Search(commands::search::Args),
    Top(commands::top::Args),
    Usage(commands::usage::Args),
    Evolution(commands::evolution::Args),
    Diff(commands::diff::Args),
    Updates(commands::updates::Args),
    Successors(commands::successors::Args),
    Watch(commands::watch::Args),
    Quality(commands::quality::Args),
    Infer(commands::infer::Args),
    Lint(commands::lint::Args),
    Report(commands::report::Args),
    Chains(commands::chains::Args),
    Clusters(commands::clusters::Args),
    #[command(subcommand)]
    Risk(commands::risk::Command),
    #[command(subcommand)]
    Audit(commands::audit::Command),
    Serve(commands::serve::Args),
    Sql(commands::sql::Args),
    #[command(subcommand)]
    Hubsim(commands::hubsim::Command),
}

/// Which snapshot to look at.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// The snapshot's date; the newest if not given
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Snapshots")]
    pub snapshot: Option<SnapshotDate>,
}

/// By which definitions to look at it.
#[derive(Clone, Debug, clap::Args)]
pub struct How {
    /// `formal`: the study's definitions, on the exact graph. `study`: what its scripts do, to
    /// the letter
    #[arg(long, value_name = "SEMANTICS", default_value = "formal", value_parser = one_of(&["formal", "study"]).try_map(|word| word.parse::<Semantics>()))]
    pub semantics: Semantics,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

/// Takes `on` or `off`, for `--renames`.
pub fn renames() -> impl TypedValueParser<Value = Renames> {
    one_of(&["on", "off"]).map(|word| if word == "on" { Renames::On } else { Renames::Off })
}

/// Takes one of some words, and lists them in the help.
pub fn one_of(words: &[&'static str]) -> PossibleValuesParser {
    PossibleValuesParser::new(words.to_vec())
}
