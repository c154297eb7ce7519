//! Which newer version of a model is there, though nobody declares it?
//!
//! A newer version is a model of the same owner whose name differs from the model's in its version
//! only, the version being the later one, and that was created later. Of several, the one with the
//! latest version counts. A model without a version in its name is taken for the one before version 2
//! of it. See [`super::version`] for what a version is.
//!
//! That names look like versions of each other proves little: they may be runs or variants, of
//! which none replaces another. So each inference has a confidence, see [`confidence`].

use super::version::{self, Form, Version};
use crate::{model_id, record::NOTED_SINCE, world::World};
use foldhash::quality::FixedState;
use rayon::prelude::*;
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

/// A newer version of a model, inferred from names and dates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Newer {
    #[serde(skip)]
    pub of: u32,
    pub model: String,
    #[serde(skip)]
    pub node: u32,
    pub newer: String,
    /// What the names have in common, with a symbol where the version stands.
    pub family: String,
    /// The version in the model's own name, as it is written; `None` if it has none.
    pub version: Option<String>,
    pub newer_version: String,
    /// How many whole days later it was created; `None` if a hub does not know.
    pub days_later: Option<u64>,
    /// How many versions of the family there are.
    pub versions: usize,
    pub basis: Basis,
    /// The share of such inferences that held where they were checked.
    pub confidence: f64,
}

/// What an inference rests on, which says how far it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// `v1` and `v2`.
    Marked,
    /// `3.1` and `3.2`, or `3` and `3.1`.
    Dotted,
    /// `2` and `3`, or nothing and `2`.
    Whole,
    /// `0324` and `0528`.
    Dates,
    /// Nothing and `v2` or `1.5`.
    Unversioned,
}

impl Basis {
    pub const ALL: [Basis; 5] =
        [Basis::Marked, Basis::Dotted, Basis::Whole, Basis::Dates, Basis::Unversioned];

    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Marked => "marked",
            Basis::Dotted => "dotted",
            Basis::Whole => "whole",
            Basis::Dates => "dates",
            Basis::Unversioned => "unversioned",
        }
    }
}

const DAY: i64 = 24 * 3600 * 1000;

/// Finds the newer version of each of some models, in the order of the listing; a model without one
/// is left out.
pub fn newer(world: &World, created: &[Option<i64>], asked: &[u32]) -> Vec<Newer> {
    let hasher = FixedState::with_seed(world.ids.seed);
    let owner_of = |node: u32| {
        let owner = model_id::owner(world.name(node)).unwrap_or_default();
        hasher.hash_one(owner.to_ascii_lowercase())
    };
    let owners: HashSet<u64> = asked.par_iter().map(|node| owner_of(*node)).collect();
    let mut models: Vec<(u64, u32)> =
        (0..world.graph.models()).into_par_iter().map(|node| (owner_of(node), node)).collect();
    models.retain(|(owner, _)| owners.contains(owner));
    models.par_sort_unstable();
    let mut is_asked = vec![false; world.graph.models() as usize];
    for node in asked {
        if let Some(asked) = is_asked.get_mut(*node as usize) {
            *asked = true;
        }
    }
    let of_owner = |models: &[(u64, u32)]| of_owner(world, created, &is_asked, models);
    let mut found: Vec<Newer> =
        models.par_chunk_by(|one, other| one.0 == other.0).flat_map_iter(of_owner).collect();
    found.par_sort_by_key(|newer| newer.of);
    found
}

/// A model as one version of a family.
struct Member {
    family: String,
    form: Form,
    version: Version,
    /// As it is written; `None` of a model without one.
    text: Option<String>,
    node: u32,
    created: Option<i64>,
}

/// Finds the newer versions of the models of one owner. That two owners have the same hash does not
/// happen, as nobody knows its seed.
fn of_owner(
    world: &World,
    created: &[Option<i64>],
    is_asked: &[bool],
    models: &[(u64, u32)],
) -> impl Iterator<Item = Newer> + use<> {
    let name = |node: u32| world.name(node).split_once('/').map_or(world.name(node), |(_, name)| name);
    let created = |node: u32| created.get(node as usize).copied().flatten();
    let mut members = Vec::new();
    if models.len() > 1 {
        for (_, node) in models {
            for found in version::versions(name(*node)) {
                let version::Found { version, form, text, family, without } = found;
                let (text, node, created) = (Some(text), *node, created(*node));
                members.push((Member { family, form, version, text, node, created }, without));
            }
        }
    }
    members.sort_by(|(one, _), (other, _)| {
        let key = |member: &Member| (member.version, member.node);
        one.family.cmp(&other.family).then_with(|| key(one).cmp(&key(other)))
    });
    let wanted: HashSet<&str> = members.iter().filter_map(|(_, without)| without.as_deref()).collect();
    let mut unversioned: HashMap<&str, u32> = HashMap::new();
    for (_, node) in models.iter().filter(|_| !wanted.is_empty()) {
        if let Some(name) = wanted.get(version::normal(name(*node)).as_str()) {
            unversioned.entry(name).or_insert(*node);
        }
    }
    let mut best: HashMap<u32, Newer> = HashMap::new();
    for family in members.chunk_by(|(one, _), (other, _)| one.family == other.family) {
        let without = family.iter().find_map(|(_, without)| unversioned.get(without.as_deref()?)).copied();
        let family: Vec<&Member> = family.iter().map(|(member, _)| member).collect();
        let before = without.map(|node| Member {
            family: family[0].family.clone(),
            form: family[0].form,
            version: Version::default(),
            text: None,
            node,
            created: created(node),
        });
        let latest = Latest::new(&family);
        for member in family.iter().copied().chain(&before) {
            if !is_asked.get(member.node as usize).is_some_and(|asked| *asked) {
                continue;
            }
            let Some(newer) = latest.after(member) else { continue };
            let found = describe(world, member, newer, family.len());
            let known = best.get(&member.node);
            if known.is_none_or(|known| known.confidence < found.confidence) {
                best.insert(member.node, found);
            }
        }
    }
    best.into_values()
}

/// The members of a family by version, and how late anything from each on was created.
struct Latest<'a> {
    members: &'a [&'a Member],
    /// Never rising.
    latest: Vec<i64>,
}

impl<'a> Latest<'a> {
    fn new(members: &'a [&'a Member]) -> Latest<'a> {
        let mut latest: Vec<i64> = members.iter().map(|member| member.created.unwrap_or(i64::MAX)).collect();
        for at in (1..latest.len()).rev() {
            latest[at - 1] = latest[at - 1].max(latest[at]);
        }
        Latest { members, latest }
    }

    /// Returns the member of the latest version after a member's own that was created after it, as
    /// far as that is known.
    fn after(&self, member: &Member) -> Option<&'a Member> {
        let since = match member.created {
            // What has the same date may be older or newer.
            Some(created) if created <= NOTED_SINCE => i64::MIN,
            Some(created) => created,
            None => i64::MIN,
        };
        let last = self.latest.partition_point(|latest| *latest > since).checked_sub(1)?;
        let newer = self.members[last];
        let is_unversioned = member.text.is_none();
        let is_later = newer.version > member.version;
        (is_later && (!is_unversioned || newer.can_be_second())).then_some(newer)
    }
}

impl Member {
    /// Whether this can be what a model without a version was followed by.
    fn can_be_second(&self) -> bool {
        match self.form {
            Form::Marked | Form::MarkedPadded => self.version.major() >= 2 || self.version.has_parts,
            Form::Number => (2..=9).contains(&self.version.major()) || self.version.has_parts,
            Form::Year | Form::FourDigits | Form::SixDigits | Form::EightDigits => false,
        }
    }
}

fn describe(world: &World, member: &Member, newer: &Member, versions: usize) -> Newer {
    let basis = match newer.form {
        Form::Number if !member.version.has_parts && !newer.version.has_parts => Basis::Whole,
        Form::Number | Form::Marked | Form::MarkedPadded if member.text.is_none() => Basis::Unversioned,
        Form::Number => Basis::Dotted,
        Form::Marked | Form::MarkedPadded => Basis::Marked,
        Form::Year | Form::FourDigits | Form::SixDigits | Form::EightDigits => Basis::Dates,
    };
    let known = member.created.zip(newer.created).filter(|(_, newer)| *newer > NOTED_SINCE);
    let days_later = known.map(|(created, newer)| newer.saturating_sub(created).max(0) as u64 / DAY as u64);
    let family = match model_id::owner(world.name(member.node)) {
        Some(owner) => format!("{owner}/{}", member.family),
        None => member.family.clone(),
    };
    Newer {
        of: member.node,
        model: world.name(member.node).to_owned(),
        node: newer.node,
        newer: world.name(newer.node).to_owned(),
        family,
        version: member.text.clone(),
        newer_version: newer.text.clone().unwrap_or_default(),
        days_later,
        versions,
        basis,
        confidence: confidence(basis, days_later, versions),
    }
}

/// How many versions a family has before they are rather runs, of which each has its number.
const MANY: usize = 8;

/// Returns the share of such inferences that hold.
///
/// Of the 57,014 inferences on the Hub's list of July 2024, up to 22 of each kind, of different
/// owners, were read one by one, asking whether the one model continues the other or is a run, a variant
/// or something else. Where it is not known which was created first, what was found of models of the same day
/// is taken. Of 13 pairs of models of one owner of which cards of 2022 to 2025 say in words that one
/// is the newer version of the other, 5 differ in a version only, and all 5 are inferred so.
fn confidence(basis: Basis, days_later: Option<u64>, versions: usize) -> f64 {
    let later = days_later.is_some_and(|days| days > 0);
    let many = versions > MANY;
    match (basis, later, many) {
        (Basis::Marked, true, false) => 0.95,
        (Basis::Marked, true, true) => 0.9,
        (Basis::Marked, false, false) => 0.85,
        (Basis::Marked, false, true) => 0.75,
        (Basis::Dotted, true, false) => 0.9,
        (Basis::Dotted, true, true) => 0.8,
        (Basis::Dotted, false, false) => 0.7,
        (Basis::Dotted, false, true) => 0.6,
        (Basis::Unversioned, true, _) => 0.9,
        (Basis::Unversioned, false, _) => 0.8,
        (Basis::Dates, true, _) => 0.85,
        (Basis::Dates, false, _) => 0.55,
        (Basis::Whole, true, false) => 0.6,
        (Basis::Whole, true, true) | (Basis::Whole, false, false) => 0.35,
        (Basis::Whole, false, true) => 0.1,
    }
}
