//! Which model replaces which, and who says so?
//!
//! A successor is *declared* by the card of the older model (`new_version`), or *inferred* from names and
//! dates, see `newer`. A declaration is not taken at its word: whose model it names is its [`Standing`].
//! Of 207 real ones in cards of April 2025, 125 name the model's own base, 78 a model of another
//! owner, 4 the model itself, and none another model of the same owner: most who fill in that field
//! mean something else by it.
//!
//! A *succession* is a chain of declared successors, from a model that nobody declares as one to a model
//! that declares none. Each model declares one at most, so successions meet, but never part; those that
//! lead into a circle have no end.

mod declared;
mod newer;
mod successions;
mod version;

pub use declared::{Declared, Standing};
pub use newer::{Basis, Newer};
pub use successions::{Succession, Successions};

use crate::{date::SnapshotDate, world::World};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// The longest text of a card that can name a model, in bytes.
const LONGEST: usize = 512;

/// What the records of a listing state that successors follow from, model by model.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    created: Vec<Option<i64>>,
    /// By node.
    new_versions: Vec<(u32, Box<str>)>,
}

impl Stated {
    /// Adds the next model of the listing: when it was created, in milliseconds since 1970, and what
    /// its card has as `new_version`.
    pub fn push(&mut self, created: Option<i64>, new_version: Option<&str>) {
        let node = self.created.len() as u32;
        self.created.push(created);
        if let Some(text) = new_version {
            let end = text.floor_char_boundary(LONGEST.min(text.len()));
            self.new_versions.push((node, text[..end].into()));
        }
    }

    /// When each model was created.
    pub fn created(&self) -> &[Option<i64>] {
        &self.created
    }

    /// How many models' cards declare a successor.
    pub fn declaring(&self) -> u64 {
        self.new_versions.len() as u64
    }

    /// Returns what a model's card has as `new_version`.
    fn new_version(&self, node: u32) -> Option<&str> {
        let at = self.new_versions.binary_search_by_key(&node, |(node, _)| *node).ok()?;
        Some(&self.new_versions[at].1)
    }
}

/// What is known of one model's successor.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Successor {
    pub declared: Option<Declared>,
    /// Inferred, whether or not one is declared.
    pub newer: Option<Newer>,
}

/// Returns what is known of the successors of some models, each in its place.
pub fn of(world: &World, stated: &Stated, nodes: &[u32]) -> Vec<Successor> {
    let newer = newer::newer(world, &stated.created, nodes);
    let of = |node: &u32| Successor {
        declared: declared::declared(world, stated, *node),
        newer: newer.binary_search_by_key(node, |newer| newer.of).ok().map(|at| newer[at].clone()),
    };
    nodes.iter().map(of).collect()
}

/// The successors of a snapshot. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct Successors {
    pub snapshot: SnapshotDate,
    pub models: u64,
    /// How sure the inferred ones are at least that are listed.
    pub min_confidence: f64,
    pub counts: Counts,
    /// In the order of the listing.
    pub declared: Vec<Declared>,
    pub successions: Successions,
    /// In the order of the listing; only as sure ones as were asked for.
    pub inferred: Vec<Newer>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub declared: u64,
    /// Declarations by what they name.
    pub standings: BTreeMap<Standing, u64>,
    /// Declared successors that are not listed under the name as written, but ignoring case or under a
    /// later name.
    pub otherwise_named: u64,
    /// Models that declare no successor and for which one is inferred, however unsure.
    pub inferred: u64,
    pub inferred_by_basis: BTreeMap<Basis, u64>,
    /// Those that are as sure as was asked for.
    pub confident: u64,
}

/// Finds all successors: those declared, and for models that declare none, those inferred; of
/// these, those that are as sure as is asked for are listed.
pub fn successors(world: &World, stated: &Stated, min_confidence: f64) -> Successors {
    let declared: Vec<Declared> =
        stated.new_versions.iter().filter_map(|(node, _)| declared::declared(world, stated, *node)).collect();
    let declaring: HashSet<u32> = declared.iter().map(|declared| declared.of).collect();
    let others: Vec<u32> = (0..world.graph.models()).filter(|node| !declaring.contains(node)).collect();
    let mut inferred = newer::newer(world, &stated.created, &others);
    let standing =
        |standing: Standing| declared.iter().filter(|declared| declared.standing == standing).count();
    let basis = |basis: Basis| inferred.iter().filter(|newer| newer.basis == basis).count();
    let mut counts = Counts {
        declared: declared.len() as u64,
        standings: Standing::ALL.into_iter().map(|one| (one, standing(one) as u64)).collect(),
        otherwise_named: declared.iter().filter(|declared| declared.is_otherwise_named()).count() as u64,
        inferred: inferred.len() as u64,
        inferred_by_basis: Basis::ALL.into_iter().map(|one| (one, basis(one) as u64)).collect(),
        confident: 0,
    };
    inferred.retain(|newer| newer.confidence >= min_confidence);
    counts.confident = inferred.len() as u64;
    Successors {
        snapshot: world.snapshot,
        models: world.graph.models().into(),
        min_confidence,
        counts,
        successions: successions::successions(world, &declared),
        declared,
        inferred,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    const DAY: i64 = 24 * 3600 * 1000;

    /// Reads models, one a line: the name, the day it was created, and what its card declares; and
    /// relations as a world has them.
    fn find(models: &str, relations: &str) -> Successors {
        let lines: Vec<Vec<&str>> = models.lines().map(|line| line.split_whitespace().collect()).collect();
        let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).filter(|line| !line.is_empty()).collect();
        let names: Vec<&str> = lines.iter().map(|line| line[0]).collect();
        let world = world(&format!("{}\n{relations}", names.join("\n")));
        let mut stated = Stated::default();
        for line in &lines {
            // Days of 2023, when creation was noted.
            let day = line.get(1).and_then(|day| day.parse::<i64>().ok());
            stated.push(day.map(|day| 1_672_531_200_000 + day * DAY), line.get(2).copied());
        }
        successors(&world, &stated, 0.0)
    }

    fn check_declared(models: &str, relations: &str, expected: &[&str]) {
        let declared: Vec<String> = find(models, relations)
            .declared
            .iter()
            .map(|one| format!("{} {} {}", one.model, one.resolution.as_str(), one.standing.as_str()))
            .collect();
        assert_eq!(declared, expected);
    }

    fn check_inferred(models: &str, expected: &[&str]) {
        let inferred: Vec<String> = find(models, "")
            .inferred
            .iter()
            .map(|one| format!("{} -> {} {} {}", one.model, one.newer, one.basis.as_str(), one.confidence))
            .collect();
        assert_eq!(inferred, expected, "{models}");
    }

    #[test]
    fn a_declared_successor_is_judged_by_whose_it_is() {
        check_declared(
            "
            ann/base     1
            ann/one      2 ann/two
            ann/two      3 ANN/BASE
            bob/other    4 https://huggingface.co/ann/two
            bob/derived  5 ann/base
            bob/self     6 bob/self
            bob/lost     7 bob/never-listed
            bob/odd      8 <none>
            ",
            "ann/base -finetune-> bob/derived",
            &[
                "ann/one exact same_owner",
                "ann/two ignoring_case same_owner",
                "bob/other exact other_owner",
                "bob/derived exact ancestor",
                "bob/self exact itself",
                "bob/lost missing missing",
                "bob/odd missing unreadable",
            ],
        );
    }

    #[test]
    fn successions_end_or_go_in_circles() {
        let found = find(
            "
            a/1st 1 a/2nd
            a/2nd 2 a/3rd
            a/3rd 3
            a/side 4 a/2nd
            b/x 5 b/y
            b/y 6 b/x
            b/in 7 b/x
            c/self 8 c/self
            ",
            "",
        );
        let list: Vec<String> = found.successions.list.iter().map(|one| one.models.join(" ")).collect();
        assert_eq!(list, ["a/1st a/2nd a/3rd", "a/side a/2nd a/3rd"]);
        let Successions { total, longer_than_two, longest, circles, .. } = found.successions;
        assert_eq!((total, longer_than_two, longest), (2, 2, 3));
        assert_eq!(circles, [["b/x", "b/y"]]);
    }

    #[test]
    fn the_latest_version_of_the_same_size_and_owner_that_came_later_is_the_newer_one() {
        check_inferred(
            "
            meta/Llama-3-8B        1
            meta/Llama-3.1-8B      90
            meta/Llama-3.1-70B     90
            meta/Llama-3.2-8B      150
            other/Llama-3.3-8B     200
            ",
            &[
                "meta/Llama-3-8B -> meta/Llama-3.2-8B dotted 0.9",
                "meta/Llama-3.1-8B -> meta/Llama-3.2-8B dotted 0.9",
            ],
        );
    }

    #[test]
    fn a_version_that_was_created_before_is_not_newer() {
        check_inferred("a/m-v1 9\na/m-v2 3\na/m-v3 5", &["a/m-v2 -> a/m-v3 marked 0.95"]);
        check_inferred("a/m-v1 9\na/m-v3 12\na/m-v5 3", &["a/m-v1 -> a/m-v3 marked 0.95"]);
    }

    #[test]
    fn a_model_without_a_version_is_followed_by_its_second() {
        check_inferred(
            "a/whisper-large 1\na/whisper-large-v2 30",
            &["a/whisper-large -> a/whisper-large-v2 unversioned 0.9"],
        );
        check_inferred("a/tiny 1\na/tiny2 30", &["a/tiny -> a/tiny2 whole 0.6"]);
        check_inferred("a/tiny 1\na/tiny-v1 30\na/tiny-0324 30", &[]);
    }

    #[test]
    fn dates_are_versions_among_dates_of_their_form_only() {
        check_inferred("a/V3-0324 1\na/V3-0528 60\na/V3-20250601 90", &["a/V3-0324 -> a/V3-0528 dates 0.85"]);
    }

    #[test]
    fn without_dates_of_creation_the_name_alone_is_less_sure() {
        check_inferred("a/m-v1\na/m-v2", &["a/m-v1 -> a/m-v2 marked 0.85"]);
    }

    #[test]
    fn who_declares_a_successor_has_none_inferred_unless_asked_about() {
        let models = "a/m-v1 1 b/else\na/m-v2 2";
        check_inferred(models, &[]);
        let world = world("a/m-v1\na/m-v2");
        let mut stated = Stated::default();
        stated.push(None, Some("b/else"));
        stated.push(None, None);
        let found = of(&world, &stated, &[1, 0]);
        assert_eq!(found[0], Successor::default());
        let newer = found[1].newer.as_ref().map(|newer| newer.newer.as_str());
        assert_eq!((newer, found[1].declared.is_some()), (Some("a/m-v2"), true));
    }
}
