//! Was a new model made in the same way, and from the same bases, as one that is gone?
//!
//! A base that may itself have been renamed counts as the same for as long as that is believed.
//! All such renames are believed at first, and taken back one by one, with all that rests on them.

use super::{Open, candidates::Pair};
use crate::{
    model_id::{own_part, owner},
    operation::Operation,
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// What the two models of each pair have in common.
pub(super) struct Relations {
    same_operation: Vec<bool>,
    same_bases: Vec<bool>,
    /// Pairs of bases, and the pairs whose bases are the same only if those are; sorted.
    rests_on: Vec<(u32, u32)>,
}

impl Relations {
    pub fn new(open: &Open, pairs: &[Pair]) -> Relations {
        let operations = Operations::new(open);
        let same_operation = pairs.iter().map(|pair| operations.are_same(open, pair.earlier, pair.later));
        let mut relations = Relations {
            same_operation: same_operation.collect(),
            same_bases: vec![true; pairs.len()],
            rests_on: Vec::new(),
        };
        for (at, pair) in pairs.iter().enumerate() {
            let Some(others) = other_bases(open, pair.earlier, pair.later) else {
                relations.same_bases[at] = false;
                continue;
            };
            for (before, after) in others {
                let bases = pairs.binary_search_by_key(&(before, after), Pair::nodes);
                if let Ok(bases) = bases {
                    relations.rests_on.push((bases as u32, at as u32));
                } else if !went_along(open, pair, before, after) {
                    relations.same_bases[at] = false;
                }
            }
        }
        relations.rests_on.sort_unstable();
        let differing: Vec<bool> = (0..pairs.len()).map(|at| relations.are_same(at)).collect();
        relations.retract(&differing);
        relations
    }

    pub fn same_operation(&self, pair: usize) -> bool {
        self.same_operation[pair]
    }

    pub fn same_bases(&self, pair: usize) -> bool {
        self.same_bases[pair]
    }

    pub fn are_same(&self, pair: usize) -> bool {
        self.same_operation[pair] && self.same_bases[pair]
    }

    /// Takes back what rests on pairs that are not `believed`, and what rests on that. Returns
    /// whether there was any.
    pub fn retract(&mut self, believed: &[bool]) -> bool {
        let mut doubted: Vec<u32> = (0..).zip(believed).filter(|(_, is)| !**is).map(|(at, _)| at).collect();
        let mut is_retracted = false;
        while let Some(bases) = doubted.pop() {
            let start = self.rests_on.partition_point(|(other, _)| *other < bases);
            for (_, pair) in self.rests_on[start..].iter().take_while(|(other, _)| *other == bases) {
                if std::mem::replace(&mut self.same_bases[*pair as usize], false) {
                    is_retracted = true;
                    doubted.push(*pair);
                }
            }
        }
        is_retracted
    }
}

/// Whether two models have the same bases, by name. One that names itself names itself otherwise
/// after a rename.
pub(crate) fn have_same_bases(earlier: &World, later: &World, before: u32, after: u32) -> bool {
    let named = earlier.graph.bases(before).iter().map(|base| later.ids.find(earlier.name(*base)));
    let mut named: Vec<Option<u32>> = named.collect();
    let mut bases: Vec<Option<u32>> = later.graph.bases(after).iter().copied().map(Some).collect();
    named.sort_unstable();
    bases.sort_unstable();
    named == bases && earlier.graph.is_self_based(before) == later.graph.is_self_based(after)
}

/// Returns the bases that two models do not share, each with the one of its name that took its
/// place; `None` if they cannot be the same.
fn other_bases(open: &Open, deleted: u32, added: u32) -> Option<Vec<(u32, u32)>> {
    let (earlier, later) = (&open.earlier.graph, &open.later.graph);
    let (before, after) = (earlier.bases(deleted), later.bases(added));
    if before.len() != after.len() || earlier.is_self_based(deleted) != later.is_self_based(added) {
        return None;
    }
    let mut new: Vec<u32> = after.to_vec();
    new.sort_unstable();
    let mut is_found = vec![false; new.len()];
    let mut gone: Vec<u32> = Vec::new();
    for base in before {
        let named = open.later.ids.find(open.earlier.name(*base));
        let mut same = [open.survivor(*base), named].into_iter().flatten();
        match same.find_map(|base| new.binary_search(&base).ok()) {
            Some(at) => is_found[at] = true,
            None => gone.push(*base),
        }
    }
    let new = new.into_iter().zip(is_found).filter(|(_, is_found)| !is_found);
    let mut new: HashMap<&str, u32, RandomState> =
        new.map(|(base, _)| (own_part(open.later.name(base)), base)).collect();
    gone.into_iter().map(|base| Some((base, new.remove(own_part(open.earlier.name(base)))?))).collect()
}

/// Whether a base could have gone the same way as the model made from it, though the listings
/// show no more of it than its names.
fn went_along(open: &Open, pair: &Pair, before: u32, after: u32) -> bool {
    let is_gone = open.is_deleted(before) || open.earlier.graph.is_missing(before);
    let is_new = open.is_added(after) || open.later.graph.is_missing(after);
    let (earlier, later) = (open.earlier, open.later);
    is_gone
        && is_new
        && owner(earlier.name(before)) == owner(earlier.name(pair.earlier))
        && owner(later.name(after)) == owner(later.name(pair.later))
}

/// Which operations of the earlier world's graph are those of the later one's.
struct Operations {
    earlier: Vec<Option<u8>>,
}

impl Operations {
    fn new(open: &Open) -> Operations {
        let known = open.earlier.graph.operations();
        let code = |operation: &Operation| known.iter().position(|other| other == operation);
        let all = open.later.graph.operations().iter();
        Operations { earlier: all.map(|operation| code(operation).map(|code| code as u8)).collect() }
    }

    fn are_same(&self, open: &Open, deleted: u32, added: u32) -> bool {
        let mut before: Vec<Option<u8>> = open.earlier.graph.operations_of(deleted).map(Some).collect();
        let after = open.later.graph.operations_of(added);
        let mut after: Vec<Option<u8>> = after.map(|code| self.earlier[code as usize]).collect();
        before.sort_unstable();
        after.sort_unstable();
        before == after
    }
}
