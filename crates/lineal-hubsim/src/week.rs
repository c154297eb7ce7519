//! What happens on a hub in a week?
//!
//! Organisations rename themselves, owners and models go, some come back, people download, cards
//! are edited, and new models arrive until the hub has the size planned for the week.

use crate::{
    Hub,
    calendar::{DAY, WEEK},
    chance::Chance,
    model::{Model, Operation, Owner, OwnerStyle, Serial, State},
};

/// The chance that a model is removed in a week: most that go, go young.
const REMOVED: f64 = 0.0013;
const REMOVED_YOUNG: f64 = 0.045;
const YOUNG: u32 = 10 * DAY;

/// Of the removed models, how many are only hidden, and how many of those return in a week.
const HIDDEN: f64 = 0.12;
const RETURNED: f64 = 0.25;

/// Downloads beyond which a model's counts change every week; below, one week in `QUIET`.
const BUSY: u32 = 110;
const QUIET: f64 = 0.09;

const EDITED: f64 = 0.01;
const UNDECLARED: f64 = 0.0002;
const DECLARED_LATE: f64 = 0.00008;
const REDECLARED: f64 = 0.00005;

impl Hub {
    /// Lets a week pass.
    pub fn advance(&mut self) {
        self.week += 1;
        let some = 1 + self.listed / 100_000;
        for _ in 0..some {
            self.rename_owner();
            self.transfer();
        }
        self.remove_owner();
        for serial in 0..self.models.len() as Serial {
            self.pass_week(serial);
        }
        self.arrive();
    }

    /// Gives an organisation a new name; its models go with it, as do all mentions of them.
    fn rename_owner(&mut self) {
        let small = 2 + self.listed / 1_000;
        let Some(owner) = self.owner_of_some(|models| (3..=small).contains(&models)) else { return };
        self.owners[owner as usize].name = self.next_owner_name(owner, self.owners[owner as usize].style);
    }

    /// Moves a model to another owner.
    fn transfer(&mut self) {
        let (Some(serial), Some(owner)) = (self.any_listed(), self.owner_of_some(|_| true)) else { return };
        let model = &mut self.models[serial as usize];
        if self.names.take(owner, self.names.get(model.name).to_owned().as_str(), serial) {
            self.owners[model.owner as usize].models -= 1;
            self.owners[owner as usize].models += 1;
            model.owner = owner;
        }
    }

    /// Deletes all models of an owner who publishes many.
    fn remove_owner(&mut self) {
        let (few, many) = (2 + self.listed / 20_000, 4 + self.listed / 800);
        let Some(owner) = self.owner_of_some(|models| (few..=many).contains(&models)) else { return };
        for serial in 0..self.models.len() as Serial {
            if self.models[serial as usize].owner == owner && self.is_listed(serial) {
                self.unlist(serial, State::Deleted);
            }
        }
    }

    /// Returns an owner with a fitting number of models, if one turns up.
    fn owner_of_some(&mut self, fits: impl Fn(usize) -> bool) -> Option<u32> {
        for _ in 0..64 {
            let Some(serial) = self.any_listed() else { continue };
            let owner = self.models[serial as usize].owner;
            let Owner { models, style, .. } = &self.owners[owner as usize];
            if *style != OwnerStyle::Legacy && fits(*models as usize) {
                return Some(owner);
            }
        }
        None
    }

    fn pass_week(&mut self, serial: Serial) {
        let today = self.today();
        let model = &mut self.models[serial as usize];
        match model.state {
            State::Deleted | State::Replaced => return,
            State::Hidden if self.chance.holds(RETURNED) => return self.list_again(serial),
            State::Hidden => return,
            State::Listed => {}
        }
        let young = today.0 - model.created.0 < YOUNG + WEEK;
        let treasured = model.derived > 30; // nobody deletes what everybody uses
        let fate = self.chance.fraction();
        if !treasured && fate < if young { REMOVED_YOUNG } else { REMOVED } {
            let state = if self.chance.holds(HIDDEN) { State::Hidden } else { State::Deleted };
            return self.unlist(serial, state);
        }
        let fate = 1.0 - fate;
        if fate < EDITED {
            model.revision += 1;
            self.edits.entry(serial).or_default().push(model.modified);
            model.modified = today.minus(1 + self.chance.below(WEEK as usize - 1) as u32).max(model.created);
        }
        if model.downloads > BUSY || self.chance.holds(QUIET) {
            count_week(model, &mut self.chance);
        }
        self.change_relation(serial);
    }

    /// Withdraws, adds or corrects what a model declares, once in a while.
    fn change_relation(&mut self, serial: Serial) {
        let fate = self.chance.fraction();
        let model = &mut self.models[serial as usize];
        match model.operation {
            Some(_) if fate < UNDECLARED => {
                model.operation = None;
                model.bases = 0;
            }
            Some(Operation::Finetune) if fate < UNDECLARED + REDECLARED => {
                model.operation = Some(Operation::Adapter);
            }
            None if fate < DECLARED_LATE => self.declare_late(serial),
            _ => {}
        }
    }

    fn unlist(&mut self, serial: Serial, state: State) {
        let model = &mut self.models[serial as usize];
        model.state = state;
        self.owners[model.owner as usize].models -= 1;
        self.listed -= 1;
    }

    fn list_again(&mut self, serial: Serial) {
        let model = &mut self.models[serial as usize];
        model.state = State::Listed;
        self.owners[model.owner as usize].models += 1;
        self.listed += 1;
    }

    /// Lets new models arrive, evenly over the week, until the hub has its planned size.
    fn arrive(&mut self) {
        let planned = self.options.size_in(self.week);
        let missing = planned.saturating_sub(self.listed);
        let monday = self.today().minus(WEEK);
        let at = |place: usize| monday.plus((place as u64 * u64::from(WEEK) / (missing as u64 + 1)) as u32);
        for place in 0..missing {
            let reused = self.chance.below(self.models.len()) as Serial;
            if self.models[reused as usize].state == State::Deleted && self.chance.one_in(2) {
                self.reuse_name(reused, at(place));
            } else {
                self.bear(at(place));
            }
        }
    }
}

/// Moves a model's counts by what a week brings.
fn count_week(model: &mut Model, chance: &mut impl Chance) {
    let change = 0.9 + 0.21 * chance.fraction();
    let now = (f64::from(model.downloads) * change) as u32 + chance.below(4) as u32;
    model.downloads = now;
    model.downloads_all_time += u64::from(now / 4);
    if chance.one_in(8) {
        model.likes += 1 + now / 500_000;
    }
}
