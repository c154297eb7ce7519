//! How many models have a name, or an owner, before and after?

use super::Open;
use crate::model_id::parts;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;

/// Names or owners, numbered from 0.
pub(crate) type Numbers<'a> = HashMap<&'a str, u32, RandomState>;

/// How many models of each world there are of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub earlier: u32,
    pub later: u32,
}

/// Counts the models of some names without owner, and those of some owners.
///
/// One walk over the earlier world is enough: what the later one has is that, without what is
/// gone, with what is new.
pub(crate) fn census(open: &Open, names: &Numbers, owners: &Numbers) -> (Vec<Tally>, Vec<Tally>) {
    let kinds = |id: &str| {
        let (owner, name) = parts(id);
        let name = names.get(name).copied();
        let owner = owner.and_then(|owner| owners.get(owner)).copied();
        (name.is_some() || owner.is_some()).then_some((name, owner))
    };
    let (earlier, later) = (open.earlier, open.later);
    let models = (0..earlier.graph.models()).into_par_iter();
    let all: Vec<_> = models.filter_map(|node| kinds(earlier.name(node))).collect();
    let renamed = open.renamed.iter();
    let gone = open.deleted().chain(renamed.clone().map(|rename| rename.earlier));
    let new = open.added().chain(renamed.map(|rename| rename.later));

    let mut counted = (vec![Tally::default(); names.len()], vec![Tally::default(); owners.len()]);
    let mut each = |(name, owner): (Option<u32>, Option<u32>), count: fn(&mut Tally)| {
        name.into_iter().for_each(|number| count(&mut counted.0[number as usize]));
        owner.into_iter().for_each(|number| count(&mut counted.1[number as usize]));
    };
    for kinds in all {
        each(kinds, |tally| {
            tally.earlier += 1;
            tally.later += 1;
        });
    }
    gone.filter_map(|node| kinds(earlier.name(node))).for_each(|kinds| each(kinds, |tally| tally.later -= 1));
    new.filter_map(|node| kinds(later.name(node))).for_each(|kinds| each(kinds, |tally| tally.later += 1));
    counted
}
