//! How is a model's lineage drawn on its page?

use crate::{
    drawing::{self, Fold},
    serve::{pages::place::Place, view::View},
};

/// A drawing of a lineage, as markup that is put into the page as it is.
pub struct Lineage {
    pub figure: String,
    /// The same as nested lists.
    pub tree: String,
    /// What is drawn and what is not, a sentence; plain text.
    pub summary: String,
}

/// Draws the lineage of a model, with the folds that the address opens; `None` if there is nothing but the model.
pub fn part(view: &View, node: u32, place: &Place) -> Option<Lineage> {
    let world = &view.atlas.world;
    if world.graph.bases(node).is_empty() && world.graph.derived(node).is_empty() {
        return None;
    }
    let options = drawing::Options { open: Fold::all_in(&place.query), ..drawing::Options::default() };
    let drawing = drawing::draw(world, &view.ranks.descendants, node, &options);
    Some(Lineage { figure: drawing.figure(), tree: drawing.tree, summary: drawing.summary })
}
