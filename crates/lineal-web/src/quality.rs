//! What is on the page on how good the metadata is, in the order in which it is read?

mod by_hand;
mod calibration;
mod combinations;
mod dependencies;
mod fields;
mod growth;
mod rates;
mod slices;
mod trend;

use crate::{QualityReport, Report, exhibit::Section};
use lineal_core::{
    infer::check::Checked,
    inferred::Summary,
    quality::{Field, Quality, trend::Row},
    usage::{Semantics, Usage},
};

/// What the page has to say, of one snapshot.
pub struct Sides<'a> {
    pub all: &'a Quality,
    /// The models that the study's sample was drawn from.
    pub frame: Option<&'a Quality>,
    pub inferred: Option<&'a Summary>,
    pub trend: &'a [Row],
    /// How good inference is.
    pub check: Option<&'a Checked>,
    /// As declared.
    pub usage: &'a Usage,
    /// With inferred relations.
    pub grown: Option<&'a Usage>,
}

impl<'a> Sides<'a> {
    /// Returns the sides of a report; `None` if they are not of the same snapshot.
    pub fn of(report: &'a Report, quality: &'a QualityReport) -> Option<Sides<'a>> {
        let snapshot = quality.all.snapshot;
        let is_of_it = report.formal.snapshot == snapshot
            && quality.frame.as_ref().is_none_or(|frame| frame.snapshot == snapshot)
            && quality.inferred.as_ref().is_none_or(|summary| summary.snapshot == snapshot)
            && quality
                .grown
                .as_ref()
                .is_none_or(|grown| grown.snapshot == snapshot && grown.semantics == Semantics::Formal);
        is_of_it.then(|| Sides {
            all: &quality.all,
            frame: quality.frame.as_ref(),
            inferred: quality.inferred.as_ref(),
            trend: &quality.trend,
            check: quality.check.as_ref(),
            usage: &report.formal,
            grown: quality.grown.as_ref(),
        })
    }
}

pub fn all(sides: &Sides) -> Vec<Section> {
    let sections = [
        Section {
            id: "fields",
            title: "Missing fields",
            introduction: "Five things that a model’s metadata should say: its licence, how well it performs, how a prompt \
                must be put together, what data it was trained on, and what it was made from. A rate is of the models that \
                need the field and of which every place was looked at where it could be.",
            exhibits: vec![fields::rates(sides), fields::at_least(sides), combinations::combinations(sides)],
        },
        Section {
            id: "kinds",
            title: "Kinds of models",
            introduction: "The same rates by what kind of model it is. The darker a cell, the more is missing; pointed at, \
                it tells the interval that the rate is believed to lie in, which is wide where few models could be judged. \
                Any is one field or more that is missing or wrong, of all models.",
            exhibits: slices::all(sides),
        },
        Section {
            id: "dependencies",
            title: "Dependencies",
            introduction: "Which models were made from others without saying so, and which say what the evidence contradicts. \
                Both are inferred from metadata, so they are a lower bound of what an annotator would find.",
            exhibits: dependencies::all(sides),
        },
        Section {
            id: "calibration",
            title: "Calibration",
            introduction: "Whether inferred relations can be believed as far as their confidence says: declared relations \
                were hidden, inferred from the rest, and compared.",
            exhibits: calibration::all(sides),
        },
        Section {
            id: "growth",
            title: "Growth of the graph",
            introduction: "How the supply chain grows if undeclared relations that were inferred stand beside the declared ones.",
            exhibits: growth::all(sides),
        },
        Section {
            id: "trend",
            title: "Over time",
            introduction: "Whether metadata gets better.",
            exhibits: trend::all(sides),
        },
    ];
    sections.into_iter().filter(|section| !section.exhibits.is_empty()).collect()
}

/// What the page calls a field.
fn label(field: Field) -> &'static str {
    match field {
        Field::License => "License",
        Field::Performance => "Performance",
        Field::Template => "Template",
        Field::Dataset => "Dataset",
        Field::Dependency => "Dependency",
    }
}

const FRAME: &str = "Study’s frame";
const STUDY: &str = "The study, by hand";
/// What a mark beside a rate is.
const MARK: &str = "the study, by hand, of 378 models";
