//! Which model of a later snapshot is which of an earlier one?
//!
//! A model is the same if the hub's own id is, whatever it is called now. Where either side has
//! no id, it is the same if its name is; then if its name differs in capitals only; and what is left,
//! gone here and new there, may have been renamed all the same ([`renames`]).

use crate::{
    model_id::HubId,
    renames::{self, Candidates, Evidence, NONE, Open, Rename},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Serialize;

/// Whether a model that has another name counts as the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Renames {
    /// A renamed model is neither deleted nor added.
    #[default]
    On,
    /// A model is its name: what the study's scripts compare.
    Off,
}

/// One of the two snapshots: its world, and each model's hub id where the listing stated it; no
/// ids at all if none are known.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub world: &'a World,
    pub hub_ids: &'a [Option<HubId>],
}

impl Side<'_> {
    fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids.get(node as usize).copied().flatten()
    }
}

/// Two snapshots, model by model. Nodes are those of the models; missing bases are on no side.
#[derive(Clone, Debug)]
pub struct Pairing {
    later: Vec<u32>,
    earlier: Vec<u32>,
    /// Renamed models, by their node in the earlier world.
    pub renamed: Vec<Rename>,
    /// Names that mean another repository now: the nodes of both, by the earlier one.
    pub reused: Vec<(u32, u32)>,
    /// How many renames there may be at most, judged by names alone; with renames off, too.
    pub candidates: Candidates,
}

impl Pairing {
    /// Compares two snapshots.
    pub fn new(earlier: Side, later: Side, renames: Renames) -> Pairing {
        let mut pairing = Pairing::by_name(earlier.world, later.world);
        pairing.candidates = renames::candidates(&pairing.open(&earlier, &later, &|_, _| false));
        if renames == Renames::Off {
            return pairing;
        }
        pairing.part_reused(&earlier, &later);
        pairing.join_by_hub_id(&earlier, &later);
        pairing.join_by_case(&earlier, &later);
        pairing.join_inferred(&earlier, &later);
        pairing.renamed.sort_unstable_by_key(|rename| rename.earlier);
        pairing.reused.sort_unstable();
        pairing
    }

    fn open<'a>(
        &'a self,
        earlier: &Side<'a>,
        later: &Side<'a>,
        differ: &'a dyn Fn(u32, u32) -> bool,
    ) -> Open<'a> {
        let (earlier, later) = (earlier.world, later.world);
        Open { earlier, later, later_of: &self.later, earlier_of: &self.earlier, differ }
    }

    fn by_name(earlier: &World, later: &World) -> Pairing {
        let models = earlier.graph.models();
        let found: Vec<u32> = (0..models)
            .into_par_iter()
            .map(|node| later.ids.find(earlier.name(node)).filter(|found| !later.graph.is_missing(*found)))
            .map(|found| found.unwrap_or(NONE))
            .collect();
        let mut back = vec![NONE; later.graph.models() as usize];
        for (node, found) in (0..).zip(&found).filter(|(_, found)| **found != NONE) {
            back[*found as usize] = node;
        }
        Pairing {
            later: found,
            earlier: back,
            renamed: Vec::new(),
            reused: Vec::new(),
            candidates: Candidates::default(),
        }
    }

    /// Parts models that share a name only: their hub ids differ.
    fn part_reused(&mut self, earlier: &Side, later: &Side) {
        for node in 0..self.later.len() as u32 {
            let Some(now) = self.later_of(node) else { continue };
            let ids = earlier.hub_id(node).zip(later.hub_id(now));
            if ids.is_some_and(|(before, after)| before != after) {
                self.part(node, now);
            }
        }
    }

    /// Joins models with the same hub id. Of those that share a name with a model whose id is not
    /// known, the name meant another.
    fn join_by_hub_id(&mut self, earlier: &Side, later: &Side) {
        let gone = open_ids(earlier, later, &self.later);
        let new = open_ids(later, earlier, &self.earlier);
        for (id, before) in gone {
            let Some((before, after)) = before.zip(new.get(&id).copied().flatten()) else { continue };
            if let Some(namesake) = self.later_of(before) {
                self.part(before, namesake);
            }
            if let Some(namesake) = self.earlier_of(after) {
                self.part(namesake, after);
            }
            self.join(Rename { earlier: before, later: after, evidence: Evidence::HubId });
        }
    }

    /// Joins names that differ in capitals only, as long as no hub id speaks against it.
    fn join_by_case(&mut self, earlier: &Side, later: &Side) {
        let gone = by_folded_name(earlier.world, self.deleted());
        let new = by_folded_name(later.world, self.added());
        for (name, before) in gone {
            let Some((before, after)) = before.zip(new.get(&name).copied().flatten()) else { continue };
            if earlier.hub_id(before).is_none() || later.hub_id(after).is_none() {
                self.join(Rename { earlier: before, later: after, evidence: Evidence::Case });
            }
        }
    }

    /// Joins what only looks like the same model, as long as no hub id speaks against it.
    fn join_inferred(&mut self, earlier: &Side, later: &Side) {
        let is_open = |side: &Side, node: u32| side.hub_id(node).is_none();
        // Of two models with hub ids it is known by now that they are different ones.
        let differ = |before, after| !is_open(earlier, before) && !is_open(later, after);
        let is_any_open = self.deleted().any(|node| is_open(earlier, node))
            || self.added().any(|node| is_open(later, node));
        if is_any_open {
            let found = renames::infer(&self.open(earlier, later, &differ));
            found.into_iter().for_each(|rename| self.join(rename));
        }
    }

    /// Holds two models of one name for different ones.
    fn part(&mut self, before: u32, after: u32) {
        self.later[before as usize] = NONE;
        self.earlier[after as usize] = NONE;
        self.reused.push((before, after));
    }

    /// Holds two models for one, unless either is paired already.
    fn join(&mut self, rename: Rename) {
        let (before, after) = (rename.earlier as usize, rename.later as usize);
        if self.later[before] == NONE && self.earlier[after] == NONE {
            self.later[before] = rename.later;
            self.earlier[after] = rename.earlier;
            self.renamed.push(rename);
        }
    }

    /// The node in the later world of a model of the earlier one; `None` if it was deleted.
    pub fn later_of(&self, node: u32) -> Option<u32> {
        self.later.get(node as usize).copied().filter(|node| *node != NONE)
    }

    /// The node in the earlier world of a model of the later one; `None` if it was added.
    pub fn earlier_of(&self, node: u32) -> Option<u32> {
        self.earlier.get(node as usize).copied().filter(|node| *node != NONE)
    }

    /// Whether a model of the earlier world was deleted.
    pub fn is_deleted(&self, node: u32) -> bool {
        self.later.get(node as usize) == Some(&NONE)
    }

    /// Whether a model of the later world was added.
    pub fn is_added(&self, node: u32) -> bool {
        self.earlier.get(node as usize) == Some(&NONE)
    }

    /// The deleted models, by their node in the earlier world, in order.
    pub fn deleted(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.later).filter(|(_, later)| **later == NONE).map(|(node, _)| node)
    }

    /// The added models, by their node in the later world, in order.
    pub fn added(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.earlier).filter(|(_, earlier)| **earlier == NONE).map(|(node, _)| node)
    }
}

/// Returns the models of one side by their hub ids, as far as it is open which model of the other
/// side has the id; `None` for an id that several have, which proves nothing.
fn open_ids(side: &Side, other_side: &Side, other: &[u32]) -> HashMap<HubId, Option<u32>, RandomState> {
    let is_open = |other: u32| other == NONE || other_side.hub_id(other).is_none();
    let mut found: HashMap<HubId, Option<u32>, RandomState> = HashMap::default();
    for (node, _) in (0..).zip(other).filter(|(_, other)| is_open(**other)) {
        if let Some(id) = side.hub_id(node) {
            found.entry(id).and_modify(|one| *one = None).or_insert(Some(node));
        }
    }
    found
}

/// Returns models by their names in small letters; `None` for a name that several have.
fn by_folded_name(
    world: &World,
    nodes: impl Iterator<Item = u32>,
) -> HashMap<String, Option<u32>, RandomState> {
    let mut found: HashMap<String, Option<u32>, RandomState> = HashMap::default();
    for node in nodes {
        let name = world.name(node).to_ascii_lowercase();
        found.entry(name).and_modify(|one| *one = None).or_insert(Some(node));
    }
    found
}
