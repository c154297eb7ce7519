//! What do the simple lines of a front matter say that is not YAML as a whole?
//!
//! One tab or one unquoted `@` makes a front matter unreadable, and the Hub shows nothing of it. What its
//! other lines say is plain to every reader: `license: mit`, or a key and items under it. Those are read here,
//! as text, and nothing else is guessed at.

use super::{Front, Key, Node, Value, front};
use crate::finding::Place;
use std::{collections::HashMap, ops::Range};

/// How many lines are read.
const MOST_LINES: usize = 10_000;

/// Reads the lines of a range of the file, of which the first has the given number.
pub(super) fn read(file: &[u8], range: Range<usize>, first_line: u32) -> Front {
    let mut lines = Lines { entries: Vec::new(), names: HashMap::new(), current: None };
    let bytes = &file[..range.end];
    for (number, line) in (first_line..).zip(front::lines(bytes, range.start)).take(MOST_LINES) {
        lines.take(Piece { file, range: line.start..line.end, line: number, line_start: line.start });
    }
    lines.finish();
    Front { entries: lines.entries }
}

/// Part of a line.
#[derive(Clone)]
struct Piece<'a> {
    file: &'a [u8],
    range: Range<usize>,
    line: u32,
    line_start: usize,
}

impl<'a> Piece<'a> {
    fn bytes(&self) -> &'a [u8] {
        &self.file[self.range.clone()]
    }

    fn slice(&self, from: usize, to: usize) -> Piece<'a> {
        let start = self.range.start;
        Piece { range: start + from..start + to.max(from), ..self.clone() }
    }

    fn trimmed(&self) -> Piece<'a> {
        let bytes = self.bytes();
        let from = bytes.len() - bytes.trim_ascii_start().len();
        self.slice(from, from + bytes.trim_ascii().len())
    }

    fn at(&self) -> Place {
        let before = String::from_utf8_lossy(&self.file[self.line_start..self.range.start]);
        Place { line: self.line, column: 1 }.after(&before)
    }

    fn node(&self, value: Value) -> Node {
        Node { value, at: self.at(), span: self.range.clone() }
    }
}

/// A key, and what was found under it so far.
struct Current {
    key: Key,
    /// `None` if something stands there that is more than text.
    value: Option<Node>,
    takes_items: bool,
}

struct Lines {
    entries: Vec<(Key, Node)>,
    /// The place of each name among the entries.
    names: HashMap<String, usize>,
    current: Option<Current>,
}

impl Lines {
    fn take(&mut self, line: Piece) {
        let text = line.trimmed();
        if text.bytes().is_empty() || text.bytes().starts_with(b"#") {
            return;
        }
        if let Some(item) =
            text.bytes().strip_prefix(b"-").filter(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
        {
            let length = text.bytes().len();
            return self.item(&text.slice(length - item.len(), length).trimmed());
        }
        if text.range.start > line.range.start {
            // What is indented continues something that is no simple line.
            if let Some(current) = &mut self.current {
                current.value = None;
            }
            return;
        }
        self.finish();
        self.key(&text);
    }

    fn key(&mut self, text: &Piece) {
        let bytes = text.bytes();
        let Some(colon) = bytes.iter().position(|byte| *byte == b':') else { return };
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
        let ends = bytes.get(colon + 1).is_none_or(u8::is_ascii_whitespace);
        let name = text.slice(0, colon).trimmed();
        if !ends || name.bytes().is_empty() || !name.bytes().iter().all(is_word) {
            return;
        }
        let key = Key {
            name: String::from_utf8_lossy(name.bytes()).into_owned(),
            at: name.at(),
            span: name.range.clone(),
        };
        let written = text.slice(colon + 1, bytes.len()).trimmed();
        let value = match written.bytes().first() {
            None | Some(b'#') => Some(text.slice(colon + 1, colon + 1).node(Value::Null)),
            Some(b'[') => list(&written),
            Some(b'{' | b'|' | b'>' | b'&' | b'*' | b'!') => None,
            Some(_) => word(&written),
        };
        let takes_items = value.as_ref().is_some_and(|node| node.value == Value::Null);
        self.current = Some(Current { key, value, takes_items });
    }

    fn item(&mut self, text: &Piece) {
        let Some(current) = &mut self.current else { return };
        let node = if current.takes_items { word(text).filter(|_| is_simple(text.bytes())) } else { None };
        let Some(item) = node else {
            current.value = None;
            return;
        };
        let end = item.span.end;
        match &mut current.value {
            Some(Node { value: Value::List(items), span, .. }) => {
                items.push(item);
                span.end = end;
            }
            Some(node) => {
                *node = Node { at: item.at, span: item.span.clone(), value: Value::List(vec![item]) }
            }
            None => {}
        }
    }

    fn finish(&mut self) {
        let Some(Current { key, value: Some(node), .. }) = self.current.take() else { return };
        match self.names.get(&key.name) {
            Some(index) => self.entries[*index] = (key, node),
            None => {
                self.names.insert(key.name.clone(), self.entries.len());
                self.entries.push((key, node));
            }
        }
    }
}

/// Whether an item is not itself a key with a value.
fn is_simple(item: &[u8]) -> bool {
    let is_key = item.windows(2).any(|pair| pair == b": ") || item.ends_with(b":");
    !(is_key || matches!(item.first(), Some(b'{' | b'[' | b'|' | b'>' | b'&' | b'*' | b'!')))
}

/// Reads a text with or without quotes, and without a comment.
fn word(written: &Piece) -> Option<Node> {
    let bytes = written.bytes();
    if let Some(quote) = bytes.first().filter(|first| b"'\"".contains(first)) {
        let length = bytes[1..].iter().position(|byte| byte == quote)?;
        let inside = &bytes[1..1 + length];
        // What has escapes is more than a simple line.
        let rest = bytes[length + 2..].trim_ascii_start();
        let is_whole = !inside.contains(&b'\\') && rest.first().is_none_or(|first| *first == b'#');
        let text = String::from_utf8_lossy(inside).into_owned();
        return is_whole.then(|| written.slice(0, length + 2).node(Value::Text(text)));
    }
    let comment = bytes.windows(2).position(|pair| pair[0].is_ascii_whitespace() && pair[1] == b'#');
    let plain = written.slice(0, comment.unwrap_or(bytes.len())).trimmed();
    let text = String::from_utf8_lossy(plain.bytes()).into_owned();
    Some(plain.node(Value::Text(text)))
}

/// Reads `[a, b]` on one line.
fn list(written: &Piece) -> Option<Node> {
    let inside = written.bytes().strip_prefix(b"[")?.strip_suffix(b"]")?;
    if inside.iter().any(|byte| b"[]{}\"'#".contains(byte)) {
        return None;
    }
    let mut items = Vec::new();
    let mut from = 1;
    for item in inside.split(|byte| *byte == b',') {
        let piece = written.slice(from, from + item.len()).trimmed();
        from += item.len() + 1;
        if !piece.bytes().is_empty() {
            items.push(word(&piece)?);
        }
    }
    Some(written.node(Value::List(items)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, expected: &str) {
        let front = read(yaml.as_bytes(), 0..yaml.len(), 1);
        for (_, node) in &front.entries {
            assert!(node.span.end <= yaml.len());
        }
        assert_eq!(front.to_json().to_string(), expected, "{yaml}");
    }

    #[test]
    fn simple_lines_are_read_whatever_stands_around_them() {
        check(
            "license: mit # yes\nbase_model: @o/x\n\ttabbed: x\ndatasets:\n- a/b\n\t- 'c'\ntags: [x, y]\nmore: a: b\n",
            r#"{"datasets":["a/b","c"],"license":"mit","more":"a: b","tags":["x","y"]}"#,
        );
    }

    #[test]
    fn what_is_more_than_a_line_is_left_out() {
        check(
            "a: |\n  text\nb: {x: y}\nc:\n- x: y\n  z: w\n- v\nd: \"x\\ny\"\ne:\n  - [f]\ng: h\n",
            r#"{"g":"h"}"#,
        );
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        check("license: mit\nlicense: gpl\n", r#"{"license":"gpl"}"#);
    }
}
