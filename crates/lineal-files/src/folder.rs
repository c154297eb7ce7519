//! What would a hub list of a model whose files are at hand?
//!
//! [`wants`] says which files to read and how much of them; [`record`] makes of them the record that a
//! listing would hold, with what only the files know: claims of configurations and headers, the prompt
//! template, the text of the card. A broken file is a finding; the rest is read all the same.

use crate::{finding::Finding, names};
use lineal_core::{model_id::ModelId, record::ModelRecord};

/// A file of a model's folder.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Relative to the folder, with `/`.
    pub path: &'a str,
    pub size: u64,
    /// All of a small file, the beginning of a large one; `None` if it was not read.
    pub bytes: Option<&'a [u8]>,
}

/// How much of a file [`record`] has use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Whole,
    /// At most so many bytes from its beginning.
    Head(usize),
    Nothing,
}

/// Returns how much of a file to read.
pub fn wants(path: &str) -> Want {
    let _ = path;
    Want::Nothing
}

/// Returns the record of a model with these files, and what is wrong with them.
pub fn record(id: ModelId, files: &[File]) -> (ModelRecord, Vec<Finding>) {
    let mut record = ModelRecord::named(id);
    record.clues.files = Some(names::kinds(files.iter().map(|file| file.path)));
    record.clues.weight_file = names::weight_file(files.iter().map(|file| file.path));
    (record, Vec::new())
}
