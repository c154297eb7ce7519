//! `lineal chains`

use crate::{
    cli::{How, Which},
    commands,
    error::CommandError,
    ui::Ui,
};
use lineal_core::{
    chains::{longest, steps, study, walk},
    usage::{Semantics, UsageError},
    world::World,
};
use lineal_lake::store::Lake;
use serde::Serialize;
use std::{io::Write, ops::ControlFlow};

/// List chains, one by one, as they are found
///
/// A chain leads from a root to a model of which nothing was derived. There can be more than
/// anyone could list; they come lazily, so `--limit` and `| head` cost what they show.
///
/// Examples:
///   lineal chains --limit 10
///   lineal chains --longest --limit 3 --format csv
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Only chains of this root
    #[arg(long, value_name = "MODEL")]
    root: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only the longest chain of each root, longest first
    #[arg(long)]
    longest: bool,
    /// `text` (`a -> b -> c`), `json` (an object a line) or `csv`
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let world = commands::world(lake, &args.which)?;
    let roots = match &args.root {
        Some(root) => vec![root_named(&world, root)?],
        None if args.how.semantics == Semantics::Study => study::roots(&world.graph),
        None => world.graph.roots().collect(),
    };
    let out = ui.raw();
    if let Format::Csv = args.format {
        writeln!(out, "length,chain")?;
    }
    let mut left = args.limit.unwrap_or(usize::MAX);
    let mut print = |chain: &[u32]| -> ControlFlow<Result<(), CommandError>> {
        if left == 0 {
            return ControlFlow::Break(Ok(()));
        }
        left -= 1;
        match write(&world, chain, args.format, out) {
            Ok(()) if left == 0 => ControlFlow::Break(Ok(())),
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    };
    let outcome = match (args.how.semantics, args.longest) {
        (Semantics::Formal, true) => {
            let longest = longest::of_each_root(&world, &steps::steps(&world.graph));
            let asked = longest.iter().filter(|chain| roots.binary_search(&chain[0]).is_ok());
            asked.into_iter().try_for_each(|chain| print(chain))
        }
        (Semantics::Formal, false) => {
            let mut walk = walk::Walk::new(&world.graph);
            roots.into_iter().try_for_each(|root| walk.each(root, &mut print))
        }
        (Semantics::Study, true) => longest_found(&world, roots)?.iter().try_for_each(|chain| print(chain)),
        (Semantics::Study, false) => {
            let mut walk = study::Walk::new(&world.graph);
            let mut outcome = ControlFlow::Continue(());
            for root in roots {
                outcome = walk.each(root, &mut print).map_err(|error| too_many(&world, error))?;
                if outcome.is_break() {
                    break;
                }
            }
            outcome
        }
    };
    if let ControlFlow::Break(outcome) = outcome {
        outcome?;
    }
    Ok(ui.raw().flush()?)
}

fn root_named(world: &World, name: &str) -> Result<u32, CommandError> {
    let root = commands::find(world, name)?;
    if world.graph.is_root(root) {
        return Ok(root);
    }
    let why = match (world.graph.is_missing(root), world.graph.is_derived(root)) {
        (true, _) => "is not listed",
        (_, true) => "declares a base itself",
        _ => "has nothing derived from it",
    };
    Err(CommandError::Asked(format!("`{}` is not a root: it {why}", world.name(root))))
}

fn too_many(world: &World, source: study::TooManyPaths) -> UsageError {
    UsageError::Walk { snapshot: world.snapshot, root: world.name(source.root).to_owned(), source }
}

/// The first of the deepest chains that the study's script finds from each root, longest first.
fn longest_found(world: &World, roots: Vec<u32>) -> Result<Vec<Vec<u32>>, UsageError> {
    let mut walk = study::Walk::new(&world.graph);
    let mut chains = Vec::new();
    for root in roots {
        let mut deepest: Vec<u32> = Vec::new();
        let all = walk.each(root, |chain| {
            // Breadth first, so a chain is never shorter than the one before; the first counts.
            if chain.len() > deepest.len() {
                deepest = chain.to_vec();
            }
            ControlFlow::<()>::Continue(())
        });
        all.map(drop).map_err(|error| too_many(world, error))?;
        chains.extend((!deepest.is_empty()).then_some(deepest));
    }
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.len()));
    Ok(chains)
}

#[derive(Serialize)]
struct Chain<'a> {
    length: usize,
    models: Vec<&'a str>,
}

fn write(world: &World, chain: &[u32], format: Format, out: &mut impl Write) -> Result<(), CommandError> {
    let names = || chain.iter().map(|node| world.name(*node));
    match format {
        Format::Json => {
            serde_json::to_writer(&mut *out, &Chain { length: chain.len(), models: names().collect() })?;
        }
        Format::Csv => write!(out, "{},", chain.len())?,
        Format::Text => {}
    }
    if !matches!(format, Format::Json) {
        for (at, name) in names().enumerate() {
            out.write_all(if at > 0 { b" -> " } else { b"" })?;
            out.write_all(name.as_bytes())?;
        }
    }
    Ok(out.write_all(b"\n")?)
}
