//! Which model is meant by a line of a list, and where is it in each snapshot?
//!
//! A pinned hub id says it for certain. Otherwise a name means the model that had it in the earlier
//! snapshot; what has become of that is a question of the pairing. A model that only the later
//! snapshot lists has nothing that it could be compared with, unless something was already made from
//! what had its name before: then it is another one, if it was made since.

use super::{Ancestor, Facts, Now, Pins, Subject, Watched, lineage::ancestors, list::Line};
use crate::{
    aliases,
    date::SnapshotDate,
    model_id::{HubId, ModelId},
    pairing::{Pairing, Side},
    renames::Evidence,
    world::World,
};
use std::collections::{HashMap, HashSet, hash_map::Entry};

/// What the lines are traced in. Without the later snapshot, it is the hub that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub earlier: Option<Side<'a>>,
    pub later: Option<(Side<'a>, &'a Pairing)>,
    /// Models of the later snapshot that were made after the earlier one, as far as is known; sorted.
    pub newborn: &'a [u32],
}

/// A model and its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// The name by which it is relied upon.
    pub name: String,
    pub pins: Pins,
    /// Its node in the earlier world.
    pub before: Option<u32>,
    /// Its node in the later world.
    pub after: Option<u32>,
    /// Why a model with another name is held to be the same.
    pub evidence: Option<Evidence>,
    /// The node in the later world of another repository that has its name.
    pub instead: Option<u32>,
}

impl Traced {
    /// Puts together what is known of the model before and now.
    pub fn subject(&self, since: Option<SnapshotDate>, before: Option<Facts>, now: Now) -> Subject {
        let mut before = before.unwrap_or_default();
        before.hub_id = self.pins.hub_id.or(before.hub_id);
        before.sha = self.pins.sha.or(before.sha);
        Subject {
            name: self.name.clone(),
            pins: self.pins,
            since,
            before,
            now,
            instead: None,
            relation: None,
            files: None,
        }
    }

    /// Whether nobody had its name before, and a repository made since has it now.
    pub fn is_taken(&self) -> bool {
        self.before.is_none() && self.pins == Pins::default() && self.instead.is_some()
    }

    /// Whether there was such a model, as far as anybody knows.
    pub fn is_known(&self) -> bool {
        self.before.is_some() || self.instead.is_some() || self.pins != Pins::default()
    }
}

/// All models to check, and for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub models: Vec<Traced>,
    pub watched: Vec<Watched>,
}

/// Traces the lines of a list and everything that their models were made from.
pub fn plan(lines: &[Line], known: &Known) -> Plan {
    let tracer = Tracer::new(lines, known);
    let mut plan = Plan::default();
    // A stale line can have the name of what is another model by now, and so can a base.
    let key = |traced: &Traced| (traced.name.clone(), traced.before, traced.is_taken());
    let mut places = HashMap::new();
    // All lines first, so that what they pin holds where they are ancestors too.
    for line in lines {
        let traced = tracer.line(line);
        if let Entry::Vacant(place) = places.entry(key(&traced)) {
            place.insert(plan.models.len());
            plan.watched.push(Watched { subject: plan.models.len(), ancestors: Vec::new() });
            plan.models.push(traced);
        }
    }
    for at in 0..plan.watched.len() {
        for (traced, via) in tracer.ancestors(&plan.models[at]) {
            let subject = *places.entry(key(&traced)).or_insert(plan.models.len());
            if subject == plan.models.len() {
                plan.models.push(traced);
            }
            plan.watched[at].ancestors.push(Ancestor { subject, via });
        }
    }
    plan
}

struct Tracer<'a> {
    earlier: Option<Side<'a>>,
    later: Option<(Side<'a>, &'a Pairing)>,
    newborn: &'a [u32],
    /// Where the pinned models are.
    in_earlier: HashMap<HubId, u32>,
    in_later: HashMap<HubId, u32>,
}

impl<'a> Tracer<'a> {
    fn new(lines: &[Line], known: &Known<'a>) -> Tracer<'a> {
        let pinned: HashSet<HubId> = lines.iter().filter_map(|line| line.pins.hub_id).collect();
        Tracer {
            earlier: known.earlier,
            later: known.later,
            newborn: known.newborn,
            in_earlier: known.earlier.map_or_else(HashMap::new, |side| places(side, &pinned)),
            in_later: known.later.map_or_else(HashMap::new, |(side, _)| places(side, &pinned)),
        }
    }

    fn line(&self, line: &Line) -> Traced {
        let (name, pinned) = (line.id.as_str(), line.pins.hub_id);
        let (before, mut after, known_as) = self.nodes(name, pinned);
        // A line that names a model as nobody does any more is kept: that is what is relied upon.
        let is_stale = |known_as: &str| pinned.is_some() && !known_as.eq_ignore_ascii_case(name);
        let name = known_as.filter(|known_as| !is_stale(known_as)).unwrap_or(name);
        let of_snapshot = || self.earlier.zip(before).and_then(|(side, node)| side.hub_id(node));
        let instead = self.instead(name, pinned.or_else(of_snapshot));
        if instead == after {
            after = None;
        }
        self.traced(name.to_owned(), line.pins, before, after, instead)
    }

    /// Where the model of a line is in both snapshots, and what it is called in the first one in
    /// which the line finds it.
    fn nodes(&self, name: &str, pinned: Option<HubId>) -> (Option<u32>, Option<u32>, Option<&'a str>) {
        if let Some(side) = self.earlier
            && let Some(before) = place(side, name, pinned, &self.in_earlier)
        {
            let after = self.later.and_then(|(_, pairing)| pairing.later_of(before));
            return (Some(before), after, Some(side.world.name(before)));
        }
        if let Some((side, pairing)) = self.later
            && let Some(after) = place(side, name, pinned, &self.in_later)
        {
            // It may have got this name since, and be known before under another.
            return (pairing.earlier_of(after), Some(after), Some(side.world.name(after)));
        }
        (None, None, None)
    }

    fn ancestors(&self, model: &Traced) -> Vec<(Traced, Vec<String>)> {
        let sides = (self.earlier.zip(model.before), self.later.zip(model.after));
        let (side, node, is_earlier) = match sides {
            (Some((side, node)), _) => (side, node, true),
            (None, Some(((side, _), node))) => (side, node, false),
            (None, None) => return Vec::new(),
        };
        let name = |node: &u32| side.world.name(*node).to_owned();
        let mut found = Vec::new();
        for way in ancestors(side.world, node) {
            let Some(&node) = way.last() else { continue };
            let another = || self.instead(&name(&node), side.hub_id(node));
            let pairing = self.later.map(|(_, pairing)| pairing);
            let (before, after, instead) = match (side.world.graph.is_missing(node), is_earlier) {
                (false, true) => (Some(node), pairing.and_then(|pairing| pairing.later_of(node)), another()),
                (false, false) => {
                    (pairing.and_then(|pairing| pairing.earlier_of(node)), Some(node), another())
                }
                (true, true) => match self.newborn(&name(&node)) {
                    None => continue,
                    taken => (None, None, taken),
                },
                (true, false) => continue,
            };
            let mut via: Vec<String> = way.iter().map(name).collect();
            via[0] = model.name.clone();
            found.push((self.traced(name(&node), Pins::default(), before, after, instead), via));
        }
        found
    }

    /// Finds a repository that was made since and has a name that nobody had before.
    fn newborn(&self, name: &str) -> Option<u32> {
        let (side, _) = self.later?;
        found(side.world, name).filter(|node| self.newborn.binary_search(node).is_ok())
    }

    /// Finds another repository that has a model's name in the later snapshot.
    fn instead(&self, name: &str, hub_id: Option<HubId>) -> Option<u32> {
        let (side, _) = self.later?;
        let holder = found(side.world, name)?;
        let is_another = hub_id.zip(side.hub_id(holder)).is_some_and(|(meant, met)| meant != met);
        is_another.then_some(holder)
    }

    fn traced(
        &self,
        name: String,
        pins: Pins,
        before: Option<u32>,
        after: Option<u32>,
        instead: Option<u32>,
    ) -> Traced {
        let rename = self.later.zip(before).and_then(|((_, pairing), node)| {
            let at = pairing.renamed.binary_search_by_key(&node, |rename| rename.earlier).ok()?;
            Some(pairing.renamed[at].evidence)
        });
        let is_pinned = pins.hub_id.is_some().then_some(Evidence::HubId);
        Traced { name, pins, before, after, evidence: rename.or(is_pinned), instead }
    }
}

/// Finds models by their hub ids.
fn places(side: Side, wanted: &HashSet<HubId>) -> HashMap<HubId, u32> {
    let known = (0..).zip(side.hub_ids).filter_map(|(node, hub_id)| Some(((*hub_id)?, node)));
    known.filter(|(hub_id, _)| wanted.contains(hub_id)).collect()
}

/// Finds a model by what is pinned, or by its name if nobody's hub id speaks against it.
fn place(side: Side, name: &str, hub_id: Option<HubId>, pinned: &HashMap<HubId, u32>) -> Option<u32> {
    let by_name = || found(side.world, name);
    match hub_id {
        None => by_name(),
        Some(hub_id) => {
            let by_id = pinned.get(&hub_id).copied();
            by_id.or_else(|| by_name().filter(|node| side.hub_id(*node).is_none()))
        }
    }
}

/// Finds what models with these hub ids are called.
pub fn names(side: Side, wanted: &HashSet<HubId>) -> HashMap<HubId, ModelId> {
    let named = |(hub_id, node)| Some((hub_id, side.world.name(node).parse().ok()?));
    places(side, wanted).into_iter().filter_map(named).collect()
}

/// Finds a listed model by name, ignoring case and through legacy names.
pub fn found(world: &World, name: &str) -> Option<u32> {
    let listed = |name: &str| {
        let node = world.ids.find_ignoring_case(name)?.node();
        (!world.graph.is_missing(node)).then_some(node)
    };
    listed(name).or_else(|| listed(&aliases::present_name(name)?))
}
