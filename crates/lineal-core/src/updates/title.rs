//! What does a commit's title say: what is it meant for, and is it about documentation only?

use super::{DOCUMENTS, FileKind, INTENTS, Intent, Keyword, THINGS};

/// How much of a title is read, in bytes: a hub takes any.
const LONGEST: usize = 1_000;

/// What a title says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    pub is_documentation: bool,
    pub intent: Option<Intent>,
}

impl Title {
    /// Reads a title.
    pub fn of(title: &str) -> Title {
        let title = title[..title.floor_char_boundary(LONGEST.min(title.len()))].to_lowercase();
        Title { is_documentation: is_documentation(&title), intent: intent(&title) }
    }
}

/// What a part of a title is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Documentation,
    Other,
    Nothing,
}

fn is_documentation(title: &str) -> bool {
    let parts: Vec<About> = parts(title).iter().map(|part| about(part)).collect();
    parts.contains(&About::Documentation) && !parts.contains(&About::Other)
}

/// Cuts a title where it begins to speak of something else.
fn parts(title: &str) -> Vec<Vec<&str>> {
    let mut parts = vec![Vec::new()];
    for text in title.split_whitespace() {
        let ends = text.ends_with([',', ';']);
        let is_cut = matches!(text, "and" | "&" | "+" | "|" | "," | ";" | "-" | "/");
        if let Some(part) = parts.last_mut().filter(|_| !is_cut) {
            part.push(text);
        }
        if ends || is_cut {
            parts.push(Vec::new());
        }
    }
    parts
}

fn about(part: &[&str]) -> About {
    let files: Vec<FileKind> = part.iter().filter_map(|text| file_name(text)).map(FileKind::of).collect();
    if !files.is_empty() {
        let all = files.iter().all(|kind| *kind == FileKind::Documentation);
        return if all { About::Documentation } else { About::Other };
    }
    let words: Vec<&str> = part.iter().flat_map(|text| words(text)).collect();
    let documents = |at: usize| is_any(DOCUMENTS, &words, at);
    for at in 0..words.len() {
        if documents(at) {
            return About::Documentation;
        }
        if is_any(THINGS, &words, at) {
            // The thing may be described only, as in `model card`.
            return if documents(at + 1) { About::Documentation } else { About::Other };
        }
    }
    About::Nothing
}

/// Returns the name of a file, if a text between spaces is one.
fn file_name(text: &str) -> Option<&str> {
    let name = text.trim_matches(|char: char| !char.is_alphanumeric() && !matches!(char, '.' | '_' | '/'));
    let name = name.trim_end_matches('.');
    let (_, ending) = name.rsplit_once('.')?;
    let is_ending = (1..=13).contains(&ending.len())
        && ending.starts_with(|char: char| char.is_ascii_alphanumeric())
        && ending.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    (is_ending && !name.contains("://")).then_some(name)
}

/// Cuts a text into words: runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn intent(title: &str) -> Option<Intent> {
    if title.starts_with("merge branch") || title.starts_with("merge remote") {
        return None;
    }
    let words: Vec<&str> = words(title).collect();
    let shows = |keywords: &[Keyword]| (0..words.len()).any(|at| is_any(keywords, &words, at));
    let found = INTENTS.iter().find(|(_, keywords)| shows(keywords)).map(|(intent, _)| *intent);
    found.or_else(|| names_a_version(title).then_some(Intent::Update))
}

/// Whether one of some keywords begins at a word.
fn is_any(keywords: &[Keyword], words: &[&str], at: usize) -> bool {
    let Some(word) = words.get(at) else { return false };
    let is_number = |at: Option<usize>| {
        let word = at.and_then(|at| words.get(at)).map(|word| word.trim_end_matches(['k', 'm']));
        word.is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    keywords.iter().any(|keyword| match keyword {
        Keyword::Word(whole) => word == whole,
        Keyword::Stem(stem) => word.starts_with(stem),
        Keyword::Phrase(phrase) => words[at..].starts_with(phrase),
        Keyword::Numbered(whole) => {
            word == whole && (is_number(Some(at + 1)) || is_number(at.checked_sub(1)))
        }
    })
}

/// Whether a version stands by itself in a title: `v2`, `v0.1`, `1.5.1`, or `model 1.5`. One that is part of
/// a name, as in `LunarLander-v2`, does not.
fn names_a_version(title: &str) -> bool {
    let mut before = "";
    title.split_whitespace().any(|text| {
        let text = text.trim_matches(|char: char| !char.is_alphanumeric());
        let is_after_model = matches!(before, "model" | "version" | "release");
        before = text;
        let (number, least) = match text.strip_prefix('v') {
            Some(number) => (number, 1),
            None => (text, if is_after_model { 2 } else { 3 }),
        };
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        number.split('.').all(is_number) && number.split('.').count() >= least
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, titles: &[&str]) {
        for title in titles {
            let Title { is_documentation, intent } = Title::of(title);
            let about = if is_documentation { "documentation" } else { "change" };
            let shown = format!("{about} {}", intent.map_or("-", Intent::as_str));
            assert_eq!(shown, expected, "{title}");
        }
    }

    #[test]
    fn documentation_is_told_by_file_names_and_words() {
        check(
            "documentation update",
            &[
                "Update README.md",
                "Update model card",
                "update readme with model results",
                "Updated license, links and citation",
                "Update model description (#3)",
                "update .gitattributes",
            ],
        );
        check(
            "documentation -",
            &[
                "Create README.md",
                "Upload README.md with huggingface_hub",
                "Add LICENSE",
                "initial model card",
            ],
        );
        check("documentation fix", &["Fix typo", "fix broken link in README.md", "Fixed citation"]);
    }

    #[test]
    fn whoever_names_a_thing_besides_documentation_changes_it() {
        check(
            "change update",
            &[
                "update int8 onnx model and readme",
                "Update README.md and config.json",
                "Update README.md, tokenizer",
            ],
        );
    }

    #[test]
    fn words_show_what_a_commit_is_for() {
        check(
            "change checkpoint",
            &[
                "Training in progress, step 500",
                "End of training",
                "Model save",
                "epoch 3",
                "Add 2 epochs",
                "Base model at 105k steps",
                "add checkpoint-100",
            ],
        );
        check(
            "change fix",
            &["Fix eos token", "bugfix", "Revert \"Update config.json\"", "Correct the chat template"],
        );
        check(
            "change update",
            &[
                "Update config.json",
                "Updated Model",
                "model improved",
                "Add model 1.5.1",
                "v2",
                "Release v0.2",
                "re-upload weights",
            ],
        );
    }

    #[test]
    fn bringing_something_shows_no_intent() {
        check(
            "change -",
            &[
                "",
                "initial commit",
                "Upload folder using huggingface_hub",
                "Upload tokenizer",
                "add model",
                "upload fine-tuned model",
                "Adding `safetensors` variant of this model (#1)",
                "Add new SentenceTransformer model.",
                "Upload PPO LunarLander-v2 trained agent",
                "Merge branch 'fix' of https://huggingface.co/a/b into main",
                "Rename a.bin to b.bin",
                "Delete pytorch_model.bin",
                "add prefix tokens",
                "Create generation_config.json",
            ],
        );
    }

    proptest::proptest! {
        #[test]
        fn any_title_is_read_and_case_says_nothing(title in "\\PC{0,60}") {
            let (loud, quiet) = (title.to_ascii_uppercase(), title.to_ascii_lowercase());
            proptest::prop_assert_eq!(Title::of(&loud), Title::of(&quiet));
        }
    }
}
