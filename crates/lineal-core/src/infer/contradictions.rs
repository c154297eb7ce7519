//! Which declared relations does the evidence contradict?

use super::{
    Inferred,
    index::{Index, View},
};

/// Returns what contradicts a model's declarations.
pub fn of(view: View, index: &Index, node: u32) -> Vec<Inferred> {
    let _ = (view, index, node);
    Vec::new()
}
