//! Which models does somebody mean who types a few words?
//!
//! Every word of a model's name and owner, and every tag, is a key of a sorted map; beside it stand the models
//! that have it, the most important ones first. A word that is typed is looked up whole, as the beginning of
//! a longer one, and with one or two typing errors.

use crate::{column::Column, world::World};
use schemars::JsonSchema;
use serde::Serialize;

/// The words of a snapshot's models and tags, to be mapped from a file.
pub struct Search {
    /// The sorted map from words to places in `postings`.
    pub keys: fst::Map<Column<u8>>,
    /// The models of each word.
    pub postings: Column<u8>,
    /// The models in the order of their importance, which is what postings refer to.
    pub order: Column<u32>,
}

/// A model that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Hit {
    pub id: String,
    pub task: Option<String>,
    pub downloads: Option<u64>,
    /// Models derived from it directly.
    pub derived: u64,
    /// Whether every word was found as it was typed.
    pub exact: bool,
}

impl Search {
    /// Indexes the names of a world's models, and their tags, one list for each model in the order of the listing.
    pub fn build<'a>(_world: &World, _tags: impl Iterator<Item = Vec<&'a str>>) -> Search {
        todo!()
    }

    /// Finds the models that have all words of a text, best first, after some that are left out.
    pub fn find(&self, _world: &World, _text: &str, _after: usize, _limit: usize) -> Vec<Hit> {
        todo!()
    }

    /// Finds a few models whose names are most like one that there is not.
    pub fn did_you_mean(&self, _world: &World, _name: &str) -> Vec<String> {
        todo!()
    }
}
