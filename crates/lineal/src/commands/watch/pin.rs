//! Writing a list with what the newest snapshot says.

use super::{Args, lineage};
use crate::{
    error::{CommandError, file_error},
    show,
    ui::Ui,
    whole,
};
use lineal_core::{
    pairing::Side,
    watch::{
        Pins,
        list::{self, Line, List},
        trace::{self, Known},
    },
};
use lineal_lake::store::Lake;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// How a list begins that was written here.
const HEAD: &str = "# Written by `lineal watch --write`";

/// Pins each model as it is now. A line that pins a model which is not there any more, or whose
/// name another one has, stays: otherwise the next check would take the other for granted.
pub fn write(
    args: &Args,
    mut lines: Vec<Line>,
    path: &Path,
    lake: &Lake,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    if !args.force {
        keep_others(path)?;
    }
    let snapshot = lake.snapshot(None)?;
    let (world, hub_ids) = (snapshot.world()?, snapshot.hub_ids()?);
    args.lineage_of.iter().for_each(|id| lines.extend(lineage(&world, id)));
    let side = Side { world: &world, hub_ids: &hub_ids };
    let plan = trace::plan(&lines, &Known { earlier: Some(side), later: None, newborn: &[] });
    let watched: Vec<_> = plan.watched.iter().map(|watched| &plan.models[watched.subject]).collect();
    let places: Vec<u32> = watched.iter().filter_map(|traced| traced.before).collect();
    let facts = snapshot.facts(&places)?;
    let mut pinned = Vec::new();
    let mut kept = 0u64;
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
    let all = pinned.len() as u64;
    let of_these = if kept > 0 { format!("{} of ", show::count(all - kept)) } else { String::new() };
    let said = format!("{of_these}{} as of snapshot {}", show::some(all, "model"), snapshot.date);
    let list = list::write(&List { snapshot: Some(snapshot.date), lines: pinned });
    whole::write(path, format!("{HEAD}: {said}\n{list}").as_bytes())?;
    ui.text(&format!("{}: {said}", path.display()))?;
    if kept > 0 {
        ui.note(&format!(
            "{} not listed there; what the list says of them was kept",
            show::some(kept, "model")
        ));
    }
    Ok(())
}

/// Makes sure that nothing is replaced but a list that was written here.
fn keep_others(path: &Path) -> Result<(), CommandError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(file_error("read", path)(error)),
    };
    let mut head = Vec::new();
    file.take(HEAD.len() as u64).read_to_end(&mut head).map_err(file_error("read", path))?;
    // In an empty file, nothing is lost.
    match head.is_empty() || head == HEAD.as_bytes() {
        true => Ok(()),
        false => Err(CommandError::NotOurList { path: path.to_owned() }),
    }
}
