//! What does a snapshot say of each model, beside its name, its relations, its downloads and its task?
//!
//! Columns of numbers, indexed by node, so that they can be mapped from a file and a question about one
//! model reads one place of each. Missing bases have no rows.

use crate::{
    column::Column,
    field::{Field, State},
    model_id::HubId,
    record::{Gated, ModelRecord},
    set::Member,
    words::{Words, WordsBuilder},
    world::UNKNOWN,
};

/// Stands for an unknown time in [`Profiles::created`] and [`Profiles::modified`].
pub const UNKNOWN_TIME: i64 = i64::MIN;

/// What is known of the models of one snapshot, one row each.
#[derive(Debug)]
pub struct Profiles {
    pub licenses: Words,
    pub libraries: Words,
    /// [`UNKNOWN`] where not stated.
    pub likes: Column<u64>,
    /// Number of parameters; [`UNKNOWN`] where not stated.
    pub parameters: Column<u64>,
    /// Milliseconds since 1970, UTC, or [`UNKNOWN_TIME`].
    pub created: Column<i64>,
    pub modified: Column<i64>,
    /// All zeros where not stated.
    pub hub_ids: Column<[u8; 12]>,
    pub commits: Column<[u8; 20]>,
    /// What of access is known, see `access`.
    pub access: Column<u8>,
    /// How each of [`Field::ALL`] stands, three bits each from the lowest.
    pub states: Column<u16>,
    /// The models with a hub id, in the order of their hub ids.
    pub by_hub_id: Column<u32>,
}

impl Profiles {
    /// Whether there is a row for each of so many models, and no number leads beyond them.
    pub fn fit(&self, models: u32) -> bool {
        let rows = models as usize;
        [
            self.licenses.codes.len(),
            self.libraries.codes.len(),
            self.likes.len(),
            self.parameters.len(),
            self.created.len(),
            self.modified.len(),
            self.hub_ids.len(),
            self.commits.len(),
            self.access.len(),
            self.states.len(),
        ]
        .iter()
        .all(|length| *length == rows)
            && self.by_hub_id.iter().all(|node| *node < models)
    }

    pub fn license(&self, node: u32) -> Option<&str> {
        self.licenses.of(node)
    }

    pub fn library(&self, node: u32) -> Option<&str> {
        self.libraries.of(node)
    }

    pub fn likes(&self, node: u32) -> Option<u64> {
        known(&self.likes, node)
    }

    pub fn parameters(&self, node: u32) -> Option<u64> {
        known(&self.parameters, node)
    }

    /// Milliseconds since 1970, UTC.
    pub fn created(&self, node: u32) -> Option<i64> {
        self.created.get(node as usize).copied().filter(|time| *time != UNKNOWN_TIME)
    }

    /// Milliseconds since 1970, UTC.
    pub fn modified(&self, node: u32) -> Option<i64> {
        self.modified.get(node as usize).copied().filter(|time| *time != UNKNOWN_TIME)
    }

    pub fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids.get(node as usize).copied().filter(|id| *id != [0; 12]).map(HubId)
    }

    /// The commit of the main branch.
    pub fn commit(&self, node: u32) -> Option<[u8; 20]> {
        self.commits.get(node as usize).copied().filter(|commit| *commit != [0; 20])
    }

    pub fn gated(&self, node: u32) -> Option<Gated> {
        let code = (self.access.get(node as usize)? & 0b11).checked_sub(1)?;
        Gated::ALL.get(usize::from(code)).copied()
    }

    pub fn disabled(&self, node: u32) -> Option<bool> {
        flag(*self.access.get(node as usize)?, 2)
    }

    pub fn private(&self, node: u32) -> Option<bool> {
        flag(*self.access.get(node as usize)?, 4)
    }

    /// How each of [`Field::ALL`] stands; `None` for a missing base.
    pub fn states(&self, node: u32) -> Option<[State; 5]> {
        let bits = *self.states.get(node as usize)?;
        Some(std::array::from_fn(|at| STATES[usize::from(bits >> (3 * at) & 0b111).min(STATES.len() - 1)]))
    }

    /// Finds a model by what never changes.
    pub fn find(&self, hub_id: HubId) -> Option<u32> {
        let key = |node: &u32| self.hub_ids[*node as usize];
        let at = self.by_hub_id.binary_search_by_key(&hub_id.0, key).ok()?;
        Some(self.by_hub_id[at])
    }
}

/// By the code that stands for each; what is not known is unclear.
const STATES: [State; 5] =
    [State::Unclear, State::Present, State::Missing, State::Wrong, State::NotApplicable];

fn known(column: &Column<u64>, node: u32) -> Option<u64> {
    column.get(node as usize).copied().filter(|number| *number != UNKNOWN)
}

/// A flag is two bits: whether it is known, and what it says.
fn flag(bits: u8, at: u8) -> Option<bool> {
    (bits >> at & 1 == 1).then_some(bits >> (at + 1) & 1 == 1)
}

/// Packs whether one must ask (two bits), whether a model is disabled, and whether it is private (two each).
fn access(record: &ModelRecord) -> u8 {
    let gated = record.gated.and_then(|gated| Gated::ALL.iter().position(|each| *each == gated));
    let flag = |value: Option<bool>| value.map_or(0, |value| 1 | u8::from(value) << 1);
    gated.map_or(0, |at| at as u8 + 1) | flag(record.disabled) << 2 | flag(record.private) << 4
}

/// The profiles of a listing being read, model by model.
#[derive(Debug, Default)]
pub struct ProfilesBuilder {
    licenses: WordsBuilder,
    libraries: WordsBuilder,
    likes: Vec<u64>,
    parameters: Vec<u64>,
    created: Vec<i64>,
    modified: Vec<i64>,
    hub_ids: Vec<[u8; 12]>,
    commits: Vec<[u8; 20]>,
    access: Vec<u8>,
    states: Vec<u16>,
}

impl ProfilesBuilder {
    /// Adds the next model, and how each of [`Field::ALL`] stands for it.
    pub fn push(&mut self, record: &ModelRecord, states: [State; 5]) {
        self.licenses.push(record.license.as_deref());
        self.libraries.push(record.library.as_deref());
        self.likes.push(record.likes.unwrap_or(UNKNOWN));
        self.parameters.push(record.parameters.unwrap_or(UNKNOWN));
        self.created.push(record.created_at.unwrap_or(UNKNOWN_TIME));
        self.modified.push(record.last_modified.unwrap_or(UNKNOWN_TIME));
        self.hub_ids.push(record.hub_id.map_or([0; 12], |id| id.0));
        self.commits.push(record.sha.unwrap_or([0; 20]));
        self.access.push(access(record));
        let code = |state: &State| STATES.iter().position(|each| each == state).unwrap_or(0) as u16;
        let bits = states.iter().enumerate().map(|(at, state)| code(state) << (3 * at));
        self.states.push(bits.fold(0, |all, bits| all | bits));
    }

    pub fn finish(self) -> Profiles {
        let with_id = self.hub_ids.iter().enumerate().filter(|(_, id)| **id != [0; 12]);
        let mut by_hub_id: Vec<u32> = with_id.map(|(node, _)| node as u32).collect();
        by_hub_id.sort_unstable_by_key(|node| (self.hub_ids[*node as usize], *node));
        Profiles {
            licenses: self.licenses.finish(),
            libraries: self.libraries.finish(),
            likes: self.likes.into(),
            parameters: self.parameters.into(),
            created: self.created.into(),
            modified: self.modified.into(),
            hub_ids: self.hub_ids.into(),
            commits: self.commits.into(),
            access: self.access.into(),
            states: self.states.into(),
            by_hub_id: by_hub_id.into(),
        }
    }
}

/// The fields of metadata with how each stands, in the order of [`Field::ALL`].
pub fn by_field(states: [State; 5]) -> impl Iterator<Item = (Field, State)> {
    Field::ALL.iter().copied().zip(states)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_says_what_the_record_said_and_nothing_else() {
        let mut builder = ProfilesBuilder::default();
        let mut record = ModelRecord::named("a/b".parse().expect("a name"));
        builder.push(&record, [State::Unclear; 5]);
        record.license = Some("mit".to_owned());
        record.likes = Some(0);
        record.created_at = Some(-5);
        record.hub_id = Some(HubId([7; 12]));
        record.gated = Some(Gated::Manual);
        record.private = Some(false);
        record.disabled = Some(true);
        let states = [State::Present, State::Missing, State::Wrong, State::NotApplicable, State::Unclear];
        builder.push(&record, states);
        let profiles = builder.finish();
        assert!(profiles.fit(2) && !profiles.fit(1));
        assert_eq!((profiles.license(0), profiles.likes(0), profiles.created(0)), (None, None, None));
        assert_eq!((profiles.gated(0), profiles.private(0), profiles.hub_id(0)), (None, None, None));
        assert_eq!((profiles.license(1), profiles.likes(1)), (Some("mit"), Some(0)));
        assert_eq!((profiles.created(1), profiles.gated(1)), (Some(-5), Some(Gated::Manual)));
        assert_eq!((profiles.private(1), profiles.disabled(1)), (Some(false), Some(true)));
        assert_eq!(profiles.states(1), Some(states));
        assert_eq!((profiles.find(HubId([7; 12])), profiles.find(HubId([8; 12]))), (Some(1), None));
        assert_eq!((profiles.license(2), profiles.states(2)), (None, None));
    }
}
