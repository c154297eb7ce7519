//! The table `models`: one row a model and snapshot, as the listing had it.

use super::{
    table::{Answers, Contents},
    text,
};
use crate::{
    schema,
    snapshot::{BATCH, ReadError, Snapshot, counts_column},
};
use arrow::{
    array::{ArrayRef, AsArray, RecordBatch, StringArray, UInt32Array},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use lineal_core::model_id;
use std::sync::{Arc, LazyLock};

#[derive(Clone, Copy, Debug)]
pub struct Models;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields: Vec<Field> = vec![
        text("snapshot", false),
        Field::new("position", DataType::UInt32, false),
        text("hub_id", true),
        text("id", false),
        text("owner", true),
    ];
    let stored = schema::described();
    for field in stored.fields() {
        match field.name().as_str() {
            "hub_id" | "id" => {}
            "sha" => fields.push(text("sha", true)),
            _ => fields.push(field.as_ref().clone()),
        }
    }
    fields.extend(COUNTS.map(|name| Field::new(name, DataType::UInt64, true)));
    Arc::new(Schema::new(fields))
});

const COUNTS: [&str; 3] = ["downloads", "downloads_all_time", "likes"];

impl Contents for Models {
    fn schema(&self) -> SchemaRef {
        SCHEMA.clone()
    }

    fn read(&self, snapshot: &Snapshot, columns: &[String]) -> Result<Answers, ReadError> {
        let date = snapshot.date.to_string();
        let counts = match columns.iter().any(|column| COUNTS.contains(&&**column)) {
            true => Some(snapshot.counts()?),
            false => None,
        };
        let stored: Vec<&str> = columns.iter().filter_map(|column| stored(column)).collect();
        let columns = columns.to_vec();
        let mut position = 0u32;
        let mut answer = move |batch: Option<RecordBatch>, rows: usize| {
            let range = position as usize..position as usize + rows;
            position += rows as u32;
            let column = |name: &str| -> ArrayRef {
                let of_batch = |name: &str| batch.as_ref().and_then(|batch| batch.column_by_name(name));
                match (name, &counts) {
                    ("snapshot", _) => {
                        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&date, rows)))
                    }
                    ("position", _) => {
                        Arc::new(UInt32Array::from_iter_values(range.start as u32..range.end as u32))
                    }
                    ("downloads", Some(counts)) => counts_column(&counts.downloads[range.clone()]),
                    ("downloads_all_time", Some(counts)) => {
                        counts_column(&counts.downloads_all_time[range.clone()])
                    }
                    ("likes", Some(counts)) => counts_column(&counts.likes[range.clone()]),
                    ("hub_id" | "sha", _) => of_batch(name).map_or_else(|| nulls(rows), hexadecimal),
                    ("owner", _) => of_batch("id").map_or_else(|| nulls(rows), owners),
                    _ => of_batch(name).cloned().unwrap_or_else(|| nulls(rows)),
                }
            };
            (columns.iter().map(|name| column(name)).collect(), rows)
        };
        if stored.is_empty() {
            let models = snapshot.manifest.models as usize;
            let starts = (0..models).step_by(BATCH);
            return Ok(Box::new(starts.map(move |start| Ok(answer(None, BATCH.min(models - start))))));
        }
        let batches = snapshot.models(&stored)?;
        Ok(Box::new(batches.map(move |batch| {
            let batch = batch?;
            let rows = batch.num_rows();
            Ok(answer(Some(batch), rows))
        })))
    }
}

/// The stored column that a column is made from, if there is one.
fn stored(column: &str) -> Option<&str> {
    match column {
        "snapshot" | "position" => None,
        "owner" => Some("id"),
        name if COUNTS.contains(&name) => None,
        name => Some(name),
    }
}

fn nulls(rows: usize) -> ArrayRef {
    Arc::new(StringArray::new_null(rows))
}

pub fn hexadecimal(column: &ArrayRef) -> ArrayRef {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Arc::new(column.as_fixed_size_binary().iter().map(|bytes| bytes.map(hex)).collect::<StringArray>())
}

fn owners(ids: &ArrayRef) -> ArrayRef {
    let ids = ids.as_string::<i32>();
    Arc::new(ids.iter().map(|id| id.and_then(model_id::owner)).collect::<StringArray>())
}
