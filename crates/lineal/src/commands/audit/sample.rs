//! `lineal audit sample`

mod context;

use super::folder::{ABOUT, About, SAMPLE};
use crate::{
    cli::Which,
    error::{CommandError, file_error},
    show,
    ui::Ui,
    whole,
};
use lineal_core::audit::{
    annotator::Annotator,
    answers::{Answers, Declares},
    sample::{Allocation, Chosen, Framed, Sample, sample},
    sheet::{Row, Sheet},
    size::{InvalidPrecision, Precision, cochran},
};
use lineal_lake::{
    answer::{Texts, all_texts},
    sql::Tables,
    store::Lake,
};
use std::{collections::HashSet, fs, path::PathBuf};
use tokio::runtime::Runtime;

/// Choose models by chance, and write a sheet for each annotator
///
/// The frame is the answer to a query, over one snapshot, that has a column `id`. How many of its
/// models are chosen follows from how sure the rates shall be (Cochran's size for a finite frame), which
/// ones from the seed alone: in the order of the SHA-256 of the seed, a space and the name. The same
/// seed and frame give the same sample everywhere.
///
/// The sheets are CSV, for a spreadsheet or for `lineal serve --audit DIR`. `license`, `performance`,
/// `template` and `dataset` are answered with `present`, `missing`, `not applicable` or `unclear`;
/// `dependency` with `right` or `wrong` where a base is declared, `none` or `missing` where it is not,
/// or `unclear`. Copy `sample.csv` for one more annotator. Nothing is ever overwritten.
///
/// Examples:
///   lineal audit sample --out audit
///   lineal audit sample --out popular --frame "SELECT id FROM models WHERE downloads > 10" --size 20
///   lineal audit sample --out by-task --frame "SELECT id, task FROM models" --strata task
///   lineal audit sample --out three --annotators ann,bob,eve --margin 0.1 --seed 7
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// The folder to write to; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The models to choose from: a query with a column `id`; other columns are carried along. Without it,
    /// as in the study, the most downloaded tenth of the models for text generation
    #[arg(long, value_name = "SQL")]
    frame: Option<String>,
    #[command(flatten)]
    which: Which,
    /// How many models; instead of how sure
    #[arg(long, value_name = "N", conflicts_with_all = ["confidence", "margin", "share"])]
    size: Option<u64>,
    /// How often the interval of a rate shall hold the true one
    #[arg(long, value_name = "SHARE", default_value_t = 0.95)]
    confidence: f64,
    /// How far the interval shall reach to either side
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    margin: f64,
    /// The rate that is expected; 0.5 asks for the most models
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    share: f64,
    /// What chance starts from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The frame's column whose values divide it; each part gives its share of the sample
    #[arg(long, value_name = "COLUMN")]
    strata: Option<String>,
    /// What share that is: `proportional` to its size, or `equal` to that of the others
    #[arg(long, value_name = "HOW", default_value = "proportional", requires = "strata")]
    allocation: How,
    /// Who answers: names of lower-case letters, digits and hyphens
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "first,second")]
    annotators: Vec<Annotator>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum How {
    Proportional,
    Equal,
}

impl How {
    fn allocation(self) -> Allocation {
        match self {
            How::Proportional => Allocation::Proportional,
            How::Equal => Allocation::Equal,
        }
    }
}

/// The study's: models for text generation, the most downloaded tenth, rounded down.
const STUDY: &str = "SELECT id FROM (
  SELECT id, row_number() OVER (ORDER BY downloads DESC NULLS LAST, id) AS place, count(*) OVER () AS listed
  FROM models WHERE task = 'text-generation'
) WHERE place <= listed / 10";

/// The models that can be chosen.
struct Frame {
    /// The columns that are carried along.
    columns: Vec<String>,
    models: Vec<Model>,
    /// Rows that name no model.
    unnamed: usize,
}

struct Model {
    id: String,
    stratum: Option<String>,
    carried: Vec<String>,
}

impl Model {
    fn framed(&self) -> Framed<'_> {
        Framed { id: &self.id, stratum: self.stratum.as_deref() }
    }
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let asked = |error: InvalidPrecision| CommandError::Asked(error.to_string());
    let precision = Precision::new(args.confidence, args.margin, args.share).map_err(asked)?;
    let files = files(args)?;
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let tables = Tables::open_at(lake, snapshot.date)?;
    let runtime = Runtime::new()?;
    let ask = |query: &str| -> Result<Texts, CommandError> {
        runtime.block_on(async { Ok(all_texts(tables.query(query).await?).await?) })
    };
    let query = args.frame.as_deref().unwrap_or(STUDY);
    let frame = frame(ask(query)?, args.strata.as_deref())?;
    let all: Vec<Framed> = frame.models.iter().map(Model::framed).collect();

    // What is there twice is one model all the same.
    let models = all.iter().map(|model| model.id).collect::<HashSet<_>>().len() as u64;
    let size = args.size.unwrap_or_else(|| cochran(models, precision)).min(models);
    if size == 0 {
        return Err(CommandError::Asked("there is nothing to choose: the frame or the size is empty".into()));
    }
    let allocation = args.allocation.allocation();
    let chosen = sample(&all, size, args.seed, allocation);
    let sheet = sheet(&frame, &chosen, args.strata.is_some());
    let hub = snapshot.manifest.crawl.as_ref().map(|crawl| crawl.hub.as_str());
    let text = context::with_context(sheet, hub, ask)?.write();

    let about = About {
        generated_by: concat!("lineal ", env!("CARGO_PKG_VERSION")),
        snapshot: snapshot.date.to_string(),
        frame: query,
        precision: args.size.is_none().then_some(precision),
        seed: args.seed,
        models,
        sample: size,
        strata_column: args.strata.as_deref(),
        allocation,
        strata: &chosen.strata,
        annotators: &args.annotators,
    };
    fs::create_dir_all(&args.out).map_err(file_error("create", &args.out))?;
    whole::write(&files.about, format!("{}\n", serde_json::to_string_pretty(&about)?).as_bytes())?;
    for path in &files.sheets {
        whole::write(path, text.as_bytes())?;
    }

    let again = all.len() as u64 - models;
    for (number, why) in
        [(frame.unnamed as u64, "without a name"), (again, "about a model that is there already")]
    {
        if number > 0 {
            ui.note(&format!("left out of the frame: {} {why}", show::some(number, "row")));
        }
    }
    Ok(ui.text(&show::audit::sampled(&about, &args.out))?)
}

/// The files to be written.
struct Files {
    about: PathBuf,
    sheets: Vec<PathBuf>,
}

/// Names the files, none of which may be there: it could hold somebody's answers.
fn files(args: &Args) -> Result<Files, CommandError> {
    let mut sheets = vec![args.out.join(SAMPLE)];
    for (at, annotator) in args.annotators.iter().enumerate() {
        if args.annotators[..at].contains(annotator) {
            return Err(CommandError::Asked(format!("two annotators are called `{annotator}`")));
        }
        sheets.push(args.out.join(format!("{annotator}.csv")));
    }
    let about = args.out.join(ABOUT);
    if let Some(path) = sheets.iter().chain([&about]).find(|path| path.exists()) {
        return Err(CommandError::AuditThere { path: path.clone() });
    }
    Ok(Files { about, sheets })
}

fn frame(texts: Texts, strata: Option<&str>) -> Result<Frame, CommandError> {
    let named = |name: &str| {
        let at = texts.columns.iter().position(|column| column == name);
        at.ok_or_else(|| {
            CommandError::Asked(format!("the answer to the frame's query has no column `{name}`"))
        })
    };
    let (id, strata) = (named("id")?, strata.map(named).transpose()?);
    let rows = texts.rows.len();
    let is_carried = |at: usize| at != id && Some(at) != strata;
    let columns = texts.columns.iter().enumerate().filter(|(at, _)| is_carried(*at));
    let columns = columns.map(|(_, name)| name.clone()).collect();
    let model = |mut cells: Vec<Option<String>>| {
        let id = cells[id].take()?;
        let stratum = strata.and_then(|at| cells[at].take());
        let carried = cells.into_iter().enumerate().filter(|(at, _)| is_carried(*at));
        Some(Model { id, stratum, carried: carried.map(|(_, cell)| cell.unwrap_or_default()).collect() })
    };
    let models: Vec<Model> = texts.rows.into_iter().filter_map(model).collect();
    Ok(Frame { columns, unnamed: rows - models.len(), models })
}

/// The chosen models, with what the frame says of them.
fn sheet(frame: &Frame, sample: &Sample, is_divided: bool) -> Sheet {
    let row = |chosen: &Chosen| {
        let model = &frame.models[chosen.place];
        Row {
            id: model.id.clone(),
            context: model.carried.clone(),
            declared: None,
            declares: Declares::NotTold,
            stratum: model.stratum.clone(),
            weight: is_divided.then_some(chosen.weight),
            answers: Answers::default(),
        }
    };
    Sheet { context: frame.columns.clone(), rows: sample.chosen.iter().map(row).collect() }
}
