//! One model: what it is, what it was made from, what stands on it, what it was, what to know.

use super::{UNSTATED, count, impact, stated, table};
use crate::{commands::show::Shown, ui::Ui};
use lineal_core::{atlas::Relation, evidence::Claimed, history::Moment, risk::edge::Edge, set::Member};
use std::io;

pub fn print(shown: &Shown, ui: &mut Ui) -> io::Result<()> {
    let Shown { subject, impact, history, risk } = shown;
    ui.heading(&subject.id)?;
    ui.text(&facts(shown))?;
    if !subject.findings.is_empty() {
        ui.heading("What to know")?;
        ui.text(&bullets(subject.findings.iter().map(|finding| finding.text.clone())))?;
    }
    if !subject.bases.is_empty() {
        ui.heading("Made from")?;
        ui.text(&bases(&subject.bases))?;
    }
    ui.heading("What stands on it")?;
    ui.text(&impact::sums(impact))?;
    if impact.orphaned_models > 0 {
        let orphaned = count(impact.orphaned_models);
        ui.text(&format!("{orphaned} would be left without any present base: `lineal impact` lists them"))?;
    }
    if let Some(mirrors) = impact.mirrors.as_ref().filter(|mirrors| !mirrors.is_empty()) {
        ui.text(&format!("the very same weights are in {}", mirrors.join(", ")))?;
    }
    if !subject.metadata.is_empty() {
        ui.heading("Metadata")?;
        let row = |(field, state): (&String, &String)| vec![field.clone(), state.replace('_', " ")];
        ui.text(&table(&["field", ""], &[], subject.metadata.iter().map(row)))?;
    }
    ui.heading("Measured risks")?;
    match risk.is_empty() {
        true => ui.text("not measured; `lineal risk run` measures")?,
        false => ui.text(&edges(risk))?,
    }
    if history.snapshots.len() > 1 {
        ui.heading("History")?;
        ui.text(&moments(&history.snapshots))?;
    }
    Ok(())
}

fn bullets(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| format!("• {line}")).collect::<Vec<_>>().join("\n")
}

/// What is known of the model itself, a line each; what is not stated is not listed.
fn facts(shown: &Shown) -> String {
    let subject = &shown.subject;
    let derived = subject.derived.iter().map(|(operation, models)| format!("{} {operation}", count(models)));
    let derived = derived.collect::<Vec<_>>().join(", ");
    let yes = |value: Option<bool>| value.filter(|yes| *yes).map(|_| "yes".to_owned());
    let lines = [
        ("snapshot", Some(subject.snapshot.clone())),
        ("role", Some(subject.role.clone())),
        ("task", subject.task.clone()),
        ("library", subject.library.clone()),
        ("licence", subject.license.clone()),
        ("downloads", subject.downloads.map(count)),
        ("likes", subject.likes.map(count)),
        ("parameters", subject.parameters.map(count)),
        ("derived", Some(derived).filter(|derived| !derived.is_empty())),
        ("created", subject.created.clone()),
        ("modified", subject.modified.clone()),
        ("gated", subject.gated.clone().filter(|gated| gated != "no")),
        ("disabled", yes(subject.disabled)),
        ("private", yes(subject.private)),
        ("commit", subject.sha.clone()),
        ("hub id", subject.hub_id.clone()),
    ];
    let width = 12;
    let lines = lines.into_iter().filter_map(|(name, value)| Some(format!("{name:width$}{}", value?)));
    lines.collect::<Vec<_>>().join("\n")
}

fn bases(relations: &[Relation]) -> String {
    let evidence = |relation: &Relation| {
        let claims: Vec<String> = relation.evidence.iter().map(claim).collect();
        claims.join("; ")
    };
    let row = |relation: &Relation| {
        let inferred = if relation.operation_inferred { " (inferred)" } else { "" };
        let missing = if relation.resolution.as_deref() == Some("missing") { " (missing)" } else { "" };
        vec![
            format!("{}{missing}", relation.base),
            format!("{}{inferred}", relation.operation),
            evidence(relation),
        ]
    };
    table(&["base", "operation", "said in"], &[], relations.iter().map(row))
}

fn claim(claim: &Claimed) -> String {
    let source = claim.source.as_str().replace('_', " ");
    match &claim.named {
        Some(named) => format!("{source} as `{named}`"),
        None => source,
    }
}

fn edges(edges: &[Edge]) -> String {
    let row = |edge: &Edge| {
        vec![
            edge.metric.as_str().to_owned(),
            edge.base.model.clone(),
            edge.derived.model.clone(),
            format!("{:+.1} points", edge.delta * 100.0),
            edge.verdict.map_or(UNSTATED.to_owned(), |verdict| verdict.as_str().replace('_', " ")),
        ]
    };
    table(&["risk", "base", "derived", "change", "verdict"], &[3], edges.iter().map(row))
}

fn moments(moments: &[Moment]) -> String {
    let row = |moment: &Moment| {
        let there = moment.id.is_some();
        let number = |value: Option<u64>| if there { stated(value) } else { String::new() };
        vec![
            moment.snapshot.to_string(),
            number(moment.downloads),
            if there { count(moment.derived) } else { String::new() },
            moment.changes.join("; "),
        ]
    };
    table(&["snapshot", "downloads", "derived", "what changed"], &[1, 2], moments.iter().map(row))
}
