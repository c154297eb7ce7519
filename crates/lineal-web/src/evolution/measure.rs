//! What is counted of a week, with the word for it and where it stands in the answer?

use crate::cell::{Cell, Missing};
use lineal_core::{
    big::BigCount,
    evolution::{Added, Changes, Parts},
    published::weekly::Means,
};

/// One thing that is counted of a week.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Added(Part),
    Deleted(Part),
    InNewChains,
    InExistingChains,
    NewChains,
    NewClusters,
    DeletedChains,
    DeletedClusters,
    DeletedBases,
    AffectedDerived,
    AffectedDerivedSurviving,
    DisruptedChains,
    DisruptedClusters,
    DisruptedClusterMeanSize,
    AffectedDownstream,
    AffectedDownstreamSurviving,
    TopAdded,
    TopDeleted,
    TopAffected,
    Renamed,
    Reappeared,
    RelationChanged,
}

/// Which of the models that were added or deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Models,
    Isolated,
    Relational,
    Base,
    Derived,
    Finetune,
    Merge,
    Quantized,
    Other,
}

impl Part {
    pub const ALL: [Part; 9] = [
        Part::Models,
        Part::Isolated,
        Part::Relational,
        Part::Base,
        Part::Derived,
        Part::Finetune,
        Part::Merge,
        Part::Quantized,
        Part::Other,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Part::Models => "models",
            Part::Isolated => "isolated",
            Part::Relational => "relational",
            Part::Base => "base",
            Part::Derived => "derived",
            Part::Finetune => "finetune",
            Part::Merge => "merge",
            Part::Quantized => "quantized",
            Part::Other => "other",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Part::Models => "Models",
            Part::Isolated => "Isolated",
            Part::Relational => "Relational",
            Part::Base => "Base",
            Part::Derived => "Derived",
            Part::Finetune => "Fine-tune",
            Part::Merge => "Merge",
            Part::Quantized => "Quantized",
            Part::Other => "Other",
        }
    }

    pub fn of<N: Copy>(self, models: N, parts: &Parts<N>) -> N {
        match self {
            Part::Models => models,
            Part::Isolated => parts.isolated,
            Part::Relational => parts.relational,
            Part::Base => parts.base,
            Part::Derived => parts.derived,
            Part::Finetune => parts.finetune,
            Part::Merge => parts.merge,
            Part::Quantized => parts.quantized,
            Part::Other => parts.other,
        }
    }

    fn of_added<N: Copy>(self, added: &Added<N>) -> N {
        self.of(added.models, &added.parts)
    }
}

/// Where a measure stands in the answer.
enum Place<'a, N, C> {
    Models(N),
    Chains(&'a C),
    Mean(Option<f64>),
}

impl Measure {
    /// The tables a and d of the study's README.
    pub fn added() -> [Measure; 9] {
        Part::ALL.map(Measure::Added)
    }

    pub fn deleted() -> [Measure; 9] {
        Part::ALL.map(Measure::Deleted)
    }

    pub const CHAINS: [Measure; 6] = [
        Measure::InNewChains,
        Measure::InExistingChains,
        Measure::NewChains,
        Measure::DeletedChains,
        Measure::NewClusters,
        Measure::DeletedClusters,
    ];

    pub const IMPACT: [Measure; 8] = [
        Measure::DeletedBases,
        Measure::AffectedDerived,
        Measure::AffectedDerivedSurviving,
        Measure::AffectedDownstream,
        Measure::AffectedDownstreamSurviving,
        Measure::DisruptedChains,
        Measure::DisruptedClusters,
        Measure::DisruptedClusterMeanSize,
    ];

    pub const TOP: [Measure; 3] = [Measure::TopAdded, Measure::TopDeleted, Measure::TopAffected];

    pub const CHURN: [Measure; 3] = [Measure::Renamed, Measure::Reappeared, Measure::RelationChanged];

    /// Names it in CSV and JSON, as in the answer's own JSON.
    pub fn key(self) -> &'static str {
        match self {
            Measure::Added(part) | Measure::Deleted(part) => part.key(),
            Measure::InNewChains => "in_new_chains",
            Measure::InExistingChains => "in_existing_chains",
            Measure::NewChains => "new_chains",
            Measure::NewClusters => "new_clusters",
            Measure::DeletedChains => "deleted_chains",
            Measure::DeletedClusters => "deleted_clusters",
            Measure::DeletedBases => "deleted_bases",
            Measure::AffectedDerived => "affected_derived",
            Measure::AffectedDerivedSurviving => "affected_derived_surviving",
            Measure::DisruptedChains => "disrupted_chains",
            Measure::DisruptedClusters => "disrupted_clusters",
            Measure::DisruptedClusterMeanSize => "disrupted_cluster_mean_size",
            Measure::AffectedDownstream => "affected_downstream",
            Measure::AffectedDownstreamSurviving => "affected_downstream_surviving",
            Measure::TopAdded => "added",
            Measure::TopDeleted => "deleted",
            Measure::TopAffected => "affected",
            Measure::Renamed => "renamed",
            Measure::Reappeared => "reappeared",
            Measure::RelationChanged => "relation_changed",
        }
    }

    /// The word for it in a table of its own kind.
    pub fn label(self) -> &'static str {
        match self {
            Measure::Added(part) | Measure::Deleted(part) => part.label(),
            Measure::InNewChains => "Added in new chains",
            Measure::InExistingChains => "Added in older chains",
            Measure::NewChains => "New chains",
            Measure::NewClusters => "New clusters",
            Measure::DeletedChains => "Deleted chains",
            Measure::DeletedClusters => "Deleted clusters",
            Measure::DeletedBases => "Deleted bases",
            Measure::AffectedDerived => "Affected derived",
            Measure::AffectedDerivedSurviving => "surviving",
            Measure::DisruptedChains => "Disrupted chains",
            Measure::DisruptedClusters => "Disrupted clusters",
            Measure::DisruptedClusterMeanSize => "their mean size",
            Measure::AffectedDownstream => "Affected downstream",
            Measure::AffectedDownstreamSurviving => "surviving",
            Measure::TopAdded => "Added",
            Measure::TopDeleted => "Deleted",
            Measure::TopAffected => "Clusters that lost a model",
            Measure::Renamed => "Renamed",
            Measure::Reappeared => "Returned",
            Measure::RelationChanged => "Relation changed",
        }
    }

    /// The words for it on their own.
    pub fn full_label(self) -> String {
        match self {
            Measure::Added(Part::Models) => "Added models".to_owned(),
            Measure::Deleted(Part::Models) => "Deleted models".to_owned(),
            Measure::Added(part) => format!("Added, {}", part.label().to_lowercase()),
            Measure::Deleted(part) => format!("Deleted, {}", part.label().to_lowercase()),
            Measure::AffectedDerivedSurviving => "Affected derived, surviving".to_owned(),
            Measure::AffectedDownstreamSurviving => "Affected downstream, surviving".to_owned(),
            Measure::DisruptedClusterMeanSize => "Mean size of disrupted clusters".to_owned(),
            measure => measure.label().to_owned(),
        }
    }

    pub fn is_other(self) -> bool {
        matches!(self, Measure::Added(Part::Other) | Measure::Deleted(Part::Other))
    }

    fn place<N: Copy, C>(self, changes: &Changes<N, C>) -> Place<'_, N, C> {
        let (impact, top) = (&changes.impact, &changes.top_clusters);
        match self {
            Measure::Added(part) => Place::Models(part.of_added(&changes.added)),
            Measure::Deleted(part) => Place::Models(part.of_added(&changes.deleted)),
            Measure::InNewChains => Place::Models(changes.in_new_chains),
            Measure::InExistingChains => Place::Models(changes.in_existing_chains),
            Measure::NewChains => Place::Chains(&changes.new_chains),
            Measure::NewClusters => Place::Models(changes.new_clusters),
            Measure::DeletedChains => Place::Chains(&changes.deleted_chains),
            Measure::DeletedClusters => Place::Models(changes.deleted_clusters),
            Measure::DeletedBases => Place::Models(impact.deleted_bases),
            Measure::AffectedDerived => Place::Models(impact.affected_derived),
            Measure::AffectedDerivedSurviving => Place::Models(impact.affected_derived_surviving),
            Measure::DisruptedChains => Place::Chains(&impact.disrupted_chains),
            Measure::DisruptedClusters => Place::Models(impact.disrupted_clusters),
            Measure::DisruptedClusterMeanSize => Place::Mean(impact.disrupted_cluster_mean_size),
            Measure::AffectedDownstream => Place::Models(impact.affected_downstream),
            Measure::AffectedDownstreamSurviving => Place::Models(impact.affected_downstream_surviving),
            Measure::TopAdded => Place::Models(top.added),
            Measure::TopDeleted => Place::Models(top.deleted),
            Measure::TopAffected => Place::Models(top.affected),
            Measure::Renamed => Place::Models(changes.renamed),
            Measure::Reappeared => Place::Models(changes.reappeared),
            Measure::RelationChanged => Place::Models(changes.relation_changed),
        }
    }

    /// A week's value.
    pub fn of(self, changes: &Changes<u64, BigCount>) -> Cell {
        match self.place(changes) {
            Place::Models(models) => Cell::count(models),
            Place::Chains(chains) => Cell::Count(chains.clone()),
            Place::Mean(mean) => Cell::mean(mean),
        }
    }

    /// A week's value as a count; none for what is no count.
    pub fn count(self, changes: &Changes<u64, BigCount>) -> BigCount {
        match self.place(changes) {
            Place::Models(models) => models.into(),
            Place::Chains(chains) => chains.clone(),
            Place::Mean(_) => BigCount::default(),
        }
    }

    /// A mean or median over the weeks.
    pub fn mean(self, means: &Changes<f64, f64>) -> Cell {
        match self.place(means) {
            Place::Models(mean) => Cell::Mean(mean),
            Place::Chains(mean) => Cell::Mean(*mean),
            Place::Mean(mean) => Cell::mean(mean),
        }
    }

    /// What the study published.
    pub fn published(self, means: &Means) -> Cell {
        let published = match self.place(means) {
            Place::Models(mean) => mean,
            Place::Chains(mean) => *mean,
            Place::Mean(_) => None,
        };
        published.map_or(Cell::Missing(Missing::NotPublished), Cell::count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_measure_stands_somewhere_else() {
        let measures = [
            &Measure::added()[..],
            &Measure::deleted()[..],
            &Measure::CHAINS[..],
            &Measure::IMPACT[..],
            &Measure::TOP[..],
            &Measure::CHURN[..],
        ]
        .concat();
        let labels: BTreeSet<String> = measures.iter().map(|measure| measure.full_label()).collect();
        assert_eq!(labels.len(), measures.len());
        let mut changes = Changes::<u64, BigCount>::default();
        changes.impact.deleted_bases = 3;
        changes.added.parts.merge = 4;
        changes.deleted_chains = 5.into();
        let counted = measures.iter().filter(|measure| measure.count(&changes) != BigCount::default());
        let counted: Vec<(&str, String)> =
            counted.map(|measure| (measure.key(), measure.of(&changes).plain())).collect();
        assert_eq!(
            counted,
            [("merge", "4".into()), ("deleted_chains", "5".into()), ("deleted_bases", "3".into())]
        );
    }
}
