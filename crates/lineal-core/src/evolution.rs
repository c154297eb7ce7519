//! How did a hub change from snapshot to snapshot? (study, section 5 and tables 2.1a–h)

use crate::{
    big::BigCount, chains::LongChain, date::SnapshotDate, owners::Concentration, pairing::Renames,
    usage::Semantics,
};
use serde::Serialize;

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
    pub top_chains: TopChains,
}

/// How large a snapshot is.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    pub snapshot: SnapshotDate,
    pub models: u64,
    #[serde(flatten)]
    pub parts: Parts<u64>,
    pub clusters: u64,
    pub chains: BigCount,
    /// Models by task category, in the categories' order.
    pub tasks: Vec<(String, u64)>,
    /// The ten largest clusters, largest first.
    pub top_clusters: Vec<Standing>,
}

/// What happened between two consecutive snapshots.
#[derive(Clone, Debug, Serialize)]
pub struct Week {
    pub from: SnapshotDate,
    pub to: SnapshotDate,
    #[serde(flatten)]
    pub changes: Changes<u64, BigCount>,
    /// Who is behind the additions and the deletions.
    pub owners: Owners,
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
    /// Clusters in which a base was deleted.
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

/// The longest chains of the first and the last snapshot.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TopChains {
    pub first: Vec<LongChain>,
    pub last: Vec<LongChain>,
}

/// Who is behind a week's changes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Owners {
    pub added: Concentration,
    pub deleted: Concentration,
}
