//! Writing a list with what the newest snapshot says.

use super::lineage;
use crate::{error::CommandError, show, ui::Ui, whole};
use lineal_core::{
    model_id::ModelId,
    pairing::Side,
    watch::{
        Pins,
        list::{self, Line},
        trace::{self, Known},
    },
};
use lineal_lake::store::Lake;
use std::path::Path;

/// Pins each model as it is now. A line that pins a model which is not there any more, or whose
/// name another one has, stays: otherwise the next check would take the other for granted.
pub fn write(
    mut lines: Vec<Line>,
    lineage_of: &[ModelId],
    path: &Path,
    lake: &Lake,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let snapshot = lake.snapshot(None)?;
    let (world, hub_ids) = (snapshot.world()?, snapshot.hub_ids()?);
    lineage_of.iter().for_each(|id| lines.extend(lineage(&world, id)));
    let side = Side { world: &world, hub_ids: &hub_ids };
    let plan = trace::plan(&lines, &Known { earlier: Some(side), later: None });
    let watched: Vec<_> = plan.watched.iter().map(|watched| &plan.models[watched.subject]).collect();
    let places: Vec<u32> = watched.iter().filter_map(|traced| traced.before).collect();
    let facts = snapshot.facts(&places)?;
    let mut pinned = Vec::new();
    let mut kept = 0;
    for traced in &watched {
        let place = traced.before.and_then(|node| Some((world.name(node), facts.get(&node)?)));
        let (name, pins) = match place {
            Some((name, facts)) => (name, Pins { hub_id: facts.hub_id, sha: facts.sha }),
            None => (traced.name.as_str(), traced.pins),
        };
        kept += u64::from(place.is_none());
        // Names of snapshots and of lists are names of models already.
        pinned.extend(name.parse().ok().map(|id| Line { id, pins }));
    }
    let head = format!("# {} as of snapshot {}\n", show::some(pinned.len() as u64, "model"), snapshot.date);
    whole::write(path, (head + &list::write(&pinned)).as_bytes())?;
    ui.text(&format!(
        "{}: {} as of snapshot {}",
        path.display(),
        show::some(pinned.len() as u64, "model"),
        snapshot.date
    ))?;
    if kept > 0 {
        ui.note(&format!(
            "{} not listed there; what the list says of them was kept",
            show::some(kept, "model")
        ));
    }
    Ok(())
}
