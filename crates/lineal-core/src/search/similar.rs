//! Which name did somebody mean who typed one that there is not?
//!
//! Candidates are the models of the same bare name, whoever owns them, and those whose words are the same or
//! mistyped, of the same owner or of any; if there are none, the last words are left out one by one. The nearest
//! ones are told: those with the fewest errors in their name, then in their owner, then the most important.

use super::{
    Search, pieces,
    query::{Finder, LONGEST_TEXT, Named, Query, beginning},
    typos::distance,
};
use crate::{
    model_id::{own_part, parts},
    world::World,
};

/// How many names are told.
const MOST_NAMES: usize = 5;
/// How many models of the same bare name are looked at.
const MOST_NAMESAKES: usize = 2_000;
/// How many models with similar words are looked at.
const MOST_SIMILAR: usize = 300;

/// Finds a few models whose names are most like one that there is not.
pub fn similar(search: &Search, world: &World, name: &str) -> Vec<String> {
    let name = beginning(name.trim(), LONGEST_TEXT);
    let (owner, own) = parts(name);
    let mut candidates: Vec<u32> =
        search.same_bare_name(world, own).iter().copied().take(MOST_NAMESAKES).collect();
    let finder = Finder { search, named: Named::default() };
    let mut asked = vec![Query::of_name(None, own)];
    asked.extend(owner.map(|owner| Query::of_name(Some(owner), own)));
    for query in asked {
        let mut query = Some(query);
        while let Some(words) = query {
            let found = finder.find(&words, 0, MOST_SIMILAR);
            candidates.extend(found.iter().map(|(rank, _)| *rank));
            query = if found.is_empty() { words.shorter() } else { None };
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    let mut near: Vec<(usize, usize, u32)> = candidates
        .into_iter()
        .filter_map(|rank| {
            let (other_owner, other) = parts(search.name(world, rank)?);
            let of_owner = owner.map_or(0, |owner| errors(owner, other_owner.unwrap_or("")));
            Some((errors(own, other), of_owner, rank))
        })
        .collect();
    // A name with half of its letters wrong is another one.
    let most_errors = pieces::bare(own_part(name)).count() / 2;
    near.retain(|(of_name, _, _)| *of_name <= most_errors);
    near.sort_unstable();
    let names = near.into_iter().filter_map(|(_, _, rank)| search.name(world, rank));
    names.filter(|other| *other != name).take(MOST_NAMES).map(str::to_owned).collect()
}

/// Counts the errors between two names; case and separators are none.
fn errors(a: &str, b: &str) -> usize {
    let (a, b): (Vec<u8>, Vec<u8>) = (pieces::bare(a).collect(), pieces::bare(b).collect());
    distance(&a, &b)
}
