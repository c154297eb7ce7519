//! Which relations did nobody declare, and which declared ones are wrong?
//!
//! Inferred relations rest on metadata alone: names, files, configurations, tags and what a card says.
//! Each carries its evidence and a confidence that was calibrated on declared relations; where
//! nothing points to one base more than to others, nothing is said.
//!
//! Names are taken apart (`names`), everything is put into tables (`index`), each model's
//! candidates are measured (`candidates`) and scored (`score`) with weights that were fitted to
//! declared relations ([`fit`]), and what comes of it can be checked against declarations that are
//! hidden from it ([`check`]). A base that is named but absent from the snapshot can be inferred too.

mod candidates;
pub mod check;
mod contradictions;
pub mod fit;
mod grown;
mod index;
mod known;
mod names;
mod operation;
mod score;
mod signs;
#[cfg(test)]
mod tests;
mod weights;

pub use grown::grown;
pub use known::Known;
pub use signs::{Sign, Signal};

use crate::{operation::Operation, world::World};
use candidates::{Candidate, Feature, Subject, candidates};
use index::{Class, Index, View};
use rayon::prelude::*;
use score::Model;
use signs::signal_of;

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Relations that are less likely are left out.
    pub at_least: f64,
}

impl Default for Options {
    /// From this confidence on, at least 97 of 100 answers were right where declarations had been hidden.
    fn default() -> Options {
        Options { at_least: 0.9 }
    }
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

/// Infers relations, by derived model, the likeliest first.
pub fn infer(world: &World, known: &Known, options: &Options) -> Vec<Inferred> {
    let view = View { world, known, hidden: &[] };
    let index = Index::new(view);
    let model = weights::model();
    let of_model = |node: u32| {
        if world.graph.is_derived(node) {
            contradictions::of(view, &index, node)
        } else {
            undeclared(view, &index, &model, node, options.at_least)
        }
    };
    let mut inferred: Vec<Inferred> =
        (0..world.graph.models()).into_par_iter().with_min_len(64).flat_map_iter(of_model).collect();
    inferred.retain(|relation| relation.confidence >= options.at_least);
    // A declaration that points the wrong way was met with its model, and may be inferred of its base too.
    let order = |relation: &Inferred| (relation.derived, relation.standing == Standing::Undeclared);
    inferred.sort_by(|a, b| {
        a.derived.cmp(&b.derived).then(b.confidence.total_cmp(&a.confidence)).then(a.base.cmp(&b.base))
    });
    inferred.dedup_by(|a, b| {
        let is_same = a.derived == b.derived && a.base == b.base;
        if is_same && order(a) < order(b) {
            std::mem::swap(a, b);
        }
        is_same
    });
    inferred
}

/// Infers the relations of one model, the likeliest first.
pub fn infer_one(world: &World, known: &Known, node: u32, options: &Options) -> Vec<Inferred> {
    let view = View { world, known, hidden: &[] };
    let index = Index::new(view);
    let mut inferred = match world.graph.is_derived(node) {
        true => contradictions::of(view, &index, node),
        false => undeclared(view, &index, &weights::model(), node, options.at_least),
    };
    inferred.retain(|relation| relation.confidence >= options.at_least);
    inferred
}

/// Returns the likeliest base of a model that declares none; of a merge, all that are likely.
fn undeclared(view: View, index: &Index, model: &Model, node: u32, at_least: f64) -> Vec<Inferred> {
    let subject = Subject::new(index, node);
    let candidates = candidates(view, index, &subject);
    let raw = model.raw(subject.class, &candidates);
    let mut likely: Vec<(f64, &Candidate)> = raw
        .iter()
        .zip(&candidates)
        .map(|(raw, candidate)| (f64::from(model.calibrated(subject.class, *raw)), candidate))
        .filter(|(confidence, _)| *confidence >= at_least)
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.node.cmp(&b.1.node)));
    if subject.class != Class::Merge {
        // Calibration may make equals of the best and the second: the raw probability decides.
        let best = (0..raw.len()).max_by(|a, b| raw[*a].total_cmp(&raw[*b]).then(b.cmp(a)));
        likely.retain(|(_, candidate)| best.is_some_and(|best| candidates[best].node == candidate.node));
    }
    let relation = |(confidence, candidate): (f64, &Candidate)| {
        let same_stem = candidate.get(Feature::SameStem) > 0.0;
        let base = candidate.node;
        let is_copy = candidate.get(Feature::SameWeights) > 0.0 && subject.class == Class::Trained;
        Inferred {
            derived: node,
            base,
            operation: match is_copy {
                true => Operation::Other("copy".into()),
                false => operation::operation(subject.class, subject.forms, index.forms(base), same_stem),
            },
            confidence,
            standing: Standing::Undeclared,
            evidence: signs::evidence(view, model, &subject, candidate),
        }
    };
    likely.into_iter().map(relation).collect()
}
