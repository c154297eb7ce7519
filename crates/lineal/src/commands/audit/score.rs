//! `lineal audit score`

use super::folder::{self, Folder};
use crate::{cli::Format, error::CommandError, show::audit, ui::Ui, whole};
use lineal_core::audit::{score::score, settle::Annotated, sheet::Sheet, table};
use std::path::{Path, PathBuf};

/// Count what the annotators found, and how far they agree
///
/// Takes the folder of an audit, or a sheet for each annotator; the study's own table of audited models
/// is a sheet too. Answers count on which all who answered agree, or that a third person decided. Of a
/// divided frame, models count as often as they stand for others.
///
/// Every rate has its 95 % interval (Wilson's); Cohen's kappa of each two annotators has that of
/// Fleiss, Cohen and Everitt, Fleiss' kappa of all of them that of Gwet.
///
/// Examples:
///   lineal audit score labels.csv
///   lineal audit score labels.csv other-labels.csv --format json
///   lineal audit score labels.csv other-labels.csv --decided decided.csv --out table.md
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder of an audit, or the sheets of its annotators
    #[arg(required = true, value_name = "DIR|FILE")]
    sheets: Vec<PathBuf>,
    /// The sheet in which a third person decided; in a folder, `decided.csv` if it is there
    #[arg(long, value_name = "FILE")]
    decided: Option<PathBuf>,
    /// `table`, `json`, or `csv` (the table alone)
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write the table to a file too: Markdown if it ends in `.md`, else CSV
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args, ui: &mut Ui) -> Result<(), CommandError> {
    let (annotators, mut decided) = sheets(&args.sheets)?;
    if let Some(path) = &args.decided {
        decided = Some(folder::read(path)?);
    }
    let score = score(&annotators, decided.as_ref())?;
    let lines = table::lines(&score);
    if let Some(path) = &args.out {
        let is_markdown = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
        let text = if is_markdown { audit::markdown(&lines) } else { audit::csv(&lines) };
        whole::write(path, text.as_bytes())?;
    }
    match args.format {
        Format::Json => ui.json(&score)?,
        Format::Csv => ui.text(audit::csv(&lines).trim_end())?,
        Format::Table => {
            ui.text(&audit::scored(&score, &lines))?;
            for part in audit::parts(&score) {
                ui.heading(part.heading)?;
                ui.text(&part.text)?;
            }
        }
    }
    Ok(())
}

/// Reads the sheets of the annotators and what was decided, from a folder or from files.
fn sheets(paths: &[PathBuf]) -> Result<(Vec<Annotated>, Option<Sheet>), CommandError> {
    if let [folder] = paths
        && folder.is_dir()
    {
        let folder = Folder::open(folder)?;
        let sheets = folder.sheets()?;
        if sheets.is_empty() {
            return Err(CommandError::NoAudit { path: folder.path().to_owned() });
        }
        return Ok((sheets, folder.decided()?));
    }
    let mut annotators: Vec<Annotated> = Vec::new();
    for path in paths {
        let name = name(path);
        // Files of the same name are told apart by where they are.
        let is_taken = annotators.iter().any(|annotator| annotator.name == name);
        let name = if is_taken { path.display().to_string() } else { name };
        annotators.push(Annotated { name, sheet: folder::read(path)? });
    }
    Ok((annotators, None))
}

fn name(path: &Path) -> String {
    path.file_stem().map_or_else(|| path.display().to_string(), |stem| stem.to_string_lossy().into_owned())
}
