//! Which candidates are believed to be renames?
//!
//! A pair is believed if its grounds suffice and no other pair of either model has as good ones.

use super::{
    Confidence, Evidence, Grounds, NONE, Open, Rename,
    candidates::Pair,
    movements::{Movement, Movements, downloads, lost_downloads},
    owners::Owners,
    relations::Relations,
};
use crate::model_id::{own_part, owner};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// A shorter name is no evidence by itself, even if it is the only one of its kind.
const LONG_NAME: usize = 12;

/// How often renames are taken back with all that rests on them. What is not settled then is not
/// believed.
const ROUNDS: usize = 16;

/// Decides which pairs are renames.
pub(super) fn decide(open: &Open, owners: &Owners, pairs: &[Pair], relations: Relations) -> Vec<Rename> {
    let mut case = Case { open, owners, pairs, relations };
    let mut believed = case.believed();
    for _ in 0..ROUNDS {
        if !case.retract(&believed) {
            return case.renames(&believed);
        }
        believed = case.believed();
    }
    case.retract(&believed);
    for (at, grounds) in believed.iter_mut().enumerate() {
        *grounds = grounds.filter(|_| case.relations.are_same(at));
    }
    case.renames(&believed)
}

/// What is known of the pairs.
struct Case<'a> {
    open: &'a Open<'a>,
    owners: &'a Owners<'a>,
    pairs: &'a [Pair],
    relations: Relations,
}

/// What decides between two pairs with the same model.
type Rank = (Confidence, u32, u32);

impl Case<'_> {
    /// Takes back what rests on pairs without grounds; returns whether there was any.
    fn retract(&mut self, believed: &[Option<Grounds>]) -> bool {
        let is_believed: Vec<bool> = believed.iter().map(Option::is_some).collect();
        self.relations.retract(&is_believed)
    }

    /// Returns the grounds of each pair that is believed.
    fn believed(&self) -> Vec<Option<Grounds>> {
        let movements = Movements::new(self.open, self.pairs, &self.relations);
        let is_misplaced = self.misplaced(&movements);
        let weighed = |(at, pair): (usize, &Pair)| {
            let movement = movements.of(pair);
            let grounds = self.grounds(at, &movement, is_misplaced[at])?;
            Some((grounds, (grounds.confidence, movement.same, pair.mentions)))
        };
        let weighed: Vec<Option<(Grounds, Rank)>> = self.pairs.iter().enumerate().map(weighed).collect();
        let mut of_earlier: HashMap<u32, Best, RandomState> = HashMap::default();
        let mut of_later: HashMap<u32, Best, RandomState> = HashMap::default();
        for (pair, weighed) in self.pairs.iter().zip(&weighed) {
            if let Some((_, rank)) = weighed {
                of_earlier.entry(pair.earlier).or_default().meet(*rank);
                of_later.entry(pair.later).or_default().meet(*rank);
            }
        }
        let wins = |pair: &Pair, rank: Rank| {
            let alone = Some(Best { rank: Some(rank), is_shared: false });
            of_earlier.get(&pair.earlier) == alone.as_ref() && of_later.get(&pair.later) == alone.as_ref()
        };
        let both = self.pairs.iter().zip(weighed);
        both.map(|(pair, weighed)| weighed.filter(|(_, rank)| wins(pair, *rank)).map(|(grounds, _)| grounds))
            .collect()
    }

    /// Returns the grounds for a pair, if they suffice.
    fn grounds(&self, at: usize, movement: &Movement, is_misplaced: bool) -> Option<Grounds> {
        let pair = &self.pairs[at];
        let are_same = self.relations.are_same(at);
        let from = self.owners.owner(pair.from);
        let moved = movement.is_established(&from);
        let confidence = if pair.same_place && (are_same || pair.is_telling) {
            Confidence::High
        } else if is_misplaced {
            return None;
        } else if are_same && pair.mentions > 0 {
            Confidence::High
        } else if moved && (are_same || movement.is_mostly_same()) {
            if from.vanished() { Confidence::High } else { Confidence::Medium }
        } else if are_same && self.stands_alone(pair) {
            Confidence::Low
        } else {
            return None;
        };
        Some(Grounds {
            confidence,
            same_operation: self.relations.same_operation(at),
            same_bases: self.relations.same_bases(at),
            same_place: pair.same_place,
            mentions: pair.mentions,
            moved: 1,
            of: from.models.earlier,
            vanished: from.vanished(),
        })
    }

    /// Whether a pair is convincing though no other model went the same way and nobody bears
    /// witness: by a name of its own, and by its bases or because one owner went as another
    /// came, as long as nothing speaks against it.
    fn stands_alone(&self, pair: &Pair) -> bool {
        let (earlier, later) = (self.open.earlier, self.open.later);
        let tasks = earlier.task(pair.earlier).zip(later.task(pair.later));
        let bears_witness = |node: &u32| {
            let survivor = self.open.survivor(*node).map(|node| later.name(node));
            survivor.is_some_and(|name| owner(name) != owner(later.name(pair.later)))
        };
        let (from, to) = (self.owners.owner(pair.from), self.owners.owner(pair.to));
        let is_same_owner = from.vanished() && to.models.earlier == 0;
        pair.is_telling
            && (is_same_owner || earlier.graph.is_derived(pair.earlier))
            && own_part(earlier.name(pair.earlier)).len() >= LONG_NAME
            && from.lost <= 1
            && tasks.is_none_or(|(before, after)| before == after)
            && downloads(self.open, pair).is_none_or(|(before, after)| !lost_downloads(before, after))
            && !earlier.graph.derived(pair.earlier).iter().any(bears_witness)
    }

    /// Tells which pairs do not lie where they would if they were renames: in a listing in which
    /// others kept their place.
    fn misplaced(&self, movements: &Movements) -> Vec<bool> {
        let is_known = |pair: &Pair| movements.of(pair).is_established(&self.owners.owner(pair.from));
        let same = self.pairs.iter().enumerate().filter(|(at, _)| self.relations.are_same(*at));
        let (mut placed, mut all) = (0, 0);
        for (_, pair) in same.filter(|(_, pair)| pair.same_place || is_known(pair)) {
            placed += usize::from(pair.same_place);
            all += 1;
        }
        let places_are_kept = placed >= 2 && placed * 10 >= all * 9;
        let mut survivors = (0..).zip(self.open.later_of).filter(|(_, later)| **later != NONE);
        let first = survivors.next().map_or(0, |(node, _)| node);
        let last = self.open.later_of.iter().rposition(|later| *later != NONE).unwrap_or(0) as u32;
        let has_place = |pair: &Pair| (first..last).contains(&pair.earlier);
        self.pairs.iter().map(|pair| places_are_kept && !pair.same_place && has_place(pair)).collect()
    }

    /// Returns the renames, each with how many went the same way.
    fn renames(&self, believed: &[Option<Grounds>]) -> Vec<Rename> {
        let believed =
            self.pairs.iter().zip(believed).filter_map(|(pair, grounds)| Some((pair, (*grounds)?)));
        let believed: Vec<(&Pair, Grounds)> = believed.collect();
        let mut moved: HashMap<(u32, u32), u32, RandomState> = HashMap::default();
        for (pair, _) in believed.iter().filter(|(pair, _)| pair.from != NONE && pair.to != NONE) {
            *moved.entry((pair.from, pair.to)).or_default() += 1;
        }
        let rename = |(pair, grounds): (&Pair, Grounds)| {
            let moved = moved.get(&(pair.from, pair.to)).copied().unwrap_or(1);
            let evidence = Evidence::Inferred(Grounds { moved, ..grounds });
            Rename { earlier: pair.earlier, later: pair.later, evidence }
        };
        believed.into_iter().map(rename).collect()
    }
}

/// The highest rank among the pairs of one model.
#[derive(Debug, Default, PartialEq, Eq)]
struct Best {
    rank: Option<Rank>,
    /// Several pairs have it.
    is_shared: bool,
}

impl Best {
    fn meet(&mut self, rank: Rank) {
        if self.rank < Some(rank) {
            *self = Best { rank: Some(rank), is_shared: false };
        } else if self.rank == Some(rank) {
            self.is_shared = true;
        }
    }
}
