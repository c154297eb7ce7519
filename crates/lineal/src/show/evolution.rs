//! The evolution of a hub as tables for a terminal, and as CSV.

use super::{UNSTATED, count, csv, mean, per_cent, some, stated, table};
use crate::ui::Ui;
use lineal_core::{
    big::BigCount,
    chains::LongChain,
    evolution::{Added, Changes, Evolution, Standing},
    growth::Trend,
    owners::Concentration,
    pairing::Renames,
    survival::Curve,
    usage::Semantics,
};
use serde::Serialize;
use std::io;

/// A number of a week, or a mean or median over weeks.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for u64 {
    fn shown(&self) -> String {
        count(self)
    }
}

impl Shown for BigCount {
    fn shown(&self) -> String {
        count(self)
    }
}

impl Shown for f64 {
    fn shown(&self) -> String {
        mean(Some(*self))
    }
}

/// Prints every table.
pub fn tables(evolution: &Evolution, ui: &mut Ui) -> io::Result<()> {
    ui.text(&introduction(evolution))?;
    ui.heading("Added models (table 2.1a)")?;
    ui.text(&weekly(evolution, &MODELS, |week| models(&week.added), |week| models(&week.added)))?;
    ui.heading("New chains and clusters (tables 2.1b, c)")?;
    let heading = ["in existing chains", "in new chains", "new chains", "new clusters"];
    ui.text(&weekly(evolution, &heading, new, new))?;
    ui.heading("Deleted models (table 2.1d)")?;
    ui.text(&weekly(evolution, &MODELS, |week| models(&week.deleted), |week| models(&week.deleted)))?;
    ui.heading("What deletions broke (tables 2.1e, f)")?;
    ui.text(&weekly(evolution, &BROKEN, broken, broken))?;
    ui.text(
        "del.: deleted; aff.: affected; disr.: disrupted; surv.: of those, how many were not deleted themselves",
    )?;
    ui.heading("Inside the ten largest clusters (table 2.1g)")?;
    let heading = ["added", "deleted", "clusters with deletions"];
    ui.text(&weekly(evolution, &heading, in_top, in_top))?;
    ui.heading("The largest clusters (table 2.1h)")?;
    ui.text(&largest(evolution))?;
    ui.heading("The longest chains")?;
    ui.text(&longest(evolution))?;
    ui.heading("Renamed, returned, changed")?;
    ui.text(&moved(evolution))?;
    ui.heading("Who is behind it")?;
    ui.text(&owners(evolution))?;
    ui.heading("How long models live that were added in these weeks")?;
    ui.text(&lifetimes(evolution))?;
    ui.heading("How fast the hub grows")?;
    ui.text(&growth(evolution))?;
    ui.heading("What clusters gained, by size")?;
    ui.text(&attachment(evolution))
}

fn introduction(evolution: &Evolution) -> String {
    let semantics = match evolution.semantics {
        Semantics::Formal => "by the study's definitions",
        Semantics::Study => "as the study's scripts count",
    };
    let renames = match evolution.renames {
        Renames::On => "a renamed model is the same model",
        Renames::Off => "a model is its name, so a renamed one is deleted and added",
    };
    let at_least = match evolution.weeks.iter().any(|week| week.at_least) {
        true => "\ncycles unroll into more chains than can be counted: counts of chains are lower bounds",
        false => "",
    };
    let (first, last) = (evolution.snapshots.first(), evolution.snapshots.last());
    let date = |size: Option<&lineal_core::evolution::Size>| size.map(|size| size.snapshot.to_string());
    format!(
        "Evolution from {} to {}, {}, {semantics}; {renames}{at_least}",
        date(first).unwrap_or_default(),
        date(last).unwrap_or_default(),
        some(evolution.snapshots.len() as u64, "snapshot"),
    )
}

/// A row for each week, then the mean and the median.
fn weekly(
    evolution: &Evolution,
    heading: &[&str],
    week: fn(&Changes<u64, BigCount>) -> Vec<String>,
    all: fn(&Changes<f64, f64>) -> Vec<String>,
) -> String {
    let named = |name: String, cells: Vec<String>| std::iter::once(name).chain(cells).collect();
    let weeks = evolution.weeks.iter().map(|row| named(row.to.to_string(), week(&row.changes)));
    let reduced = [("mean", &evolution.means), ("median", &evolution.medians)];
    let reduced = reduced.map(|(name, changes)| named(name.to_owned(), all(changes)));
    let heading: Vec<&str> = std::iter::once("until").chain(heading.iter().copied()).collect();
    let right: Vec<usize> = (1..heading.len()).collect();
    table(&heading, &right, weeks.chain(reduced))
}

const MODELS: [&str; 8] =
    ["models", "isolated", "relational", "derived", "base", "fine-tune", "merge", "quantized"];

fn models<N: Shown>(models: &Added<N>) -> Vec<String> {
    let parts = &models.parts;
    let cells = [
        &models.models,
        &parts.isolated,
        &parts.relational,
        &parts.derived,
        &parts.base,
        &parts.finetune,
        &parts.merge,
        &parts.quantized,
    ];
    cells.map(Shown::shown).to_vec()
}

fn new<N: Shown, C: Shown>(week: &Changes<N, C>) -> Vec<String> {
    let models = [&week.in_existing_chains, &week.in_new_chains].map(Shown::shown);
    models.into_iter().chain([week.new_chains.shown(), week.new_clusters.shown()]).collect()
}

const BROKEN: [&str; 10] = [
    "del. chains",
    "del. clusters",
    "del. bases",
    "aff. derived",
    "surv.",
    "disr. chains",
    "disr. clusters",
    "mean size",
    "downstream",
    "surv.",
];

fn broken<N: Shown, C: Shown>(week: &Changes<N, C>) -> Vec<String> {
    let impact = &week.impact;
    vec![
        week.deleted_chains.shown(),
        week.deleted_clusters.shown(),
        impact.deleted_bases.shown(),
        impact.affected_derived.shown(),
        impact.affected_derived_surviving.shown(),
        impact.disrupted_chains.shown(),
        impact.disrupted_clusters.shown(),
        mean(impact.disrupted_cluster_mean_size),
        impact.affected_downstream.shown(),
        impact.affected_downstream_surviving.shown(),
    ]
}

fn in_top<N: Shown, C: Shown>(week: &Changes<N, C>) -> Vec<String> {
    let top = &week.top_clusters;
    [&top.added, &top.deleted, &top.affected].map(Shown::shown).to_vec()
}

fn largest(evolution: &Evolution) -> String {
    let clusters = &evolution.top_clusters;
    let other = |standing: &Standing| standing.other_rank.map_or(UNSTATED.to_owned(), count);
    let row = |when: &str, standing: &Standing| {
        vec![
            when.to_owned(),
            count(standing.rank),
            standing.root.clone(),
            count(standing.size),
            other(standing),
        ]
    };
    let first = clusters.first.iter().map(|standing| row("first", standing));
    let last = clusters.last.iter().map(|standing| row("last", standing));
    table(&["snapshot", "rank", "root", "size", "rank in the other"], &[1, 3, 4], first.chain(last))
}

fn longest(evolution: &Evolution) -> String {
    let row = |when: &str, chain: &LongChain| {
        let leaf = chain.models.last().cloned().unwrap_or_default();
        vec![when.to_owned(), count(chain.length), chain.root.clone(), leaf]
    };
    let first = evolution.top_chains.first.iter().map(|chain| row("first", chain));
    let last = evolution.top_chains.last.iter().map(|chain| row("last", chain));
    table(&["snapshot", "models", "root", "last model"], &[1], first.chain(last))
}

fn moved(evolution: &Evolution) -> String {
    let rows = evolution.weeks.iter().map(|week| {
        let (renames, changes) = (&week.renames, &week.relation_changes);
        let counts = [
            renames.by_hub_id,
            renames.by_case,
            renames.inferred,
            renames.reused,
            week.changes.reappeared,
            changes.gained,
            changes.lost,
            changes.bases,
            changes.operations,
        ];
        std::iter::once(week.to.to_string()).chain(counts.iter().map(count)).collect()
    });
    let heading = [
        "until",
        "renamed by id",
        "by case",
        "inferred",
        "name reused",
        "returned",
        "gained bases",
        "lost bases",
        "other bases",
        "other operation",
    ];
    table(&heading, &[1, 2, 3, 4, 5, 6, 7, 8, 9], rows)
}

fn owners(evolution: &Evolution) -> String {
    let cells = |owners: &Concentration| {
        let most = owners.top.first();
        let most =
            most.map_or(UNSTATED.to_owned(), |most| format!("{} ({})", most.owner, count(most.models)));
        vec![count(owners.owners), per_cent(owners.top_3), per_cent(owners.top_10), most]
    };
    let rows = evolution.weeks.iter().map(|week| {
        let both = cells(&week.owners.added).into_iter().chain(cells(&week.owners.deleted));
        std::iter::once(week.to.to_string()).chain(both).collect()
    });
    let heading = [
        "until",
        "owners who added",
        "top 3",
        "top 10",
        "most",
        "owners who deleted",
        "top 3",
        "top 10",
        "most",
    ];
    table(&heading, &[1, 2, 3, 5, 6, 7], rows)
}

fn lifetimes(evolution: &Evolution) -> String {
    let after = |curve: &Curve, days: u64| {
        let followed = curve.points.last().is_some_and(|last| last.days >= days);
        let point = curve.points.iter().take_while(|point| point.days <= days).last();
        per_cent(point.filter(|_| followed).map(|point| point.survival))
    };
    let rows = evolution.lifetimes.curves.iter().filter(|curve| curve.born > 0).map(|curve| {
        vec![
            curve.class.as_str().to_owned(),
            count(curve.born),
            count(curve.died),
            after(curve, 7),
            after(curve, 28),
            after(curve, 91),
            curve.median_days.map_or(UNSTATED.to_owned(), |days| format!("{days} days")),
        ]
    });
    let heading =
        ["at first", "added", "deleted", "there after 7 days", "28 days", "91 days", "half are gone after"];
    table(&heading, &[1, 2, 3, 4, 5, 6], rows)
}

fn growth(evolution: &Evolution) -> String {
    let growth = &evolution.growth;
    let row = |what: String, trend: &Trend| {
        vec![
            what,
            stated(trend.counts.first().copied()),
            stated(trend.counts.last().copied()),
            trend.change_per_week.map_or(UNSTATED.to_owned(), |change| format!("{change:+.1}")),
            trend
                .compound_rate_per_week
                .map_or(UNSTATED.to_owned(), |rate| format!("{:+.3} %", rate * 100.0)),
            trend.doubling_days.map_or(UNSTATED.to_owned(), |days| format!("{days:.0} days")),
        ]
    };
    let operations = growth.operations.iter().map(|one| (one.of.to_string(), &one.trend));
    let categories = growth.categories.iter().map(|one| (one.of.as_str().to_owned(), &one.trend));
    let rows = std::iter::once(("models".to_owned(), &growth.models)).chain(operations).chain(categories);
    let occurs = |(_, trend): &(String, &Trend)| trend.counts.iter().any(|count| *count > 0);
    let rows = rows.filter(occurs).map(|(what, trend)| row(what, trend));
    table(&["", "first", "last", "change a week", "rate a week", "doubles in"], &[1, 2, 3, 4, 5], rows)
}

fn attachment(evolution: &Evolution) -> String {
    let rows = evolution.weeks.iter().map(|week| {
        let found = &week.attachment;
        let exponent = match (found.exponent, found.exponent_error) {
            (Some(exponent), Some(error)) => format!("{exponent:.3} ± {error:.3}"),
            _ => UNSTATED.to_owned(),
        };
        vec![
            week.to.to_string(),
            count(found.clusters),
            count(found.growing),
            count(found.gained),
            per_cent(found.share_of_ten_largest),
            per_cent(found.share_of_top_1_percent),
            exponent,
        ]
    });
    let heading =
        ["until", "clusters", "that grew", "gained", "ten largest", "largest 1 %", "gain ~ size to the"];
    let text = table(&heading, &[1, 2, 3, 4, 5, 6], rows);
    format!(
        "{text}\nabove 1, the large ones outgrow the small; at 1, all grow by the same share; below, they draw level"
    )
}

/// Returns the weeks as CSV: a line for each, then the mean and the median, with a column for
/// everything that is counted.
///
/// # Errors
/// When a week has no form in JSON.
pub fn weeks_csv(evolution: &Evolution) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for week in &evolution.weeks {
        add_line(&mut text, &week.from.to_string(), &week.to.to_string(), &week.changes)?;
    }
    add_line(&mut text, "mean", "", &evolution.means)?;
    add_line(&mut text, "median", "", &evolution.medians)?;
    Ok(text)
}

fn add_line(text: &mut String, from: &str, to: &str, week: &impl Serialize) -> Result<(), serde_json::Error> {
    let range = [("from".to_owned(), from.to_owned()), ("to".to_owned(), to.to_owned())];
    let columns = range.into_iter().chain(csv::values(week)?);
    let (keys, values): (Vec<String>, Vec<String>) = columns.unzip();
    if text.is_empty() {
        *text = keys.join(",") + "\n";
    }
    let values: Vec<String> = values.iter().map(|value| csv::cell(value)).collect();
    *text += &(values.join(",") + "\n");
    Ok(())
}
