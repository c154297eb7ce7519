//! Inferred relations, a line each.

use super::{UNSTATED, count, csv::cell, per_cent, share, some};
use crate::ui::Ui;
use lineal_core::{
    infer::{
        Inferred, Sign, Standing,
        check::{Checked, Mistake, Outcome},
    },
    set::Member,
    world::World,
};
use serde::Serialize;
use std::io;

/// An inferred relation by names, as its JSON has it.
#[derive(Serialize)]
pub struct Relation<'a> {
    derived: &'a str,
    base: &'a str,
    operation: &'a str,
    confidence: f64,
    /// `undeclared`, or what it speaks against.
    standing: &'static str,
    /// What is declared instead: an operation or a base.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared: Option<&'a str>,
    evidence: &'a [Sign],
}

pub const CSV_HEADING: &str = "derived,base,operation,confidence,standing,declared,evidence";

impl<'a> Relation<'a> {
    pub fn of(world: &'a World, relation: &'a Inferred) -> Relation<'a> {
        let (standing, declared) = match &relation.standing {
            Standing::Undeclared => ("undeclared", None),
            Standing::OtherOperation(operation) => ("other_operation", Some(operation.as_str())),
            Standing::OtherBase(base) => ("other_base", Some(world.name(*base))),
            Standing::Reversed => ("reversed", None),
        };
        Relation {
            derived: world.name(relation.derived),
            base: world.name(relation.base),
            operation: relation.operation.as_str(),
            confidence: (relation.confidence * 1000.0).round() / 1000.0,
            standing,
            declared,
            evidence: &relation.evidence,
        }
    }

    pub fn csv(&self) -> String {
        let evidence: Vec<&str> = self.evidence.iter().map(|sign| &*sign.detail).collect();
        let cells = [
            self.derived,
            self.base,
            self.operation,
            &format!("{:.3}", self.confidence),
            self.standing,
            self.declared.unwrap_or_default(),
            &evidence.join("; "),
        ];
        cells.map(cell).join(",")
    }
}

impl Relation<'_> {
    /// The relation in a few lines.
    pub fn text(&self) -> String {
        let signs: String = self.evidence.iter().map(|sign| format!("\n    {}", sign.detail)).collect();
        let Relation { base, operation, confidence, .. } = self;
        format!("  {operation} of {base}, confidence {confidence:.2}{signs}")
    }
}

/// How well hidden declarations were found again.
pub fn checked(checked: &Checked, ui: &mut Ui) -> io::Result<()> {
    ui.text(&format!(
        "declarations of {} hidden; confidence fitted on {}, reported on {} of other owners",
        some(checked.hidden, "model"),
        count(checked.fitted_on),
        count(checked.reported_on)
    ))?;
    ui.heading(&format!("With confidence {} or more", checked.at_least))?;
    let heading = ["", "hidden", "said", "right", "precision", "95 %", "or copied", "recall"];
    let row = |what: &str, outcome: &Outcome| {
        let [low, high] = outcome.precision.interval;
        let interval = match outcome.said {
            0 => UNSTATED.to_owned(),
            _ => format!("{:.1} – {:.1} %", low * 100.0, high * 100.0),
        };
        vec![
            what.to_owned(),
            count(outcome.hidden),
            count(outcome.said),
            count(outcome.right),
            share(outcome.precision.count, outcome.precision.of),
            interval,
            share(outcome.nearest_precision.count, outcome.nearest_precision.of),
            share(outcome.recall.count, outcome.recall.of),
        ]
    };
    let right = [1, 2, 3, 4, 5, 6, 7];
    let mut rows = vec![row("all", &checked.all), row("by names alone", &checked.name_rule)];
    for (group, outcome) in checked.by_group.iter().filter(|(_, outcome)| outcome.hidden > 0) {
        rows.push(row(group.as_str(), outcome));
        rows.extend(checked.name_rule_by_group.get(group).map(|rule| row("  by names alone", rule)));
    }
    ui.text(&super::table(&heading, &right, rows))?;
    ui.text("\ncopied: it declares what the model of the same name declares, with whose card it came")?;
    ui.heading("By the strongest evidence")?;
    let said = checked.by_signal.iter().filter(|(_, outcome)| outcome.said > 0);
    let rows = said.map(|(signal, outcome)| row(signal.as_str(), outcome));
    ui.text(&super::table(&heading, &right, rows))?;
    ui.heading("By confidence")?;
    let rows =
        checked.by_threshold.iter().map(|(at_least, outcome)| row(&format!("{at_least} or more"), outcome));
    ui.text(&super::table(&heading, &right, rows))?;
    ui.heading("Is the confidence what it says?")?;
    let rows = checked.reliability.iter().filter(|bin| bin.count > 0).map(|bin| {
        vec![
            format!("{:.1} – {:.1}", bin.from, bin.to),
            count(bin.count),
            per_cent(Some(bin.predicted)),
            per_cent(Some(bin.observed)),
        ]
    });
    ui.text(&super::table(&["confidence", "relations", "on average", "right"], &[1, 2, 3], rows))?;
    ui.text(&format!(
        "\nmean distance {:.4}, mean squared error {:.4}",
        checked.calibration_error, checked.brier
    ))?;
    if checked.mistakes.is_empty() {
        return Ok(());
    }
    ui.heading("The surest that differ from what was declared")?;
    let mut mistakes: Vec<&Mistake> = checked.mistakes.iter().collect();
    mistakes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.model.cmp(&b.model)));
    let rows = mistakes.into_iter().take(10).map(|mistake| {
        vec![
            format!("{:.2}", mistake.confidence),
            mistake.model.clone(),
            mistake.said.clone(),
            mistake.declared.clone(),
            mistake.signal.as_str().to_owned(),
        ]
    });
    ui.text(&super::table(&["confidence", "model", "inferred", "declared", "evidence"], &[0], rows))
}

/// The surest relations, and how many there are.
pub fn table(world: &World, inferred: &[Inferred], limit: usize) -> String {
    let mut surest: Vec<&Inferred> = inferred.iter().collect();
    surest.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.derived.cmp(&b.derived)));
    let undeclared =
        inferred.iter().filter(|relation| relation.standing == Standing::Undeclared).count() as u64;
    let against = inferred.len() as u64 - undeclared;
    let row = |relation: &&Inferred| {
        let shown = Relation::of(world, relation);
        let operation = match (shown.standing, shown.declared) {
            ("undeclared", _) => shown.operation.to_owned(),
            (_, Some(declared)) => format!("{}, not {declared}", shown.operation),
            _ => format!("{}, the other way round", shown.operation),
        };
        vec![
            format!("{:.2}", relation.confidence),
            shown.derived.to_owned(),
            shown.base.to_owned(),
            operation,
            relation.evidence.first().map(|sign| sign.detail.clone()).unwrap_or_default(),
        ]
    };
    let heading = ["confidence", "model", "base", "operation", "because"];
    let mut text = format!(
        "snapshot {}: {} that nobody declared, {} that speak against what is declared",
        world.snapshot,
        some(undeclared, "relation"),
        count(against),
    );
    if !inferred.is_empty() && limit > 0 {
        text += &format!("\n\n{}", super::table(&heading, &[0], surest.iter().take(limit).map(row)));
    }
    if inferred.len() > limit {
        text +=
            &format!("\n\n{} more; `--limit` or `--format json` shows them", count(inferred.len() - limit));
    }
    text
}
