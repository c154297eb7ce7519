//! How does an index come to be?
//!
//! Tags come model by model while a listing is read, and are kept as numbers. At the end the words of all
//! names are added in the order of importance, so that the models of each word are sorted from the start.
//!
//! Tags that repeat what is known otherwise (`base_model:…`) or say nothing of a model (`region:…`) are left
//! out, as are those beyond the first [`MOST_TAGS`] of a model and longer than [`LONGEST_TAG`] bytes. A model's
//! task counts as a tag.

use super::{
    Search,
    pieces::{bare, each_word, fold},
    postings::write,
    query::Field,
};
use crate::{
    column::Column,
    model_id::{own_part, parts},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use rayon::prelude::*;
use std::{cmp::Reverse, hash::BuildHasher};

/// How many tags of a model count.
const MOST_TAGS: usize = 100;
/// How many bytes a tag can have.
const LONGEST_TAG: usize = 96;
/// The beginnings of tags that are left out.
const LEFT_OUT: [&str; 2] = ["base_model:", "region:"];

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("cannot write the sorted map of words; is the listing larger than an index can be?")]
    Keys(#[from] fst::Error),
}

/// The tags of a listing being read.
#[derive(Default)]
pub struct SearchBuilder {
    keys: Keys,
    /// The tags of each model, by their number, end at `ends[model]`.
    tags: Vec<u32>,
    ends: Vec<usize>,
}

impl SearchBuilder {
    /// Adds the tags of the next model in the order of the listing.
    pub fn push<'a>(&mut self, tags: impl IntoIterator<Item = &'a str>) {
        let counts = |tag: &&str| {
            !tag.is_empty()
                && tag.len() <= LONGEST_TAG
                && !LEFT_OUT.iter().any(|left_out| tag.starts_with(left_out))
        };
        for tag in tags.into_iter().take(MOST_TAGS).filter(counts) {
            let number = self.keys.number(Field::Tag, &fold(tag));
            self.tags.push(number);
        }
        self.ends.push(self.tags.len());
    }

    /// Indexes these tags with the names of their world. Models whose tags were never told have none.
    ///
    /// # Errors
    /// When the sorted map cannot be written.
    pub fn finish(self, world: &World) -> Result<Search, BuildError> {
        let SearchBuilder { mut keys, tags, ends } = self;
        let models = world.graph.models();
        let order = by_importance(world);
        let mut listed: Vec<u32> = Vec::new();
        let mut listed_ends = Vec::with_capacity(order.len());
        let mut numbers = Vec::new();
        for node in &order {
            let own_tags = match ends.get(*node as usize) {
                Some(end) => (*node as usize).checked_sub(1).map_or(0, |before| ends[before])..*end,
                None => 0..0,
            };
            numbers.extend_from_slice(&tags[own_tags]);
            if let Some(task) = world.task(*node).filter(|task| task.len() <= LONGEST_TAG) {
                numbers.push(keys.number(Field::Tag, &fold(task)));
            }
            let (owner, name) = parts(world.name(*node));
            each_word(name, |word| numbers.push(keys.number(Field::Name, word)));
            if let Some(owner) = owner {
                numbers.push(keys.number(Field::Owner, &fold(owner)));
                each_word(owner, |word| numbers.push(keys.number(Field::OwnerWord, word)));
            }
            numbers.sort_unstable();
            numbers.dedup();
            listed.append(&mut numbers);
            listed_ends.push(listed.len());
        }
        drop((tags, ends));
        let (ranks, ends) = by_key(&listed, &listed_ends, keys.len());
        drop((listed, listed_ends));

        let numbers = (0..keys.len() as u32).into_par_iter();
        let mut sorted: Vec<(u128, u32)> =
            numbers.map(|key| (first_letters(keys.text(key).iter().copied()), key)).collect();
        sorted.par_sort_unstable_by(|(a_first, a), (b_first, b)| {
            a_first.cmp(b_first).then_with(|| keys.text(*a).cmp(keys.text(*b)))
        });
        let mut map = fst::MapBuilder::memory();
        let mut postings = Vec::new();
        for (_, key) in sorted {
            let start = (key as usize).checked_sub(1).map_or(0, |before| ends[before]);
            let ranks = &ranks[start..ends[key as usize]];
            // A tag may be of no model that is listed.
            if !ranks.is_empty() {
                map.insert(keys.text(key), write(ranks, models, &mut postings))?;
            }
        }
        postings.shrink_to_fit();
        Ok(Search {
            keys: fst::Map::new(Column::from(map.into_inner()?))?,
            postings: postings.into(),
            names: by_name(world, &order).into(),
            order: order.into(),
        })
    }
}

/// Sorts models by importance.
fn by_importance(world: &World) -> Vec<u32> {
    let mut order: Vec<u32> = (0..world.graph.models()).collect();
    order.par_sort_unstable_by_key(|node| {
        (Reverse(world.downloads(*node)), Reverse(world.graph.derived(*node).len()), *node)
    });
    order
}

/// Sorts ranks by the bare name of their models, then by rank.
fn by_name(world: &World, order: &[u32]) -> Vec<u32> {
    let name = |rank: u32| bare(own_part(world.name(order[rank as usize])));
    let ranks = (0..order.len() as u32).into_par_iter();
    let mut sorted: Vec<(u128, u32)> = ranks.map(|rank| (first_letters(name(rank)), rank)).collect();
    sorted.par_sort_unstable_by(|(a_first, a), (b_first, b)| {
        a_first.cmp(b_first).then_with(|| name(*a).cmp(name(*b))).then_with(|| a.cmp(b))
    });
    sorted.into_iter().map(|(_, rank)| rank).collect()
}

/// Returns the first letters of a text as a number: most texts differ in them, and need not be looked up to
/// be compared.
fn first_letters(text: impl Iterator<Item = u8>) -> u128 {
    text.chain(std::iter::repeat(0)).take(16).fold(0, |all, byte| all << 8 | u128::from(byte))
}

/// Turns the keys of each rank into the ranks of each key, which end where it is told, ascending.
fn by_key(listed: &[u32], listed_ends: &[usize], keys: usize) -> (Vec<u32>, Vec<usize>) {
    let mut next = vec![0; keys + 1];
    listed.iter().for_each(|key| next[*key as usize + 1] += 1);
    for key in 0..keys {
        next[key + 1] += next[key];
    }
    let mut ranks = vec![0; listed.len()];
    let mut start = 0;
    for (rank, end) in (0..).zip(listed_ends) {
        for key in &listed[start..*end] {
            let place = &mut next[*key as usize];
            ranks[*place] = rank;
            *place += 1;
        }
        start = *end;
    }
    // Each key's next place is now its end.
    next.truncate(keys);
    (ranks, next)
}

/// Different keys, each with a number, in the order in which they were first seen.
struct Keys {
    text: Vec<u8>,
    ends: Vec<usize>,
    known: HashTable<u32>,
    hasher: RandomState,
    key: Vec<u8>,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys {
            text: Vec::new(),
            ends: vec![0],
            known: HashTable::new(),
            hasher: RandomState::default(),
            key: Vec::new(),
        }
    }
}

impl Keys {
    fn len(&self) -> usize {
        self.ends.len() - 1
    }

    fn text(&self, number: u32) -> &[u8] {
        text(&self.text, &self.ends, number)
    }

    fn number(&mut self, field: Field, word: &str) -> u32 {
        let Keys { text: all, ends, known, hasher, key } = self;
        key.clear();
        key.push(field.letter());
        key.extend_from_slice(word.as_bytes());
        let hash = hasher.hash_one(&key[..]);
        if let Some(number) = known.find(hash, |number| text(all, ends, *number) == key) {
            return *number;
        }
        let number = ends.len() as u32 - 1;
        all.extend_from_slice(key);
        ends.push(all.len());
        known.insert_unique(hash, number, |number| hasher.hash_one(text(all, ends, *number)));
        number
    }
}

fn text<'a>(all: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    &all[ends[number as usize]..ends[number as usize + 1]]
}
