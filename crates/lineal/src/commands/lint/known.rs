//! What is known of other models: the snapshot that names are looked up in.

use crate::error::CommandError;
use lineal_core::{
    date::SnapshotDate,
    guest,
    infer::{self, Known},
    record::ModelRecord,
    world::World,
};
use lineal_files::lint::{Guess, Name, Names};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use std::collections::{BTreeMap, BTreeSet};

/// Inferred relations that are less likely are not asked for.
const AT_LEAST: f64 = 0.9;

/// A snapshot and its world.
pub struct Listed {
    pub snapshot: Snapshot,
    pub world: World,
}

/// Opens the snapshot that was asked for, or the newest; `None` if there is none.
pub fn open(lake: &Lake, date: Option<SnapshotDate>) -> Result<Option<Listed>, CommandError> {
    if date.is_none() && lake.dates()?.is_empty() {
        return Ok(None);
    }
    let snapshot = lake.snapshot(date)?;
    let world = snapshot.world()?;
    Ok(Some(Listed { snapshot, world }))
}

impl Listed {
    /// Looks names up.
    pub fn names(&self, names: BTreeSet<String>) -> Result<Names, CommandError> {
        let listed =
            |name: &String| self.world.called(name).filter(|node| !self.world.graph.is_missing(*node));
        let nodes: Vec<u32> = names.iter().filter_map(listed).collect();
        let mut facts = match nodes.is_empty() {
            true => Default::default(),
            false => self.snapshot.facts(&nodes)?,
        };
        let mut known = BTreeMap::new();
        for name in names {
            let found = match listed(&name) {
                None => Name::Unlisted,
                Some(node) => Name::Listed {
                    name: self.world.name(node).to_owned(),
                    license: facts.get_mut(&node).and_then(|facts| facts.license.clone().flatten()),
                },
            };
            known.insert(name, found);
        }
        Ok(Names { source: format!("snapshot {}", self.snapshot.date), names: known })
    }

    /// Infers the bases of a model, as if the snapshot listed it.
    pub fn guesses(&self, record: &ModelRecord) -> Result<Vec<Guess>, CommandError> {
        let names = |_| CommandError::Asked("the names of the snapshot do not fit in memory".to_owned());
        let (world, guest) =
            guest::with(&self.world, record, |claim| claim.source.is_declaration()).map_err(names)?;
        let mut known = Known::default();
        for (node, listed) in (0..).zip(self.snapshot.records()?) {
            let listed = listed?;
            known.push(if node == guest { record } else { &listed });
        }
        if guest >= self.world.graph.models() {
            known.push(record);
        }
        let inferred = infer::infer_one(&world, &known, guest, &infer::Options { at_least: AT_LEAST });
        let guess = inferred.into_iter().map(|relation| Guess {
            base: world.name(relation.base).to_owned(),
            is_listed: !world.graph.is_missing(relation.base),
            operation: relation.operation,
            confidence: relation.confidence,
            standing: relation.standing,
            evidence: relation.evidence,
        });
        Ok(guess.collect())
    }
}
