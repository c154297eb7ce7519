//! How does a snapshot's index open without being read?
//!
//! An index holds columns as the numbers they are in memory, so that opening it is mapping a file. It
//! is a cache: it can be made again from the snapshot, and is, whenever it is missing, damaged, or
//! written by another version. There is one for the world, and one each for what is told of single models
//! and for searching, because a question about relations should not have to open those.
//!
//! Layout: [`MAGIC`], the length of the header and its checksum as little-endian `u64`s, the header as JSON,
//! and the sections, each at a multiple of 64 bytes.

pub mod atlas;
pub mod search;
pub mod world;

use crate::store::{LakeError, io_error};
use bytemuck::Pod;
use foldhash::quality::FixedState;
use lineal_core::{
    column::{BadColumn, Column, SharedBytes},
    graph::BadGraph,
};
use memmap2::Mmap;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fs::File,
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, BufWriter, Read, Write},
    path::Path,
    sync::Arc,
};

/// The files of all indexes.
pub const FILES: [&str; 3] = [world::FILE, atlas::FILE, search::FILE];

const MAGIC: &[u8; 16] = b"lineal index 02\n";
/// Where the header starts: after the magic bytes, its length and its checksum.
const BEFORE_HEADER: usize = MAGIC.len() + 2 * size_of::<u64>();
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
    Header,
    #[error("its section `{0}` is damaged")]
    Damaged(&'static str),
    #[error(transparent)]
    Column(#[from] BadColumn),
    #[error(transparent)]
    Graph(#[from] BadGraph),
}

/// What stands before the sections.
#[derive(Serialize, Deserialize)]
struct Header<H> {
    /// The snapshot's own id, from its manifest.
    snapshot: String,
    /// What the index holds beside columns.
    #[serde(flatten)]
    own: H,
    sections: BTreeMap<String, Section>,
}

#[derive(Serialize, Deserialize)]
struct Section {
    /// Counted from the first section's start.
    from: usize,
    length: usize,
    sum: u64,
}

/// The bytes of a column by its name.
type Named<'a> = (&'static str, &'a [u8]);

/// Writes an index; the caller puts it where it belongs in one step.
fn write(snapshot: &str, own: impl Serialize, sections: &[Named], file: File) -> io::Result<File> {
    let mut at = 0;
    let mut table = BTreeMap::new();
    for (name, bytes) in sections {
        table.insert((*name).to_owned(), Section { from: at, length: bytes.len(), sum: sum(bytes) });
        at = (at + bytes.len()).next_multiple_of(ALIGNMENT);
    }
    let header = serde_json::to_vec(&Header { snapshot: snapshot.to_owned(), own, sections: table })?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(MAGIC)?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&sum(&header).to_le_bytes())?;
    out.write_all(&header)?;
    let mut at = BEFORE_HEADER + header.len();
    for (_, bytes) in sections {
        let aligned = at.next_multiple_of(ALIGNMENT);
        out.write_all(&[0; ALIGNMENT][..aligned - at])?;
        out.write_all(bytes)?;
        at = aligned + bytes.len();
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Opens an index of a snapshot: what it holds beside columns, and its sections.
fn open<H: DeserializeOwned>(path: &Path, snapshot: &str) -> Result<(H, Sections), IndexError> {
    let file = File::open(path)?;
    // SAFETY: an index is written under another name and renamed into place; nothing in lineal
    // changes one afterwards, and its header and every section are checked before they are used.
    let map = unsafe { Mmap::map(&file)? };
    let bytes: SharedBytes = Arc::new(map);
    let all = (*bytes).as_ref();
    let rest = all.strip_prefix(MAGIC).ok_or(IndexError::OtherVersion)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(IndexError::Header)?;
    let (stated, rest) = rest.split_first_chunk::<8>().ok_or(IndexError::Header)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| IndexError::Header)?;
    let header = rest.get(..length).ok_or(IndexError::Header)?;
    if sum(header) != u64::from_le_bytes(*stated) {
        return Err(IndexError::Header);
    }
    let header: Header<H> = serde_json::from_slice(header).map_err(|_| IndexError::OtherVersion)?;
    if header.snapshot != snapshot {
        return Err(IndexError::OtherSnapshot);
    }
    let start = (BEFORE_HEADER + length).next_multiple_of(ALIGNMENT);
    Ok((header.own, Sections { start, table: header.sections, bytes }))
}

/// Whether there is an index that this version has written; it may still be damaged.
pub fn is_there(path: &Path) -> bool {
    let mut magic = [0; MAGIC.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && magic == *MAGIC
}

/// The sections of an open index.
struct Sections {
    start: usize,
    table: BTreeMap<String, Section>,
    bytes: SharedBytes,
}

impl Sections {
    /// Returns a column that is as it was written.
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
}

/// A checksum against accidents, not against malice.
fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = FixedState::with_seed(0).build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// Puts an index into a folder under its name, in one step.
///
/// # Errors
/// When it cannot be written; then nothing is there that was not before.
pub fn place(
    folder: &Path,
    name: &str,
    write: impl FnOnce(File) -> io::Result<File>,
) -> Result<(), LakeError> {
    let path = folder.join(name);
    let part = folder.join(format!("{name}.{:016x}", RandomState::new().hash_one(name)));
    let written = File::create(&part).and_then(|file| write(file).map(drop));
    let placed = written.and_then(|()| std::fs::rename(&part, &path));
    placed.map_err(|error| {
        // Whatever there is of it is of no use.
        let _ = std::fs::remove_file(&part);
        io_error("write", &path)(error)
    })
}
