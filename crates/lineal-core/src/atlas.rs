//! What must be at hand to tell about one model?

use crate::{
    evidence::{Claimed, Evidence},
    profiles::Profiles,
    resolve::Resolution,
    world::World,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A world, and what is told of its models and relations one by one.
#[derive(Debug)]
pub struct Atlas {
    pub world: World,
    pub profiles: Profiles,
    pub evidence: Evidence,
}

/// A relation in words, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Relation {
    pub base: String,
    pub derived: String,
    pub operation: String,
    /// Whether nobody states the operation, so that it is what the hub would infer.
    pub operation_inferred: bool,
    /// Whether the publisher declares it; what the graph holds is declared.
    pub declared: bool,
    /// How the base's name led to it: `exact`, `ignoring_case`, `alias`, `redirect` or `missing`.
    pub resolution: Option<String>,
    pub evidence: Vec<Claimed>,
}

impl Atlas {
    /// Puts an atlas together; `None` if its parts are not of the same snapshot's size.
    pub fn new(world: World, profiles: Profiles, evidence: Evidence) -> Option<Atlas> {
        let fits = profiles.fit(world.graph.models()) && evidence.fits(world.graph.relations());
        fits.then_some(Atlas { world, profiles, evidence })
    }

    /// Puts words to the relations of a model to its bases, in the record's order.
    pub fn relations(&self, derived: u32) -> impl Iterator<Item = Relation> {
        self.world.graph.base_relations(derived).map(move |place| self.relation(derived, place))
    }

    /// Puts words to one relation of a model: `place` is one of its `Graph::base_relations`.
    pub fn relation(&self, derived: u32, place: usize) -> Relation {
        let graph = &self.world.graph;
        let at = place - graph.base_relations(derived).start;
        let grounds = self.evidence.of(place);
        Relation {
            base: self.world.name(graph.bases(derived)[at]).to_owned(),
            derived: self.world.name(derived).to_owned(),
            operation: graph.operations()[usize::from(graph.base_operations(derived)[at])].to_string(),
            operation_inferred: grounds.operation_inferred,
            declared: true,
            resolution: grounds.resolution.map(Resolution::as_str).map(str::to_owned),
            evidence: grounds.claims,
        }
    }
}
