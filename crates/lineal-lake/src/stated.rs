//! What do the models of a snapshot state that their successors follow from?

use crate::snapshot::{ReadError, Snapshot};
use arrow::{array::AsArray, datatypes::TimestampMillisecondType};
use lineal_core::{date::SnapshotDate, successors::Stated};

impl Snapshot {
    /// Reads when each model was created, and which newer version its card declares.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn stated(&self) -> Result<Stated, ReadError> {
        let mut stated = Stated::default();
        for batch in self.models(&["created_at", "new_version"])? {
            let batch = batch?;
            let created = batch.column(0).as_primitive::<TimestampMillisecondType>();
            let new_versions = batch.column(1).as_string::<i32>();
            for (created, new_version) in created.iter().zip(new_versions) {
                stated.push(created, new_version);
            }
        }
        Ok(stated)
    }

    /// Finds the models that were created after a day, as far as the listing says when; by their place
    /// in it, sorted.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn created_after(&self, day: SnapshotDate) -> Result<Vec<u32>, ReadError> {
        // No day comes after the last one.
        let Some(next) = day.plus_days(1).map(SnapshotDate::midnight) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut first = 0;
        for batch in self.models(&["created_at"])? {
            let batch = batch?;
            let created = batch.column(0).as_primitive::<TimestampMillisecondType>();
            let later =
                (first..).zip(created).filter(|(_, created)| created.is_some_and(|time| time >= next));
            found.extend(later.map(|(place, _)| place));
            first += batch.num_rows() as u32;
        }
        Ok(found)
    }
}
