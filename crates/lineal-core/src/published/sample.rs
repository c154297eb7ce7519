//! What did the study find in the models that it took by hand?
//!
//! A sample of 378 of the models for text generation that were downloaded most, drawn from the
//! snapshot of 2025-06-25 (research question 3, section 6). Two annotators looked at each model's
//! page; a third decided where they differed.

use crate::{
    proportion,
    quality::Field::{self, Dataset, Dependency, License, Performance, Template},
};

/// How many models were looked at.
pub const MODELS: u64 = 378;

/// A count of the sample, and what it is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub count: u64,
    pub of: u64,
}

impl Part {
    pub fn share(self) -> f64 {
        self.count as f64 / self.of as f64
    }

    pub fn interval(self) -> Option<[f64; 2]> {
        proportion::wilson(self.count, self.of)
    }
}

/// Models in which a field is missing, of those that need it.
pub fn missing(field: Field) -> Part {
    let (count, of) = match field {
        License => (107, MODELS),
        Performance => (313, MODELS),
        Template => (105, 311),
        // Only declared merges were taken to need none.
        Dataset => (285, 371),
        // The study gives it as recall: of 256 derived models, 79 declare no base.
        Dependency => (dependencies::MISSED, dependencies::DECLARED + dependencies::MISSED),
    };
    Part { count, of }
}

/// Models with at least so many fields missing or wrong; `None` for no number from 1 to 5.
pub fn at_least(fields: u8) -> Option<Part> {
    const COUNTS: [u64; 5] = [363, 303, 172, 54, 2];
    let count = *COUNTS.get(usize::from(fields).checked_sub(1)?)?;
    Some(Part { count, of: MODELS })
}

/// What the study found of declared bases.
pub mod dependencies {
    use super::Part;

    pub const DECLARED: u64 = 177;
    /// Declared with another operation or base than the true one.
    pub const WRONG: u64 = 5;
    pub const UNDECLARED: u64 = 201;
    /// Of those, truly derived.
    pub const MISSED: u64 = 79;

    const RIGHT: u64 = DECLARED - WRONG;
    pub const PRECISION: Part = Part { count: RIGHT, of: DECLARED };
    pub const RECALL: Part = Part { count: RIGHT, of: RIGHT + MISSED };
    /// By its words, not its numbers: of the derived models, those that declare a base, right or wrong.
    pub const LITERAL_RECALL: Part = Part { count: DECLARED, of: DECLARED + MISSED };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_the_ones_that_were_printed() {
        let parts = [License, Performance, Template, Dataset].map(missing).into_iter();
        let parts = parts.chain([dependencies::PRECISION, dependencies::RECALL]);
        let parts = parts.chain((1..=5).filter_map(at_least));
        let percent: Vec<String> = parts.map(|part| format!("{:.1}", part.share() * 100.0)).collect();
        assert_eq!(percent.join(" "), "28.3 82.8 33.8 76.8 97.2 68.5 96.0 80.2 45.5 14.3 0.5");
        assert_eq!(at_least(0), None);
        assert_eq!(at_least(6), None);
    }
}
