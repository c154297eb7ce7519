//! What tests start from: worlds written as text, and real data.

use crate::{
    atlas::Atlas,
    date::SnapshotDate,
    evidence::{Claimed, Evidence, EvidenceBuilder, Grounds},
    field::State,
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    profiles::{Profiles, ProfilesBuilder},
    record::{ModelRecord, Source},
    resolve::Resolution,
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

/// Reads an atlas: of its models, nothing is known but what a [`world`] says; each relation is declared in a
/// card by its base's own name.
pub fn atlas(text: &str) -> Atlas {
    let world = world(text);
    let profiles = profiles(&world, |_, _| {});
    let evidence = evidence(&world, |_, _, _| {});
    Atlas::new(world, profiles, evidence).expect("all of one size")
}

/// Profiles of the models of a world, from records of which nothing is known but what `tell` adds.
pub fn profiles(world: &World, tell: impl Fn(&mut ModelRecord, &mut [State; 5])) -> Profiles {
    let mut profiles = ProfilesBuilder::default();
    for node in 0..world.graph.models() {
        let mut record = ModelRecord::named(world.name(node).parse().expect("a model's name"));
        let mut states = [State::Unclear; 5];
        tell(&mut record, &mut states);
        profiles.push(&record, states);
    }
    profiles.finish()
}

/// Evidence of the relations of a world: each is declared in a card by its base's own name, unless `tell`,
/// which is handed base and derived model, says otherwise.
pub fn evidence(world: &World, tell: impl Fn(&str, &str, &mut Grounds)) -> Evidence {
    let mut evidence = EvidenceBuilder::default();
    for derived in 0..world.graph.nodes() {
        for (base, code) in world.graph.bases(derived).iter().zip(world.graph.base_operations(derived)) {
            let operation = world.graph.operations()[usize::from(*code)].to_string();
            let is_missing = world.graph.is_missing(*base);
            let mut grounds = Grounds {
                operation_inferred: false,
                resolution: Some(if is_missing { Resolution::Missing } else { Resolution::Exact }),
                claims: vec![Claimed { source: Source::Card, named: None, operation: Some(operation) }],
            };
            tell(world.name(*base), world.name(derived), &mut grounds);
            evidence.push(&grounds);
        }
    }
    evidence.finish()
}
