//! What is a word of the command line: a folder, or a model of the hub?

use crate::error::CommandError;
use lineal_core::{model_id::ModelId, record::ModelRecord};
use lineal_files::{finding::Finding, lint::CARD};
use std::path::{Path, PathBuf};

/// What is to be looked at.
pub enum Asked {
    Folder(PathBuf),
    Model(ModelId),
}

/// What was read of a model, wherever it is.
pub struct Taken {
    pub record: ModelRecord,
    /// Whether the record's name is the one under which it is published.
    pub is_named: bool,
    /// Where its files are, for people: a folder, or an address.
    pub place: String,
    /// The bytes of its card: empty if it has none, `None` if it could not be read.
    pub card: Option<Vec<u8>>,
    /// Whether the card can be written: it is a file of the folder, or there is none yet.
    pub is_writable: bool,
    /// Its licence files, with what they hold.
    pub licenses: Vec<(String, Vec<u8>)>,
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why.
    pub unchecked: Vec<String>,
}

/// Decides what is meant: what is there as a file or folder, unless only models are asked for.
pub fn asked(word: &str, only_models: bool) -> Result<Asked, CommandError> {
    let path = Path::new(word);
    if !only_models && path.is_dir() {
        return Ok(Asked::Folder(path.to_owned()));
    }
    if !only_models && path.exists() {
        if path.file_name().is_some_and(|name| name == CARD) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            return Ok(Asked::Folder(folder.unwrap_or(Path::new(".")).to_owned()));
        }
        return Err(CommandError::Asked(format!("`{word}` is neither a folder nor a `{CARD}`")));
    }
    match word.parse::<ModelId>() {
        Ok(id) if only_models || id.owner().is_some() => Ok(Asked::Model(id)),
        _ => Err(CommandError::Asked(format!(
            "there is no folder `{word}`, and it is no model of the form `owner/name`"
        ))),
    }
}
