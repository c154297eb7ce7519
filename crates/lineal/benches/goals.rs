//! How fast is it, beside the goals?
//!
//! `cargo bench --workspace --bench goals -- [--exact] [--json FILE] LISTING…` takes each listing in
//! (JSON lines, plain or zstd), then times every step alone, in one process, and prints the best
//! of several runs beside the goal that holds at 1.8 million models, then the evolution from each to the
//! next. `--exact` resolves names
//! exactly; `--json` also writes the measurements and the answers to a file. Without a listing it
//! makes a hub of 200,000 models. `benches/compare.py` runs the same steps in Python on the same
//! files.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use lineal_core::{
    chains::{self, lengths, steps},
    clusters, components,
    date::SnapshotDate,
    degrees,
    evolution::{self, Evolution},
    graph::{Graph, Relation},
    infer::{self, Inferred, Known, infer},
    pairing::Renames,
    quality::{self, Bearing, Quality, Tally},
    reach,
    resolve::Resolve,
    sizes, tasks,
    usage::{Semantics, Usage, usage},
    world::World,
};
use lineal_hub::{
    listing::{self, Batch},
    open::{self, Input, Opened},
};
use lineal_lake::{
    snapshot::Snapshot,
    store::Lake,
    write::{Options, SnapshotWriter},
};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    error::Error,
    fs::File,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What the command line says.
struct Arguments {
    resolve: Resolve,
    json: Option<PathBuf>,
    listings: Vec<PathBuf>,
}

/// What was measured on one listing, and the answers, so that others can be held against them.
#[derive(Serialize)]
struct Measured {
    listing: String,
    models: u64,
    relations: u64,
    bytes: u64,
    /// The best milliseconds of each step.
    steps: BTreeMap<&'static str, f64>,
    /// The most memory that the process ever held, in KiB; unknown outside Linux.
    peak_after_import_kib: Option<u64>,
    peak_at_end_kib: Option<u64>,
    /// How many nodes have how many descendants.
    descendants: BTreeMap<u32, u64>,
    formal: Usage,
    study: Usage,
}

fn main() -> Outcome {
    let mut arguments = arguments()?;
    let made = tempfile::tempdir()?;
    if arguments.listings.is_empty() {
        let first = "2025-06-04".parse()?;
        let options = lineal_hubsim::Options::new(1, 200_000, 2, first);
        arguments.listings = lineal_hubsim::write_weeks(&options, made.path(), lineal_hubsim::Form::Listing)?;
    }
    let folder = tempfile::tempdir()?;
    let lake = Lake::open(&folder.path().to_string_lossy(), folder.path())?;
    let mut measured = Vec::new();
    for (day, listing) in (1..).zip(&arguments.listings) {
        measured.push(bench(&lake, listing, day, arguments.resolve)?);
    }
    compare_weeks(&lake)?;
    if let Some(json) = &arguments.json {
        serde_json::to_writer(File::create(json)?, &measured)?;
    }
    Ok(())
}

fn arguments() -> Outcome<Arguments> {
    let mut arguments = Arguments { resolve: Resolve::Lenient, json: None, listings: Vec::new() };
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--exact") => arguments.resolve = Resolve::Exact,
            Some("--json") => arguments.json = Some(words.next().ok_or("`--json` needs a file")?.into()),
            // What `cargo bench` adds.
            Some("--bench") => {}
            Some(option) if option.starts_with("--") => Err(format!("there is no option `{option}`"))?,
            _ => arguments.listings.push(word.into()),
        }
    }
    Ok(arguments)
}

fn bench(lake: &Lake, listing: &Path, day: u32, resolve: Resolve) -> Outcome<Measured> {
    println!("\n{}", listing.display());
    println!("{:<58}{:>12}{:>14}", "", "measured", "goal");
    let mut steps = BTreeMap::new();
    let mut line = |key, what: &str, took: Duration, goal: &str| {
        let took = took.as_secs_f64() * 1e3;
        println!("{what:<58}{took:>9.1} ms{goal:>14}");
        steps.insert(key, took);
    };

    let date = SnapshotDate::new(2025, 1, day).ok_or("too many listings")?;
    let started = Instant::now();
    let published = import(lake, listing, date, resolve)?;
    line("import", "listing → snapshot on disk", started.elapsed(), "10 s (760,000)");
    let manifest = published.manifest;
    println!(
        "{:<58}{:>9.1} MB{:>14}",
        format!("  {} models, {} relations", manifest.models, manifest.relations),
        manifest.size() as f64 / 1e6,
        if manifest.changes_to.is_some() { "10 MB" } else { "" },
    );
    let peak_after_import_kib = peak("  most memory so far", "1,500 MB");

    let snapshot = lake.snapshot(Some(date))?;
    let build = || snapshot.build_world().unwrap();
    line("load", "files → world in memory, names included", best(3, build), "");
    let world = snapshot.world()?;
    let graph = &world.graph;
    let relations: Vec<Relation> = (0..graph.models())
        .flat_map(|derived| {
            let bases = graph.bases(derived).iter().zip(graph.base_operations(derived));
            bases.map(move |(base, operation)| Relation { base: *base, derived, operation: *operation })
        })
        .collect();
    let missing = (graph.nodes() - graph.models()) as usize;
    let operations = graph.operations().to_vec();
    let build = || Graph::new(graph.models() as usize, missing, &relations, operations.clone());
    line("graph", "relations → graph, both directions", best(5, build), "200 ms");
    line("reopen", "world reopened from its index", best(5, || snapshot.world().unwrap()), "50 ms");

    line("steps", "steps of chains, cycles unrolled", best(5, || steps::steps(graph)), "");
    line("tables", "tables 1 to 3", best(3, || tables(&world)), "");
    line("cycles", "cycles", best(5, || components::cycles(graph)), "");
    let descendants = best(5, || reach::descendant_counts(graph));
    line("descendants", "descendant counts of all models", descendants, "60 ms");
    let counted = || {
        let steps = steps::steps(graph);
        lengths::from_steps::<u128>(&steps).unwrap()
    };
    line("chains", "exact chain counts with histograms", best(5, counted), "60 ms");
    line("clusters", "clusters", best(5, || clusters::clusters(graph)), "");
    let formal = best(3, || chains::formal(&world, 20).unwrap());
    line("chains_formal", "chains, formal: lengths, operations, segments, longest", formal, "");
    let study = best(3, || chains::study(&world, 20).unwrap());
    line("chains_study", "chains, study: walked one by one", study, "");
    let formal = best(3, || usage(&world, Semantics::Formal, 20).unwrap());
    line("usage_formal", "all usage tables, formal", formal, "2 s");
    let study = best(3, || usage(&world, Semantics::Study, 20).unwrap());
    line("usage_study", "all usage tables, study", study, "2 s");

    let known = best(1, || known(&snapshot).unwrap());
    line("known", "what inference has to know of each model", known, "");
    let known = self::known(&snapshot)?;
    let options = infer::Options { at_least: 0.5 };
    line("infer", "undeclared and wrong relations", best(2, || infer(&world, &known, &options)), "20 s");
    let inferred = infer(&world, &known, &options);
    drop(known);
    let judged = best(1, || judge(&snapshot, &world, &inferred).unwrap());
    line("quality", "five fields of every model", judged, "60 s, all three");

    let mut descendants = BTreeMap::new();
    for count in reach::descendant_counts(graph) {
        *descendants.entry(count).or_default() += 1;
    }
    Ok(Measured {
        listing: listing.display().to_string(),
        models: manifest.models,
        relations: manifest.relations,
        bytes: manifest.size(),
        peak_after_import_kib,
        peak_at_end_kib: peak("most memory, from import to end", ""),
        steps,
        descendants,
        formal: usage(&world, Semantics::Formal, 20)?,
        study: usage(&world, Semantics::Study, 20)?,
    })
}

fn known(snapshot: &Snapshot) -> Outcome<Known> {
    let mut known = Known::default();
    for record in snapshot.records()? {
        known.push(&record?);
    }
    Ok(known)
}

fn judge(snapshot: &Snapshot, world: &World, inferred: &[Inferred]) -> Outcome<Quality> {
    let bearing = Bearing::of(inferred);
    let mut tally = Tally::new(world, quality::Options::default());
    for (node, record) in (0..).zip(snapshot.records()?) {
        tally.add(world, node, &record?, bearing.on(node));
    }
    Ok(tally.finish(world))
}

/// Times what needs two snapshots: each pair of consecutive ones, from the index to the answer.
fn compare_weeks(lake: &Lake) -> Outcome {
    let dates = lake.dates()?;
    for pair in dates.windows(2) {
        println!("\n{} → {}", pair[0], pair[1]);
        for (semantics, renames) in [
            (Semantics::Formal, Renames::On),
            (Semantics::Formal, Renames::Off),
            (Semantics::Study, Renames::Off),
        ] {
            let took = best(3, || evolution(lake, pair, evolution::Options { semantics, renames }).unwrap());
            let what = format!("evolution, {semantics}, renames {renames:?}").to_lowercase();
            println!("{what:<58}{:>9.1} ms{:>14}", took.as_secs_f64() * 1e3, "3 s");
        }
        peak("most memory so far", "1,000 MB");
    }
    Ok(())
}

fn evolution(lake: &Lake, dates: &[SnapshotDate], options: evolution::Options) -> Outcome<Evolution> {
    let mut walk = evolution::Walk::new(options);
    for date in dates {
        let snapshot = lake.snapshot(Some(*date))?;
        walk.take(snapshot.world()?, snapshot.hub_ids()?)?;
    }
    Ok(walk.finish()?)
}

fn import(
    lake: &Lake,
    path: &Path,
    date: SnapshotDate,
    resolve: Resolve,
) -> Outcome<lineal_lake::write::Published> {
    let options = Options { date, resolve, imported_at: String::new(), source: Vec::new(), crawl: None };
    let mut writer = SnapshotWriter::new(lake, options)?;
    open::open("listing", Input::file(File::open(path)?), None, |opened: Opened| -> Outcome {
        let take = |batch: Batch| -> Outcome {
            Ok(batch.records.iter().try_for_each(|record| writer.push(record))?)
        };
        listing::read_json("listing", opened.reader, listing::Options { keep_going: false }, take)
    })?;
    Ok(writer.finish()?)
}

/// The best of several runs.
fn best<T>(runs: usize, work: impl Fn() -> T) -> Duration {
    let time = || {
        let started = Instant::now();
        black_box(work());
        started.elapsed()
    };
    (0..runs).map(|_| time()).min().unwrap_or_default()
}

/// Prints and returns the most memory that this process ever held, in KiB.
fn peak(what: &str, goal: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let peak: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    println!("{what:<58}{:>9.1} MB{goal:>14}", peak as f64 * 1024.0 / 1e6);
    Some(peak)
}

/// The tables that need no chains.
fn tables(world: &World) -> impl Sized {
    (
        (sizes::models(&world.graph), sizes::downloads(world), sizes::relations(&world.graph)),
        (
            sizes::derived_by_operation(&world.graph),
            sizes::downloads_by_operation(world),
            tasks::tasks(world),
        ),
        (degrees::top_in_degree(world, 20), degrees::top_out_degree(world, 20)),
    )
}
