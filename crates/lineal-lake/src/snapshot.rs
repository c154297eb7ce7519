//! What does a stored snapshot hold, row by row, in the order of its listing?
//!
//! A snapshot is full, or stored as changes to a full one: then its listing is made of runs of
//! rows, each from the full snapshot or its own. Readers never notice.

use crate::{
    index,
    manifest::{COUNTS, MODELS, Manifest, ORDER, RELATIONS},
    scan::{rows, scan},
    schema,
    store::LakeError,
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array, UInt64Array, new_null_array},
    compute::{and, concat_batches, filter_record_batch, is_null, not, take_record_batch},
    datatypes::{FieldRef, Schema, SchemaRef, UInt32Type, UInt64Type},
    error::ArrowError,
};
use lineal_core::{
    date::SnapshotDate,
    graph::{Graph, Relation},
    ids::{Ids, IdsBuilder, NameError},
    operation::Operation,
    search::BuildError,
    words::WordsBuilder,
    world::{UNKNOWN, World},
};
use parquet::{
    arrow::arrow_reader::{RowSelection, RowSelector},
    errors::ParquetError,
};
use std::{
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    sync::Arc,
};

/// How many rows a batch has, at most.
pub const BATCH: usize = 1 << 15;

/// One immutable snapshot, open for reading.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub date: SnapshotDate,
    pub manifest: Manifest,
    /// Where its files are.
    pub(crate) folder: PathBuf,
    /// The full snapshot that it is stored as changes to.
    pub(crate) base: Option<Box<Snapshot>>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("cannot read `{path}`")]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("cannot read `{path}`")]
    Arrow { path: PathBuf, source: ArrowError },
    #[error("`{path}` does not fit the rest of its snapshot: {why}")]
    Misfit { path: PathBuf, why: &'static str },
    #[error("cannot understand `{place}`")]
    Part { place: String, source: serde_json::Error },
    #[error("the names of snapshot {date} do not fit in memory")]
    Names { date: SnapshotDate, source: NameError },
    #[error("the words of snapshot {date} cannot be indexed")]
    Words { date: SnapshotDate, source: BuildError },
}

/// A run of a listing's rows: from the full snapshot, starting at a row, or its own next ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub start: Option<u32>,
    pub count: u32,
}

/// Downloads and likes by place in the listing; [`UNKNOWN`] where not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub downloads: Vec<u64>,
    pub downloads_all_time: Vec<u64>,
    pub likes: Vec<u64>,
}

impl Counts {
    pub fn columns(&self) -> [&Vec<u64>; 3] {
        [&self.downloads, &self.downloads_all_time, &self.likes]
    }

    pub fn columns_mut(&mut self) -> [&mut Vec<u64>; 3] {
        [&mut self.downloads, &mut self.downloads_all_time, &mut self.likes]
    }
}

/// Batches of rows, or what went wrong.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ReadError>> + Send>;

impl Snapshot {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Says what is wrong with the file of models.
    pub(crate) fn misfit(&self, why: &'static str) -> ReadError {
        ReadError::Misfit { path: self.path(MODELS), why }
    }

    /// Reads stored columns of the models, in the order of the listing.
    ///
    /// # Errors
    /// When a file cannot be read; a batch may also be an error.
    pub fn models(&self, columns: &[&str]) -> Result<Batches, ReadError> {
        let Some(base) = &self.base else { return self.stored_models(columns, None) };
        let runs = self.runs()?;
        let from_base = base.stored_models(columns, Some(selection(&runs)))?;
        let from_base = Rows::new(from_base, base.path(MODELS));
        let own = Rows::new(self.stored_models(columns, None)?, self.path(MODELS));
        Ok(Box::new(Woven { runs: runs.into_iter(), left: None, from_base, own }))
    }

    /// Reads columns of the file of models, whatever format it has: what that does not have is null.
    fn stored_models(&self, columns: &[&str], rows: Option<RowSelection>) -> Result<Batches, ReadError> {
        let path = self.path(MODELS);
        let stored = schema::models_of(self.manifest.format);
        let asked: Vec<FieldRef> = schema::MODELS
            .fields()
            .iter()
            .filter(|field| columns.contains(&&**field.name()))
            .cloned()
            .collect();
        let is_there = |column: &&str| stored.index_of(column).is_ok();
        if columns.iter().all(is_there) {
            return Ok(Box::new(scan(&path, &stored, columns, rows)?));
        }
        let mut there: Vec<&str> = columns.iter().copied().filter(is_there).collect();
        if there.is_empty() {
            // How many rows there are must be known even so.
            there.push("id");
        }
        let asked: SchemaRef = Arc::new(Schema::new(asked));
        let batches = scan(&path, &stored, &there, rows)?;
        Ok(Box::new(batches.map(move |batch| {
            let batch = batch?;
            let column = |field: &FieldRef| {
                let nulls = || new_null_array(field.data_type(), batch.num_rows());
                batch.column_by_name(field.name()).cloned().unwrap_or_else(nulls)
            };
            RecordBatch::try_new(asked.clone(), asked.fields().iter().map(column).collect())
                .map_err(|source| ReadError::Arrow { path: path.clone(), source })
        })))
    }

    /// The runs of rows that make up a listing stored as changes.
    pub(crate) fn runs(&self) -> Result<Vec<Run>, ReadError> {
        let path = self.path(ORDER);
        let mut runs = Vec::new();
        let mut next = 0u64;
        let mut rows = 0u64;
        for batch in scan(&path, &schema::ORDER, &[], None)? {
            let batch = batch?;
            let starts = batch.column(0).as_primitive::<UInt32Type>();
            let counts = batch.column(1).as_primitive::<UInt32Type>();
            for (start, count) in starts.iter().zip(counts.values()) {
                if let Some(start) = start {
                    if u64::from(start) < next {
                        return Err(ReadError::Misfit { path, why: "its runs go backwards" });
                    }
                    next = u64::from(start) + u64::from(*count);
                }
                rows += u64::from(*count);
                runs.push(Run { start, count: *count });
            }
        }
        if self.base.as_ref().is_some_and(|base| next > base.manifest.models) {
            return Err(ReadError::Misfit { path, why: "its runs go beyond the full snapshot" });
        }
        if rows != self.manifest.models {
            return Err(ReadError::Misfit { path, why: "its runs are not as long as the listing" });
        }
        Ok(runs)
    }

    /// Reads all downloads and likes.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn counts(&self) -> Result<Counts, ReadError> {
        let models = self.manifest.models as usize;
        let mut counts = match &self.base {
            None => {
                // The manifest alone must not decide how much memory is taken.
                if rows(&self.path(MODELS))? != self.manifest.models {
                    let why = "it has another number of rows than its manifest says";
                    return Err(ReadError::Misfit { path: self.path(MODELS), why });
                }
                let unknown = vec![UNKNOWN; models];
                Counts { downloads: unknown.clone(), downloads_all_time: unknown.clone(), likes: unknown }
            }
            Some(base) => {
                let of_base = base.counts()?;
                let mut counts = Counts::default();
                let runs = self.runs()?;
                for (column, from) in counts.columns_mut().into_iter().zip(of_base.columns()) {
                    column.reserve(models);
                    for run in &runs {
                        match run.start.map(|start| start as usize) {
                            Some(start) => column.extend_from_slice(&from[start..start + run.count as usize]),
                            None => column.resize(column.len() + run.count as usize, UNKNOWN),
                        }
                    }
                }
                counts
            }
        };
        let path = self.path(COUNTS);
        for batch in scan(&path, &schema::COUNTS, &[], None)? {
            let batch = batch?;
            let positions = batch.column(0).as_primitive::<UInt32Type>();
            for (column, from) in counts.columns_mut().into_iter().zip(&batch.columns()[1..]) {
                let from = from.as_primitive::<UInt64Type>();
                for (position, value) in positions.values().iter().zip(from) {
                    let place = column.get_mut(*position as usize);
                    let place = place.ok_or(ReadError::Misfit {
                        path: path.clone(),
                        why: "a row beyond the last model",
                    })?;
                    *place = value.unwrap_or(UNKNOWN);
                }
            }
        }
        Ok(counts)
    }

    /// Where each row of the full snapshot stands in this listing, if it is there at all.
    pub(crate) fn positions_of_base_rows(&self, base: &Snapshot) -> Result<Vec<Option<u32>>, ReadError> {
        let mut positions = vec![None; base.manifest.models as usize];
        let mut own = Vec::new();
        let mut at = 0;
        for run in self.runs()? {
            for row in 0..run.count {
                match run.start {
                    Some(start) => positions[(start + row) as usize] = Some(at + row),
                    None => own.push(at + row),
                }
            }
            at += run.count;
        }
        let path = self.path(MODELS);
        let mut own = own.into_iter();
        for batch in self.stored_models(&["replaces"], None)? {
            for (replaced, position) in batch?.column(0).as_primitive::<UInt32Type>().iter().zip(&mut own) {
                let Some(replaced) = replaced else { continue };
                let place = positions.get_mut(replaced as usize);
                *place.ok_or(ReadError::Misfit {
                    path: path.clone(),
                    why: "it replaces a row there is not",
                })? = Some(position);
            }
        }
        Ok(positions)
    }

    /// Reads all relations, by the place of the derived model in the listing.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn relations(&self) -> Result<Batches, ReadError> {
        let path = self.path(RELATIONS);
        let Some(base) = &self.base else { return read_relations(&path) };
        let arrow = |source| ReadError::Arrow { path: path.clone(), source };
        let mut parts = self.moved_relations(base)?.collect::<Result<Vec<_>, _>>()?;
        for batch in read_relations(&path)? {
            let batch = batch?;
            let lost =
                and(&is_null(batch.column(1)).map_err(arrow)?, &is_null(batch.column(2)).map_err(arrow)?);
            let there = lost.and_then(|lost| not(&lost)).map_err(arrow)?;
            parts.push(filter_record_batch(&batch, &there).map_err(arrow)?);
        }
        let all = concat_batches(&schema::RELATIONS, &parts).map_err(arrow)?;
        drop(parts);
        let derived = all.column(0).as_primitive::<UInt32Type>().values();
        let mut order: Vec<u32> = (0..all.num_rows() as u32).collect();
        order.sort_by_key(|row| derived[*row as usize]);
        let starts = (0..order.len()).step_by(BATCH);
        let runs: Vec<UInt32Array> = starts
            .map(|start| UInt32Array::from(order[start..order.len().min(start + BATCH)].to_vec()))
            .collect();
        let path = path.clone();
        Ok(Box::new(runs.into_iter().map(move |rows| {
            take_record_batch(&all, &rows).map_err(|source| ReadError::Arrow { path: path.clone(), source })
        })))
    }

    /// Reads the relations of the full snapshot that hold here too, both ends moved to their
    /// places in this listing: those of rows that are used as they are, and have none here.
    pub(crate) fn moved_relations(&self, base: &Snapshot) -> Result<Batches, ReadError> {
        let path = self.path(RELATIONS);
        let mut replaced = vec![false; self.manifest.models as usize];
        for batch in read_relations(&path)? {
            for derived in batch?.column(0).as_primitive::<UInt32Type>().values() {
                let place = replaced.get_mut(*derived as usize);
                *place.ok_or(ReadError::Misfit { path: path.clone(), why: "a model beyond the last" })? =
                    true;
            }
        }
        let positions = self.positions_of_base_rows(base)?;
        let mut stays = vec![false; base.manifest.models as usize];
        for run in self.runs()? {
            if let Some(start) = run.start {
                stays[start as usize..(start + run.count) as usize].fill(true);
            }
        }
        for (stays, position) in stays.iter_mut().zip(&positions) {
            *stays &= position.is_some_and(|position| !replaced[position as usize]);
        }
        Ok(Box::new(base.relations()?.map(move |batch| {
            let batch = batch?;
            let kept: BooleanArray = {
                let rows = batch.column(0).as_primitive::<UInt32Type>().values();
                rows.iter().map(|row| Some(stays.get(*row as usize) == Some(&true))).collect()
            };
            let arrow = |source| ReadError::Arrow { path: path.clone(), source };
            let batch = filter_record_batch(&batch, &kept).map_err(arrow)?;
            let moved = |column: usize| -> ArrayRef {
                let rows = batch.column(column).as_primitive::<UInt32Type>().iter();
                Arc::new(
                    rows.map(|row| positions.get(row? as usize).copied().flatten()).collect::<UInt32Array>(),
                )
            };
            let mut columns = batch.columns().to_vec();
            (columns[0], columns[1]) = (moved(0), moved(1));
            RecordBatch::try_new(schema::RELATIONS.clone(), columns).map_err(arrow)
        })))
    }

    /// Opens the snapshot's world: mapped from its index if there is a good one, else made anew.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn world(&self) -> Result<World, ReadError> {
        let path = self.path(index::world::FILE);
        let open = || index::world::open(&path, self.date, &self.manifest.id).ok();
        if let Some(world) = open() {
            return Ok(world);
        }
        let world = self.build_world()?;
        // The index is a cache: where it cannot be written, the next reader makes it anew too. Where it can, its
        // mapped pages take the place of what was made, so that a server does not keep that for as long as it runs.
        let written = write_index(&world, &self.manifest.id, &self.folder);
        Ok(written.ok().and_then(|()| open()).unwrap_or(world))
    }

    /// Makes the world from the snapshot's files.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn build_world(&self) -> Result<World, ReadError> {
        let misfit = |why| self.misfit(why);
        let names = |source| ReadError::Names { date: self.date, source };
        let mut ids = IdsBuilder::new(RandomState::new().hash_one("names"));
        let mut tasks = WordsBuilder::default();
        for batch in self.models(&["id", "task"])? {
            let batch = batch?;
            for id in batch.column(0).as_string::<i32>().iter().flatten() {
                ids.insert(id).map_err(names)?.map_err(|_| misfit("a model is there twice"))?;
            }
            batch.column(1).as_string::<i32>().iter().for_each(|task| tasks.push(task));
        }
        let models = ids.len();
        if models as u64 != self.manifest.models {
            return Err(misfit("it has another number of rows than its manifest says"));
        }
        let mut operations = Operation::NAMED.to_vec();
        let mut relations = Vec::with_capacity(self.manifest.relations as usize);
        for batch in self.relations()? {
            graph_relations(&batch?, &mut ids, &mut operations, &mut relations).map_err(names)?;
        }
        if relations
            .iter()
            .any(|relation| relation.base as usize >= ids.len() || relation.derived as usize >= models)
        {
            return Err(ReadError::Misfit { path: self.path(RELATIONS), why: "a model beyond the last" });
        }
        let missing = ids.len() - models;
        Ok(World {
            snapshot: self.date,
            ids: ids.finish(),
            graph: Graph::new(models, missing, &relations, operations),
            downloads: self.counts()?.downloads.into(),
            tasks: tasks.finish(),
        })
    }

    /// The names of the models, in the order of the listing.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn ids(&self) -> Result<Ids, ReadError> {
        self.world().map(|world| world.ids)
    }
}

/// Puts a world's index into a folder, in one step.
pub(crate) fn write_index(world: &World, id: &str, folder: &Path) -> Result<(), LakeError> {
    index::place(folder, index::world::FILE, |file| index::world::write(world, id, file))
}

/// Adds the declared relations of a batch to a graph's; missing bases become nodes as they come.
fn graph_relations(
    batch: &RecordBatch,
    ids: &mut IdsBuilder,
    operations: &mut Vec<Operation>,
    relations: &mut Vec<Relation>,
) -> Result<(), NameError> {
    let derived = batch.column(0).as_primitive::<UInt32Type>();
    let bases = batch.column(1).as_primitive::<UInt32Type>();
    let missing = batch.column(2).as_string::<i32>();
    let words = batch.column(3).as_string::<i32>();
    let declared = batch.column(5).as_boolean();
    for row in (0..batch.num_rows()).filter(|row| declared.value(*row)) {
        let base = if bases.is_valid(row) {
            bases.value(row)
        } else {
            match ids.insert(missing.value(row))? {
                Ok(node) | Err(node) => node,
            }
        };
        let word = words.value(row);
        let operation = match operations.iter().position(|operation| operation.as_str() == word) {
            Some(at) => at,
            None => {
                operations.push(Operation::named(word));
                operations.len() - 1
            }
        };
        // Importing keeps the operations of a snapshot under 255.
        relations.push(Relation { base, derived: derived.value(row), operation: operation.min(255) as u8 });
    }
    Ok(())
}

/// Which rows of the full snapshot a listing uses.
fn selection(runs: &[Run]) -> RowSelection {
    let mut selectors = Vec::new();
    let mut next = 0;
    for run in runs {
        let Some(start) = run.start else { continue };
        if start > next {
            selectors.push(RowSelector::skip((start - next) as usize));
        }
        selectors.push(RowSelector::select(run.count as usize));
        next = start + run.count;
    }
    RowSelection::from(selectors)
}

/// Reads a file of relations as it is.
pub(crate) fn read_relations(path: &Path) -> Result<Batches, ReadError> {
    Ok(Box::new(scan(path, &schema::RELATIONS, &[], None)?))
}

/// Rows that can be taken a few at a time.
struct Rows {
    batches: Batches,
    path: PathBuf,
    batch: Option<RecordBatch>,
}

impl Rows {
    fn new(batches: Batches, path: PathBuf) -> Rows {
        Rows { batches, path, batch: None }
    }

    /// Takes the next rows, at most so many and at least one.
    fn take(&mut self, most: usize) -> Result<RecordBatch, ReadError> {
        let batch = match self.batch.take().filter(|batch| batch.num_rows() > 0) {
            Some(batch) => batch,
            None => {
                let missing = ReadError::Misfit { path: self.path.clone(), why: "it has too few rows" };
                self.batches.next().ok_or(missing)??
            }
        };
        let count = most.min(batch.num_rows());
        self.batch = Some(batch.slice(count, batch.num_rows() - count));
        Ok(batch.slice(0, count))
    }
}

/// A listing woven from the rows of two files.
struct Woven {
    runs: std::vec::IntoIter<Run>,
    /// What is left of the run being read.
    left: Option<Run>,
    from_base: Rows,
    own: Rows,
}

impl Woven {
    /// Collects the slices of one batch.
    fn collect(&mut self) -> Result<Vec<RecordBatch>, ReadError> {
        let mut slices = Vec::new();
        let mut room = BATCH;
        while room > 0 {
            let Some(run) = self.left.take().or_else(|| self.runs.next()) else { break };
            if run.count == 0 {
                continue;
            }
            let rows = if run.start.is_some() { &mut self.from_base } else { &mut self.own };
            let slice = rows.take(room.min(run.count as usize))?;
            room -= slice.num_rows();
            self.left = Some(Run { start: run.start, count: run.count - slice.num_rows() as u32 });
            slices.push(slice);
        }
        Ok(slices)
    }
}

impl Iterator for Woven {
    type Item = Result<RecordBatch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let slices = match self.collect() {
            Ok(slices) => slices,
            Err(error) => return Some(Err(error)),
        };
        let schema = slices.first()?.schema();
        let joined = concat_batches(&schema, &slices);
        Some(joined.map_err(|source| ReadError::Arrow { path: self.own.path.clone(), source }))
    }
}

/// Turns counts into a column in which unknown is null.
pub(crate) fn counts_column(counts: &[u64]) -> ArrayRef {
    Arc::new(counts.iter().map(|count| (*count != UNKNOWN).then_some(*count)).collect::<UInt64Array>())
}
