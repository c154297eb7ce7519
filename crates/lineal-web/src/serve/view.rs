//! What do all pages and answers about a snapshot look at?
//!
//! A view is made whole before anybody sees it and never changes afterwards, apart from the answers that take
//! long: those are filled in once, while it is being looked at. A new snapshot is a new view; whoever
//! holds the old one keeps it to the end.

use crate::{File, Report};
use axum::body::Bytes;
use lineal_core::{
    atlas::Atlas,
    broken::Broken,
    clusters::{Cluster, clusters},
    date::SnapshotDate,
    mirrors::Mirrors,
    owners::{Concentration, concentration},
    rank::{Ranks, ranks},
    search::Search,
    world::World,
};
use std::{
    cmp::Reverse,
    future::Future,
    pin::Pin,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// One snapshot, ready to be asked about.
pub struct View {
    pub atlas: Arc<Atlas>,
    pub search: Search,
    pub ranks: Ranks,
    /// Models with the same weights, as far as files were read.
    pub mirrors: Mirrors,
    /// All clusters, largest first, ties by root.
    pub clusters: Vec<Cluster>,
    /// How all models are spread over their owners.
    pub owners: Concentration,
    /// The snapshot's own id, different for each that was ever published.
    pub id: String,
    /// Where the listing came from, in words.
    pub source: String,
    /// Whether the hub is made up.
    pub synthetic: bool,
    /// All snapshots that there are, the newest first; this one is among them.
    pub snapshots: Vec<Summary>,
    pub answers: Answers,
}

/// A snapshot that there is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Summary {
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    pub models: u64,
    pub relations: u64,
}

/// Something that is worked out while the view is looked at already: empty, there, or why it cannot be.
pub type Slot<T> = OnceLock<Result<T, String>>;

/// The answers that take long.
#[derive(Default)]
pub struct Answers {
    /// Earlier snapshots, the newest first, for the history of a model.
    pub earlier: Slot<Vec<Arc<Atlas>>>,
    /// What broke since the snapshot before; `None` if there is none.
    pub broken: Slot<Option<Broken>>,
    /// Usage, evolution, quality and risk, as `lineal report` tells them.
    pub report: Slot<Report>,
    /// The pages of the report and their data, by file name.
    pub files: Slot<Vec<File>>,
    pub(super) kept: Kept,
}

/// What is made from a view when it is first asked for.
#[derive(Default)]
pub(super) struct Kept {
    by_name: OnceLock<Vec<u32>>,
    /// Parts of the report as JSON; see [`Part`].
    parts: [OnceLock<Bytes>; Part::COUNT],
}

/// A part of the report that is sent as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Usage,
    StudyUsage,
    Evolution,
    StudyEvolution,
    Quality,
    Risk,
}

impl Part {
    const COUNT: usize = Part::Risk as usize + 1;
}

impl View {
    /// What follows from the models themselves; the rest is empty.
    pub fn of(atlas: Arc<Atlas>, search: Search) -> View {
        let world = &atlas.world;
        View {
            search,
            ranks: ranks(world),
            mirrors: Mirrors::default(),
            clusters: largest_first(world, clusters(&world.graph)),
            owners: concentration((0..world.graph.models()).map(|model| world.name(model))),
            id: String::new(),
            source: String::new(),
            synthetic: false,
            snapshots: Vec::new(),
            answers: Answers::default(),
            atlas,
        }
    }

    /// Finds a model or a missing base by what it is called, or was in an earlier snapshot, the latest first.
    pub fn called(&self, name: &str) -> Option<u32> {
        self.atlas.world.called(name).or_else(|| {
            let earlier = self.answers.earlier.get()?.as_ref().ok()?;
            earlier.iter().find_map(|atlas| {
                let hub_id = atlas.profiles.hub_id(atlas.world.called(name)?)?;
                self.atlas.profiles.find(hub_id)
            })
        })
    }

    /// Makes ready what the first request would wait for; to be called before the view is put in place.
    pub fn prepare(&self) {
        self.by_name();
    }

    /// The models in the order of their names, missing bases left out.
    pub(super) fn by_name(&self) -> &[u32] {
        self.answers.kept.by_name.get_or_init(|| by_name(&self.atlas.world))
    }
}

/// Sorts the models by name. Most differ within their first letters, which are compared without looking the
/// name up.
fn by_name(world: &World) -> Vec<u32> {
    let beginning = |node: u32| {
        let mut first = [0; 16];
        let name = world.name(node).as_bytes();
        let length = name.len().min(first.len());
        first[..length].copy_from_slice(&name[..length]);
        u128::from_be_bytes(first)
    };
    let mut models: Vec<(u128, u32)> =
        (0..world.graph.models()).map(|node| (beginning(node), node)).collect();
    models.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| world.name(a.1).cmp(world.name(b.1))));
    models.into_iter().map(|(_, node)| node).collect()
}

/// Sorts clusters as a [`View`] wants them.
fn largest_first(world: &World, mut clusters: Vec<Cluster>) -> Vec<Cluster> {
    clusters.sort_by_key(|cluster| (Reverse(cluster.size), world.name(cluster.root)));
    clusters
}

impl Answers {
    /// The answers by name, and whether each is there or known not to be.
    pub(super) fn standing(&self) -> [(&'static str, bool); 4] {
        [
            ("history", self.earlier.get().is_some()),
            ("week", self.broken.get().is_some()),
            ("report", self.report.get().is_some()),
            ("pages", self.files.get().is_some()),
        ]
    }

    /// Returns a part of the report as it is sent, made when it is first asked for.
    ///
    /// # Errors
    /// When it cannot be made; then it is tried again the next time.
    pub(super) fn part<E>(&self, part: Part, make: impl FnOnce() -> Result<Bytes, E>) -> Result<Bytes, E> {
        let kept = &self.kept.parts[part as usize];
        match kept.get() {
            Some(bytes) => Ok(bytes.clone()),
            None => make().map(|bytes| kept.get_or_init(|| bytes).clone()),
        }
    }
}

/// The view that is looked at now, to be replaced whole while requests run.
pub struct Current {
    view: RwLock<Arc<View>>,
    swaps: AtomicU64,
}

impl Current {
    pub fn new(view: Arc<View>) -> Current {
        Current { view: RwLock::new(view), swaps: AtomicU64::new(0) }
    }

    pub fn get(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another view in place; requests that run keep theirs.
    pub fn replace(&self, view: Arc<View>) {
        let before = std::mem::replace(&mut *self.view.write().unwrap_or_else(PoisonError::into_inner), view);
        self.swaps.fetch_add(1, Ordering::Relaxed);
        // Freed after the lock, so that nobody waits for it.
        drop(before);
    }

    /// How often another view was put in place.
    pub fn swaps(&self) -> u64 {
        self.swaps.load(Ordering::Relaxed)
    }
}

/// Answers queries in SQL, read-only, within limits of time and memory that are its own.
pub trait Sql: Send + Sync + 'static {
    fn query<'a>(
        &'a self,
        query: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<SqlAnswer, SqlFailure>> + Send + 'a>>;
}

/// Rows of an answer.
#[derive(Clone, Debug, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct SqlAnswer {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there are more rows than an answer may have.
    pub truncated: bool,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SqlFailure {
    /// The query is wrong or not allowed; the words say how.
    #[error("{0}")]
    Refused(String),
    #[error("the query took longer than {0} seconds")]
    TooLong(u64),
    #[error("the query needs more memory than it may have")]
    TooLarge,
}
