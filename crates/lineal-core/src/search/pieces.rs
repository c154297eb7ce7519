//! Into which words does a name fall?
//!
//! At everything that is no letter and no digit, apart from a dot between digits: `Llama-3.1-8B` is `llama`,
//! `3.1` and `8b`. So that a model is found however its name is written, further words are read out
//! of these:
//!
//! - the parts of a word in which capitals or digits begin, unless they are shorter than three letters:
//!   `TinyLlama` is also `tiny` and `llama`, `Qwen2` also `qwen` and `2`, but `8b` and `LLaMA` are one word;
//! - what stands before the first dot, and every part of a number: `3.1` is also `3` and `1`;
//! - a word of letters and a short one after it that begins with a digit, as one word: `llama-3.1` is also
//!   `llama3.1` and `llama3`.
//!
//! A text that is searched for falls into the plain words only.

use std::borrow::Cow;

/// The longest second half of a word that is put together from two.
const LONGEST_VERSION: usize = 6;
/// The fewest letters of a part of a word.
const SHORTEST_PART: usize = 3;

/// Returns a text in lower case.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return text.into();
    }
    if text.is_ascii() { text.to_ascii_lowercase().into() } else { text.to_lowercase().into() }
}

/// Returns the letters and digits of a name in lower case, which are all that tells bare names apart.
pub fn bare(name: &str) -> impl Iterator<Item = u8> + '_ {
    name.bytes().filter(|byte| is_in_word(*byte)).map(|byte| byte.to_ascii_lowercase())
}

/// Returns the plain words of a text as they are written.
pub fn plain_words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut from = 0;
    std::iter::from_fn(move || {
        from += bytes[from..].iter().position(|byte| is_in_word(*byte))?;
        let start = from;
        while from < bytes.len()
            && (is_in_word(bytes[from]) || bytes[from] == b'.' && is_digit(from - 1) && is_digit(from + 1))
        {
            from += 1;
        }
        Some(&text[start..from])
    })
}

/// Tells each word that a model of this name is found by, in lower case; some may be told twice.
pub fn each_word(name: &str, mut tell: impl FnMut(&str)) {
    let mut tell_with_numbers = |word: &str| {
        tell(word);
        let Some((first, _)) = word.split_once('.') else { return };
        match word.as_bytes()[0].is_ascii_digit() {
            true => word.split('.').for_each(&mut tell),
            false => tell(first),
        }
    };
    let mut before: Option<Cow<str>> = None;
    for written in plain_words(name) {
        let word = fold(written);
        tell_with_numbers(&word);
        let mut start = 0;
        for end in cuts(written).chain([written.len()]) {
            if end - start < written.len() {
                tell_with_numbers(&fold(&written[start..end]));
            }
            start = end;
        }
        let is_version = word.len() <= LONGEST_VERSION && word.as_bytes()[0].is_ascii_digit();
        if let Some(before) = before.filter(|_| is_version) {
            tell_with_numbers(&format!("{before}{word}"));
        }
        before = word.bytes().all(|byte| byte.is_ascii_alphabetic()).then_some(word);
    }
}

/// Whether a byte is part of a word. What is not ASCII is never taken apart.
fn is_in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

/// Finds where a word falls into parts.
fn cuts(word: &str) -> impl Iterator<Item = usize> {
    let bytes = word.as_bytes();
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let begins = move |at: usize| {
        let (before, here) = (bytes[at - 1], bytes[at]);
        is_number(before) != is_number(here) || before.is_ascii_lowercase() && here.is_ascii_uppercase()
    };
    let long_enough = move |from: usize, to: usize| is_number(bytes[from]) || to - from >= SHORTEST_PART;
    let mut start = 0;
    let mut last_is_long = false;
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            at += 1;
            if at < bytes.len() && !begins(at) {
                continue;
            }
            let is_long = long_enough(start, at);
            let cut = (start > 0 && is_long && last_is_long && word.is_char_boundary(start)).then_some(start);
            (start, last_is_long) = (at, is_long);
            if cut.is_some() {
                return cut;
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let mut words: Vec<String> = Vec::new();
        each_word(name, |word| words.push(word.to_owned()));
        assert_eq!(words.join(" "), expected, "{name}");
    }

    #[test]
    fn a_name_falls_into_words_however_it_is_written() {
        check("Llama-3.1-8B-Instruct", "llama 3.1 3 1 llama3.1 llama3 8b instruct");
        check("Qwen2.5", "qwen2.5 qwen2 qwen 2.5 2 5");
        check("TinyLlama_v1.0", "tinyllama tiny llama v1.0 v1");
        check("LLaMA-7b", "llama 7b llama7b");
        check("Mixtral-8x7B", "mixtral 8x7b mixtral8x7b");
        check("gpt2", "gpt2 gpt 2");
        check("..-_", "");
        check("1.a.2", "1 a 2 a2");
    }

    #[test]
    fn a_text_is_taken_apart_at_separators_only() {
        let words: Vec<&str> = plain_words("meta-llama/Llama-3.1-8B <b>日本語</b> .5.").collect();
        assert_eq!(words, ["meta", "llama", "Llama", "3.1", "8B", "b", "日本語", "b", "5"]);
    }

    #[test]
    fn bare_names_have_neither_case_nor_separators() {
        assert!(bare("Llama-3.1_8B").eq(bare("llama 3 18b")));
        assert_eq!(bare("-._ ").count(), 0);
    }

    proptest::proptest! {
        #[test]
        fn a_name_has_the_words_of_every_text_that_spells_it(name in "[a-zA-Z0-9._/é-]{0,24}") {
            let mut words: Vec<String> = Vec::new();
            each_word(&name, |word| words.push(word.to_owned()));
            proptest::prop_assert!(plain_words(&name).all(|word| words.iter().any(|known| *known == fold(word))));
            proptest::prop_assert!(words.iter().all(|word| !word.is_empty()));
        }
    }
}
