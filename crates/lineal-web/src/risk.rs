//! What is on the page on measured risks, in the order in which it is read?

mod chains;
mod changes;
mod measured;
mod merges;
mod quantizations;
mod relations;
mod study;
mod unplaced;
pub(crate) mod words;

use crate::{RiskReport, cell::Cell, exhibit::Section};
use lineal_core::{
    risk::{
        edge::{Edge, End},
        evaluation::Evaluation,
    },
    statistics::boxplot::Boxplot,
};
use std::collections::BTreeSet;

pub fn all(risk: &RiskReport) -> Vec<Section> {
    let edges = &risk.edges;
    let mut sections = vec![
        Section {
            id: "measured",
            title: "Measured",
            introduction: "Three risks, each a rate: the higher, the worse. A protocol is everything that must be equal for two \
                rates to be compared, from the items that were asked to the judge that decided them.",
            exhibits: measured::all(risk),
        },
        Section {
            id: "changes",
            title: "Operations",
            introduction: "What became of each risk where a model and its base were both measured under one protocol. A change is \
                derived less base, in points; above zero is worse.",
            exhibits: changes::all(edges),
        },
        Section {
            id: "quantization",
            title: "Quantization",
            introduction: "What each risk does as bits are taken away. A rate that falls together with what the model can \
                still do is collapse, not safety: who says nothing sensible says nothing harmful either.",
            exhibits: quantizations::all(edges),
        },
        Section {
            id: "merges",
            title: "Merges",
            introduction: "Where each merge lies between the models that it was made from. A merge is no average of its bases, so \
                it is placed among them rather than compared with their mean.",
            exhibits: merges::all(edges),
        },
        Section {
            id: "chains",
            title: "Chains",
            introduction: "What became of each risk along chains of relations of which every hop was measured.",
            exhibits: chains::all(edges),
        },
        Section {
            id: "relations",
            title: "Relations",
            introduction: "Every relation whose two ends were measured, and whether the change is more than noise.",
            exhibits: relations::all(edges),
        },
        Section {
            id: "unplaced",
            title: "Unplaced",
            introduction: "What was measured and could be compared with nothing, and why.",
            exhibits: unplaced::all(edges),
        },
    ];
    if let Some(study) = &risk.study {
        sections.push(Section {
            id: "study",
            title: "The study",
            introduction: "The study measured relations in three sheets and drew three figures of them. Beside what it published \
                stands what comes of the same sheets once their own contradictions are corrected.",
            exhibits: study::all(study),
        });
    }
    sections.retain(|section| !section.exhibits.is_empty());
    sections
}

/// How many different relations were measured at both ends, whatever the metric.
pub fn relations(edges: &[Edge]) -> usize {
    fn weights(end: &End) -> (&str, Option<&str>) {
        (&end.model, end.variant.as_deref())
    }
    edges.iter().map(|edge| (weights(&edge.base), weights(&edge.derived))).collect::<BTreeSet<_>>().len()
}

/// How many sets of weights some evaluations are of.
pub fn subjects<'a>(evaluations: impl Iterator<Item = &'a Evaluation>) -> usize {
    let subjects = evaluations.map(|evaluation| (&evaluation.subject.model, &evaluation.subject.variant));
    subjects.collect::<BTreeSet<_>>().len()
}

fn count(count: usize) -> Cell {
    Cell::count(count as u64)
}

/// A rate; none of what is no number.
fn rate(rate: f64) -> Cell {
    Cell::share(Some(rate).filter(|rate| rate.is_finite()))
}

/// A box in a table.
fn box_cells(spread: &Boxplot) -> Vec<Cell> {
    let numbers =
        [spread.whisker_low, spread.q1, spread.median, spread.q3, spread.whisker_high].map(Cell::points);
    let mut cells = vec![count(spread.n)];
    cells.extend(numbers);
    cells.extend([Cell::points(spread.mean), count(spread.outliers.len())]);
    cells
}
