//! How does a listing become a snapshot?
//!
//! Models are written as they come, so memory holds only their names, counts and claims. When a
//! full snapshot of an earlier date is there, only models that it does not hold as they are now
//! are written; if those are too many, the snapshot is written in full after all.

use crate::{
    index,
    manifest::{COUNTS, ChangesTo, FORMAT, MODELS, Manifest, ORDER, OddityMet, RELATIONS},
    schema::{self, MODEL_COLUMNS, ModelsBuilder, RelationsBuilder},
    snapshot::{
        BATCH, Batches, Counts, ReadError, Run, Snapshot, counts_column, read_relations, write_index,
    },
    store::{Lake, LakeError, Staging, io_error},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array},
    compute::filter_record_batch,
    datatypes::{SchemaRef, UInt32Type},
    error::ArrowError,
};
use datafusion::common::hash_utils::create_hashes;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use lineal_core::{
    date::SnapshotDate,
    graph::{Graph, Relation},
    ids::{IdsBuilder, NameError},
    model_id::HubId,
    oddity::{Oddities, Oddity},
    record::ModelRecord,
    resolve::{self, Claims, Resolution, Resolve, Resolved},
    world::{TasksBuilder, UNKNOWN, World},
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
    schema::types::ColumnPath,
};
use std::{
    fs::File,
    hash::{BuildHasher, RandomState},
    path::PathBuf,
};

/// How many rows a row group has, at most.
const ROW_GROUP: usize = 1 << 18;
/// A snapshot of which more than one row in so many is new or changed is written in full.
const FULL_FROM: u64 = 3;
/// A snapshot stored as changes that would hold fewer models than this is written in full.
const FEW: u64 = 1_000;

/// How a snapshot is made.
#[derive(Clone, Debug)]
pub struct Options {
    pub date: SnapshotDate,
    pub resolve: Resolve,
    /// When, RFC 3339; whoever has a clock knows.
    pub imported_at: String,
    /// Where the listing came from, in the user's words.
    pub source: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("cannot read the snapshot that this one is stored as changes to")]
    Base(#[from] ReadError),
    #[error("cannot write `{path}`")]
    Parquet { path: PathBuf, source: ParquetError },
    #[error("cannot lay out models in columns")]
    Arrow(#[from] ArrowError),
    #[error("cannot compare models with those of an earlier snapshot")]
    Compare(#[from] datafusion::error::DataFusionError),
    #[error("the listing does not fit in a snapshot")]
    Names(#[from] NameError),
}

/// What became of a listing.
#[derive(Debug)]
pub struct Published {
    pub manifest: Manifest,
    /// Distinct claims, before those that mean the same base became one relation.
    pub claims: u64,
    pub oddities: Oddities,
}

/// A snapshot being written.
pub struct SnapshotWriter<'a> {
    lake: &'a Lake,
    options: Options,
    staging: Staging,
    base: Option<Base>,
    models: Table,
    batch: ModelsBuilder,
    /// For each row of the batch being collected, what it may replace.
    runs: Vec<Run>,
    own_rows: u64,
    ids: IdsBuilder,
    hub_ids: Vec<[u8; 12]>,
    by_hub_id: HashTable<u32>,
    hasher: RandomState,
    claims: Claims,
    counts: Counts,
    tasks: TasksBuilder,
    oddities: Oddities,
}

/// A full snapshot that the new one can refer to.
struct Base {
    snapshot: Snapshot,
    /// Each row's place by the hub's identity, where it has one, else by name.
    by_identity: HashMap<u64, u32>,
    /// What each row holds, hashed with `hasher`.
    contents: Vec<u64>,
    /// The least row that may still be referred to, so that references only go forward.
    next: u32,
}

/// Stands for no hub id.
const NO_HUB_ID: [u8; 12] = [0; 12];

impl<'a> SnapshotWriter<'a> {
    /// Starts a snapshot.
    ///
    /// # Errors
    /// When its date is taken, or nothing can be written to the lake.
    pub fn new(lake: &'a Lake, options: Options) -> Result<SnapshotWriter<'a>, WriteError> {
        if lake.has(options.date)? {
            return Err(LakeError::Exists { date: options.date, place: lake.location() }.into());
        }
        let staging = lake.stage()?;
        let hasher = RandomState::new();
        let base = match last_full(lake, options.date)? {
            Some(snapshot) => Some(Base::read(snapshot, &hasher)?),
            None => None,
        };
        let models = Table::create(staging.path(MODELS), schema::MODELS.clone())?;
        let seed = hasher.hash_one("names");
        Ok(SnapshotWriter {
            lake,
            options,
            staging,
            base,
            models,
            batch: ModelsBuilder::new(),
            runs: Vec::new(),
            own_rows: 0,
            ids: IdsBuilder::new(seed),
            hub_ids: Vec::new(),
            by_hub_id: HashTable::new(),
            hasher,
            claims: Claims::new(seed),
            counts: Counts::default(),
            tasks: TasksBuilder::default(),
            oddities: Oddities::default(),
        })
    }

    /// How many models were taken in.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Takes in what was odd about the part of the listing that comes next.
    pub fn note(&mut self, oddities: Oddities) {
        self.oddities.append(oddities);
    }

    /// Takes in the next model of the listing. Of a model that is listed twice the first counts.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(&mut self, record: &ModelRecord) -> Result<(), WriteError> {
        if self.ids.find(record.id.as_str()).is_some() {
            self.oddities.add(Oddity::DuplicateId, || record.id.to_string());
            return Ok(());
        }
        if let Some(first) = record.hub_id.and_then(|hub_id| self.find_hub_id(hub_id)) {
            self.oddities
                .add(Oddity::DuplicateHubId, || format!("{}, listed before as model {first}", record.id));
            return Ok(());
        }
        let (Ok(node) | Err(node)) = self.ids.insert(record.id.as_str())?;
        self.hub_ids.push(record.hub_id.map_or(NO_HUB_ID, |hub_id| hub_id.0));
        if let Some(hub_id) = record.hub_id {
            let (hub_ids, hasher) = (&self.hub_ids, &self.hasher);
            let hash = |node: &u32| hasher.hash_one(hub_ids[*node as usize]);
            self.by_hub_id.insert_unique(hasher.hash_one(hub_id.0), node, hash);
        }
        self.claims.push(node, record)?;
        let counts = [record.downloads, record.downloads_all_time, record.likes];
        for (column, count) in self.counts.columns_mut().into_iter().zip(counts) {
            column.push(count.unwrap_or(UNKNOWN));
        }
        self.tasks.push(record.task.as_deref());
        self.batch.push(record)?;
        if self.batch.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn find_hub_id(&self, hub_id: HubId) -> Option<u32> {
        let hash = self.hasher.hash_one(hub_id.0);
        self.by_hub_id.find(hash, |node| self.hub_ids[*node as usize] == hub_id.0).copied()
    }

    /// Writes the models collected so far, less those that the full snapshot holds as they are.
    fn flush(&mut self) -> Result<(), WriteError> {
        let batch = self.batch.finish()?;
        let rows = batch.num_rows();
        let (own, replaces) = match &mut self.base {
            None => (batch, vec![None; rows]),
            Some(base) => base.compare(&batch, &self.hasher, &mut self.runs)?,
        };
        self.own_rows += own.num_rows() as u64;
        let mut columns = own.columns().to_vec();
        columns.push(std::sync::Arc::new(UInt32Array::from(replaces)));
        self.models.write(&RecordBatch::try_new(schema::MODELS.clone(), columns)?)
    }

    /// Finishes the snapshot and publishes it.
    ///
    /// # Errors
    /// When something cannot be written, or the date was taken meanwhile; then there is no snapshot.
    pub fn finish(mut self) -> Result<Published, WriteError> {
        self.flush()?;
        let SnapshotWriter { lake, options, staging, base, models, runs, own_rows, ids, .. } = self;
        models.close()?;
        let (hub_ids, by_hub_id, hasher) = (self.hub_ids, self.by_hub_id, self.hasher);
        let find = |hub_id: HubId| {
            let hash = hasher.hash_one(hub_id.0);
            by_hub_id.find(hash, |node| hub_ids[*node as usize] == hub_id.0).copied()
        };
        let claims = self.claims.len() as u64;
        let resolved = resolve::resolve(ids.finish(), self.claims, options.resolve, find)?;
        let mut oddities = self.oddities;
        let relations = write_relations(&staging, &resolved, &mut oddities)?;
        let mut manifest = Manifest {
            format: FORMAT,
            date: options.date.to_string(),
            id: format!("{:016x}{:016x}", hasher.hash_one("id"), RandomState::new().hash_one("id")),
            imported_at: options.imported_at,
            source: options.source,
            resolve: options.resolve.as_str().to_owned(),
            models: resolved.models.into(),
            relations: relations.count,
            missing_bases: (resolved.ids.len() - resolved.models as usize) as u64,
            operations: resolved.operations.iter().map(|operation| operation.as_str().to_owned()).collect(),
            changes_to: None,
            files: Default::default(),
            folder: None,
            oddities: oddities.iter().map(|(oddity, met)| OddityMet::new(oddity.as_str(), met)).collect(),
        };
        write_counts(&staging, &self.counts, |_| true)?;
        if let Some(base) = base {
            let models = u64::from(resolved.models);
            let draft = Draft { staging: &staging, runs: &runs, manifest: &manifest, counts: &self.counts };
            if models >= FEW && own_rows * FULL_FROM <= models {
                draft.keep_changes(&base.snapshot)?;
                manifest.changes_to = Some(ChangesTo {
                    date: base.snapshot.date.to_string(),
                    id: base.snapshot.manifest.id.clone(),
                });
            } else {
                draft.fill_up(base.snapshot)?;
            }
        }
        for name in [MODELS, COUNTS, RELATIONS, ORDER] {
            if let Ok(metadata) = staging.path(name).metadata() {
                manifest.files.insert(name.to_owned(), metadata.len());
            }
        }
        let models = resolved.models as usize;
        let world = World {
            snapshot: options.date,
            graph: Graph::new(models, resolved.ids.len() - models, &relations.graph, resolved.operations),
            ids: resolved.ids,
            downloads: self.counts.downloads.into(),
            tasks: self.tasks.finish(),
        };
        let index = staging.path(index::FILE);
        let folder = index.parent().unwrap_or(&index);
        write_index(&world, &manifest.id, folder)?;
        lake.publish(staging, &mut manifest, options.date)?;
        Ok(Published { manifest, claims, oddities })
    }
}

/// The newest full snapshot before a date.
fn last_full(lake: &Lake, date: SnapshotDate) -> Result<Option<Snapshot>, LakeError> {
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
    fn read(snapshot: Snapshot, hasher: &RandomState) -> Result<Base, WriteError> {
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
    fn compare(
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

/// What the graph needs of the relations just written.
struct Relations {
    count: u64,
    graph: Vec<Relation>,
}

fn write_relations(
    staging: &Staging,
    resolved: &Resolved,
    oddities: &mut Oddities,
) -> Result<Relations, WriteError> {
    let mut table = Table::create(staging.path(RELATIONS), schema::RELATIONS.clone())?;
    let mut batch = RelationsBuilder::new();
    let mut relations = Relations { count: 0, graph: Vec::new() };
    resolved.each(oddities, |relation| {
        let missing = (relation.resolution == Resolution::Missing).then(|| resolved.ids.name(relation.base));
        batch.push(&relation, missing);
        relations.count += 1;
        if relation.declared {
            let operation = resolved.operations.iter().position(|operation| *operation == relation.operation);
            // Every operation of a relation is in the list, which has less than 255 entries.
            let operation = operation.unwrap_or(0) as u8;
            relations.graph.push(Relation { base: relation.base, derived: relation.derived, operation });
        }
        if batch.len() == BATCH { table.write(&batch.finish()?) } else { Ok(()) }
    })?;
    table.write(&batch.finish()?)?;
    table.close()?;
    Ok(relations)
}

/// Writes the counts of the models at the chosen places.
fn write_counts(
    staging: &Staging,
    counts: &Counts,
    wanted: impl Fn(usize) -> bool,
) -> Result<(), WriteError> {
    let mut table = Table::create(staging.path(COUNTS), schema::COUNTS.clone())?;
    let models = counts.downloads.len();
    for start in (0..models).step_by(BATCH) {
        let places: Vec<usize> = (start..models.min(start + BATCH)).filter(|place| wanted(*place)).collect();
        let positions = UInt32Array::from_iter_values(places.iter().map(|place| *place as u32));
        let mut columns: Vec<ArrayRef> = vec![std::sync::Arc::new(positions)];
        for column in counts.columns() {
            let values: Vec<u64> = places.iter().map(|place| column[*place]).collect();
            columns.push(counts_column(&values));
        }
        table.write(&RecordBatch::try_new(schema::COUNTS.clone(), columns)?)?;
    }
    table.close()
}

/// A snapshot whose models are written as changes, before it is decided whether that stays so.
struct Draft<'a> {
    staging: &'a Staging,
    runs: &'a [Run],
    manifest: &'a Manifest,
    counts: &'a Counts,
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
    fn keep_changes(&self, base: &Snapshot) -> Result<(), WriteError> {
        self.write_order()?;
        let of_base = base.counts()?;
        let mut changed = vec![false; self.counts.downloads.len()];
        let mut at = 0;
        for run in self.runs {
            for row in 0..run.count as usize {
                let before =
                    |column: &Vec<u64>| run.start.map_or(UNKNOWN, |start| column[start as usize + row]);
                let mut columns = self.counts.columns().into_iter().zip(of_base.columns());
                changed[at] = columns.any(|(now, then)| now[at] != before(then));
                at += 1;
            }
        }
        write_counts(self.staging, self.counts, |place| changed[place])?;
        self.keep_changed_relations(base)
    }

    /// A model's relations are kept if they differ from those of its row in the full snapshot.
    fn keep_changed_relations(&self, base: &Snapshot) -> Result<(), WriteError> {
        let path = self.staging.path(RELATIONS);
        let all = self.staging.path("all.parquet");
        std::fs::rename(&path, &all).map_err(io_error("rename", &path))?;
        let models = self.counts.downloads.len();
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
    fn fill_up(&self, base: Snapshot) -> Result<(), WriteError> {
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

/// A Parquet file being written.
struct Table {
    writer: ArrowWriter<File>,
    path: PathBuf,
}

impl Table {
    fn create(path: PathBuf, schema: SchemaRef) -> Result<Table, WriteError> {
        let file = File::create(&path).map_err(io_error("write", &path))?;
        let level = ZstdLevel::try_new(3).unwrap_or_default();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(ROW_GROUP));
        // Unique values gain nothing from a dictionary.
        for column in ["id", "sha", "hub_id"] {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        for column in ["created_at", "last_modified", "position", "derived"] {
            let column = ColumnPath::from(column);
            properties = properties.set_column_dictionary_enabled(column.clone(), false);
            properties = properties.set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let parquet = |source| WriteError::Parquet { path: path.clone(), source };
        let writer = ArrowWriter::try_new(file, schema, Some(properties.build())).map_err(parquet)?;
        Ok(Table { writer, path })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let path = &self.path;
        self.writer.write(batch).map_err(|source| WriteError::Parquet { path: path.clone(), source })
    }

    fn close(self) -> Result<(), WriteError> {
        let path = self.path;
        self.writer.close().map(drop).map_err(|source| WriteError::Parquet { path, source })
    }
}
