//! How likely is each candidate?
//!
//! Each class of models has its weights. A candidate's score is the sum of its features times
//! their weights. A model has one base, so its candidates compete, and with them the answer that
//! it is none of these: a conditional logit (McFadden 1974), whose outside option scores 0. Rivals
//! about as good split the probability, and so nothing is said. A merge has several bases, so
//! its candidates are judged each for itself. What comes out is then calibrated by a monotone
//! table, as scores are good at ranking and poor at odds.

use super::{
    candidates::{Candidate, FEATURES, Feature, Features, GIVEN},
    index::Class,
};

/// What was learned from declared relations.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// By class and feature.
    pub weights: [Features; Class::ALL.len()],
    /// By class.
    pub tables: [Vec<Step>; Class::ALL.len()],
}

/// From this raw probability on, so many were right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub raw: f32,
    pub right: f32,
}

impl Model {
    /// Returns each candidate's probability to be right, before calibration.
    pub fn raw(&self, class: Class, candidates: &[Candidate]) -> Vec<f32> {
        let scores =
            candidates.iter().map(|candidate| score(&self.weights[class as usize], &candidate.features));
        probabilities(class, &scores.collect::<Vec<f32>>())
    }

    /// Returns the share of such answers that were right.
    pub fn calibrated(&self, class: Class, raw: f32) -> f32 {
        let table = &self.tables[class as usize];
        let after = table.partition_point(|step| step.raw <= raw);
        match (after.checked_sub(1).map(|at| table[at]), table.get(after)) {
            (None, None) => raw,
            (Some(step), None) | (None, Some(&step)) => step.right,
            (Some(low), Some(high)) => {
                let way = (raw - low.raw) / (high.raw - low.raw).max(f32::EPSILON);
                low.right + way * (high.right - low.right)
            }
        }
    }

    /// What each feature of a candidate adds to its score.
    pub fn parts(&self, class: Class, candidate: &Candidate) -> impl Iterator<Item = (Feature, f32)> {
        let weights = &self.weights[class as usize];
        let features = candidate.features;
        Feature::ALL.iter().map(move |feature| {
            let at = *feature as usize;
            (*feature, (weights[at] + given(*feature)) * features[at])
        })
    }
}

fn given(feature: Feature) -> f32 {
    GIVEN.iter().find(|(given, _)| *given == feature).map_or(0.0, |(_, weight)| *weight)
}

pub fn score(weights: &Features, features: &Features) -> f32 {
    let learned: f32 = weights.iter().zip(features).map(|(weight, value)| weight * value).sum();
    learned + GIVEN.iter().map(|(feature, weight)| weight * features[*feature as usize]).sum::<f32>()
}

/// Turns scores into probabilities.
pub fn probabilities(class: Class, scores: &[f32]) -> Vec<f32> {
    if class == Class::Merge {
        return scores.iter().map(|score| 1.0 / (1.0 + (-score).exp())).collect();
    }
    let highest = scores.iter().copied().fold(0.0, f32::max);
    let sum: f32 = (-highest).exp() + scores.iter().map(|score| (score - highest).exp()).sum::<f32>();
    scores.iter().map(|score| (score - highest).exp() / sum).collect()
}

/// No weights, no tables: where fitting starts.
pub fn blank() -> Model {
    Model { weights: [[0.0; FEATURES]; Class::ALL.len()], tables: Default::default() }
}
