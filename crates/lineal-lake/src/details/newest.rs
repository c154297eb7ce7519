//! Which reading of a model is the one that counts?
//!
//! A model is found again by the hub's identity where both sides have one, else by name. A reading
//! belongs to the commit that was asked for. Of several that fit, one that will not change counts
//! before one that may, and then the newest.

use super::{
    bytes,
    part::{Parts, Placed},
    schema::{READINGS, READINGS_FILE},
};
use crate::{scan::scan, snapshot::ReadError, store::Lake};
use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::TimestampMillisecondType,
};
use hashbrown::HashTable;
use lineal_core::{
    model_id::HubId,
    reading::{Detail, Outcome, Subject},
};
use std::{
    borrow::Cow,
    hash::{BuildHasher, RandomState},
};

/// Finds models by identity and by name.
pub struct Finder<'a> {
    pub subjects: Cow<'a, [Subject]>,
    by_hub_id: HashTable<u32>,
    by_id: HashTable<u32>,
    hasher: RandomState,
}

impl<'a> Finder<'a> {
    pub fn new(subjects: impl Into<Cow<'a, [Subject]>>) -> Finder<'a> {
        let subjects = subjects.into();
        let mut finder = Finder {
            by_hub_id: HashTable::with_capacity(subjects.len()),
            by_id: HashTable::with_capacity(subjects.len()),
            hasher: RandomState::new(),
            subjects,
        };
        (0..finder.subjects.len() as u32).for_each(|place| finder.enter(place));
        finder
    }

    /// Adds a model that is not listed.
    pub fn add(&mut self, subject: Subject) {
        let place = self.subjects.len() as u32;
        self.subjects.to_mut().push(subject);
        self.enter(place);
    }

    fn enter(&mut self, place: u32) {
        let (subjects, hasher) = (&self.subjects, &self.hasher);
        let Subject { id, hub_id, .. } = &subjects[place as usize];
        if hub_id.is_some() {
            let hash = |place: &u32| hasher.hash_one(subjects[*place as usize].hub_id);
            self.by_hub_id.insert_unique(hasher.hash_one(hub_id), place, hash);
        }
        let hash = |place: &u32| hasher.hash_one(subjects[*place as usize].id.as_str());
        self.by_id.insert_unique(hasher.hash_one(id.as_str()), place, hash);
    }

    pub fn into_subjects(self) -> Vec<Subject> {
        self.subjects.into_owned()
    }

    /// Returns the place of a model.
    pub fn find(&self, hub_id: Option<HubId>, id: &str) -> Option<u32> {
        if hub_id.is_some() {
            let same = |place: &u32| self.subjects[*place as usize].hub_id == hub_id;
            if let Some(place) = self.by_hub_id.find(self.hasher.hash_one(hub_id), same) {
                return Some(*place);
            }
        }
        let same = |place: &u32| {
            let subject = &self.subjects[*place as usize];
            // Two identities are two models, whatever they are called.
            subject.id.as_str() == id && (hub_id.is_none() || subject.hub_id.is_none())
        };
        self.by_id.find(self.hasher.hash_one(id), same).copied()
    }
}

/// The reading of a model that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Newest {
    /// Whether asking again about the same commit would give nothing else.
    pub is_final: bool,
    read_at: i64,
    /// The place of its part, and its row there.
    pub part: u32,
    pub reading: u32,
    /// Whether it was asked without a token, and one might open more.
    pub is_shut: bool,
}

/// Finds the reading of each model that counts.
pub fn newest(
    lake: &Lake,
    finder: &Finder,
    parts: &Parts,
    detail: Detail,
    snapshot: &str,
) -> Result<Vec<Option<Newest>>, ReadError> {
    let mut newest: Vec<Option<Newest>> = vec![None; finder.subjects.len()];
    for (part, placed) in (0..).zip(&parts.0) {
        let own = placed.part.snapshot == snapshot;
        let Some(path) = placed.file(lake, READINGS_FILE)? else { continue };
        let mut reading = 0;
        for batch in scan(&path, &READINGS, &ASKED, None)? {
            for asked in asked(&batch?) {
                let at = finder.find(asked.hub_id, &asked.id).map(|at| at as usize);
                if let Some(at) = at.filter(|at| asked.belongs_to(&finder.subjects[*at], detail, own)) {
                    let is_final = asked.outcome.is_some_and(|outcome| is_final(detail, outcome));
                    let is_shut =
                        asked.anonymous && matches!(asked.outcome, Some(Outcome::Gated | Outcome::Elsewhere));
                    let found = Newest { is_final, read_at: asked.read_at, part, reading, is_shut };
                    newest[at] = newest[at].max(Some(found));
                }
                reading += 1;
            }
        }
        if u64::from(reading) != placed.part.readings {
            return Err(ReadError::Misfit {
                path,
                why: "it has another number of rows than its manifest says",
            });
        }
    }
    Ok(newest)
}

/// For each part, the place of the model that each of its readings counts for.
pub fn chosen(parts: &Parts, newest: &[Option<Newest>]) -> Vec<Vec<Option<u32>>> {
    let rows = |placed: &Placed| vec![None; placed.part.readings as usize];
    let mut chosen: Vec<Vec<Option<u32>>> = parts.0.iter().map(rows).collect();
    for (place, newest) in (0..).zip(newest) {
        if let Some(Newest { part, reading, .. }) = newest {
            chosen[*part as usize][*reading as usize] = Some(place);
        }
    }
    chosen
}

/// Passes on the readings of a part that were read at the commit asked for, with their rows.
pub fn each_read(lake: &Lake, placed: &Placed, mut take: impl FnMut(u32, &Asked)) -> Result<(), ReadError> {
    let Some(path) = placed.file(lake, READINGS_FILE)? else { return Ok(()) };
    let mut row = 0;
    for batch in scan(&path, &READINGS, &ASKED, None)? {
        for asked in asked(&batch?) {
            if asked.outcome == Some(Outcome::Read) {
                take(row, &asked);
            }
            row += 1;
        }
    }
    Ok(())
}

/// Adds the models that readings are about and that nobody lists any more.
pub fn unlisted(lake: &Lake, finder: &mut Finder, parts: &Parts) -> Result<(), ReadError> {
    for placed in &parts.0 {
        let Some(path) = placed.file(lake, READINGS_FILE)? else { continue };
        for batch in scan(&path, &READINGS, &ASKED, None)? {
            for Asked { hub_id, id, sha, .. } in asked(&batch?) {
                if finder.find(hub_id, &id).is_some() {
                    continue;
                }
                let why = "a model has no usable name";
                let id = id.parse().map_err(|_| ReadError::Misfit { path: path.clone(), why })?;
                finder.add(Subject { id, hub_id, sha });
            }
        }
    }
    Ok(())
}

/// Whether an outcome stays as it is for as long as the model's commit does.
fn is_final(detail: Detail, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Read
        | Outcome::ReadAtHead
        | Outcome::NoCard
        | Outcome::Gated
        | Outcome::Disabled
        | Outcome::TooLarge
        | Outcome::Offsite => true,
        // Where a name leads is what was asked.
        Outcome::Elsewhere => detail == Detail::Identities,
        Outcome::Refused => false,
    }
}

/// The columns that [`Asked`] is read from, in the order in which they are stored.
const ASKED: [&str; 6] = ["hub_id", "id", "sha", "read_at", "anonymous", "outcome"];

/// What a reading says of the model it is about.
pub struct Asked {
    pub hub_id: Option<HubId>,
    pub id: String,
    pub sha: Option<[u8; 20]>,
    read_at: i64,
    /// `None` for a word that another version has for it.
    outcome: Option<Outcome>,
    anonymous: bool,
}

impl Asked {
    fn belongs_to(&self, subject: &Subject, detail: Detail, own: bool) -> bool {
        match subject.sha {
            Some(_) if detail != Detail::Identities => self.sha == subject.sha,
            _ => own,
        }
    }
}

/// The models of a batch of readings.
fn asked(batch: &RecordBatch) -> impl Iterator<Item = Asked> {
    let hub_ids = batch.column(0).as_fixed_size_binary();
    let ids = batch.column(1).as_string::<i32>();
    let shas = batch.column(2).as_fixed_size_binary();
    let times = batch.column(3).as_primitive::<TimestampMillisecondType>();
    let anonymous = batch.column(4).as_boolean();
    let outcomes = batch.column(5).as_string::<i32>();
    let outcome = |row: usize| Outcome::ALL.into_iter().find(|known| known.as_str() == outcomes.value(row));
    (0..batch.num_rows()).map(move |row| Asked {
        hub_id: bytes(hub_ids, row).map(HubId),
        id: ids.value(row).to_owned(),
        sha: bytes(shas, row),
        read_at: if times.is_null(row) { 0 } else { times.value(row) },
        outcome: outcome(row),
        anonymous: anonymous.value(row),
    })
}
