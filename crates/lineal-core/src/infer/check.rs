//! How good is inference, on declarations that it was not shown?
//!
//! Declarations of some models are hidden, inferred and compared. Half of these models, by a hash of
//! their owners, are fitted on; what is reported are the others, so that no owner is on both sides.

use super::{
    Options, Signal,
    candidates::{Candidate, Feature, Subject, candidates},
    fit::{Example, Truth, fit},
    index::{Class, Index, View},
    known::Known,
    names::{self, joined, key},
    operation::{operation, shown},
    score::Model,
    signal_of,
};
use crate::{model_id, operation::Group, proportion, world::World};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// The probabilities from which on figures are reported.
pub const THRESHOLDS: [f64; 6] = [0.5, 0.8, 0.9, 0.95, 0.97, 0.99];

/// What to hide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hide {
    /// How many models' declarations are hidden.
    pub models: usize,
    /// The share of owners all of whose declarations are hidden, as of those who never declare; of
    /// the other owners, single models are hidden.
    pub whole_owners: f64,
    /// Whether the snapshot's declarations state operations. Where they do not, as before the summer
    /// of 2024, there is no truth to compare operations with, and only bases are.
    pub typed: bool,
    pub seed: u64,
}

impl Default for Hide {
    fn default() -> Hide {
        Hide { models: 20_000, whole_owners: 0.0, typed: true, seed: 1 }
    }
}

/// A share of a count with its 95 % interval by Wilson's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    pub of: u64,
    pub count: u64,
    pub share: f64,
    pub interval: [f64; 2],
}

/// How answers compare with what was hidden.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Models whose declarations were hidden.
    pub hidden: u64,
    /// Relations that were inferred.
    pub said: u64,
    pub right_base: u64,
    /// Base and group of operations.
    pub right: u64,
    /// Besides, the base is the model of the same name whose card was copied, declarations and all.
    pub copied: u64,
    /// Right relations of those said.
    pub precision: Share,
    /// Right ones and copied ones.
    pub nearest_precision: Share,
    /// The same, whatever the operation.
    pub base_precision: Share,
    /// Models of which something right was said, copied ones included.
    pub recall: Share,
}

/// Answers of about the same confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub count: u64,
    /// Mean confidence.
    pub predicted: f64,
    /// Share that was right.
    pub observed: f64,
}

/// What came out of hiding declarations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    pub hidden: u64,
    pub fitted_on: u64,
    pub reported_on: u64,
    /// The confidence from which on the figures below count an answer.
    pub at_least: f64,
    pub all: Outcome,
    pub name_rule: Outcome,
    /// By the hub's word for the group of the hidden operation.
    pub by_group: BTreeMap<Group, Outcome>,
    pub name_rule_by_group: BTreeMap<Group, Outcome>,
    /// By the strongest evidence of an answer; `hidden` and recall are of all models.
    pub by_signal: BTreeMap<Signal, Outcome>,
    pub by_threshold: Vec<(f64, Outcome)>,
    pub reliability: Vec<Bin>,
    /// Mean distance of confidence and share right, over bins.
    pub calibration_error: f64,
    /// Mean squared distance of confidence and outcome.
    pub brier: f64,
    /// The most confident wrong answers, of each group of hidden operations.
    pub mistakes: Vec<Mistake>,
}

/// A wrong answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mistake {
    pub model: String,
    pub said: String,
    pub declared: String,
    pub group: Group,
    pub confidence: f64,
    pub signal: Signal,
}

/// How many mistakes are listed of each group.
const MISTAKES: usize = 40;

/// One answer to one hidden model.
#[derive(Clone, Copy)]
struct Answer {
    model: usize,
    base: u32,
    group: Group,
    confidence: f64,
    signal: Signal,
    truth: Truth,
}

/// Hides declarations, infers them again, and compares.
pub fn check(world: &World, known: &Known, hide: &Hide, options: &Options) -> Checked {
    let hidden = hidden(world, hide);
    let mask = mask(world, &hidden);
    let view = View { world, known, hidden: &mask };
    let index = Index::new(view);
    let examples = examples(view, &index, &hidden, hide.typed);
    let underived = underived(view, &index, hidden.len() / 4);
    let (mut fitted, reported): (Vec<&Example>, Vec<&Example>) =
        examples.iter().partition(|example| side(example) == 0);
    let fitted_on = fitted.len();
    fitted.extend(underived.iter().filter(|example| side(example) == 0));
    let model = fit(&fitted);
    let checked = report(view, &index, &model, &reported, hide.typed, options);
    Checked { hidden: hidden.len() as u64, fitted_on: fitted_on as u64, ..checked }
}

/// Fits a model on hidden declarations of some snapshots; [`super::fit::source`] writes it down.
pub fn fitted(snapshots: &[(&World, &Known, Hide)]) -> Model {
    let mut all = Vec::new();
    for (world, known, hide) in snapshots {
        let hidden = hidden(world, hide);
        let mask = mask(world, &hidden);
        let view = View { world, known, hidden: &mask };
        let index = Index::new(view);
        all.extend(examples(view, &index, &hidden, hide.typed));
        all.extend(underived(view, &index, hidden.len() / 4));
    }
    fit(&all.iter().collect::<Vec<_>>())
}

/// On which of two sides an owner is.
fn side(example: &Example) -> u64 {
    joined(example.owner, 5) % 2
}

/// Chooses the models to hide, by numbers that look random but are the same for the same seed.
fn hidden(world: &World, hide: &Hide) -> Vec<u32> {
    let graph = &world.graph;
    let lot = |text: &str| joined(names::owner_key(text), hide.seed.wrapping_mul(0x9e37_79b9) + 1);
    let lot = |node: u32| {
        let name = world.name(node);
        let owner = model_id::parts(name).0.unwrap_or(name);
        let is_whole = (lot(owner) % 1000) < (hide.whole_owners * 1000.0) as u64;
        // Another number than the one that chose the kind, or whole owners would always come first.
        lot(if is_whole { owner } else { name }).swap_bytes()
    };
    let declared = (0..graph.models()).filter(|node| !graph.bases(*node).is_empty());
    let mut lots: Vec<(u64, u32)> = declared.map(|node| (lot(node), node)).collect();
    lots.sort_unstable();
    lots.truncate(hide.models);
    let mut nodes: Vec<u32> = lots.into_iter().map(|(_, node)| node).collect();
    nodes.sort_unstable();
    nodes
}

fn mask(world: &World, hidden: &[u32]) -> Vec<bool> {
    let mut mask = vec![false; world.graph.models() as usize];
    hidden.iter().for_each(|node| mask[*node as usize] = true);
    mask
}

fn examples(view: View, index: &Index, nodes: &[u32], typed: bool) -> Vec<Example> {
    let graph = &view.world.graph;
    let groups = graph.groups();
    let example = |node: &u32| {
        let subject = Subject::new(index, *node);
        let candidates = candidates(view, index, &subject);
        let truth = |candidate: &Candidate| {
            let at = graph.bases(*node).iter().position(|base| *base == candidate.node);
            let declared = at.map(|at| groups[usize::from(graph.base_operations(*node)[at])]);
            let operation = !typed || declared == Some(said(index, &subject, candidate));
            Truth { base: at.is_some(), operation, copied: is_copied(view, index, &subject, candidate) }
        };
        let truths: Vec<Truth> = candidates.iter().map(truth).collect();
        let is_reliable =
            truths.iter().any(|truth| truth.copied) || !may_be_copied(view, index, &subject, &candidates);
        Example { node: *node, owner: subject.owner, class: subject.class, candidates, truths, is_reliable }
    };
    nodes.par_iter().map(example).collect()
}

/// Whether the model is named as a format of a model that declares nothing, and declares models of
/// other names, or one of that name that is gone.
fn may_be_copied(view: View, index: &Index, subject: &Subject, candidates: &[Candidate]) -> bool {
    let graph = &view.world.graph;
    let is_original = |candidate: &&Candidate| {
        candidate.get(Feature::SameStem) > 0.0 && candidate.get(Feature::HasFormat) == 0.0
    };
    let of_its_name = |base: &u32| index.stem(*base) == subject.stem && !graph.is_missing(*base);
    subject.class == Class::Format
        && !graph.bases(subject.node).iter().any(of_its_name)
        && candidates.iter().filter(is_original).any(|original| graph.bases(original.node).is_empty())
}

/// Whether a declaration is a candidate's own, copied with its card.
fn is_copied(view: View, index: &Index, subject: &Subject, candidate: &Candidate) -> bool {
    let graph = &view.world.graph;
    let (declared, original) = (graph.bases(subject.node), graph.bases(candidate.node));
    subject.class == Class::Format
        && candidate.get(Feature::SameStem) > 0.0
        && candidate.get(Feature::HasFormat) == 0.0
        && !declared.contains(&candidate.node)
        && declared.iter().all(|base| original.contains(base))
        && declared.iter().all(|base| index.stem(*base) != subject.stem)
}

/// The group of the operation that would be said of a candidate, in the Hub's words.
fn said(index: &Index, subject: &Subject, candidate: &Candidate) -> Group {
    let same_stem = candidate.get(Feature::SameStem) > 0.0;
    shown(subject.class, &operation(subject.class, subject.forms, index.forms(candidate.node), same_stem))
}

/// Models that are taken to be made from no other: they declare nothing, have no other's format, and at
/// least three other owners name them as their base. Some do have a base that nobody
/// declared, so these examples are a little too hard on inference.
fn underived(view: View, index: &Index, most: usize) -> Vec<Example> {
    let graph = &view.world.graph;
    let is_one = |node: &u32| {
        !view.is_hidden(*node)
            && !graph.is_derived(*node)
            && index.named_by[*node as usize] >= 3
            && !matches!(index.class(*node), Class::Format | Class::Exported)
    };
    let mut nodes: Vec<u32> = (0..graph.models()).filter(is_one).collect();
    nodes.sort_unstable_by_key(|node| joined(key(&index.stem(*node)), 9));
    nodes.truncate(most);
    let example = |node: &u32| {
        let subject = Subject::new(index, *node);
        let candidates = candidates(view, index, &subject);
        let truths = vec![Truth::default(); candidates.len()];
        Example {
            node: *node,
            owner: subject.owner,
            class: subject.class,
            candidates,
            truths,
            is_reliable: true,
        }
    };
    nodes.par_iter().map(example).collect()
}

fn report(
    view: View,
    index: &Index,
    model: &Model,
    reported: &[&Example],
    typed: bool,
    options: &Options,
) -> Checked {
    let graph = &view.world.graph;
    let groups = graph.groups();
    let group = |node: u32| groups[usize::from(graph.base_operations(node)[0])];
    let mut answers = Vec::new();
    let mut by_rule = Vec::new();
    for (number, example) in reported.iter().enumerate() {
        let group = group(example.node);
        let raw = model.raw(example.class, &example.candidates);
        let all = raw.iter().zip(&example.candidates).zip(&example.truths);
        let all = all.map(|((raw, candidate), truth)| Answer {
            model: number,
            base: candidate.node,
            group,
            confidence: f64::from(model.calibrated(example.class, *raw)),
            signal: signal_of(model, example.class, candidate),
            truth: *truth,
        });
        if example.class == Class::Merge {
            answers.extend(all);
        } else {
            let best = (0..raw.len()).max_by(|a, b| raw[*a].total_cmp(&raw[*b]));
            answers.extend(best.and_then(|best| all.into_iter().nth(best)));
        }
        by_rule.extend(name_rule(view, index, example, number, group, typed));
    }
    let groups: Vec<Group> = reported.iter().map(|example| group(example.node)).collect();
    let outcome = |answers: &[Answer], at_least: f64, only: Option<Group>| {
        let hidden = groups.iter().filter(|group| only.is_none_or(|only| only == **group)).count();
        let said = answers.iter().filter(|answer| answer.confidence >= at_least);
        count(said.filter(|answer| only.is_none_or(|only| only == answer.group)), hidden)
    };
    let at_least = options.at_least;
    let signals: std::collections::BTreeSet<Signal> = answers.iter().map(|answer| answer.signal).collect();
    let by_signal = signals.into_iter().map(|signal| {
        let said = answers.iter().filter(|answer| answer.signal == signal && answer.confidence >= at_least);
        (signal, count(said, groups.len()))
    });
    let reliability = reliability(&answers);
    let all = answers.len().max(1) as f64;
    let error = reliability.iter().map(|bin| bin.count as f64 / all * (bin.predicted - bin.observed).abs());
    let calibration_error = error.sum();
    let square = |answer: &Answer| (answer.confidence - f64::from(u8::from(answer.truth.is_right()))).powi(2);
    Checked {
        hidden: 0,
        fitted_on: 0,
        reported_on: reported.len() as u64,
        at_least,
        all: outcome(&answers, at_least, None),
        name_rule: outcome(&by_rule, 0.0, None),
        by_group: Group::ALL
            .into_iter()
            .map(|group| (group, outcome(&answers, at_least, Some(group))))
            .collect(),
        name_rule_by_group: Group::ALL
            .into_iter()
            .map(|group| (group, outcome(&by_rule, 0.0, Some(group))))
            .collect(),
        by_signal: by_signal.collect(),
        by_threshold: THRESHOLDS.into_iter().map(|from| (from, outcome(&answers, from, None))).collect(),
        calibration_error,
        brier: answers.iter().map(square).sum::<f64>() / all,
        reliability,
        mistakes: mistakes(view, reported, &answers),
    }
}

fn mistakes(view: View, reported: &[&Example], answers: &[Answer]) -> Vec<Mistake> {
    let name = |node: u32| view.world.name(node).to_owned();
    let mistake = |answer: &&Answer| {
        let model = reported[answer.model].node;
        Mistake {
            model: name(model),
            said: name(answer.base),
            declared: name(view.world.graph.bases(model)[0]),
            group: answer.group,
            confidence: answer.confidence,
            signal: answer.signal,
        }
    };
    let of_group = |group: Group| {
        let mut wrong: Vec<&Answer> =
            answers.iter().filter(|answer| answer.group == group && !answer.truth.is_right()).collect();
        wrong.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.model.cmp(&b.model)));
        wrong.iter().take(MISTAKES).map(mistake).collect::<Vec<Mistake>>()
    };
    Group::ALL.into_iter().flat_map(of_group).collect()
}

/// The rule to beat: the most downloaded other model of the same name, whatever owner, case and format.
fn name_rule(
    view: View,
    index: &Index,
    example: &Example,
    model: usize,
    group: Group,
    typed: bool,
) -> Option<Answer> {
    let stem = key(&index.stem(example.node));
    let others = index.stems.of(stem).iter().copied().filter(|node| *node != example.node);
    let base = others.max_by_key(|node| (view.world.downloads(*node), std::cmp::Reverse(*node)))?;
    let graph = &view.world.graph;
    let at = graph.bases(example.node).iter().position(|declared| *declared == base);
    let forms = index.forms(example.node);
    let class = index.class(example.node);
    let said = shown(class, &operation(class, forms, index.forms(base), true));
    let declared = at.map(|at| graph.groups()[usize::from(graph.base_operations(example.node)[at])]);
    let known = example.candidates.iter().zip(&example.truths).find(|(candidate, _)| candidate.node == base);
    let copied = known.is_some_and(|(_, truth)| truth.copied);
    let truth = Truth { base: at.is_some(), operation: !typed || declared == Some(said), copied };
    Some(Answer { model, base, group, confidence: 1.0, signal: Signal::SameName, truth })
}

fn count<'a>(said: impl Iterator<Item = &'a Answer>, hidden: usize) -> Outcome {
    let (mut count, mut right_base, mut right, mut copied) = (0, 0, 0, 0);
    let mut found = std::collections::HashSet::new();
    for answer in said {
        count += 1;
        right_base += u64::from(answer.truth.base);
        copied += u64::from(answer.truth.copied);
        right += u64::from(answer.truth.base && answer.truth.operation);
        if answer.truth.is_right() {
            found.insert(answer.model);
        }
    }
    Outcome {
        hidden: hidden as u64,
        said: count,
        right_base,
        right,
        copied,
        precision: share(right, count),
        nearest_precision: share(right + copied, count),
        base_precision: share(right_base, count),
        recall: share(found.len() as u64, hidden as u64),
    }
}

fn reliability(answers: &[Answer]) -> Vec<Bin> {
    let bin = |at: usize| {
        let (from, to) = (at as f64 / 10.0, (at + 1) as f64 / 10.0);
        let inside = |answer: &&Answer| ((answer.confidence * 10.0) as usize).min(9) == at;
        let inside: Vec<&Answer> = answers.iter().filter(inside).collect();
        let size = inside.len().max(1) as f64;
        let right = inside.iter().filter(|answer| answer.truth.is_right()).count();
        Bin {
            from,
            to,
            count: inside.len() as u64,
            predicted: inside.iter().map(|answer| answer.confidence).sum::<f64>() / size,
            observed: right as f64 / size,
        }
    };
    (0..10).map(bin).collect()
}

/// Returns a share with Wilson's 95 % interval; nothing of nothing may be anything.
pub fn share(count: u64, of: u64) -> Share {
    let (share, interval) = proportion::rate(count, of);
    Share { of, count, share: share.unwrap_or(0.0), interval: interval.unwrap_or([0.0, 1.0]) }
}
