//! Which words and links of a text name a model?
//!
//! A link to the hub names one beyond doubt, `owner/name` nearly so; a bare name does if it begins like a known
//! family of models and goes on with a size or a variant.

use super::blocks::Block;
use crate::address::{self, Target, full_name, target};
use lineal_core::model_id::is_model_id;

/// A model, where it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub base: String,
    /// Where its name stands in the block, and where what follows begins.
    pub begin: usize,
    pub end: usize,
}

/// How the names of well-known families begin.
#[rustfmt::skip]
const FAMILIES: &[&str] = &[
    "aya", "albert", "all-minilm", "all-mpnet", "amber", "arabert", "baichuan", "bart", "beit", "bert",
    "bertin", "beto", "bge", "bigbird", "biobert", "bioclinical", "biogpt", "biomistral", "blenderbot",
    "blip", "bloom", "bloomz", "byt5", "camembert", "canine", "chatglm", "clap", "clip", "codebert",
    "codegemma", "codegen", "codellama", "codet5", "command-r", "convnext", "cogvideox", "deberta",
    "deepseek", "deit", "detr", "dialogpt", "dino", "distil", "dolly", "dolphin", "donut", "e5-",
    "electra", "exaone", "falcon", "finbert", "flan", "flux", "florence", "gemma", "glm", "gpt",
    "granite", "gte-", "hermes", "hubert", "idefics", "indobert", "internlm", "jais", "kobert",
    "layoutlm", "led-", "legal-bert", "llama", "llava", "longformer", "mamba", "marian", "mbart", "mbert",
    "mdeberta", "meta-llama", "minicpm", "minilm", "ministral", "mistral", "mixtral", "mobilebert",
    "mpnet", "mpt", "ms-marco", "mt5", "multilingual-e5", "musicgen", "mythomax", "nllb", "olmo",
    "openchat", "openhermes", "opt-", "opus-mt", "orca", "paligemma", "pegasus", "phi", "pythia", "qwen",
    "qwq", "roberta", "rwkv", "sd", "smollm",
];

#[rustfmt::skip]
const MORE_FAMILIES: &[&str] = &[
    "scibert", "sdxl", "segformer", "sentence-t5", "solar", "speecht5", "squeezebert", "stable-",
    "stablelm", "starcoder", "swin", "t5", "tinyllama", "trocr", "vicuna", "videomae", "vit", "wav2vec",
    "wavlm", "whisper", "wizardlm", "wizardcoder", "xglm", "xlm", "xlnet", "xls-r", "yi-", "yolo",
    "zephyr", "codestral", "pixtral", "nous-", "stable-diffusion", "tulu", "unsloth", "vits", "mms-",
    "mobilenet", "resnet", "efficientnet", "nemotron", "parakeet", "lfm", "hunyuan", "kimi", "wan",
    "snowflake", "modernbert", "minimax", "chronos",
];

/// Words that go on with the name of a model: *Llama 3 8B Instruct*.
#[rustfmt::skip]
const VARIANTS: &[&str] = &[
    "base", "large", "small", "medium", "tiny", "mini", "xl", "xxl", "instruct", "chat", "it", "hf",
    "coder", "code", "math", "vl", "uncased", "cased", "next", "turbo", "nemo", "pro",
];

/// Services, and words that look like names.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "gpt-4", "gpt4", "gpt-3", "gpt3", "gpt-5", "chatgpt", "claude", "gptq", "bert-based", "bert-like",
    "gpt-like", "t5-style", "llama-based", "phi-based", "llama.cpp", "llama-cpp", "exllama",
    "llama-factory", "llamafactory", "optimum", "opt-in", "opt-out", "clip-based", "gpt-style",
    "distilled", "distillation",
];

/// The longest piece of text that is taken for one name.
const LONGEST: usize = 200;

/// Returns the model that begins at a position: a link, code, or words. `strict` wants more than a bare name.
pub(super) fn at(block: &Block, position: usize, strict: bool) -> Option<Result<Mention, NoModel>> {
    if let Some(link) = link_at(block, position) {
        let end = link.words.end;
        let words = &block.text[link.words.clone()];
        let base = match target(&link.target) {
            Target::Model(id) => Some(id),
            // A page with one segment is an owner's, unless its words look like a model's name.
            Target::Bare(name) => of_words(words, false)
                .or_else(|| (name.contains('-') && words.trim().eq_ignore_ascii_case(&name)).then_some(name))
                .filter(|name| !is_nobody(name)),
            Target::OtherPage => None,
            Target::Elsewhere => of_words(words, strict),
        };
        return Some(base.map(|base| Mention { base, begin: position, end }).ok_or(NoModel));
    }
    if let Some(code) = code_at(block, position) {
        let base = of_words(block.text[code.clone()].trim(), false);
        return Some(base.map(|base| Mention { base, begin: position, end: code.end }).ok_or(NoModel));
    }
    let token = token(&block.text, position);
    if token.is_empty() {
        return None;
    }
    let end = position + token.len();
    if let Some(base) = of_token(token) {
        return Some(Ok(Mention { base, begin: position, end }));
    }
    if strict {
        return None;
    }
    let (base, end) = bare_name(&block.text, position)?;
    Some(Ok(Mention { base, begin: position, end }))
}

/// Something stands there that is no model, and is not to be passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoModel;

/// Returns the run of characters that a name or an address can consist of.
pub(super) fn token(text: &str, position: usize) -> &str {
    let rest = text.get(position..).unwrap_or("");
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/:@%?=&~+".contains(c);
    let end =
        rest.char_indices().find(|(at, c)| !is_part(*c) || *at >= LONGEST).map_or(rest.len(), |(at, _)| at);
    rest[..end].trim_end_matches(['.', ',', ':', '?', '-', '/', '+', '&', '='])
}

/// Returns the link whose words begin at a position.
pub(super) fn link_at(block: &Block, position: usize) -> Option<&super::blocks::Link> {
    let at = block.links.partition_point(|link| link.words.start < position);
    block.links.get(at).filter(|link| link.words.start == position)
}

fn code_at(block: &Block, position: usize) -> Option<std::ops::Range<usize>> {
    let at = block.code.partition_point(|code| code.start < position);
    block.code.get(at).filter(|code| code.start == position).cloned()
}

// A name that fills the words of a link or a piece of code.
fn of_words(words: &str, strict: bool) -> Option<String> {
    let words = words.trim().trim_matches(['`', '"', '\'', '*']);
    if words.len() > LONGEST {
        return None;
    }
    let token = token(words, 0);
    if let Some(id) = of_token(token).filter(|_| token.len() == words.len()) {
        return Some(id);
    }
    if strict {
        return None;
    }
    let (name, end) = bare_name(words, 0)?;
    (end == words.len()).then_some(name)
}

// An address, or `owner/name`.
fn of_token(token: &str) -> Option<String> {
    if token.contains("://") || address::is_of_hub(token) {
        return match target(token) {
            Target::Model(id) => Some(id),
            _ => None,
        };
    }
    let (owner, name) = token.split_once('/')?;
    let tells = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    let is_pair_of_words = !tells(name) && !tells(owner);
    let is_format = |part: &str| {
        let part = part.to_ascii_lowercase();
        matches!(
            part.as_str(),
            "weighted" | "imatrix" | "gguf" | "ggml" | "gptq" | "awq" | "fp16" | "bf16" | "float16" | "int8"
        ) || part.trim_end_matches(|c: char| c.is_ascii_digit()).is_empty()
    };
    if is_pair_of_words || is_format(owner) || is_format(name) {
        return None;
    }
    full_name(owner, name)
}

// *distilbert-base-uncased*, *Llama 3 8B Instruct*.
fn bare_name(text: &str, position: usize) -> Option<(String, usize)> {
    let first = token(text, position);
    let lower = first.to_ascii_lowercase();
    let no_name = NO_NAMES.iter().any(|no| lower.starts_with(no)) || is_nobody(&lower);
    if first.is_empty() || first.contains(['/', ':', '@', '=', '&', '+', '~', '%', '?']) || no_name {
        return None;
    }
    let is_known = FAMILIES.iter().chain(MORE_FAMILIES).any(|family| {
        let rest = lower.strip_prefix(family);
        rest.is_some_and(|rest| {
            family.ends_with('-') || !rest.starts_with(|c: char| c.is_ascii_lowercase()) || family.len() > 3
        })
    });
    let has_digit = lower.bytes().any(|byte| byte.is_ascii_digit());
    let is_joined = first.contains(['-', '_']);
    let looks_like_one = is_known && (has_digit || is_joined)
        || has_size(&lower) && is_joined && lower.starts_with(|c: char| c.is_ascii_alphabetic());
    let mut name = first.to_owned();
    let mut end = position + first.len();
    let mut is_longer = false;
    if is_known {
        while text[end..].starts_with([' ', '\u{a0}']) && name.len() < LONGEST {
            let at = end + text[end..].chars().next().map_or(1, char::len_utf8);
            let next = token(text, at);
            if !goes_on(next) {
                break;
            }
            name = format!("{name}-{next}");
            end = at + next.len();
            is_longer = true;
        }
    }
    (looks_like_one || is_longer)
        .then_some((name, end))
        .filter(|(name, _)| name.len() >= 4 && is_model_id(name))
}

// A version, a size, or a variant.
fn goes_on(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let number = lower.strip_prefix('v').unwrap_or(&lower).trim_end_matches(['b', 'm', 'k']);
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'x');
    is_number && word.len() <= 6
        || VARIANTS.contains(&lower.as_str())
        || has_size(&lower) && word.contains('-')
}

// `7b`, `1.5b` or `350m` among the parts of a name.
fn has_size(lower: &str) -> bool {
    lower.split(['-', '_']).any(|part| {
        let number = part.strip_suffix(['b', 'm']).unwrap_or("");
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'x')
    })
}

fn is_nobody(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "none" | "null" | "unknown" | "base" | "model" | "models" | "huggingface"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &str, expected: Option<&str>) {
        let mut block = Block::default();
        block.push(words, 0);
        let found = at(&block, 0, false).and_then(Result::ok).map(|mention| mention.base);
        assert_eq!(found.as_deref(), expected, "{words}");
    }

    #[test]
    fn names_are_told_from_words() {
        check("meta-llama/Llama-2-7b-hf.", Some("meta-llama/Llama-2-7b-hf"));
        check(
            "https://huggingface.co/mistralai/Mistral-7B-v0.1/tree/main",
            Some("mistralai/Mistral-7B-v0.1"),
        );
        check("distilbert-base-uncased on", Some("distilbert-base-uncased"));
        check("GPT2-Medium", Some("GPT2-Medium"));
        check("Llama 3 8B Instruct, with", Some("Llama-3-8B-Instruct"));
        check("MythoLogic-L2-13b", Some("MythoLogic-L2-13b"));
        for words in [
            "BERT",
            "Llama models",
            "fine-tuned",
            "4-bit",
            "and/or",
            "weighted/imatrix",
            "state-of-the-art",
            "GPT-4",
        ] {
            check(words, None);
        }
    }
}
