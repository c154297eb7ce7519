//! How do many small parts become one?
//!
//! Parts of one level are united as soon as there are more than [`MANY`] of them, into one of the
//! next level. So each reading is copied a few times at most, however long a pass goes on.

use super::{
    DetailsError,
    part::{Part, Parts, Placed},
    schema::{READINGS, READINGS_FILE, ROWS_FILE, batch_rows, rows_schema},
};
use crate::{
    scan::scan_in,
    snapshot::ReadError,
    store::{Lake, Staging},
    write::table::Table,
};
use arrow::{
    array::{AsArray, RecordBatch, UInt32Array},
    datatypes::UInt32Type,
};
use lineal_core::{date::SnapshotDate, reading::Detail};
use std::sync::Arc;

/// How many parts of one level there can be.
const MANY: usize = 32;

impl Parts {
    /// Unites parts where there are too many of them.
    pub fn unite_if_many(
        &mut self,
        lake: &Lake,
        date: SnapshotDate,
        detail: Detail,
        snapshot: &str,
    ) -> Result<(), DetailsError> {
        for level in 0.. {
            let of_level = |placed: &&Placed| placed.part.level == level && placed.part.snapshot == snapshot;
            let united: Vec<Placed> = self.0.iter().filter(of_level).cloned().collect();
            if united.len() <= MANY {
                break;
            }
            let staging = lake.stage()?;
            write(lake, detail, &united, &staging)?;
            let readings = united.iter().map(|placed| placed.part.readings).sum();
            let mut part = Part::new(snapshot, detail, readings);
            part.level = level + 1;
            for placed in united {
                part.replaces.extend(placed.part.replaces);
                part.replaces.push(placed.name);
            }
            self.publish(lake, date, part, staging)?;
        }
        Ok(())
    }
}

/// Writes the rows of some parts into one, batch by batch.
fn write(lake: &Lake, detail: Detail, parts: &[Placed], staging: &Staging) -> Result<(), DetailsError> {
    let mut table = Table::create(staging.path(READINGS_FILE), READINGS.clone())?;
    for placed in parts {
        let Some(path) = placed.file(lake, READINGS_FILE)? else { continue };
        for batch in scan_in(&path, &READINGS, &[], None, batch_rows(detail))? {
            table.write(&batch?)?;
        }
    }
    table.close()?;
    let Some(schema) = rows_schema(detail) else { return Ok(()) };
    let mut table = Table::create(staging.path(ROWS_FILE), schema.clone())?;
    let mut first = 0;
    for placed in parts {
        if let Some(path) = placed.file(lake, ROWS_FILE)? {
            for batch in scan_in(&path, &schema, &[], None, batch_rows(detail))? {
                table.write(&moved(&batch?, first)?)?;
            }
        }
        let count = u32::try_from(placed.part.readings).ok();
        first = count.and_then(|count| first.checked_add(count)).ok_or_else(|| ReadError::Misfit {
            path: placed.name.clone().into(),
            why: "it has more readings than can be numbered",
        })?;
    }
    Ok(table.close()?)
}

/// Numbers the readings that rows belong to from `first` on.
fn moved(batch: &RecordBatch, first: u32) -> Result<RecordBatch, DetailsError> {
    let readings = batch.column(0).as_primitive::<UInt32Type>().values();
    let readings: UInt32Array = readings.iter().map(|reading| reading.wrapping_add(first)).collect();
    let mut columns = batch.columns().to_vec();
    columns[0] = Arc::new(readings);
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}
