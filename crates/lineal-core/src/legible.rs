//! How are names and numbers shown, whoever wrote them, so that a reader sees what is there?
//!
//! A name can hold anything: what moves a cursor, what turns the text after it around, what breaks a line,
//! what is not seen at all. All of it is shown by its number in Unicode instead.

use std::borrow::Cow;

/// The longest name in a sentence, in characters.
const LONGEST: usize = 120;

/// Whether a character stands for itself on a page and in a terminal, and does nothing else.
pub fn is_legible(char: char) -> bool {
    let is_invisible = matches!(char,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !char.is_control() && !is_invisible
}

/// Shows a text with `\u{202e}` and the like for what is not legible.
pub fn legible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_legible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match is_legible(char) {
            true => shown.push(char),
            false => shown.extend(char.escape_unicode()),
        }
    }
    Cow::Owned(shown)
}

/// Leaves `…` for the middle of a text of more than `width` characters, so that it has `width` of them.
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= width {
        return Cow::Borrowed(text);
    }
    let kept = width.saturating_sub(1);
    let back = kept / 2;
    let front = kept - back;
    let chars = || text.chars();
    Cow::Owned(chars().take(front).chain(['…']).chain(chars().skip(length - back)).collect())
}

/// Puts a name into a sentence.
pub fn quoted(name: &str) -> String {
    format!("`{}`", cut(&legible(name), LONGEST))
}

/// Names one thing, or two, or one and how many others: "`a` and 3 others".
pub fn some(names: &[&str]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => quoted(one),
        [one, other] => format!("{} and {}", quoted(one), quoted(other)),
        [one, others @ ..] => format!("{} and {} others", quoted(one), count(others.len() as u64)),
    }
}

/// Shows a count: `1,008,871`.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// Sets a comma before every third digit from the right.
pub fn grouped(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_not_see_is_shown_by_its_number() {
        assert_eq!(
            legible("a\x1b[31m\u{202e}b\n\u{9b}\u{200b}c"),
            r"a\u{1b}[31m\u{202e}b\u{a}\u{9b}\u{200b}c"
        );
        assert_eq!(legible("größe 日本 <b>\"'"), "größe 日本 <b>\"'");
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        let shown = [20, 10, 5, 2, 1, 0].map(|width| cut("0123456789é", width).into_owned());
        assert_eq!(shown, ["0123456789é", "01234…789é", "01…9é", "0…", "…", "…"]);
    }

    #[test]
    fn many_names_are_one_and_a_number() {
        let names = ["a", "b\n", "c", "d"];
        let shown = [0, 1, 2, 4].map(|length| some(&names[..length]));
        assert_eq!(shown, ["none", "`a`", r"`a` and `b\u{a}`", "`a` and 3 others"]);
        assert_eq!(some(&[&"x".repeat(500)]).chars().count(), LONGEST + 2);
    }

    #[test]
    fn digits_stand_in_threes() {
        let shown = [0, 999, 1_000, 12_345, 1_234_567].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }
}
