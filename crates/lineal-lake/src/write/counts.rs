//! How do counts become a table while the listing is still being read?

use super::{Table, WriteError};
use crate::{
    schema,
    snapshot::{BATCH, Counts, counts_column},
};
use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use lineal_core::{record::ModelRecord, world::UNKNOWN};
use std::{path::PathBuf, sync::Arc};

/// The counts of a listing, written as they come.
pub struct CountsTable {
    table: Table,
    batch: Counts,
    /// Where in the listing the batch begins.
    first: u32,
}

impl CountsTable {
    pub fn create(path: PathBuf) -> Result<CountsTable, WriteError> {
        let table = Table::create(path, schema::COUNTS.clone())?;
        Ok(CountsTable { table, batch: Counts::default(), first: 0 })
    }

    /// Adds the counts of the next model.
    pub fn push(&mut self, record: &ModelRecord) -> Result<(), WriteError> {
        let counts = [record.downloads, record.downloads_all_time, record.likes];
        for (column, count) in self.batch.columns_mut().into_iter().zip(counts) {
            column.push(count.unwrap_or(UNKNOWN));
        }
        if self.batch.likes.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let last = self.first + self.batch.likes.len() as u32;
        let mut columns: Vec<ArrayRef> = vec![Arc::new(UInt32Array::from_iter_values(self.first..last))];
        columns.extend(self.batch.columns().map(|column| counts_column(column)));
        self.batch.columns_mut().into_iter().for_each(Vec::clear);
        self.first = last;
        self.table.write(&RecordBatch::try_new(schema::COUNTS.clone(), columns)?)
    }

    pub fn close(mut self) -> Result<(), WriteError> {
        self.flush()?;
        self.table.close()
    }
}
