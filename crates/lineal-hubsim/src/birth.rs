//! How does a new model come to be?
//!
//! Most are isolated. A derived model has one base of its own kind, a merge several; versions of
//! a line follow each other. Bases are older than what is derived from them, except in the few
//! cycles that are planted and where a model names itself.

use crate::{
    Hub,
    attraction::DEEPEST,
    calendar::{DAY, Second},
    chance::Chance,
    kind::{Kind, LEGACY, NOWHERE},
    model::{Base, Model, Operation, Owner, OwnerStyle, Serial, State},
    names::{self, Text},
};

/// Of all models born, how many derive from another, and how.
const DERIVED: f64 = 0.310;
const OPERATIONS: [(u32, Operation); 4] = [
    (430, Operation::Adapter),
    (360, Operation::Finetune),
    (186, Operation::Quantized),
    (24, Operation::Merge),
];

/// The share of merges that others merge again.
const MERGED_AGAIN: f64 = 0.4;

/// A series of versions, each derived from the one before.
pub(crate) struct Line {
    tip: Serial,
    version: u32,
    left: u32,
}

/// Where a model stands before it has a name.
struct Plan {
    kind: Kind,
    operation: Option<Operation>,
    bases: Vec<Base>,
}

impl Plan {
    fn isolated(kind: Kind) -> Plan {
        Plan { kind, operation: None, bases: Vec::new() }
    }

    fn derived(kind: Kind, operation: Operation, base: Base) -> Plan {
        Plan { kind, operation: Some(operation), bases: vec![base] }
    }
}

impl Hub {
    /// Adds the models that the Hub moved from bare names to owners.
    pub(crate) fn bear_legacy(&mut self, created: Second) {
        for (owner, name) in LEGACY {
            let is_owner = |known: &Owner| self.names.get(known.name) == owner;
            let known = self.owners.iter().position(is_owner);
            let owner = match known {
                Some(place) => place as u32,
                None => {
                    let place = self.owners.len() as u32;
                    let name = self.names.keep_owner(place, owner);
                    self.owners.push(Owner { name, style: OwnerStyle::Legacy, models: 0 });
                    place
                }
            };
            let serial = self.add(owner, name, created, &Plan::isolated(Kind::Text));
            self.releases.push(serial);
        }
        // Everybody's first base has a head start.
        for base in 0..LEGACY.len() as Serial {
            let owner = self.publisher();
            let plan = Plan::derived(Kind::Text, Operation::Finetune, Base::Model(base));
            self.add(owner, &format!("{}-finetuned-imdb", LEGACY[base as usize].1), created, &plan);
        }
    }

    /// Adds one model, isolated or derived, as chance will have it.
    pub(crate) fn bear(&mut self, created: Second) {
        if !self.chance.holds(DERIVED) {
            return self.bear_isolated(created);
        }
        match self.chance.weighted(&OPERATIONS) {
            Operation::Merge => self.bear_merge(created),
            Operation::Finetune if self.chance.holds(0.015) => self.bear_version(created),
            operation => self.bear_derived(operation, created),
        }
    }

    fn bear_isolated(&mut self, created: Second) {
        let kind = self.chance.weighted(&[
            (52, Kind::Text),
            (18, Kind::Image),
            (7, Kind::Audio),
            (3, Kind::Multimodal),
            (18, Kind::Control),
            (2, Kind::Table),
        ]);
        if kind != Kind::Control && self.chance.holds(0.04) {
            let owner = self.lab();
            let name = names::family_name(kind, &mut self.chance);
            let serial = self.add(owner, &name, created, &Plan::isolated(kind));
            return self.releases.push(serial);
        }
        let owner = self.publisher();
        let name = names::single_name(kind, &mut self.chance);
        self.add(owner, &name, created, &Plan::isolated(kind));
    }

    fn bear_derived(&mut self, operation: Operation, created: Second) {
        let kind = self.kind_for(operation);
        if self.chance.holds(0.006) {
            let nowhere = self.chance.below(NOWHERE.len()) as u8;
            let owner = self.publisher();
            let stem = NOWHERE[usize::from(nowhere)].rsplit('/').next().unwrap_or("base");
            let name = names::derived_name(stem, operation, kind, &mut self.chance);
            self.add(owner, &name, created, &Plan::derived(kind, operation, Base::Nowhere(nowhere)));
            return;
        }
        let Some(base) = self.base_for(operation, kind) else { return self.bear_isolated(created) };
        let kind = self.models[base as usize].kind;
        let owner = match operation {
            Operation::Quantized => self.quantizer(),
            _ => self.publisher(),
        };
        let base_name = self.names.get(self.models[base as usize].name).to_owned();
        let name = names::derived_name(&base_name, operation, kind, &mut self.chance);
        let itself = self.models.len() as Serial;
        let base = if self.chance.holds(0.0012) { itself } else { base };
        self.add(owner, &name, created, &Plan::derived(kind, operation, Base::Model(base)));
    }

    /// Adds the next version to a line, or starts a line.
    fn bear_version(&mut self, created: Second) {
        let most = 1 + self.bases.len() / 4_000;
        if self.lines.len() < most {
            let Some(tip) = self.any_release().or_else(|| self.any_listed()) else {
                return self.bear_isolated(created);
            };
            let left = self.chance.heavy_tailed(1.6, 38.0) as u32;
            self.lines.push(Line { tip, version: 1, left });
        }
        let place = self.chance.below(self.lines.len());
        let Line { tip, version, left } = self.lines[place];
        let base = &self.models[tip as usize];
        if left == 0 || base.depth >= DEEPEST || base.state != State::Listed {
            self.lines.swap_remove(place);
            return self.bear_derived(Operation::Finetune, created);
        }
        let kind = base.kind;
        let owner = if version == 1 { self.publisher() } else { self.models[tip as usize].owner };
        let base_name = self.names.get(self.models[tip as usize].name);
        let stem = base_name.rsplit_once("-v").map_or(base_name, |(stem, _)| stem);
        let name = format!("{}-v{version}", stem.get(..60).unwrap_or(stem));
        let next =
            self.add(owner, &name, created, &Plan::derived(kind, Operation::Finetune, Base::Model(tip)));
        if version > 1 {
            self.successors.insert(tip, next);
        }
        self.lines[place] = Line { tip: next, version: version + 1, left: left - 1 };
    }

    fn bear_merge(&mut self, created: Second) {
        let many = match self.chance.below(1000) {
            0..20 => 1,
            20..400 => 2,
            400..600 => 3,
            600..750 => 4,
            750..860 => 5,
            860..996 => 6 + self.chance.below(7),
            _ => self.chance.heavy_tailed(12.0, 65.0) as usize,
        };
        // How intricate this merge's ancestry may be: without a bound, chains multiply beyond counting.
        let most_paths = 4 * many as u32 + self.chance.heavy_tailed(90.0, 40_000.0) as u32;
        let deepest = 4 + self.chance.below(8) as u8 + self.chance.below(10) as u8;
        let kind = self.kind_for(Operation::Merge);
        let mut bases: Vec<Serial> = Vec::new();
        let mut paths = 0;
        for _ in 0..12 * many {
            if bases.len() == many {
                break;
            }
            let Some(candidate) = self.ingredient(kind) else { continue };
            let model = &self.models[candidate as usize];
            let related =
                bases.first().is_none_or(|&first| self.models[first as usize].family == model.family);
            let fits = model.depth < deepest && paths + model.paths <= most_paths;
            let distinct = !bases.contains(&candidate);
            if fits && distinct && (related || self.chance.holds(0.25)) {
                paths += self.models[candidate as usize].paths;
                bases.push(candidate);
            }
        }
        let Some(&first) = bases.first() else { return self.bear_derived(Operation::Finetune, created) };
        let base_name = self.names.get(self.models[first as usize].name).to_owned();
        let name = names::derived_name(&base_name, Operation::Merge, kind, &mut self.chance);
        let owner = self.publisher();
        let bases = bases.into_iter().map(Base::Model).collect();
        let serial =
            self.add(owner, &name, created, &Plan { kind, operation: Some(Operation::Merge), bases });
        if self.chance.holds(MERGED_AGAIN) {
            self.merges.push(serial);
        }
    }

    /// Adds a model under the wished name, or one like it where that is taken.
    fn add(&mut self, owner: u32, wish: &str, created: Second, plan: &Plan) -> Serial {
        let serial = self.models.len() as Serial;
        let name = self.names.free(owner, wish, serial);
        self.add_named(owner, name, created, plan)
    }

    fn add_named(&mut self, owner: u32, name: Text, created: Second, plan: &Plan) -> Serial {
        let serial = self.models.len() as Serial;
        let scale = if plan.operation.is_some() { 7.0 } else { 14.0 };
        let downloads = self.chance.heavy_tailed(scale, 4e6) as u32;
        let months = 1 + self.chance.below(12) as u64;
        let lifetime = self.today().0.saturating_sub(created.0);
        let worked_on = self.chance.heavy_tailed(f64::from(DAY / 48), 1e9) as u32;
        self.models.push(Model {
            name,
            owner,
            created,
            modified: created.plus(worked_on.min(lifetime)),
            downloads,
            downloads_all_time: u64::from(downloads) * months,
            likes: self.chance.heavy_tailed(0.4, 9_000.0) as u32,
            first_base: 0,
            bases: 0,
            operation: None,
            kind: plan.kind,
            state: State::Listed,
            depth: 0,
            revision: 0,
            family: serial,
            derived: 0,
            members: 0,
            paths: 1,
        });
        self.owners[owner as usize].models += 1;
        self.listed += 1;
        if let Some(operation) = plan.operation {
            self.declare(serial, operation, &plan.bases);
        }
        serial
    }

    /// Gives a model its bases; users follow the relation to the base.
    fn declare(&mut self, serial: Serial, operation: Operation, bases: &[Base]) {
        let (mut depth, mut paths, mut family) = (0, 0_u32, None);
        for base in bases {
            let Base::Model(base) = *base else { continue };
            let is_root = self.models[base as usize].operation.is_none();
            let drawn = self.chance.heavy_tailed(if is_root { 200.0 } else { 130.0 }, 1e8) as u32;
            let base_model = &mut self.models[base as usize];
            base_model.derived += 1;
            if base == serial {
                continue;
            }
            base_model.downloads = base_model.downloads.saturating_add(drawn);
            base_model.downloads_all_time += u64::from(drawn) * 6;
            base_model.likes += drawn / 5_000;
            depth = depth.max(base_model.depth + 1);
            paths = paths.saturating_add(base_model.paths);
            family = family.or(Some(base_model.family));
        }
        let model = &mut self.models[serial as usize];
        model.operation = Some(operation);
        model.first_base = self.bases.len() as u32;
        model.bases = bases.len() as u8;
        model.depth = depth;
        model.paths = paths.max(1);
        model.family = family.unwrap_or(serial);
        let family = model.family;
        self.models[family as usize].members += 1;
        self.bases.extend_from_slice(bases);
    }

    /// Lets a model without base say belatedly what it was made from.
    pub(crate) fn declare_late(&mut self, serial: Serial) {
        let Some(base) = self.familiar(self.models[serial as usize].kind) else { return };
        let model = &self.models[serial as usize];
        // An older base keeps the relations free of cycles.
        if base < serial && model.operation.is_none() && model.derived == 0 {
            self.declare(serial, Operation::Finetune, &[Base::Model(base)]);
        }
    }

    /// Adds models that are each other's bases, as careless publishers declare them.
    pub(crate) fn plant_cycle(&mut self, length: u32, created: Second) {
        let owner = self.publisher();
        let first = self.models.len() as Serial;
        let name = names::single_name(Kind::Text, &mut self.chance);
        for place in 0..length {
            self.add(owner, &format!("{name}-R{}", place + 1), created, &Plan::isolated(Kind::Text));
        }
        for place in 0..length {
            let base = Base::Model(first + (place + 1) % length);
            self.declare(first + place, Operation::Finetune, &[base]);
        }
    }

    /// Adds a new model under the name that a deleted one had.
    pub(crate) fn reuse_name(&mut self, deleted: Serial, created: Second) {
        let gone = &mut self.models[deleted as usize];
        gone.state = State::Replaced;
        let (owner, name, kind) = (gone.owner, gone.name, gone.kind);
        let serial = self.add_named(owner, name, created, &Plan::isolated(kind));
        self.names.hand_over(owner, name, serial);
    }
}
