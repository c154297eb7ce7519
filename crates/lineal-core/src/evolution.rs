//! How did a hub change from snapshot to snapshot? (study, section 5 and tables 2.1a–h)
//!
//! Snapshots are taken in one after the other, so two of them are in memory at a time. What a week
//! did to chains and clusters is defined twice: `formal` by the study's definitions,
//! `study` as its scripts count. Everything else is the same in both. A week is what
//! lies between two consecutive snapshots, however many days that is.

mod churn;
mod formal;
mod gone;
mod means;
mod size;
mod standings;
mod study;
mod taken;
mod walk;
mod week;
mod whole;

pub use churn::Churn;
pub use walk::{EvolutionError, Options, Walk};

use crate::{
    attachment::Attachment, big::BigCount, chains::LongChain, clusters::Cluster, date::SnapshotDate,
    growth::Growth, moves::OwnerMove, owners::Concentration, pairing::Renames, renames::Candidates,
    sizes::ByOperation, survival::Lifetimes, task::Category, usage::Semantics,
};
use serde::Serialize;

/// How many clusters are followed as the largest, as in the study.
const LARGEST: usize = 10;

/// How many moves from one owner to another a week lists.
pub const MOVES: usize = 20;

/// Which nodes a week added to the later snapshot, and which it deleted from the earlier one.
struct Marks {
    added: Vec<bool>,
    deleted: Vec<bool>,
}

/// What a week did to bases, chains and clusters, by either definition.
struct Found {
    added_bases: u64,
    deleted_bases: u64,
    in_new_chains: u64,
    new_chains: BigCount,
    new_clusters: u64,
    wholly_new_clusters: u64,
    deleted_chains: BigCount,
    deleted_clusters: u64,
    impact: Impact<u64, BigCount>,
}

/// Counts clusters, and their models on average, roots left out.
fn count_and_size<'a>(clusters: impl Iterator<Item = &'a Cluster>) -> (u64, Option<f64>) {
    let (count, models) =
        clusters.fold((0u64, 0u64), |(count, models), cluster| (count + 1, models + u64::from(cluster.size)));
    (count, (count > 0).then(|| models as f64 / count as f64))
}

/// The evolution of a hub over consecutive snapshots. Its JSON is a contract; keys are only ever
/// added.
#[derive(Clone, Debug, Serialize)]
pub struct Evolution {
    pub semantics: Semantics,
    pub renames: Renames,
    /// The snapshots themselves, for growth curves; one more than there are weeks.
    pub snapshots: Vec<Size>,
    pub weeks: Vec<Week>,
    pub means: Changes<f64, f64>,
    pub medians: Changes<f64, f64>,
    pub top_clusters: Standings,
    /// The models with the most descendants, whether they are roots or not: how the study's scripts
    /// rank clusters.
    pub most_descendants: MostDescendants,
    pub top_chains: TopChains,
    /// How long models live that were added in one of the weeks.
    pub lifetimes: Lifetimes,
    /// How fast the hub grows, by operation and by task.
    pub growth: Growth,
}

/// How large a snapshot is.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    pub snapshot: SnapshotDate,
    pub models: u64,
    #[serde(flatten)]
    pub parts: Parts<u64>,
    /// Derived models, adapters apart from other fine-tunes.
    pub by_operation: ByOperation<u64>,
    /// Models by the study's task categories, in the study's order.
    pub by_category: Vec<InCategory>,
    pub clusters: u64,
    pub chains: BigCount,
    /// Whether cycles unroll into too many paths, so that the count of chains is "at least".
    pub at_least: bool,
    /// The ten largest clusters, largest first.
    pub top_clusters: Vec<Standing>,
}

/// How many models have a task of one category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InCategory {
    pub category: Category,
    pub models: u64,
}

/// What happened between two consecutive snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct Week {
    pub from: SnapshotDate,
    pub to: SnapshotDate,
    #[serde(flatten)]
    pub changes: Changes<u64, BigCount>,
    /// Whether cycles of either snapshot unroll into too many paths, so that counts of chains are "at
    /// least".
    pub at_least: bool,
    /// New clusters all of whose models were added; the others took in older models.
    pub wholly_new_clusters: u64,
    /// Models whose declared relations changed, by how.
    pub relation_changes: Churn,
    pub renames: Renamed,
    /// Who is behind the additions and the deletions.
    pub owners: Owners,
    /// Whether large clusters gained the most.
    pub attachment: Attachment,
}

/// How few owners account for a week's changes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Owners {
    pub added: Concentration,
    pub deleted: Concentration,
}

/// Models that were neither deleted nor added but renamed, by how that is known.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Renamed {
    /// The hub's own id is the same.
    pub by_hub_id: u64,
    /// The names differ in capitals only.
    pub by_case: u64,
    /// Inferred from what the snapshots show.
    pub inferred: u64,
    /// Names that mean another repository now; counted as deleted and added.
    pub reused: u64,
    /// What looks like a rename by the name alone, be it one or not; also if renames are off.
    pub candidates: Candidates,
    /// From which owner to which models went, most models first, at most [`MOVES`].
    pub owners: Vec<OwnerMove>,
}

/// Everything that is counted of a week: `N` counts models and clusters, `C` chains. Of a mean
/// or median, both are fractions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes<N, C> {
    pub added: Added<N>,
    pub in_new_chains: N,
    pub in_existing_chains: N,
    pub new_chains: C,
    pub new_clusters: N,
    pub deleted: Added<N>,
    pub deleted_chains: C,
    pub deleted_clusters: N,
    pub impact: Impact<N, C>,
    pub top_clusters: InTop<N>,
    pub renamed: N,
    pub reappeared: N,
    pub relation_changed: N,
}

/// Models that were added, or deleted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Added<N> {
    pub models: N,
    #[serde(flatten)]
    pub parts: Parts<N>,
}

/// Models by the part they play.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Parts<N> {
    pub isolated: N,
    pub relational: N,
    pub derived: N,
    pub base: N,
    pub finetune: N,
    pub merge: N,
    pub quantized: N,
    pub other: N,
}

/// What the deletion of bases did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Impact<N, C> {
    pub deleted_bases: N,
    pub affected_derived: N,
    pub affected_derived_surviving: N,
    pub disrupted_chains: C,
    pub disrupted_clusters: N,
    /// Models, roots left out; `None` if no cluster was disrupted.
    pub disrupted_cluster_mean_size: Option<f64>,
    pub affected_downstream: N,
    pub affected_downstream_surviving: N,
}

/// What happened inside the ten largest clusters.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InTop<N> {
    pub added: N,
    pub deleted: N,
    /// Clusters of the earlier snapshot in which a model was deleted.
    pub affected: N,
}

/// The largest clusters of the first and the last snapshot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Standings {
    pub first: Vec<Standing>,
    pub last: Vec<Standing>,
}

/// A cluster among the largest.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    pub root: String,
    /// Models, the root left out.
    pub size: u64,
    pub rank: u64,
    /// Its rank in the first snapshot (of one in the last) or in the last (of one in the first);
    /// `None` if it is no cluster there.
    pub other_rank: Option<u64>,
}

/// The models with the most descendants in the first and the last snapshot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MostDescendants {
    pub first: Vec<Descendants>,
    pub last: Vec<Descendants>,
}

/// A model with how many were made from it, at any distance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Descendants {
    pub model: String,
    pub descendants: u64,
}

/// The longest chains of the first and the last snapshot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TopChains {
    pub first: Vec<LongChain>,
    pub last: Vec<LongChain>,
}
