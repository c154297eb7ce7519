//! Successors: counts first, then each kind of them.

use super::{UNSTATED, count, csv::cell, some, table};
use crate::ui::Ui;
use lineal_core::{
    resolve::Resolution,
    successors::{Basis, Declared, Newer, Standing, Succession, Successor, Successors},
};
use std::io;

/// What a declaration means, by what it names.
fn meaning(standing: Standing) -> &'static str {
    match standing {
        Standing::SameOwner => "another model of the same owner",
        Standing::OtherOwner => "a model of another owner",
        Standing::Ancestor => "a model that this one was made from",
        Standing::Itself => "the model itself",
        Standing::Missing => "a name that is not listed",
        Standing::Unreadable => "nothing that a model can be called",
    }
}

/// Versions that an inference of this basis rests on.
fn example(basis: Basis) -> &'static str {
    match basis {
        Basis::Marked => "v1 and v2",
        Basis::Dotted => "3.1 and 3.2",
        Basis::Whole => "2 and 3",
        Basis::Dates => "0324 and 0528",
        Basis::Unversioned => "none and v2",
    }
}

pub fn tables(found: &Successors, min_confidence: f64, limit: usize, ui: &mut Ui) -> io::Result<()> {
    let counts = &found.counts;
    ui.text(&format!(
        "snapshot {}: of {}, {} a newer version; for {} that declare none, one is inferred",
        found.snapshot,
        some(found.models, "model"),
        match counts.declared {
            1 => "1 declares".to_owned(),
            declared => format!("{} declare", count(declared)),
        },
        count(counts.inferred),
    ))?;
    ui.heading("Declared")?;
    let row = |(standing, models): (&Standing, &u64)| vec![count(*models), meaning(*standing).to_owned()];
    ui.text(&table(&["models", "name as their newer version"], &[0], counts.standings.iter().map(row)))?;
    if counts.otherwise_named > 0 {
        ui.text(&format!("{} found under another spelling or a later name", count(counts.otherwise_named)))?;
    }
    declared(found, limit, ui)?;
    missing(found, limit, ui)?;
    successions(found, limit, ui)?;
    ui.heading("Inferred")?;
    let row = |(basis, models): (&Basis, &u64)| {
        vec![count(*models), basis.as_str().to_owned(), example(*basis).to_owned()]
    };
    let heading = ["models", "versions", "such as"];
    ui.text(&table(&heading, &[0], counts.inferred_by_basis.iter().map(row)))?;
    let note = format!(
        "{} with a confidence of {min_confidence} at least{}",
        some(counts.confident, "model"),
        of_many(counts.confident, limit)
    );
    ui.text(&format!("\n{note}"))?;
    if found.inferred.is_empty() || limit == 0 {
        return Ok(());
    }
    let row = |newer: &Newer| {
        vec![
            newer.model.clone(),
            newer.newer.clone(),
            newer.days_later.map_or(UNSTATED.to_owned(), count),
            format!("{:.2}", newer.confidence),
        ]
    };
    let heading = ["model", "newer version", "days later", "confidence"];
    ui.text(&table(&heading, &[2, 3], found.inferred.iter().take(limit).map(row)))
}

fn of_many(number: u64, limit: usize) -> String {
    if number > limit as u64 { format!("; the first {}", count(limit)) } else { String::new() }
}

fn declared(found: &Successors, limit: usize, ui: &mut Ui) -> io::Result<()> {
    let own: Vec<&Declared> =
        found.declared.iter().filter(|one| one.standing == Standing::SameOwner).collect();
    if own.is_empty() || limit == 0 {
        return Ok(());
    }
    let row = |one: &&Declared| vec![one.model.clone(), one.successor.clone().unwrap_or_default()];
    let rows = own.iter().take(limit).map(row);
    ui.text(&format!("\n{}", table(&["model", "declares, of the same owner"], &[], rows)))
}

fn missing(found: &Successors, limit: usize, ui: &mut Ui) -> io::Result<()> {
    let missing: Vec<&Declared> =
        found.declared.iter().filter(|one| one.standing == Standing::Missing).collect();
    if missing.is_empty() || limit == 0 {
        return Ok(());
    }
    let row = |one: &&Declared| vec![one.model.clone(), one.named.clone()];
    let rows = missing.iter().take(limit).map(row);
    ui.text(&format!("\n{}", table(&["model", "declares, but it is not listed"], &[], rows)))
}

fn successions(found: &Successors, limit: usize, ui: &mut Ui) -> io::Result<()> {
    let all = &found.successions;
    if all.total == 0 && all.circles.is_empty() {
        return Ok(());
    }
    ui.heading("Successions")?;
    let circles = match all.circles.len() {
        0 => String::new(),
        number => format!("; {} without end", some(number as u64, "circle")),
    };
    ui.text(&format!(
        "{}, {} of more than two models, the longest of {}{circles}",
        some(all.total, "succession"),
        count(all.longer_than_two),
        count(all.longest),
    ))?;
    let line = |one: &Succession| {
        let more = if one.length > one.models.len() as u64 {
            format!(" … -> {}", one.last)
        } else {
            String::new()
        };
        format!("{}{more}", one.models.join(" -> "))
    };
    for one in all.list.iter().filter(|one| one.length > 2).take(limit) {
        ui.text(&line(one))?;
    }
    for circle in all.circles.iter().take(limit) {
        let shown: Vec<&str> = circle.iter().take(32).map(String::as_str).collect();
        ui.text(&format!("circle: {}", shown.join(" -> ")))?;
    }
    Ok(())
}

/// What is known of one model, in sentences.
pub fn of_model(model: &str, known: &Successor) -> String {
    let mut lines = Vec::new();
    if let Some(declared) = &known.declared {
        let named = match (&declared.successor, declared.resolution) {
            (Some(successor), Resolution::Exact) => successor.clone(),
            (Some(successor), _) => format!("{} (listed as {successor})", declared.named),
            (None, _) => declared.named.clone(),
        };
        lines.push(format!("{model} declares {named}: {}", meaning(declared.standing)));
    }
    if let Some(newer) = &known.newer {
        let days = newer.days_later.map(|days| format!(", created {} later", some(days, "day")));
        lines.push(format!(
            "{model} has a newer version {}: {} in {}{}, confidence {:.2}",
            newer.newer,
            newer.newer_version,
            newer.family,
            days.unwrap_or_default(),
            newer.confidence,
        ));
    }
    if lines.is_empty() {
        lines.push(format!("{model} declares no newer version, and none is inferred"));
    }
    lines.join("\n")
}

pub const CSV_HEADING: &str =
    "model,kind,successor,standing,named,basis,family,version,newer_version,days_later,confidence";

/// Passes on a line for each successor.
pub fn csv(
    declared: &[Declared],
    inferred: &[Newer],
    mut line: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    for one in declared {
        let successor = one.successor.as_deref().unwrap_or_default();
        let (standing, named) = (one.standing.as_str(), cell(&one.named));
        line(&format!("{},declared,{},{standing},{named},,,,,,", cell(&one.model), cell(successor)))?;
    }
    for one in inferred {
        let version = one.version.as_deref().unwrap_or_default();
        let days = one.days_later.map(|days| days.to_string()).unwrap_or_default();
        let names = format!("{},inferred,{}", cell(&one.model), cell(&one.newer));
        let (basis, family, newer) = (one.basis.as_str(), cell(&one.family), cell(&one.newer_version));
        line(&format!("{names},,,{basis},{family},{},{newer},{days},{}", cell(version), one.confidence))?;
    }
    Ok(())
}
