//! How is text shown that anybody may have chosen?
//!
//! The name of a missing base can be any text at all. Characters that hide or reorder others are replaced,
//! the rest is escaped, and what is too long for its place is cut in the middle, where names differ least.

use crate::{cell::visible, number};

/// Makes text safe in HTML and SVG, within quotes too.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(visible(text).as_str()).into_owned()
}

/// Returns a name for a sentence: cut if it is very long, and kept from turning the words around it.
pub fn quoted(name: &str) -> String {
    const MOST_LETTERS: usize = 100;
    let letters = name.chars().count();
    let name = if letters > MOST_LETTERS { middle(name, letters, MOST_LETTERS) } else { visible(name) };
    if name.is_ascii() { name } else { format!("\u{2068}{name}\u{2069}") }
}

/// Escapes a sentence whose names are [`quoted`] already.
pub fn sentence(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// Shows a count in few letters: `950`, `1.2k`, `20k`, `1.3M`.
pub fn short(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let Some((unit, letter)) = UNITS.into_iter().find(|(unit, _)| count >= *unit) else {
        return count.to_string();
    };
    let tenths = count / (unit / 10);
    match tenths {
        tenths if tenths >= 100 || tenths.is_multiple_of(10) => format!("{}{letter}", tenths / 10),
        tenths => format!("{}.{}{letter}", tenths / 10, tenths % 10),
    }
}

/// Shows a count whole: `12,345`.
pub fn whole(count: u64) -> String {
    number::count(&count.into())
}

/// Cuts text in the middle until it is about as wide as it may be, in letters of this size.
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    let text = visible(text);
    if width(&text, size) <= room {
        return text;
    }
    let letters = text.chars().count();
    let (mut fits, mut too_many) = (1, letters);
    while too_many - fits > 1 {
        let middle_of = (fits + too_many) / 2;
        if width(&middle(&text, letters, middle_of), size) <= room {
            fits = middle_of;
        } else {
            too_many = middle_of;
        }
    }
    middle(&text, letters, fits)
}

/// Keeps so many letters of a text's beginning and end, the ellipsis between them being one.
fn middle(text: &str, letters: usize, kept: usize) -> String {
    let kept = kept.saturating_sub(1);
    let end = kept / 2;
    let shown = visible(text);
    let first: String = shown.chars().take(kept - end).collect();
    let last: String = shown.chars().skip(letters - end).collect();
    format!("{first}…{last}")
}

/// Returns about how wide a text is, in a rather wide font.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * size
}

/// How wide a letter is, in parts of the font's size.
fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' => 0.30,
        'f' | 'r' | 't' | '-' | '/' | '(' | ')' | ' ' | '·' => 0.39,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        'A'..='Z' | '+' | '…' => 0.67,
        'a'..='z' | '0'..='9' | '_' => 0.59,
        '\u{1100}'.. => 1.05,
        _ => 0.7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_in_the_middle() {
        assert_eq!(fitted("DeepSeek-R1-Distill-Llama-8B-GGUF", 13.0, 180.0), "DeepSeek-R1…ma-8B-GGUF");
        assert_eq!(fitted("gpt2", 13.0, 180.0), "gpt2");
        assert_eq!(fitted("模型模型模型", 10.0, 40.0), "模型…型");
        assert_eq!(fitted("gpt2", 13.0, 0.0), "…");
        assert_eq!(fitted("", 13.0, 0.0), "");
    }

    #[test]
    fn what_hides_or_reorders_is_shown_as_unknown() {
        assert_eq!(
            escaped("a\u{202e}b\0\u{1b}[31m<&>\"'"),
            "a\u{fffd}b\u{fffd}\u{fffd}[31m&lt;&amp;&gt;&quot;&apos;"
        );
        assert_eq!(quoted("unsloth/x"), "unsloth/x");
        assert_eq!(quoted("نموذج\u{202e}"), "\u{2068}نموذج\u{fffd}\u{2069}");
        assert_eq!(quoted(&"ab".repeat(80)).chars().count(), 102);
    }

    #[test]
    fn counts_have_few_letters() {
        let shown = [0, 999, 1000, 1234, 9_999, 12_345, 1_000_000, 1_250_000, 73_000_000_000].map(short);
        assert_eq!(shown, ["0", "999", "1k", "1.2k", "9.9k", "12k", "1M", "1.2M", "73G"]);
    }
}
