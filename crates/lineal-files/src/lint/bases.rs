//! What is wrong with the bases?
//!
//! A base that only a tool's file, the text or an inference names is not declared: nobody downstream learns
//! of it. A declared one can be the model itself, nobody, or not the one that the evidence shows.

use super::{Found, Guess, Subject, fixes::Change};
use crate::finding::{Code, Place};
use lineal_core::{
    clues::FileKind, infer::Standing, model_id::own_part, operation::Operation, record::Source,
};

/// Inferred relations that are less likely are not spoken of.
const SPOKEN_OF: f64 = 0.9;
/// Inferred relations that are less likely are never written.
const WRITTEN: f64 = 0.95;

/// What names a base, most reliable first, and what it is in a sentence.
const SOURCES: [(Source, &str); 5] = [
    (Source::MergeConfig, "the merge configuration"),
    (Source::PeftConfig, "`adapter_config.json`"),
    (Source::GgufHeader, "the header of a GGUF file"),
    (Source::CardText, "the card's text"),
    (Source::NameOrPath, "`_name_or_path` in `config.json`"),
];

pub fn rules(subject: &Subject, found: &mut Vec<Found>) {
    let declared = subject.declared();
    if declared.is_empty() {
        undeclared(subject, found);
        return;
    }
    each(subject, &declared, found);
    adapter(subject, &declared, found);
    merge(subject, &declared, found);
    guessed(subject, found);
    relation(subject, &declared, found);
}

/// A model that declares no base, though something names one.
fn undeclared(subject: &Subject, found: &mut Vec<Found>) {
    let at = subject.key("base_model");
    let guesses: Vec<&Guess> =
        subject.guesses.iter().filter(|guess| guess.standing == Standing::Undeclared).collect();
    for (source, words) in SOURCES {
        let bases = subject.claimed(source);
        if bases.is_empty() {
            continue;
        }
        let operation = operation(subject, source, &bases);
        let listed = !bases.iter().any(|base| subject.is_unlisted(base));
        let agrees = |guess: &&Guess| bases.iter().any(|base| base.eq_ignore_ascii_case(&guess.base));
        let is_contradicted = guesses.iter().any(|guess| guess.confidence >= WRITTEN && !agrees(guess));
        let is_supported = guesses.iter().any(|guess| guess.confidence >= WRITTEN && agrees(guess));
        let is_sure = match source {
            Source::MergeConfig | Source::PeftConfig => true,
            // Without an operation, it is what somebody's card said before the file was made.
            Source::GgufHeader => operation.is_some() || is_supported,
            Source::CardText => operation.is_some() && bases.len() == 1 || is_supported,
            _ => is_supported,
        };
        let code = if is_sure { Code::MissingBaseModel } else { Code::PossibleBaseModel };
        let what = format!("{words} names {}, but the front matter declares no base", quoted(&bases));
        let fix = match is_sure {
            true => said(&bases, operation.as_ref()),
            false => format!("if the model was made from it, {}", said(&bases, None)),
        };
        let mut one = subject.card_finding(code, at, what, fix);
        if is_sure && listed && !is_contradicted {
            one.changes = changes(subject, &bases, operation.as_ref());
        }
        found.push(one);
        return;
    }
    if let Some(one) = inferred(subject, &guesses, at) {
        found.push(one);
    }
}

/// A base that nothing but inference names.
fn inferred(subject: &Subject, guesses: &[&Guess], at: Place) -> Option<Found> {
    let mut likely = guesses.iter().filter(|guess| guess.confidence >= SPOKEN_OF);
    let first = likely.next()?;
    let mut bases = vec![first.base.as_str()];
    if first.operation == Operation::Merge {
        bases.extend(
            likely.filter(|guess| guess.operation == Operation::Merge).map(|guess| guess.base.as_str()),
        );
    }
    let what = format!(
        "the model seems to be made from {} ({:.0} % sure: {}), but the front matter declares no base",
        quoted(&bases),
        first.confidence * 100.0,
        reasons(first),
    );
    let mut one =
        subject.card_finding(Code::MissingBaseModel, at, what, said(&bases, Some(&first.operation)));
    if first.confidence >= WRITTEN && first.is_listed && first.operation != Operation::Merge {
        one.changes = changes(subject, &bases, Some(&first.operation));
    }
    Some(one)
}

/// By which operation a model was made, as its files tell.
fn operation(subject: &Subject, source: Source, bases: &[&str]) -> Option<Operation> {
    let mut claims = subject.record.claims.iter().filter(|claim| claim.source == source);
    let stated =
        claims.find(|claim| bases.contains(&claim.base.as_str())).and_then(|claim| claim.operation.clone());
    match source {
        Source::MergeConfig => Some(Operation::Merge),
        Source::PeftConfig => Some(Operation::Adapter),
        Source::GgufHeader => stated,
        _ => stated.or_else(|| subject.guesses.first().map(|guess| guess.operation.clone())),
    }
}

/// Declared bases one by one: the model itself, or nobody.
fn each(subject: &Subject, declared: &[&str], found: &mut Vec<Found>) {
    let at = subject.key("base_model");
    for base in declared {
        if subject.is_itself(base) {
            let what = format!("the model declares itself, `{base}`, as its base");
            let fix = "name the model that it was made from, or remove `base_model`".to_owned();
            found.push(subject.card_finding(Code::SelfBase, at, what, fix));
        } else if subject.is_unlisted(base) {
            let what = format!("the declared base `{base}` is not in {}", subject.names.source);
            let fix =
                "correct its name; if it is private or newer than that, nothing needs to be done".to_owned();
            found.push(subject.card_finding(Code::BaseNotFound, at, what, fix));
        }
    }
}

/// An adapter fits the base that its configuration names, and no other.
fn adapter(subject: &Subject, declared: &[&str], found: &mut Vec<Found>) {
    for base in subject.claimed(Source::PeftConfig) {
        if declared.iter().any(|one| is_akin(one, base)) {
            continue;
        }
        let what =
            format!("the declared base is {}, but `adapter_config.json` names `{base}`", quoted(declared));
        let fix = format!("declare `base_model: {base}`, or correct `base_model_name_or_path`");
        found.push(subject.card_finding(Code::WrongBaseModel, subject.key("base_model"), what, fix));
    }
}

/// A merge was made from all that its configuration names.
fn merge(subject: &Subject, declared: &[&str], found: &mut Vec<Found>) {
    let named = subject.claimed(Source::MergeConfig);
    let absent: Vec<&str> =
        named.into_iter().filter(|base| !declared.iter().any(|one| is_akin(one, base))).collect();
    if absent.is_empty() {
        return;
    }
    let what = format!(
        "the merge configuration also names {}, which the front matter does not declare",
        quoted(&absent)
    );
    let fix = format!("add {} to `base_model`", quoted(&absent));
    let mut one = subject.card_finding(Code::MissingBaseModel, subject.key("base_model"), what, fix);
    if subject.has_key("base_model") && !absent.iter().any(|base| subject.is_unlisted(base)) {
        one.changes = vec![Change::add("base_model", &absent)];
    }
    found.push(one);
}

/// What inference says against the declaration.
fn guessed(subject: &Subject, found: &mut Vec<Found>) {
    let sure = subject.guesses.iter().filter(|guess| guess.confidence >= WRITTEN);
    for guess in sure {
        let (base, why) = (&guess.base, reasons(guess));
        let per_cent = guess.confidence * 100.0;
        let (code, key, what, fix) = match &guess.standing {
            Standing::Undeclared => continue,
            Standing::OtherBase(_) => (
                Code::WrongBaseModel,
                "base_model",
                format!(
                    "the model seems to be made from `{base}` ({per_cent:.0} % sure: {why}), which it does not declare"
                ),
                format!("declare `base_model: {base}`"),
            ),
            Standing::Reversed => (
                Code::WrongBaseModel,
                "base_model",
                format!(
                    "`{base}` seems to be made from this model, not this model from it ({per_cent:.0} % sure: {why})"
                ),
                "remove it from `base_model`".to_owned(),
            ),
            Standing::OtherOperation(declared) => (
                Code::WrongRelation,
                "base_model_relation",
                format!(
                    "the model is declared to be made from `{base}` by `{declared}`, but seems to be by `{}` ({per_cent:.0} % sure: {why})",
                    guess.operation
                ),
                format!("declare `base_model_relation: {}`", guess.operation),
            ),
        };
        found.push(subject.card_finding(code, subject.key(key), what, fix));
    }
}

/// A declared relation that the model's own files rule out.
fn relation(subject: &Subject, declared: &[&str], found: &mut Vec<Found>) {
    let (Some(files), true) = (subject.record.clues.files, subject.has_key("base_model_relation")) else {
        return;
    };
    let said = subject.record.claims.iter().find(|claim| claim.source == Source::Card);
    let Some(said) = said.and_then(|claim| claim.operation.clone()) else { return };
    let has = |kind: FileKind| files.has(kind);
    let weights =
        [FileKind::Safetensors, FileKind::Pickle, FileKind::Onnx, FileKind::TensorFlow, FileKind::Flax];
    let only_gguf = has(FileKind::Gguf) && !files.has_any(&weights);
    let has_base_s_name = declared.iter().any(|base| {
        let (own, base) = (plain(own_part(subject.record.id.as_str())), plain(own_part(base)));
        !base.is_empty() && own.starts_with(&base)
    });
    let (right, why) = match said {
        Operation::Finetune if only_gguf && has_base_s_name => {
            (Some(Operation::Quantized), "all weights are GGUF, and the name is the base's")
        }
        Operation::Finetune | Operation::Quantized | Operation::Merge
            if has(FileKind::AdapterConfig) && !has(FileKind::Config) =>
        {
            (Some(Operation::Adapter), "there is `adapter_config.json` and no `config.json`")
        }
        Operation::Adapter if has(FileKind::Config) && has_full_weights(subject) => {
            (None, "there are whole weights with `config.json`, and no `adapter_config.json`")
        }
        _ => return,
    };
    let at = subject.key("base_model_relation");
    if found.iter().any(|one| one.finding.code == Code::WrongRelation) {
        return;
    }
    let what = format!("the relation is declared as `{said}`, but {why}");
    let fix = match &right {
        Some(right) => format!("declare `base_model_relation: {right}`"),
        None => "declare what was done: `finetune`, `merge` or `quantized`".to_owned(),
    };
    let mut one = subject.card_finding(Code::WrongRelation, at, what, fix);
    one.changes.extend(right.map(|right| Change::set("base_model_relation", right.as_str())));
    found.push(one);
}

/// Whether the model has weights that need no base, as far as names of files tell.
fn has_full_weights(subject: &Subject) -> bool {
    let clues = &subject.record.clues;
    let Some(files) = clues.files else { return false };
    let speaks_of_adapter = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("lora") || text.contains("adapter")
    };
    files.has_any(&[FileKind::Safetensors, FileKind::Pickle])
        && !files.has(FileKind::AdapterConfig)
        && !clues.weight_file.as_deref().is_some_and(speaks_of_adapter)
        && !subject.record.tags.iter().any(|tag| speaks_of_adapter(tag))
        && !speaks_of_adapter(own_part(subject.record.id.as_str()))
}

/// The changes that declare bases, and how the model was made from them where the hub has a word for it.
fn changes(subject: &Subject, bases: &[&str], operation: Option<&Operation>) -> Vec<Change> {
    let mut changes = vec![match bases {
        [base] => Change::set("base_model", base),
        bases => Change::list("base_model", bases),
    }];
    if let Some(word) = operation.and_then(relation_word).filter(|_| !subject.has_key("base_model_relation"))
    {
        changes.push(Change::set("base_model_relation", word));
    }
    changes
}

/// The hub's word for an operation; it has four.
pub(super) fn relation_word(operation: &Operation) -> Option<&'static str> {
    match operation {
        Operation::Finetune => Some("finetune"),
        Operation::Adapter => Some("adapter"),
        Operation::Merge => Some("merge"),
        Operation::Quantized => Some("quantized"),
        _ => None,
    }
}

fn said(bases: &[&str], operation: Option<&Operation>) -> String {
    let base = match bases {
        [base] => format!("`base_model: {base}`"),
        bases => format!("`base_model` with {}", quoted(bases)),
    };
    match operation.and_then(relation_word) {
        Some(word) => format!("declare {base} and `base_model_relation: {word}`"),
        None => format!("declare {base}"),
    }
}

fn reasons(guess: &Guess) -> String {
    let reasons: Vec<&str> = guess.evidence.iter().take(2).map(|sign| sign.detail.as_str()).collect();
    reasons.join("; ")
}

fn quoted(names: &[&str]) -> String {
    let all: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(all.len()) {
        0 => all.join(", "),
        more => format!("{} and {more} more", all.join(", ")),
    }
}

/// Whether two names can be of one model: the same, or a copy of it in another place or width.
fn is_akin(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || {
        let (one, other) = (plain(own_part(one)), plain(own_part(other)));
        !one.is_empty() && one == other
    }
}

/// Returns a name without what copies of a model are marked with.
fn plain(name: &str) -> String {
    const MARKS: [&str; 17] = [
        "meta", "hf", "unsloth", "bnb", "4bit", "8bit", "int4", "int8", "fp16", "bf16", "fp8", "gptq", "awq",
        "gguf", "copy", "mirror", "sharded",
    ];
    let name = name.to_ascii_lowercase();
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty() && !MARKS.contains(part));
    parts.collect()
}
