//! The tables `commits`, `cards`, `files` and `readings`: what is known about each model of a
//! snapshot at its present commit, read beside that snapshot or an earlier one.
//!
//! Only what became of a name is shown where it was asked, since the answer does not belong to a
//! commit; there a model may be named that the snapshot does not list any more.

use super::{
    models::hexadecimal,
    table::{Answers, Contents},
    text,
};
use crate::{
    details::{
        Finder, Parts, Placed, READINGS, READINGS_FILE, ROWS_FILE, batch_rows, chosen, newest, rows_schema,
        unlisted,
    },
    scan::scan_in,
    snapshot::{ReadError, Snapshot},
    store::Lake,
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, UInt32Array},
    compute::filter_record_batch,
    datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type},
};
use lineal_core::reading::{Detail, Subject};
use std::sync::Arc;

/// What was read of each model.
#[derive(Clone, Debug)]
pub struct Rows {
    pub lake: Lake,
    pub detail: Detail,
}

impl Contents for Rows {
    fn schema(&self) -> SchemaRef {
        let number = |name| Field::new(name, DataType::UInt32, false);
        let mut fields = vec![text("snapshot", false)];
        if self.detail == Detail::Commits {
            fields.push(number("position"));
        }
        fields.extend([text("id", false), text("hub_id", true), text("sha", true)]);
        let stored = rows_schema(self.detail).unwrap_or_else(|| Arc::new(Schema::empty()));
        fields.extend(stored.fields().iter().skip(1).map(|field| shown(field)));
        Arc::new(Schema::new(fields))
    }

    fn read(&self, snapshot: &Snapshot, columns: &[String]) -> Result<Answers, ReadError> {
        let Some(schema) = rows_schema(self.detail) else { return Ok(Box::new(std::iter::empty())) };
        stream(&self.lake, snapshot, self.detail, ROWS_FILE, &schema, columns)
    }
}

/// What came of asking about each model.
#[derive(Clone, Debug)]
pub struct Readings(pub Lake);

impl Contents for Readings {
    fn schema(&self) -> SchemaRef {
        let mut fields = vec![text("snapshot", false), text("detail", false)];
        fields.extend([text("id", false), text("hub_id", true), text("sha", true)]);
        fields.extend(READINGS.fields().iter().skip(3).map(|field| shown(field)));
        Arc::new(Schema::new(fields))
    }

    fn read(&self, snapshot: &Snapshot, columns: &[String]) -> Result<Answers, ReadError> {
        let (lake, snapshot, columns) = (self.0.clone(), snapshot.clone(), columns.to_vec());
        // One kind after another, so that memory holds the models of one at a time.
        Ok(Box::new(Detail::ALL.into_iter().flat_map(move |detail| {
            let answers = stream(&lake, &snapshot, detail, READINGS_FILE, &READINGS, &columns);
            answers.unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
        })))
    }
}

/// A stored column as it is shown: hashes in hexadecimal.
fn shown(field: &Field) -> Field {
    match field.data_type() {
        DataType::FixedSizeBinary(_) => text(field.name(), field.is_nullable()),
        _ => field.clone(),
    }
}

/// Reads the rows of one file of each part that belong to the readings that count.
fn stream(
    lake: &Lake,
    snapshot: &Snapshot,
    detail: Detail,
    file: &'static str,
    schema: &SchemaRef,
    columns: &[String],
) -> Result<Answers, ReadError> {
    let parts = match detail {
        Detail::Identities => {
            let mut parts = Parts::of_date(lake, snapshot.date, detail)?;
            parts.0.retain(|placed| placed.part.snapshot == snapshot.manifest.id);
            parts
        }
        _ => Parts::up_to(lake, snapshot.date, detail)?,
    };
    if parts.0.is_empty() {
        return Ok(Box::new(std::iter::empty()));
    }
    let finder = if detail == Detail::Identities {
        // What has become of a name is told under that name, whoever has it now.
        let mut asked = Finder::new(Vec::new());
        unlisted(lake, &mut asked, &parts)?;
        asked
    } else {
        Finder::new(snapshot.subjects()?)
    };
    let newest = newest(lake, &finder, &parts, detail, &snapshot.manifest.id)?;
    let shown = Arc::new(Shown {
        snapshot: snapshot.date.to_string(),
        detail,
        columns: columns.to_vec(),
        subjects: finder.into_subjects(),
    });
    let mut stored: Vec<&str> = vec![schema.field(0).name()];
    stored.extend(columns.iter().map(String::as_str).filter(|name| schema.index_of(name).is_ok()));
    let stored: Vec<String> = stored.into_iter().map(str::to_owned).collect();
    let (lake, schema) = (lake.clone(), schema.clone());
    let chosen = chosen(&parts, &newest);
    drop(newest);
    let answers = parts.0.into_iter().zip(chosen).flat_map(move |(placed, chosen)| {
        let of_part = OfPart { chosen, shown: shown.clone(), own_rows: file == READINGS_FILE };
        let answers = of_part.stream(&lake, &placed, file, &schema, &stored);
        answers.unwrap_or_else(|error| Box::new(std::iter::once(Err(error))))
    });
    Ok(Box::new(answers))
}

/// What all batches of an answer have in common.
struct Shown {
    snapshot: String,
    detail: Detail,
    columns: Vec<String>,
    subjects: Vec<Subject>,
}

/// The rows of one part that are shown.
struct OfPart {
    chosen: Vec<Option<u32>>,
    shown: Arc<Shown>,
    /// Whether the rows are the readings themselves.
    own_rows: bool,
}

impl OfPart {
    fn stream(
        self,
        lake: &Lake,
        placed: &Placed,
        file: &str,
        schema: &Schema,
        stored: &[String],
    ) -> Result<Answers, ReadError> {
        let path = placed.file(lake, file)?.filter(|_| self.chosen.iter().any(Option::is_some));
        let Some(path) = path else { return Ok(Box::new(std::iter::empty())) };
        let stored: Vec<&str> = stored.iter().map(String::as_str).collect();
        let batches = scan_in(&path, schema, &stored, None, batch_rows(self.shown.detail))?;
        let mut row = 0;
        Ok(Box::new(batches.map(move |batch| {
            let batch = batch?;
            let readings = match self.own_rows {
                true => UInt32Array::from_iter_values(row..row + batch.num_rows() as u32),
                false => batch.column(0).as_primitive::<UInt32Type>().clone(),
            };
            row += batch.num_rows() as u32;
            let place = |reading: &u32| self.chosen.get(*reading as usize).copied().flatten();
            let places: Vec<Option<u32>> = readings.values().iter().map(place).collect();
            let kept: BooleanArray = places.iter().map(|place| Some(place.is_some())).collect();
            let batch = filter_record_batch(&batch, &kept)
                .map_err(|source| ReadError::Arrow { path: path.clone(), source })?;
            let places: Vec<u32> = places.into_iter().flatten().collect();
            let column = |name: &String| self.shown.column(name, &batch, &places);
            Ok((self.shown.columns.iter().map(column).collect(), places.len()))
        })))
    }
}

impl Shown {
    fn column(&self, name: &str, batch: &RecordBatch, places: &[u32]) -> ArrayRef {
        let rows = places.len();
        let constant = |text: &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(text, rows)))
        };
        let subjects = || places.iter().map(|place| &self.subjects[*place as usize]);
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        match name {
            "snapshot" => constant(&self.snapshot),
            "detail" => constant(self.detail.as_str()),
            "position" => Arc::new(UInt32Array::from(places.to_vec())),
            "id" => Arc::new(StringArray::from_iter_values(subjects().map(|subject| subject.id.as_str()))),
            "hub_id" => {
                let hub_id = |subject: &Subject| subject.hub_id.map(|hub_id| hub_id.to_string());
                Arc::new(subjects().map(hub_id).collect::<StringArray>())
            }
            "sha" => {
                let sha = |subject: &Subject| subject.sha.map(|sha| hex(&sha));
                Arc::new(subjects().map(sha).collect::<StringArray>())
            }
            stored => match batch.column_by_name(stored) {
                Some(column) if matches!(column.data_type(), DataType::FixedSizeBinary(_)) => {
                    hexadecimal(column)
                }
                Some(column) => column.clone(),
                None => Arc::new(StringArray::new_null(rows)),
            },
        }
    }
}
