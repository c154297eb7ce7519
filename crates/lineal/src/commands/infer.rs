//! `lineal infer`

use crate::{
    cli::{Format, Which},
    commands::{
        inferring::{self, Source},
        select::Select,
    },
    error::CommandError,
    show::{self, infer as shown},
    ui::Ui,
};
use lineal_core::infer::{
    self, Standing,
    check::{Hide, check},
};
use lineal_lake::store::Lake;

/// Which relations nobody declared, and which declared ones are wrong
///
/// Relations are inferred from metadata alone: names, formats, files, configurations, tags and what
/// cards say. Each comes with its evidence and a confidence, which is the share of such inferences
/// that were right where declared relations were hidden and inferred again. Where nothing speaks
/// for one base more than for others, nothing is said.
///
/// A listing with file names and card data says more than names do, and `lineal crawl cards` and
/// `lineal crawl files` add the text of cards and the hashes of files.
///
/// Examples:
///   lineal infer
///   lineal infer --min-confidence 0.97 --format json | head -n 3
///   lineal infer --select "downloads > 1000" --format csv
///   lineal infer --against
///   lineal infer --check 1000
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Only for these models: a condition in SQL on the table `models`, a query whose first column
    /// holds names, names separated by commas, or `@FILE` with a name on each line
    #[arg(long, value_name = "WHICH")]
    select: Option<Select>,
    /// Relations that are less sure are left out
    #[arg(long, value_name = "X", default_value_t = 0.9, value_parser = inferring::share)]
    min_confidence: f64,
    /// Only relations that speak against what is declared
    #[arg(long)]
    against: bool,
    /// Hide the declarations of so many models, infer them again, and say how well that went
    #[arg(long, value_name = "N", conflicts_with_all = ["select", "against"])]
    check: Option<usize>,
    /// Of this share of owners hide all declarations together, as of owners who never declare
    #[arg(long, value_name = "X", default_value_t = 0.0, value_parser = inferring::share, requires = "check")]
    whole_owners: f64,
    /// What chance starts from when declarations are hidden
    #[arg(long, value_name = "N", default_value_t = 1, requires = "check")]
    seed: u64,
    /// How many relations the table lists
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// `table`, `json` (an object a line) or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(args.which.snapshot)?;
    let source = Source::open(lake, &snapshot)?;
    if let Some(models) = args.check {
        let (world, known, typed) = source.known_and_typed()?;
        let hide = Hide { models, whole_owners: args.whole_owners, typed, seed: args.seed };
        let checked = check(&world, &known, &hide, &infer::Options { at_least: args.min_confidence });
        match args.format {
            Format::Json => ui.json(&checked)?,
            Format::Csv => ui.text(show::csv::of(&checked)?.trim_end())?,
            Format::Table => shown::checked(&checked, ui)?,
        }
        return Ok(());
    }
    let (world, mut inferred) = source.inferred(args.min_confidence)?;
    if let Some(select) = &args.select {
        let names = select.names(lake, snapshot.date)?;
        inferred.retain(|relation| names.contains(world.name(relation.derived)));
    }
    if args.against {
        inferred.retain(|relation| relation.standing != Standing::Undeclared);
    }
    let relations = inferred.iter().map(|relation| shown::Relation::of(&world, relation));
    match args.format {
        Format::Json => {
            for relation in relations {
                ui.line(&serde_json::to_string(&relation)?)?;
            }
        }
        Format::Csv => {
            ui.line(shown::CSV_HEADING)?;
            for relation in relations {
                ui.line(&relation.csv())?;
            }
        }
        Format::Table => ui.text(&shown::table(&world, &inferred, args.limit))?,
    }
    ui.flush()?;
    Ok(())
}
