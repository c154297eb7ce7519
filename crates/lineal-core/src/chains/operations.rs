//! Which operation dominates a chain, and how many different ones does it have?
//!
//! The operations on a chain's relations are grouped as in the study: finetune includes adapter.

use super::{lengths::TooManyShapes, steps::Steps};
use crate::{
    big::{BigCount, Number},
    operation::Group,
};
use serde::Serialize;
use std::ops::AddAssign;

/// How many different mixes may be held at once, and how many may be added up in all.
const MOST_MIXES: usize = 1 << 24;
const MOST_WORK: usize = 1 << 30;

/// How many chains (or clusters) each group dominates; `tie` where none is strictly first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(bound = "T: Serialize + Default + PartialEq")]
pub struct Dominant<T> {
    pub finetune: T,
    pub merge: T,
    pub quantized: T,
    /// Operations that the study does not know; left out where there are none.
    #[serde(skip_serializing_if = "is_nothing")]
    pub other: T,
    pub tie: T,
}

/// How many chains (or clusters) have one, two, three different groups of operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(bound = "T: Serialize + Default + PartialEq")]
pub struct Diversity<T> {
    #[serde(rename = "1")]
    pub one: T,
    #[serde(rename = "2")]
    pub two: T,
    #[serde(rename = "3")]
    pub three: T,
    /// Only with operations that the study does not know; left out where there are none.
    #[serde(rename = "4", skip_serializing_if = "is_nothing")]
    pub four: T,
}

fn is_nothing<T: Default + PartialEq>(count: &T) -> bool {
    *count == T::default()
}

impl<T> Dominant<T> {
    pub fn of(&mut self, group: Option<Group>) -> &mut T {
        match group {
            Some(Group::Finetune) => &mut self.finetune,
            Some(Group::Merge) => &mut self.merge,
            Some(Group::Quantized) => &mut self.quantized,
            Some(Group::Other) => &mut self.other,
            None => &mut self.tie,
        }
    }
}

impl<T> Diversity<T> {
    /// The count of a number of different groups, which is 1 to 4.
    pub fn of(&mut self, groups: usize) -> &mut T {
        match groups {
            0 | 1 => &mut self.one,
            2 => &mut self.two,
            3 => &mut self.three,
            _ => &mut self.four,
        }
    }
}

/// How often each group of operations occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Mix {
    pub finetune: u32,
    pub merge: u32,
    pub quantized: u32,
    pub other: u32,
}

impl Mix {
    pub fn add(&mut self, group: Group) {
        *match group {
            Group::Finetune => &mut self.finetune,
            Group::Merge => &mut self.merge,
            Group::Quantized => &mut self.quantized,
            Group::Other => &mut self.other,
        } += 1;
    }

    pub fn of(groups: impl IntoIterator<Item = Group>) -> Mix {
        let mut mix = Mix::default();
        groups.into_iter().for_each(|group| mix.add(group));
        mix
    }

    /// The count of each of [`Group::ALL`].
    pub fn counts(&self) -> [u32; 4] {
        [self.finetune, self.merge, self.quantized, self.other]
    }

    /// The group that occurs more often than any other, if there is one.
    pub fn dominant(&self) -> Option<Group> {
        let mut tied = self.most_frequent();
        match (tied.next(), tied.next()) {
            (Some(group), None) => Some(group),
            _ => None,
        }
    }

    /// The groups that occur most often.
    pub fn most_frequent(&self) -> impl Iterator<Item = Group> {
        let counts = self.counts();
        let most = counts.into_iter().max().unwrap_or(0);
        Group::ALL.into_iter().zip(counts).filter(move |(_, count)| *count == most).map(|(group, _)| group)
    }

    /// How many different groups occur.
    pub fn diversity(&self) -> usize {
        self.counts().iter().filter(|count| **count > 0).count()
    }
}

/// The operations of many chains, counted three ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Ties left undecided, as the study defines it.
    pub strict: Dominant<BigCount>,
    /// Ties decided for the operation met first along the chain, as the study's script does.
    pub first_met: Dominant<BigCount>,
    pub diversity: Diversity<BigCount>,
}

impl Operations {
    /// Counts `chains` chains of this mix; `first` is the group met first among the most frequent.
    pub fn add<N: Into<num_bigint::BigUint> + Clone>(&mut self, mix: &Mix, first: Option<Group>, chains: &N) {
        let chains = chains.clone().into();
        self.strict.of(mix.dominant()).0.add_assign(&chains);
        self.first_met.of(first).0.add_assign(&chains);
        self.diversity.of(mix.diversity()).0.add_assign(chains);
    }
}

/// A mix with the order in which its groups are first met, packed so that mixes sort fast: 30
/// bits for each group's count, then two bits for each group met, the first lowest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Packed(u128);

impl Packed {
    const NONE: Packed = Packed(0);

    fn count(self, group: usize) -> u32 {
        (self.0 >> (8 + 30 * group)) as u32 & ((1 << 30) - 1)
    }

    fn mix(self) -> Mix {
        let [finetune, merge, quantized, other] = [0, 1, 2, 3].map(|group| self.count(group));
        Mix { finetune, merge, quantized, other }
    }

    /// The groups in the order they are first met.
    fn met(self) -> impl Iterator<Item = Group> {
        let groups = self.mix().diversity();
        (0..groups).map(move |at| Group::ALL[(self.0 >> (2 * at)) as usize & 3])
    }

    fn first(self) -> Option<Group> {
        let mix = self.mix();
        self.met().find(|group| mix.most_frequent().any(|frequent| frequent == *group))
    }

    /// The mix of a chain that is longer by a relation at its start.
    fn after(self, group: Group) -> Packed {
        let others = self.met().filter(|met| *met != group);
        let order = std::iter::once(group).chain(others).take(4).enumerate();
        let order: u128 = order.map(|(at, met)| (met as u128) << (2 * at)).sum();
        let counts = (self.0 >> 8 << 8) + (1u128 << (8 + 30 * group as usize));
        Packed(counts | order)
    }
}

/// Counts the mixes of all chains.
///
/// # Errors
/// When there are too many different ones.
pub fn of_chains<N: Number>(steps: &Steps) -> Result<Operations, TooManyShapes> {
    let mut waiting = vec![0u32; steps.len()];
    for step in 0..steps.len() {
        steps.next(step).iter().for_each(|next| waiting[*next as usize] += 1);
    }
    let mut mixes: Vec<Vec<(Packed, N)>> = Vec::with_capacity(steps.len());
    let (mut held, mut work) = (0, 0);
    for step in 0..steps.len() {
        let mut own: Vec<(Packed, N)> = Vec::new();
        if steps.is_end(step) {
            own.push((Packed::NONE, N::one()));
        }
        for (next, group) in steps.next(step).iter().map(|next| *next as usize).zip(steps.groups(step)) {
            waiting[next] -= 1;
            own.extend(mixes[next].iter().map(|(mix, chains)| (mix.after(*group), chains.clone())));
            if waiting[next] == 0 {
                held -= mixes[next].len();
                mixes[next] = Vec::new();
            }
        }
        work += own.len();
        let leaves = Group::ALL.into_iter().zip(steps.leaves(step)).filter(|(_, leaves)| *leaves > 0);
        own.extend(leaves.map(|(group, leaves)| (Packed::NONE.after(group), N::small(leaves.into()))));
        unite(&mut own);
        held += own.len();
        if held > MOST_MIXES || work > MOST_WORK {
            return Err(TooManyShapes);
        }
        mixes.push(own);
    }
    let mut operations = Operations::default();
    for (mix, chains) in steps.roots.iter().flat_map(|root| &mixes[*root as usize]) {
        operations.add(&mix.mix(), mix.first(), chains);
    }
    Ok(operations)
}

/// Adds up the counts of equal mixes.
fn unite<N: Number>(mixes: &mut Vec<(Packed, N)>) {
    // Runs from each follower are nearly sorted, which this sort makes use of.
    mixes.sort_by_key(|(mix, _)| *mix);
    mixes.dedup_by(|later, kept| {
        let equal = later.0 == kept.0;
        if equal {
            kept.1 += &later.1;
        }
        equal
    });
    mixes.shrink_to_fit();
}
