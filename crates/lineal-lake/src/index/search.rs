//! How does what finds models by words open without being read?

use super::{IndexError, Named};
use lineal_core::search::Search;
use serde::{Deserialize, Serialize};
use std::{fs::File, io, path::Path};

pub const FILE: &str = "search.index";

/// Nothing beside columns.
#[derive(Serialize, Deserialize)]
struct Header {}

/// Names every section with its bytes; the one list that writing follows.
fn sections(search: &Search) -> [Named<'_>; 4] {
    [
        ("keys", search.key_bytes()),
        ("postings", &search.postings),
        ("order", bytemuck::cast_slice(&search.order)),
        ("names", bytemuck::cast_slice(&search.names)),
    ]
}

/// Writes what finds a snapshot's models.
///
/// # Errors
/// When it cannot be written.
pub fn write(search: &Search, snapshot: &str, file: File) -> io::Result<File> {
    super::write(snapshot, Header {}, &sections(search), file)
}

/// Opens what finds a snapshot's models.
///
/// # Errors
/// When it is missing, damaged, of another version or of another snapshot; make it again then.
pub fn open(path: &Path, snapshot: &str) -> Result<Search, IndexError> {
    let (Header {}, sections) = super::open(path, snapshot)?;
    let (keys, postings) = (sections.column("keys")?, sections.column("postings")?);
    let (order, names) = (sections.column("order")?, sections.column("names")?);
    Search::from_parts(keys, postings, order, names).ok_or(IndexError::Damaged("keys"))
}
