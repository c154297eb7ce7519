//! What is known about single models beyond what the listing says?
//!
//! Commits, cards, files and identities are asked for one model at a time. What comes of it is
//! stored beside the snapshot, in parts that never change: each a table of readings, one row a
//! model asked, and a table of what was read. A part is published as soon as it is committed, so
//! after a crash nothing committed is asked again. Where parts have become many, they are united
//! into a larger one, which says what it replaces; the small ones are removed a day later, when
//! nobody reads them any more.

mod contents;
mod files;
mod histories;
mod newest;
mod part;
mod rows;
mod schema;
mod unite;

pub use histories::{Histories, OfModel};
pub(crate) use newest::{Finder, chosen, newest, unlisted};
pub(crate) use part::{Parts, Placed};
pub(crate) use schema::{READINGS, READINGS_FILE, ROWS_FILE, batch_rows, rows_schema};

use newest::Newest;
use part::Part;

use crate::{
    snapshot::{ReadError, Snapshot},
    store::{Lake, LakeError},
    write::{WriteError, table::Table},
};
use arrow::{
    array::{Array, AsArray, FixedSizeBinaryArray},
    error::ArrowError,
};
use lineal_core::{
    date::SnapshotDate,
    model_id::HubId,
    reading::{Detail, Reading, Subject},
};

#[derive(Debug, thiserror::Error)]
pub enum DetailsError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error("cannot lay out details in columns")]
    Arrow(#[from] ArrowError),
    #[error("cannot describe a part of details")]
    Part(#[from] serde_json::Error),
}

/// The details of one kind beside one snapshot.
pub struct Details {
    lake: Lake,
    detail: Detail,
    date: SnapshotDate,
    /// The snapshot's own id: another one of the same date has other details.
    snapshot: String,
    own: Parts,
}

impl Lake {
    /// Opens the details of one kind beside a snapshot; there need not be any yet.
    ///
    /// # Errors
    /// When there is no such snapshot, or its details cannot be listed.
    pub fn details(&self, date: SnapshotDate, detail: Detail) -> Result<Details, DetailsError> {
        let snapshot = self.manifest(date)?.id;
        Parts::sweep(self, date, detail)?;
        let own = Parts::of_date(self, date, detail)?;
        Ok(Details { lake: self.clone(), detail, date, snapshot, own })
    }
}

impl Details {
    /// Which models need no asking, in their order: those whose present commit was read already,
    /// beside this snapshot or an earlier one, or never will be. An answer that may be another
    /// next time does not count. A model without a commit, and what became of a name, is known if
    /// it was asked since this snapshot exists, that is, if the answer lies beside it. What was shut
    /// to somebody without a token is asked again by whoever has one.
    ///
    /// # Errors
    /// When what is there cannot be read.
    pub fn known(&self, subjects: &[Subject], anonymous: bool) -> Result<Vec<bool>, DetailsError> {
        let parts = Parts::up_to(&self.lake, self.date, self.detail)?;
        let finder = Finder::new(subjects);
        let newest = newest(&self.lake, &finder, &parts, self.detail, &self.snapshot)?;
        let is_known = |newest: Newest| newest.is_final && (anonymous || !newest.is_shut);
        Ok(newest.iter().map(|newest| newest.is_some_and(is_known)).collect())
    }

    /// Publishes what came of asking about some models: afterwards all of it is there.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it is there.
    pub fn commit(&mut self, readings: &[Reading]) -> Result<(), DetailsError> {
        if readings.is_empty() {
            return Ok(());
        }
        let staging = self.lake.stage()?;
        let mut table = Table::create(staging.path(READINGS_FILE), READINGS.clone())?;
        table.write(&schema::readings(readings)?)?;
        table.close()?;
        if let Some(schema) = rows_schema(self.detail) {
            let mut table = Table::create(staging.path(ROWS_FILE), schema)?;
            // A few models at a time, as a card can be large.
            for (chunk, first) in readings.chunks(64).zip((0..).step_by(64)) {
                table.write(&schema::rows(self.detail, chunk, first)?)?;
            }
            table.close()?;
        }
        let part = Part::new(&self.snapshot, self.detail, readings.len() as u64);
        self.own.publish(&self.lake, self.date, part, staging)?;
        self.own.unite_if_many(&self.lake, self.date, self.detail, &self.snapshot)
    }
}

impl Snapshot {
    /// Every model as it can be asked about, in the order of the listing.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn subjects(&self) -> Result<Vec<Subject>, ReadError> {
        let mut subjects = Vec::new();
        for batch in self.models(&["hub_id", "id", "sha"])? {
            let batch = batch?;
            let hub_ids = batch.column(0).as_fixed_size_binary();
            let ids = batch.column(1).as_string::<i32>();
            let shas = batch.column(2).as_fixed_size_binary();
            for row in 0..batch.num_rows() {
                let id = ids.value(row).parse().map_err(|_| self.misfit("a model has no usable name"))?;
                subjects.push(Subject { id, hub_id: bytes(hub_ids, row).map(HubId), sha: bytes(shas, row) });
            }
        }
        Ok(subjects)
    }
}

/// Returns the bytes in a row of a column, if it has any.
pub(crate) fn bytes<const N: usize>(column: &FixedSizeBinaryArray, row: usize) -> Option<[u8; N]> {
    if column.is_null(row) {
        return None;
    }
    column.value(row).try_into().ok()
}

#[cfg(test)]
mod tests;
