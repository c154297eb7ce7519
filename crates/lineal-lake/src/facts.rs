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
const SHA: usize = 1;
const LICENSE: usize = 2;
const GATED: usize = 3;
const NEW_VERSION: usize = 6;

impl Snapshot {
    /// Returns what the snapshot says of some of its models, by their place in the listing.
    ///
    /// That a model has no licence, no successor or no gate is said by leaving it out. So it must be
    /// known whether a listing would say it: one that says it of any model does, and so does one that
    /// names commits, as a hub gives those with all else. Of any other, nothing is concluded.
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
        let mut stated = [false; COLUMNS.len()];
        for batch in self.models(&COLUMNS)? {
            let batch = batch?;
            for (stated, column) in stated.iter_mut().zip(batch.columns()) {
                *stated |= column.null_count() < batch.num_rows();
            }
            let end = first + batch.num_rows() as u32;
            while let Some(place) = wanted.next_if(|place| *place < end) {
                found.insert(place, facts(&batch, (place - first) as usize));
            }
            first = end;
        }
        let speaks_of = |column: usize| stated[SHA] || stated[column];
        for facts in found.values_mut() {
            facts.license = facts.license.take().filter(|_| speaks_of(LICENSE));
            facts.new_version = facts.new_version.take().filter(|_| speaks_of(NEW_VERSION));
            facts.gated = facts.gated.or(speaks_of(GATED).then_some(Gated::No));
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
    let gated = text(GATED).and_then(|word| Gated::ALL.into_iter().find(|gated| gated.as_str() == word));
    Facts {
        hub_id: bytes(column(0).as_fixed_size_binary(), row).map(HubId),
        sha: bytes(column(SHA).as_fixed_size_binary(), row),
        license: Some(text(LICENSE)),
        gated,
        disabled: flag(4),
        private: flag(5),
        new_version: Some(text(NEW_VERSION)),
    }
}
