//! Which deleted models are only called otherwise now?
//!
//! Where hub ids do not tell, a model that is gone and one that is new are held to be the same if
//! they have the same name but for its owner, were made in the same way from the same bases, and
//! something more speaks for it: the new one lies where the old one lay in the listing, models
//! derived from the old one name the new one now, several models went the same way, or at least
//! the name is one of its kind. Of two explanations that are as good, neither is believed: a
//! name that many give to what they make (`ppo-LunarLander-v2`) proves nothing.
//!
//! A base that was itself renamed is the same base. So renames are first assumed, and
//! those that rest on one that was not believed are taken back, until nothing changes.

mod candidates;
mod decision;
mod movements;
mod namesakes;
mod owners;
mod relations;

use crate::world::World;
use movements::Movements;
use namesakes::Namesakes;
use owners::Owners;
use relations::Relations;
pub(crate) use relations::have_same_bases;
use serde::Serialize;

/// Stands for no node in [`Open::later_of`] and [`Open::earlier_of`].
pub(crate) const NONE: u32 = u32::MAX;

/// A model that has another name in the later of two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Its node in the earlier world.
    pub earlier: u32,
    /// Its node in the later world.
    pub later: u32,
    pub evidence: Evidence,
}

/// Why two names are held to mean the same model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The hub's own id is the same.
    HubId,
    /// The names differ in capitals only, and a hub does not tell those apart.
    Case,
    /// Nothing but what the snapshots show.
    Inferred(Grounds),
}

impl Evidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::HubId => "hub_id",
            Evidence::Case => "case",
            Evidence::Inferred(_) => "inferred",
        }
    }
}

/// What speaks for a rename that was inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Grounds {
    pub confidence: Confidence,
    pub same_operation: bool,
    /// The bases are the same; one that was renamed itself counts as the same.
    pub same_bases: bool,
    /// The new name lies in the listing where the old one lay.
    pub same_place: bool,
    /// How many models derived from it name it by its new name now. Its new owner's own do not count.
    pub mentions: u32,
    /// How many models went from its old owner to its new one, itself included.
    pub moved: u32,
    /// How many models the old owner had.
    pub of: u32,
    /// The old owner has no models any more.
    pub vanished: bool,
}

/// How sure an inferred rename is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A single model, by a name that no other model has.
    Low,
    /// Several models went from this owner to that one.
    Medium,
    /// It kept its place, is mentioned by its new name, or its old owner went with it.
    High,
}

impl Confidence {
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// Two snapshots of which some models have been found again.
#[derive(Clone, Copy)]
pub struct Open<'a> {
    pub earlier: &'a World,
    pub later: &'a World,
    /// The node in the later world of each model of the earlier one, or [`u32::MAX`].
    pub later_of: &'a [u32],
    /// The node in the earlier world of each model of the later one, or [`u32::MAX`].
    pub earlier_of: &'a [u32],
    /// Whether a model of the earlier world and one of the later are known to be different ones.
    pub differ: &'a dyn Fn(u32, u32) -> bool,
}

impl Open<'_> {
    fn deleted(&self) -> impl Iterator<Item = u32> {
        unpaired(self.later_of)
    }

    fn added(&self) -> impl Iterator<Item = u32> {
        unpaired(self.earlier_of)
    }

    fn survivor(&self, node: u32) -> Option<u32> {
        self.later_of.get(node as usize).copied().filter(|later| *later != NONE)
    }

    fn is_deleted(&self, node: u32) -> bool {
        self.later_of.get(node as usize) == Some(&NONE)
    }

    fn is_added(&self, node: u32) -> bool {
        self.earlier_of.get(node as usize) == Some(&NONE)
    }
}

fn unpaired(other: &[u32]) -> impl Iterator<Item = u32> {
    (0..).zip(other).filter(|(_, other)| **other == NONE).map(|(node, _)| node)
}

/// What looks like a rename at first glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// Names without their owner that exactly one deleted and one added model have.
    pub names: u64,
    /// Those of them whose models have the same bases, by name.
    pub same_bases: u64,
}

/// Counts the deleted and added models whose names alone make them candidates.
pub fn candidates(open: &Open) -> Candidates {
    let namesakes = Namesakes::new(open);
    let pairs: Vec<(u32, u32)> = namesakes.only_pairs(open).collect();
    let is_same = |pair: &&(u32, u32)| have_same_bases(open.earlier, open.later, pair.0, pair.1);
    Candidates { names: pairs.len() as u64, same_bases: pairs.iter().filter(is_same).count() as u64 }
}

/// Finds the renames among models that are gone and models that are new.
pub fn infer(open: &Open) -> Vec<Rename> {
    let mut namesakes = Namesakes::new(open);
    if namesakes.is_empty() {
        return Vec::new();
    }
    namesakes.count(open);
    let owners = Owners::new(open, &namesakes);
    let mut pairs = candidates::pairs(open, &namesakes, &owners);
    let mut relations = Relations::new(open, &pairs);
    let movements = Movements::new(open, &pairs, &relations);
    let crowded = candidates::of_crowds(open, &namesakes, &owners, &movements);
    if !crowded.is_empty() {
        pairs = candidates::united(pairs, crowded);
        relations = Relations::new(open, &pairs);
    }
    decision::decide(open, &owners, &pairs, relations)
}
