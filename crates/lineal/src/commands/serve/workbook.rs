//! How are the sheets of an audit kept in files while several people answer?
//!
//! A sheet is read anew for every request, so that what somebody changes in a spreadsheet meanwhile is
//! not lost, and replaced whole, so that it is never half written. One change is made at a time.

use crate::{
    commands::audit::folder::{self, Folder, SAMPLE},
    error::CommandError,
    whole,
};
use lineal_core::audit::{annotator::Annotator, answers::Answers, sheet::Sheet};
use lineal_web::serve::audit::{Who, Workbook, WorkbookError};
use std::{
    error::Error,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

pub struct Files {
    folder: Folder,
    /// Held while a sheet is being changed.
    turn: Mutex<()>,
}

impl Files {
    pub fn new(folder: Folder) -> Files {
        Files { folder, turn: Mutex::new(()) }
    }

    fn path(&self, who: &Who) -> PathBuf {
        match who {
            Who::Annotator(annotator) => self.folder.sheet_path(annotator),
            Who::Third => self.folder.decided_path(),
        }
    }
}

impl Workbook for Files {
    fn annotators(&self) -> Result<Vec<Annotator>, WorkbookError> {
        self.folder.annotators().map_err(in_words)
    }

    fn read(&self, who: &Who) -> Result<Sheet, WorkbookError> {
        let path = self.path(who);
        match who {
            Who::Third if !path.exists() => {
                let sample = folder::read(&self.folder.path().join(SAMPLE)).map_err(in_words)?;
                Ok(sample.blank())
            }
            _ => folder::read(&path).map_err(in_words),
        }
    }

    fn save(&self, who: &Who, id: &str, answers: Answers) -> Result<(), WorkbookError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sheet = self.read(who)?;
        let row = sheet.rows.iter_mut().find(|row| row.id == id);
        let row =
            row.ok_or_else(|| WorkbookError(format!("The sheet of {who} has no model `{id}` any more.")))?;
        row.answers = answers;
        whole::write(&self.path(who), sheet.write().as_bytes()).map_err(in_words)
    }
}

/// What failed, and why, in one line.
fn in_words(error: CommandError) -> WorkbookError {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words += &format!(": {error}");
        cause = error.source();
    }
    WorkbookError(words)
}
