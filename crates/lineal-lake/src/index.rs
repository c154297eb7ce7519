//! How does a world open without being read?
//!
//! The index holds a world's names, graph and columns as the numbers they are in memory, so
//! that opening it is mapping a file. It is a cache: it can be made again from the snapshot, and
//! is, whenever it is missing, damaged, or written by another version.
//!
//! Layout: [`MAGIC`], the length of the header as a little-endian `u64`, the header as JSON, and
//! the sections, each at a multiple of 64 bytes.

use bytemuck::Pod;
use foldhash::quality::FixedState;
use lineal_core::{
    column::{BadColumn, Column, SharedBytes},
    date::SnapshotDate,
    graph::{BadGraph, Graph, Parts, Rows},
    ids::{self, Ids},
    operation::Operation,
    words::Words,
    world::World,
};
use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::File,
    hash::{BuildHasher, Hasher},
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

pub const FILE: &str = "graph.index";

const MAGIC: &[u8; 16] = b"lineal index 01\n";
const ALIGNMENT: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("cannot read it")]
    Read(#[from] io::Error),
    #[error("it is not an index of this version")]
    OtherVersion,
    #[error("it belongs to another snapshot")]
    OtherSnapshot,
    #[error("its header is damaged")]
    Header(#[from] serde_json::Error),
    #[error("its section `{0}` is damaged")]
    Damaged(&'static str),
    #[error(transparent)]
    Column(#[from] BadColumn),
    #[error(transparent)]
    Graph(#[from] BadGraph),
}

#[derive(Serialize, Deserialize)]
struct Header {
    /// The snapshot's own id, from its manifest.
    snapshot: String,
    seed: u64,
    /// What the hash of the names makes of a known name.
    hash_check: u64,
    models: u32,
    nodes: u32,
    operations: Vec<String>,
    tasks: Vec<Box<str>>,
    sections: BTreeMap<String, Section>,
}

#[derive(Serialize, Deserialize)]
struct Section {
    /// Counted from the first section's start.
    from: usize,
    length: usize,
    sum: u64,
}

/// Names every section with its bytes; the one list that writing follows.
fn sections(world: &World) -> [(&'static str, &[u8]); 13] {
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

/// Writes a world's index; the caller puts it where it belongs in one step.
///
/// # Errors
/// When it cannot be written.
pub fn write(world: &World, snapshot: &str, file: File) -> io::Result<File> {
    let mut at = 0;
    let mut table = BTreeMap::new();
    for (name, bytes) in sections(world) {
        table.insert(name.to_owned(), Section { from: at, length: bytes.len(), sum: sum(bytes) });
        at = (at + bytes.len()).next_multiple_of(ALIGNMENT);
    }
    let header = serde_json::to_vec(&Header {
        snapshot: snapshot.to_owned(),
        seed: world.ids.seed,
        hash_check: ids::hash_check(world.ids.seed),
        models: world.graph.models(),
        nodes: world.graph.nodes(),
        operations: world.graph.operations().iter().map(|operation| operation.as_str().to_owned()).collect(),
        tasks: world.tasks.names.clone(),
        sections: table,
    })?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(MAGIC)?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    let mut at = MAGIC.len() + 8 + header.len();
    for (_, bytes) in sections(world) {
        let aligned = at.next_multiple_of(ALIGNMENT);
        out.write_all(&[0; ALIGNMENT][..aligned - at])?;
        out.write_all(bytes)?;
        at = aligned + bytes.len();
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Opens the index of a snapshot.
///
/// # Errors
/// When it is missing, damaged, of another version or of another snapshot; make it again then.
pub fn open(path: &Path, date: SnapshotDate, snapshot: &str) -> Result<World, IndexError> {
    let file = File::open(path)?;
    // SAFETY: an index is written under another name and renamed into place; nothing in lineal
    // changes one afterwards, and every section is checked below before it is used.
    let map = unsafe { Mmap::map(&file)? };
    let bytes: SharedBytes = Arc::new(map);
    let all = (*bytes).as_ref();
    let rest = all.strip_prefix(MAGIC).ok_or(IndexError::OtherVersion)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(IndexError::OtherVersion)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| IndexError::OtherVersion)?;
    let header: Header = serde_json::from_slice(rest.get(..length).ok_or(IndexError::OtherVersion)?)?;
    if header.hash_check != ids::hash_check(header.seed) {
        return Err(IndexError::OtherVersion);
    }
    if header.snapshot != snapshot {
        return Err(IndexError::OtherSnapshot);
    }
    let sections = Sections {
        start: (MAGIC.len() + 8 + length).next_multiple_of(ALIGNMENT),
        table: header.sections,
        bytes: bytes.clone(),
    };
    let graph = Parts {
        models: header.models,
        nodes: header.nodes,
        derived: sections.rows(["derived starts", "derived ends", "derived operations"])?,
        bases: sections.rows(["base starts", "base ends", "base operations"])?,
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

struct Sections {
    start: usize,
    table: BTreeMap<String, Section>,
    bytes: SharedBytes,
}

impl Sections {
    fn column<T: Pod>(&self, name: &'static str) -> Result<Column<T>, IndexError> {
        let damaged = || IndexError::Damaged(name);
        let section = self.table.get(name).ok_or_else(damaged)?;
        let from = self.start.checked_add(section.from).ok_or_else(damaged)?;
        let range = from..from.checked_add(section.length).ok_or_else(damaged)?;
        let bytes = (*self.bytes).as_ref().get(range.clone()).ok_or_else(damaged)?;
        if sum(bytes) != section.sum {
            return Err(damaged());
        }
        Ok(Column::shared(self.bytes.clone(), range)?)
    }

    fn rows(&self, [starts, ends, operations]: [&'static str; 3]) -> Result<Rows, IndexError> {
        Ok(Rows {
            starts: self.column(starts)?,
            ends: self.column(ends)?,
            operations: self.column(operations)?,
        })
    }
}

/// A checksum against accidents, not against malice.
fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::with_seed(0).build_hasher();
    hasher.write(bytes);
    hasher.finish()
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
