//! `lineal import`

use crate::{
    cli::one_of,
    commands::{self, Resolve},
    error::{CommandError, file_error},
    show,
    ui::Ui,
};
use clap::builder::TypedValueParser;
use lineal_core::date::SnapshotDate;
use lineal_hub::{
    listing::{self, Batch},
    open::{self, Input, Kind, Opened},
};
use lineal_lake::{
    dump,
    store::Lake,
    write::{self, Published, SnapshotWriter, WriteError},
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Instant,
};

/// Take a listing in as a snapshot
///
/// Reads the Hub's JSON of every era (lines or arrays), the study's relation tables (CSV), and
/// public Parquet dumps; plain, zstd, gzip or zip; the content decides, not the name. Folders
/// are read in the order of their files' names.
///
/// Examples:
///   lineal import models.jsonl.zst --date 2024-07-11
///   lineal import weekly/                    # one snapshot for each date in the files' names
///   zcat models.json.gz | lineal import -
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Files and folders; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The snapshot's date. Without it, each file belongs to the date in its path, or to today
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<SnapshotDate>,
    /// What the listing is, whatever it looks like
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&["json", "csv", "parquet"]).try_map(|word| word.parse::<Kind>()))]
    format: Option<Kind>,
    /// `lenient`: find bases ignoring case, by legacy names and through redirects. `exact`: only
    /// by their exact name
    #[arg(long, value_name = "HOW", default_value = "lenient", value_parser = one_of(&["lenient", "exact"]).try_map(|word| word.parse::<Resolve>()))]
    resolve: Resolve,
    /// Skip broken records, and the rest of a listing that breaks off, and count them
    #[arg(long)]
    keep_going: bool,
    /// Leave dates alone that have a snapshot already, and go on with the others
    #[arg(long)]
    skip_existing: bool,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    for (date, files) in by_date(args)? {
        if args.skip_existing && lake.has(date)? {
            ui.note(&format!("there is a snapshot {date} already"));
            continue;
        }
        let started = Instant::now();
        let published = import(args, date, &files, lake, ui)?;
        ui.text(&show::import::summary(&published, started.elapsed()))?;
    }
    Ok(())
}

/// Sorts the files by the date they belong to.
fn by_date(args: &Args) -> Result<BTreeMap<SnapshotDate, Vec<PathBuf>>, CommandError> {
    let (today, _) = commands::now();
    let mut files = Vec::new();
    for path in &args.paths {
        list(path, &mut files)?;
    }
    if files.is_empty() {
        let paths: Vec<String> = args.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(CommandError::Asked(format!("there is no file in `{}`", paths.join("`, `"))));
    }
    let mut dates: BTreeMap<SnapshotDate, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let own = || SnapshotDate::in_text(&file.to_string_lossy());
        dates.entry(args.date.or_else(own).unwrap_or(today)).or_default().push(file);
    }
    Ok(dates)
}

/// Adds a file, or the files of a folder in the order of their names; hidden ones are left out.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), CommandError> {
    if path.as_os_str() == "-" || !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(file_error("list", path))? {
        let entry = entry.map_err(file_error("list", path))?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            inside.push(entry.path());
        }
    }
    inside.sort();
    inside.iter().try_for_each(|path| list(path, files))
}

/// Takes some files in as one snapshot.
pub fn import(
    args: &Args,
    date: SnapshotDate,
    files: &[PathBuf],
    lake: &Lake,
    ui: &Ui,
) -> Result<Published, CommandError> {
    let (_, imported_at) = commands::now();
    let source = files.iter().map(|file| file.display().to_string()).collect();
    let options = write::Options { date, resolve: args.resolve, imported_at, source, crawl: None };
    let failed = |source: WriteError| CommandError::Import { date, source };
    let mut writer = SnapshotWriter::new(lake, options).map_err(failed)?;
    let size = |file: &PathBuf| {
        file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
    };
    let bar = ui.progress(files.iter().map(size).sum());
    bar.set_message(date.to_string());
    let mut before = 0;
    for file in files {
        let name = file.display().to_string();
        let input = match file.as_os_str() == "-" {
            true => Input::stream(io::stdin()),
            false => Input::file(File::open(file).map_err(file_error("open", file))?),
        };
        let read = input.bytes_read();
        let mut take = |batch: Batch| -> Result<(), CommandError> {
            writer.note(batch.oddities);
            batch.records.iter().try_for_each(|record| writer.push(record)).map_err(failed)?;
            bar.set_position(before + read.load(Ordering::Relaxed));
            Ok(())
        };
        let options = listing::Options { keep_going: args.keep_going };
        open::open(&name, input, args.format, |opened: Opened| -> Result<(), CommandError> {
            match opened.kind {
                Kind::Json => listing::read_json(&opened.name, opened.reader, options, &mut take),
                Kind::RelationTable => {
                    listing::read_relation_table(&opened.name, opened.reader, options, &mut take)
                }
                Kind::Parquet => {
                    let file =
                        if opened.packed || name == "-" { spool(opened.reader)? } else { reopen(file)? };
                    let broken = |source| CommandError::Dump { name: opened.name.clone(), source };
                    listing::read_json(
                        &opened.name,
                        dump::json_lines(file).map_err(broken)?,
                        options,
                        &mut take,
                    )
                }
            }
        })?;
        before += read.load(Ordering::Relaxed);
    }
    bar.set_message(format!("{date}: relating {} models", writer.len()));
    let published = writer.finish().map_err(failed)?;
    bar.finish_and_clear();
    Ok(published)
}

fn reopen(path: &Path) -> Result<File, CommandError> {
    File::open(path).map_err(file_error("open", path))
}

/// Copies a listing that must be read from any place into a file without a name.
fn spool(mut reader: impl Read) -> Result<File, CommandError> {
    let mut spool = || -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut reader, &mut file)?;
        file.rewind()?;
        Ok(file)
    };
    spool().map_err(file_error("unpack into", &std::env::temp_dir()))
}

/// The arguments for taking in what the demo made.
pub fn plainly() -> Args {
    Args {
        paths: Vec::new(),
        date: None,
        format: None,
        resolve: Resolve::default(),
        keep_going: false,
        skip_existing: false,
    }
}
