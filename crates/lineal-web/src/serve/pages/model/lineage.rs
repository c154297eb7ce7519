//! How is a model's lineage drawn on its page?

use crate::serve::{pages::place::Place, view::View};

/// A drawing of a lineage, as markup that is put into the page as it is.
pub struct Lineage {
    pub figure: String,
    /// The same as nested lists.
    pub tree: String,
    /// What is drawn and what is not, a sentence; plain text.
    pub summary: String,
}

/// Draws the lineage of a model; `None` leaves that part of the page out.
pub fn part(_view: &View, _node: u32, _place: &Place) -> Option<Lineage> {
    None
}
