//! Where do declared successors lead, one after another?

use super::{Declared, Standing};
use crate::world::World;
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

/// How many models of one succession are named, and how many successions.
const NAMED: usize = 32;
const LISTED: usize = 1_000;

/// All successions of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Successions {
    /// How many lead from a first model to a last one.
    pub total: u64,
    /// How many of them pass through a third model, at least.
    pub longer_than_two: u64,
    /// The models of the longest.
    pub longest: u64,
    /// Models that declare each other in a circle; who declares itself is left out.
    pub circles: Vec<Vec<String>>,
    /// Longest first, at most 1,000.
    pub list: Vec<Succession>,
}

/// A chain of declared successors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Succession {
    /// How many models there are.
    pub length: u64,
    /// The first ones, at most 32.
    pub models: Vec<String>,
    /// The newest of all.
    pub last: String,
}

/// Follows declared successors; a model that declares itself declares nothing.
pub(super) fn successions(world: &World, declared: &[Declared]) -> Successions {
    let next: HashMap<u32, u32> = declared
        .iter()
        .filter(|declared| declared.standing != Standing::Itself)
        .filter_map(|declared| Some((declared.of, declared.node?)))
        .collect();
    let ends = Ends::find(declared, &next);
    let declared_by_others: HashSet<u32> = next.values().copied().collect();
    let firsts = declared.iter().map(|declared| declared.of);
    let firsts = firsts.filter(|node| next.contains_key(node) && !declared_by_others.contains(node));
    let mut all: Vec<(u64, u32, u32)> =
        firsts.filter_map(|first| ends.of(first).map(|(length, last)| (length, first, last))).collect();
    all.sort_by_key(|(length, first, _)| (Reverse(*length), world.name(*first)));
    let name = |node: u32| world.name(node).to_owned();
    let list = all.iter().take(LISTED).map(|(length, first, last)| {
        let models = std::iter::successors(Some(*first), |node| next.get(node).copied());
        Succession { length: *length, models: models.take(NAMED).map(name).collect(), last: name(*last) }
    });
    let mut circles: Vec<Vec<String>> =
        ends.circles.iter().map(|circle| circle.iter().map(|node| name(*node)).collect()).collect();
    circles.sort();
    Successions {
        total: all.len() as u64,
        longer_than_two: all.iter().filter(|(length, ..)| *length > 2).count() as u64,
        longest: all.first().map_or(0, |(length, ..)| *length),
        circles,
        list: list.collect(),
    }
}

/// Where following successors ends, for each model on the way: how many models there are from it to
/// the last, and the last; `None` if it never ends.
struct Ends {
    ends: HashMap<u32, Option<(u64, u32)>>,
    /// Each from the model that is listed first.
    circles: Vec<Vec<u32>>,
}

impl Ends {
    /// Visits each model once, however long the ways are.
    fn find(declared: &[Declared], next: &HashMap<u32, u32>) -> Ends {
        let mut found = Ends { ends: HashMap::new(), circles: Vec::new() };
        for declared in declared {
            let mut way = Vec::new();
            let mut places = HashMap::new();
            let mut node = declared.of;
            let mut end = loop {
                if let Some(known) = found.ends.get(&node) {
                    break *known;
                }
                if let Some(place) = places.insert(node, way.len()) {
                    found.circles.push(from_least(&way[place..]));
                    break None;
                }
                way.push(node);
                match next.get(&node) {
                    Some(successor) => node = *successor,
                    None => break Some((0, node)),
                }
            };
            while let Some(node) = way.pop() {
                end = end.map(|(length, last)| (length + 1, last));
                found.ends.insert(node, end);
            }
        }
        found
    }

    fn of(&self, node: u32) -> Option<(u64, u32)> {
        self.ends.get(&node).copied().flatten()
    }
}

/// Turns a circle so that it begins with its least node.
fn from_least(circle: &[u32]) -> Vec<u32> {
    let mut circle = circle.to_vec();
    let least = circle.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(at, _)| at);
    circle.rotate_left(least);
    circle
}
