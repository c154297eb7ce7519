//! `lineal lint`

mod folder;
mod hub;
mod judge;
mod known;
mod subject;

use super::{Outcome, crawl::hub::HubArgs};
use crate::{
    cli::one_of,
    error::{CommandError, file_error},
    show,
    ui::Ui,
    whole,
};
use clap::{ArgGroup, builder::TypedValueParser};
use known::Listed;
use lineal_core::{date::SnapshotDate, model_id::ModelId};
use lineal_files::{
    finding::{Code, Severity},
    lint::{Changed, OfModel, Report},
};
use lineal_lake::store::Lake;
use std::fs;
use subject::Asked;

/// Check a model's card and files before it is released
///
/// A model is a folder, a README.md in it, or a name on the hub, which is then asked. Says what a
/// reader of the card will miss or misread, where, and how to mend it: front matter that cannot be
/// read, no licence or another one than the licence file holds, a base that only a tool's file
/// names, a wrong relation, results, prompt template and training data that are nowhere stated.
///
/// `--fix` writes what the model's own files leave no doubt about into the front matter: base,
/// relation, licence, data sets, spellings. Every other byte of the card stays, and a second
/// `--fix` changes nothing.
///
/// Where there is a snapshot, bases are looked up in it, and a model that declares none is compared
/// with all its names. Exit codes: 0 nothing as bad as `--fail-on` was found, 1 something was, 2 the
/// work could not be done.
///
/// Examples:
///   lineal lint --codes
///   lineal lint model
///   lineal lint model --id owner/name --fix --diff         # shows what `--fix` would write
///   lineal lint model --ignore missing-results,missing-dataset --format github
///   lineal lint model --format sarif > lint.sarif
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(group = ArgGroup::new("what").args(["models", "codes"]).required(true))]
pub struct Args {
    /// Folders, README.md files in them, or models of the hub, as `owner/name`. What is there as a file or
    /// folder is not asked of the hub, unless `--model` says so
    #[arg(value_name = "PATH|MODEL")]
    models: Vec<String>,
    /// Take what is named for models of the hub, even if there is a folder of that name
    #[arg(long)]
    model: bool,
    /// The name under which the folder is, or will be, published. Without it, some things are not checked
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "model")]
    id: Option<ModelId>,
    /// Write what is sure into the front matter
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change, and write nothing
    #[arg(long, visible_alias = "dry-run")]
    diff: bool,
    /// `text`, `json`, `sarif` (2.1.0), or `github` (annotations in the log of a workflow)
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Look for these findings only
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = code())]
    only: Vec<Code>,
    /// Leave these findings out
    #[arg(long, value_name = "CODES", value_delimiter = ',', value_parser = code())]
    ignore: Vec<Code>,
    /// The least severity for which the exit code is 1: `error`, `warning`, `note` or `never`
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    fail_on: FailOn,
    /// Look names up in this snapshot instead of the newest; and take models of the hub from it, without
    /// asking the hub
    #[arg(long, value_name = "YYYY-MM-DD")]
    snapshot: Option<SnapshotDate>,
    /// Compare a model with all names of the snapshot even if it declares a base: takes some seconds
    #[arg(long)]
    infer: bool,
    /// List all codes with what they mean
    #[arg(long)]
    codes: bool,
    #[command(flatten)]
    hub: HubArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Github,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Note => Some(Severity::Note),
            FailOn::Never => None,
        }
    }
}

/// Takes the word of a code.
fn code() -> impl TypedValueParser<Value = Code> {
    let words: Vec<&'static str> = Code::all().map(Code::as_str).collect();
    one_of(&words)
        .try_map(|word| Code::all().find(|code| code.as_str() == word).ok_or("there is no such code"))
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<Outcome, CommandError> {
    if args.codes {
        ui.text(&show::lint::codes())?;
        return Ok(Outcome::Clean);
    }
    let known = known::open(lake, args.snapshot)?;
    let asked =
        args.models.iter().map(|name| subject::asked(name, args.model)).collect::<Result<Vec<_>, _>>()?;
    let writes = args.fix && !args.diff;
    if writes && asked.iter().any(|asked| matches!(asked, Asked::Model(_))) {
        return Err(CommandError::Asked(
            "`--fix` writes folders only; `--diff` shows what it would change".to_owned(),
        ));
    }
    let mut models = Vec::new();
    for asked in &asked {
        models.push(model(args, asked, known.as_ref())?);
    }
    let is_asked =
        |code: Code| (args.only.is_empty() || args.only.contains(&code)) && !args.ignore.contains(&code);
    let mut report = Report::new(models, is_asked);
    if writes {
        let written = write(&report, &asked)?;
        report.models =
            asked.iter().map(|asked| model(args, asked, known.as_ref())).collect::<Result<_, _>>()?;
        report = Report::new(report.models, is_asked);
        report.models.iter_mut().zip(written).for_each(|(model, written)| model.changed = written);
    }
    tell(args, &report, ui)?;
    let fails = args.fail_on.severity().is_some_and(|severity| report.has(severity));
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}

/// Reads a model, wherever it is, and judges it.
fn model(args: &Args, asked: &Asked, known: Option<&Listed>) -> Result<OfModel, CommandError> {
    let taken = match asked {
        Asked::Folder(folder) => folder::take(folder, args.id.as_ref())?,
        Asked::Model(id) if args.snapshot.is_some() => hub::from_snapshot(id, known)?,
        Asked::Model(id) => hub::take(id, &args.hub)?,
    };
    judge::judge(taken, known, args.infer)
}

/// Writes the changed cards of folders, each whole or not at all.
fn write(report: &Report, asked: &[Asked]) -> Result<Vec<Option<Changed>>, CommandError> {
    let mut all = Vec::new();
    for (model, asked) in report.models.iter().zip(asked) {
        let changed = match (&model.changed, asked) {
            (Some(changed), Asked::Folder(folder)) => {
                let path = folder.join(&changed.file);
                let permissions = fs::metadata(&path).map(|meta| meta.permissions());
                whole::write(&path, &changed.after)?;
                // Who could read and write the card still can; a new one is as any new file.
                if let Ok(permissions) = permissions {
                    fs::set_permissions(&path, permissions).map_err(file_error("write", &path))?;
                }
                Some(Changed { written: true, ..changed.clone() })
            }
            _ => None,
        };
        all.push(changed);
    }
    Ok(all)
}

fn tell(args: &Args, report: &Report, ui: &mut Ui) -> Result<(), CommandError> {
    let diffs = show::lint::diffs(report);
    match args.format {
        Format::Text => {
            let shows_diff = (args.diff || args.fix) && !diffs.is_empty();
            if shows_diff {
                ui.text(diffs.trim_end())?;
            }
            ui.text(&show::lint::text(report))?;
        }
        Format::Json => ui.json(report)?,
        Format::Sarif => ui.json(&show::lint::sarif::log(report))?,
        Format::Github => {
            let annotations = show::lint::github::annotations(report);
            if !annotations.is_empty() {
                ui.text(annotations.trim_end())?;
            }
        }
    }
    Ok(())
}
