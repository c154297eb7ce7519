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

/// How many models are looked up in one go.
const CHUNK: usize = 1 << 14;

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
    /// How many renames there may be at most, judged by names alone; with renames off, too.
    pub candidates: Candidates,
}

impl Pairing {
    /// Compares two snapshots.
    pub fn new(earlier: Side, later: Side, renames: Renames) -> Pairing {
        let mut pairing = Pairing::by_name(earlier.world, later.world);
        pairing.candidates = renames::candidates(&pairing.open(earlier.world, later.world, &|_, _| false));
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

    /// Returns what is paired so far, given which models are known to be different ones.
    pub(crate) fn open<'a>(
        &'a self,
        earlier: &'a World,
        later: &'a World,
        differ: &'a dyn Fn(u32, u32) -> bool,
    ) -> Open<'a> {
        let (later_of, earlier_of) = (&self.later, &self.earlier);
        Open { earlier, later, later_of, earlier_of, renamed: &self.renamed, differ }
    }

    fn by_name(earlier: &World, later: &World) -> Pairing {
        let mut found = vec![NONE; earlier.graph.models() as usize];
        found.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, found)| {
            // Two listings have most models in the same order: where one was found, the next one is near.
            let mut next = NONE;
            for (place, found) in found.iter_mut().enumerate() {
                let name = earlier.name((chunk * CHUNK + place) as u32);
                let is_next = next < later.graph.models() && later.name(next) == name;
                let node = if is_next { Some(next) } else { later.ids.find(name) };
                if let Some(node) = node.filter(|node| !later.graph.is_missing(*node)) {
                    *found = node;
                    next = node + 1;
                }
            }
        });
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
            let found = renames::infer(&self.open(earlier.world, later.world, &differ));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;

    fn hub_id(number: u8) -> HubId {
        HubId([number; 12])
    }

    /// A side of models, each a name and the number of its hub id, if it has one.
    fn side(models: &[(String, Option<u8>)]) -> (World, Vec<Option<HubId>>) {
        let names: Vec<&str> = models.iter().map(|(name, _)| name.as_str()).collect();
        (testing::world(&names.join("\n")), models.iter().map(|(_, id)| id.map(hub_id)).collect())
    }

    fn pair(earlier: &(World, Vec<Option<HubId>>), later: &(World, Vec<Option<HubId>>)) -> Pairing {
        let (earlier, later) =
            (Side { world: &earlier.0, hub_ids: &earlier.1 }, Side { world: &later.0, hub_ids: &later.1 });
        Pairing::new(earlier, later, Renames::On)
    }

    /// Compares two sides, written as `name` or `name=hub id`, and says what became of each model.
    fn check(earlier: &str, later: &str, expected: &str) {
        let read = |text: &str| {
            let model = |word: &str| match word.split_once('=') {
                Some((name, id)) => (name.to_owned(), Some(id.parse().expect("a small number"))),
                None => (word.to_owned(), None),
            };
            side(&text.split_whitespace().map(model).collect::<Vec<_>>())
        };
        let (earlier, later) = (read(earlier), read(later));
        let pairing = pair(&earlier, &later);
        let mut found: Vec<String> = Vec::new();
        for rename in &pairing.renamed {
            let names = (earlier.0.name(rename.earlier), later.0.name(rename.later));
            found.push(format!("{} is {} ({})", names.0, names.1, rename.evidence.as_str()));
        }
        found.extend(pairing.reused.iter().map(|(node, _)| format!("{} reused", earlier.0.name(*node))));
        found.extend(pairing.deleted().map(|node| format!("{} deleted", earlier.0.name(node))));
        found.extend(pairing.added().map(|node| format!("{} added", later.0.name(node))));
        assert_eq!(found.join(", "), expected);
    }

    #[test]
    fn a_model_is_its_name_where_no_hub_id_is_known() {
        check("a/x a/y", "a/y a/z", "a/x deleted, a/z added");
        check("a/x=1", "a/x", "");
        check("a/x", "a/x=1", "");
    }

    #[test]
    fn a_model_is_its_hub_id_whatever_it_is_called() {
        check("a/x=1 a/y=2", "b/z=1 a/y=2", "a/x is b/z (hub_id)");
        check(
            "a/x=1 a/y=2",
            "a/y=1 a/x=2",
            "a/x is a/y (hub_id), a/y is a/x (hub_id), a/x reused, a/y reused",
        );
    }

    #[test]
    fn a_name_with_another_hub_id_was_given_again() {
        check("a/x=1", "a/x=2", "a/x reused, a/x deleted, a/x added");
        check("a/x=1", "b/y=1 a/x=2", "a/x is b/y (hub_id), a/x reused, a/x added");
    }

    #[test]
    fn a_hub_id_found_elsewhere_tells_that_the_name_was_given_again() {
        check("a/x=1", "b/y=1 a/x", "a/x is b/y (hub_id), a/x reused, a/x added");
        check("a/x a/y=1", "a/x=1", "a/y is a/x (hub_id), a/x reused, a/x deleted");
    }

    #[test]
    fn a_hub_id_that_several_models_have_proves_nothing() {
        check("a/x=1 a/y=1", "b/z=1", "a/x deleted, a/y deleted, b/z added");
        check("a/x=1", "b/y=1 b/z=1", "a/x deleted, b/y added, b/z added");
    }

    #[test]
    fn names_that_differ_in_capitals_only_are_one_unless_hub_ids_or_other_names_say_no() {
        check("a/x", "A/X", "a/x is A/X (case)");
        check("a/x=1", "A/X", "a/x is A/X (case)");
        check("a/x=1", "A/X=2", "a/x deleted, A/X added");
        check("a/x a/X", "A/x", "a/x deleted, a/X deleted, A/x added");
    }

    fn models() -> impl Strategy<Value = Vec<(String, Option<u8>)>> {
        let name = ("[abA]", "[xyzX]").prop_map(|(owner, name)| format!("{owner}/{name}"));
        proptest::collection::btree_map(name, proptest::option::of(0..6u8), 0..10)
            .prop_map(|models| models.into_iter().collect())
    }

    proptest! {
        #[test]
        fn every_model_is_paired_once_or_on_one_side(before in models(), after in models()) {
            let (earlier, later) = (side(&before), side(&after));
            let pairing = pair(&earlier, &later);
            for node in 0..before.len() as u32 {
                let back = pairing.later_of(node).map(|later| pairing.earlier_of(later));
                prop_assert_eq!(back.unwrap_or(Some(node)), Some(node));
                prop_assert_eq!(pairing.later_of(node).is_none(), pairing.is_deleted(node));
            }
            let kept = before.len() - pairing.deleted().count();
            prop_assert_eq!(kept, after.len() - pairing.added().count());
            for rename in &pairing.renamed {
                prop_assert_eq!(pairing.later_of(rename.earlier), Some(rename.later));
                prop_assert_ne!(earlier.0.name(rename.earlier), later.0.name(rename.later));
            }
        }

        /// Who reads the week backwards sees the same models, with what was deleted as added.
        #[test]
        fn a_pairing_read_backwards_is_the_same(before in models(), after in models()) {
            let (earlier, later) = (side(&before), side(&after));
            let (forward, backward) = (pair(&earlier, &later), pair(&later, &earlier));
            let is_known = |rename: &&Rename| !matches!(rename.evidence, Evidence::Inferred(_));
            let known = forward.renamed.iter().filter(is_known);
            let mut known: Vec<(u32, u32)> = known.map(|rename| (rename.earlier, rename.later)).collect();
            let back = backward.renamed.iter().filter(is_known);
            let mut back: Vec<(u32, u32)> = back.map(|rename| (rename.later, rename.earlier)).collect();
            known.sort_unstable();
            back.sort_unstable();
            prop_assert_eq!(known, back);
            let mut reused: Vec<(u32, u32)> = backward.reused.iter().map(|(node, now)| (*now, *node)).collect();
            reused.sort_unstable();
            prop_assert_eq!(&forward.reused, &reused);
        }
    }
}
