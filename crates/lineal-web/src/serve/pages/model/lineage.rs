//! How is a model's lineage drawn on its page?

use crate::serve::{pages::place::Place, view::View};

/// Returns the drawing and the tree beside it as markup, to stand in a section of the page; `None` leaves the
/// section out.
pub fn part(_view: &View, _node: u32, _place: &Place) -> Option<String> {
    None
}
