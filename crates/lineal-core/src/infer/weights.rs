//! The fitted weights and tables, ready for use.

mod fitted;

use super::score::Model;

/// Returns the fitted model.
pub fn model() -> Model {
    Model { weights: fitted::WEIGHTS, tables: fitted::TABLES.map(<[_]>::to_vec) }
}
