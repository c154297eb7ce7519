//! Are the first models of a chain downloaded more than the last? (study, section 4.2)
//!
//! A chain of `n` models has a front of `n / 3`, a middle of `n / 3`, and a back of the rest,
//! rounding down. A chain of two has its root in front, its leaf in the back, and the mean of
//! the pair in the middle. A model counts once for every chain that it is on.

use super::{lengths::Series, steps::Steps};
use crate::{
    big::{BigCount, Number, ratio},
    world::World,
};
use num_bigint::BigUint;
use serde::Serialize;

/// The three parts of all chains.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Segments {
    pub front: Segment,
    pub middle: Segment,
    pub back: Segment,
}

/// One part of all chains.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Segment {
    /// How many places in chains this part has.
    pub occurrences: BigCount,
    /// Mean downloads over the places whose downloads are known; `None` if none are.
    pub mean_downloads: Option<f64>,
}

/// A part of a chain, by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Front,
    Middle,
    Back,
}

impl Part {
    /// Returns the part that the model at a place, from 1, has in a chain of `length` models.
    pub fn of(place: usize, length: usize) -> Part {
        if length == 2 {
            return if place == 1 { Part::Front } else { Part::Back };
        }
        let third = length / 3;
        match place {
            _ if place <= third => Part::Front,
            _ if place <= 2 * third => Part::Middle,
            _ => Part::Back,
        }
    }
}

/// Downloads added up over places; twice their number, so that a mean of two stays whole.
#[derive(Clone, Debug)]
struct Sum<N> {
    doubled_downloads: N,
    known: N,
}

/// Adds up the downloads of the three parts, chain by chain or by the counts of many chains.
#[derive(Clone, Debug)]
pub struct Adder<N> {
    sums: [Sum<N>; 3],
    occurrences: [N; 3],
}

impl<N: Number> Default for Adder<N> {
    fn default() -> Adder<N> {
        let sum = Sum { doubled_downloads: N::zero(), known: N::zero() };
        Adder { sums: [sum.clone(), sum.clone(), sum], occurrences: [N::zero(), N::zero(), N::zero()] }
    }
}

impl<N: Number> Adder<N> {
    /// Counts the places of `chains` chains of a length.
    pub fn add_places(&mut self, length: usize, chains: &N) {
        let third = if length == 2 { 1 } else { length / 3 };
        let back = if length == 2 { 1 } else { length - 2 * third };
        for (part, places) in [(Part::Front, third), (Part::Middle, third), (Part::Back, back)] {
            self.occurrences[part as usize] += &N::small(places as u64).times(chains);
        }
    }

    /// Adds the downloads of a model that is in a part of `chains` chains.
    pub fn add_downloads(&mut self, part: Part, downloads: Option<u64>, chains: &N) {
        let Some(downloads) = downloads else { return };
        let sum = &mut self.sums[part as usize];
        sum.doubled_downloads += &N::small(2).times(&N::small(downloads)).times(chains);
        sum.known += chains;
    }

    /// Adds the middle of a chain of two: the mean of the pair.
    pub fn add_pair(&mut self, root: Option<u64>, leaf: Option<u64>) {
        let (Some(root), Some(leaf)) = (root, leaf) else { return };
        let sum = &mut self.sums[Part::Middle as usize];
        sum.doubled_downloads += &N::small(root);
        sum.doubled_downloads += &N::small(leaf);
        sum.known += &N::one();
    }

    pub fn finish(self) -> Segments {
        let [front, middle, back] = self.sums;
        let segment = |sum: Sum<N>, occurrences: N| {
            let known: BigUint = sum.known.into();
            Segment {
                occurrences: BigCount(occurrences.into()),
                mean_downloads: ratio(&sum.doubled_downloads.into(), &(known * 2u8)),
            }
        };
        let [front_places, middle_places, back_places] = self.occurrences;
        Segments {
            front: segment(front, front_places),
            middle: segment(middle, middle_places),
            back: segment(back, back_places),
        }
    }
}

/// Adds up the segments of all chains.
///
/// A step that `i` models lead up to and from which chains of `j` models start lies at place
/// `i` of chains of `i + j - 1` models: as many as the product of both counts.
pub fn of_chains<N: Number>(
    world: &World,
    steps: &Steps,
    reaching: &[Series<N>],
    starting: &[Series<N>],
    lengths: &Series<N>,
) -> Segments {
    let mut adder = Adder::default();
    lengths.iter().for_each(|(length, chains)| adder.add_places(length, chains));
    let leaves = |step: usize| {
        let derived = world.graph.derived(steps.nodes[step]).iter().copied();
        derived.filter(|node| !world.graph.is_base(*node)).map(|leaf| world.downloads(leaf))
    };
    for step in 0..steps.len() {
        let ways = reaching[step].total();
        // Every chain that goes on to a leaf has it as its last model.
        leaves(step).for_each(|downloads| adder.add_downloads(Part::Back, downloads, &ways));
        let downloads = world.downloads(steps.nodes[step]);
        if downloads.is_none() {
            continue;
        }
        for (place, ways) in reaching[step].iter() {
            let mut parts = [N::zero(), N::zero(), N::zero()];
            for (models, chains) in starting[step].iter() {
                parts[Part::of(place, place + models - 1) as usize] += chains;
            }
            for (part, chains) in [Part::Front, Part::Middle, Part::Back].into_iter().zip(&parts) {
                adder.add_downloads(part, downloads, &chains.times(ways));
            }
        }
    }
    for root in steps.roots.iter().map(|root| *root as usize) {
        let downloads = world.downloads(steps.nodes[root]);
        leaves(root).for_each(|leaf| adder.add_pair(downloads, leaf));
    }
    adder.finish()
}
