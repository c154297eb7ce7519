//! What do the models of a snapshot state that their successors follow from?

use crate::snapshot::{ReadError, Snapshot};
use arrow::{array::AsArray, datatypes::TimestampMillisecondType};
use lineal_core::successors::Stated;

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
}
