//! How are the rows of a part read, one reading after another?

use super::{
    part::Placed,
    schema::{ROWS_FILE, batch_rows, rows_schema},
};
use crate::{
    scan::{Scan, scan_in},
    snapshot::ReadError,
    store::Lake,
};
use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::UInt32Type,
};
use lineal_core::reading::Detail;

/// The rows of a part, of those readings only that stand for a model.
pub struct PartRows {
    scan: Scan,
    /// The model that each reading stands for.
    chosen: Vec<Option<u32>>,
    batch: Option<RecordBatch>,
    row: usize,
}

impl PartRows {
    pub fn open(
        lake: &Lake,
        placed: &Placed,
        detail: Detail,
        columns: &[&str],
        chosen: Vec<Option<u32>>,
    ) -> Result<Option<PartRows>, ReadError> {
        let is_wanted = chosen.iter().any(Option::is_some);
        let path = placed.file(lake, ROWS_FILE)?.filter(|_| is_wanted);
        let (Some(path), Some(schema)) = (path, rows_schema(detail)) else { return Ok(None) };
        let scan = scan_in(&path, &schema, columns, None, batch_rows(detail))?;
        Ok(Some(PartRows { scan, chosen, batch: None, row: 0 }))
    }

    /// Moves to the next row that stands for a model, and returns its reading and the model.
    fn seek(&mut self) -> Result<Option<(u32, u32)>, ReadError> {
        loop {
            let Some(batch) = &self.batch else {
                let Some(batch) = self.scan.next().transpose()? else { return Ok(None) };
                (self.batch, self.row) = (Some(batch), 0);
                continue;
            };
            let readings = batch.column(0).as_primitive::<UInt32Type>().values();
            while let Some(reading) = readings.get(self.row) {
                if let Some(position) = self.chosen.get(*reading as usize).copied().flatten() {
                    return Ok(Some((*reading, position)));
                }
                self.row += 1;
            }
            self.batch = None;
        }
    }

    /// Takes the rows of the next reading, one after another, and returns the model it stands for.
    pub fn next_reading(
        &mut self,
        mut take: impl FnMut(&RecordBatch, usize),
    ) -> Result<Option<u32>, ReadError> {
        let Some((reading, position)) = self.seek()? else { return Ok(None) };
        while let Some((next, _)) = self.seek()? {
            if next != reading {
                break;
            }
            if let Some(batch) = &self.batch {
                take(batch, self.row);
            }
            self.row += 1;
        }
        Ok(Some(position))
    }
}
