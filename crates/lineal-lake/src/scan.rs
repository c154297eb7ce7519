//! How is a stored Parquet file read, however it may be damaged?

use crate::{
    guard::guarded,
    snapshot::{BATCH, ReadError},
    store::io_error,
};
use arrow::{
    array::RecordBatch,
    datatypes::{FieldRef, Schema},
};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// Reads a Parquet file's columns, all if none is named, in the file's order of them.
pub fn scan(
    path: &Path,
    schema: &Schema,
    columns: &[&str],
    rows: Option<RowSelection>,
) -> Result<Scan, ReadError> {
    scan_in(path, schema, columns, rows, BATCH)
}

/// The same in batches of so many rows, at most.
pub fn scan_in(
    path: &Path,
    schema: &Schema,
    columns: &[&str],
    rows: Option<RowSelection>,
    batch: usize,
) -> Result<Scan, ReadError> {
    let parquet = |source| ReadError::Parquet { path: path.to_owned(), source };
    let file = File::open(path).map_err(io_error("open", path))?;
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(parquet)?;
    if !starts_with(builder.schema(), schema) {
        return Err(ReadError::Misfit { path: path.to_owned(), why: "it has other columns than it should" });
    }
    let reader = guarded(|| {
        let mut builder = builder.with_batch_size(batch);
        if !columns.is_empty() {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        if let Some(rows) = rows {
            builder = builder.with_row_selection(rows);
        }
        builder.build()
    });
    let reader = reader.map_err(parquet)?;
    Ok(Scan { reader, path: path.to_owned() })
}

/// How many rows a Parquet file has.
pub fn rows(path: &Path) -> Result<u64, ReadError> {
    let parquet = |source| ReadError::Parquet { path: path.to_owned(), source };
    let file = File::open(path).map_err(io_error("open", path))?;
    let builder = guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(parquet)?;
    Ok(builder.metadata().file_metadata().num_rows().max(0) as u64)
}

/// Whether a table begins with the columns that it was written with: a damaged file may not.
fn starts_with(found: &Schema, written: &Schema) -> bool {
    let same = |(found, written): (&FieldRef, &FieldRef)| {
        found.name() == written.name() && found.data_type() == written.data_type()
    };
    found.fields().len() >= written.fields().len() && found.fields().iter().zip(written.fields()).all(same)
}

pub struct Scan {
    reader: ParquetRecordBatchReader,
    path: PathBuf,
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = guarded(|| self.reader.next().transpose());
        batch.map_err(|source| ReadError::Arrow { path: self.path.clone(), source }).transpose()
    }
}
