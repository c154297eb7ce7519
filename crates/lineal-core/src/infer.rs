//! Which relations did nobody declare, and which declared ones are wrong?
//!
//! Inferred relations rest on metadata alone: names, files, configurations, tags and what a card says.
//! Each carries its evidence and a confidence that was calibrated on declared relations; where
//! nothing points to one base more than to others, nothing is said.

use crate::{operation::Operation, record::ModelRecord, world::World};
use serde::Serialize;

/// What inference has to know of every model of a snapshot; columns by node.
#[derive(Debug, Default)]
pub struct Known {}

impl Known {
    /// Takes in the next model of the listing.
    pub fn push(&mut self, record: &ModelRecord) {
        let _ = record;
    }
}

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Relations that are less likely are left out.
    pub at_least: f64,
}

/// A relation that was inferred.
#[derive(Clone, Debug, PartialEq)]
pub struct Inferred {
    /// The derived model's node.
    pub derived: u32,
    /// The base's node.
    pub base: u32,
    pub operation: Operation,
    /// How likely base and operation are right, from 0 to 1.
    pub confidence: f64,
    pub standing: Standing,
    /// What speaks for it, strongest first.
    pub evidence: Vec<Sign>,
}

/// How an inferred relation stands to what the publisher declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The model declares no base.
    Undeclared,
    /// It declares this base, but by an operation that the evidence contradicts.
    OtherOperation(Operation),
    /// It declares only other bases, of which this node is the first.
    OtherBase(u32),
    /// The declared base is the one that was derived.
    Reversed,
}

/// One thing that speaks for a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sign {
    pub signal: Signal,
    /// What was seen, in words.
    pub detail: String,
}

/// The kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// The name is another model's with the mark of a format or a bit width.
    QuantizationName,
}

/// Infers relations, by derived model.
pub fn infer(world: &World, known: &Known, options: &Options) -> Vec<Inferred> {
    let _ = (world, known, options);
    Vec::new()
}

/// Returns the world with inferred relations of undeclared models beside the declared ones.
pub fn grown(world: &World, inferred: &[Inferred], at_least: f64) -> World {
    let _ = (inferred, at_least);
    unreachable!("{}", world.snapshot)
}

/// Returns the relations inferred for one derived model, of some that are sorted by it.
pub fn of(inferred: &[Inferred], derived: u32) -> &[Inferred] {
    let start = inferred.partition_point(|relation| relation.derived < derived);
    let end = inferred.partition_point(|relation| relation.derived <= derived);
    &inferred[start..end]
}
