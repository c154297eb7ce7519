//! What does a snapshot say of a few of its models?

use crate::{
    details::bytes,
    snapshot::{ReadError, Snapshot},
};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use lineal_core::{model_id::HubId, record::Gated, watch::Facts};
use std::collections::HashMap;

/// The columns that facts are read from, in the order in which they are stored.
const COLUMNS: [&str; 7] = ["hub_id", "sha", "license", "gated", "disabled", "private", "new_version"];
const LICENSE: usize = 2;
const NEW_VERSION: usize = 6;

impl Snapshot {
    /// Returns what the snapshot says of some of its models, by their place in the listing. Where a
    /// listing says of no model what its licence or its successor is, it does not speak of that.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn facts(&self, places: &[u32]) -> Result<HashMap<u32, Facts>, ReadError> {
        let mut wanted = places.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = HashMap::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        let mut first = 0;
        let (mut states_license, mut states_new_version) = (false, false);
        for batch in self.models(&COLUMNS)? {
            let batch = batch?;
            let is_stated = |column: usize| batch.column(column).null_count() < batch.num_rows();
            states_license |= is_stated(LICENSE);
            states_new_version |= is_stated(NEW_VERSION);
            let end = first + batch.num_rows() as u32;
            while let Some(place) = wanted.next_if(|place| *place < end) {
                found.insert(place, facts(&batch, (place - first) as usize));
            }
            first = end;
        }
        for facts in found.values_mut() {
            facts.license = facts.license.take().filter(|_| states_license);
            facts.new_version = facts.new_version.take().filter(|_| states_new_version);
        }
        Ok(found)
    }
}

fn facts(batch: &RecordBatch, row: usize) -> Facts {
    let column = |at: usize| -> &ArrayRef { batch.column(at) };
    let text = |at: usize| {
        let texts = column(at).as_string::<i32>();
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let flag = |at: usize| {
        let flags = column(at).as_boolean();
        flags.is_valid(row).then(|| flags.value(row))
    };
    let gated = text(3).and_then(|word| Gated::ALL.into_iter().find(|gated| gated.as_str() == word));
    Facts {
        hub_id: bytes(column(0).as_fixed_size_binary(), row).map(HubId),
        sha: bytes(column(1).as_fixed_size_binary(), row),
        license: Some(text(LICENSE)),
        gated,
        disabled: flag(4),
        private: flag(5),
        new_version: Some(text(NEW_VERSION)),
    }
}
