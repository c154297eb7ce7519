//! What is known of every model of a snapshot, and what can be inferred from that?

use crate::error::CommandError;
use lineal_core::{
    infer::{Inferred, Known, Options, infer},
    record::ModelRecord,
    world::World,
};
use lineal_lake::{snapshot::Snapshot, store::Lake};

/// Reads a number from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// Returns the models of a snapshot in the listing's order, with what was asked about single ones.
pub fn records(
    lake: &Lake,
    snapshot: &Snapshot,
) -> Result<impl Iterator<Item = Result<ModelRecord, CommandError>>, CommandError> {
    let _ = lake;
    Ok(snapshot.records()?.map(|record| Ok(record?)))
}

/// A snapshot's world, and what inference knows of its models.
pub fn known(lake: &Lake, snapshot: &Snapshot) -> Result<(World, Known), CommandError> {
    let mut known = Known::default();
    for record in records(lake, snapshot)? {
        known.push(&record?);
    }
    Ok((snapshot.world()?, known))
}

/// Returns the relations inferred for one derived model, of some that are sorted by it.
pub fn of(inferred: &[Inferred], derived: u32) -> &[Inferred] {
    let start = inferred.partition_point(|relation| relation.derived < derived);
    let end = inferred.partition_point(|relation| relation.derived <= derived);
    &inferred[start..end]
}

/// Infers the relations of a snapshot.
pub fn inferred(
    lake: &Lake,
    snapshot: &Snapshot,
    at_least: f64,
) -> Result<(World, Vec<Inferred>), CommandError> {
    let (world, known) = known(lake, snapshot)?;
    let inferred = infer(&world, &known, &Options { at_least });
    Ok((world, inferred))
}
