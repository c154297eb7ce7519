//! Which models that are gone, and which that are new, have the same name but for its owner?

use super::Open;
use crate::{model_id::own_part, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// The models of one name; at least one is gone and one is new.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub deleted: Vec<u32>,
    pub added: Vec<u32>,
    /// How many models of the earlier world have the name.
    earlier: u32,
    /// How many models of the later world have the name.
    later: u32,
}

impl Group {
    /// Whether no other model of either world has the name.
    pub fn is_alone(&self) -> bool {
        self.earlier == 1 && self.later == 1
    }
}

/// Deleted and added models by their name without its owner.
pub(super) struct Namesakes<'a> {
    numbers: HashMap<&'a str, u32, RandomState>,
    groups: Vec<Group>,
}

impl<'a> Namesakes<'a> {
    pub fn new(open: &Open<'a>) -> Namesakes<'a> {
        let (earlier, later) = (open.earlier, open.later);
        let mut numbers: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut groups: Vec<Group> = Vec::new();
        for node in open.deleted() {
            let number = *numbers.entry(own_part(earlier.name(node))).or_insert(groups.len() as u32);
            if number as usize == groups.len() {
                groups.push(Group::default());
            }
            groups[number as usize].deleted.push(node);
        }
        for node in open.added() {
            if let Some(number) = numbers.get(own_part(later.name(node))) {
                groups[*number as usize].added.push(node);
            }
        }
        numbers.retain(|_, number| !groups[*number as usize].added.is_empty());
        Namesakes { numbers, groups }
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Counts, for each name, the models of both worlds.
    pub fn count(&mut self, open: &Open) {
        for number in self.all_of(open.earlier) {
            self.groups[number as usize].earlier += 1;
        }
        for number in self.all_of(open.later) {
            self.groups[number as usize].later += 1;
        }
    }

    fn all_of(&self, world: &World) -> Vec<u32> {
        let models = (0..world.graph.models()).into_par_iter();
        models.filter_map(|node| self.number(world.name(node))).collect()
    }

    /// Returns the group of a model's namesakes.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(own_part(name)).copied()
    }

    pub fn group(&self, number: u32) -> &Group {
        &self.groups[number as usize]
    }

    pub fn groups(&self) -> impl Iterator<Item = (u32, &Group)> {
        (0..).zip(&self.groups).filter(|(_, group)| !group.added.is_empty())
    }

    /// The models that are the only deleted and the only added one of a name, under different owners.
    pub fn only_pairs(&self, open: &Open) -> impl Iterator<Item = (u32, u32)> {
        self.groups().filter_map(|(_, group)| match (&group.deleted[..], &group.added[..]) {
            ([deleted], [added]) if open.earlier.name(*deleted) != open.later.name(*added) => {
                Some((*deleted, *added))
            }
            _ => None,
        })
    }
}
