//! Which are the shortest paths that climb and then go down?
//!
//! Paths are told apart one after the other, as Yen and Lawler do: once the shortest is known, all others
//! leave it somewhere, and fall into sets by where they do. Of each set the first is found by one search
//! backward from the end. Sets never overlap, so no path is found twice.
//!
//! A search moves between states: a model while still climbing, or a model on the way down. Its shortest
//! answer never visits a model in both, as it could have turned there and been shorter. So nothing has
//! to be tried in vain, and the work for one path is bounded by its length times the number of relations
//! among the ancestors.

use super::ancestry::Ancestry;
use std::{cmp::Reverse, collections::BinaryHeap};

/// Paths as places, shortest first, then by the names along them.
#[derive(Debug, PartialEq, Eq)]
pub struct Shortest {
    pub paths: Vec<Vec<u32>>,
    /// Whether there are more, or may be.
    pub more: bool,
}

/// The first path of a set: those that begin as this one does up to a place in it, and go on otherwise than
/// some do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct First {
    length: usize,
    path: Vec<u32>,
    /// Where it may leave others.
    fork: usize,
    /// What must not come after the fork.
    barred: Vec<u32>,
}

/// Finds the shortest paths from the first model to the second, at most `limit`, until so many relations and
/// models have been looked at.
pub fn shortest(ancestry: &Ancestry, limit: usize, looks: usize) -> Shortest {
    let mut search = Search::new(ancestry, looks);
    let mut paths = Vec::new();
    let mut firsts = BinaryHeap::new();
    let Ok(()) = search.add(&mut firsts, &[ancestry.from], true, Vec::new()) else {
        return Shortest { paths, more: true };
    };
    while let Some(Reverse(First { path, fork, barred, .. })) = firsts.pop() {
        if paths.len() == limit {
            return Shortest { paths, more: true };
        }
        let climb = ancestry.climb(&path);
        for at in fork..path.len() - 1 {
            // Of the last path, only whether there is another one matters.
            if paths.len() + 1 == limit && !firsts.is_empty() {
                break;
            }
            let mut barred = if at == fork { barred.clone() } else { Vec::new() };
            barred.push(path[at + 1]);
            let Ok(()) = search.add(&mut firsts, &path[..=at], at <= climb, barred) else {
                paths.push(path);
                return Shortest { paths, more: true };
            };
        }
        paths.push(path);
    }
    Shortest { paths, more: false }
}

/// The work set aside for one answer is done.
struct Exhausted;

/// A place and whether a path still climbs there.
type State = (u32, bool);

/// Searches for the rest of a path, one after the other.
struct Search<'a> {
    ancestry: &'a Ancestry,
    looks: usize,
    /// The number of the search that runs.
    number: u32,
    /// The search in which each place was last closed, as the path has been there.
    closed: Vec<u32>,
    /// For each place, climbing and going down: the search that last came there, and the fewest relations
    /// from there to the end.
    left: [Vec<(u32, u32)>; 2],
    queue: Vec<(State, u32)>,
}

impl<'a> Search<'a> {
    fn new(ancestry: &'a Ancestry, looks: usize) -> Search<'a> {
        let places = ancestry.len();
        Search {
            ancestry,
            looks,
            number: 0,
            closed: vec![0; places],
            left: [vec![(0, 0); places], vec![(0, 0); places]],
            queue: Vec::new(),
        }
    }

    /// Adds the first path that begins with some places, if there is one.
    fn add(
        &mut self,
        firsts: &mut BinaryHeap<Reverse<First>>,
        begin: &[u32],
        climbs: bool,
        barred: Vec<u32>,
    ) -> Result<(), Exhausted> {
        self.look(begin.len())?;
        let Some(left) = self.measure(begin, climbs, &barred)? else { return Ok(()) };
        let mut path = begin.to_vec();
        self.follow(&mut path, climbs, &barred, left)?;
        firsts.push(Reverse(First { length: path.len(), path, fork: begin.len() - 1, barred }));
        Ok(())
    }

    fn look(&mut self, times: usize) -> Result<(), Exhausted> {
        self.looks = self.looks.checked_sub(times).ok_or(Exhausted)?;
        Ok(())
    }

    /// Measures backward from the end how many relations are left from each state, until the last place of
    /// `begin` is reached; `None` if it cannot be.
    fn measure(&mut self, begin: &[u32], climbs: bool, barred: &[u32]) -> Result<Option<u32>, Exhausted> {
        let ancestry = self.ancestry;
        let Some(fork) = begin.last().copied() else { return Ok(None) };
        if fork == ancestry.to {
            return Ok(Some(0));
        }
        self.number += 1;
        begin.iter().for_each(|place| self.closed[*place as usize] = self.number);
        self.queue.clear();
        self.reach_down(ancestry.to, 0);
        let mut next = 0;
        while let Some(((place, climbing), left)) = self.queue.get(next).copied() {
            next += 1;
            let row = if climbing { ancestry.derived(place) } else { ancestry.bases(place) };
            self.look(row.len())?;
            for before in row.iter().copied() {
                if before == fork && (climbs || !climbing) && !barred.contains(&place) {
                    return Ok(Some(left + 1));
                }
                match climbing {
                    true if ancestry.is_above_from(before) => self.reach((before, true), left + 1),
                    true => {}
                    false => self.reach_down(before, left + 1),
                }
            }
        }
        Ok(None)
    }

    /// Reaches a place on the way down, and with it the place while climbing, where a path can turn.
    fn reach_down(&mut self, place: u32, left: u32) {
        self.reach((place, false), left);
        if self.ancestry.is_above_from(place) {
            self.reach((place, true), left);
        }
    }

    fn reach(&mut self, (place, climbing): State, left: u32) {
        let known = &mut self.left[usize::from(climbing)][place as usize];
        if self.closed[place as usize] != self.number && known.0 != self.number {
            *known = (self.number, left);
            self.queue.push(((place, climbing), left));
        }
    }

    /// Whether so many relations are left from a state.
    fn is_left(&self, (place, climbing): State, left: u32) -> bool {
        self.left[usize::from(climbing)][place as usize] == (self.number, left)
    }

    /// Goes on from the last place of a path to the end, by the first name wherever there is a choice.
    fn follow(
        &mut self,
        path: &mut Vec<u32>,
        mut climbs: bool,
        barred: &[u32],
        left: u32,
    ) -> Result<(), Exhausted> {
        let ancestry = self.ancestry;
        let mut barred = barred;
        for left in (0..left).rev() {
            let Some(last) = path.last().copied() else { break };
            let up = if climbs { ancestry.bases(last) } else { &[] };
            let down = ancestry.derived(last);
            self.look(up.len() + down.len())?;
            let up = up.iter().filter(|place| self.is_left((**place, true), left));
            let down = down.iter().filter(|place| self.is_left((**place, false), left));
            let Some(next) = up.chain(down).filter(|place| !barred.contains(place)).min().copied() else {
                break;
            };
            climbs = climbs && ancestry.is_base(next, last);
            path.push(next);
            barred = &[];
        }
        Ok(())
    }
}
