//! From which owner did models go to which?
//!
//! An organisation that renames itself moves all its models at once. Models with a bare legacy name
//! have no owner and are left out.

use crate::{model_id::owner, pairing::Pairing, renames::have_same_bases, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Reverse;

/// What went from one owner to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnerMove {
    pub from: String,
    pub to: String,
    pub models: u64,
    /// How many of these have the same bases by name; those of the others were renamed, too, or changed.
    pub same_bases: u64,
    /// How many models the old owner had.
    pub of: u64,
    /// The old owner has no models any more.
    pub vanished: bool,
}

/// Gathers renamed models by their old and new owner, most models first.
pub fn moves(pairing: &Pairing, earlier: &World, later: &World) -> Vec<OwnerMove> {
    let mut found: HashMap<(&str, &str), (u64, u64), RandomState> = HashMap::default();
    for rename in &pairing.renamed {
        let owners = owner(earlier.name(rename.earlier)).zip(owner(later.name(rename.later)));
        let Some(owners) = owners.filter(|(from, to)| from != to) else { continue };
        let (models, same_bases) = found.entry(owners).or_default();
        *models += 1;
        *same_bases += u64::from(have_same_bases(earlier, later, rename.earlier, rename.later));
    }
    let mut had: HashMap<&str, u64, RandomState> = found.keys().map(|(from, _)| (*from, 0)).collect();
    let mut has = had.clone();
    count(earlier, &mut had);
    count(later, &mut has);
    let moved = found.into_iter().map(|((from, to), (models, same_bases))| OwnerMove {
        from: from.to_owned(),
        to: to.to_owned(),
        models,
        same_bases,
        of: had[from],
        vanished: has[from] == 0,
    });
    let mut moves: Vec<OwnerMove> = moved.collect();
    moves.sort_unstable_by(|one, other| {
        let key = |of: &'_ OwnerMove| (Reverse(of.models), of.from.clone(), of.to.clone());
        key(one).cmp(&key(other))
    });
    moves
}

/// Counts the models of some owners.
fn count<'a>(world: &'a World, owners: &mut HashMap<&'a str, u64, RandomState>) {
    let models = (0..world.graph.models()).into_par_iter();
    let owned: Vec<&str> =
        models.filter_map(|node| owner(world.name(node))).filter(|name| owners.contains_key(name)).collect();
    for name in owned {
        owners.entry(name).and_modify(|models| *models += 1);
    }
}
