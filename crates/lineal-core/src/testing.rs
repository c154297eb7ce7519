//! What tests start from: worlds written as text, and real data.

use crate::{
    date::SnapshotDate,
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    world::{UNKNOWN, World},
};
use std::path::{Path, PathBuf};

/// A folder of the data that is shared with the project but not part of it, if it is there.
#[expect(clippy::print_stderr, reason = "who runs the tests is told that one did not run")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !path.exists() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        eprintln!("SKIPPED: {test}: ../shared is absent");
        return None;
    }
    Some(path)
}

/// Reads a world: a line `base -merge-> derived` is a relation, a line `model 120 text-generation`
/// states downloads and a task, a name ending in `?` is missing. Models are listed in the order
/// they are first named.
pub fn world(text: &str) -> World {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let mut listed: Vec<&str> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    let mut facts: Vec<(&str, u64, Option<&str>)> = Vec::new();
    let mut relations: Vec<(&str, &str, &str)> = Vec::new();
    for line in &lines {
        let names: &[&str] = match line[..] {
            [] => &[],
            [name] => &[name],
            [base, arrow, derived] if arrow.ends_with("->") => {
                relations.push((base, arrow.trim_start_matches('-').trim_end_matches("->"), derived));
                &[base, derived]
            }
            [name, downloads] => {
                facts.push((name, downloads.parse().expect("downloads are a number"), None));
                &[name]
            }
            [name, downloads, task] => {
                facts.push((name, downloads.parse().expect("downloads are a number"), Some(task)));
                &[name]
            }
            _ => panic!("cannot read {line:?}"),
        };
        for name in names {
            let names = if name.ends_with('?') { &mut missing } else { &mut listed };
            if !names.contains(name) {
                names.push(name);
            }
        }
    }
    let mut ids = IdsBuilder::new(1);
    for name in listed.iter().chain(&missing) {
        ids.insert(name.trim_end_matches('?')).expect("short").expect("new");
    }
    let ids = ids.finish();
    let node = |name: &str| ids.find(name.trim_end_matches('?')).expect("named");
    let mut relations: Vec<Relation> = relations
        .into_iter()
        .map(|(base, operation, derived)| {
            let named = Operation::named(operation);
            let code = Operation::NAMED.iter().position(|known| *known == named).expect("a named operation");
            Relation { base: node(base), derived: node(derived), operation: code as u8 }
        })
        .collect();
    relations.sort_by_key(|relation| relation.derived);
    let graph = Graph::new(listed.len(), missing.len(), &relations, Operation::NAMED.to_vec());
    let mut downloads = vec![UNKNOWN; listed.len()];
    let mut tasks = vec![None; listed.len()];
    for (name, count, task) in facts {
        downloads[node(name) as usize] = count;
        tasks[node(name) as usize] = task;
    }
    World {
        snapshot: SnapshotDate::new(2025, 6, 25).expect("a day"),
        ids,
        graph,
        downloads: downloads.into(),
        tasks: tasks.into_iter().collect(),
    }
}
