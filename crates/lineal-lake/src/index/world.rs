//! How does a world open without being read?

use super::{IndexError, Named, Sections};
use lineal_core::{
    date::SnapshotDate,
    graph::{Graph, Parts, Rows},
    ids::{self, Ids},
    operation::Operation,
    words::Words,
    world::World,
};
use serde::{Deserialize, Serialize};
use std::{fs::File, io, path::Path};

pub const FILE: &str = "graph.index";

#[derive(Serialize, Deserialize)]
struct Header {
    seed: u64,
    /// What the hash of the names makes of a known name.
    hash_check: u64,
    models: u32,
    nodes: u32,
    operations: Vec<String>,
    tasks: Vec<Box<str>>,
}

/// Names every section with its bytes; the one list that writing follows.
fn sections(world: &World) -> [Named<'_>; 13] {
    let (derived, bases) = world.graph.rows();
    [
        ("name starts", bytemuck::cast_slice(&world.ids.starts)),
        ("name text", &world.ids.text),
        ("name slots", bytemuck::cast_slice(&world.ids.slots)),
        ("derived starts", bytemuck::cast_slice(&derived.starts)),
        ("derived ends", bytemuck::cast_slice(&derived.ends)),
        ("derived operations", &derived.operations),
        ("base starts", bytemuck::cast_slice(&bases.starts)),
        ("base ends", bytemuck::cast_slice(&bases.ends)),
        ("base operations", &bases.operations),
        ("self-based", bytemuck::cast_slice(world.graph.self_based())),
        ("self-based operations", world.graph.self_operations()),
        ("downloads", bytemuck::cast_slice(&world.downloads)),
        ("tasks", bytemuck::cast_slice(&world.tasks.codes)),
    ]
}

/// Writes a world's index.
///
/// # Errors
/// When it cannot be written.
pub fn write(world: &World, snapshot: &str, file: File) -> io::Result<File> {
    let header = Header {
        seed: world.ids.seed,
        hash_check: ids::hash_check(world.ids.seed),
        models: world.graph.models(),
        nodes: world.graph.nodes(),
        operations: world.graph.operations().iter().map(|operation| operation.as_str().to_owned()).collect(),
        tasks: world.tasks.names.clone(),
    };
    super::write(snapshot, header, &sections(world), file)
}

/// Opens the index of a snapshot's world.
///
/// # Errors
/// When it is missing, damaged, of another version or of another snapshot; make it again then.
pub fn open(path: &Path, date: SnapshotDate, snapshot: &str) -> Result<World, IndexError> {
    let (header, sections) = super::open::<Header>(path, snapshot)?;
    if header.hash_check != ids::hash_check(header.seed) {
        return Err(IndexError::OtherVersion);
    }
    let graph = Parts {
        models: header.models,
        nodes: header.nodes,
        derived: rows(&sections, ["derived starts", "derived ends", "derived operations"])?,
        bases: rows(&sections, ["base starts", "base ends", "base operations"])?,
        self_based: sections.column("self-based")?,
        self_operations: sections.column("self-based operations")?,
    };
    let operations = header.operations.iter().map(|word| Operation::named(word)).collect();
    let world = World {
        snapshot: date,
        ids: Ids {
            starts: sections.column("name starts")?,
            text: sections.column("name text")?,
            slots: sections.column("name slots")?,
            seed: header.seed,
        },
        graph: Graph::from_parts(graph, operations)?,
        downloads: sections.column("downloads")?,
        tasks: Words { codes: sections.column("tasks")?, names: header.tasks },
    };
    let fits = world.ids.starts.len() == header.nodes as usize + 1
        && world.ids.starts.is_sorted()
        && world.ids.starts.last().copied() == Some(world.ids.text.len() as u64)
        && world.ids.slots.len().is_power_of_two()
        && world.downloads.len() == header.models as usize
        && world.tasks.codes.len() == header.models as usize;
    if fits { Ok(world) } else { Err(IndexError::Damaged("names")) }
}

fn rows(sections: &Sections, [starts, ends, operations]: [&'static str; 3]) -> Result<Rows, IndexError> {
    Ok(Rows {
        starts: sections.column(starts)?,
        ends: sections.column(ends)?,
        operations: sections.column(operations)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::{graph::Relation, ids::IdsBuilder, world::UNKNOWN};
    use std::fs;

    fn world(date: SnapshotDate) -> World {
        let mut ids = IdsBuilder::new(5);
        for name in ["a/base", "b/tuned", "b/tuned-GGUF", "gone/base"] {
            let _ = ids.insert(name).expect("short");
        }
        let relations = [(0, 1, 0), (1, 2, 3), (3, 2, 7), (2, 2, 0)]
            .map(|(base, derived, operation)| Relation { base, derived, operation });
        let mut operations = Operation::NAMED.to_vec();
        operations.push(Operation::named("upscaled"));
        World {
            snapshot: date,
            ids: ids.finish(),
            graph: Graph::new(3, 1, &relations, operations),
            downloads: vec![7, UNKNOWN, 0].into(),
            tasks: [Some("text-generation"), None, Some("fill-mask")].into_iter().collect(),
        }
    }

    /// Writes an index, changes its bytes, and says what opening it gives.
    fn open_changed(change: impl FnOnce(&mut Vec<u8>)) -> Result<World, IndexError> {
        let date = SnapshotDate::new(2025, 7, 2).expect("a day");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        let file = File::create(&path).expect("a file");
        drop(write(&world(date), "an id", file).expect("written"));
        let mut bytes = fs::read(&path).expect("read");
        change(&mut bytes);
        fs::write(&path, bytes).expect("written");
        open(&path, date, "an id")
    }

    #[test]
    fn a_world_is_the_same_when_it_is_opened_again() {
        let opened = open_changed(|_| ()).expect("opened");
        let made = world(opened.snapshot);
        assert_eq!(format!("{opened:?}"), format!("{made:?}"));
        assert_eq!(opened.ids.find("b/tuned"), Some(1));
    }

    #[test]
    fn a_changed_byte_is_noticed_wherever_it_is() {
        let mut length = 0;
        let _ = open_changed(|bytes| length = bytes.len());
        for at in 0..length {
            // A byte between two sections says nothing, and one in a name of the header is a name.
            let opened = open_changed(|bytes| bytes[at] ^= 0x10);
            if let Ok(opened) = opened {
                assert_eq!(opened.graph.relations(), 3);
            }
        }
    }

    #[test]
    fn a_cut_off_index_is_refused() {
        for length in [0, 10, 16, 24, 100, 1000] {
            assert!(open_changed(|bytes| bytes.truncate(length)).is_err(), "{length}");
        }
    }

    #[test]
    fn an_index_of_another_snapshot_is_refused() {
        let date = SnapshotDate::new(2025, 7, 2).expect("a day");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        drop(write(&world(date), "one", File::create(&path).expect("a file")).expect("written"));
        assert!(matches!(open(&path, date, "another"), Err(IndexError::OtherSnapshot)));
    }
}
