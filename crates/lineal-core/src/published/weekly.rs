//! What did the study publish of a week on average, and where is that off?
//!
//! Numbers of research question 2, from the paper's section 5 and tables 2.1 of its README: means
//! of the sixteen weeks between its seventeen snapshots, rounded as printed and in its semantics.

use crate::{
    date::SnapshotDate,
    evolution::{Added, Changes, Impact, InTop, Parts},
};

/// The means that were printed; `None` where there is none.
pub type Means = Changes<Option<u64>, Option<u64>>;

/// Returns what the study published of the weeks between these snapshots; `None` if they are not
/// its own seventeen, one each Wednesday from 12 March to 2 July 2025.
pub fn between(snapshots: &[SnapshotDate]) -> Option<Means> {
    let first = SnapshotDate::new(2025, 3, 12)?;
    let own = (0..=16).map(|week| first.plus_days(7 * week));
    own.eq(snapshots.iter().copied().map(Some)).then(means)
}

fn means() -> Means {
    Changes {
        added: Added {
            models: Some(27_311),
            parts: Parts {
                isolated: Some(19_687),
                relational: Some(7_624),
                derived: Some(7_432),
                base: Some(192),
                finetune: Some(5_413),
                merge: Some(222),
                quantized: Some(1_797),
                other: None,
            },
        },
        in_existing_chains: Some(7_082),
        new_chains: Some(538),
        new_clusters: Some(191),
        deleted: Added {
            models: Some(6_190),
            parts: Parts {
                isolated: Some(4_367),
                relational: Some(1_823),
                derived: Some(1_771),
                base: Some(127),
                finetune: Some(1_567),
                merge: Some(56),
                quantized: Some(148),
                other: None,
            },
        },
        deleted_chains: Some(32),
        deleted_clusters: Some(26),
        impact: Impact {
            deleted_bases: Some(127),
            affected_derived: Some(299),
            disrupted_chains: Some(1_440),
            disrupted_clusters: Some(78),
            affected_downstream: Some(528),
            ..Impact::default()
        },
        top_clusters: InTop { added: Some(1_385), deleted: Some(238), affected: None },
        ..Changes::default()
    }
}

/// Where the published numbers contradict the study's own tables, scripts or definitions.
pub mod errata {
    /// Additions.
    pub const TWICE: &str = "The published means of additions are over seventeen files: the week to 16 April counts \
        twice. Over the sixteen weeks they are 27,276.7 models, 19,631.1 isolated, 7,645.6 relational, 7,455.0 derived, \
        5,429.9 by fine-tune, 216.6 by merge and 1,808.6 by quantization.";
    /// Additions and new clusters.
    pub const SAME_COLUMN: &str = "The published 192 added bases and 191 new clusters are one column of the study’s \
        tables, averaged over seventeen files and over sixteen weeks.";
    /// Deletions.
    pub const BASES: &str = "The study counts a deleted model as a base only if some model declares it as its sole \
        base, so base and derived do not add up to relational. Its 127 bases are 7.0% of the deleted relational \
        models, not 7.8%.";
    /// Deletions.
    pub const RENAMED: &str = "4.9% of the published deletions have a model of the same name, operation and bases \
        under another owner among the additions: the study compared names, so each renamed owner counts as many \
        deletions and additions.";
    /// Chains.
    pub const EXISTING: &str = "The published 7,082 models in chains that existed before subtract a mean of sixteen weeks \
        from one of seventeen files; over the sixteen weeks it is 7,103.6.";
    /// Chains.
    pub const NEW: &str = "The paper calls a chain new if all its members were added; its script asks that of the root \
        only. By the paper’s definition there are 341.4 new chains and 176.3 new clusters a week, not 538 and 191.";
    /// Chains.
    pub const STANDING: &str = "Of the 411 clusters that the study counts as deleted, 290 still have their root, \
        which its script does not ask for: 7.6 a week lost theirs, not 26.";
    /// Impact.
    pub const ALSO_DELETED: &str = "Of the 4,784 published affected derived models, 1,077 were deleted in the same week, \
        and none is a merge: 231.7 a week survive, not 299.";
    /// Impact.
    pub const ROOTS: &str = "The study counts a cluster as disrupted only if a member other than its root is among the \
        deleted bases, so clusters that lost their root are missing from the published 78.";
    /// Impact.
    pub const SEVERITY: &str = "The paper speaks of one downstream model for each disrupted chain; its own means give \
        0.37 for each chain and 6.8 for each cluster.";
    /// Largest clusters.
    pub const SHARE: &str = "The paper calls its 238 deletions in the ten largest clusters 9.3%; they are 3.8% of all \
        deletions and 13.1% of the relational ones.";
    /// Largest clusters.
    pub const UNCHANGED: &str =
        "The paper calls the longest chains unchanged; its own list of 25 June differs.";
    /// All weeks.
    pub const UNEVEN: &str = "The study’s tables speak of seventeen weeks; seventeen snapshots have sixteen weeks between \
        them. The week to 25 June has 6,499 additions between 36,543 and 21,049, so one of those snapshots was not taken \
        on its day.";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots(first: &str, count: u64) -> Vec<SnapshotDate> {
        let first: SnapshotDate = first.parse().expect("a date");
        (0..count).filter_map(|week| first.plus_days(7 * week)).collect()
    }

    #[test]
    fn only_the_studys_own_weeks_were_published() {
        assert!(between(&snapshots("2025-03-12", 17)).is_some());
        assert!(between(&snapshots("2025-03-12", 16)).is_none());
        assert!(between(&snapshots("2025-03-19", 17)).is_none());
        let mut skipped = snapshots("2025-03-12", 17);
        skipped.remove(5);
        assert!(between(&skipped).is_none());
        assert!(between(&[]).is_none());
    }

    #[test]
    fn the_published_parts_add_up_as_far_as_rounding_lets_them() {
        let Means { added, deleted, .. } = means();
        let sum = |parts: &[Option<u64>]| parts.iter().flatten().sum::<u64>();
        let of_added = &added.parts;
        assert_eq!(Some(sum(&[of_added.isolated, of_added.relational])), added.models);
        assert_eq!(Some(sum(&[of_added.base, of_added.derived])), of_added.relational);
        assert_eq!(Some(sum(&[of_added.finetune, of_added.merge, of_added.quantized])), of_added.derived);
        let of_deleted = &deleted.parts;
        assert_eq!(Some(sum(&[of_deleted.isolated, of_deleted.relational])), deleted.models);
        assert_eq!(
            Some(sum(&[of_deleted.finetune, of_deleted.merge, of_deleted.quantized])),
            of_deleted.derived
        );
        assert_ne!(Some(sum(&[of_deleted.base, of_deleted.derived])), of_deleted.relational);
    }
}
