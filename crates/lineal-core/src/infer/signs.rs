//! What speaks for an inferred relation, in words?

use super::{
    candidates::{Candidate, Feature, Subject},
    index::{Class, View},
    names::{FORMATS, Form},
    score::Model,
};
use crate::set::Member;
use serde::Serialize;

/// How many signs are given at most.
const MOST: usize = 4;
/// A sign adds at least this to a score, or it is not worth a word.
const LEAST: f32 = 0.2;

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
    /// A weight file is the same to the bit.
    SameWeights,
    /// A configuration, a header or a merge's recipe names the base.
    ToolNames,
    /// `_name_or_path` of the configuration names it.
    NameOrPath,
    /// A sentence of the card names it.
    CardText,
    /// The card links to it and to no other model.
    CardLink,
    /// A tag is its name.
    Tag,
    /// The name is another model's with the mark of a format or a bit width.
    QuantizationName,
    /// The name is another model's.
    SameName,
    /// The name is another repository's, owner included.
    OwnerInName,
    /// A weight file has its name.
    WeightFile,
    /// The names differ in marks of training only.
    FamilyName,
    /// The name begins with the base's, or holds it.
    NameWithin,
    /// Other owners' models of such names declare this base.
    Phrase,
    /// Models alike in kind, task, tools, licence and size declare it.
    Likeness,
    /// The owner's other models declare it.
    OwnerHabit,
    /// It is a base of many.
    Fame,
}

impl Member for Signal {
    const ALL: &'static [Signal] = &[
        Signal::SameWeights,
        Signal::ToolNames,
        Signal::NameOrPath,
        Signal::CardText,
        Signal::CardLink,
        Signal::Tag,
        Signal::QuantizationName,
        Signal::SameName,
        Signal::OwnerInName,
        Signal::WeightFile,
        Signal::FamilyName,
        Signal::NameWithin,
        Signal::Phrase,
        Signal::Likeness,
        Signal::OwnerHabit,
        Signal::Fame,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Signal::SameWeights => "same_weights",
            Signal::ToolNames => "tool_names",
            Signal::NameOrPath => "name_or_path",
            Signal::CardText => "card_text",
            Signal::CardLink => "card_link",
            Signal::Tag => "tag",
            Signal::QuantizationName => "quantization_name",
            Signal::SameName => "same_name",
            Signal::OwnerInName => "owner_in_name",
            Signal::WeightFile => "weight_file",
            Signal::FamilyName => "family_name",
            Signal::NameWithin => "name_within",
            Signal::Phrase => "phrase",
            Signal::Likeness => "likeness",
            Signal::OwnerHabit => "owner_habit",
            Signal::Fame => "fame",
        }
    }
}

/// Returns the kind of evidence that a feature is; `None` of those that only temper others.
fn signal(feature: Feature, class: Class) -> Option<Signal> {
    Some(match feature {
        Feature::SameWeights => Signal::SameWeights,
        Feature::ToolNames => Signal::ToolNames,
        Feature::NameOrPath => Signal::NameOrPath,
        Feature::CardText => Signal::CardText,
        Feature::CardLink => Signal::CardLink,
        Feature::Tagged | Feature::OnlyTagged => Signal::Tag,
        Feature::SameStem
        | Feature::SameStemSameOwner
        | Feature::FirstOfStem
        | Feature::OnlyOfStem
        | Feature::ShareOfStem
        | Feature::LiteralSameStem => match class {
            Class::Format | Class::Exported => Signal::QuantizationName,
            _ => Signal::SameName,
        },
        Feature::OwnerInName => Signal::OwnerInName,
        Feature::WeightFile => Signal::WeightFile,
        Feature::SameFamily | Feature::SameFamilySameOwner => Signal::FamilyName,
        Feature::Prefix | Feature::PrefixSameOwner | Feature::Within => Signal::NameWithin,
        Feature::PhraseShare | Feature::LongestShare | Feature::PhraseSupport => Signal::Phrase,
        Feature::LikeShare | Feature::MostLikeShare => Signal::Likeness,
        Feature::HabitShare | Feature::HabitCount | Feature::Sibling => Signal::OwnerHabit,
        Feature::NamedBy | Feature::NamedByClass => Signal::Fame,
        _ => return None,
    })
}

/// Returns how much each kind of evidence adds, most first.
fn strengths(model: &Model, class: Class, candidate: &Candidate) -> Vec<(Signal, f32)> {
    let mut sums: Vec<(Signal, f32)> = Vec::new();
    for (feature, part) in model.parts(class, candidate) {
        let Some(signal) = signal(feature, class).filter(|_| candidate.get(feature) != 0.0) else { continue };
        match sums.iter_mut().find(|(known, _)| *known == signal) {
            Some((_, sum)) => *sum += part,
            None => sums.push((signal, part)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sums
}

/// Returns the strongest evidence for a candidate.
pub(super) fn signal_of(model: &Model, class: Class, candidate: &Candidate) -> Signal {
    strengths(model, class, candidate).first().map_or(Signal::Fame, |(signal, _)| *signal)
}

/// Returns what speaks for a candidate, strongest first.
pub(super) fn evidence(view: View, model: &Model, subject: &Subject, candidate: &Candidate) -> Vec<Sign> {
    let strengths = strengths(model, subject.class, candidate);
    let strong = strengths.iter().enumerate().filter(|(at, (_, part))| *at == 0 || *part >= LEAST);
    strong
        .take(MOST)
        .map(|(_, (signal, _))| Sign { signal: *signal, detail: detail(view, *signal, subject, candidate) })
        .collect()
}

fn detail(view: View, signal: Signal, subject: &Subject, candidate: &Candidate) -> String {
    let base = view.world.name(candidate.node);
    let share = |feature: Feature| format!("{:.0} %", candidate.get(feature) * 100.0);
    match signal {
        Signal::SameWeights => format!("a weight file is the same to the bit as one of `{base}`"),
        Signal::ToolNames => format!("the tool that made it wrote down `{base}`"),
        Signal::NameOrPath => format!("`_name_or_path` is `{base}`"),
        Signal::CardText => format!("the card says it comes from `{base}`"),
        Signal::CardLink => format!("the card links to `{base}` and to no other model"),
        Signal::Tag => format!("a tag is `{base}`"),
        Signal::QuantizationName => {
            format!("the name is that of `{base}` in another format{}", marks(subject))
        }
        Signal::SameName => format!("the name is that of `{base}`"),
        Signal::OwnerInName => format!("the name holds owner and name of `{base}`"),
        Signal::WeightFile => format!("a weight file has the name of `{base}`"),
        Signal::FamilyName => format!("the name differs from `{base}` in marks of training only"),
        Signal::NameWithin => format!("the name holds that of `{base}`"),
        Signal::Phrase => {
            format!(
                "{} of other owners of models with such names declare `{base}`",
                share(Feature::PhraseShare)
            )
        }
        Signal::Likeness => {
            format!("{} of other owners of models of this kind declare `{base}`", share(Feature::LikeShare))
        }
        Signal::OwnerHabit => match candidate.get(Feature::HabitShare) {
            0.0 => format!("the owner's models of the nearest names declare `{base}`"),
            _ => format!("{} of the owner's declarations name `{base}`", share(Feature::HabitShare)),
        },
        Signal::Fame => format!("`{base}` is a base of many"),
    }
}

/// The marks that make a model a format of another, in words.
fn marks(subject: &Subject) -> String {
    let marks: Vec<&str> = subject
        .forms
        .iter()
        .filter(|form| FORMATS.contains(form) || matches!(form, Form::Bits | Form::BitsAndBytes))
        .map(Member::as_str)
        .collect();
    if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) }
}
