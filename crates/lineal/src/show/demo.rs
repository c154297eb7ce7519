//! What the demo has found.

use super::{count, mean, per_cent, share};
use lineal_core::{evolution::Evolution, usage::Usage};
use lineal_lake::manifest::Manifest;

pub fn highlights(formal: &Usage, study: &Usage, snapshots: &[Manifest]) -> String {
    let models = &formal.models;
    let mut lines = Vec::new();
    if let [first, .., last] = snapshots {
        lines.push(format!(
            "{} snapshots, {} to {}: from {} to {} models",
            snapshots.len(),
            first.date,
            last.date,
            count(first.models),
            count(last.models),
        ));
    }
    lines.push(format!(
        "{} of {} models are related to another one; {} are bases, {} were derived",
        share(models.relational, models.total),
        count(models.total),
        count(models.base),
        count(models.derived),
    ));
    if let Some(largest) = formal.clusters.top.first() {
        lines.push(format!(
            "the largest of {} clusters: {} models made from {}",
            count(formal.clusters.total),
            count(largest.size),
            largest.root
        ));
    }
    let chains = &formal.chains;
    lines.push(format!(
        "{} chains of {} models on average; {} have more than 15",
        count(&chains.total),
        mean(chains.mean_length),
        per_cent(chains.shares.above_15),
    ));
    lines.push(format!(
        "the study's script would find {} of them; its longest has {} models, the longest there is {}",
        count(&study.chains.total),
        count(study.chains.longest.length),
        count(chains.longest.length),
    ));
    let longest = &chains.longest.models;
    if let ([first, second, third, ..], Some(last)) = (&longest[..], longest.last()) {
        lines.push(format!("the longest: {first} -> {second} -> {third} -> … -> {last}"));
    }
    lines.push(format!(
        "{} relations lead nowhere: {} bases are missing",
        count(formal.relations.dangling),
        count(models.missing_bases),
    ));
    listed(&lines)
}

/// What the weeks were like.
pub fn changes(evolution: &Evolution) -> String {
    let (means, impact) = (&evolution.means, &evolution.means.impact);
    let week = |value: f64| mean(Some(value));
    let renamed: u64 = evolution.weeks.iter().map(|week| week.changes.renamed).sum();
    let lines = vec![
        format!(
            "in a week, {} models were added and {} deleted on average; {} in all were only renamed",
            week(means.added.models),
            week(means.deleted.models),
            count(renamed),
        ),
        format!(
            "{} deleted bases a week left {} derived models without their base, {} of which stayed",
            week(impact.deleted_bases),
            week(impact.affected_derived),
            week(impact.affected_derived_surviving),
        ),
        format!(
            "that disrupted {} chains and {} clusters a week",
            week(impact.disrupted_chains),
            week(impact.disrupted_clusters),
        ),
    ];
    listed(&lines)
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  • {line}")).collect::<Vec<_>>().join("\n")
}
