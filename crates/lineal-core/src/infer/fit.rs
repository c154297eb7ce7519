//! Which weights explain the declared relations best?
//!
//! The weights of each class maximise the likelihood of hidden declarations, with a small penalty on
//! their squares, by full gradients with Adam's steps (Kingma, Ba 2015): convex, and the same in
//! every run. The tables are isotonic regressions of *base and operation right* on the raw
//! probability, by pooling adjacent violators.

use super::{
    candidates::{Candidate, FEATURES, Feature, Features},
    index::Class,
    names::joined,
    score::{Model, Step, blank, probabilities, score},
};
use rayon::prelude::*;
use std::{collections::HashMap, fmt::Write};

const ROUNDS: usize = 250;
const STEP: f32 = 0.06;
const PENALTY: f32 = 2e-4;
/// A step of a table rests on at least so many answers.
const LEAST_IN_STEP: f32 = 60.0;
/// Into how many parts owners are dealt, so that tables rest on owners that weights do not know.
const FOLDS: u64 = 3;
/// For how many models the models of one owner count at most.
const MOST_OF_OWNER: f32 = 30.0;

/// A model with its candidates, and what is true of each.
#[derive(Clone, Debug)]
pub struct Example {
    pub node: u32,
    /// The hash of its owner's name.
    pub owner: u64,
    pub class: Class,
    pub candidates: Vec<Candidate>,
    pub truths: Vec<Truth>,
    /// Whether the declaration may be learned from. It may not where it could be another card's, copied:
    /// the model is named as a format of one that is there, whose own declarations are not known.
    pub is_reliable: bool,
}

/// What is true of a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// It is the declared base.
    pub base: bool,
    /// The operation would be right as well.
    pub operation: bool,
    /// The declaration is a copy of this model's own: the model has its name in another format, and
    /// declares what it declares. The makers of formats often publish the original's card as it is.
    pub copied: bool,
}

impl Truth {
    /// Whether it is the base that the model was made from, as far as declarations tell.
    pub fn is_base(self) -> bool {
        self.base || self.copied
    }

    pub fn is_right(self) -> bool {
        self.base && self.operation || self.copied
    }
}

/// Fits weights on the examples, and tables on what weights make of examples that they were not
/// fitted on: owners are dealt into folds, and those of each fold are judged by the others.
pub fn fit(examples: &[&Example]) -> Model {
    let mut model = blank();
    for class in Class::ALL {
        let of_class: Vec<Weighed> = weighed(examples, class);
        let answers = (0..FOLDS).flat_map(|fold| {
            let (judged, learned): (Vec<Weighed>, Vec<Weighed>) =
                of_class.iter().partition(|(example, _)| joined(example.owner, 77) % FOLDS == fold);
            let weights = descend(class, &learned);
            judged.into_iter().flat_map(|judged| answers(class, &weights, judged)).collect::<Vec<_>>()
        });
        model.tables[class as usize] = isotonic(answers.collect());
        model.weights[class as usize] = descend(class, &of_class);
    }
    model
}

/// An example, and for how much it counts.
type Weighed<'a> = (&'a Example, f32);

/// The examples of a class; those of one owner together count for no more than a few.
fn weighed<'a>(examples: &[&'a Example], class: Class) -> Vec<Weighed<'a>> {
    let of_class: Vec<&Example> =
        examples.iter().copied().filter(|example| example.class == class && example.is_reliable).collect();
    let mut counts: HashMap<u64, f32> = HashMap::new();
    of_class.iter().for_each(|example| *counts.entry(example.owner).or_default() += 1.0);
    of_class.into_iter().map(|example| (example, (MOST_OF_OWNER / counts[&example.owner]).min(1.0))).collect()
}

/// What would be said of an example: raw probability, right or not, weight.
fn answers(class: Class, weights: &Features, (example, weight): Weighed) -> Vec<(f32, bool, f32)> {
    let scores = example.candidates.iter().map(|candidate| score(weights, &candidate.features));
    let raw = probabilities(class, &scores.collect::<Vec<f32>>());
    let all = raw.into_iter().zip(&example.truths).map(|(raw, truth)| (raw, truth.is_right(), weight));
    if class == Class::Merge {
        return all.collect();
    }
    all.max_by(|a, b| a.0.total_cmp(&b.0)).into_iter().collect()
}

fn descend(class: Class, examples: &[Weighed]) -> Features {
    let mut weights = [0.0; FEATURES];
    let (mut mean, mut square) = ([0.0f32; FEATURES], [0.0f32; FEATURES]);
    let all: f32 = examples.iter().map(|(_, weight)| weight).sum::<f32>().max(1.0);
    for round in 1..=ROUNDS {
        let chunks = examples.par_chunks(256).map(|some| {
            let mut sum = [0.0f32; FEATURES];
            some.iter().for_each(|example| add_gradient(class, &weights, example, &mut sum));
            sum
        });
        // Summed in the order of the chunks, so that rounding is the same in every run.
        let sums: Vec<Features> = chunks.collect();
        let mut gradient = [0.0f32; FEATURES];
        sums.iter().for_each(|sum| gradient.iter_mut().zip(sum).for_each(|(all, part)| *all += part));
        for at in 0..FEATURES {
            let slope = gradient[at] / all - PENALTY * weights[at];
            mean[at] = 0.9 * mean[at] + 0.1 * slope;
            square[at] = 0.999 * square[at] + 0.001 * slope * slope;
            let (first, second) = (1.0 - 0.9f32.powi(round as i32), 1.0 - 0.999f32.powi(round as i32));
            weights[at] += STEP * (mean[at] / first) / ((square[at] / second).sqrt() + 1e-8);
        }
    }
    weights
}

/// Adds the slope of one example's log likelihood.
fn add_gradient(class: Class, weights: &Features, (example, weight): &Weighed, sum: &mut Features) {
    let scores: Vec<f32> =
        example.candidates.iter().map(|candidate| score(weights, &candidate.features)).collect();
    let chances = probabilities(class, &scores);
    let is_true = |at: usize| example.truths[at].is_base();
    let right: f32 = (0..chances.len()).filter(|at| is_true(*at)).map(|at| chances[at]).sum();
    for (at, candidate) in example.candidates.iter().enumerate() {
        let pull = match (class, is_true(at)) {
            (Class::Merge, true) => 1.0 - chances[at],
            (_, true) => chances[at] / right.max(1e-12) - chances[at],
            (_, false) => -chances[at],
        };
        let pull = pull * weight;
        if pull.abs() > 1e-6 {
            sum.iter_mut().zip(&candidate.features).for_each(|(sum, value)| *sum += pull * value);
        }
    }
}

/// Pools adjacent violators: the monotone steps that fit best.
fn isotonic(mut answers: Vec<(f32, bool, f32)>) -> Vec<Step> {
    answers.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Sums of raw probability, of what was right, and of weights.
    let mut pools: Vec<[f32; 3]> = Vec::new();
    for (raw, right, weight) in answers {
        match pools.last_mut() {
            Some(last) if last[2] < LEAST_IN_STEP => {
                last[0] += raw * weight;
                last[1] += if right { weight } else { 0.0 };
                last[2] += weight;
            }
            _ => pools.push([raw * weight, if right { weight } else { 0.0 }, weight]),
        }
        while let [.., low, high] = &pools[..]
            && high[2] >= LEAST_IN_STEP
            && low[1] * high[2] >= high[1] * low[2]
        {
            let (low, high) = (*low, *high);
            pools.pop();
            if let Some(last) = pools.last_mut() {
                *last = [low[0] + high[0], low[1] + high[1], low[2] + high[2]];
            }
        }
    }
    // Nothing is certain: as if one more of each kind had been seen at either end.
    let step =
        |[raw, right, weight]: [f32; 3]| Step { raw: raw / weight, right: (right + 0.5) / (weight + 1.0) };
    let mut steps: Vec<Step> = pools.into_iter().map(step).collect();
    let mut highest = 0.0;
    for step in &mut steps {
        step.right = step.right.max(highest);
        highest = step.right;
    }
    steps
}

/// Writes a fitted model as the source file that holds it.
pub fn source(model: &Model, header: &str) -> String {
    let mut text = String::new();
    for line in header.lines() {
        let _ = writeln!(text, "{}", format!("//! {line}").trim_end());
    }
    text.push_str("\nuse crate::infer::{candidates::FEATURES, score::Step};\n\n");
    let _ =
        writeln!(text, "#[rustfmt::skip]\npub const WEIGHTS: [[f32; FEATURES]; {}] = [", Class::ALL.len());
    for class in Class::ALL {
        let _ = writeln!(text, "    // {class:?}\n    [");
        for feature in Feature::ALL {
            let weight = model.weights[class as usize][*feature as usize];
            let _ = writeln!(text, "        {weight:.4}, // {feature:?}");
        }
        text.push_str("    ],\n");
    }
    text.push_str("];\n\n#[rustfmt::skip]\npub const TABLES: [&[Step]; WEIGHTS.len()] = [\n");
    for class in Class::ALL {
        let _ = writeln!(text, "    // {class:?}\n    &[");
        for Step { raw, right } in &model.tables[class as usize] {
            let _ = writeln!(text, "        Step {{ raw: {raw:.5}, right: {right:.5} }},");
        }
        text.push_str("    ],\n");
    }
    text.push_str("];\n");
    text
}
