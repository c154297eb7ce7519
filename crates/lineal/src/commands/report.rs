//! `lineal report`

use crate::{
    cli::Which,
    error::{CommandError, file_error},
    ui::Ui,
};
use lineal_core::{
    usage::{Semantics, usage},
    world::World,
};
use lineal_lake::store::Lake;
use lineal_web::Report;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Write the usage report as a web page
///
/// One page that needs no network, with every table and figure, its definition, and its data as
/// CSV and JSON beside it.
///
/// Examples:
///   lineal report --out report
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
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let source = snapshot.manifest.source.join(", ");
    let page = write(&snapshot.world()?, args.top, &source, false, &args.out)?;
    ui.text(&format!("{}", page.display()))?;
    Ok(())
}

/// Writes the report on a world into a folder and returns the path of its page.
pub fn write(
    world: &World,
    top: usize,
    source: &str,
    synthetic: bool,
    folder: &Path,
) -> Result<PathBuf, CommandError> {
    let report = Report {
        formal: usage(world, Semantics::Formal, top)?,
        study: usage(world, Semantics::Study, top),
        evolution: None,
        synthetic,
        source: source.to_owned(),
        generated_by: concat!("lineal ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    for file in lineal_web::render(&report)? {
        let path = folder.join(&file.name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(file_error("create", parent))?;
        fs::write(&path, file.bytes).map_err(file_error("write", &path))?;
    }
    Ok(folder.join("index.html"))
}
