//! Which models does each slice hold?
//!
//! Every model is in exactly one slice of each dimension, so slices add up to the whole.

use crate::{
    model_id::owner,
    record::{ModelRecord, NOTED_SINCE},
    world::World,
};
use chrono::{DateTime, Datelike};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::fmt;

/// How many models an owner has, from the first number of each size to the next's.
pub(super) const OWNER_SIZES: [(u32, &str); 5] =
    [(1, "1"), (2, "2–9"), (10, "10–99"), (100, "100–999"), (1000, "1,000+")];

/// What must be known of all models to tell where one belongs.
pub(super) struct Keys {
    /// Where each model's owner stands in [`OWNER_SIZES`], counted from 1; 0 for bare names.
    owner_sizes: Vec<u8>,
    /// The downloads that a model must exceed to be in each decile above the first.
    deciles: Option<[u64; 9]>,
}

impl Keys {
    pub fn of(world: &World) -> Keys {
        Keys { owner_sizes: owner_sizes(world), deciles: deciles(world) }
    }

    pub fn owner_size(&self, node: u32) -> usize {
        self.owner_sizes.get(node as usize).map_or(0, |size| usize::from(*size))
    }

    /// Returns the tenth of the snapshot in which a model is by its downloads, from 1 to 10; 0 if they are not known.
    /// Models with the same downloads are in the same one, the lowest of theirs.
    pub fn decile(&self, downloads: Option<u64>) -> usize {
        let (Some(downloads), Some(deciles)) = (downloads, &self.deciles) else { return 0 };
        1 + deciles.iter().filter(|limit| **limit < downloads).count()
    }
}

fn owner_sizes(world: &World) -> Vec<u8> {
    let models = 0..world.graph.models();
    let mut models_of: HashMap<&str, u32, RandomState> = HashMap::default();
    for owner in models.clone().filter_map(|node| owner(world.name(node))) {
        *models_of.entry(owner).or_default() += 1;
    }
    let size = |owner: &str| {
        let number = models_of.get(owner).copied().unwrap_or(0);
        OWNER_SIZES.iter().filter(|(from, _)| *from <= number).count() as u8
    };
    models.map(|node| owner(world.name(node)).map_or(0, size)).collect()
}

fn deciles(world: &World) -> Option<[u64; 9]> {
    let mut downloads: Vec<u64> =
        (0..world.graph.models()).filter_map(|node| world.downloads(node)).collect();
    downloads.sort_unstable();
    if downloads.is_empty() {
        return None;
    }
    // A model belongs above a limit if at least that share of all have fewer downloads.
    Some(std::array::from_fn(|at| downloads[((at + 1) * downloads.len()).div_ceil(10) - 1]))
}

/// When a model was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Created {
    /// Before the hub noted it.
    Earlier,
    In {
        year: i32,
        month: u32,
    },
}

impl Created {
    /// Returns when a model was created; `None` if that is not known, or was said to be after `end`.
    pub fn of(record: &ModelRecord, end: i64) -> Option<Created> {
        let at = record.created_at.filter(|at| *at < end)?;
        if at <= NOTED_SINCE {
            return Some(Created::Earlier);
        }
        let date = DateTime::from_timestamp_millis(at)?;
        Some(Created::In { year: date.year(), month: date.month() })
    }

    pub fn year(self) -> Option<i32> {
        match self {
            Created::Earlier => None,
            Created::In { year, .. } => Some(year),
        }
    }
}

impl fmt::Display for Created {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Created::Earlier => f.write_str("earlier"),
            Created::In { year, month } => write!(f, "{year:04}-{month:02}"),
        }
    }
}
