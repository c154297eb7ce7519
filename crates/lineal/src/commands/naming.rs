//! Which model does somebody mean who types a name?
//!
//! The one that has the name, whatever its case; else the one that has it now: legacy names without an
//! owner were given one, and a model that was renamed is known by its hub id from an earlier snapshot. What is
//! only named as a base can be asked about too.

use crate::{error::CommandError, ui::Ui};
use lineal_core::{date::SnapshotDate, world::World};
use lineal_lake::{snapshot::Snapshot, store::Lake};

/// How many earlier snapshots are looked through for a former name.
const EARLIER: usize = 30;

/// Finds a model by name, and says so if the name is not what it is called now.
///
/// # Errors
/// When there is no such model: then those that it could be are named.
pub fn find(
    lake: &Lake,
    snapshot: &Snapshot,
    world: &World,
    name: &str,
    ui: &Ui,
) -> Result<u32, CommandError> {
    let node = match world.called(name) {
        Some(node) => node,
        None => match renamed(lake, snapshot, world, name)? {
            Former::Now(node) => node,
            Former::Gone(last) => {
                return Err(CommandError::Gone { name: name.to_owned(), date: snapshot.date, last });
            }
            Former::Unknown => {
                if !snapshot.is_indexed() {
                    ui.note(&indexing(snapshot));
                }
                let near = snapshot.search(world)?.did_you_mean(world, name);
                return Err(CommandError::NoSuchModel { name: name.to_owned(), date: snapshot.date, near });
            }
        },
    };
    if world.name(node) != name {
        ui.note(&format!("`{name}` is called `{}`", world.name(node)));
    }
    Ok(node)
}

/// What is said before the indexes of a snapshot are made.
pub fn indexing(snapshot: &Snapshot) -> String {
    format!("indexing snapshot {}, once …", snapshot.date)
}

/// What became of a name that no model has.
enum Former {
    Now(u32),
    /// No model has the identity that this name had; it was last seen then.
    Gone(SnapshotDate),
    Unknown,
}

/// Looks for a name in earlier snapshots, the latest first.
fn renamed(lake: &Lake, snapshot: &Snapshot, world: &World, name: &str) -> Result<Former, CommandError> {
    let earlier = lake.dates()?.into_iter().rev().filter(|date| *date < snapshot.date);
    for date in earlier.take(EARLIER) {
        let then = lake.snapshot(Some(date))?;
        let then_world = then.world()?;
        let Some(node) = then_world.called(name) else { continue };
        if then_world.graph.is_missing(node) {
            continue;
        }
        let hub_id = then.hub_ids()?.get(node as usize).copied().flatten();
        let now = match hub_id {
            Some(hub_id) => snapshot.hub_ids()?.iter().position(|other| *other == Some(hub_id)),
            None => None,
        };
        return Ok(match now {
            Some(node) if (node as u32) < world.graph.models() => Former::Now(node as u32),
            _ => Former::Gone(date),
        });
    }
    Ok(Former::Unknown)
}
