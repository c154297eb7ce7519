//! Which model of a later snapshot is which of an earlier one?
//!
//! A model is the same if the hub's own id is, whatever it is called now. Where either side has
//! no id, it is the same if its name is; and what is left, gone here and new there, may have been
//! renamed ([`renames`](crate::renames)).

use crate::{
    model_id::HubId,
    renames::{self, Evidence, Rename},
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Serialize;

/// No node.
const NONE: u32 = u32::MAX;

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
    /// A model's hub id, if the listing stated it.
    pub fn hub_id(&self, node: u32) -> Option<HubId> {
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
}

impl Pairing {
    /// Compares two snapshots.
    pub fn new(earlier: Side, later: Side, renames: Renames) -> Pairing {
        let mut pairing = Pairing::by_name(earlier.world, later.world);
        if renames == Renames::On {
            pairing.part_reused(&earlier, &later);
            pairing.join_by_hub_id(&earlier, &later);
            pairing.join_by_case(&earlier, &later);
            let (deleted, added): (Vec<u32>, Vec<u32>) =
                (pairing.deleted().collect(), pairing.added().collect());
            let is_open = |side: &Side, node: &u32| side.hub_id(*node).is_none();
            // Of two models with hub ids it is known that they are different ones.
            let all_known = !deleted.iter().any(|node| is_open(&earlier, node))
                && !added.iter().any(|node| is_open(&later, node));
            if !all_known {
                for rename in renames::infer(earlier.world, later.world, &deleted, &added) {
                    if is_open(&earlier, &rename.earlier) || is_open(&later, &rename.later) {
                        pairing.join(rename);
                    }
                }
            }
            pairing.renamed.sort_unstable_by_key(|rename| rename.earlier);
        }
        pairing
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
        Pairing { later: found, earlier: back, renamed: Vec::new(), reused: Vec::new() }
    }

    /// Parts models that share a name only: their hub ids differ.
    fn part_reused(&mut self, earlier: &Side, later: &Side) {
        for node in 0..self.later.len() as u32 {
            let now = self.later[node as usize];
            if now == NONE {
                continue;
            }
            let ids = earlier.hub_id(node).zip(later.hub_id(now));
            if ids.is_some_and(|(before, after)| before != after) {
                self.reused.push((node, now));
                self.later[node as usize] = NONE;
                self.earlier[now as usize] = NONE;
            }
        }
    }

    fn join_by_hub_id(&mut self, earlier: &Side, later: &Side) {
        let gone = self.deleted().filter_map(|node| Some((earlier.hub_id(node)?, node)));
        let gone: HashMap<HubId, u32, RandomState> = gone.collect();
        let found: Vec<Rename> = self
            .added()
            .filter_map(|node| {
                let before = *gone.get(&later.hub_id(node)?)?;
                Some(Rename { earlier: before, later: node, evidence: Evidence::HubId })
            })
            .collect();
        found.into_iter().for_each(|rename| self.join(rename));
    }

    /// Joins names that differ in capitals only, as long as no hub id speaks against it.
    fn join_by_case(&mut self, earlier: &Side, later: &Side) {
        let folded = |world: &World, node: u32| world.name(node).to_ascii_lowercase();
        let mut gone: HashMap<String, Option<u32>, RandomState> = HashMap::default();
        for node in self.deleted() {
            // Of two that are gone, neither is known to be the one that came.
            gone.entry(folded(earlier.world, node)).and_modify(|one| *one = None).or_insert(Some(node));
        }
        let mut found: HashMap<u32, Option<u32>, RandomState> = HashMap::default();
        for node in self.added() {
            let Some(Some(before)) = gone.get(&folded(later.world, node)) else { continue };
            if earlier.hub_id(*before).is_some() && later.hub_id(node).is_some() {
                continue;
            }
            found.entry(*before).and_modify(|one| *one = None).or_insert(Some(node));
        }
        for (before, node) in found {
            if let Some(node) = node {
                self.join(Rename { earlier: before, later: node, evidence: Evidence::Case });
            }
        }
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
