//! `lineal sql`

use crate::{
    error::{CommandError, file_error},
    ui::Ui,
};
use lineal_lake::{
    answer::{self, Form},
    sql::Tables,
    store::Lake,
};
use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// Ask a question in SQL, over all snapshots
///
/// Tables: `models`, `relations`, `snapshots`, and what `lineal crawl` asked about single models:
/// `commits`, `cards`, `files`, `readings`. A condition on `snapshot` keeps the other snapshots
/// unread. Nothing can be changed.
///
/// Of each model, `models` has what the listing says, and what bears on its metadata: kinds of
/// `files`, `weight_file`, `license_name`, `license_link`, `results`, `template` and parts of the
/// `card`, each null where nobody looked.
///
/// Examples:
///   lineal sql "SELECT snapshot, count(*) FROM models WHERE license = 'mit' GROUP BY 1"
///   lineal sql "SELECT id FROM models WHERE array_has(tags, 'gguf') LIMIT 10"
///   lineal sql "SELECT base, count(*) FROM relations WHERE NOT base_present GROUP BY 1"
///   lineal sql "SELECT id FROM models WHERE array_has(files, 'gguf') AND template = 'nowhere'"
///   lineal sql "SELECT id, title, date FROM commits WHERE number = 0 ORDER BY date DESC LIMIT 10"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The query; `-` reads it from standard input
    query: String,
    /// `table`, `csv`, `json` or `parquet`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
    /// Write the answer to a file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
    Parquet,
}

impl Format {
    fn form(self) -> Form {
        match self {
            Format::Table => Form::Table,
            Format::Csv => Form::Csv,
            Format::Json => Form::Json,
            Format::Parquet => Form::Parquet,
        }
    }
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let query = match &*args.query {
        "-" => io::read_to_string(io::stdin())?,
        query => query.to_owned(),
    };
    if args.format == Format::Parquet && args.out.is_none() && ui.is_terminal() {
        return Err(CommandError::Asked(
            "Parquet is not for reading on a terminal; name a file with `--out`".into(),
        ));
    }
    let tables = Tables::open(lake)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut answered = Vec::new();
    // What a hub put into an answer must be made harmless before a terminal shows it.
    let shown = args.out.is_none() && (args.format == Format::Table || ui.is_terminal());
    runtime.block_on(async {
        let answer = tables.query(&query).await?;
        match &args.out {
            Some(path) => {
                let mut file = BufWriter::new(File::create(path).map_err(file_error("create", path))?);
                answer::write(answer, args.format.form(), &mut file).await?;
                file.flush().map_err(file_error("write", path))
            }
            None if shown => Ok(answer::write(answer, args.format.form(), &mut answered).await?),
            None => {
                let mut stdout = BufWriter::new(io::stdout());
                answer::write(answer, args.format.form(), &mut stdout).await?;
                Ok(stdout.flush()?)
            }
        }
    })?;
    if shown {
        ui.text(String::from_utf8_lossy(&answered).trim_end())?;
    }
    Ok(())
}
