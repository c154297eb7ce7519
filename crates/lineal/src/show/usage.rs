//! The usage report as tables for a terminal.

use super::{UNSTATED, count, mean, per_cent, share, stated, table};
use crate::ui::Ui;
use lineal_core::{
    big::BigCount,
    chains::{
        Chains,
        operations::{Diversity, Dominant, Mix},
    },
    clusters::{Bins, Clusters},
    degrees::Degree,
    operation::{Group, Operation},
    task::Category,
    usage::{Semantics, Usage},
};
use std::io;

/// Prints every table of the report.
pub fn tables(usage: &Usage, ui: &mut Ui) -> io::Result<()> {
    let semantics = match usage.semantics {
        Semantics::Formal => "by the study's definitions",
        Semantics::Study => "as the study's scripts count",
    };
    ui.text(&format!("Usage of snapshot {}, {semantics}", usage.snapshot))?;
    ui.heading("Sizes and downloads (table 1)")?;
    ui.text(&sizes(usage))?;
    ui.heading("Relations")?;
    ui.text(&relations(usage))?;
    ui.heading("Tasks of derived models (table 2)")?;
    ui.text(&tasks(usage))?;
    ui.heading("Most bases (table 3)")?;
    ui.text(&degrees(&usage.top_in_degree, "bases"))?;
    ui.heading("Most derived models (table 3)")?;
    ui.text(&degrees(&usage.top_out_degree, "derived"))?;
    ui.heading("Chains")?;
    ui.text(&chains(&usage.chains))?;
    ui.heading("Longest chains (table 4)")?;
    ui.text(&longest(&usage.chains))?;
    ui.heading("Clusters")?;
    ui.text(&clusters(&usage.clusters))?;
    ui.heading("Largest clusters (table 5)")?;
    ui.text(&largest(&usage.clusters))
}

fn sizes(usage: &Usage) -> String {
    let (models, downloads) = (&usage.models, &usage.downloads);
    let row = |part: &str, size: u64, downloaded: Option<u64>| {
        let of_all = match (downloaded, downloads.total) {
            (Some(part), Some(whole)) => share(part, whole),
            _ => UNSTATED.to_owned(),
        };
        vec![part.to_owned(), count(size), share(size, models.total), stated(downloaded), of_all]
    };
    let by = &usage.derived_by_operation;
    let downloaded = &usage.downloads_by_operation;
    table(
        &["", "models", "share", "downloads", "share"],
        &[1, 2, 3, 4],
        [
            row("all", models.total, downloads.total),
            row("base", models.base, downloads.base),
            row("derived", models.derived, downloads.derived),
            row("relational", models.relational, downloads.relational),
            row("isolated", models.isolated, downloads.isolated),
            row("finetune", by.finetune, downloaded.finetune),
            row("adapter", by.adapter, downloaded.adapter),
            row("merge", by.merge, downloaded.merge),
            row("quantized", by.quantized, downloaded.quantized),
            row("other", by.other, downloaded.other),
        ],
    )
}

fn relations(usage: &Usage) -> String {
    let relations = &usage.relations;
    let mut text = format!(
        "{} declared: {} resolved, {} dangling on {} missing bases, {} of a model to itself; {} roots",
        count(relations.declared),
        count(relations.resolved),
        count(relations.dangling),
        count(usage.models.missing_bases),
        count(relations.self_loops),
        count(usage.models.roots),
    );
    for cycle in &usage.cycles {
        let shown: Vec<&str> = cycle.iter().take(8).map(String::as_str).collect();
        let more = if cycle.len() > shown.len() { ", …" } else { "" };
        text += &format!("\ncycle of {}: {}{more}", count(cycle.len()), shown.join(", "));
    }
    text
}

fn tasks(usage: &Usage) -> String {
    let models = |operations: &[Operation], wanted: &dyn Fn(Category) -> bool| -> u64 {
        let counted =
            usage.tasks.iter().filter(|row| operations.contains(&row.operation) && wanted(row.category));
        counted.map(|row| row.models).sum()
    };
    let row = |name: &str, operations: &[Operation]| {
        let known = models(operations, &|category| category != Category::Unknown);
        let cell = |wanted: &dyn Fn(Category) -> bool| {
            let part = models(operations, wanted);
            format!("{} ({})", count(part), share(part, known))
        };
        vec![
            name.to_owned(),
            cell(&|category| category == Category::Nlp),
            cell(&|category| category == Category::Vision),
            cell(&Category::is_other),
            count(known),
            count(models(operations, &|category| category == Category::Unknown)),
        ]
    };
    table(
        &["", "NLP", "CV", "other", "known", "unknown"],
        &[1, 2, 3, 4, 5],
        [
            row("finetune + adapter", &[Operation::Finetune, Operation::Adapter]),
            row("merge", &[Operation::Merge]),
            row("quantized", &[Operation::Quantized]),
        ],
    )
}

fn degrees(ranked: &[Degree], what: &str) -> String {
    let rows = ranked.iter().map(|degree| {
        let task = degree.task.clone().unwrap_or_else(|| UNSTATED.to_owned());
        vec![count(degree.degree), degree.model.clone(), task]
    });
    table(&[what, "model", "task"], &[0], rows)
}

fn chains(chains: &Chains) -> String {
    let at_least = if chains.at_least { "at least " } else { "" };
    let mut text = format!(
        "{at_least}{} chains of {} models on average, the longest of {}\n",
        count(&chains.total),
        mean(chains.mean_length),
        count(chains.longest.length),
    );
    let shares = &chains.shares;
    text += &format!(
        "above 2 models {}, up to 5 {}, 6 to 15 {}, above 15 {}\n",
        per_cent(shares.above_2),
        per_cent(shares.up_to_5),
        per_cent(shares.from_6_to_15),
        per_cent(shares.above_15),
    );
    let lengths: Vec<String> = chains
        .length_histogram
        .iter()
        .map(|(length, chains)| format!("{length}: {}", count(chains)))
        .collect();
    text += &format!("by length  {}\n", short(&lengths));
    text += &format!("dominant   {}\n", dominant(&chains.dominant, |chains| count(chains)));
    text += &format!("diversity  {}\n", diversity(&chains.diversity, |chains| count(chains)));
    let segments = &chains.segments;
    let parts = [("front", &segments.front), ("middle", &segments.middle), ("back", &segments.back)];
    let parts = parts.map(|(name, part)| {
        format!("{name} {} places, mean downloads {}", count(&part.occurrences), mean(part.mean_downloads))
    });
    text + "segments   " + &parts.join("; ")
}

/// The first of many, with what is left out said.
fn short(items: &[String]) -> String {
    const SHOWN: usize = 60;
    let more = items.len().saturating_sub(SHOWN);
    let shown = items[..items.len() - more].join("  ");
    if more > 0 { format!("{shown}  and {more} more lengths") } else { shown }
}

fn dominant<T: Default + PartialEq>(dominant: &Dominant<T>, shown: impl Fn(&T) -> String) -> String {
    let mut text = format!(
        "finetune {}, merge {}, quantized {}, tie {}",
        shown(&dominant.finetune),
        shown(&dominant.merge),
        shown(&dominant.quantized),
        shown(&dominant.tie),
    );
    if dominant.other != T::default() {
        text += &format!(", other {}", shown(&dominant.other));
    }
    text
}

fn diversity<T: Default + PartialEq>(diversity: &Diversity<T>, shown: impl Fn(&T) -> String) -> String {
    let mut text = format!(
        "one operation {}, two {}, three {}",
        shown(&diversity.one),
        shown(&diversity.two),
        shown(&diversity.three),
    );
    if diversity.four != T::default() {
        text += &format!(", four {}", shown(&diversity.four));
    }
    text
}

/// The ratio of each of the study's groups among so many relations or members.
fn ratios(mix: &Mix, whole: u64) -> [String; 3] {
    let counts = mix.counts();
    [Group::Finetune, Group::Merge, Group::Quantized].map(|group| share(counts[group as usize].into(), whole))
}

fn longest(chains: &Chains) -> String {
    let rows = chains.top.iter().map(|chain| {
        let [finetune, merge, quantized] = ratios(&chain.operations, chain.length as u64 - 1);
        let task = chain.task.clone().unwrap_or_else(|| UNSTATED.to_owned());
        vec![count(chain.length), chain.root.clone(), finetune, merge, quantized, task]
    });
    table(&["models", "root", "finetune", "merge", "quantized", "task"], &[0, 2, 3, 4], rows)
}

fn clusters(clusters: &Clusters) -> String {
    let bins = |bins: &Bins| -> String {
        let shown: Vec<String> =
            bins.0.iter().map(|(bin, clusters)| format!("{bin}: {}", count(*clusters))).collect();
        shown.join("  ")
    };
    format!(
        "{} clusters of {} models (root left out) and {} chains on average\n\
         by size    {}   (root counted)\n\
         by chains  {}\n\
         diversity  {}\n\
         dominant   {}\n\
         of two     {}\n\
         of three   {}",
        count(clusters.total),
        mean(clusters.mean_size),
        mean(clusters.mean_chains),
        bins(&clusters.size_histogram),
        bins(&clusters.chains_histogram),
        diversity(&clusters.diversity, |clusters| count(*clusters)),
        dominant(&clusters.dominant, |clusters| count(*clusters)),
        dominant(&clusters.dominant_of_two, |clusters| count(*clusters)),
        dominant(&clusters.dominant_of_three, |clusters| count(*clusters)),
    )
}

fn largest(clusters: &Clusters) -> String {
    let rows = clusters.top.iter().map(|cluster| {
        let [finetune, merge, quantized] = ratios(&cluster.operations, cluster.size);
        let task = cluster.task.clone().unwrap_or_else(|| UNSTATED.to_owned());
        let chains: &BigCount = &cluster.chains;
        vec![count(cluster.size), cluster.root.clone(), count(chains), finetune, merge, quantized, task]
    });
    table(&["models", "root", "chains", "finetune", "merge", "quantized", "task"], &[0, 2, 3, 4, 5], rows)
}
