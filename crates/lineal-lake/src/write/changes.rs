//! What of a listing has changed since the last full snapshot?
//!
//! While models come in, each is compared with the row of the full snapshot that was the same
//! model then ([`Base`]). Once all are known, counts and relations are reduced to what differs, or
//! the models that were left out are filled in after all ([`Draft`]).

use super::{Table, WriteError};
use crate::{
    manifest::{COUNTS, MODELS, Manifest, ORDER, RELATIONS},
    scan::scan,
    schema::{self, MODEL_COLUMNS, RelationsBuilder},
    snapshot::{BATCH, Batches, Run, Snapshot, read_relations},
    store::{Lake, LakeError, Staging, io_error},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array, UInt64Array},
    compute::filter_record_batch,
    datatypes::{UInt32Type, UInt64Type},
};
use datafusion::common::hash_utils::create_hashes;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use lineal_core::{date::SnapshotDate, world::UNKNOWN};
use std::{
    hash::{BuildHasher, RandomState},
    path::PathBuf,
};

/// A full snapshot that the new one can refer to.
pub struct Base {
    pub snapshot: Snapshot,
    /// Each row's place by the hub's identity, where it has one, else by name.
    by_identity: HashMap<u64, u32>,
    /// What each row holds, hashed with `hasher`.
    contents: Vec<u64>,
    /// The least row that may still be referred to, so that references only go forward.
    next: u32,
}

/// The newest full snapshot before a date.
pub fn last_full(lake: &Lake, date: SnapshotDate) -> Result<Option<Snapshot>, LakeError> {
    for earlier in lake.dates()?.into_iter().rev().filter(|earlier| *earlier < date) {
        let manifest = lake.manifest(earlier)?;
        let full = match &manifest.changes_to {
            None => Some(earlier),
            Some(changes_to) => changes_to.date.parse().ok(),
        };
        if let Some(full) = full {
            return lake.snapshot(Some(full)).map(Some);
        }
    }
    Ok(None)
}

impl Base {
    pub fn read(snapshot: Snapshot, hasher: &RandomState) -> Result<Base, WriteError> {
        let models = snapshot.manifest.models as usize;
        let mut base = Base {
            by_identity: HashMap::with_capacity(models),
            contents: Vec::with_capacity(models),
            next: 0,
            snapshot,
        };
        let columns: Vec<&str> =
            schema::MODELS.fields()[..MODEL_COLUMNS].iter().map(|field| &**field.name()).collect();
        for batch in base.snapshot.models(&columns)? {
            let batch = batch?;
            let first = base.contents.len() as u32;
            base.contents.extend(contents(&batch, hasher)?);
            for (row, identity) in (first..).zip(identities(&batch, hasher)) {
                base.by_identity.insert(identity, row);
            }
        }
        Ok(base)
    }

    /// Returns the rows of a batch that the full snapshot does not hold as they are, each with
    /// the row it replaces, and adds the batch to the runs of the listing.
    pub fn compare(
        &mut self,
        batch: &RecordBatch,
        hasher: &RandomState,
        runs: &mut Vec<Run>,
    ) -> Result<(RecordBatch, Vec<Option<u32>>), WriteError> {
        let contents = contents(batch, hasher)?;
        let mut own = Vec::with_capacity(batch.num_rows());
        let mut replaces = Vec::new();
        for (content, identity) in contents.into_iter().zip(identities(batch, hasher)) {
            let row = self.by_identity.get(&identity).copied();
            let same = row.filter(|row| *row >= self.next && self.contents[*row as usize] == content);
            own.push(same.is_none());
            if same.is_none() {
                replaces.push(row);
            }
            if let Some(row) = same {
                self.next = row + 1;
            }
            extend(runs, same);
        }
        Ok((filter_record_batch(batch, &BooleanArray::from(own))?, replaces))
    }
}

/// Adds a row to the last run, or starts one.
fn extend(runs: &mut Vec<Run>, row: Option<u32>) {
    match runs.last_mut() {
        Some(run) if run.start.map(|start| start + run.count) == row => run.count += 1,
        _ => runs.push(Run { start: row, count: 1 }),
    }
}

/// Hashes what each row holds, with a seed that nobody who writes a listing can know. Hashes are
/// compared only between two versions of one model.
fn contents(batch: &RecordBatch, hasher: &RandomState) -> Result<Vec<u64>, WriteError> {
    let state = FixedState::with_seed(hasher.hash_one("contents"));
    let mut hashes = vec![0; batch.num_rows()];
    create_hashes(batch.columns(), &state, &mut hashes)?;
    Ok(hashes)
}

/// Hashes who each row is: by the hub's identity, where it has one, else by name.
fn identities<'a>(batch: &'a RecordBatch, hasher: &'a RandomState) -> impl Iterator<Item = u64> + 'a {
    let hub_ids = batch.column(0).as_fixed_size_binary();
    let ids = batch.column(1).as_string::<i32>();
    (0..batch.num_rows()).map(move |row| match hub_ids.is_valid(row) {
        true => hasher.hash_one(hub_ids.value(row)),
        false => hasher.hash_one(ids.value(row)),
    })
}

/// A snapshot whose models are written as changes, before it is decided whether that stays so.
pub struct Draft<'a> {
    pub staging: &'a Staging,
    pub runs: &'a [Run],
    pub manifest: &'a Manifest,
}

impl Draft<'_> {
    fn write_order(&self) -> Result<(), WriteError> {
        let mut table = Table::create(self.staging.path(ORDER), schema::ORDER.clone())?;
        for runs in self.runs.chunks(BATCH) {
            let starts = UInt32Array::from_iter(runs.iter().map(|run| run.start));
            let counts = UInt32Array::from_iter_values(runs.iter().map(|run| run.count));
            let columns: Vec<ArrayRef> = vec![std::sync::Arc::new(starts), std::sync::Arc::new(counts)];
            table.write(&RecordBatch::try_new(schema::ORDER.clone(), columns)?)?;
        }
        table.close()
    }

    /// The staged files, read as the snapshot they will be.
    fn staged(&self, base: Snapshot) -> Snapshot {
        let folder = self.staging.path("");
        Snapshot { date: base.date, manifest: self.manifest.clone(), folder, base: Some(Box::new(base)) }
    }

    /// Reduces counts and relations to what differs from the full snapshot, too.
    pub fn keep_changes(&self, base: &Snapshot) -> Result<(), WriteError> {
        self.write_order()?;
        self.keep_changed_counts(base)?;
        self.keep_changed_relations(base)
    }

    /// A model's counts are kept if they differ from those of its row in the full snapshot.
    fn keep_changed_counts(&self, base: &Snapshot) -> Result<(), WriteError> {
        let of_base = base.counts()?;
        let (path, all) = self.set_aside(COUNTS)?;
        let mut rows = self
            .runs
            .iter()
            .flat_map(|run| (0..run.count).map(|row| run.start.map(|start| (start + row) as usize)));
        let mut table = Table::create(path, schema::COUNTS.clone())?;
        for batch in scan(&all, &schema::COUNTS, &[], None)? {
            let batch = batch?;
            let now: [&UInt64Array; 3] = [1, 2, 3].map(|at| batch.column(at).as_primitive::<UInt64Type>());
            let changed: BooleanArray = (0..batch.num_rows())
                .zip(&mut rows)
                .map(|(at, row)| {
                    let then = of_base.columns().map(|column| row.map_or(UNKNOWN, |row| column[row]));
                    let now = now.map(|column| if column.is_null(at) { UNKNOWN } else { column.value(at) });
                    Some(now != then)
                })
                .collect();
            table.write(&filter_record_batch(&batch, &changed)?)?;
        }
        table.close()?;
        std::fs::remove_file(&all).map_err(io_error("remove", &all))?;
        Ok(())
    }

    /// Moves a staged file out of the way of its smaller self; returns where that goes, and where it is.
    fn set_aside(&self, name: &str) -> Result<(PathBuf, PathBuf), WriteError> {
        let (path, all) = (self.staging.path(name), self.staging.path("all.parquet"));
        std::fs::rename(&path, &all).map_err(io_error("rename", &path))?;
        Ok((path, all))
    }

    /// A model's relations are kept if they differ from those of its row in the full snapshot.
    fn keep_changed_relations(&self, base: &Snapshot) -> Result<(), WriteError> {
        let (path, all) = self.set_aside(RELATIONS)?;
        let models = self.manifest.models as usize;
        let hasher = RandomState::new();
        let now = sums_by_model(read_relations(&all)?, models, &hasher)?;
        // As they would be without any relations of their own.
        Table::create(path.clone(), schema::RELATIONS.clone())?.close()?;
        let then = sums_by_model(self.staged(base.clone()).moved_relations(base)?, models, &hasher)?;
        let mut table = Table::create(path, schema::RELATIONS.clone())?;
        for batch in read_relations(&all)? {
            let batch = batch?;
            let derived = batch.column(0).as_primitive::<UInt32Type>().values();
            let differs = |model: &u32| Some(now[*model as usize] != then[*model as usize]);
            let keep: BooleanArray = derived.iter().map(differs).collect();
            table.write(&filter_record_batch(&batch, &keep)?)?;
        }
        let mut lost = RelationsBuilder::new();
        let models = (0..).zip(now.iter().zip(&then));
        models
            .filter(|(_, (now, then))| **now == 0 && **then != 0)
            .for_each(|(model, _)| lost.push_none(model));
        table.write(&lost.finish()?)?;
        table.close()?;
        std::fs::remove_file(&all).map_err(io_error("remove", &all))?;
        Ok(())
    }

    /// Writes the models that the full snapshot holds into the new one as well.
    pub fn fill_up(&self, base: Snapshot) -> Result<(), WriteError> {
        self.write_order()?;
        let filled = self.staging.path("filled.parquet");
        let mut table = Table::create(filled.clone(), schema::MODELS.clone())?;
        let columns: Vec<&str> = schema::MODELS.fields().iter().map(|field| &**field.name()).collect();
        let described = &columns[..MODEL_COLUMNS];
        for batch in self.staged(base).models(described)? {
            let batch = batch?;
            let mut columns = batch.columns().to_vec();
            columns.push(arrow::array::new_null_array(&arrow::datatypes::DataType::UInt32, batch.num_rows()));
            table.write(&RecordBatch::try_new(schema::MODELS.clone(), columns)?)?;
        }
        table.close()?;
        let models = self.staging.path(MODELS);
        std::fs::rename(&filled, &models).map_err(io_error("write", &models))?;
        let order = self.staging.path(ORDER);
        std::fs::remove_file(&order).map_err(io_error("remove", &order))?;
        Ok(())
    }
}

/// Adds up, in order, the hashes of each model's relations.
fn sums_by_model(relations: Batches, models: usize, hasher: &RandomState) -> Result<Vec<u64>, WriteError> {
    let mut sums = vec![0u64; models];
    for batch in relations {
        let batch = batch?;
        let hashes = contents(&batch, hasher)?;
        let derived = batch.column(0).as_primitive::<UInt32Type>().values();
        for (model, hash) in derived.iter().zip(hashes) {
            let sum = &mut sums[*model as usize];
            *sum = sum.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(hash).rotate_left(17);
        }
    }
    Ok(sums)
}
