//! How many changes are there between two snapshots?

use super::Kind;
use crate::{date::SnapshotDate, pairing::Renames};
use serde::{Serialize, Serializer};

/// How many changes there are of each kind. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub before: Size,
    pub after: Size,
    pub renames: Renames,
    /// The kinds that were asked for, in the order of [`Kind::ALL`]; `None` where the listings do
    /// not tell.
    #[serde(serialize_with = "as_map")]
    pub changes: Vec<(Kind, Option<u64>)>,
}

/// How large a snapshot is.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    pub snapshot: SnapshotDate,
    pub models: u64,
}

impl Summary {
    /// Counts one more change of a kind that was asked for and can be told.
    pub fn count(&mut self, kind: Kind) {
        for (_, count) in self.changes.iter_mut().filter(|(counted, _)| *counted == kind) {
            *count = count.map(|count| count + 1);
        }
    }

    /// How many changes there are, of whatever kind.
    pub fn total(&self) -> u64 {
        self.changes.iter().filter_map(|(_, count)| *count).sum()
    }
}

fn as_map<S: Serializer>(changes: &[(Kind, Option<u64>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(changes.iter().copied())
}
