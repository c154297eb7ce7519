//! Where does each link of a drawing lead?

use super::{
    fold::{Fold, Part},
    scene::{Rest, Scene},
};
use crate::address;
use lineal_core::world::World;

/// Makes the links of a drawing on a page that has some folds open.
pub struct Links<'a> {
    pub world: &'a World,
    pub scene: &'a Scene,
    pub open: &'a [Fold],
    pub id: &'static str,
}

impl Links<'_> {
    fn name(&self, place: usize) -> &str {
        self.world.name(self.scene.models[place].node)
    }

    /// The page of a model.
    pub fn model(&self, place: usize) -> String {
        address::model(self.name(place))
    }

    /// The `id` of a model's element, by which a page opens where the reader was.
    pub fn model_id(&self, place: usize) -> String {
        format!("{}-{}", self.id, self.scene.models[place].node)
    }

    /// Opens a fold one page further. Once nothing more can be drawn, leads to the page of the model whose fold
    /// it is; `None` for this page's own model.
    pub fn opening(&self, rest: &Rest) -> Option<String> {
        self.open(rest.of, rest.part, rest.pages, rest.after.unwrap_or(rest.of))
    }

    /// Opens what stands beyond a model, as [`Links::opening`] does.
    pub fn expanding(&self, place: usize, part: Part) -> Option<String> {
        self.open(place, part, 0, place)
    }

    fn open(&self, of: usize, part: Part, pages: u8, stay_at: usize) -> Option<String> {
        if self.scene.is_full {
            return (of != 0).then(|| format!("{}#{}", self.model(of), self.id));
        }
        let fold = Fold { part, pages: pages.saturating_add(1), model: self.name(of).to_owned() };
        Some(self.query(&fold.opened_in(self.open), stay_at))
    }

    /// Closes a fold.
    pub fn closing(&self, of: usize, part: Part) -> String {
        let fold = Fold { part, pages: 1, model: self.name(of).to_owned() };
        self.query(&fold.closed_in(self.open), of)
    }

    fn query(&self, open: &[Fold], stay_at: usize) -> String {
        format!("{}#{}", Fold::query(open), self.model_id(stay_at))
    }
}
