//! `lineal hubsim`

use crate::{
    cli::Place,
    commands,
    error::{CommandError, file_error},
    ui::Ui,
};
use lineal_core::date::SnapshotDate;
use lineal_hub::relist;
use lineal_hubsim::{
    Options,
    server::{Evolution, Limits, Plan, Rounding, Server, Settings, StartError, WindowStart},
};
use lineal_lake::store::Lake;
use std::{
    error::Error,
    io::{BufWriter, Write},
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};
use tempfile::NamedTempFile;

/// A simulated hub, for trying things out and for your own tests
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Generate(Generate),
    Serve(Serve),
}

/// What hub is made up.
#[derive(Debug, clap::Args)]
struct Made {
    /// How many models there are in the last week
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    models: usize,
    /// How many weeks are planned
    #[arg(long, value_name = "N", default_value_t = 4)]
    weeks: usize,
    /// What chance starts from: the same seed makes the same hub, and the same faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The date of the first week
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-10-05")]
    first: SnapshotDate,
}

impl Made {
    fn options(&self) -> Options {
        Options::new(self.seed, self.models, self.weeks, self.first)
    }
}

/// Write the weekly listings of a synthetic hub
///
/// The same seed and options give the same files everywhere. Shares and sizes are calibrated to
/// the study's published figures; all names are invented.
///
/// Examples:
///   lineal hubsim generate --out listings --models 5000 --weeks 2
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Generate {
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    made: Made,
    /// `json` (the Hub's list responses, a record a line) or `csv` (the study's relation table)
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
}

/// Serve a simulated hub over HTTP
///
/// It answers as the Hub does, with pages, cursors, rate limits, redirects and refusals, and fails
/// as hubs fail if asked to. The first line printed says where it listens.
///
/// Examples:
///   lineal hubsim serve --models 100000
///   lineal hubsim serve --quota 500 --window 300 --token hf_example
///   lineal hubsim serve --listing models.jsonl
///   lineal hubsim serve --snapshot 2026-11-15
///   lineal hubsim serve --fault reset=0.1 --fault storm=0.01 --evolve 200
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Serve {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8377")]
    listen: SocketAddr,
    #[command(flatten)]
    made: Made,
    /// Serve the models of this file, JSON lines or arrays as lists give them, and none that are made up
    #[arg(long, value_name = "FILE", conflicts_with_all = ["models", "weeks", "evolve", "evolve_every"])]
    listing: Option<PathBuf>,
    /// Serve the models of this snapshot
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["listing", "models", "weeks", "evolve", "evolve_every"])]
    snapshot: Option<SnapshotDate>,
    /// The most models on a page of a list
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    page: usize,
    /// How many API requests a client has in a window; without it, as many as it likes
    #[arg(long, value_name = "N")]
    quota: Option<u32>,
    /// How many requests for files a client has in a window
    #[arg(long, value_name = "N")]
    resolver_quota: Option<u32>,
    /// How many requests for other pages a client has in a window
    #[arg(long, value_name = "N")]
    page_quota: Option<u32>,
    /// How long a window is
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    window: u64,
    /// When a window starts: with a client's `first` request, or when the `clock` shows a multiple of it
    #[arg(long, value_name = "WHEN", default_value = "first")]
    window_start: Start,
    /// How the seconds to the end of a window are told
    #[arg(long, value_name = "HOW", default_value = "up")]
    rounding: Round,
    /// A token that is known; any other is refused. May be given several times
    #[arg(long = "token", value_name = "TEXT")]
    tokens: Vec<String>,
    /// What goes wrong, as NAME, NAME=RATE (`reset=0.1`) or NAME=EVERY (`reset=20`, one in 20): `storm`,
    /// `retry-after`, `error`, `reset`, `drip`, `truncated-gzip`, `wrong-length`, `duplicate-page`,
    /// `overlap`, `expired-cursor`, `vanish`, `garbage` or `short-json`. May be given several times
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Plan>,
    /// Let a week pass after so many requests
    #[arg(long, value_name = "REQUESTS", conflicts_with = "evolve_every")]
    evolve: Option<u64>,
    /// Let a week pass every so many seconds
    #[arg(long, value_name = "SECONDS")]
    evolve_every: Option<u64>,
    /// Whether to compress answers for clients that can unpack them
    #[arg(long, value_name = "SWITCH", default_value = "on")]
    gzip: Switch,
    /// Refuse `baseModels` in lists, as the Hub once did
    #[arg(long)]
    no_base_models: bool,
    /// The file to note each request in, a JSON object a line; never a token
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Start {
    First,
    Clock,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Round {
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Switch {
    On,
    Off,
}

pub fn run(command: &Command, place: &Place, ui: &mut Ui) -> Result<(), CommandError> {
    match command {
        Command::Generate(args) => generate(args, ui),
        Command::Serve(args) => serve(args, place, ui),
    }
}

fn serve(args: &Serve, place: &Place, ui: &mut Ui) -> Result<(), CommandError> {
    let mut settings = settings(args);
    let relisted = args.snapshot.map(|date| relist(&commands::open(place)?, date)).transpose()?;
    if let Some(relisted) = &relisted {
        settings.listing = Some(relisted.path().to_owned());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = Server::bind(args.listen, settings).await.map_err(start_error)?;
        // By now the server holds what was in it.
        drop(relisted);
        ui.text(&format!("serving {} models on http://{}", server.models(), server.address()))?;
        Ok(server.run().await?)
    })
}

/// Writes the models of a snapshot as the Hub would list them.
fn relist(lake: &Lake, date: SnapshotDate) -> Result<NamedTempFile, CommandError> {
    let file = NamedTempFile::new()?;
    let mut out = BufWriter::new(&file);
    for record in lake.snapshot(Some(date))?.records()? {
        serde_json::to_writer(&mut out, &relist::item(&record?))?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    drop(out);
    Ok(file)
}

/// Says in one sentence why the hub could not start.
fn start_error(error: StartError) -> CommandError {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(why) = cause {
        said += &format!(": {why}");
        cause = why.source();
    }
    CommandError::Asked(said)
}

fn settings(args: &Serve) -> Settings {
    let options = args.made.options();
    let evolution = match (args.evolve, args.evolve_every) {
        (Some(requests), _) => Evolution::EveryRequests(requests),
        (None, Some(seconds)) => Evolution::EveryPeriod(Duration::from_secs(seconds)),
        (None, None) => Evolution::Never,
    };
    let start = match args.window_start {
        Start::First => WindowStart::First,
        Start::Clock => WindowStart::Clock,
    };
    let rounding = match args.rounding {
        Round::Up => Rounding::Up,
        Round::Down => Rounding::Down,
    };
    Settings {
        listing: args.listing.clone(),
        page: args.page,
        tokens: args.tokens.clone(),
        limits: Limits {
            api: args.quota,
            resolvers: args.resolver_quota,
            pages: args.page_quota,
            window: Duration::from_secs(args.window),
            start,
            rounding,
        },
        faults: args.faults.clone(),
        evolution,
        gzip: args.gzip == Switch::On,
        base_models: !args.no_base_models,
        log: args.log.clone(),
        ..Settings::new(options)
    }
}

fn generate(args: &Generate, ui: &mut Ui) -> Result<(), CommandError> {
    std::fs::create_dir_all(&args.out).map_err(file_error("create", &args.out))?;
    let options = args.made.options();
    let form = match args.format {
        Format::Json => lineal_hubsim::Form::Listing,
        Format::Csv => lineal_hubsim::Form::Table,
    };
    let files =
        lineal_hubsim::write_weeks(&options, &args.out, form).map_err(file_error("write to", &args.out))?;
    for file in files {
        ui.text(&file.display().to_string())?;
    }
    Ok(())
}
