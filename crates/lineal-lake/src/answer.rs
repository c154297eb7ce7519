//! How is an answer to a query written down?

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::cast,
    csv::WriterBuilder,
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
    json::{ArrayWriter, writer::JsonArray},
    util::pretty::pretty_format_batches,
};
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use parquet::arrow::ArrowWriter;
use std::{
    io::{self, Write},
    sync::Arc,
};

/// The forms an answer can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Table,
    Csv,
    Json,
    Parquet,
}

#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("cannot answer the query")]
    Query(#[from] datafusion::error::DataFusionError),
    #[error("cannot write the answer")]
    Arrow(#[from] ArrowError),
    #[error("cannot write the answer")]
    Parquet(#[from] parquet::errors::ParquetError),
    #[error("cannot write the answer")]
    Io(#[from] io::Error),
}

/// Writes an answer as it comes; only a table needs all of it at once.
///
/// # Errors
/// When the query fails on the way, or the answer cannot be written.
pub async fn write(
    answer: SendableRecordBatchStream,
    form: Form,
    out: impl Write + Send,
) -> Result<(), AnswerError> {
    match form {
        Form::Table => table(answer, out).await,
        Form::Csv => csv(answer, out).await,
        Form::Json => json(answer, out).await,
        Form::Parquet => parquet(answer, out).await,
    }
}

/// Collects the texts in an answer's first column.
///
/// # Errors
/// When the query fails on the way, or its first column is not text.
pub async fn texts(mut answer: SendableRecordBatchStream) -> Result<Vec<String>, AnswerError> {
    let mut texts = Vec::new();
    while let Some(batch) = answer.next().await {
        let column = cast(batch?.column(0), &DataType::Utf8)?;
        texts.extend(column.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(texts)
}

/// An answer as texts, in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub columns: Vec<String>,
    /// As many cells as columns; `None` where there is no value.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Collects all of an answer as texts.
///
/// # Errors
/// When the query fails on the way, or a column has no text.
pub async fn all_texts(mut answer: SendableRecordBatchStream) -> Result<Texts, AnswerError> {
    let columns = answer.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await {
        let batch = batch?;
        let cells: Vec<ArrayRef> =
            batch.columns().iter().map(|column| cast(column, &DataType::Utf8)).collect::<Result<_, _>>()?;
        let cell = |column: &ArrayRef, row: usize| {
            let texts = column.as_string::<i32>();
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        rows.extend((0..batch.num_rows()).map(|row| cells.iter().map(|column| cell(column, row)).collect()));
    }
    Ok(Texts { columns, rows })
}

/// Rows of an answer as JSON has them, in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    pub columns: Vec<String>,
    /// As many values as columns.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there are more.
    pub truncated: bool,
}

/// Collects the first rows of an answer.
///
/// # Errors
/// When the query fails on the way, or a value has no form in JSON.
pub async fn rows(mut answer: SendableRecordBatchStream, most: usize) -> Result<Rows, AnswerError> {
    let columns: Vec<String> = answer.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await {
        let batch = batch?;
        let room = most - rows.len();
        let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
        let mut writer: ArrayWriter<_> = builder.build::<_, JsonArray>(Vec::new());
        writer.write(&batch.slice(0, room.min(batch.num_rows())))?;
        writer.finish()?;
        let objects: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_slice(&writer.into_inner()).map_err(io::Error::from)?;
        let row = |mut object: serde_json::Map<String, serde_json::Value>| {
            columns.iter().map(|column| object.remove(column).unwrap_or_default()).collect()
        };
        rows.extend(objects.into_iter().map(row));
        if batch.num_rows() > room {
            return Ok(Rows { columns, rows, truncated: true });
        }
    }
    Ok(Rows { columns, rows, truncated: false })
}

async fn table(mut answer: SendableRecordBatchStream, mut out: impl Write) -> Result<(), AnswerError> {
    let mut batches = vec![RecordBatch::new_empty(answer.schema())];
    while let Some(batch) = answer.next().await {
        batches.push(batch?);
    }
    writeln!(out, "{}", pretty_format_batches(&batches)?)?;
    Ok(())
}

async fn csv(mut answer: SendableRecordBatchStream, out: impl Write) -> Result<(), AnswerError> {
    let mut writer = WriterBuilder::new().with_header(true).build(out);
    writer.write(&flat(&RecordBatch::new_empty(answer.schema()))?)?;
    while let Some(batch) = answer.next().await {
        writer.write(&flat(&batch?)?)?;
    }
    Ok(())
}

/// Writes lists and structs as text, since CSV has neither.
fn flat(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let column = |column: &ArrayRef| match column.data_type().is_nested() {
        true => cast(column, &DataType::Utf8),
        false => Ok(column.clone()),
    };
    let columns = batch.columns().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(&columns);
    let fields: Vec<Field> =
        fields.map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true)).collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

async fn json(mut answer: SendableRecordBatchStream, out: impl Write) -> Result<(), AnswerError> {
    let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
    let mut writer: ArrayWriter<_> = builder.build::<_, JsonArray>(out);
    while let Some(batch) = answer.next().await {
        writer.write(&batch?)?;
    }
    writer.finish()?;
    writeln!(writer.into_inner())?;
    Ok(())
}

async fn parquet(mut answer: SendableRecordBatchStream, out: impl Write + Send) -> Result<(), AnswerError> {
    let mut writer = ArrowWriter::try_new(out, answer.schema(), None)?;
    while let Some(batch) = answer.next().await {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}
