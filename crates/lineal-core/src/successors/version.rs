//! Which version does a model's name hold, and what is left of the name without it?
//!
//! A name is cut at `-`, `_` and dots that are not inside a number. A word is a version if it is
//!
//! - *marked*: `v` and a number, alone or after letters: `v2`, `V0.1`, `v02`, `arabertv2`;
//! - a *number*, alone or after letters: `3`, `3.1`, `Qwen2.5`, `gpt2`;
//! - a *date* of four, six or eight digits, or a year: `0324`, `2501`, `240601`, `20240601`, `2024`.
//!
//! Whatever has a unit or stands beside one is none: `7B`, `0.5B`, `8x7B`, `128k`, `4bit`, `int8`,
//! `Q4_K_M`, `fp16`, `L-12_H-768`, `step-500`, `5-shot`; nor are numbers below one without a mark
//! (`lr-0.001`), numbers that are no dates and longer than two digits (`384`, `1024`), and
//! what is part of another thing's name (`LunarLander-v2`). A name can hold several versions; two names
//! are of one family if they differ in one of them and in nothing else, so that sizes and all other
//! words are the same. Dates count as versions among dates of the same form only.

use std::cmp::Ordering;

/// How many versions are looked at in a name.
const MOST: usize = 4;

/// In which form a version is written; versions of different forms are of different families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Marked,
    /// Marked, with a leading zero: `v02` stands in another row than `v2`.
    MarkedPadded,
    Number,
    Year,
    /// Month and day, or year and month.
    FourDigits,
    SixDigits,
    EightDigits,
}

impl Form {
    fn symbol(self) -> &'static str {
        match self {
            Form::Marked => "v*",
            Form::MarkedPadded => "v0*",
            Form::Number => "*",
            Form::Year => "YYYY",
            Form::FourDigits => "NNNN",
            Form::SixDigits => "YYMMDD",
            Form::EightDigits => "YYYYMMDD",
        }
    }
}

/// A version as numbers, compared from the left; `3` and `3.0` are the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Version {
    numbers: [u32; 4],
    pub has_parts: bool,
}

impl Version {
    fn parse(text: &str) -> Option<Version> {
        let mut version = Version::default();
        let mut parts = text.split(['.', '_']);
        for (at, number) in version.numbers.iter_mut().enumerate() {
            let Some(part) = parts.next() else { break };
            let is_short = part.len() <= if at == 0 { 8 } else { 3 };
            let is_number = is_short && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            *number = if is_number { part.parse().ok()? } else { return None };
            version.has_parts = at > 0;
        }
        parts.next().is_none().then_some(version)
    }

    pub fn major(&self) -> u32 {
        self.numbers[0]
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

/// A version found in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub version: Version,
    pub form: Form,
    /// As it is written.
    pub text: String,
    /// The name in lower case with the version replaced by a symbol of its form.
    pub family: String,
    /// The name in lower case as it is without the version, if that is a name.
    pub without: Option<String>,
}

/// Returns the words of a name in lower case, joined in one way.
pub fn normal(name: &str) -> String {
    words(name).join("-").to_ascii_lowercase()
}

/// Finds the versions in a name; the owner is no part of it.
pub fn versions(name: &str) -> Vec<Found> {
    if !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let lower = name.to_ascii_lowercase();
    let words = words(&lower);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let before = at.checked_sub(1).map(|before| words[before]);
        let Some((stem, text, form)) = version(before, words[at], words.get(at + 1).copied()) else {
            continue;
        };
        let Some(version) = Version::parse(text) else { continue };
        let others = |word: &str| {
            let word = format!("{stem}{word}");
            let middle = (!word.is_empty()).then_some(word.as_str());
            let all = words[..at].iter().copied().chain(middle).chain(words[at + 1..].iter().copied());
            all.collect::<Vec<&str>>().join("-")
        };
        let without = Some(others("")).filter(|name| !name.is_empty());
        let marked = matches!(form, Form::Marked | Form::MarkedPadded);
        let text = format!("{}{text}", if marked { "v" } else { "" });
        found.push(Found { version, form, text, family: others(form.symbol()), without });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Cuts a name into words: at `-` and `_`, and at dots, but not inside a number such as `3.1` or `v1_5`.
fn words(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut words = Vec::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let between_digits = is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        // In `v1_5` it is a dot; in `Q4_0` or `model_1_5` it is not.
        let is_dot = between_digits && at >= 2 && matches!(bytes[at - 2], b'v' | b'V');
        let cuts = match byte {
            b'-' => true,
            b'_' => !is_dot,
            b'.' => !between_digits,
            _ => false,
        };
        if cuts {
            words.push(&name[start..at]);
            start = at + 1;
        }
    }
    words.push(&name[start..]);
    words.retain(|word| !word.is_empty());
    words
}

/// Splits a word into letters and the version after them, if there is one.
fn version<'a>(before: Option<&str>, word: &'a str, after: Option<&str>) -> Option<(&'a str, &'a str, Form)> {
    let digits = word.find(|char: char| char.is_ascii_digit())?;
    let (letters, number) = word.split_at(digits);
    if !number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_')) {
        return None;
    }
    // What the number counts is the word before it, whether or not there is a separator between.
    let counted = if letters.is_empty() { before.unwrap_or_default() } else { letters };
    let counted = counted.trim_end_matches(|char: char| char.is_ascii_digit());
    let is_counted = COUNTED.contains(&counted) || after.is_some_and(|after| UNITS.contains(&after));
    if let Some(stem) = letters.strip_suffix('v')
        && (letters.len() == 1 || stem.len() >= 2)
    {
        let named = if stem.is_empty() { before.unwrap_or_default() } else { stem };
        let is_padded = number.len() > 1 && number.starts_with('0') && number.as_bytes()[1].is_ascii_digit();
        let form = if is_padded { Form::MarkedPadded } else { Form::Marked };
        let is_short = number.split(['.', '_']).next().is_some_and(|major| major.len() <= 3);
        return (is_short && !WORLDS.contains(&named)).then_some((stem, number, form));
    }
    if is_counted || letters.len() == 1 {
        return None;
    }
    if let Some(form) = date(number) {
        return letters.is_empty().then_some((letters, number, form));
    }
    let (major, rest) = number.split_once(['.', '_']).unwrap_or((number, ""));
    let is_version = match rest {
        "" => major.len() <= 2 && !major.starts_with('0') && (counted.len() != 1 || before.is_none()),
        rest => major.len() <= 2 && !major.starts_with('0') && rest.len() <= 4,
    };
    is_version.then_some((letters, number, Form::Number))
}

/// Returns the form of a date.
fn date(number: &str) -> Option<Form> {
    let part = |from: usize, to: usize| number.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let is_month = |month: u32| (1..=12).contains(&month);
    let is_day = |day: u32| (1..=31).contains(&day);
    let is_year = |year: u32| (2015..=2039).contains(&year);
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match number.len() {
        4 if is_year(part(0, 4)?) => Some(Form::Year),
        // A size as often as a day in October.
        4 if number == "1024" => None,
        4 => {
            let (first, second) = (part(0, 2)?, part(2, 4)?);
            let is_date = is_month(first) && is_day(second) || is_year(2000 + first) && is_month(second);
            is_date.then_some(Form::FourDigits)
        }
        6 => {
            let is_date = is_year(2000 + part(0, 2)?) && is_month(part(2, 4)?) && is_day(part(4, 6)?);
            is_date.then_some(Form::SixDigits)
        }
        8 => {
            let is_date = is_year(part(0, 4)?) && is_month(part(4, 6)?) && is_day(part(6, 8)?);
            is_date.then_some(Form::EightDigits)
        }
        _ => None,
    }
}

/// Words that say what the number after them counts, or which thing of many it is.
const COUNTED: &[&str] = &[
    "a",
    "acc",
    "alpha",
    "b",
    "batch",
    "batchsize",
    "beta",
    "bf",
    "bit",
    "bits",
    "block",
    "bpw",
    "bs",
    "checkpoint",
    "chunk",
    "ckpt",
    "class",
    "cluster",
    "concept",
    "config",
    "conll",
    "ctx",
    "cv",
    "data",
    "dataset",
    "decay",
    "depth",
    "dim",
    "dropout",
    "e",
    "ep",
    "epoch",
    "epochs",
    "eps",
    "epsilon",
    "exl",
    "exp",
    "experiment",
    "f",
    "fold",
    "fp",
    "g",
    "gamma",
    "gpu",
    "group",
    "h",
    "head",
    "heads",
    "hidden",
    "hp",
    "id",
    "index",
    "int",
    "iq",
    "it",
    "iter",
    "iteration",
    "k",
    "kl",
    "l",
    "label",
    "labels",
    "lambda",
    "layer",
    "layers",
    "len",
    "length",
    "level",
    "lr",
    "max",
    "maxlen",
    "min",
    "mix",
    "mp",
    "n",
    "new",
    "ngram",
    "p",
    "part",
    "patch",
    "pct",
    "percent",
    "phase",
    "prompt",
    "q",
    "r",
    "rank",
    "random",
    "ratio",
    "res",
    "rnd",
    "round",
    "run",
    "s",
    "sample",
    "samples",
    "sd",
    "seed",
    "seq",
    "seqlen",
    "set",
    "shadow",
    "shard",
    "shot",
    "shots",
    "size",
    "split",
    "sst",
    "stage",
    "step",
    "steps",
    "sts",
    "subset",
    "t",
    "task",
    "temp",
    "test",
    "top",
    "topk",
    "topp",
    "train",
    "trial",
    "trigger",
    "tune",
    "uint",
    "vit",
    "vocab",
    "w",
    "warmup",
    "wd",
    "week",
    "wmt",
    "x",
];

/// Words that say what the number before them counts.
const UNITS: &[&str] = &[
    "b", "bit", "bits", "bpw", "class", "classes", "d", "day", "days", "e", "ep", "epoch", "epochs", "fold",
    "h", "head", "heads", "hour", "hours", "iter", "iters", "k", "label", "labels", "layer", "layers", "m",
    "shot", "shots", "step", "steps", "t", "token", "tokens", "way", "x",
];

/// Simulated worlds of reinforcement learning: the version is the world's.
const WORLDS: &[&str] = &[
    "acrobot",
    "ant",
    "antbulletenv",
    "asteroidsnoframeskip",
    "beamridernoframeskip",
    "bipedalwalker",
    "bipedalwalkerhardcore",
    "breakoutnoframeskip",
    "bulletenv",
    "carracing",
    "cartpole",
    "cliffwalking",
    "enduronoframeskip",
    "frozenlake",
    "halfcheetah",
    "halfcheetahbulletenv",
    "hopper",
    "hopperbulletenv",
    "humanoid",
    "lunarlander",
    "lunarlandercontinuous",
    "mountaincar",
    "mountaincarcontinuous",
    "mspacmannoframeskip",
    "pandapickandplace",
    "pandapickandplacedense",
    "pandapush",
    "pandapushdense",
    "pandareach",
    "pandareachdense",
    "pandaslide",
    "pandaslidedense",
    "pandastack",
    "pandastackdense",
    "pendulum",
    "ple",
    "pongnoframeskip",
    "qbertnoframeskip",
    "reacher",
    "roadrunnernoframeskip",
    "seaquestnoframeskip",
    "spaceinvadersnoframeskip",
    "swimmer",
    "taxi",
    "walker2d",
    "walker2dbulletenv",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &[&str]) {
        let found: Vec<String> =
            versions(name).into_iter().map(|found| format!("{} in {}", found.text, found.family)).collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn versions_are_marked_numbers_plain_ones_and_dates() {
        check("Mistral-7B-Instruct-v0.2", &["v0.2 in mistral-7b-instruct-v*"]);
        check("Llama-3.1-8B", &["3.1 in llama-*-8b"]);
        check("Qwen2.5-0.5B-Instruct", &["2.5 in qwen*-0.5b-instruct"]);
        check("t5-v1_1-small", &["v1_1 in t5-v*-small"]);
        check("gpt2", &["2 in gpt*"]);
        check("bert-base-arabertv02", &["v02 in bert-base-arabertv0*"]);
        check("DeepSeek-V3-0324", &["v3 in deepseek-v*-0324", "0324 in deepseek-v3-NNNN"]);
        check("model_20240601", &["20240601 in model-YYYYMMDD"]);
    }

    #[test]
    fn sizes_quantizations_and_counts_are_no_versions() {
        for name in [
            "opt-7b",
            "model-0.5B",
            "mix-8x7B",
            "yarn-128k",
            "model-4bit",
            "model-4-bit",
            "model-Q4_K_M",
            "model-q4_0",
            "model-int8",
            "bert_uncased_L-12_H-768_A-12",
            "model-step-500",
            "model-epoch-3",
            "model-5-shot",
            "model-lr-0.001",
            "clip-384",
            "resnet-1024",
            "ppo-LunarLander-v2",
            "exl2-3.0bpw",
            "t5-small",
        ] {
            check(name, &[]);
        }
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text: &str| Version::parse(text).expect("a version");
        assert!(version("3.1") < version("3.2") && version("3.9") < version("3.10"));
        assert!(version("2") < version("2.5") && version("2.5") < version("3"));
        assert_eq!(version("3"), version("3.0"));
        assert_eq!(Version::parse("1.2.3.4.5"), None);
        assert_eq!(Version::parse("99999999999"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_family_has_its_symbol_where_the_version_stood(name in "[a-zA-Z0-9._-]{0,40}") {
            for Found { version, form, text, family, .. } in versions(&name) {
                let number = text.trim_start_matches('v');
                proptest::prop_assert!(family.contains(form.symbol()) && name.to_lowercase().contains(number));
                proptest::prop_assert_eq!(Version::parse(number), Some(version));
            }
        }
    }
}
