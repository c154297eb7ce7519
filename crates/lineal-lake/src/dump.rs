//! What do the rows of somebody else's Parquet file say, as JSON?
//!
//! Public dumps differ in their columns from week to week. As JSON lines they go through the one
//! door that already takes any shape.

use crate::guard::guarded;
use arrow::{
    array::RecordBatch,
    error::ArrowError,
    json::{LineDelimitedWriter, WriterBuilder, writer::LineDelimited},
};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    },
    errors::ParquetError,
};
use std::{
    fs::File,
    io::{self, Read},
};

/// Columns that can be large and say nothing about models' relations, usage or metadata.
const LEFT_OUT: [&str; 3] = ["widgetData", "trendingScore", "transformersInfo"];
/// How many rows become lines at a time, and how many where each holds the text of a card.
const TOGETHER: usize = 1024;
const CARDS_TOGETHER: usize = 128;

#[derive(Debug, thiserror::Error)]
#[error("cannot read the Parquet file")]
pub struct DumpError(#[from] ParquetError);

/// The rows of a Parquet file as JSON lines, made as they are read.
pub struct JsonLines {
    batches: ParquetRecordBatchReader,
    lines: Vec<u8>,
    read: usize,
}

/// Opens a Parquet file.
///
/// # Errors
/// When it is not one, or its footer is damaged.
pub fn json_lines(file: File) -> Result<JsonLines, DumpError> {
    let batches = guarded(|| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let schema = builder.parquet_schema();
        let columns = schema.root_schema().get_fields();
        let has_cards = columns.iter().any(|field| ["card", "modelCard", "readme"].contains(&field.name()));
        let wanted = columns.iter().enumerate();
        let wanted = wanted.filter(|(_, field)| !LEFT_OUT.contains(&field.name())).map(|(root, _)| root);
        let mask = ProjectionMask::roots(schema, wanted.collect::<Vec<_>>());
        let together = if has_cards { CARDS_TOGETHER } else { TOGETHER };
        builder.with_projection(mask).with_batch_size(together).build()
    })?;
    Ok(JsonLines { batches, lines: Vec::new(), read: 0 })
}

impl Read for JsonLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.lines.len() {
            let batch = guarded(|| self.batches.next().transpose()).map_err(io::Error::other)?;
            let Some(batch) = batch else { return Ok(0) };
            self.lines.clear();
            self.read = 0;
            write(&batch, &mut self.lines).map_err(io::Error::other)?;
        }
        let count = buffer.len().min(self.lines.len() - self.read);
        buffer[..count].copy_from_slice(&self.lines[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

fn write(batch: &RecordBatch, lines: &mut Vec<u8>) -> Result<(), ArrowError> {
    let mut writer: LineDelimitedWriter<_> = WriterBuilder::new().build::<_, LineDelimited>(lines);
    writer.write(batch)?;
    writer.finish()
}
