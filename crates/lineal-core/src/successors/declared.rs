//! What does a model's card declare as its newer version?

use super::Stated;
use crate::{aliases, graph::Graph, ids::Found, model_id, resolve::Resolution, world::World};
use serde::Serialize;
use std::collections::HashSet;

/// A successor that a model's card declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declared {
    #[serde(skip)]
    pub of: u32,
    pub model: String,
    /// As the card has it.
    pub named: String,
    #[serde(skip)]
    pub node: Option<u32>,
    /// The listed model that is meant; `None` if there is none.
    pub successor: Option<String>,
    #[serde(serialize_with = "word")]
    pub resolution: Resolution,
    pub standing: Standing,
}

fn word<S: serde::Serializer>(resolution: &Resolution, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(resolution.as_str())
}

impl Declared {
    /// Whether the successor is listed, but not under the name as written.
    pub fn is_otherwise_named(&self) -> bool {
        !matches!(self.resolution, Resolution::Exact | Resolution::Missing)
    }
}

/// Whose model it is that a card declares as the newer version, which says how to take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Another model of the same owner: a newer version, as the word says.
    SameOwner,
    /// A model of another owner: perhaps it has moved, more often something else is meant.
    OtherOwner,
    /// A model that this one was made from, so it is older.
    Ancestor,
    /// The model itself.
    Itself,
    /// A name that is not listed in the snapshot.
    Missing,
    /// Nothing that a model can be called.
    Unreadable,
}

impl Standing {
    pub const ALL: [Standing; 6] = [
        Standing::SameOwner,
        Standing::OtherOwner,
        Standing::Ancestor,
        Standing::Itself,
        Standing::Missing,
        Standing::Unreadable,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Standing::SameOwner => "same_owner",
            Standing::OtherOwner => "other_owner",
            Standing::Ancestor => "ancestor",
            Standing::Itself => "itself",
            Standing::Missing => "missing",
            Standing::Unreadable => "unreadable",
        }
    }
}

/// Returns the successor that a model declares.
pub(super) fn declared(world: &World, stated: &Stated, node: u32) -> Option<Declared> {
    let named = stated.new_version(node)?;
    let name = name(named);
    let found = name.and_then(|name| find(world, name));
    let standing = match (name, found) {
        (None, _) => Standing::Unreadable,
        (Some(_), None) => Standing::Missing,
        (_, Some((successor, _))) if successor == node => Standing::Itself,
        (_, Some((successor, _))) if is_ancestor(&world.graph, successor, node) => Standing::Ancestor,
        (_, Some((successor, _))) => {
            let owner = |node| model_id::owner(world.name(node)).unwrap_or_default();
            match owner(node).eq_ignore_ascii_case(owner(successor)) {
                true => Standing::SameOwner,
                false => Standing::OtherOwner,
            }
        }
    };
    Some(Declared {
        of: node,
        model: world.name(node).to_owned(),
        named: named.to_owned(),
        node: found.map(|(successor, _)| successor),
        successor: found.map(|(successor, _)| world.name(successor).to_owned()),
        resolution: found.map_or(Resolution::Missing, |(_, resolution)| resolution),
        standing,
    })
}

/// Returns the model's name in what a card has, which may be the address of its page.
fn name(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches('/');
    let addresses =
        ["https://huggingface.co/", "http://huggingface.co/", "https://hf.co/", "huggingface.co/"];
    let address = addresses.into_iter().find_map(|address| text.strip_prefix(address));
    Some(address.unwrap_or(text)).filter(|name| model_id::is_model_id(name))
}

/// Finds a listed model; a missing base has a node too, but is none.
fn find(world: &World, name: &str) -> Option<(u32, Resolution)> {
    let listed = |name: &str| {
        let found = world.ids.find_ignoring_case(name)?;
        let node = found.node();
        (!world.graph.is_missing(node)).then_some((node, found))
    };
    match listed(name) {
        Some((node, Found::Exactly(_))) => Some((node, Resolution::Exact)),
        Some((node, Found::IgnoringCase(_))) => Some((node, Resolution::IgnoringCase)),
        None => Some((listed(&aliases::present_name(name)?)?.0, Resolution::Alias)),
    }
}

/// How many models are looked at to learn whether one stands above another.
const MOST: usize = 10_000;

/// Whether a model was made from another, at any distance, as far as that is followed.
fn is_ancestor(graph: &Graph, ancestor: u32, of: u32) -> bool {
    let mut seen = HashSet::from([of]);
    let mut waiting = vec![of];
    while let Some(node) = waiting.pop() {
        for base in graph.bases(node) {
            if *base == ancestor {
                return true;
            }
            if seen.len() < MOST && seen.insert(*base) {
                waiting.push(*base);
            }
        }
    }
    false
}
