//! What do all pages and answers about a snapshot look at?
//!
//! A view is made whole before anybody sees it and never changes afterwards, apart from the answers that take
//! long: those are filled in once, while it is being looked at. A new snapshot is a new view; whoever
//! holds the old one keeps it to the end.

use crate::{File, Report};
use lineal_core::{
    atlas::Atlas, broken::Broken, clusters::Cluster, date::SnapshotDate, rank::Ranks, search::Search,
};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// One snapshot, ready to be asked about.
pub struct View {
    pub atlas: Arc<Atlas>,
    pub search: Search,
    pub ranks: Ranks,
    /// All clusters, largest first, ties by root.
    pub clusters: Vec<Cluster>,
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
}

/// The view that is looked at now, to be replaced whole while requests run.
pub struct Current(RwLock<Arc<View>>);

impl Current {
    pub fn new(view: Arc<View>) -> Current {
        Current(RwLock::new(view))
    }

    pub fn get(&self) -> Arc<View> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another view in place; requests that run keep theirs.
    pub fn replace(&self, view: Arc<View>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = view;
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
