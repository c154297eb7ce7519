//! Of what does the text say that the model was made?
//!
//! Sentences and labels state a base; YAML in the text is the configuration of a merge or of a training run. Where
//! nothing of that is said, the only model that the text links to is a hint.

use super::{
    super::Statement,
    blocks::{Block, Kind},
    configurations::configured,
    links,
    mentions::{self, Mention},
    phrases::{self, Word},
    places::Places,
};
use crate::address::{self, Target};
use lineal_core::{operation::Operation, record::Source};

/// More statements are not taken from one card.
const MOST: usize = 64;

/// How many sentences are looked at that could state a base; a card has a handful.
const MOST_TRIED: usize = 500;

/// The longest quotation, in bytes.
const LONGEST_QUOTE: usize = 240;

/// Words that may stand between a connective and the name of a base.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "the", "a", "an", "original", "base", "model", "models", "pretrained", "pre-trained", "pre",
    "trained", "official", "open", "open-source", "multilingual", "large", "small", "language", "llm",
    "llms", "checkpoint", "weights", "fine-tuned", "finetuned", "fine", "tuned", "quantized",
    "unquantized", "instruct", "instruction-tuned", "chat", "fp16", "bf16", "version", "following", "two",
    "three", "four", "existing", "popular", "famous", "excellent", "meta's", "google's", "microsoft's",
    "openai's", "facebook's", "mistral's", "alibaba's", "foundation", "foundational", "english", "german",
    "french", "from", "hf", "huggingface", "transformer", "publicly", "newly", "merged",
];

/// Words that end the way from a connective to a name.
#[rustfmt::skip]
const STOPS: &[&str] = &[
    "this", "is", "are", "was", "were", "be", "can", "has", "have", "had", "available", "here", "at",
    "in", "with", "using", "which", "that", "than", "dataset", "datasets", "data", "and", "or", "but",
    "to", "for", "on", "via", "used", "see", "it", "them", "these", "our", "corpus", "subset", "examples",
    "different", "paper",
];

/// How many words may stand between a connective and a name.
const FARTHEST: usize = 8;

/// Finds the statements of a text, in the order of their places.
pub(super) fn find(source: &str, blocks: &[Block], first_line: u32) -> Vec<Statement> {
    let mut found: Vec<Found> = Vec::new();
    let mut other_section = false;
    // What the items of a list are, where the sentence before them says so.
    let mut list: Option<Option<Operation>> = None;
    let mut tries = MOST_TRIED;
    for (at, block) in blocks.iter().enumerate() {
        if found.len() >= MOST {
            break;
        }
        match block.kind {
            Kind::Heading => {
                other_section = phrases::is_other_section(&block.text);
                list = phrases::label(&block.text);
                labels(at, block, &mut found);
            }
            Kind::Code { yaml } => {
                list = None;
                if yaml {
                    found.extend(configured(block).into_iter().map(|stated| Found {
                        block: at,
                        mention: stated.mention,
                        operation: Some(stated.operation),
                        source: stated.source,
                    }));
                }
                continue;
            }
            Kind::Paragraph | Kind::Item | Kind::Row { .. } => {}
        }
        if other_section {
            continue;
        }
        if let (Some(operation), Kind::Item | Kind::Paragraph) = (&list, block.kind)
            && let Some(mention) = first_name(block, 0, 2, true)
        {
            found.push(Found::in_text(at, mention, operation));
            continue;
        }
        let before = found.len();
        labels(at, block, &mut found);
        let labelled = found.len();
        if labelled == before {
            sentences(at, block, &mut tries, &mut found);
        }
        if block.kind == Kind::Paragraph || block.kind == Kind::Item && found.len() > before {
            list = announces(block);
        }
    }
    found.truncate(MOST);
    let places = Places::new(source, first_line);
    let mut statements: Vec<Statement> =
        found.iter().map(|found| found.statement(&blocks[found.block], &places)).collect();
    if statements.is_empty() {
        statements.extend(links::only(blocks, &places));
    }
    without_repetition(&mut statements);
    statements
}

/// A base, where it was found.
struct Found {
    block: usize,
    mention: Mention,
    operation: Option<Operation>,
    source: Source,
}

impl Found {
    fn in_text(block: usize, mention: Mention, operation: &Option<Operation>) -> Found {
        Found { block, mention, operation: operation.clone(), source: Source::CardText }
    }

    fn statement(&self, block: &Block, places: &Places) -> Statement {
        Statement {
            base: self.mention.base.clone(),
            operation: self.operation.clone(),
            source: self.source,
            at: places.place(block.source(self.mention.begin)),
            quote: quote(&block.text, self.mention.begin, self.mention.end),
        }
    }
}

// *Base model: X*, one on a line or in the first two cells of a row.
fn labels(at: usize, block: &Block, found: &mut Vec<Found>) {
    if let [label, value, ..] = block.cells.as_slice() {
        if let Some(operation) = phrases::label(&block.text[label.clone()]) {
            names(at, block, value.start, &operation, found);
        }
        return;
    }
    let mut begin = 0;
    for line in block.text.split('\n') {
        let colon = line.find([':', '：']);
        if let Some(colon) = colon
            && let Some(operation) = phrases::label(&line[..colon])
        {
            names(at, block, begin + colon, &operation, found);
        }
        begin += line.len() + 1;
    }
}

fn sentences(at: usize, block: &Block, tries: &mut usize, found: &mut Vec<Found>) {
    let lower = block.text.to_ascii_lowercase();
    let words = phrases::words(&lower);
    let mut taken = 0;
    for here in 0..words.len() {
        if words[here].begin < taken {
            continue;
        }
        if found.len() >= MOST || *tries == 0 {
            return;
        }
        if let Some((mention, operation)) = named_before(block, &words, here) {
            found.push(Found::in_text(at, mention, &Some(operation)));
            continue;
        }
        let Some((connective, range, operation)) = phrases::connective_at(&words, here) else { continue };
        *tries -= 1;
        // *[GGUF version of X](…)* links to what was made of the model, not to what it was made of.
        if is_within_model_link(block, words[range.start].begin) {
            continue;
        }
        let Some(mention) = first_name(block, words[here].end, FARTHEST, connective.strict) else { continue };
        if operation.is_none() && is_of_something_else(&block.text[mention.end..]) {
            continue;
        }
        taken = mention.end;
        let is_merge = operation == Some(Operation::Merge);
        let end = mention.end;
        found.push(Found::in_text(at, mention, &operation));
        if is_merge {
            more_names(at, block, end, &operation, found);
        }
    }
}

fn names(at: usize, block: &Block, begin: usize, operation: &Option<Operation>, found: &mut Vec<Found>) {
    let Some(mention) = first_name(block, begin, FARTHEST, false) else { return };
    let end = mention.end;
    found.push(Found::in_text(at, mention, operation));
    more_names(at, block, end, operation, found);
}

// *X fine-tuned on …*, *X converted to …*: the name stands before what was done.
fn named_before(block: &Block, words: &[Word], here: usize) -> Option<(Mention, Operation)> {
    let next = words.get(here + 1).filter(|next| !next.first)?;
    if block.kind == Kind::Heading || !DONE_HOW.contains(&next.text) || !DONE.contains(&words[here].text) {
        return None;
    }
    let operation = phrases::operation_of(words[here].text)?;
    let mut before = here;
    for _ in 0..3 {
        let word = words.get(before).filter(|word| !word.first)?;
        let text = block.text[..word.begin].trim_end_matches([' ', '\n', ',', '(']);
        let begin = text.rfind([' ', '\n', '(', '[']).map_or(0, |at| at + 1);
        let link = block.links.partition_point(|link| link.words.end < text.len());
        let begin = block
            .links
            .get(link)
            .filter(|link| link.words.end == text.len())
            .map_or(begin, |link| link.words.start);
        if let Some(Ok(mention)) = mentions::at(block, begin, true) {
            return (mention.end == text.len()).then_some((mention, operation));
        }
        before = before.checked_sub(1)?;
        if !FILLERS.contains(&words[before].text) && phrases::operation_of(words[before].text).is_none() {
            return None;
        }
    }
    None
}

/// What was done to a model that was named before.
#[rustfmt::skip]
const DONE: &[&str] = &[
    "fine-tuned", "finetuned", "tuned", "instruction-tuned", "quantized", "converted", "pruned",
    "distilled", "trained", "onnx",
];

/// How sentences go on after it.
#[rustfmt::skip]
const DONE_HOW: &[&str] = &[
    "on", "for", "with", "using", "to", "via", "in", "into", "weights",
];

// *based on the X architecture*: not on X itself.
fn is_of_something_else(after: &str) -> bool {
    let word: String = after
        .trim_start_matches([' ', '\n', ')', ']', '\'', '`', '"', '-'])
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .take(20)
        .collect();
    SOMETHING_ELSE.contains(&word.to_lowercase().as_str())
}

/// What belongs to a model and is none.
#[rustfmt::skip]
const SOMETHING_ELSE: &[&str] = &[
    "architecture", "architectures", "tokenizer", "dataset", "datasets", "corpus", "paper", "framework",
    "library", "codebase", "format", "template", "style", "series", "family", "models", "and", "based",
];

// *X, Y and Z*.
fn more_names(at: usize, block: &Block, begin: usize, operation: &Option<Operation>, found: &mut Vec<Found>) {
    let mut begin = begin;
    while found.len() < MOST {
        let rest = &block.text[begin..];
        let gap = rest.trim_start_matches([' ', '\n', ')', ']', '"', '\'', '`', '*']);
        let joined = ["and ", "& ", "+ ", ", and ", ", ", "/ ", "with ", "into "]
            .iter()
            .find_map(|word| gap.strip_prefix(word));
        let Some(joined) = joined else { return };
        let next = block.text.len() - joined.len();
        let Some(mention) = first_name(block, next, 3, true) else { return };
        begin = mention.end;
        found.push(Found::in_text(at, mention, operation));
    }
}

// Whether the block ends by announcing a list of what was merged.
fn announces(block: &Block) -> Option<Option<Operation>> {
    let lower = block.text.to_ascii_lowercase();
    let text = lower.trim_end();
    let merged = text.contains("merge")
        && (text.ends_with(':') || text.ends_with("mergekit)") || text.contains("following"));
    merged.then_some(Some(Operation::Merge))
}

// The first model that is named within so many words, with nothing but words that lead to it in between.
fn first_name(block: &Block, begin: usize, farthest: usize, strict: bool) -> Option<Mention> {
    let text = &block.text;
    let mut at = begin;
    let mut strict = strict;
    for _ in 0..=farthest {
        at += leading(&text[at..]);
        match mentions::at(block, at, strict) {
            Some(Ok(mention)) => return Some(mention),
            Some(Err(mentions::NoModel)) => return None,
            None => {}
        }
        let rest = &text[at..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "-'’_.".contains(c))).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.').to_ascii_lowercase();
        let ends_sentence = rest[..end].ends_with('.');
        if word.is_empty() || ends_sentence || STOPS.contains(&word.as_str()) {
            return None;
        }
        if !FILLERS.contains(&word.as_str()) {
            strict = true;
        }
        at += end;
    }
    None
}

// How many bytes of blanks and opening marks a text begins with.
fn leading(text: &str) -> usize {
    let is_mark = |c: char| c.is_whitespace() || "\"'“”‘’«`([*_:：-–—=→>|&🤗".contains(c);
    text.len() - text.trim_start_matches(is_mark).len()
}

fn is_within_model_link(block: &Block, position: usize) -> bool {
    let after = block.links.partition_point(|link| link.words.start <= position);
    let Some(link) = after.checked_sub(1).and_then(|at| block.links.get(at)) else { return false };
    link.words.contains(&position) && matches!(address::target(&link.target), Target::Model(_))
}

// One statement for each base: the first that names an operation, or the first. A bare name gives way to the full one.
fn without_repetition(statements: &mut Vec<Statement>) {
    let own_part = |base: &str| base.rsplit('/').next().unwrap_or(base).to_ascii_lowercase();
    let mut kept: Vec<Statement> = Vec::new();
    for statement in statements.drain(..) {
        let same = kept.iter_mut().find(|other| {
            let is_bare = !other.base.contains('/') || !statement.base.contains('/');
            other.base.eq_ignore_ascii_case(&statement.base)
                || is_bare && own_part(&other.base) == own_part(&statement.base)
        });
        let Some(same) = same else {
            kept.push(statement);
            continue;
        };
        if !same.base.contains('/') && statement.base.contains('/') {
            same.base.clone_from(&statement.base);
        }
        if same.operation.is_none() && statement.operation.is_some() {
            let base = same.base.clone();
            *same = Statement { base, ..statement };
        }
    }
    kept.sort_by_key(|statement| statement.at);
    *statements = kept;
}

/// Returns the sentence around a name, in one line.
pub(super) fn quote(text: &str, begin: usize, end: usize) -> String {
    let from = text[..begin].rfind(['\n', '|']).map_or(0, |at| at + 1);
    let from = text[from..begin].rfind(". ").map_or(from, |at| from + at + 2);
    let from = text.ceil_char_boundary(from.max(begin.saturating_sub(LONGEST_QUOTE / 2)));
    let rest = &text[end..];
    let to = end + rest.find(['\n', '|']).or(rest.find(". ").map(|at| at + 1)).unwrap_or(rest.len());
    let to = text.floor_char_boundary(to.min(from + LONGEST_QUOTE).max(end.min(from + 2 * LONGEST_QUOTE)));
    text[from..to].split_whitespace().collect::<Vec<&str>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = find(text, &blocks::read(text), 1);
        let shown: Vec<String> = found
            .iter()
            .map(|statement| {
                let operation = statement.operation.as_ref().map_or("-", Operation::as_str);
                let source =
                    if statement.source == Source::CardText { "" } else { statement.source.as_str() };
                format!("{} {operation} {source}", statement.base).trim_end().to_owned()
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn the_sentences_of_tools_are_understood() {
        check(
            "This model is a fine-tuned version of [distilbert-base-uncased](https://huggingface.co/distilbert-base-uncased) on the glue dataset.",
            &["distilbert-base-uncased finetune"],
        );
        check(
            "- **Finetuned from model :** unsloth/llama-3-8b-bnb-4bit",
            &["unsloth/llama-3-8b-bnb-4bit finetune"],
        );
        check("static quants of https://huggingface.co/a/b-7b\n", &["a/b-7b quantized"]);
        check(
            "The model x/y-4bit was converted to MLX format from [`a/b-7b`](https://huggingface.co/a/b-7b) using mlx-lm.",
            &["a/b-7b convert"],
        );
        check(
            "These are LoRA adaption weights for runwayml/stable-diffusion-v1-5. The weights",
            &["runwayml/stable-diffusion-v1-5 adapter"],
        );
        check(
            "This repo contains GGUF format model files for [Eric Hartford's Dolphin](https://huggingface.co/a/dolphin-7b).",
            &["a/dolphin-7b quantized"],
        );
        check(
            "This is a [sentence-transformers](https://www.SBERT.net) model finetuned from [a/b-1](https://huggingface.co/a/b-1). It maps",
            &["a/b-1 finetune"],
        );
        check("LoRA adapter for meta-llama/Llama-2-7b-hf", &["meta-llama/Llama-2-7b-hf adapter"]);
    }

    #[test]
    fn what_was_merged_may_be_a_list() {
        check(
            "x is a merge of the following models using [mergekit](https://github.com/cg123/mergekit):\n* [a/b-1](https://huggingface.co/a/b-1)\n* [c/d-2](https://huggingface.co/c/d-2)\n",
            &["a/b-1 merge", "c/d-2 merge"],
        );
        check("A merge of a/b-1 and c/d-2.", &["a/b-1 merge", "c/d-2 merge"]);
    }

    #[test]
    fn a_table_and_a_label_state_a_base() {
        check("|Property|Value|\n|-|-|\n|Base Model|[X](https://huggingface.co/a/b-1)|\n", &["a/b-1 -"]);
        check("**Base Model:** `a/b-1`", &["a/b-1 -"]);
    }

    #[test]
    fn comparisons_tools_and_siblings_state_none() {
        for text in [
            "It outperforms meta-llama/Llama-2-7b-hf.",
            "We used a/judge-7b as judge.",
            "It uses the tokenizer of a/b-7b.",
            "GGUF versions of this model are available at [a/b-GGUF](https://huggingface.co/a/b-GGUF) and [c/d-AWQ](https://huggingface.co/c/d-AWQ).",
            "Fine-tuned on the [a/b-1](https://huggingface.co/datasets/a/b-1) dataset.",
            "All tests conducted on **Llama-3-8B-Instruct** using standard perplexity.",
            "```python\nmodel = AutoModel.from_pretrained(\"a/b-7b\")\n```",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn the_only_link_is_a_hint() {
        check("See [this](https://huggingface.co/a/b-1).", &["a/b-1 - card_link"]);
        check("See [this](https://huggingface.co/a/b-1) and [that](https://huggingface.co/a/c-1).", &[]);
    }
}
