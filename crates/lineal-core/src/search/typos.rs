//! Which words are like one that was mistyped?
//!
//! An automaton that accepts every key within one or two errors of a word: a wrong letter, one too many, one too
//! few, or two in the wrong order; the first letter is taken to be right. It keeps a row of bits for each number of errors, in which a bit
//! is set for each length of the word's beginning that can be read with so many (Wu and Manber 1992). A key begins with
//! the letter of its field, where no error is allowed either.

use fst::Automaton;
use std::cell::Cell;

/// The most errors that are looked for.
const MOST_ERRORS: usize = 2;
/// The longest word whose beginnings fit a row, in bytes.
const LONGEST: usize = 63;
/// How many steps a search may take, so that no word takes long.
const MOST_STEPS: u32 = 100_000;

/// Returns how many errors a word of this length may have: none in short ones and in numbers.
pub fn errors_allowed(word: &str) -> usize {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match word.chars().count() {
        _ if is_number || word.len() > LONGEST => 0,
        0..4 => 0,
        4..8 => 1,
        _ => MOST_ERRORS,
    }
}

/// Everything that is like a word. Letters that are not ASCII count as several.
pub struct Like<'a> {
    /// In which places of the word each byte stands.
    places: Box<[u64; 256]>,
    length: usize,
    first: u8,
    errors: usize,
    /// The letters of the fields to look in.
    fields: &'a [u8],
    steps_left: Cell<u32>,
}

impl Like<'_> {
    /// `None` if no errors are looked for in such a word.
    pub fn new<'a>(word: &str, fields: &'a [u8]) -> Option<Like<'a>> {
        let errors = errors_allowed(word);
        if errors == 0 {
            return None;
        }
        let mut places = Box::new([0; 256]);
        word.bytes().enumerate().for_each(|(at, byte)| places[usize::from(byte)] |= 1 << at);
        let first = *word.as_bytes().first()?;
        Some(Like { places, first, length: word.len(), errors, fields, steps_left: Cell::new(MOST_STEPS) })
    }

    /// The bits of all beginnings of the word, none and the whole among them.
    fn beginnings(&self) -> u64 {
        u64::MAX >> (63 - self.length)
    }
}

/// How much of the word can have been read.
#[derive(Clone, Copy)]
pub enum State {
    /// The key's field comes first.
    Field,
    /// Then the first letter.
    First,
    Word {
        /// By the number of errors.
        read: [u64; MOST_ERRORS + 1],
        /// Where the first of two letters in the wrong order was read, after so many errors before.
        swapping: [u64; MOST_ERRORS],
    },
    Nothing,
}

impl Automaton for Like<'_> {
    type State = State;

    fn start(&self) -> State {
        State::Field
    }

    fn is_match(&self, state: &State) -> bool {
        match state {
            State::Word { read, .. } => read.iter().any(|row| row >> self.length & 1 == 1),
            _ => false,
        }
    }

    fn can_match(&self, state: &State) -> bool {
        !matches!(state, State::Nothing)
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        let Some(left) = self.steps_left.get().checked_sub(1) else { return State::Nothing };
        self.steps_left.set(left);
        let (read, swapping) = match state {
            State::Nothing => return State::Nothing,
            State::Field if self.fields.contains(&byte) => return State::First,
            State::First if self.first == byte => {
                // Any letters of the word after the first can be missing.
                let read = std::array::from_fn(|errors| match errors <= self.errors {
                    true => ((2 << errors) - 1) << 1,
                    false => 0,
                });
                return State::Word { read, swapping: [0; MOST_ERRORS] };
            }
            State::Field | State::First => return State::Nothing,
            State::Word { read, swapping } => (read, swapping),
        };
        let here = self.places[usize::from(byte)];
        let mut next = [0; MOST_ERRORS + 1];
        let mut next_swapping = [0; MOST_ERRORS];
        for errors in 0..=self.errors {
            next[errors] = (read[errors] & here) << 1;
            if let Some(fewer) = errors.checked_sub(1) {
                let one_too_many = read[fewer];
                let wrong = read[fewer] << 1;
                let one_too_few = next[fewer] << 1;
                let swapped = (swapping[fewer] & here) << 2;
                next[errors] |= one_too_many | wrong | one_too_few | swapped;
                next_swapping[fewer] = read[fewer] & here >> 1;
            }
            next[errors] &= self.beginnings();
        }
        if next.iter().all(|row| *row == 0) && next_swapping.iter().all(|row| *row == 0) {
            return State::Nothing;
        }
        State::Word { read: next, swapping: next_swapping }
    }
}

/// Counts the errors between two texts: wrong letters, missing ones, and two in the wrong order.
pub fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, letter) in a.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        for (at, other) in b.iter().enumerate() {
            let mut least = (last[at] + usize::from(letter != other)).min(last[at + 1] + 1).min(next[at] + 1);
            let is_swapped = row > 0 && at > 0 && *letter == b[at - 1] && a[row - 1] == *other;
            if is_swapped {
                least = least.min(before[at - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_like(word: &str, key: &str) -> bool {
        let Some(like) = Like::new(word, b"n") else { return word == key };
        let end = [b"n", key.as_bytes()]
            .concat()
            .iter()
            .fold(like.start(), |state, byte| like.accept(&state, *byte));
        like.is_match(&end)
    }

    #[test]
    fn a_typing_error_is_a_letter_wrong_missing_too_many_or_swapped() {
        for key in ["llama", "lama", "lllama", "llema", "lalma", "llam", "llamas", "lxlama"] {
            assert!(is_like("llama", key), "{key}");
        }
        for key in ["lam", "alpaca", "llamass", "xllama", ""] {
            assert!(!is_like("llama", key), "{key}");
        }
        assert!(is_like("instruct", "insrtukt"));
    }

    #[test]
    fn short_words_and_numbers_are_never_mistyped() {
        for word in ["", "gpt", "2024", "3.1.0.0.2", "日本語", &"x".repeat(64)] {
            assert_eq!(errors_allowed(word), 0, "{word}");
        }
        assert_eq!((errors_allowed("lama"), errors_allowed("instruct")), (1, 2));
    }

    proptest::proptest! {
        #[test]
        fn the_automaton_agrees_with_counting(word in "[ab]{4,12}", key in "[abc]{0,14}") {
            let rest = |text: &str| text.get(1..).unwrap_or("").to_owned();
            let same_first = word.get(..1) == key.get(..1);
            let errors = distance(rest(&word).as_bytes(), rest(&key).as_bytes());
            let near = same_first && errors <= errors_allowed(&word);
            proptest::prop_assert_eq!(is_like(&word, &key), near);
            proptest::prop_assert_eq!(distance(word.as_bytes(), key.as_bytes()), distance(key.as_bytes(), word.as_bytes()));
        }
    }
}
