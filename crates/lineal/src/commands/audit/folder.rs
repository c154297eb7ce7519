//! Which files does an audit have, and what is in them?
//!
//! `audit.json` says what was asked for, `sample.csv` holds the models without answers, `NAME.csv` the
//! answers of the annotator NAME, and `decided.csv` what a third person decided.

use crate::error::{CommandError, file_error};
use lineal_core::audit::{
    annotator::{Annotator, DECIDED},
    sample::{Allocation, Stratum},
    settle::Annotated,
    sheet::Sheet,
    size::Precision,
};
use serde::Serialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What was asked for, and what came of it.
#[derive(Debug, Serialize)]
pub struct About<'a> {
    pub generated_by: &'static str,
    pub snapshot: String,
    /// The query whose answer is the frame.
    pub frame: &'a str,
    /// `None` if the size was given.
    pub precision: Option<Precision>,
    pub seed: u64,
    /// Different models in the frame.
    pub models: u64,
    /// How many of them were chosen.
    pub sample: u64,
    /// The column by which the frame is divided.
    pub strata_column: Option<&'a str>,
    pub allocation: Allocation,
    pub strata: &'a [Stratum],
    pub annotators: &'a [Annotator],
}

/// An audit's folder.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

pub const ABOUT: &str = "audit.json";
pub const SAMPLE: &str = "sample.csv";

impl Folder {
    /// Opens the folder that `lineal audit sample` has made.
    pub fn open(path: &Path) -> Result<Folder, CommandError> {
        let sample = path.join(SAMPLE);
        match sample.is_file() {
            true => Ok(Folder(path.to_owned())),
            false => Err(CommandError::NoAudit { path: path.to_owned() }),
        }
    }

    /// The annotators that have a sheet, by name.
    pub fn annotators(&self) -> Result<Vec<Annotator>, CommandError> {
        let mut annotators = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(file_error("read", &self.0))? {
            let name = entry.map_err(file_error("read", &self.0))?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(".csv"));
            annotators.extend(name.and_then(|name| name.parse().ok()));
        }
        annotators.sort();
        Ok(annotators)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn sheet_path(&self, annotator: &Annotator) -> PathBuf {
        self.0.join(format!("{annotator}.csv"))
    }

    pub fn decided_path(&self) -> PathBuf {
        self.0.join(format!("{DECIDED}.csv"))
    }

    /// Reads what a third person decided; `None` if there is no such sheet.
    pub fn decided(&self) -> Result<Option<Sheet>, CommandError> {
        let path = self.decided_path();
        if path.exists() { read(&path).map(Some) } else { Ok(None) }
    }

    /// Reads the sheets of all annotators.
    pub fn sheets(&self) -> Result<Vec<Annotated>, CommandError> {
        let read = |annotator: &Annotator| {
            Ok(Annotated { name: annotator.to_string(), sheet: read(&self.sheet_path(annotator))? })
        };
        self.annotators()?.iter().map(read).collect()
    }
}

/// Reads a sheet.
pub fn read(path: &Path) -> Result<Sheet, CommandError> {
    let bytes = fs::read(path).map_err(file_error("read", path))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let error = io::Error::new(io::ErrorKind::InvalidData, error.utf8_error());
        file_error("read", path)(error)
    })?;
    Sheet::read(&text).map_err(|source| CommandError::Sheet { path: path.to_owned(), source })
}
