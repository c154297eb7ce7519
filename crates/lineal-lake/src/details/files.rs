//! Which files did a model have at a commit, as far as anybody asked?

use super::{
    bytes,
    newest::{Finder, newest},
    part::{Parts, Placed},
    schema::{READINGS, READINGS_FILE, ROWS_FILE, batch_rows, rows_schema},
};
use crate::{
    scan::{scan, scan_in},
    snapshot::ReadError,
    store::Lake,
};
use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{UInt32Type, UInt64Type},
};
use lineal_core::{
    date::SnapshotDate,
    reading::{Detail, Outcome, RepositoryFile, Subject},
};
use std::collections::HashMap;

impl Lake {
    /// Returns the files that each model had at its commit, read beside a snapshot of this date or
    /// an earlier one; `None` where they were not read, or the commit is not known.
    ///
    /// # Errors
    /// When what is there cannot be read.
    pub fn files_at(
        &self,
        date: SnapshotDate,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Vec<RepositoryFile>>>, ReadError> {
        let mut files: Vec<Option<Vec<RepositoryFile>>> = vec![None; subjects.len()];
        let parts = Parts::up_to(self, date, Detail::Files)?;
        let finder = Finder::new(subjects);
        // No snapshot has this id, so a model without a commit has no reading.
        let newest = newest(self, &finder, &parts, Detail::Files, "")?;
        for (at, placed) in (0..).zip(&parts.0) {
            let of_part =
                newest.iter().enumerate().filter_map(|(subject, newest)| Some((subject, (*newest)?)));
            let of_part = of_part.filter(|(_, newest)| newest.part == at);
            let wanted: HashMap<u32, usize> =
                of_part.map(|(subject, newest)| (newest.reading, subject)).collect();
            if !wanted.is_empty() {
                read_part(self, placed, &wanted, &mut files)?;
            }
        }
        Ok(files)
    }
}

/// Reads the files of some readings of a part, given the model that each is about.
fn read_part(
    lake: &Lake,
    placed: &Placed,
    wanted: &HashMap<u32, usize>,
    files: &mut [Option<Vec<RepositoryFile>>],
) -> Result<(), ReadError> {
    let (Some(readings), Some(rows)) = (placed.file(lake, READINGS_FILE)?, placed.file(lake, ROWS_FILE)?)
    else {
        return Ok(());
    };
    let mut reading = 0;
    for batch in scan(&readings, &READINGS, &["outcome"], None)? {
        for outcome in batch?.column(0).as_string::<i32>().iter() {
            // What was read at the present head is of another commit than was asked for.
            let is_read = outcome == Some(Outcome::Read.as_str());
            if let Some(subject) = wanted.get(&reading).filter(|_| is_read) {
                files[*subject] = Some(Vec::new());
            }
            reading += 1;
        }
    }
    let Some(schema) = rows_schema(Detail::Files) else { return Ok(()) };
    for batch in scan_in(&rows, &schema, &[], None, batch_rows(Detail::Files))? {
        let batch = batch?;
        let readings = batch.column(0).as_primitive::<UInt32Type>();
        for row in 0..batch.num_rows() {
            let subject = wanted.get(&readings.value(row));
            if let Some(files) = subject.and_then(|subject| files[*subject].as_mut()) {
                files.push(file(&batch, row));
            }
        }
    }
    Ok(())
}

/// The file in a row of the table of files.
pub fn file(batch: &RecordBatch, row: usize) -> RepositoryFile {
    let sizes = batch.column(2).as_primitive::<UInt64Type>();
    let xet_hashes = batch.column(5).as_string::<i32>();
    RepositoryFile {
        path: batch.column(1).as_string::<i32>().value(row).to_owned(),
        size: sizes.is_valid(row).then(|| sizes.value(row)),
        blob: bytes(batch.column(3).as_fixed_size_binary(), row),
        sha256: bytes(batch.column(4).as_fixed_size_binary(), row),
        xet_hash: xet_hashes.is_valid(row).then(|| xet_hashes.value(row).to_owned()),
    }
}
