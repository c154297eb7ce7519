//! How fast is it, beside the goals?
//!
//! `cargo bench -p lineal -- LISTING…` takes each listing in (JSON lines, plain or zstd), then
//! times every step alone, in one process, and prints the best of several runs beside the goal
//! that holds at 1.8 million models. Without a listing it makes a hub of 200,000 models.
//! `benches/compare.py` runs the same steps in Python on the same files.

#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use lineal_core::{
    chains::{self, lengths, steps},
    clusters, components, degrees,
    graph::{Graph, Relation},
    operation::Operation,
    reach,
    resolve::Resolve,
    sizes, tasks,
    usage::{Semantics, usage},
    world::World,
};
use lineal_hub::{
    listing::{self, Batch},
    open::{self, Input, Opened},
};
use lineal_lake::{
    store::Lake,
    write::{Options, SnapshotWriter},
};
use std::{
    error::Error,
    fs::File,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let mut listings: Vec<PathBuf> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    let made = tempfile::tempdir()?;
    if listings.is_empty() {
        let first = "2025-06-04".parse()?;
        let options = lineal_hubsim::Options::new(1, 200_000, 2, first);
        listings = lineal_hubsim::write_weeks(&options, made.path(), lineal_hubsim::Form::Listing)?;
    }
    let folder = tempfile::tempdir()?;
    let lake = Lake::open(&folder.path().to_string_lossy(), folder.path())?;
    for (day, listing) in (1..).zip(&listings) {
        bench(&lake, listing, day)?;
    }
    Ok(())
}

fn bench(lake: &Lake, listing: &Path, day: u32) -> Outcome {
    println!("\n{}", listing.display());
    println!("{:<58}{:>12}{:>14}", "", "measured", "goal");
    let date = lineal_core::date::SnapshotDate::new(2025, 1, day).ok_or("too many listings")?;
    let started = Instant::now();
    let published = import(lake, listing, date)?;
    let size = published.manifest.size() as f64 / 1e6;
    line("listing → snapshot on disk", started.elapsed(), "10 s (760,000)");
    println!(
        "{:<58}{:>9.1} MB{:>14}",
        format!("  {} models, {} relations", published.manifest.models, published.manifest.relations),
        size,
        if published.manifest.changes_to.is_some() { "10 MB" } else { "" },
    );

    let snapshot = lake.snapshot(Some(date))?;
    line("files → world in memory, names included", best(3, || snapshot.build_world().unwrap()), "");
    let world = snapshot.world()?;
    let graph = &world.graph;
    let relations: Vec<Relation> = (0..graph.models())
        .flat_map(|derived| {
            let bases = graph.bases(derived).iter().zip(graph.base_operations(derived));
            bases.map(move |(base, operation)| Relation { base: *base, derived, operation: *operation })
        })
        .collect();
    let missing = (graph.nodes() - graph.models()) as usize;
    let build = || Graph::new(graph.models() as usize, missing, &relations, Operation::NAMED.to_vec());
    let named = graph.operations().len() == Operation::NAMED.len();
    if named {
        line("relations → graph, both directions", best(5, build), "200 ms");
    } else {
        let operations = graph.operations().to_vec();
        let build = || Graph::new(graph.models() as usize, missing, &relations, operations.clone());
        line("relations → graph, both directions", best(5, build), "200 ms");
    }
    line("world reopened from its index", best(5, || snapshot.world().unwrap()), "50 ms");

    line("steps of chains, cycles unrolled", best(5, || steps::steps(graph)), "");
    line("tables 1 to 3", best(3, || tables(&world)), "");
    line("cycles", best(5, || components::cycles(graph)), "");
    line("descendant counts of all models", best(5, || reach::descendant_counts(graph)), "60 ms");
    let counted = || {
        let steps = steps::steps(graph);
        lengths::from_steps::<u128>(&steps).unwrap()
    };
    line("exact chain counts with histograms", best(5, counted), "60 ms");
    line("clusters", best(5, || clusters::clusters(graph)), "");
    line(
        "chains, formal: lengths, operations, segments, longest",
        best(3, || chains::formal(&world, 20).unwrap()),
        "",
    );
    line("chains, study: walked one by one", best(3, || chains::study(&world, 20).unwrap()), "");
    line("all usage tables, formal", best(3, || usage(&world, Semantics::Formal, 20).unwrap()), "2 s");
    line("all usage tables, study", best(3, || usage(&world, Semantics::Study, 20).unwrap()), "2 s");
    Ok(())
}

fn import(
    lake: &Lake,
    path: &Path,
    date: lineal_core::date::SnapshotDate,
) -> Outcome<lineal_lake::write::Published> {
    let options = Options { date, resolve: Resolve::Lenient, imported_at: String::new(), source: Vec::new() };
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

fn line(what: &str, took: Duration, goal: &str) {
    println!("{what:<58}{:>9.1} ms{goal:>14}", took.as_secs_f64() * 1e3);
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
