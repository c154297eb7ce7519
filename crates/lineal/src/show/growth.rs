//! How the graph grows with inferred relations.

use super::{UNSTATED, count, mean, table};
use lineal_core::usage::Usage;
use serde::Serialize;

/// The usage of a graph with inferred relations, beside that without them.
#[derive(Serialize)]
pub struct Growth {
    #[serde(flatten)]
    pub grown: Usage,
    with_inferred: Without,
}

#[derive(Serialize)]
struct Without {
    min_confidence: f64,
    /// The same by declared relations alone.
    declared: Usage,
}

impl Growth {
    pub fn new(min_confidence: f64, declared: Usage, grown: Usage) -> Growth {
        Growth { grown, with_inferred: Without { min_confidence, declared } }
    }

    /// Sizes before and after.
    pub fn table(&self) -> String {
        let Without { min_confidence, declared } = &self.with_inferred;
        type Size = (&'static str, fn(&Usage) -> u64);
        const SIZES: [Size; 7] = [
            ("relations", |usage| usage.relations.declared),
            ("models with a base", |usage| usage.models.derived),
            ("base models", |usage| usage.models.base),
            ("isolated models", |usage| usage.models.isolated),
            ("roots, each with a cluster", |usage| usage.clusters.total),
            ("models of the longest chain", |usage| usage.chains.longest.length as u64),
            ("cycles", |usage| usage.cycles.len() as u64),
        ];
        let change = |before: u64, after: u64| match (before, after) {
            (before, after) if after >= before => format!("+{}", count(after - before)),
            (before, after) => format!("−{}", count(before - after)),
        };
        let mut rows: Vec<Vec<String>> = SIZES
            .iter()
            .map(|(what, size)| {
                let (before, after) = (size(declared), size(&self.grown));
                vec![(*what).to_owned(), count(before), count(after), change(before, after)]
            })
            .collect();
        let (before, after) = (&declared.chains, &self.grown.chains);
        let none = || UNSTATED.to_owned();
        rows.push(vec!["chains".into(), count(&before.total), count(&after.total), none()]);
        let (before, after) = (before.mean_length, after.mean_length);
        rows.push(vec!["models of a chain, on average".into(), mean(before), mean(after), none()]);
        let (before, after) = (declared.clusters.mean_size, self.grown.clusters.mean_size);
        rows.push(vec!["models of a cluster, on average".into(), mean(before), mean(after), none()]);
        let heading = ["", "declared", "with inferred", "more"];
        format!(
            "With inferred relations of confidence {min_confidence} or more\n\n{}\n",
            table(&heading, &[1, 2, 3], rows)
        )
    }
}
