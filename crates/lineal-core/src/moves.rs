//! From which owner did models go to which?
//!
//! An organisation that renames itself moves all its models at once. Models with a bare legacy name
//! have no owner and are left out.

use crate::{
    model_id::owner,
    pairing::Pairing,
    renames::{Numbers, census, have_same_bases},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
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
    let mut numbers = Numbers::default();
    for (from, _) in found.keys() {
        let new = numbers.len() as u32;
        numbers.entry(*from).or_insert(new);
    }
    let open = pairing.open(earlier, later, &|_, _| false);
    let (_, owners) = census(&open, &Numbers::default(), &numbers);
    let moved = found.into_iter().map(|((from, to), (models, same_bases))| {
        let owner = owners[numbers[from] as usize];
        let (of, vanished) = (u64::from(owner.earlier), owner.later == 0);
        OwnerMove { from: from.to_owned(), to: to.to_owned(), models, same_bases, of, vanished }
    });
    let mut moves: Vec<OwnerMove> = moved.collect();
    moves.sort_by_cached_key(|of| (Reverse(of.models), of.from.clone(), of.to.clone()));
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        pairing::{Renames, Side},
        testing,
    };

    #[test]
    fn models_are_gathered_by_where_they_went() {
        let earlier = testing::world(
            "
            llama -finetune-> lab/one
            lab/one -merge-> lab/two
            lab/three
            Me/x
            legacy
            lab/kept
            ",
        );
        let later = testing::world(
            "
            llama -finetune-> work/one
            work/one -merge-> work/two
            work/three
            me/x
            lab/kept
            new/legacy
            ",
        );
        let (before, after) = (Side { world: &earlier, hub_ids: &[] }, Side { world: &later, hub_ids: &[] });
        let pairing = Pairing::new(before, after, Renames::On);
        let line = |of: OwnerMove| {
            let what = if of.vanished { "vanished" } else { "stays" };
            format!("{} to {}: {} ({}) of {}, {what}", of.from, of.to, of.models, of.same_bases, of.of)
        };
        let found: Vec<String> = moves(&pairing, &earlier, &later).into_iter().map(line).collect();
        assert_eq!(found, ["lab to work: 3 (2) of 4, stays", "Me to me: 1 (1) of 1, vanished"]);
    }
}
