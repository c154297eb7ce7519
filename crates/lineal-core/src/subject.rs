//! What is one model, all in all?

use crate::atlas::{Atlas, Relation};
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
    pub findings: Vec<Finding>,
}

/// Something that somebody who looks at a model should be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// A word that names what kind of finding it is.
    pub code: String,
    /// One sentence.
    pub text: String,
}

/// Describes a node.
pub fn subject(_atlas: &Atlas, _node: u32) -> Subject {
    todo!()
}
