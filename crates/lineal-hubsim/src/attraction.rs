//! On what does a new model build?
//!
//! Families grow as in Simon's model of word frequencies: a derived model either chooses a base
//! nobody used before, or the base of an earlier relation picked at random, so that the popular
//! get more popular. With one new root for every 21 derived models this alone gives about half
//! of the clusters one derived model, as in the study. What it would overdo is bounded: a family
//! has a ceiling beyond which it attracts nobody, and a merge is soon forgotten.

use crate::{
    Hub, Trait,
    chance::Chance,
    kind::Kind,
    model::{Base, Operation, Serial},
};

/// The share of all relations that no family exceeds, and the share that half of them may reach.
const LARGEST_SHARE: f64 = 0.045;
const COMMON_SHARE: f64 = 0.002;

/// A hub with fewer relations judges its families as if it had this many more.
const YOUNG_HUB: f64 = 20_000.0;

/// No model is farther than this from its root, so that the longest chain stays near the study's.
pub(crate) const DEEPEST: u8 = 38;

/// How many of the latest merges that are merged again a merge looks at.
const RECENT_MERGES: usize = 40;

/// A merge with this many derived models attracts no more: the next merge is out.
const SOON_FORGOTTEN: u32 = 6;

/// How often a base is in fashion: taken from one of the latest relations, not from any.
const IN_FASHION: f64 = 0.12;
const FASHION: usize = 50;

impl Hub {
    /// Returns something to merge: a recent merge, a base, or a model nothing is derived from yet.
    pub(crate) fn ingredient(&mut self, kind: Kind) -> Option<Serial> {
        if !self.merges.is_empty() && self.chance.holds(0.45) {
            let recent = self.merges.len().min(RECENT_MERGES);
            let merge = self.merges[self.merges.len() - 1 - self.chance.below(recent)];
            let fits = self.is_listed(merge) && self.models[merge as usize].kind == kind;
            return fits.then_some(merge);
        }
        match self.chance.below(3) {
            0 => self.unused(kind),
            _ => self.familiar(kind),
        }
    }

    pub(crate) fn kind_for(&mut self, operation: Operation) -> Kind {
        match operation {
            Operation::Quantized | Operation::Merge => self.chance.weighted(&[
                (930, Kind::Text),
                (20, Kind::Image),
                (10, Kind::Audio),
                (36, Kind::Multimodal),
                (4, Kind::Control),
            ]),
            _ => self.chance.weighted(&[
                (580, Kind::Text),
                (334, Kind::Image),
                (67, Kind::Audio),
                (17, Kind::Multimodal),
                (1, Kind::Control),
                (1, Kind::Table),
            ]),
        }
    }

    /// Returns a base of the kind, if one turns up.
    ///
    /// Quantizers take up models nobody used before far more often than tuners do.
    pub(crate) fn base_for(&mut self, operation: Operation, kind: Kind) -> Option<Serial> {
        let (new_root, new_inner) = match operation {
            Operation::Quantized => (0.12, 0.085),
            _ => (0.010, 0.008),
        };
        let fate = self.chance.fraction();
        if fate < new_root {
            return self.untouched(kind, operation);
        }
        if fate < new_root + new_inner {
            return self.unused(kind);
        }
        self.familiar(kind).or_else(|| self.untouched(kind, operation))
    }

    /// Returns the base of an earlier relation.
    pub(crate) fn familiar(&mut self, kind: Kind) -> Option<Serial> {
        for _ in 0..24 {
            let Some(relation) = self.any_relation() else { break };
            let Base::Model(base) = self.bases[relation] else { continue };
            let model = &self.models[base as usize];
            let members = self.models[model.family as usize].members;
            let forgotten = model.operation == Some(Operation::Merge) && model.derived >= SOON_FORGOTTEN;
            let attractive = !forgotten && f64::from(members) < self.ceiling(model.family);
            if model.kind == kind && self.is_listed(base) && attractive && model.depth < DEEPEST {
                return Some(base);
            }
        }
        None
    }

    /// Returns a derived model that nothing is derived from yet.
    fn unused(&mut self, kind: Kind) -> Option<Serial> {
        for _ in 0..40 {
            let serial = self.any_listed()?;
            let model = &self.models[serial as usize];
            let plain =
                matches!(model.operation, Some(Operation::Finetune | Operation::Adapter | Operation::Merge));
            if plain && model.derived == 0 && model.kind == kind && model.depth < DEEPEST {
                return Some(serial);
            }
        }
        None
    }

    /// Returns an isolated model, for tuners preferably one a lab released.
    fn untouched(&mut self, kind: Kind, operation: Operation) -> Option<Serial> {
        let prefers_release = operation != Operation::Quantized || self.chance.one_in(2);
        for attempt in 0..24 {
            let release = prefers_release && attempt < 12;
            let serial = if release { self.any_release() } else { self.any_listed() };
            let Some(serial) = serial else { continue };
            let model = &self.models[serial as usize];
            if model.kind == kind && model.operation.is_none() && model.derived == 0 {
                return Some(serial);
            }
        }
        None
    }

    /// Returns how many members a family may have before it has become ordinary.
    fn ceiling(&self, family: Serial) -> f64 {
        let relations = self.bases.len() as f64;
        let release = self.is_release(&self.models[family as usize]);
        let largest = if release { LARGEST_SHARE } else { LARGEST_SHARE / 8.0 };
        let reach = self.traits(family, Trait::Appeal).heavy_tailed(COMMON_SHARE, largest);
        (reach * (relations + YOUNG_HUB)).min(6.0 + largest * relations)
    }

    /// Returns the place of an earlier relation, the latest being likelier.
    fn any_relation(&mut self) -> Option<usize> {
        let all = self.bases.len();
        let eligible = if self.chance.holds(IN_FASHION) { all.min(FASHION) } else { all };
        (eligible > 0).then(|| all - 1 - self.chance.below(eligible))
    }

    pub(crate) fn any_release(&mut self) -> Option<Serial> {
        let serial = *self.chance.any(&self.releases);
        self.is_listed(serial).then_some(serial)
    }

    pub(crate) fn any_listed(&mut self) -> Option<Serial> {
        for _ in 0..8 {
            let serial = self.chance.below(self.models.len()) as Serial;
            if self.is_listed(serial) {
                return Some(serial);
            }
        }
        None
    }
}
