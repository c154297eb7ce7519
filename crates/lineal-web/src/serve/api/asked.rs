//! What does a request ask about, and of which model?

use super::{
    parameter::{Given, Parameter},
    problem::Problem,
};
use crate::serve::view::View;
use std::sync::Arc;

/// A request that has been understood.
pub struct Asked {
    pub view: Arc<View>,
    pub given: Given,
    /// The path, under the model's right name.
    pub path: String,
}

impl Asked {
    /// Returns the page's size and what comes before it, of lists that are counted through.
    pub fn range(&self, after: &Parameter, limit: &Parameter) -> (usize, usize) {
        (self.given.whole(after).unwrap_or(0), self.given.whole(limit).unwrap_or(1))
    }

    /// Finds the model that a parameter names, which must be there.
    pub fn model(&self, parameter: &Parameter) -> Result<u32, Problem> {
        self.find(self.given.text(parameter).unwrap_or_default())
    }

    /// Finds a model by its name.
    pub fn find(&self, name: &str) -> Result<u32, Problem> {
        self.view.called(name).ok_or_else(|| unknown(&self.view, name))
    }
}

/// Says that there is no such model, and which ones are called something similar.
pub fn unknown(view: &View, name: &str) -> Problem {
    // Whatever is longer than any name is like none.
    let is_sane = name.len() <= lineal_core::ids::LONGEST_NAME;
    let similar = if is_sane { view.search.did_you_mean(&view.atlas.world, name) } else { Vec::new() };
    Problem::unknown_model(name, similar)
}
