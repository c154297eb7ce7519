//! Which models that are gone, and which that are new, have the same name but for its owner?

use super::{
    Open,
    census::{Numbers, Tally},
};
use crate::model_id::own_part;
use foldhash::fast::RandomState;
use hashbrown::{HashSet, hash_map::Entry};

/// More models of one name than this, gone or new, are a crowd.
const CROWD: usize = 8;

/// The models of one name.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub deleted: Vec<u32>,
    pub added: Vec<u32>,
    /// How many models of either world have the name.
    models: Tally,
}

impl Group {
    /// Whether so many models of the name are gone, or new, that the name alone says nothing.
    pub fn is_crowd(&self) -> bool {
        self.deleted.len() > CROWD || self.added.len() > CROWD
    }

    /// How many bits it takes to say which name it is, among those of a world's models. Names that
    /// many use go together, as those of a course's exercises do; so they count for less.
    pub fn rarity(&self, models: u32) -> u32 {
        let namesakes = self.models.earlier.max(self.models.later).max(1);
        let bits = (models / namesakes).max(1).ilog2();
        if self.is_crowd() { bits / 4 } else { bits }
    }

    /// Whether no other model of either world has the name.
    pub fn is_alone(&self) -> bool {
        self.models == Tally { earlier: 1, later: 1 }
    }
}

/// Deleted and added models by their name without its owner; there are both of each.
#[derive(Default)]
pub(super) struct Namesakes<'a> {
    pub numbers: Numbers<'a>,
    groups: Vec<Group>,
}

impl<'a> Namesakes<'a> {
    pub fn new(open: &Open<'a>) -> Namesakes<'a> {
        let (earlier, later) = (open.earlier, open.later);
        let gone: HashSet<&str, RandomState> =
            open.deleted().map(|node| own_part(earlier.name(node))).collect();
        let mut namesakes = Namesakes::default();
        for node in open.added() {
            let name = own_part(later.name(node));
            if gone.contains(name) {
                namesakes.group_of(name).added.push(node);
            }
        }
        for node in open.deleted() {
            if let Some(number) = namesakes.number(earlier.name(node)) {
                namesakes.groups[number as usize].deleted.push(node);
            }
        }
        namesakes
    }

    fn group_of(&mut self, name: &'a str) -> &mut Group {
        let number = match self.numbers.entry(name) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.groups.push(Group::default());
                *new.insert(self.groups.len() as u32 - 1)
            }
        };
        &mut self.groups[number as usize]
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Notes how many models have each name.
    pub fn count(&mut self, counted: Vec<Tally>) {
        self.groups.iter_mut().zip(counted).for_each(|(group, models)| group.models = models);
    }

    /// Returns the number of the group that a model belongs to.
    pub fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(own_part(id)).copied()
    }

    pub fn group(&self, number: u32) -> &Group {
        &self.groups[number as usize]
    }

    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// The models that are the only deleted and the only added one of a name, under different owners.
    pub fn only_pairs(&self, open: &Open) -> impl Iterator<Item = (u32, u32)> {
        self.groups.iter().filter_map(|group| match (&group.deleted[..], &group.added[..]) {
            ([deleted], [added]) if open.earlier.name(*deleted) != open.later.name(*added) => {
                Some((*deleted, *added))
            }
            _ => None,
        })
    }
}
