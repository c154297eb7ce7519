//! Inferred relations, a line each.

use super::{count, csv::cell, some};
use lineal_core::{
    infer::{Inferred, Sign, Standing},
    world::World,
};
use serde::Serialize;

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
