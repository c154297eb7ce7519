//! `lineal report`

use crate::{
    cli::Which,
    commands::{self, evolution, inferring::Source, risk::edges},
    error::{CommandError, file_error},
    ui::Ui,
};
use lineal_core::{
    date::SnapshotDate,
    evolution::Options,
    infer::{
        self,
        check::{Hide, check},
        grown, infer,
    },
    inferred,
    pairing::Renames,
    quality,
    usage::{Semantics, usage},
    world::World,
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use lineal_web::{EvolutionReport, File, QualityReport, Report, RiskReport};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Who made a page.
pub const GENERATED_BY: &str = concat!("lineal ", env!("CARGO_PKG_VERSION"));

/// Write the report as web pages
///
/// A page on how models are used, one on how good their metadata is and, where there is an earlier
/// snapshot, one on how the hub changed; where risks were measured, one on them. They need no network, and have every table and figure, its definition, and its data as
/// CSV and JSON beside it.
///
/// Examples:
///   lineal report --out report
///   lineal report --out report --from 2026-11-08
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    which: Which,
    /// How many models each ranking lists
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    /// The snapshot that the page on how the hub changed begins with; the oldest if not given
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Snapshots", conflicts_with = "no_evolution")]
    from: Option<SnapshotDate>,
    /// Leave out the page on how the hub changed, which reads every snapshot
    #[arg(long)]
    no_evolution: bool,
    /// Leave out the page on how good metadata is, which infers relations twice: to show them, and to
    /// see how well hidden ones are found again
    #[arg(long)]
    no_quality: bool,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let source = snapshot.manifest.source.join(", ");
    let evolution = match args.no_evolution {
        true => None,
        false => evolution(lake, args.from, snapshot.date)?,
    };
    let quality = match args.no_quality {
        true => None,
        false => Some(quality(lake, &snapshot, args.top)?),
    };
    let risk = risk(lake, &args.which)?;
    let parts = Parts { evolution, quality, risk, source: &source, synthetic: false };
    let page = write(&snapshot.world()?, parts, args.top, &args.out)?;
    ui.text(&format!("{}", page.display()))?;
    Ok(())
}

/// Compares the snapshots up to one date, if it is not the first: by the study's definitions, and
/// as its scripts do, which know no renames.
pub fn evolution(
    lake: &Lake,
    from: Option<SnapshotDate>,
    to: SnapshotDate,
) -> Result<Option<EvolutionReport>, CommandError> {
    if from.is_none() && lake.dates()?.first() == Some(&to) {
        return Ok(None);
    }
    let dates = evolution::between(lake, from, Some(to))?;
    let formal = Options { semantics: Semantics::Formal, renames: Renames::On };
    let study = Options { semantics: Semantics::Study, renames: Renames::Off };
    let formal = evolution::evolution(lake, &dates, formal)?;
    let study = match evolution::evolution(lake, &dates, study) {
        Ok(study) => Ok(study),
        Err(CommandError::Evolution(error)) => Err(error),
        Err(error) => return Err(error),
    };
    Ok(Some(EvolutionReport { formal, study }))
}

/// Judges the metadata of a snapshot, infers relations, and checks how well hidden ones are found again.
pub fn quality(lake: &Lake, snapshot: &Snapshot, top: usize) -> Result<QualityReport, CommandError> {
    let options = quality::Options::default();
    let source = Source::open(lake, snapshot)?;
    let (world, known, typed) = source.known_and_typed()?;
    let inferred = infer(&world, &known, &infer::Options { at_least: options.suspected });
    let (all, frame) = commands::quality::judged(&options, None, &source, &world, &inferred)?;
    let hide = Hide { typed, ..Hide::default() };
    let check = check(&world, &known, &hide, &infer::Options { at_least: options.believed });
    Ok(QualityReport {
        all,
        frame: Some(frame),
        trend: Vec::new(),
        inferred: Some(inferred::summary(&world, &inferred, 20)),
        check: Some(check).filter(|check| check.reported_on > 0),
        grown: Some(usage(&grown(world, &inferred, options.believed), Semantics::Formal, top)?),
    })
}

/// Lays what was measured along the relations of a snapshot, if anything was.
pub fn risk(lake: &Lake, which: &Which) -> Result<Option<RiskReport>, CommandError> {
    let evaluations = lake.evaluations()?;
    if evaluations.is_empty() {
        return Ok(None);
    }
    let edges = edges::lay_out(lake, which, &evaluations, edges::ADJUSTED)?;
    Ok(Some(RiskReport { evaluations, edges, study: None }))
}

/// What a report has beside the page on usage.
pub struct Parts<'a> {
    pub evolution: Option<EvolutionReport>,
    pub quality: Option<QualityReport>,
    pub risk: Option<RiskReport>,
    /// Where the listing came from.
    pub source: &'a str,
    pub synthetic: bool,
}

/// Writes the report on a world into a folder and returns the path of its page.
pub fn write(world: &World, parts: Parts, top: usize, folder: &Path) -> Result<PathBuf, CommandError> {
    let Parts { evolution, quality, risk, source, synthetic } = parts;
    let report = Report {
        formal: usage(world, Semantics::Formal, top)?,
        study: usage(world, Semantics::Study, top),
        evolution,
        quality,
        risk,
        synthetic,
        source: source.to_owned(),
        generated_by: GENERATED_BY.to_owned(),
    };
    write_files(lineal_web::render(&report)?, folder)?;
    Ok(folder.join("index.html"))
}

/// Writes rendered files into a folder, which is made if it is not there.
pub fn write_files(files: Vec<File>, folder: &Path) -> Result<(), CommandError> {
    for file in files {
        let path = folder.join(&file.name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(file_error("create", parent))?;
        fs::write(&path, file.bytes).map_err(file_error("write", &path))?;
    }
    Ok(())
}
