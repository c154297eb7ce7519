//! Which declared relations does the evidence contradict?
//!
//! Four findings, each by a rule that is meant to be right nearly always; their confidence is not
//! calibrated but set, as too few of them are labelled:
//!
//! - The model has its base's name with the mark of a quantized format, and declares to be trained.
//! - A recipe merges several models, and the model declares to be trained from one.
//! - The base has the model's name with the mark of a format: the relation points the wrong way.
//! - The model is named as another format of a model that it does not declare, and declares exactly
//!   what that model declares: the card was copied.

use super::{
    Inferred, Standing,
    index::{Class, Index, View},
    known::Place,
    names::{self, Form},
    signs::{Sign, Signal},
};
use crate::{
    model_id::own_part,
    operation::{Group, Operation},
    record::Source,
    set::{Member, Set},
};

/// The confidence of each finding, in the order above.
const QUANTIZED: f64 = 0.97;
const MERGED: f64 = 0.95;
const REVERSED: f64 = 0.95;
/// The study's raters took such declarations for right, so it is said only to those who ask for more.
const COPIED: f64 = 0.6;

/// Marks that no model has in its name that was not quantized.
const QUANTIZED_MARKS: [Form; 9] = [
    Form::Gguf,
    Form::Gptq,
    Form::Awq,
    Form::Exllama,
    Form::Float8,
    Form::Mlc,
    Form::Rknn,
    Form::Llamafile,
    Form::OtherQuantization,
];

/// Returns what contradicts a model's declarations.
pub fn of(view: View, index: &Index, node: u32) -> Vec<Inferred> {
    let graph = &view.world.graph;
    let bases = graph.bases(node);
    let [first, others @ ..] = bases else { return Vec::new() };
    let declared = &graph.operations()[usize::from(graph.base_operations(node)[0])];
    let named = named_forms(view, node);
    let marks: Set<Form> = QUANTIZED_MARKS.into_iter().filter(|form| named.has(*form)).collect();
    let mut found = Vec::new();
    if others.is_empty() {
        found.extend(other_operation(view, index, node, *first, declared, marks));
        found.extend(reversed(view, index, node, *first, marks));
    }
    if found.is_empty() && !marks.is_empty() {
        found.extend(copied(view, index, node));
    }
    found
}

fn named_forms(view: View, node: u32) -> Set<Form> {
    names::parse(own_part(view.world.name(node))).forms
}

fn other_operation(
    view: View,
    index: &Index,
    node: u32,
    base: u32,
    declared: &Operation,
    marks: Set<Form>,
) -> Option<Inferred> {
    if !matches!(declared.group(), Group::Finetune | Group::Merge) {
        return None;
    }
    let contradicted = |operation, confidence, signal, detail| Inferred {
        derived: node,
        base,
        operation,
        confidence,
        standing: Standing::OtherOperation(declared.clone()),
        evidence: vec![Sign { signal, detail }],
    };
    let of_base = named_forms(view, base);
    let is_new = !marks.is_empty() && !of_base.has_any(&QUANTIZED_MARKS);
    if is_new && index.stem(node) == index.stem(base) {
        let words: Vec<&str> = marks.iter().map(Member::as_str).collect();
        let name = view.world.name(base);
        let detail = format!("the name is that of `{name}` in another format ({})", words.join(", "));
        return Some(contradicted(Operation::Quantized, QUANTIZED, Signal::QuantizationName, detail));
    }
    let merged =
        view.known.mentions_of(node).filter(|mention| mention.place == Place::Claim(Source::MergeConfig));
    let mut merged: Vec<&str> = merged.map(|mention| &*mention.name).collect();
    merged.sort_unstable();
    merged.dedup();
    if declared.group() == Group::Finetune && merged.len() > 1 && index.class(node) != Class::Format {
        let detail = format!("a recipe merges {} models", merged.len());
        return Some(contradicted(Operation::Merge, MERGED, Signal::ToolNames, detail));
    }
    None
}

fn reversed(view: View, index: &Index, node: u32, base: u32, marks: Set<Form>) -> Option<Inferred> {
    let created = |node: u32| view.known.created_at.get(node as usize).copied().filter(|at| *at > 0);
    let is_younger = created(base).zip(created(node)).is_none_or(|(base, node)| base > node);
    let of_base = named_forms(view, base);
    let is_reversed = marks.is_empty()
        && index.class(node) == Class::Trained
        && of_base.has_any(&QUANTIZED_MARKS)
        && !view.world.graph.is_missing(base)
        && is_younger
        && index.owners[node as usize] == index.owners[base as usize]
        && index.stem(node) == index.stem(base);
    let name = view.world.name(node);
    is_reversed.then(|| Inferred {
        derived: base,
        base: node,
        operation: Operation::Quantized,
        confidence: REVERSED,
        standing: Standing::Reversed,
        evidence: vec![Sign {
            signal: Signal::QuantizationName,
            detail: format!("the name is that of `{name}` in another format, which declares it as its base"),
        }],
    })
}

fn copied(view: View, index: &Index, node: u32) -> Option<Inferred> {
    let graph = &view.world.graph;
    let declared = graph.bases(node);
    let stem = index.stem(node);
    if declared.iter().any(|base| index.stem(*base) == stem) {
        return None;
    }
    let is_original = |other: &&u32| {
        let original = graph.bases(**other);
        **other != node && original == declared && index.class(**other) != Class::Format
    };
    let mut originals = index.stems.of(names::key(&stem)).iter().filter(is_original);
    let (original, None) = (*originals.next()?, originals.next()) else { return None };
    let name = view.world.name(original);
    Some(Inferred {
        derived: node,
        base: original,
        operation: Operation::Quantized,
        confidence: COPIED,
        standing: Standing::OtherBase(declared[0]),
        evidence: vec![Sign {
            signal: Signal::QuantizationName,
            detail: format!("the name is that of `{name}` in another format, and so are its declarations"),
        }],
    })
}
