//! What does a model's lineage look like?
//!
//! A drawing of boxes and lines as SVG: ancestors left of the model, descendants right of it, what is too
//! much folded. Beside it the same as nested lists. Both are links, so a fold opens and a model is
//! gone to without a script; the script that comes with it pans and zooms and nothing else. No element has a
//! style or a script of its own, so a strict Content-Security-Policy lets all of it pass.

mod align;
mod fold;
mod layers;
mod layout;
mod links;
mod mark;
mod order;
mod scene;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod words;

pub use fold::{Fold, InvalidFold, Part};
pub use mark::Mark;

use lineal_core::world::World;

/// Pans and zooms; a module of its own, to be served as `/lineage.js`.
pub const SCRIPT: &str = include_str!("../templates/explorer/lineage.js");
/// What drawings need beside the style of the report.
pub const STYLE: &str = include_str!("../templates/explorer/lineage.css");

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether ancestors are.
    pub up: bool,
    /// Whether descendants are.
    pub down: bool,
    /// What the reader has opened: [`Fold::all_in`] of the page's query.
    pub open: Vec<Fold>,
    /// The most boxes, folds among them; never more than 300.
    pub most: usize,
    /// The `id` of the part of the page that holds the drawing. Those of the drawing begin with it.
    pub id: &'static str,
}

impl Default for Options {
    fn default() -> Options {
        Options { up: true, down: true, open: Vec::new(), most: 150, id: "lineage" }
    }
}

/// A lineage as markup, to be put into a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The drawing itself, an `svg` element.
    pub svg: String,
    /// What its arrows mean, a list of the operations that occur.
    pub legend: String,
    /// The same lineage as nested lists.
    pub tree: String,
    /// What is drawn and what is not, a sentence.
    pub summary: String,
    /// In pixels, unless it is zoomed.
    pub width: u32,
    pub height: u32,
    /// How many models are drawn, missing bases among them.
    pub shown: usize,
    /// How many descendants of the model are not drawn, and how many bases are folded.
    pub hidden: u64,
    /// Whether no more can be drawn, so that folds lead to pages of their own.
    pub is_full: bool,
}

impl Drawing {
    /// Returns drawing and legend in the frame that style and script expect.
    pub fn figure(&self) -> String {
        format!(
            "<div class=\"lineage\"><div class=\"lineage-view\" tabindex=\"0\" role=\"region\" \
             aria-label=\"Lineage, drawn\">{}</div>{}</div>",
            self.svg, self.legend
        )
    }
}

/// Draws the lineage of a node of a world; `descendants` is how many descendants each node has.
pub fn draw(world: &World, descendants: &[u32], node: u32, options: &Options) -> Drawing {
    let scene = scene::choose(world, descendants, node, options);
    let words = words::Words { world, scene: &scene };
    let sizes: Vec<layout::Size> =
        (0..scene.models.len() + scene.rests.len()).map(|at| words.size(at)).collect();
    let layout = layout::lay_out(&scene, &sizes);
    let links = links::Links { world, scene: &scene, open: &options.open, id: options.id };
    let hidden = scene.hidden(descendants, options);
    let summary = words.summary(hidden);
    Drawing {
        svg: svg::svg(&words, &links, &layout, &summary),
        legend: svg::legend(&layout),
        tree: tree::tree(&words, &links),
        width: layout.width.ceil() as u32,
        height: layout.height.ceil() as u32,
        shown: scene.models.len(),
        is_full: scene.is_full,
        hidden,
        summary,
    }
}
