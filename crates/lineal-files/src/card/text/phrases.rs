//! By which words does a sentence say that a model was made from another?
//!
//! A sentence leads to a base by a *connective* (*version of*, *from*, *for*); what was done stands shortly before it,
//! in a word for an operation (*fine-tuned*, *GGUF*, *adapter*). Some connectives mean a base by themselves (*based
//! on*), the others only after such a word. Label and value (*Base model: …*) say the same without a sentence.

use lineal_core::operation::Operation;
use std::ops::Range;

/// A word of a text, in lower case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    pub begin: usize,
    pub end: usize,
    /// Whether a sentence begins with it.
    pub first: bool,
}

/// What a connective needs before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: it means a base whatever stands before.
    Nothing,
    /// A word for an operation among so many words before.
    Operation(usize),
    /// A word for an adapter among so many words before.
    Adapter(usize),
    /// A word for anything but training among so many words before: what is *fine-tuned for* something is for a task.
    Made(usize),
}

/// Words that lead to a base.
pub(super) struct Connective {
    pub words: &'static [&'static str],
    pub needs: Needs,
    /// What they say by themselves.
    pub says: Option<Operation>,
    /// Whether only a link or `owner/name` is believed after them, not a bare name.
    pub strict: bool,
}

const fn leads(
    words: &'static [&'static str],
    needs: Needs,
    says: Option<Operation>,
    strict: bool,
) -> Connective {
    Connective { words, needs, says, strict }
}

use Needs::{Adapter, Made, Nothing};
use Operation::{Convert, Distill, Finetune, Merge};

/// Longer ones before those that they end with.
pub(super) const CONNECTIVES: &[Connective] = &[
    leads(&["version", "of"], Nothing, None, false),
    leads(&["versions", "of"], Needs::Operation(4), None, false),
    leads(&["variant", "of"], Nothing, None, false),
    leads(&["checkpoint", "of"], Needs::Operation(4), None, false),
    leads(&["copy", "of"], Nothing, None, true),
    leads(&["clone", "of"], Nothing, None, true),
    leads(&["mirror", "of"], Nothing, None, true),
    leads(&["reupload", "of"], Nothing, None, true),
    leads(&["re-upload", "of"], Nothing, None, true),
    leads(&["fork", "of"], Nothing, None, true),
    leads(&["adaptation", "of"], Nothing, Some(Finetune), false),
    leads(&["continuation", "of"], Nothing, Some(Finetune), true),
    leads(&["files", "for"], Made(5), None, false),
    leads(&["files", "of"], Made(5), None, false),
    leads(&["weights", "for"], Made(3), None, false),
    leads(&["weights", "of"], Made(3), None, false),
    leads(&["weights", "trained", "on"], Adapter(4), None, false),
    leads(&["adapter", "trained", "on"], Nothing, Some(Operation::Adapter), false),
    leads(&["trained", "on", "top", "of"], Nothing, Some(Finetune), false),
    leads(&["tuned", "on", "top", "of"], Nothing, Some(Finetune), false),
    leads(&["built", "on", "top", "of"], Nothing, None, false),
    leads(&["on", "top", "of"], Needs::Operation(5), None, false),
    leads(&["trained", "based", "on"], Nothing, Some(Finetune), false),
    leads(&["based", "on"], Nothing, None, false),
    leads(&["based", "upon"], Nothing, None, false),
    leads(&["built", "on"], Nothing, None, false),
    leads(&["built", "upon"], Nothing, None, false),
    leads(&["derived", "from"], Nothing, None, false),
    leads(&["derivative", "of"], Nothing, None, false),
    leads(&["developed", "from"], Nothing, None, true),
    leads(&["initialized", "from"], Nothing, Some(Finetune), false),
    leads(&["initialised", "from"], Nothing, Some(Finetune), false),
    leads(&["initialized", "with"], Nothing, Some(Finetune), true),
    leads(&["starting", "from"], Nothing, None, false),
    leads(&["started", "from"], Nothing, None, false),
    leads(&["further", "trained", "from"], Nothing, Some(Finetune), false),
    leads(&["trained", "from"], Nothing, Some(Finetune), false),
    leads(&["tuning", "from"], Nothing, Some(Finetune), false),
    leads(&["pretraining", "of"], Nothing, Some(Finetune), false),
    leads(&["pre-training", "of"], Nothing, Some(Finetune), false),
    leads(&["weights", "from"], Made(4), None, true),
    leads(&["merge", "of"], Nothing, Some(Merge), false),
    leads(&["merge", "between"], Nothing, Some(Merge), false),
    leads(&["mix", "of"], Nothing, Some(Merge), true),
    leads(&["blend", "of"], Nothing, Some(Merge), true),
    leads(&["merging"], Nothing, Some(Merge), true),
    leads(&["distilled", "from"], Nothing, Some(Distill), false),
    leads(&["converted", "from"], Nothing, Some(Convert), false),
    leads(&["fine-tuned"], Nothing, Some(Finetune), true),
    leads(&["finetuned"], Nothing, Some(Finetune), true),
    leads(&["fine-tuning"], Nothing, Some(Finetune), true),
    leads(&["finetuning"], Nothing, Some(Finetune), true),
    leads(&["fine-tune"], Nothing, Some(Finetune), true),
    leads(&["fine", "tuned"], Nothing, Some(Finetune), true),
    leads(&["fine", "tuning"], Nothing, Some(Finetune), true),
    leads(&["original", "repo"], Nothing, None, true),
    leads(&["used", "the", "pretrained"], Nothing, Some(Finetune), true),
    leads(&["basado", "en"], Nothing, None, true),
    leads(&["basada", "en"], Nothing, None, true),
    leads(&["basé", "sur"], Nothing, None, true),
    leads(&["of"], Needs::Operation(2), None, false),
    leads(&["from"], Needs::Operation(6), None, false),
    leads(&["for"], Made(2), None, false),
];

/// The words that a connective can end with: most words are not looked at twice.
#[rustfmt::skip]
const LAST_WORDS: &[&str] = &[
    "repo", "pretrained", "en", "sur", "of", "for", "from", "on", "upon", "with", "between", "merging",
    "fine-tuned", "finetuned", "fine-tuning", "finetuning", "fine-tune", "tuned", "tuning", "merge",
];

/// Stems of the words for operations.
const OPERATIONS: &[(&[&str], Operation)] = &[
    (&["lora", "qlora", "adapter", "adaption", "peft", "controlnet", "lycoris", "dora"], Operation::Adapter),
    (
        &[
            "quant", "gguf", "ggml", "gptq", "awq", "exl2", "exl3", "imatrix", "bnb", "hqq", "4-bit",
            "8-bit", "4bit", "8bit", "2-bit", "3-bit", "5-bit", "6-bit", "int4", "int8", "nf4", "fp8",
            "nvfp4", "mxfp4", "w4a16", "w8a8", "aqlm", "eetq",
        ],
        Operation::Quantized,
    ),
    (
        &[
            "convert",
            "conversion",
            "onnx",
            "openvino",
            "coreml",
            "mlx",
            "ctranslate2",
            "safetensors",
            "tflite",
            "export",
            "port",
            "ported",
            "sharded",
            "bf16",
            "fp16",
            "bfloat16",
            "float16",
            "half-precision",
            "ggjt",
        ],
        Convert,
    ),
    (&["distilled", "distillation", "distilling", "distil"], Distill),
    (&["pruned", "pruning", "sparse", "sparsified", "slimmed", "trimmed"], Operation::Prune),
    (&["merge", "merged", "merging", "frankenmerge"], Merge),
    (
        &[
            "fine-tun",
            "finetun",
            "tuned",
            "tune",
            "instruct",
            "dpo",
            "orpo",
            "rlhf",
            "grpo",
            "sft",
            "uncensored",
            "decensored",
            "abliterat",
            "dreambooth",
            "aligned",
            "trained",
            "pretrained",
            "pretraining",
            "adapted",
            "heretic",
        ],
        Finetune,
    ),
];

/// Words before which no base is named: a comparison, a tool, or another's work.
#[rustfmt::skip]
const GUARDS: &[&str] = &[
    "see", "also", "section", "not", "isn't", "outperform", "outperforms", "outperforming", "compared",
    "comparison", "compare", "better", "than", "tokenizer", "tokeniser", "tokenization", "judge",
    "judged", "evaluator", "thanks", "thank", "credit", "credits", "like", "similar", "unlike",
    "inspired", "annotated", "generated", "labeled", "if", "you", "licensed",
];

/// Words before which a connective that needs no operation says nothing of a model.
#[rustfmt::skip]
const WEAK_GUARDS: &[&str] = &[
    "configuration", "config", "checkpoints", "format", "description", "code", "script", "scripts",
    "notebook", "template", "dataset", "datasets", "data", "benchmark", "evaluation", "scores", "license",
    "implementation", "examples", "prompt", "prompts", "app", "demo",
];

/// How many words before a connective a guard is looked for.
const GUARDED: usize = 12;

/// Labels of a base, and what they say of the operation.
const LABELS: &[(&str, Option<Operation>)] = &[
    ("finetuned from model", Some(Finetune)),
    ("fine-tuned from model", Some(Finetune)),
    ("fine tuned from model", Some(Finetune)),
    ("finetuned from", Some(Finetune)),
    ("fine-tuned from", Some(Finetune)),
    ("finetuned on model", Some(Finetune)),
    ("fine-tuned model from", Some(Finetune)),
    ("finetuned from base model", Some(Finetune)),
    ("fine-tuned base model", Some(Finetune)),
    ("pretrained from model", Some(Finetune)),
    ("trained from model", Some(Finetune)),
    ("trained from", Some(Finetune)),
    ("sentence transformer body", Some(Finetune)),
    ("encoder", Some(Finetune)),
    ("lora base model", Some(Operation::Adapter)),
    ("adapter for", Some(Operation::Adapter)),
    ("distilled from", Some(Distill)),
    ("distilled from model", Some(Distill)),
    ("converted from", Some(Convert)),
    ("quantized from", Some(Operation::Quantized)),
    ("quantized from model", Some(Operation::Quantized)),
    ("quantized base model", Some(Operation::Quantized)),
    ("merged models", Some(Merge)),
    ("models merged", Some(Merge)),
    ("merge of", Some(Merge)),
    ("base model", None),
    ("base models", None),
    ("base_model", None),
    ("basemodel", None),
    ("base llm", None),
    ("base language model", None),
    ("base model name", None),
    ("base model id", None),
    ("base", None),
    ("based on", None),
    ("built on", None),
    ("derived from", None),
    ("original model", None),
    ("original base model", None),
    ("source model", None),
    ("parent model", None),
    ("parent", None),
    ("foundation model", None),
    ("pretrained model", None),
    ("pre-trained model", None),
    ("backbone", None),
    ("language model", None),
];

/// Sections that speak of other models, or of other things.
#[rustfmt::skip]
const OTHER_SECTIONS: &[&str] = &[
    "license", "licence", "citation", "cite", "bibtex", "acknowledg", "thanks", "special thanks",
    "credits", "references", "related", "other ", "evaluation", "results", "benchmark", "performance",
    "comparison", "discord", "tokenizer", "limitations", "environmental", "repositories available",
];

/// Splits a text, which is in lower case, into its words.
pub(super) fn words(lower: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word> = Vec::new();
    let mut ended = true;
    let mut rest = lower.char_indices().peekable();
    while let Some((begin, c)) = rest.next() {
        if !is_word(c) {
            let breaks = matches!(c, '.' | '!' | '?' | '。')
                && rest.peek().is_none_or(|(_, next)| next.is_whitespace());
            ended |= breaks || c == '|';
            continue;
        }
        let mut end = begin + c.len_utf8();
        while let Some((at, c)) = rest.next_if(|(_, c)| is_word(*c)) {
            end = at + c.len_utf8();
        }
        words.push(Word { text: lower[begin..end].trim_matches(['-', '\'']), begin, end, first: ended });
        ended = false;
    }
    words
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '\'' | '_')
}

/// Returns the connective that ends with a word, where the words before it let it lead to a base, and the
/// operation that they state.
pub(super) fn connective_at(
    words: &[Word],
    at: usize,
) -> Option<(&'static Connective, Range<usize>, Option<Operation>)> {
    if !LAST_WORDS.contains(&words[at].text) {
        return None;
    }
    for connective in CONNECTIVES {
        let length = connective.words.len();
        if connective.words.last() != Some(&words[at].text) {
            continue;
        }
        let Some(begin) = (at + 1).checked_sub(length) else { continue };
        let matches =
            words[begin..=at].iter().zip(connective.words).all(|(word, wanted)| word.text == *wanted);
        let crosses = words[begin..=at].iter().skip(1).any(|word| word.first);
        if !matches || crosses {
            continue;
        }
        // Words of the sentence before it, the nearest first. A connective may begin with a word for an operation.
        let starts_sentence = words[begin].first;
        let before = words[..begin].iter().rev().take(if starts_sentence { 0 } else { GUARDED });
        let mut sentence: Vec<&str> = Vec::with_capacity(GUARDED);
        for word in before {
            sentence.push(word.text);
            if word.first {
                break;
            }
        }
        let (reach, wanted): (usize, fn(&Operation) -> bool) = match connective.needs {
            Needs::Nothing => (8, |_| true),
            Needs::Operation(reach) => (reach, |_| true),
            Needs::Adapter(reach) => (reach, |operation| *operation == Operation::Adapter),
            Needs::Made(reach) => (reach, |operation| *operation != Finetune && *operation != Merge),
        };
        let stated = operation_among(&sentence[..sentence.len().min(reach)]).filter(wanted);
        if connective.needs != Nothing && stated.is_none() {
            return None;
        }
        let is_weak = connective.needs == Nothing && connective.says.is_none() && stated.is_none();
        let is_guarded = sentence.iter().any(|word| GUARDS.contains(word))
            || is_weak && sentence.iter().any(|word| WEAK_GUARDS.contains(word));
        if is_guarded {
            return None;
        }
        let operation = connective.says.clone().or(stated);
        return Some((connective, begin..at + 1, operation));
    }
    None
}

// The nearest word counts, but an adapter stays one however it was trained.
fn operation_among(nearest_first: &[&str]) -> Option<Operation> {
    let mut found = None;
    for word in nearest_first {
        let operation = operation_of(word);
        if operation == Some(Operation::Adapter) {
            return operation;
        }
        found = found.or(operation);
    }
    found
}

/// Returns the operation that a word stands for.
pub(super) fn operation_of(word: &str) -> Option<Operation> {
    let has = |stems: &[&str]| stems.iter().any(|stem| word.strip_prefix(stem).is_some_and(is_ending));
    OPERATIONS.iter().find(|(stems, _)| has(stems)).map(|(_, operation)| operation.clone())
}

// Whether letters can follow the stem of a word and leave it the same word.
fn is_ending(rest: &str) -> bool {
    rest.len() <= 8 && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// Returns what a label says, if it is the label of a base.
pub(super) fn label(text: &str) -> Option<Option<Operation>> {
    if text.len() > 60 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let plain = lower.replace("[optional]", "").replace("(optional)", "");
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    let plain = plain.strip_prefix("the ").unwrap_or(plain);
    LABELS.iter().find(|(label, _)| *label == plain).map(|(_, operation)| operation.clone())
}

/// Whether a section with this heading speaks of other things than what the model was made from.
pub(super) fn is_other_section(heading: &str) -> bool {
    let lower = heading.trim_matches(|c: char| !c.is_alphabetic()).to_ascii_lowercase();
    OTHER_SECTIONS.iter().any(|section| lower.starts_with(section))
}
