//! `lineal demo`

use crate::{
    commands::{import, report},
    error::{CommandError, file_error},
    show,
    ui::Ui,
};
use lineal_core::{
    date::SnapshotDate,
    usage::{Semantics, usage},
};
use lineal_lake::store::Lake;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Marks a folder as made by the demo, so that the next demo may replace it.
const MARK: &str = ".lineal-demo";

/// Show what lineal does, offline, on a synthetic hub
///
/// Makes a hub of invented models, several weekly listings of it, takes them in, prints the
/// highlights and writes the report.
///
/// Examples:
///   lineal demo
///   lineal demo --models 100000 --weeks 2 --out large-demo
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder for the listings, the snapshots and the report; replaced if a demo made it
    #[arg(long, value_name = "DIR", default_value = "lineal-demo")]
    out: PathBuf,
    /// How many models
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    models: usize,
    /// How many weekly snapshots
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=520))]
    weeks: u64,
    /// What chance starts from: the same seed makes the same hub
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<(), CommandError> {
    let started = Instant::now();
    make_room(&args.out)?;
    ui.text(&format!(
        "A synthetic hub: {} models, every name and number invented (seed {}).",
        args.models, args.seed
    ))?;
    let listings = args.out.join("listings");
    fs::create_dir_all(&listings).map_err(file_error("create", &listings))?;
    let first = SnapshotDate::new(2026, 10, 5).unwrap_or_else(|| unreachable!("a Monday in October"));
    let options = lineal_hubsim::Options::new(args.seed, args.models, args.weeks as usize, first);
    let files = lineal_hubsim::write_weeks(&options, &listings, lineal_hubsim::Form::Listing);
    let files = files.map_err(file_error("write to", &listings))?;

    let data = args.out.join("data");
    let lake = Lake::open(&data.to_string_lossy(), &args.out.join("cache"))?;
    let mut last = None;
    for file in &files {
        let date = SnapshotDate::in_text(&file.to_string_lossy()).unwrap_or(first);
        let took = Instant::now();
        let published = import::import(&import::plainly(), date, std::slice::from_ref(file), &lake, ui)?;
        ui.text(&show::import::headline(&published, took.elapsed()))?;
        last = Some(published);
    }
    ui.heading("What was odd about the last listing")?;
    ui.text(&last.map(|published| show::import::oddities(&published)).unwrap_or_default())?;

    let world = lake.snapshot(None)?.world()?;
    let formal = usage(&world, Semantics::Formal, 10)?;
    let study = usage(&world, Semantics::Study, 10)?;
    ui.heading(&format!("Snapshot {}", world.snapshot))?;
    ui.text(&show::demo::highlights(&formal, &study, &lake.manifests()?))?;

    let evolution = report::evolution(&lake, None, world.snapshot)?;
    if let Some(evolution) = &evolution {
        ui.heading("What changed from week to week")?;
        ui.text(&show::demo::changes(&evolution.formal))?;
    }
    let quality = report::quality(&lake, &lake.snapshot(None)?, 10)?;
    ui.heading("What the metadata says")?;
    ui.text(&show::quality::rates(&quality.all))?;
    let parts = report::Parts {
        evolution,
        quality: Some(quality),
        risk: None,
        source: "a synthetic hub",
        synthetic: true,
    };
    let page = report::write(&world, parts, 10, &args.out.join("report"))?;
    let page = page.canonicalize().unwrap_or(page);
    ui.heading("The report")?;
    ui.text(&format!("  {}\n  open it in a browser; it needs no network", page.display()))?;
    ui.heading("Go on with")?;
    // As it was typed, since a fresh build is on nobody's path.
    let lineal = std::env::args().next().unwrap_or_else(|| "lineal".to_owned());
    let data = data.display();
    ui.text(&format!(
        "  {lineal} serve --data {data}\n  {lineal} top --data {data}\n  {lineal} usage --data {data}\n  {lineal} evolution --data {data}\n  {lineal} quality --data {data}\n  {lineal} chains --data {data} --longest --limit 3\n  \
         {lineal} sql --data {data} \"SELECT operation, count(*) FROM relations GROUP BY 1\"\n\n\
         Done in {:.1} s.",
        started.elapsed().as_secs_f64()
    ))?;
    Ok(())
}

/// Makes an empty folder, in place of an earlier demo's if there is one.
fn make_room(folder: &Path) -> Result<(), CommandError> {
    let mark = folder.join(MARK);
    if mark.exists() {
        fs::remove_dir_all(folder).map_err(file_error("remove", folder))?;
    }
    fs::create_dir_all(folder).map_err(file_error("create", folder))?;
    if fs::read_dir(folder).map_err(file_error("list", folder))?.next().is_some() {
        let why = format!(
            "`{}` is not empty and no demo made it; name another folder with `--out`",
            folder.display()
        );
        return Err(CommandError::Asked(why));
    }
    fs::write(&mark, "").map_err(file_error("write", &mark))
}
