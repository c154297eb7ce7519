//! Which fields of its metadata should say what a model is, and how can one of them stand?

use crate::set::Member;
use serde::Serialize;

/// What the study looked for in a model's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    License,
    Performance,
    Template,
    Dataset,
    Dependency,
}

impl Member for Field {
    const ALL: &'static [Field] =
        &[Field::License, Field::Performance, Field::Template, Field::Dataset, Field::Dependency];

    fn as_str(self) -> &'static str {
        match self {
            Field::License => "license",
            Field::Performance => "performance",
            Field::Template => "template",
            Field::Dataset => "dataset",
            Field::Dependency => "dependency",
        }
    }
}

/// How a field of a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Present,
    Missing,
    /// Stated, and contradicted by the evidence; a dependency only.
    Wrong,
    /// Such a model needs none.
    NotApplicable,
    /// Nobody looked where it could be, or the signs are too weak.
    Unclear,
}

impl State {
    /// Whether a reader is left without what the field should say.
    pub fn is_problem(self) -> bool {
        matches!(self, State::Missing | State::Wrong)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            State::Present => "present",
            State::Missing => "missing",
            State::Wrong => "wrong",
            State::NotApplicable => "not_applicable",
            State::Unclear => "unclear",
        }
    }
}
