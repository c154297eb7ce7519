//! What did inference find in a snapshot, all in all?
//!
//! Relations are counted by their operation, by the strongest thing that speaks for them and by their
//! confidence, and told apart by how they stand to what the publisher declared. The strongest are
//! listed with their evidence.

use crate::{
    date::SnapshotDate,
    infer::{Inferred, Signal, Standing},
    operation::Operation,
    world::World,
};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};

/// The relations that were inferred in a snapshot, summed up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    pub snapshot: SnapshotDate,
    pub all: Standings,
    /// Most relations first.
    pub by_operation: Vec<OfOperation>,
    /// By the strongest sign of each relation, most relations first.
    pub by_signal: Vec<OfSignal>,
    /// By confidence, in tenths, the surest first.
    pub by_confidence: Vec<OfConfidence>,
    /// The surest of each standing, then the most downloaded.
    pub examples: Vec<Example>,
}

/// How many inferred relations stand how to what was declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standings {
    /// The model declares no base.
    pub undeclared: u64,
    pub other_operation: u64,
    pub other_base: u64,
    pub reversed: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfOperation {
    pub operation: Operation,
    pub relations: Standings,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfSignal {
    pub signal: Signal,
    pub relations: Standings,
}

/// The relations with a confidence from one bound up to, but not including, another; 1 is in the last.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OfConfidence {
    pub from: f64,
    pub to: f64,
    pub relations: Standings,
}

/// An inferred relation, in names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    pub derived: String,
    pub base: String,
    pub operation: Operation,
    pub confidence: f64,
    /// What the model declares instead; `None` if it declares nothing.
    pub declared: Option<String>,
    /// What speaks for it, strongest first.
    pub evidence: Vec<String>,
}

impl Standings {
    fn add(&mut self, standing: &Standing) {
        match standing {
            Standing::Undeclared => self.undeclared += 1,
            Standing::OtherOperation(_) => self.other_operation += 1,
            Standing::OtherBase(_) => self.other_base += 1,
            Standing::Reversed => self.reversed += 1,
        }
    }

    /// Relations that the publisher did not declare so, whatever they declared.
    pub fn total(&self) -> u64 {
        self.undeclared + self.contradicting()
    }

    /// Relations that contradict a declaration.
    pub fn contradicting(&self) -> u64 {
        self.other_operation + self.other_base + self.reversed
    }
}

/// Sums up what was inferred in a world, with so many examples of undeclared relations and as many of
/// contradicted ones.
pub fn summary(world: &World, inferred: &[Inferred], examples: usize) -> Summary {
    let mut all = Standings::default();
    let mut by_operation: BTreeMap<&Operation, Standings> = BTreeMap::new();
    let mut by_signal: BTreeMap<Signal, Standings> = BTreeMap::new();
    let mut by_confidence = [Standings::default(); 10];
    for relation in inferred {
        all.add(&relation.standing);
        by_operation.entry(&relation.operation).or_default().add(&relation.standing);
        if let Some(strongest) = relation.evidence.first() {
            by_signal.entry(strongest.signal).or_default().add(&relation.standing);
        }
        let tenth = (relation.confidence.clamp(0.0, 1.0) * 10.0) as usize;
        by_confidence[tenth.min(9)].add(&relation.standing);
    }
    let mut by_operation: Vec<OfOperation> = by_operation
        .into_iter()
        .map(|(operation, relations)| OfOperation { operation: operation.clone(), relations })
        .collect();
    by_operation.sort_by_key(|row| Reverse(row.relations.total()));
    let mut by_signal: Vec<OfSignal> =
        by_signal.into_iter().map(|(signal, relations)| OfSignal { signal, relations }).collect();
    by_signal.sort_by_key(|row| Reverse(row.relations.total()));
    let by_confidence = by_confidence.into_iter().enumerate().rev();
    let by_confidence =
        by_confidence.filter(|(_, relations)| relations.total() > 0).map(|(tenth, relations)| OfConfidence {
            from: tenth as f64 / 10.0,
            to: (tenth + 1) as f64 / 10.0,
            relations,
        });
    let is_undeclared = |relation: &&Inferred| relation.standing == Standing::Undeclared;
    let undeclared = surest(world, inferred.iter().filter(is_undeclared), examples);
    let contradicting = surest(world, inferred.iter().filter(|relation| !is_undeclared(relation)), examples);
    Summary {
        snapshot: world.snapshot,
        all,
        by_operation,
        by_signal,
        by_confidence: by_confidence.collect(),
        examples: undeclared
            .into_iter()
            .chain(contradicting)
            .map(|relation| example(world, relation))
            .collect(),
    }
}

/// Returns the surest relations, of equally sure ones those of the most downloaded models.
fn surest<'a>(
    world: &World,
    relations: impl Iterator<Item = &'a Inferred>,
    limit: usize,
) -> Vec<&'a Inferred> {
    let mut relations: Vec<&Inferred> = relations.collect();
    relations.sort_by(|a, b| {
        let downloads = |relation: &Inferred| Reverse(world.downloads(relation.derived));
        let names = |relation: &Inferred| (relation.derived, relation.base);
        b.confidence
            .total_cmp(&a.confidence)
            .then_with(|| downloads(a).cmp(&downloads(b)))
            .then_with(|| names(a).cmp(&names(b)))
    });
    relations.truncate(limit);
    relations
}

fn example(world: &World, relation: &Inferred) -> Example {
    let name = |node: u32| world.name(node).to_owned();
    let declared = match &relation.standing {
        Standing::Undeclared => None,
        Standing::OtherOperation(operation) => Some(format!("{operation} of the same base")),
        Standing::OtherBase(base) => Some(format!("made from {}", world.name(*base))),
        Standing::Reversed => Some("the base as derived from it".to_owned()),
    };
    Example {
        derived: name(relation.derived),
        base: name(relation.base),
        operation: relation.operation.clone(),
        confidence: relation.confidence,
        declared,
        evidence: relation.evidence.iter().map(|sign| sign.detail.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{infer::Sign, set::Member, testing::world};

    /// Sums up inferred relations, each given as `base derived operation confidence standing` in a line,
    /// where another base is standing enough.
    fn check(text: &str, examples: usize, expected: &str) {
        let world = world("a 5\nb 10\nc 90\nd 20");
        let node = |name: &str| world.ids.find(name).expect("known");
        let relations = text.trim().lines().map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [base, derived, operation, confidence, standing] = words[..] else {
                panic!("`{line}` has not five words");
            };
            let signal = Signal::ALL[0];
            Inferred {
                derived: node(derived),
                base: node(base),
                operation: Operation::named(operation),
                confidence: confidence.parse().expect("a number"),
                standing: match standing {
                    "undeclared" => Standing::Undeclared,
                    "reversed" => Standing::Reversed,
                    "finetune" => Standing::OtherOperation(Operation::Finetune),
                    base => Standing::OtherBase(node(base)),
                },
                evidence: vec![Sign { signal, detail: "its name".to_owned() }],
            }
        });
        let summary = summary(&world, &relations.collect::<Vec<_>>(), examples);
        let mut lines = Vec::new();
        for row in &summary.by_operation {
            lines.push(format!("{}: {}", row.operation, counts(row.relations)));
        }
        for row in &summary.by_confidence {
            lines.push(format!("{}–{}: {}", row.from, row.to, counts(row.relations)));
        }
        for Example { derived, base, declared, .. } in &summary.examples {
            lines.push(format!("{derived} of {base}, declared {}", declared.as_deref().unwrap_or("nothing")));
        }
        assert_eq!(lines.join("\n"), expected.trim().replace("            ", ""));
        assert_eq!(
            summary.by_signal.iter().map(|row| row.relations.total()).sum::<u64>(),
            summary.all.total()
        );
    }

    fn counts(standings: Standings) -> String {
        let Standings { undeclared, other_operation, other_base, reversed } = standings;
        format!("{undeclared} {other_operation} {other_base} {reversed}")
    }

    #[test]
    fn relations_are_counted_by_how_they_stand() {
        check(
            "
            a b quantized 0.91 undeclared
            a c quantized 1 finetune
            a d merge 0.5 b
            b a merge 0.55 reversed
            ",
            0,
            "
            merge: 0 0 1 1
            quantized: 1 1 0 0
            0.9–1: 1 1 0 0
            0.5–0.6: 0 0 1 1
            ",
        );
    }

    #[test]
    fn the_surest_come_first_then_the_most_downloaded() {
        check(
            "
            a b quantized 0.99 undeclared
            a c quantized 0.99 undeclared
            b d quantized 0.995 undeclared
            a d quantized 0.7 c
            c b quantized 0.8 finetune
            ",
            2,
            "
            quantized: 3 1 1 0
            0.9–1: 3 0 0 0
            0.8–0.9: 0 1 0 0
            0.7–0.8: 0 0 1 0
            d of b, declared nothing
            c of a, declared nothing
            b of c, declared finetune of the same base
            d of a, declared made from c
            ",
        );
    }

    #[test]
    fn nothing_inferred_is_nothing_to_show() {
        check("", 3, "");
    }
}
