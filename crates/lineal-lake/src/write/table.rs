//! How is a Parquet file laid out?

use super::WriteError;
use crate::store::io_error;
use arrow::{array::RecordBatch, datatypes::SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};
use std::{fs::File, path::PathBuf};

/// How many rows a row group has, at most.
const ROW_GROUP: usize = 1 << 18;
/// How many bytes a row group has, about: it is held in memory until it is whole.
const ROW_GROUP_BYTES: usize = 8 << 20;

/// A Parquet file being written.
pub struct Table {
    writer: ArrowWriter<File>,
    path: PathBuf,
}

impl Table {
    pub fn create(path: PathBuf, schema: SchemaRef) -> Result<Table, WriteError> {
        let file = File::create(&path).map_err(io_error("write", &path))?;
        let level = ZstdLevel::try_new(3).unwrap_or_default();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES));
        // Unique values gain nothing from a dictionary.
        for column in ["id", "sha", "hub_id"] {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        for column in ["created_at", "last_modified", "position", "derived"] {
            let column = ColumnPath::from(column);
            properties = properties.set_column_dictionary_enabled(column.clone(), false);
            properties = properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let parquet = |source| WriteError::Parquet { path: path.clone(), source };
        let writer = ArrowWriter::try_new(file, schema, Some(properties.build())).map_err(parquet)?;
        Ok(Table { writer, path })
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let path = &self.path;
        self.writer.write(batch).map_err(|source| WriteError::Parquet { path: path.clone(), source })
    }

    pub fn close(self) -> Result<(), WriteError> {
        let path = self.path;
        self.writer.close().map(drop).map_err(|source| WriteError::Parquet { path, source })
    }
}
