//! Which deleted models are only called otherwise now?
//!
//! Where hub ids do not tell, a model that is gone and one that is new are held to be the same if
//! they have the same name but for its owner, were made in the same way from the same bases, and
//! something more speaks for it: the new one lies where the old one lay in the listing, models
//! derived from the old one name the new one now, several models went the same way, or at least
//! the name is one of its kind. Of two explanations that are as good, neither is believed: a
//! name that many give to what they make (`ppo-LunarLander-v2`) proves nothing.
//!
//! A base that was itself renamed is the same base. So renames are first assumed, and
//! those that rest on one that was not believed are taken back, until nothing changes.

mod candidates;
mod census;
mod decision;
mod movements;
mod namesakes;
mod owners;
mod relations;

use crate::world::World;
pub(crate) use census::{Numbers, census};
use movements::Movements;
use namesakes::Namesakes;
use owners::Owners;
use relations::Relations;
pub(crate) use relations::have_same_bases;
use serde::Serialize;

/// Stands for no node in [`Open::later_of`] and [`Open::earlier_of`].
pub(crate) const NONE: u32 = u32::MAX;

/// A model that has another name in the later of two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Its node in the earlier world.
    pub earlier: u32,
    /// Its node in the later world.
    pub later: u32,
    pub evidence: Evidence,
}

/// Why two names are held to mean the same model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The hub's own id is the same.
    HubId,
    /// The names differ in capitals only, and a hub does not tell those apart.
    Case,
    /// The hub leads from the old name to the new one, and does not say which repository was meant.
    Redirect,
    /// Nothing but what the snapshots show.
    Inferred(Grounds),
}

impl Evidence {
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::HubId => "hub_id",
            Evidence::Case => "case",
            Evidence::Redirect => "redirect",
            Evidence::Inferred(_) => "inferred",
        }
    }
}

/// What speaks for a rename that was inferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Grounds {
    pub confidence: Confidence,
    pub same_operation: bool,
    /// The bases are the same; one that was renamed itself counts as the same.
    pub same_bases: bool,
    /// The new name lies in the listing where the old one lay.
    pub same_place: bool,
    /// How many models derived from it name it by its new name now. Its new owner's own do not count.
    pub mentions: u32,
    /// How many models went from its old owner to its new one, itself included.
    pub moved: u32,
    /// How many models the old owner had.
    pub of: u32,
    /// The old owner has no models any more.
    pub vanished: bool,
}

/// How sure an inferred rename is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A single model, by a name that no other model has.
    Low,
    /// Several models went from this owner to that one.
    Medium,
    /// It kept its place, is mentioned by its new name, or its old owner went with it.
    High,
}

impl Confidence {
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// Two snapshots of which some models have been found again.
#[derive(Clone, Copy)]
pub struct Open<'a> {
    pub earlier: &'a World,
    pub later: &'a World,
    /// The node in the later world of each model of the earlier one, or [`u32::MAX`].
    pub later_of: &'a [u32],
    /// The node in the earlier world of each model of the later one, or [`u32::MAX`].
    pub earlier_of: &'a [u32],
    /// The models that were found again under another name.
    pub renamed: &'a [Rename],
    /// Whether a model of the earlier world and one of the later are known to be different ones.
    pub differ: &'a dyn Fn(u32, u32) -> bool,
}

impl Open<'_> {
    fn deleted(&self) -> impl Iterator<Item = u32> {
        unpaired(self.later_of)
    }

    fn added(&self) -> impl Iterator<Item = u32> {
        unpaired(self.earlier_of)
    }

    fn survivor(&self, node: u32) -> Option<u32> {
        self.later_of.get(node as usize).copied().filter(|later| *later != NONE)
    }

    fn is_deleted(&self, node: u32) -> bool {
        self.later_of.get(node as usize) == Some(&NONE)
    }

    fn is_added(&self, node: u32) -> bool {
        self.earlier_of.get(node as usize) == Some(&NONE)
    }
}

fn unpaired(other: &[u32]) -> impl Iterator<Item = u32> {
    (0..).zip(other).filter(|(_, other)| **other == NONE).map(|(node, _)| node)
}

/// What looks like a rename at first glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidates {
    /// Names without their owner that exactly one deleted and one added model have.
    pub names: u64,
    /// Those of them whose models have the same bases, by name.
    pub same_bases: u64,
}

/// Counts the deleted and added models whose names alone make them candidates.
pub fn candidates(open: &Open) -> Candidates {
    let namesakes = Namesakes::new(open);
    let pairs: Vec<(u32, u32)> = namesakes.only_pairs(open).collect();
    let is_same = |pair: &&(u32, u32)| have_same_bases(open.earlier, open.later, pair.0, pair.1);
    Candidates { names: pairs.len() as u64, same_bases: pairs.iter().filter(is_same).count() as u64 }
}

/// Finds the renames among models that are gone and models that are new.
pub fn infer(open: &Open) -> Vec<Rename> {
    let mut namesakes = Namesakes::new(open);
    if namesakes.is_empty() {
        return Vec::new();
    }
    let mut owners = Owners::new(open, &namesakes);
    let (of_names, of_owners) = census(open, &namesakes.numbers, &owners.numbers);
    namesakes.count(of_names);
    owners.count(of_owners);
    let mut pairs = candidates::pairs(open, &namesakes, &owners);
    let mut relations = Relations::new(open, &pairs);
    let movements = Movements::new(open, &pairs, &relations);
    let crowded = candidates::of_crowds(open, &namesakes, &owners, &movements);
    if !crowded.is_empty() {
        pairs = candidates::united(pairs, crowded);
        relations = Relations::new(open, &pairs);
    }
    decision::decide(open, &owners, &pairs, relations)
}

#[cfg(test)]
mod tests {
    use crate::{
        date::SnapshotDate,
        graph::Graph,
        ids::IdsBuilder,
        pairing::{Pairing, Renames, Side},
        testing,
        words::Words,
        world::{UNKNOWN, World},
    };

    fn pair(earlier: &World, later: &World) -> Pairing {
        let (earlier, later) = (Side { world: earlier, hub_ids: &[] }, Side { world: later, hub_ids: &[] });
        Pairing::new(earlier, later, Renames::On)
    }

    /// Compares the renames, a line each, with what speaks for them.
    fn check(earlier: &str, later: &str, expected: &str) {
        let (earlier, later) = (testing::world(earlier), testing::world(later));
        let pairing = pair(&earlier, &later);
        let line = |rename: &super::Rename| {
            let (before, after) = (earlier.name(rename.earlier), later.name(rename.later));
            let super::Evidence::Inferred(grounds) = rename.evidence else {
                return format!("{before} -> {after}: {}", rename.evidence.as_str());
            };
            let mut line = format!("{before} -> {after}: {}", grounds.confidence.as_str());
            let mut also = |holds: bool, what: String| line.extend(holds.then(|| format!(", {what}")));
            also(grounds.moved > 1, format!("{} of {}", grounds.moved, grounds.of));
            also(grounds.vanished, "vanished".to_owned());
            also(grounds.same_place, "same place".to_owned());
            also(grounds.mentions > 0, format!("{} mentions", grounds.mentions));
            also(!grounds.same_bases, "other bases".to_owned());
            also(!grounds.same_operation, "other operation".to_owned());
            line
        };
        let found: Vec<String> = pairing.renamed.iter().map(line).collect();
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_organisation_that_renames_itself_takes_its_models_along() {
        check(
            "
            neural/sparse-llama
            llama -quantized-> neural/tiny-quant
            llama -finetune-> neural/tiny-chat
            someone/else
            ",
            "
            llama
            someone/else
            redhat/sparse-llama
            llama -quantized-> redhat/tiny-quant
            llama -finetune-> redhat/tiny-chat
            ",
            "
            neural/sparse-llama -> redhat/sparse-llama: high, 3 of 3, vanished
            neural/tiny-quant -> redhat/tiny-quant: high, 3 of 3, vanished
            neural/tiny-chat -> redhat/tiny-chat: high, 3 of 3, vanished
            ",
        );
    }

    #[test]
    fn a_base_that_was_renamed_is_the_same_base() {
        check(
            "
            lab/one -finetune-> lab/two
            lab/two -merge-> lab/three
            lab/one -merge-> lab/three
            lab/three -adapter-> me/a-model-of-mine
            gone? -finetune-> lab/four
            ",
            "
            work/one -finetune-> work/two
            work/two -merge-> work/three
            work/one -merge-> work/three
            work/three -adapter-> us/a-model-of-mine
            gone? -finetune-> work/four
            ",
            "
            lab/one -> work/one: high, 4 of 4, vanished
            lab/two -> work/two: high, 4 of 4, vanished
            lab/three -> work/three: high, 4 of 4, vanished
            me/a-model-of-mine -> us/a-model-of-mine: low, vanished
            lab/four -> work/four: high, 4 of 4, vanished
            ",
        );
    }

    #[test]
    fn what_rests_on_a_rename_that_is_not_believed_falls_with_it() {
        check(
            "
            a/short -finetune-> me/a-model-of-mine
            me/a-model-of-mine -finetune-> they/a-model-of-theirs
            me/stays
            a/stays
            they/stays
            ",
            "
            me/stays
            a/stays
            they/stays
            b/short -finetune-> us/a-model-of-mine
            us/a-model-of-mine -finetune-> you/a-model-of-theirs
            ",
            "",
        );
    }

    #[test]
    fn a_name_that_others_use_too_proves_nothing() {
        check(
            "
            llama -finetune-> a/my-first-model
            llama -finetune-> b/my-first-model
            ",
            "
            llama -finetune-> b/my-first-model
            llama -finetune-> c/my-first-model
            ",
            "",
        );
    }

    #[test]
    fn a_name_that_only_says_what_it_was_made_from_proves_nothing() {
        check(
            "llama-3-instruct -quantized-> a/llama-3-instruct-Q4-GGUF",
            "llama-3-instruct -quantized-> b/llama-3-instruct-Q4-GGUF",
            "",
        );
    }

    #[test]
    fn a_model_made_otherwise_is_another_one() {
        let earlier = "llama -finetune-> a/a-model-of-mine";
        check(
            earlier,
            "llama -finetune-> b/a-model-of-mine",
            "a/a-model-of-mine -> b/a-model-of-mine: low, vanished",
        );
        check(earlier, "llama -adapter-> b/a-model-of-mine", "");
        check(earlier, "llama\nmistral -finetune-> b/a-model-of-mine", "");
        check(earlier, "llama\nb/a-model-of-mine", "");
    }

    #[test]
    fn an_isolated_model_moves_only_if_one_owner_goes_and_another_comes() {
        check(
            "a/a-model-of-mine\nx",
            "b/a-model-of-mine\nx",
            "a/a-model-of-mine -> b/a-model-of-mine: low, vanished",
        );
        check("a/a-model-of-mine\na/stays", "b/a-model-of-mine\na/stays", "");
        check("a/a-model-of-mine\nb/stays", "b/a-model-of-mine\nb/stays", "");
    }

    #[test]
    fn derived_models_bear_witness_unless_the_new_owner_wrote_them() {
        check(
            "
            a/tiny -finetune-> x/one
            a/tiny -finetune-> y/two
            a/stays
            ",
            "
            a/stays
            b/tiny -finetune-> x/one
            b/tiny -finetune-> y/two
            ",
            "a/tiny -> b/tiny: high, 2 mentions",
        );
        check("a/tiny -finetune-> b/one\na/stays", "a/stays\nb/tiny -finetune-> b/one", "");
    }

    #[test]
    fn derived_models_that_keep_to_the_old_name_speak_against_it() {
        check(
            "llama -finetune-> a/a-model-of-mine\na/a-model-of-mine -finetune-> x/one",
            "llama\na/a-model-of-mine? -finetune-> x/one\nllama -finetune-> b/a-model-of-mine",
            "",
        );
    }

    #[test]
    fn a_model_that_kept_its_place_in_the_listing_is_the_same() {
        let earlier = "x/one\na/tiny\nx/two\nother/tiny";
        check(earlier, "x/one\nb/tiny\nx/two\nother/tiny", "a/tiny -> b/tiny: high, vanished, same place");
        check(earlier, "x/one\nx/two\nother/tiny\nb/tiny", "");
    }

    #[test]
    fn in_a_listing_by_name_a_place_says_nothing() {
        let others: String = (10..50).map(|n| format!("a/m{n}\nc/m{n}\n")).collect();
        let listing = |own: &str| {
            let mut names: Vec<&str> = others.lines().chain([own]).collect();
            names.sort_unstable();
            names.join("\n")
        };
        check(&listing("bb/my-model"), &listing("bc/my-model"), "");
    }

    #[test]
    fn where_others_kept_their_place_one_that_did_not_is_a_copy() {
        let earlier = "
            x/one
            lab/aa
            x/two
            lab/bb
            llama -finetune-> a/a-model-of-mine
            x/three
        ";
        let moved = "
            lab/aa -> work/aa: high, 2 of 2, vanished, same place
            lab/bb -> work/bb: high, 2 of 2, vanished, same place
        ";
        check(
            earlier,
            "x/one\nwork/aa\nx/two\nwork/bb\nllama\nx/three\nllama -finetune-> b/a-model-of-mine",
            moved,
        );
    }

    #[test]
    fn of_two_explanations_as_good_neither_is_believed() {
        check(
            "
            llama -finetune-> a/one
            llama -finetune-> a/two
            llama -finetune-> a/three
            ",
            "
            llama -finetune-> b/one
            llama -finetune-> b/two
            llama -finetune-> b/three
            llama -finetune-> c/one
            llama -finetune-> c/two
            llama -finetune-> c/three
            ",
            "",
        );
    }

    #[test]
    fn copies_lack_the_downloads_of_what_they_were_copied_from() {
        let later = "
            llama
            b/one 3
            b/two 1
            b/three 2
        ";
        check("llama\na/one 40\na/two 50\na/three 60", later, "");
        check(
            "llama\na/one 5\na/two 1\na/three 1",
            later,
            "
            a/one -> b/one: high, 3 of 3, vanished
            a/two -> b/two: high, 3 of 3, vanished
            a/three -> b/three: high, 3 of 3, vanished
            ",
        );
    }

    #[test]
    fn a_move_takes_along_what_was_changed_on_the_way_and_what_goes_under_in_a_crowd() {
        let crowd = |owner: &str| (0..20).map(|n| format!("{owner}{n}/lora\n")).collect::<String>();
        let earlier = "lab/aa\nlab/bb\nlab/cc\nllama -finetune-> lab/dd\nlab/lora\n";
        let later = "work/aa\nwork/bb\nwork/cc\nllama -adapter-> work/dd\nwork/lora\n";
        check(
            &(earlier.to_owned() + &crowd("old")),
            &(later.to_owned() + &crowd("new")),
            "
            lab/aa -> work/aa: high, 5 of 5, vanished
            lab/bb -> work/bb: high, 5 of 5, vanished
            lab/cc -> work/cc: high, 5 of 5, vanished
            lab/dd -> work/dd: high, 5 of 5, vanished, other operation
            lab/lora -> work/lora: high, 5 of 5, vanished
            ",
        );
    }

    #[test]
    fn candidates_are_counted_by_name_and_by_bases() {
        let earlier = "llama -finetune-> a/one\nllama -finetune-> a/two\na/three\na/four\nx/four";
        let later = "llama -finetune-> b/one\nllama -adapter-> c/two\nllama -adapter-> b/three\nb/four";
        let pairing = pair(&testing::world(earlier), &testing::world(later));
        assert_eq!(pairing.candidates, super::Candidates { names: 3, same_bases: 2 });
    }

    #[test]
    fn a_hundred_thousand_models_of_one_name_are_a_crowd() {
        let crowd = |owner: &str| {
            let mut ids = IdsBuilder::new(1);
            let models = 100_000;
            for n in 0..models {
                ids.insert(&format!("{owner}{n}/lora")).expect("short").expect("new");
            }
            World {
                snapshot: SnapshotDate::new(2025, 6, 25).expect("a day"),
                ids: ids.finish(),
                graph: Graph::new(models, 0, &[], Vec::new()),
                downloads: vec![UNKNOWN; models].into(),
                tasks: Words::from_iter(vec![None; models]),
            }
        };
        assert_eq!(pair(&crowd("old"), &crowd("new")).renamed, []);
    }
}
