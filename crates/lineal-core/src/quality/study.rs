//! How do the models stand that the study drew its sample from?
//!
//! They are the tenth of the models for text generation that was downloaded most, rounded down. The study took
//! 378 of them by hand; measured here are all of which enough is known. Of models with the same
//! downloads at the edge, those that are listed first are in: there the study's own choice was its sort's.
//! Judge them by [`super::Basis::Declared`] to compare.

use super::{Field, Quality};
use crate::{proportion, published::by_hand::STUDY, world::World};
use serde::Serialize;
use std::cmp::Reverse;

/// The study's task.
const TASK: &str = "text-generation";

/// The models that the study's sample was drawn from, in one snapshot.
#[derive(Debug)]
pub struct Frame {
    /// In order.
    nodes: Vec<u32>,
}

impl Frame {
    pub fn of(world: &World) -> Frame {
        let models = 0..world.graph.models();
        let mut nodes: Vec<u32> = models.filter(|node| world.task(*node) == Some(TASK)).collect();
        // Unknown downloads come last, as they do in the study's sort.
        nodes.sort_by_key(|node| (Reverse(world.downloads(*node)), *node));
        nodes.truncate(nodes.len() / 10);
        nodes.sort_unstable();
        Frame { nodes }
    }

    pub fn models(&self) -> usize {
        self.nodes.len()
    }

    pub fn has(&self, node: u32) -> bool {
        self.nodes.binary_search(&node).is_ok()
    }
}

/// Some models of others.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    pub models: u64,
    pub of: u64,
    /// `None` of none.
    pub rate: Option<f64>,
    pub interval: Option<[f64; 2]>,
}

impl Share {
    fn new(models: u64, of: u64) -> Share {
        let (rate, interval) = proportion::rate(models, of);
        Share { models, of, rate, interval }
    }
}

/// What the study published of its sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Models that lack a field, of those that need it.
    Missing(Field),
    /// Right declarations of a base, of all of them.
    Precision,
    /// Right declarations of a base, of those and the undeclared bases.
    Recall,
    /// Models with at least so many fields missing or wrong.
    AtLeast(u8),
}

/// A number of the study's beside the same of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    pub measure: Measure,
    pub by_hand: Share,
    /// `None` without a snapshot. Among models of which every place was looked at, as the annotators did.
    pub measured: Option<Share>,
}

/// Returns what the study published, beside the same of the models of a [`Frame`], if it was measured.
pub fn compare(measured: Option<&Quality>) -> Vec<Row> {
    let missing = STUDY.missing.iter().map(|(field, missing, of)| Row {
        measure: Measure::Missing(*field),
        by_hand: Share::new(*missing, *of),
        measured: measured
            .and_then(|quality| quality.fields.get(field))
            .map(|rate| Share::new(rate.missing, rate.applicable)),
    });
    let right = STUDY.declared - STUDY.wrong;
    let dependencies = measured.map(|quality| quality.dependencies);
    let measured_right = |found: &super::Dependencies| found.declared - found.contradicted;
    let precision = Row {
        measure: Measure::Precision,
        by_hand: Share::new(right, STUDY.declared),
        measured: dependencies.map(|found| Share::new(measured_right(&found), found.declared)),
    };
    let recall = Row {
        measure: Measure::Recall,
        by_hand: Share::new(right, right + STUDY.missed),
        measured: dependencies.map(|found| {
            let right = measured_right(&found);
            Share::new(right, right + found.inferred)
        }),
    };
    let at_least = (1..).zip(STUDY.at_least).map(|(number, models)| Row {
        measure: Measure::AtLeast(number),
        by_hand: Share::new(models, STUDY.models),
        measured: measured.and_then(|quality| {
            let found = quality.decided.at_least.get(&number)?;
            Some(Share::new(found.models, quality.decided.models))
        }),
    });
    missing.chain([precision, recall]).chain(at_least).collect()
}
