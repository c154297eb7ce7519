//! What is a week like, on average and in the middle?
//!
//! A few owners dominate single weeks, so the mean says little without the median. Weeks are
//! counted once each; the study's own means count one of its weeks twice.

use super::{Added, Changes, Impact, InTop, Parts};
use crate::big::BigCount;
use num_traits::ToPrimitive;

/// Reduces the weeks to one, count by count.
pub fn over(weeks: &[&Changes<u64, BigCount>], reduce: fn(Vec<f64>) -> f64) -> Changes<f64, f64> {
    let count = |of: &dyn Fn(&Changes<u64, BigCount>) -> u64| {
        reduce(weeks.iter().map(|week| of(week) as f64).collect())
    };
    let chains = |of: &dyn Fn(&Changes<u64, BigCount>) -> &BigCount| {
        reduce(weeks.iter().map(|week| of(week).0.to_f64().unwrap_or(f64::INFINITY)).collect())
    };
    let models = |of: fn(&Changes<u64, BigCount>) -> &Added<u64>| {
        let part = |part: fn(&Parts<u64>) -> u64| count(&|week| part(&of(week).parts));
        Added {
            models: count(&|week| of(week).models),
            parts: Parts {
                isolated: part(|parts| parts.isolated),
                relational: part(|parts| parts.relational),
                derived: part(|parts| parts.derived),
                base: part(|parts| parts.base),
                finetune: part(|parts| parts.finetune),
                merge: part(|parts| parts.merge),
                quantized: part(|parts| parts.quantized),
                other: part(|parts| parts.other),
            },
        }
    };
    let sizes: Vec<f64> = weeks.iter().filter_map(|week| week.impact.disrupted_cluster_mean_size).collect();
    Changes {
        added: models(|week| &week.added),
        in_new_chains: count(&|week| week.in_new_chains),
        in_existing_chains: count(&|week| week.in_existing_chains),
        new_chains: chains(&|week| &week.new_chains),
        new_clusters: count(&|week| week.new_clusters),
        deleted: models(|week| &week.deleted),
        deleted_chains: chains(&|week| &week.deleted_chains),
        deleted_clusters: count(&|week| week.deleted_clusters),
        impact: Impact {
            deleted_bases: count(&|week| week.impact.deleted_bases),
            affected_derived: count(&|week| week.impact.affected_derived),
            affected_derived_surviving: count(&|week| week.impact.affected_derived_surviving),
            disrupted_chains: chains(&|week| &week.impact.disrupted_chains),
            disrupted_clusters: count(&|week| week.impact.disrupted_clusters),
            disrupted_cluster_mean_size: (!sizes.is_empty()).then(|| reduce(sizes)),
            affected_downstream: count(&|week| week.impact.affected_downstream),
            affected_downstream_surviving: count(&|week| week.impact.affected_downstream_surviving),
        },
        top_clusters: InTop {
            added: count(&|week| week.top_clusters.added),
            deleted: count(&|week| week.top_clusters.deleted),
            affected: count(&|week| week.top_clusters.affected),
        },
        renamed: count(&|week| week.renamed),
        reappeared: count(&|week| week.reappeared),
        relation_changed: count(&|week| week.relation_changed),
    }
}

/// The arithmetic mean; 0 of no values.
pub fn mean(values: Vec<f64>) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The value in the middle, or half way between the two in the middle; 0 of no values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_week_moves_the_mean_and_not_the_median() {
        let values = || vec![3.0, 1.0, 1000.0, 2.0];
        assert_eq!((mean(values()), median(values())), (251.5, 2.5));
        assert_eq!((mean(vec![]), median(vec![]), median(vec![7.0])), (0.0, 0.0, 7.0));
    }
}
