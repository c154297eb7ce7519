//! What was a model on earlier days?
//!
//! It is followed back from snapshot to snapshot: by its hub id, wherever both sides have one, else by the name
//! that it had in the next newer snapshot, else by that name in other capitals. A model of its name with another
//! hub id is another model.

mod compare;

use crate::{atlas::Atlas, date::SnapshotDate, ids::Found, legible::quoted, model_id::HubId};
use schemars::JsonSchema;
use serde::Serialize;

/// A model in each of some snapshots, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct History {
    pub snapshots: Vec<Moment>,
}

/// A model in one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moment {
    #[schemars(with = "String")]
    pub snapshot: SnapshotDate,
    /// What it was called; `None` if it was not there.
    pub id: Option<String>,
    /// Whether it was found by its hub id, which survives a rename, or by its name only.
    pub by_hub_id: bool,
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    pub license: Option<String>,
    /// Models derived from it directly; while it is not listed itself, those that name it all the same.
    pub derived: u64,
    pub bases: Vec<BaseThen>,
    /// What is different from the snapshot before, in words.
    pub changes: Vec<String>,
}

/// A base of a model in one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct BaseThen {
    pub id: String,
    pub operation: String,
    pub missing: bool,
}

/// Follows a node of the newest snapshot back through others; snapshots come newest first.
pub fn history(snapshots: &[&Atlas], node: u32) -> History {
    let Some((newest, earlier)) = snapshots.split_first() else { return History::default() };
    let mut trail = Trail { name: newest.world.name(node).to_owned(), hub_id: newest.profiles.hub_id(node) };
    let first = match newest.world.graph.is_missing(node) {
        true => Sighting::Named(node),
        false => Sighting::Listed { node, by_hub_id: trail.hub_id.is_some() },
    };
    let mut sightings = vec![first];
    sightings.extend(earlier.iter().map(|atlas| trail.follow(atlas)));
    let moment = |(at, atlas): (usize, &&Atlas)| {
        let changes = changes(snapshots, &sightings, at);
        moment(atlas, &sightings[at], changes)
    };
    History { snapshots: snapshots.iter().enumerate().map(moment).collect() }
}

/// Where a name leads that the newest snapshot does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// To a node of the newest snapshot that has had another name since.
    Renamed { to: u32, since: SnapshotDate },
    /// Nowhere any more; the model was last listed then, under whatever name.
    Gone { last: SnapshotDate },
    /// No snapshot lists it.
    Unknown,
}

/// Finds out what became of the model that last had a name; snapshots come newest first, and the first of
/// them is not asked whether it lists the name itself.
pub fn gone(snapshots: &[&Atlas], name: &str) -> Whereabouts {
    let Some(newest) = snapshots.first() else { return Whereabouts::Unknown };
    for (at, atlas) in snapshots.iter().enumerate().skip(1) {
        let Some(Sight { node, .. }) = Sight::of(atlas, name).filter(|sight| sight.is_listed) else {
            continue;
        };
        let Some(hub_id) = atlas.profiles.hub_id(node) else {
            return Whereabouts::Gone { last: atlas.world.snapshot };
        };
        if let Some(to) = newest.profiles.find(hub_id) {
            return Whereabouts::Renamed { to, since: snapshots[at - 1].world.snapshot };
        }
        let last = snapshots.iter().find(|newer| newer.profiles.find(hub_id).is_some()).unwrap_or(atlas);
        return Whereabouts::Gone { last: last.world.snapshot };
    }
    Whereabouts::Unknown
}

/// What a name means in one snapshot.
struct Sight {
    node: u32,
    is_exact: bool,
    /// Or else it is a missing base.
    is_listed: bool,
}

impl Sight {
    fn of(atlas: &Atlas, name: &str) -> Option<Sight> {
        let (node, is_exact) = match atlas.world.ids.find_ignoring_case(name)? {
            Found::Exactly(node) => (node, true),
            Found::IgnoringCase(node) => (node, false),
        };
        Some(Sight { node, is_exact, is_listed: !atlas.world.graph.is_missing(node) })
    }
}

/// How a model is there in one snapshot.
enum Sighting {
    Listed {
        node: u32,
        by_hub_id: bool,
    },
    /// Only as a missing base.
    Named(u32),
    /// Not at all; another model has this name.
    Taken(String),
    Absent,
}

impl Sighting {
    fn listed(&self) -> Option<u32> {
        match self {
            Sighting::Listed { node, .. } => Some(*node),
            _ => None,
        }
    }
}

/// By what a model is followed.
struct Trail {
    /// What it was called in the oldest snapshot where it was found so far.
    name: String,
    hub_id: Option<HubId>,
}

impl Trail {
    /// Finds the model by its hub id; if several have it, the one of its name comes first.
    fn by_hub_id(&self, atlas: &Atlas) -> Option<u32> {
        let hub_id = self.hub_id?;
        let namesake = atlas.world.ids.find(&self.name);
        let namesake = namesake.filter(|node| atlas.profiles.hub_id(*node) == Some(hub_id));
        namesake.or_else(|| atlas.profiles.find(hub_id))
    }

    /// Finds the model in the next older snapshot.
    fn follow(&mut self, atlas: &Atlas) -> Sighting {
        if let Some(node) = self.by_hub_id(atlas) {
            self.name = atlas.world.name(node).to_owned();
            return Sighting::Listed { node, by_hub_id: true };
        }
        let Some(Sight { node, is_exact, is_listed }) = Sight::of(atlas, &self.name) else {
            return Sighting::Absent;
        };
        if !is_listed {
            return Sighting::Named(node);
        }
        let hub_id = atlas.profiles.hub_id(node);
        // The snapshot does not know the model's own hub id, or it would have been found.
        if self.hub_id.is_some() && hub_id.is_some() {
            return if is_exact { Sighting::Taken(self.name.clone()) } else { Sighting::Absent };
        }
        self.name = atlas.world.name(node).to_owned();
        self.hub_id = self.hub_id.or(hub_id);
        Sighting::Listed { node, by_hub_id: false }
    }
}

fn moment(atlas: &Atlas, sighting: &Sighting, changes: Vec<String>) -> Moment {
    let Atlas { world, profiles, .. } = atlas;
    let derived = |node: u32| world.graph.derived(node).len() as u64;
    let absent = Moment {
        snapshot: world.snapshot,
        id: None,
        by_hub_id: false,
        downloads: None,
        likes: None,
        license: None,
        derived: 0,
        bases: Vec::new(),
        changes,
    };
    match *sighting {
        Sighting::Listed { node, by_hub_id } => {
            let mut bases: Vec<BaseThen> =
                compare::bases(atlas, node).into_iter().map(|base| base.then(atlas)).collect();
            bases.sort_unstable();
            Moment {
                id: Some(world.name(node).to_owned()),
                by_hub_id,
                downloads: world.downloads(node),
                likes: profiles.likes(node),
                license: profiles.license(node).map(str::to_owned),
                derived: derived(node),
                bases,
                ..absent
            }
        }
        Sighting::Named(node) => Moment { derived: derived(node), ..absent },
        Sighting::Taken(_) | Sighting::Absent => absent,
    }
}

/// Says what is different from the next older snapshot.
fn changes(snapshots: &[&Atlas], sightings: &[Sighting], at: usize) -> Vec<String> {
    let Some(older) = sightings.get(at + 1) else { return taken(&sightings[at]).into_iter().collect() };
    let Some(node) = sightings[at].listed() else {
        let vanished =
            older.listed().map(|_| "It is not listed any more: deleted, or made private.".to_owned());
        return vanished.into_iter().chain(taken(&sightings[at])).collect();
    };
    let seen = (at + 1..snapshots.len()).find_map(|at| Some((snapshots[at], sightings[at].listed()?)));
    let Some((before, then)) = seen else {
        return vec![format!("It appeared: it was not listed on {}.", snapshots[at + 1].world.snapshot)];
    };
    let mut changes = Vec::new();
    if older.listed().is_none() {
        changes.push(format!("It came back: it was last listed on {}.", before.world.snapshot));
    }
    changes.extend(compare::changes((before, then), (snapshots[at], node)));
    changes
}

/// Says that the name was another model's.
fn taken(sighting: &Sighting) -> Option<String> {
    let Sighting::Taken(name) = sighting else { return None };
    Some(format!("The name {} belonged to another model then.", quoted(name)))
}

#[cfg(test)]
mod tests;
