//! How does a listing become a snapshot?
//!
//! Models are written as they come, so memory holds only their names, counts and claims. When a
//! full snapshot of an earlier date is there, only models that it does not hold as they are now
//! are written; if those are too many, the snapshot is written in full after all.

mod changes;
mod counts;
pub(crate) mod table;

use changes::{Base, Draft};
use counts::CountsTable;
use table::Table;

use crate::{
    index,
    manifest::{
        self, COUNTS, ChangesTo, Crawled, FORMAT, MANIFEST, MODELS, Manifest, OddityMet, READ, RELATIONS,
    },
    schema::{self, ModelsBuilder, RelationsBuilder},
    snapshot::{BATCH, ReadError, Run, write_index},
    store::{Lake, LakeError, Staging, io_error},
};
use arrow::{
    array::{RecordBatch, UInt32Array},
    error::ArrowError,
};
use hashbrown::HashTable;
use lineal_core::{
    date::SnapshotDate,
    graph::{Graph, Relation},
    ids::{Ids, IdsBuilder, NameError},
    model_id::HubId,
    oddity::{Oddities, Oddity},
    operation::Operation,
    record::ModelRecord,
    resolve::{self, Claims, Resolution, Resolve, Resolved},
    words::WordsBuilder,
    world::{UNKNOWN, World},
};
use parquet::errors::ParquetError;
use std::{
    fs,
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
};

/// A snapshot of which more than one row in so many is new or changed is written in full.
const FULL_FROM: u64 = 3;
/// A snapshot stored as changes that would hold fewer models than this is written in full.
const FEW: u64 = 1_000;

/// How many models are laid out together: enough to be fast, few enough to be forgotten soon.
const TOGETHER: usize = 1 << 13;

/// How a snapshot is made.
#[derive(Clone, Debug)]
pub struct Options {
    pub date: SnapshotDate,
    pub resolve: Resolve,
    /// When, RFC 3339; whoever has a clock knows.
    pub imported_at: String,
    /// Where the listing came from, in the user's words.
    pub source: Vec<String>,
    /// How the listing was read from a live hub, if it was; [`SnapshotWriter::crawled`] may say it later.
    pub crawl: Option<Crawled>,
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
    #[error("`{name}` is not a name for a file beside a snapshot's own")]
    Kept { name: String },
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
    /// The listing so far, in runs of rows of the full snapshot and of its own.
    runs: Vec<Run>,
    own_rows: u64,
    ids: IdsBuilder,
    /// Each model's identity as a hash of 64 bits, seeded anew for each snapshot.
    identities: Vec<u64>,
    by_identity: HashTable<u32>,
    hasher: RandomState,
    claims: Claims,
    counts: CountsTable,
    downloads: Vec<u64>,
    tasks: WordsBuilder,
    oddities: Oddities,
    /// Files of others that are published with the snapshot's own.
    kept: Vec<String>,
}

/// How a model compares with those taken in before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Never,
    /// It was taken in under the same name.
    Already,
    /// It was taken in under another name: it was renamed meanwhile.
    Renamed,
    /// Another model was taken in under its name: the name was given again meanwhile.
    NameTaken,
}

/// Stands for the identity of a model without a hub id; such a model is not looked up by it.
const NO_HUB_ID: u64 = 0;

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
        let base = match changes::last_full(lake, options.date)? {
            Some(snapshot) => Some(Base::read(snapshot, &hasher)?),
            None => None,
        };
        let models = Table::create(staging.path(MODELS), schema::MODELS.clone())?;
        let counts = CountsTable::create(staging.path(COUNTS))?;
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
            identities: Vec::new(),
            by_identity: HashTable::new(),
            hasher,
            claims: Claims::new(seed),
            counts,
            downloads: Vec::new(),
            tasks: WordsBuilder::default(),
            oddities: Oddities::default(),
            kept: Vec::new(),
        })
    }

    /// How many models were taken in.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Compares a model with those taken in so far.
    pub fn seen(&self, record: &ModelRecord) -> Seen {
        let by_hub_id = record.hub_id.and_then(|hub_id| self.find_hub_id(hub_id));
        match (self.ids.find(record.id.as_str()), by_hub_id) {
            (None, None) => Seen::Never,
            (Some(named), Some(node)) if named == node => Seen::Already,
            (_, Some(_)) => Seen::Renamed,
            (Some(named), None) => {
                let has_another = self.identities[named as usize] != NO_HUB_ID && record.hub_id.is_some();
                if has_another { Seen::NameTaken } else { Seen::Already }
            }
        }
    }

    /// Takes in what was odd about the part of the listing that comes next.
    pub fn note(&mut self, oddities: Oddities) {
        self.oddities.append(oddities);
    }

    /// Says how the listing was read from a live hub.
    pub fn crawled(&mut self, crawl: Crawled) {
        self.options.crawl = Some(crawl);
    }

    /// Takes a file into the snapshot's folder, to be published with the rest. Nobody may change
    /// the file afterwards: where the disk allows, it is not copied.
    ///
    /// # Errors
    /// When the name is not for a file of that folder, or the file cannot be copied there.
    pub fn keep(&mut self, name: &str, file: &Path) -> Result<(), WriteError> {
        let taken = name == MANIFEST || index::FILES.contains(&name) || READ.contains(&name);
        if !manifest::is_inside(name) || taken || self.staging.path(name).exists() {
            return Err(WriteError::Kept { name: name.to_owned() });
        }
        let place = self.staging.path(name);
        let linked = fs::hard_link(file, &place).or_else(|_| fs::copy(file, &place).map(drop));
        linked.map_err(io_error("take in", file))?;
        self.kept.push(name.to_owned());
        Ok(())
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
        let identity = record.hub_id.map(|hub_id| self.hasher.hash_one(hub_id.0));
        self.identities.push(identity.unwrap_or(NO_HUB_ID));
        if let Some(identity) = identity {
            let identities = &self.identities;
            self.by_identity.insert_unique(identity, node, |node| identities[*node as usize]);
        }
        self.claims.push(node, record)?;
        self.counts.push(record)?;
        self.downloads.push(record.downloads.unwrap_or(UNKNOWN));
        self.tasks.push(record.task.as_deref());
        self.batch.push(record)?;
        if self.batch.len() == TOGETHER { self.flush() } else { Ok(()) }
    }

    fn find_hub_id(&self, hub_id: HubId) -> Option<u32> {
        let identity = self.hasher.hash_one(hub_id.0);
        self.by_identity.find(identity, |node| self.identities[*node as usize] == identity).copied()
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
        let SnapshotWriter { lake, options, staging, models, counts, runs, own_rows, ids, .. } = self;
        models.close()?;
        counts.close()?;
        let claims = self.claims.len() as u64;
        let resolved = {
            // Identities are looked up here for the last time.
            let (identities, by_identity, hasher) = (self.identities, self.by_identity, &self.hasher);
            let find = |hub_id: HubId| {
                let identity = hasher.hash_one(hub_id.0);
                by_identity.find(identity, |node| identities[*node as usize] == identity).copied()
            };
            resolve::resolve(ids.finish(), self.claims, options.resolve, find)?
        };
        // Of the full snapshot's models, only what was written matters from here on.
        let base = self.base.map(|base| base.snapshot);
        let mut oddities = self.oddities;
        let relations = write_relations(&staging, &resolved, &mut oddities)?;
        let (ids, models, operations) = what_stays(resolved);
        let id = [&self.hasher, &RandomState::new()].map(|hasher| format!("{:016x}", hasher.hash_one("id")));
        let mut manifest = Manifest {
            format: FORMAT,
            date: options.date.to_string(),
            id: id.concat(),
            imported_at: options.imported_at,
            source: options.source,
            crawl: options.crawl,
            resolve: options.resolve.as_str().to_owned(),
            models: models.into(),
            relations: relations.count,
            missing_bases: (ids.len() - models as usize) as u64,
            operations: operations.iter().map(|operation| operation.as_str().to_owned()).collect(),
            changes_to: None,
            files: Default::default(),
            folder: None,
            oddities: oddities.iter().map(|(oddity, met)| OddityMet::new(oddity.as_str(), met)).collect(),
        };
        if let Some(base) = base {
            let draft = Draft { staging: &staging, runs: &runs, manifest: &manifest };
            let models = u64::from(models);
            if models >= FEW && own_rows * FULL_FROM <= models {
                draft.keep_changes(&base)?;
                let (date, id) = (base.date.to_string(), base.manifest.id);
                manifest.changes_to = Some(ChangesTo { date, id });
            } else {
                draft.fill_up(base)?;
            }
        }
        for name in READ.into_iter().chain(self.kept.iter().map(String::as_str)) {
            if let Ok(metadata) = staging.path(name).metadata() {
                manifest.files.insert(name.to_owned(), metadata.len());
            }
        }
        let models = models as usize;
        let graph = Graph::new(models, ids.len() - models, &relations.graph, operations);
        drop(relations);
        let (downloads, tasks) = (self.downloads.into(), self.tasks.finish());
        let world = World { snapshot: options.date, graph, ids, downloads, tasks };
        let index = staging.path(index::world::FILE);
        let folder = index.parent().unwrap_or(&index);
        write_index(&world, &manifest.id, folder)?;
        drop(world);
        lake.publish(staging, &mut manifest, options.date)?;
        Ok(Published { manifest, claims, oddities })
    }
}

/// Takes what the world needs of resolved relations; claims and their names end here.
fn what_stays(resolved: Resolved) -> (Ids, u32, Vec<Operation>) {
    (resolved.ids, resolved.models, resolved.operations)
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
        let missing = (relation.resolution == Resolution::Missing).then(|| resolved.name(relation.base));
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

#[cfg(test)]
mod tests;
