//! Which owners may have given or taken models, and how many do they have?

use super::{
    NONE, Open,
    census::{Numbers, Tally},
    namesakes::Namesakes,
};
use crate::model_id::owner;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// An owner of models that may have been renamed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Owner<'a> {
    pub name: &'a str,
    /// How many of its models are gone.
    pub lost: u32,
    /// How many models it has in either world.
    pub models: Tally,
}

impl Owner<'_> {
    /// Whether it had models and has none any more.
    pub fn vanished(&self) -> bool {
        self.models.earlier > 0 && self.models.later == 0
    }
}

#[derive(Default)]
pub(super) struct Owners<'a> {
    pub numbers: Numbers<'a>,
    all: Vec<Owner<'a>>,
}

impl<'a> Owners<'a> {
    pub fn new(open: &Open<'a>, namesakes: &Namesakes) -> Owners<'a> {
        let mut owners = Owners::default();
        for group in namesakes.groups() {
            let deleted = group.deleted.iter().map(|node| open.earlier.name(*node));
            let added = group.added.iter().map(|node| open.later.name(*node));
            deleted.chain(added).filter_map(owner).for_each(|name| owners.add(name));
        }
        for name in open.deleted().filter_map(|node| owner(open.earlier.name(node))) {
            if let Some(number) = owners.numbers.get(name) {
                owners.all[*number as usize].lost += 1;
            }
        }
        owners
    }

    fn add(&mut self, name: &'a str) {
        let new = self.all.len() as u32;
        if *self.numbers.entry(name).or_insert(new) == new {
            self.all.push(Owner { name, ..Owner::default() });
        }
    }

    /// Notes how many models each has.
    pub fn count(&mut self, counted: Vec<Tally>) {
        self.all.iter_mut().zip(counted).for_each(|(owner, models)| owner.models = models);
    }

    /// Returns the owner of a model; [`NONE`] for a bare legacy name.
    pub fn number(&self, id: &str) -> u32 {
        owner(id).and_then(|owner| self.numbers.get(owner)).copied().unwrap_or(NONE)
    }

    /// Pairs owners of whom one vanished and the other came with models of exactly the same names,
    /// as the only two.
    pub fn twins(&self, open: &Open, namesakes: &Namesakes) -> Vec<(u32, u32)> {
        let names = RandomState::default();
        let mut gone = vec![(0u32, 0u64); self.all.len()];
        let mut new = gone.clone();
        let add = |names: &mut [(u32, u64)], id: &str, name: u64| {
            // A sum of random numbers stands for a set of names.
            if let Some((models, sum)) = names.get_mut(self.number(id) as usize) {
                *models += 1;
                *sum = sum.wrapping_add(name);
            }
        };
        for (number, group) in namesakes.groups().enumerate() {
            let name = names.hash_one(number);
            group.deleted.iter().for_each(|node| add(&mut gone, open.earlier.name(*node), name));
            group.added.iter().for_each(|node| add(&mut new, open.later.name(*node), name));
        }
        let mut by_names: HashMap<(u32, u64), [Vec<u32>; 2], RandomState> = HashMap::default();
        for (number, owner) in (0..).zip(&self.all) {
            if owner.vanished() && owner.lost == gone[number as usize].0 {
                by_names.entry(gone[number as usize]).or_default()[0].push(number);
            } else if owner.models.earlier == 0 {
                by_names.entry(new[number as usize]).or_default()[1].push(number);
            }
        }
        let only = |[gone, new]: [Vec<u32>; 2]| match (&gone[..], &new[..]) {
            ([gone], [new]) => Some((*gone, *new)),
            _ => None,
        };
        by_names.into_values().filter_map(only).collect()
    }

    /// Returns an owner; one without models for [`NONE`].
    pub fn owner(&self, number: u32) -> Owner<'a> {
        self.all.get(number as usize).copied().unwrap_or_default()
    }
}
