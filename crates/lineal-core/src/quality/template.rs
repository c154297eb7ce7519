//! Which models need a prompt template?
//!
//! Those that are prompted with text and answer with text, unless they were trained to continue text
//! and nothing else: such *base models* take any text as it is, and so does what was quantized or
//! converted from one. A name, tag or type that says a model was tuned on prompts counts for more
//! than one that says what it began as; where neither is said, a model for a prompted task
//! needs one.
//!
//! The study's annotators decided by reading cards. Given names alone, the rule calls 344 of its 378
//! models as they did (91 %; 82 % if all needed one), and 140 of the 172 in which they found no template
//! (81 %; 61 %). Where it parts from them it asks for a template, in 31 models against 3, so the study's
//! 33.8 % of missing templates would be 39.6 %. It was written with that table in sight: elsewhere,
//! expect less.

use super::places::Case;
use crate::{model_id::own_part, operation::Operation, record::ModelRecord};

/// Tasks whose models are prompted.
const PROMPTED_TASKS: &[&str] = &[
    "text-generation",
    "conversational",
    "image-text-to-text",
    "any-to-any",
    "audio-text-to-text",
    "video-text-to-text",
];

/// Words in names of models that were tuned on prompts and answers.
const TUNED_WORDS: &[&str] = &[
    "alpaca",
    "assistant",
    "bloomz",
    "chat",
    "conversational",
    "dialogpt",
    "dpo",
    "finetuned",
    "ft",
    "grpo",
    "inst",
    "instruct",
    "instruction",
    "instructions",
    "it",
    "lora",
    "oasst",
    "orpo",
    "ppo",
    "r1",
    "rag",
    "reasoning",
    "rlhf",
    "roleplay",
    "rp",
    "sft",
    "simpo",
    "thinking",
    "tuned",
    "vicuna",
];

/// Tags that say the same; `it` is a language there. The Hub sets `conversational` where it found a template.
const TUNED_TAGS: &[&str] = &["conversational", "chat", "dpo", "instruct", "sft"];

/// Words in names of models that were not, or that take no prompt at all whatever their task.
const PLAIN_WORDS: &[&str] = &[
    "base",
    "embedding",
    "fim",
    "opt",
    "pretrain",
    "pretrained",
    "pretraining",
    "pt",
    "reranker",
    "scratch",
    // The subnets of Bittensor where miners compete in pretraining.
    "sn9",
    "sn29",
];

/// Beginnings of such words: families from before models were tuned on prompts, with their sizes.
const PLAIN_FAMILIES: &[&str] =
    &["biogpt", "bloom", "codegen", "codeparrot", "gpt2", "olmo", "pythia", "tinystories", "xglm"];

/// Endings of such words.
const PLAIN_ENDINGS: &[&str] = &["bert", "gpt2"];

/// Types of such families, as configurations and tags write them.
const PLAIN_TYPES: &[&str] = &[
    "bert",
    "biogpt",
    "bloom",
    "codegen",
    "ctrl",
    "gpt2",
    "gpt_neo",
    "gpt_neox",
    "gptj",
    "mega",
    "openai-gpt",
    "opt",
    "roberta",
    "transfo-xl",
    "xglm",
    "xlnet",
];

/// Libraries for other models than these.
const OTHER_LIBRARIES: &[&str] = &[
    "diffusers",
    "fasttext",
    "flair",
    "ml-agents",
    "open_clip",
    "pyannote-audio",
    "sample-factory",
    "sentence-transformers",
    "setfit",
    "sklearn",
    "spacy",
    "span-marker",
    "speechbrain",
    "stable-baselines3",
    "stanza",
    "timm",
    "ultralytics",
];

/// Whether a model needs a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need<'a> {
    Prompted,
    /// A model that takes text as it is, by this sign.
    Plain(&'a str),
    /// A model for something else, by its task, architecture or library.
    Other(&'a str),
    /// Nothing says what the model is for.
    Unknown,
}

/// What a model was made from without being trained for another task.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub name: &'a str,
    pub task: Option<&'a str>,
    /// Whether it is the same model in another form: it was quantized or converted.
    pub is_same: bool,
}

/// Whether a model needs a prompt template, by its record and what it was made from; `None` if nothing says
/// what it is for.
pub fn needs_template<'a>(record: &'a ModelRecord, origins: &[Origin<'a>]) -> Option<bool> {
    match need_of(record, origins) {
        Need::Prompted => Some(true),
        Need::Plain(_) | Need::Other(_) => Some(false),
        Need::Unknown => None,
    }
}

pub(super) fn need<'a>(case: &Case<'a>) -> Need<'a> {
    let origin = |(base, by): (u32, &Operation)| {
        let is_same = matches!(by, Operation::Quantized | Operation::Convert);
        let keeps_task = is_same || matches!(by, Operation::Adapter | Operation::Merge);
        keeps_task.then(|| Origin { name: case.world.name(base), task: case.world.task(base), is_same })
    };
    let origins: Vec<Origin> = case.bases().filter_map(origin).collect();
    need_of(case.record, &origins)
}

fn need_of<'a>(record: &'a ModelRecord, origins: &[Origin<'a>]) -> Need<'a> {
    let purpose = purpose(record, origins);
    let is_tuned = || record.tags.iter().any(|tag| is_in(TUNED_TAGS, tag));
    match purpose {
        Need::Other(_) => return purpose,
        _ if is_tuned() => return Need::Prompted,
        Need::Unknown => return Need::Unknown,
        Need::Prompted | Need::Plain(_) => {}
    }
    let same = origins.iter().filter(|origin| origin.is_same).map(|origin| origin.name);
    let mut plain = None;
    for name in std::iter::once(record.id.as_str()).chain(same) {
        let mut before = "";
        for word in own_part(name).split(['-', '_', '.']) {
            if is_in(TUNED_WORDS, word) {
                return Need::Prompted;
            }
            if plain.is_none() && is_plain(before, word) {
                plain = Some(word);
            }
            before = word;
        }
    }
    let mut types = record.model_type.as_deref().into_iter().chain(record.tags.iter().map(String::as_str));
    let plain = plain.or_else(|| types.find(|word| PLAIN_TYPES.contains(word)));
    plain.map_or(Need::Prompted, Need::Plain)
}

/// Returns what a model is for, by the first thing that says so.
fn purpose<'a>(record: &'a ModelRecord, origins: &[Origin<'a>]) -> Need<'a> {
    let inherited = || origins.iter().find_map(|origin| origin.task);
    let of_task = |task| if PROMPTED_TASKS.contains(&task) { Need::Prompted } else { Need::Other(task) };
    if let Some(task) = record.task.as_deref().or_else(inherited) {
        return of_task(task);
    }
    if let Some(architecture) = record.architectures.first() {
        if architecture.ends_with("ForCausalLM") || architecture.ends_with("LMHeadModel") {
            return Need::Prompted;
        }
        // Answers with text, but to what is not said: a text to translate, an image, a prompt.
        if !architecture.ends_with("ForConditionalGeneration") {
            return Need::Other(architecture);
        }
    }
    let library = record.library.as_deref().filter(|library| OTHER_LIBRARIES.contains(library));
    library.map_or(Need::Unknown, Need::Other)
}

fn is_plain(before: &str, word: &str) -> bool {
    // GPT-Neo, GPT-NeoX and GPT-J are written with a hyphen.
    let is_early_gpt = before.eq_ignore_ascii_case("gpt") && is_in(&["neo", "neox", "j"], word);
    let starts = |start: &&str| word.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let ends = |end: &&str| {
        let at = word.len().checked_sub(end.len());
        at.and_then(|at| word.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    is_early_gpt
        || is_in(PLAIN_WORDS, word)
        || PLAIN_FAMILIES.iter().any(starts)
        || PLAIN_ENDINGS.iter().any(ends)
}

fn is_in(words: &[&str], word: &str) -> bool {
    words.iter().any(|other| other.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shared;

    fn check(task: &str, name: &str, bases: &[&str], tags: &[&str], expected: &str) {
        let mut record = ModelRecord::named(name.parse().expect("a name"));
        record.task = Some(task.to_owned()).filter(|task| !task.is_empty());
        record.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let origins: Vec<Origin> =
            bases.iter().map(|name| Origin { name, task: Some("text-generation"), is_same: true }).collect();
        let found = format!("{:?}", need_of(&record, &origins));
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn models_that_answer_prompts_need_one() {
        check("text-generation", "a/Chatty-7B", &[], &[], "Prompted");
        check("image-text-to-text", "a/Seer", &[], &[], "Prompted");
        check("text-generation", "a/Qwen-7B-Base-Instruct", &[], &[], "Prompted");
        check("text-generation", "a/gpt2-mine", &[], &["conversational"], "Prompted");
        check("", "a/mine", &[], &["conversational"], "Prompted");
    }

    #[test]
    fn models_that_continue_text_need_none() {
        check("text-generation", "gpt2", &[], &[], r#"Plain("gpt2")"#);
        check("text-generation", "a/Falcon3-10B-Base", &[], &[], r#"Plain("Base")"#);
        check("text-generation", "a/gpt-neo-125m-mine", &[], &[], r#"Plain("neo")"#);
        check("text-generation", "a/mine", &[], &["gpt_neox", "it"], r#"Plain("gpt_neox")"#);
    }

    #[test]
    fn a_quantization_needs_what_its_base_needs() {
        check("text-generation", "q/Lo-GGUF", &["a/Lo-7B-pt"], &[], r#"Plain("pt")"#);
        check("text-generation", "q/gpt2-GGUF", &["a/gpt2-chat"], &[], "Prompted");
    }

    #[test]
    fn models_for_other_tasks_need_none() {
        check("fill-mask", "a/Chatty", &[], &["conversational"], r#"Other("fill-mask")"#);
        check("", "a/Chatty", &[], &[], "Unknown");
    }

    #[test]
    fn without_a_task_the_base_the_architecture_or_the_library_says_what_it_is_for() {
        check("", "q/Lo-GGUF", &["a/Lo"], &[], "Prompted");
        let record = ModelRecord::named("a/b".parse().expect("a name"));
        let of = |architecture: &str, library: &str| {
            let architectures = vec![architecture.to_owned()];
            let record = ModelRecord { architectures, library: Some(library.into()), ..record.clone() };
            needs_template(&record, &[])
        };
        assert_eq!(of("LlamaForCausalLM", "transformers"), Some(true));
        assert_eq!(of("BertForMaskedLM", "transformers"), Some(false));
        assert_eq!(of("T5ForConditionalGeneration", "transformers"), None);
        assert_eq!(of("T5ForConditionalGeneration", "span-marker"), Some(false));
    }

    #[test]
    fn names_are_cut_at_no_odd_place() {
        let record = ModelRecord::named("a/b".parse().expect("a name"));
        let mut record = ModelRecord { task: Some("text-generation".into()), ..record };
        record.model_type = Some("日本語".into());
        let origin = |name| Origin { name, task: None, is_same: true };
        assert_eq!(needs_template(&record, &[origin("日本/本語gpt"), origin("é")]), Some(true));
    }

    /// How the rule, given names alone, and the study's annotators call the same models: both that they
    /// need a template, the annotators only, the rule only, neither.
    fn check_against_the_study(considered: fn(template: &str) -> bool, expected: [u32; 4]) {
        let Some(path) = shared("data/study-2025/rq3-sampled-models.csv") else { return };
        let text = std::fs::read_to_string(path).expect("a table");
        let mut found = [0; 4];
        for line in text.trim_start_matches('\u{feff}').lines().skip(1) {
            let cells = cells(line);
            let [name, operation, base, _, _, _, template, ..] = &cells[..] else { panic!("{line}") };
            if !considered(template) {
                continue;
            }
            let mut record = ModelRecord::named(name.parse().expect("a name"));
            record.task = Some("text-generation".to_owned());
            let origin = Origin { name: base, task: None, is_same: operation == "quantized" };
            found[match (!template.is_empty(), needs_template(&record, &[origin])) {
                (true, Some(true)) => 0,
                (true, _) => 1,
                (false, Some(true)) => 2,
                (false, _) => 3,
            }] += 1;
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn nine_in_ten_are_called_as_the_study_did() {
        check_against_the_study(|_| true, [308, 3, 31, 36]);
    }

    #[test]
    fn of_those_without_a_template_four_in_five_are() {
        check_against_the_study(|template| template != "exist", [104, 1, 31, 36]);
    }

    /// Splits a line of the study's table, whose cells hold commas but no quotes.
    fn cells(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().expect("a cell").push(letter),
            }
        }
        cells
    }
}
