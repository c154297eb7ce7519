//! Where in a file does the front matter stand?
//!
//! The Hub takes white space, a line of exactly `---`, the YAML, and a line of `---` that may have
//! blanks after it. Cards are found here that it does not take, each with its *flaw*: their front matter
//! is read too, so that what the publisher meant is known, but it is never mistaken for one that counts.

use super::keys;
use std::ops::Range;

/// How far into a text a front matter that is not first is looked for.
const SEARCHED: usize = 64 << 10;

/// Lines between two fences.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fenced {
    /// Where the opening fence begins.
    pub opening: usize,
    /// The lines of YAML, as bytes of the file, with the line break of the last.
    pub yaml: Range<usize>,
    /// Where the text after the closing fence begins.
    pub body: usize,
    /// Why the Hub does not take it for a front matter; `None` if it does.
    pub flaw: Option<Flaw>,
}

/// Why the Hub does not see a front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Text stands before it.
    NotFirst,
    /// No line of `---` ends it.
    Unterminated,
    /// Blanks follow the first `---`.
    BlanksAfterFence,
    /// The last `---` ends in a bare carriage return.
    BareReturn,
}

/// Finds the front matter of a card, or what was meant to be one.
pub(super) fn find(bytes: &[u8]) -> Option<Fenced> {
    let first = blank_prefix(bytes);
    let opening = Line::at(bytes, first);
    if is_fence(opening.text(bytes)) {
        let has_blanks = opening.text(bytes).len() > 3;
        let found = match closing(bytes, opening.next) {
            Some(line) => Some(between(bytes, first, opening.next, line)),
            None => unterminated(bytes, first, opening.next),
        };
        if let Some(mut fenced) = found {
            if has_blanks && fenced.flaw.is_none() {
                fenced.flaw = Some(Flaw::BlanksAfterFence);
            }
            // Blanks make a fence that the Hub does not take, so a rule of Markdown is as likely.
            if fenced.flaw.is_none() || names_a_key(&bytes[fenced.yaml.clone()]) {
                return Some(fenced);
            }
        }
    }
    later(bytes, first)
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Returns how many bytes of byte order marks a file begins with.
pub(super) fn marks(bytes: &[u8]) -> usize {
    let marks = bytes.chunks(BYTE_ORDER_MARK.len()).take_while(|chunk| *chunk == BYTE_ORDER_MARK);
    marks.count() * BYTE_ORDER_MARK.len()
}

fn blank_prefix(bytes: &[u8]) -> usize {
    let marks = marks(bytes);
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    marks + bytes[marks..].iter().take_while(|byte| is_blank(byte)).count()
}

/// Finds the line that ends a front matter; to the Hub a second `---` right after the first is none.
fn closing(bytes: &[u8], from: usize) -> Option<Line> {
    lines(bytes, from).skip(1).find(|line| is_fence(line.text(bytes)))
}

fn between(bytes: &[u8], opening: usize, yaml: usize, closing: Line) -> Fenced {
    let is_bare = bytes[closing.end..closing.next] == *b"\r" && closing.next < bytes.len();
    let flaw = is_bare.then_some(Flaw::BareReturn);
    Fenced { opening, yaml: yaml..closing.start, body: closing.next, flaw }
}

/// Takes the lines up to one of `...`, or else as far as they look like YAML.
fn unterminated(bytes: &[u8], opening: usize, yaml: usize) -> Option<Fenced> {
    let mut end = yaml;
    for line in lines(bytes, yaml) {
        let text = line.text(bytes);
        if text.trim_ascii_end() == b"..." {
            let body = line.next;
            return Some(Fenced { opening, yaml: yaml..line.start, body, flaw: Some(Flaw::Unterminated) });
        }
        if text.trim_ascii().is_empty() || !(is_continued(text) || key_of(text).is_some()) {
            break;
        }
        end = line.next;
    }
    let flaw = Some(Flaw::Unterminated);
    (end > yaml).then_some(Fenced { opening, yaml: yaml..end, body: end, flaw })
}

/// Whether a line belongs to the key above it, or is a comment.
fn is_continued(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t' | b'#')) || line.starts_with(b"- ") || line == b"-"
}

/// Finds a front matter that text stands before. In Markdown `---` is a rule as well, so one counts only
/// if a key of the Hub's stands between it and the next, and none within a block of code.
fn later(bytes: &[u8], from: usize) -> Option<Fenced> {
    let searched = &bytes[..bytes.len().min(from.saturating_add(SEARCHED))];
    let mut opening: Option<Line> = None;
    let mut code: Option<u8> = None;
    for line in lines(searched, from) {
        let text = line.text(searched).trim_ascii_start();
        let mark = [b'`', b'~'].into_iter().find(|mark| text.starts_with(&[*mark; 3]));
        if mark.is_some() && (code.is_none() || code == mark) {
            code = if code.is_some() { None } else { mark };
            opening = None;
        }
        if code.is_some() || !is_fence(line.text(searched)) {
            continue;
        }
        if let Some(opening) = opening
            && names_a_key(&searched[opening.next..line.start])
        {
            let fenced = between(bytes, opening.start, opening.next, line);
            return Some(Fenced { flaw: Some(Flaw::NotFirst), ..fenced });
        }
        opening = Some(line);
    }
    None
}

fn names_a_key(yaml: &[u8]) -> bool {
    lines(yaml, 0).any(|line| key_of(line.text(yaml)).is_some_and(keys::is_known_or_near))
}

/// Returns what stands before the colon of a line such as `license: mit`.
fn key_of(line: &[u8]) -> Option<&str> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let ends = line.get(colon + 1).is_none_or(|byte| byte.is_ascii_whitespace());
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let key = &line[..colon];
    let is_key = ends && !key.is_empty() && key.iter().all(is_word);
    if is_key { std::str::from_utf8(key).ok() } else { None }
}

/// Whether a line is `---`, with or without blanks after it.
fn is_fence(line: &[u8]) -> bool {
    line.strip_prefix(b"---").is_some_and(|rest| rest.iter().all(|byte| b" \t".contains(byte)))
}

/// One line of a text; a line ends in `\n`, `\r\n` or a lone `\r`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub start: usize,
    /// Where its line break begins.
    pub end: usize,
    /// Where the next line begins.
    pub next: usize,
}

impl Line {
    fn at(bytes: &[u8], start: usize) -> Line {
        let rest = &bytes[start.min(bytes.len())..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line_break = match &rest[length..] {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        Line { start, end: start + length, next: start + length + line_break }
    }

    pub fn text(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.start..self.end]
    }
}

/// Returns the lines from a place on.
pub(super) fn lines(bytes: &[u8], from: usize) -> impl Iterator<Item = Line> {
    let mut next = from;
    std::iter::from_fn(move || {
        let line = (next < bytes.len()).then(|| Line::at(bytes, next))?;
        next = line.next;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says what lies between the fences, what after them, and the flaw.
    fn check(card: &str, expected: Option<(&str, &str, Option<Flaw>)>) {
        let found = find(card.as_bytes());
        let found = found.map(|fenced| (&card[fenced.yaml], &card[fenced.body..], fenced.flaw));
        assert_eq!(found, expected, "{card:?}");
    }

    #[test]
    fn white_space_before_the_first_fence_and_blanks_after_the_last_are_taken() {
        check("---\nlicense: mit\n---\nText", Some(("license: mit\n", "Text", None)));
        check("\n \t\n---\nlicense: mit\n--- \t\nText", Some(("license: mit\n", "Text", None)));
        check("\u{feff}---\r\nlicense: mit\r\n---\r\nText", Some(("license: mit\r\n", "Text", None)));
        check("---\nlicense: mit\n---", Some(("license: mit\n", "", None)));
        check("---\n\n---\nText", Some(("\n", "Text", None)));
        check("---\n---\na: b\n---\nText", Some(("---\na: b\n", "Text", None)));
    }

    #[test]
    fn longer_lines_are_no_fences() {
        check("---\na: b\n----\n--- x\n ---\n---\nText", Some(("a: b\n----\n--- x\n ---\n", "Text", None)));
    }

    #[test]
    fn what_the_hub_does_not_take_is_found_with_its_flaw() {
        let yaml = "license: mit\n";
        check("--- \nlicense: mit\n---\nText", Some((yaml, "Text", Some(Flaw::BlanksAfterFence))));
        check("# A\n\n---\nlicense: mit\n---\nText", Some((yaml, "Text", Some(Flaw::NotFirst))));
        check("---\nlicense: mit\n\nText", Some((yaml, "\nText", Some(Flaw::Unterminated))));
        check("---\nlicense: mit\n...\nText", Some((yaml, "Text", Some(Flaw::Unterminated))));
        check("---\rlicense: mit\r---\rText", Some(("license: mit\r", "Text", Some(Flaw::BareReturn))));
    }

    #[test]
    fn a_rule_of_markdown_and_an_example_in_code_are_no_fences() {
        check("# A\n\n---\nText\n\n---\nMore", None);
        check("---\n\nText", None);
        check("# A\n```yaml\n---\nlicense: mit\n---\n```\n", None);
        check("", None);
        check("---", None);
        check("---\n---\nText", None);
    }
}
