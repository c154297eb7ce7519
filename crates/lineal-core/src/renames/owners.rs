//! How many models does an owner have, before and after?

use super::{NONE, Open, namesakes::Namesakes};
use crate::{model_id::owner, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// An owner of models that may have been renamed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Owner<'a> {
    pub name: &'a str,
    /// How many models of the earlier world it owns.
    pub had: u32,
    /// How many of those are gone.
    pub lost: u32,
    /// How many models of the later world it owns.
    pub has: u32,
}

pub(super) struct Owners<'a> {
    numbers: HashMap<&'a str, u32, RandomState>,
    all: Vec<Owner<'a>>,
}

impl<'a> Owners<'a> {
    pub fn new(open: &Open<'a>, namesakes: &Namesakes) -> Owners<'a> {
        let mut owners = Owners { numbers: HashMap::default(), all: Vec::new() };
        for (_, group) in namesakes.groups() {
            let deleted = group.deleted.iter().map(|node| open.earlier.name(*node));
            let added = group.added.iter().map(|node| open.later.name(*node));
            deleted.chain(added).filter_map(owner).for_each(|name| owners.add(name));
        }
        for node in open.deleted() {
            if let Some(number) = owners.known(open.earlier.name(node)) {
                owners.all[number as usize].lost += 1;
            }
        }
        for number in owners.all_of(open.earlier) {
            owners.all[number as usize].had += 1;
        }
        for number in owners.all_of(open.later) {
            owners.all[number as usize].has += 1;
        }
        owners
    }

    fn add(&mut self, name: &'a str) {
        let new = self.all.len() as u32;
        if *self.numbers.entry(name).or_insert(new) == new {
            self.all.push(Owner { name, ..Owner::default() });
        }
    }

    fn all_of(&self, world: &World) -> Vec<u32> {
        let models = (0..world.graph.models()).into_par_iter();
        models.filter_map(|node| self.known(world.name(node))).collect()
    }

    fn known(&self, name: &str) -> Option<u32> {
        self.numbers.get(owner(name)?).copied()
    }

    /// Returns the owner of a model; [`NONE`] for a bare legacy name.
    pub fn number(&self, name: &str) -> u32 {
        self.known(name).unwrap_or(NONE)
    }

    /// Returns an owner; one without models for [`NONE`].
    pub fn owner(&self, number: u32) -> Owner<'a> {
        self.all.get(number as usize).copied().unwrap_or_default()
    }
}
