//! What the demo has found.

use super::{count, mean, per_cent, share};
use lineal_core::usage::Usage;
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
    lines.iter().map(|line| format!("  • {line}")).collect::<Vec<_>>().join("\n")
}
