//! What is one model, all in all?

mod findings;

pub use findings::Code;

use crate::{
    atlas::{Atlas, Relation},
    graph::Graph,
    profiles::by_field,
    record::Gated,
    set::Member,
};
use chrono::DateTime;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// All that a snapshot says of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Subject {
    pub id: String,
    /// Named as a base but absent from the snapshot: then nothing else is known of it.
    pub missing: bool,
    pub snapshot: String,
    pub hub_id: Option<String>,
    /// The commit of the main branch.
    pub sha: Option<String>,
    pub task: Option<String>,
    pub library: Option<String>,
    pub license: Option<String>,
    /// In the last 30 days.
    pub downloads: Option<u64>,
    pub likes: Option<u64>,
    pub parameters: Option<u64>,
    /// Days, `2024-05-01`.
    pub created: Option<String>,
    pub modified: Option<String>,
    pub gated: Option<String>,
    pub disabled: Option<bool>,
    pub private: Option<bool>,
    /// The relations to its bases.
    pub bases: Vec<Relation>,
    /// Models derived from it directly, by operation.
    pub derived: BTreeMap<String, u64>,
    /// `root`, `derived`, `isolated` or `missing`.
    pub role: String,
    /// How each field of its metadata stands: `present`, `missing`, `wrong`, `not_applicable` or `unclear`.
    pub metadata: BTreeMap<String, String>,
    /// The gravest first.
    pub findings: Vec<Finding>,
}

/// Something that somebody who looks at a model should be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// A word that names what kind of finding it is, one of [`Code::ALL`].
    pub code: String,
    /// One sentence.
    pub text: String,
}

/// Describes a node.
pub fn subject(atlas: &Atlas, node: u32) -> Subject {
    let Atlas { world, profiles, .. } = atlas;
    let graph = &world.graph;
    let states = profiles.states(node).into_iter().flat_map(by_field);
    let word = |text: Option<&str>| text.map(str::to_owned);
    Subject {
        id: world.name(node).to_owned(),
        missing: graph.is_missing(node),
        snapshot: world.snapshot.to_string(),
        hub_id: profiles.hub_id(node).map(|id| id.to_string()),
        sha: profiles.commit(node).map(|commit| commit.iter().map(|byte| format!("{byte:02x}")).collect()),
        task: word(world.task(node)),
        library: word(profiles.library(node)),
        license: word(profiles.license(node)),
        downloads: world.downloads(node),
        likes: profiles.likes(node),
        parameters: profiles.parameters(node),
        created: profiles.created(node).and_then(day),
        modified: profiles.modified(node).and_then(day),
        gated: word(profiles.gated(node).map(Gated::as_str)),
        disabled: profiles.disabled(node),
        private: profiles.private(node),
        bases: atlas.relations(node).collect(),
        derived: derived(graph, node),
        role: Role::of(graph, node).as_str().to_owned(),
        metadata: states
            .map(|(field, state)| (field.as_str().to_owned(), state.as_str().to_owned()))
            .collect(),
        findings: findings::findings(atlas, node),
    }
}

/// Counts the models that were derived from a node directly, by operation.
fn derived(graph: &Graph, node: u32) -> BTreeMap<String, u64> {
    // They are listed by operation.
    let by_operation = graph.derived_operations(node).chunk_by(|one, other| one == other);
    let counted = |codes: &[u8]| {
        let operation = &graph.operations()[usize::from(codes[0])];
        (operation.to_string(), codes.len() as u64)
    };
    by_operation.map(counted).collect()
}

/// Returns the day of a time in milliseconds since 1970, UTC, unless it is beyond all calendars.
fn day(time: i64) -> Option<String> {
    Some(DateTime::from_timestamp_millis(time)?.date_naive().to_string())
}

/// What a node is in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Root,
    Derived,
    Isolated,
    Missing,
}

impl Member for Role {
    const ALL: &'static [Role] = &[Role::Root, Role::Derived, Role::Isolated, Role::Missing];

    fn as_str(self) -> &'static str {
        match self {
            Role::Root => "root",
            Role::Derived => "derived",
            Role::Isolated => "isolated",
            Role::Missing => "missing",
        }
    }
}

impl Role {
    pub fn of(graph: &Graph, node: u32) -> Role {
        if graph.is_missing(node) {
            return Role::Missing;
        }
        match (graph.is_derived(node), graph.is_base(node)) {
            (true, _) => Role::Derived,
            (false, true) => Role::Root,
            (false, false) => Role::Isolated,
        }
    }
}

#[cfg(test)]
mod tests;
