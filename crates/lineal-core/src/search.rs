//! Which models does somebody mean who types a few words?
//!
//! Every word of a model's name and owner, and every tag, is a key of a sorted map; beside it stand the models
//! that have it, the most important ones first: by downloads, then by how many models were derived
//! from them, then by the order of the listing. How names fall into words is told in `pieces`, how models are
//! found by them in `query`.
//!
//! A text is words with spaces between them, of which a model must have all. `name:`, `owner:` or `tag:` before
//! a word says what it is a word of. First come the models of that very name, then those with all words
//! as they are typed, then those where a word is only the beginning of one of theirs, then those
//! where it has a typing error; of an id that there is, nothing but exact words. Each of them stands in the order of importance.
//!
//! Of a text the first [`LONGEST_TEXT`] bytes count, and the first [`MOST_WORDS`] words.

mod building;
mod pieces;
mod postings;
mod query;
mod similar;
mod typos;

use crate::{column::Column, model_id::own_part, world::World};
pub use building::{BuildError, SearchBuilder};
pub use query::{LONGEST_TEXT, MOST_WORDS};
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Ordering;

/// The words of a snapshot's models and tags, to be mapped from a file.
pub struct Search {
    /// The sorted map from words to places in `postings`.
    pub keys: fst::Map<Column<u8>>,
    /// The models of each word.
    pub postings: Column<u8>,
    /// The models in the order of their importance; a place in it is a model's *rank*, by which others refer to it.
    pub order: Column<u32>,
    /// The ranks of all models in the order of their bare names, ties by rank.
    pub names: Column<u32>,
}

/// Models that were found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Whether there are more after these.
    pub more: bool,
}

/// A model that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Hit {
    pub id: String,
    pub task: Option<String>,
    pub downloads: Option<u64>,
    /// Models derived from it directly.
    pub derived: u64,
    /// Whether its name, or every word, was found as it was typed.
    pub exact: bool,
}

impl Search {
    /// Puts an index together from what was stored; `None` if the keys are no sorted map.
    pub fn from_parts(
        keys: Column<u8>,
        postings: Column<u8>,
        order: Column<u32>,
        names: Column<u32>,
    ) -> Option<Search> {
        let keys = fst::Map::new(keys).ok()?;
        Some(Search { keys, postings, order, names })
    }

    /// The sorted map as bytes, to be stored.
    pub fn key_bytes(&self) -> &[u8] {
        self.keys.as_fst().as_bytes()
    }

    /// Whether the index is whole and of so many models, so that no lookup can fail. Reads all of the keys.
    pub fn fits(&self, models: u32) -> bool {
        let whole =
            |column: &[u32]| column.len() == models as usize && column.iter().all(|each| *each < models);
        whole(&self.order) && whole(&self.names) && self.keys.as_fst().verify().is_ok()
    }

    /// Indexes the names of a world's models, and their tags, one list for each model in the order of the listing.
    ///
    /// # Errors
    /// When the sorted map cannot be written.
    pub fn build<'a, T: IntoIterator<Item = &'a str>>(
        world: &World,
        tags: impl Iterator<Item = T>,
    ) -> Result<Search, BuildError> {
        let mut builder = SearchBuilder::default();
        tags.for_each(|tags| builder.push(tags));
        builder.finish(world)
    }

    /// Finds the models that a text means, best first, after some that are left out.
    pub fn find(&self, world: &World, text: &str, after: usize, limit: usize) -> Found {
        let query = query::Query::parse(text);
        let finder = query::Finder { named: self.named(world, text.trim(), &query), search: self };
        let mut found = finder.find(&query, after, limit.saturating_add(1));
        let more = found.len() > limit;
        found.truncate(limit);
        let hits = found.into_iter().filter_map(|(rank, exact)| {
            let node = *self.order.get(rank as usize)?;
            Some(Hit {
                id: world.name(node).to_owned(),
                task: world.task(node).map(str::to_owned),
                downloads: world.downloads(node),
                derived: world.graph.derived(node).len() as u64,
                exact,
            })
        });
        Found { hits: hits.collect(), more }
    }

    /// Finds a few models whose names are most like one that there is not.
    pub fn did_you_mean(&self, world: &World, name: &str) -> Vec<String> {
        similar::similar(self, world, name)
    }

    /// Finds the models of this very name, with or without its owner: first the one with this id, then the others
    /// by rank. Case and separators make no difference.
    fn named<'a>(&'a self, world: &World, text: &str, query: &query::Query) -> query::Named<'a> {
        if query.is_qualified() {
            return query::Named::default();
        }
        let has_this_id =
            |rank: &u32| self.name(world, *rank).is_some_and(|id| id.eq_ignore_ascii_case(text));
        let same = |text: &str| self.same_bare_name(world, text);
        let itself = same(own_part(text)).iter().copied().find(has_this_id);
        // Names without a letter or digit all look the same, and none of the others is meant.
        let is_wordless = pieces::bare(text).next().is_none();
        query::Named { itself, others: if is_wordless { &[] } else { same(text) } }
    }

    /// Returns the ranks of the models whose bare name is that of a text.
    fn same_bare_name(&self, world: &World, text: &str) -> &[u32] {
        let compare = |rank: &u32| match self.name(world, *rank) {
            Some(id) => pieces::bare(own_part(id)).cmp(pieces::bare(text)),
            None => Ordering::Greater,
        };
        let start = self.names.partition_point(|rank| compare(rank) == Ordering::Less);
        let from = &self.names[start..];
        &from[..from.partition_point(|rank| compare(rank) == Ordering::Equal)]
    }

    fn name<'a>(&self, world: &'a World, rank: u32) -> Option<&'a str> {
        self.order.get(rank as usize).map(|node| world.name(*node))
    }
}

#[cfg(test)]
mod tests;
