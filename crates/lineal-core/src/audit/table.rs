//! Which table would the study print of an audit?

use super::score::{Counted, Score};
use crate::{field::Field, set::Member};
use serde::Serialize;

/// One line of the table: a part of some models, with its 95 % interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub measure: String,
    pub models: u64,
    pub of: u64,
    pub rate: Option<f64>,
    pub interval: Option<[f64; 2]>,
}

/// Returns the table of missing and wrong metadata: the fields, the dependencies, at least so many.
pub fn lines(score: &Score) -> Vec<Line> {
    let mut lines = Vec::new();
    for field in Field::ALL {
        let rate = &score.fields[field];
        let counted =
            Counted { models: rate.missing, of: rate.applicable, rate: rate.rate, interval: rate.interval };
        lines.push(line(&format!("{} missing", name(*field)), counted));
    }
    let dependency = &score.dependency;
    lines.push(line("Dependency precision", dependency.precision));
    lines.push(line("Dependency recall, as the study printed it", dependency.recall.paper));
    lines.push(line("Dependency recall, as the study worded it", dependency.recall.literal));
    lines.push(line("Dependency recall, strict", dependency.recall.strict));
    for (k, counted) in &score.at_least {
        lines.push(line(&format!("At least {k} of five missing or wrong"), *counted));
    }
    lines
}

/// Returns the name of a field, as the study has it.
pub fn name(field: Field) -> &'static str {
    match field {
        Field::License => "License",
        Field::Performance => "Performance",
        Field::Template => "Prompt template",
        Field::Dataset => "Dataset",
        Field::Dependency => "Dependency",
    }
}

fn line(measure: &str, counted: Counted) -> Line {
    let Counted { models, of, rate, interval } = counted;
    Line { measure: measure.to_owned(), models, of, rate, interval }
}
