//! Which parts does the text of a card have?
//!
//! A part is there if its section has something to say, or a sentence says it elsewhere. What a template leaves to be filled
//! in (*More Information Needed*) is nothing.

use super::{
    blocks::{Block, Kind},
    results,
};
use crate::address::{self, Target};
use lineal_core::{clues::CardPart, set::Set};

/// Marks that only a template for prompts leaves in a text.
#[rustfmt::skip]
const PROMPT_MARKS: &[&str] = &[
    "<|im_start|>", "[inst]", "### instruction", "### human", "### user:", "### assistant", "<|user|>",
    "<|assistant|>", "<|system|>", "<|start_header_id|>", "<start_of_turn>", "<|prompter|>", "<human>:",
    "<bot>:", "[|human|]", "<|endoftext|>human", "<|begin_of_text|>", "apply_chat_template", "<｜user｜>",
    "below is an instruction that describes a task", "a chat between a curious user", "<|start_of_role|>",
    "<|turn>", "human: {",
];

/// Words by which a text names a template.
#[rustfmt::skip]
const PROMPT_WORDS: &[&str] = &[
    "prompt template", "prompt format", "prompting format", "chat template", "chat format", "chatml",
    "alpaca format", "alpaca prompt", "alpaca template", "vicuna format", "vicuna prompt",
    "vicuna template", "instruction format", "instruct format", "instruction template", "prompt style",
    "prompt structure", "input format", "conversation template", "conversation format", "prompt syntax",
    "prompting template",
];

/// Words that say that there is no template.
const NO_PROMPT: &[&str] =
    &["no prompt format", "no prompt template", "prompt template: none", "no chat template"];

/// Words by which a sentence says under which licence the model is.
#[rustfmt::skip]
const LICENSE_WORDS: &[&str] = &[
    "licensed under", "licenced under", "released under", "distributed under", "available under",
    "under the mit", "under the apache", "under apache", "under a creative commons", "under the cc",
    "under the creative", "license:", "licence:", "license agreement", "license is", "licence is",
    "cc by", "cc-by", "non-commercial license", "openrail", "subject to the", "under the terms of",
];

/// Sections on the data that the model was trained on.
#[rustfmt::skip]
const DATASET_SECTIONS: &[&str] = &[
    "training data", "training dataset", "dataset", "datasets", "training datasets", "data",
    "training and evaluation data", "training corpus", "pretraining data", "pre-training data",
    "fine-tuning data", "finetuning data", "dataset used", "datasets used",
];

/// Words by which a sentence says that data follows.
#[rustfmt::skip]
const TRAINED_ON: &[&str] = &[
    "trained on", "tuned on", "training on", "tuning on", "trained with", "tuned with", "trained using",
    "tuned using", "pretrained on", "dataset used", "datasets used", "training data:", "dataset:",
    "datasets:", "training dataset", "train data",
];

/// Words that data is called by.
#[rustfmt::skip]
const DATA_WORDS: &[&str] = &[
    "dataset", "data set", "corpus", "corpora", "data", "tokens", "sentences", "articles", "books",
    "images", "samples", "examples", "conversations", "hours of", "split", "texts",
];

/// Data sets that are pictures and other people's results.
const NO_DATASETS: &[&str] = &[
    "open-llm-leaderboard",
    "huggingface/documentation-images",
    "huggingface/badges",
    "optimum/documentation-images",
    "hf-internal",
    "choosealicense",
];

/// How often a template's *More Information Needed* must stand in a card that was never completed.
const BLANKS_OF_TEMPLATE: usize = 20;

/// Finds the parts of a text.
pub(super) fn find(source: &str, blocks: &[Block]) -> Set<CardPart> {
    let mut parts = Set::default();
    if source.trim().is_empty() {
        return parts;
    }
    parts.insert(CardPart::Words);
    let lowers: Vec<String> = blocks.iter().map(|block| block.text.to_ascii_lowercase()).collect();
    let may = May::of(&lowers.join("\n"));
    let mut section = Section::default();
    for (block, lower) in blocks.iter().zip(&lowers) {
        if block.kind == Kind::Heading {
            section = Section::of(lower);
            if section.is_prompt && !NO_PROMPT.iter().any(|words| lower.contains(words)) {
                parts.insert(CardPart::Template);
            }
            continue;
        }
        let says = says_something(lower);
        if says && (section.is_license || may.license && states_license(lower)) {
            parts.insert(CardPart::License);
        }
        if may.prompt && shows_prompt(lower) {
            parts.insert(CardPart::Template);
        }
        if links_to_dataset(block)
            || says
                && (section.is_dataset && !block.is_code() && !is_calibration(lower)
                    || may.dataset && states_dataset(block, lower))
        {
            parts.insert(CardPart::Dataset);
        }
    }
    if results::any(blocks) {
        parts.insert(CardPart::Results);
    }
    if is_generated(source) {
        parts.insert(CardPart::Generated);
    }
    parts
}

/// Which sentences the text can hold at all: most hold few, and blocks are many.
struct May {
    license: bool,
    prompt: bool,
    dataset: bool,
}

impl May {
    fn of(lower: &str) -> May {
        let has = |words: &[&str]| words.iter().any(|words| lower.contains(words));
        May {
            license: has(LICENSE_WORDS),
            prompt: has(PROMPT_MARKS) || has(PROMPT_WORDS) || lower.contains("assistant:"),
            dataset: has(TRAINED_ON) || lower.contains("tuned version of"),
        }
    }
}

/// What the heading of a section announces.
#[derive(Default)]
struct Section {
    is_license: bool,
    is_prompt: bool,
    is_dataset: bool,
}

impl Section {
    fn of(heading: &str) -> Section {
        let plain = heading.trim_matches(|c: char| !c.is_alphanumeric());
        let starts = |word: &str| plain.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
        let is_prompt = PROMPT_WORDS.iter().any(|words| plain.contains(words))
            || plain == "prompt"
            || plain == "prompting";
        let is_dataset = DATASET_SECTIONS.contains(&plain)
            || plain.contains("training data")
            || plain.contains("trained on");
        let is_license = starts("license") || starts("licence") || starts("licensing") || starts("licenses");
        Section { is_license, is_prompt, is_dataset }
    }
}

// More than what a template leaves to be filled in.
fn says_something(lower: &str) -> bool {
    let plain = lower.trim_matches(|c: char| !c.is_alphanumeric());
    let value = plain.rsplit(':').next().unwrap_or(plain).trim_matches(|c: char| !c.is_alphanumeric());
    !plain.is_empty()
        && !plain.contains("more information needed")
        && !matches!(
            value,
            "" | "none"
                | "n/a"
                | "na"
                | "unknown"
                | "tbd"
                | "todo"
                | "wip"
                | "coming soon"
                | "not specified"
                | "license"
        )
}

fn states_license(lower: &str) -> bool {
    let may = ["licen", "apache", " mit", "cc", "openrail"].iter().any(|word| lower.contains(word));
    let Some(words) = LICENSE_WORDS.iter().filter(|_| may).find(|words| lower.contains(**words)) else {
        return false;
    };
    let of_other = ["dataset", "code is", "this code", "data is"].iter().any(|other| lower.contains(other))
        && !["model", "weights"].iter().any(|own| lower.contains(own));
    let names = lower.contains("licen")
        || lower.contains("apache")
        || lower.contains(" mit")
        || words.starts_with("cc")
        || lower.contains("openrail");
    names && !of_other
}

fn shows_prompt(lower: &str) -> bool {
    if PROMPT_MARKS.iter().any(|mark| lower.contains(mark)) {
        return true;
    }
    let has_turns = lower.contains("user:") && lower.contains("assistant:")
        || lower.contains("human:") && lower.contains("assistant:");
    has_turns
        || PROMPT_WORDS.iter().any(|words| lower.contains(words))
            && !NO_PROMPT.iter().any(|words| lower.contains(words))
}

fn links_to_dataset(block: &Block) -> bool {
    let lower_is_calibration = || is_calibration(&block.text.to_ascii_lowercase());
    block.links.iter().any(|link| {
        let is_dataset =
            link.target.contains("huggingface.co/datasets/") || link.target.contains("hf.co/datasets/");
        is_dataset
            && address::target(&link.target) == Target::OtherPage
            && !NO_DATASETS.iter().any(|other| link.target.contains(other))
            && !link.target.ends_with("/None")
            && !link.target.contains("/datasets/[")
            && !lower_is_calibration()
    })
}

fn states_dataset(block: &Block, lower: &str) -> bool {
    if block.is_code()
        || lower.contains("the none dataset")
        || lower.contains("unknown dataset")
        || is_calibration(lower)
    {
        return false;
    }
    // *A fine-tuned version of X on the Y dataset.*
    let tuned = lower.find("tuned version of").map(|at| &lower[at..]);
    let tuned = tuned
        .and_then(|rest| rest.split_once(" on "))
        .map(|(_, data)| data.split(". ").next().unwrap_or(data));
    if tuned.is_some_and(|data| data.contains("dataset") || data.contains("corpus")) {
        return true;
    }
    TRAINED_ON.iter().any(|words| {
        let Some(at) = lower.find(words) else { return false };
        let rest = &lower[at + words.len()..];
        let sentence = &rest[..rest.find(". ").unwrap_or(rest.len())];
        let is_label = words.ends_with(':');
        let is_named = is_label && says_something(sentence)
            || DATA_WORDS.iter().any(|word| sentence.contains(word))
            || block.links.iter().any(|link| {
                link.words.start >= at + words.len()
                    && link.words.start <= at + words.len() + sentence.len()
                    && address::target(&link.target) == Target::OtherPage
            });
        is_named && !sentence.trim_start().starts_with("your")
    })
}

// Data by which a quantization was measured out is not what the model was trained on.
fn is_calibration(lower: &str) -> bool {
    lower.contains("calibrat")
        || lower.contains("imatrix")
        || lower.contains("gptq dataset")
        || lower.starts_with("evaluation dataset")
        || lower.contains("quantisation")
        || lower.contains("importance matrix")
}

// The card of a trainer or of a template, as the tool wrote it.
fn is_generated(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    let blanks = lower.matches("more information needed").count();
    let by_trainer = lower
        .contains("generated automatically according to the information the trainer had access to")
        || lower.contains("generated automatically according to the information keras had access to")
        || lower.contains("generated automatically according to the training script");
    let by_autotrain = lower.contains("trained using autotrain") && lower.len() < 2_000;
    by_trainer && blanks >= 2 || blanks >= BLANKS_OF_TEMPLATE || by_autotrain
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;
    use lineal_core::set::Member;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let words: Vec<&str> = find(text, &blocks::read(text)).iter().map(Member::as_str).collect();
        assert_eq!(words.join(" "), expected, "{text}");
    }

    #[test]
    fn a_part_is_there_if_its_section_says_something() {
        check(" \n", "");
        check("## License\n\nApache 2.0", "words license");
        check("- **License:** [More Information Needed]", "words");
        check("## Training data\n\nMore information needed", "words");
        check("## Training data\n\nWikipedia", "words dataset");
    }

    #[test]
    fn a_part_is_there_if_a_sentence_says_so() {
        check("The model is released under the MIT license.", "words license");
        check("Fine-tuned on the [glue](https://huggingface.co/datasets/glue) dataset.", "words dataset");
        check("This model was fine-tuned on the None dataset.", "words");
        check("A fine-tuned version of [a/b](https://hf.co/a/b) on the squad dataset.", "words dataset");
        check("## Datasets\n\n* Calibration Dataset: [x](https://huggingface.co/datasets/a/x)", "words");
        check("```\n<|im_start|>user\n```\n", "words template");
        check("## Prompt format\n\nNo prompt format found", "words template");
    }

    #[test]
    fn a_card_that_was_never_completed_is_generated() {
        let card = "<!-- This model card has been generated automatically according to the information the Trainer had access to. -->\n\n## Model description\n\nMore information needed\n\n## Intended uses\n\nMore information needed\n";
        check(card, "words generated");
    }
}
