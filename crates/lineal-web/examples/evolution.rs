//! Writes a report with a made-up evolution to a folder, to look at it:
//! `cargo run -p lineal-web --example evolution -- report 17`, with `uneven` for uneven snapshots.

#[path = "../tests/support/mod.rs"]
mod support;

use lineal_core::{
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    usage::{Semantics, usage},
    world::{UNKNOWN, World},
};
use lineal_web::{EvolutionReport, Report, render};
use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        return Err("expected a folder and how many snapshots".into());
    };
    let dates = support::dates("2025-03-12", count.parse()?, arguments.next().is_some());
    let last = *dates.last().ok_or("no snapshots")?;
    let mut ids = IdsBuilder::new(0);
    for name in ["a/root", "a/leaf"] {
        let _ = ids.insert(name)?;
    }
    let relations = [Relation { base: 0, derived: 1, operation: 0 }];
    let world = World {
        snapshot: last,
        graph: Graph::new(2, 0, &relations, Operation::NAMED.to_vec()),
        ids: ids.finish(),
        downloads: vec![UNKNOWN; 2].into(),
        tasks: [None; 2].into_iter().collect(),
    };
    let report = Report {
        formal: usage(&world, Semantics::Formal, 10)?,
        study: usage(&world, Semantics::Study, 10),
        evolution: Some(EvolutionReport {
            formal: support::evolution(&dates, Semantics::Formal),
            study: Ok(support::evolution(&dates, Semantics::Study)),
        }),
        synthetic: true,
        source: "Made up".to_owned(),
        generated_by: concat!("lineal ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    for file in render(&report)? {
        let path = folder.join(&file.name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        fs::write(path, &file.bytes)?;
    }
    Ok(())
}
