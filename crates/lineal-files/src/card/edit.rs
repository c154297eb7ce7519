//! How is a front matter changed, and nothing else?
//!
//! An edit writes over the exact bytes of a value, or adds lines; every other byte of the file stays. The
//! result is read again before it is given out: if it says anything but what was asked for, there is none.
//! A second edit by the same changes changes nothing.

use super::{Card, Key, Node, Value, front, read, scalar};
use crate::finding::{Code, Finding, Place, shown};
use lineal_core::{clues::CardPart, set::Set};
use std::ops::Range;

/// One thing to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Gives a key a value, whether or not it has one.
    Set { key: String, value: Written },
    /// Gives a key another name. Without such a key there is nothing to do.
    Rename { from: String, to: String },
    /// Removes byte order marks from the start of the file.
    RemoveByteOrderMark,
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Text(String),
    /// Of one text or several, written line by line.
    List(Vec<String>),
}

/// Why a card cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("the front matter cannot be read: {} ({})", .0.what, .0.at)]
    Unreadable(Box<Finding>),
    #[error("the front matter is written in braces")]
    Braces,
    #[error("the value of `{0}` has an anchor, an alias or a tag")]
    Properties(String),
    #[error("a comment stands within the value of `{0}`")]
    Comment(String),
    #[error("there is a key `{0}` already")]
    Exists(String),
    #[error("`{0}` cannot be changed without changing something else")]
    Entangled(String),
}

/// Changes the front matter of a card; makes one at the top if there is none.
pub fn edit(bytes: &[u8], changes: &[Change]) -> Result<Vec<u8>, EditError> {
    let mut file = bytes.to_vec();
    for change in changes {
        file = match change {
            Change::Set { key, value } => set(&file, key, value)?,
            Change::Rename { from, to } => rename(&file, from, to)?,
            Change::RemoveByteOrderMark => file[front::marks(&file)..].to_vec(),
        };
    }
    Ok(file)
}

fn set(file: &[u8], key: &str, value: &Written) -> Result<Vec<u8>, EditError> {
    let card = editable(file)?;
    let wanted = value.to_json();
    let entry = card.entry(key);
    if entry.is_some_and(|(_, node)| node.to_json() == wanted) {
        return Ok(file.to_vec());
    }
    let line_break = line_break(file);
    let (range, text) = match (&card.yaml, entry) {
        (_, Some((found, node))) => over(file, found, node, value, line_break)?,
        (Some(yaml), None) => (yaml.end..yaml.end, card.added(file, yaml, key, value, line_break)?),
        (None, None) => new(file, key, value, line_break),
    };
    let changed = spliced(file, range, &text);
    let is_right = card.becomes(&changed, |entries| match entries.iter_mut().find(|(name, _)| name == key) {
        Some(entry) => entry.1 = wanted,
        None => entries.push((key.to_owned(), wanted)),
    });
    if is_right { Ok(changed) } else { Err(EditError::Entangled(key.to_owned())) }
}

fn rename(file: &[u8], from: &str, to: &str) -> Result<Vec<u8>, EditError> {
    let card = editable(file)?;
    let Some((key, _)) = card.entry(from) else { return Ok(file.to_vec()) };
    if from == to {
        return Ok(file.to_vec());
    }
    if card.entry(to).is_some() {
        return Err(EditError::Exists(to.to_owned()));
    }
    let changed = spliced(file, key.span.clone(), &scalar::written(to));
    let is_right = card.becomes(&changed, |entries| {
        for (name, _) in entries.iter_mut().filter(|(name, _)| name == from) {
            *name = to.to_owned();
        }
    });
    if is_right { Ok(changed) } else { Err(EditError::Entangled(from.to_owned())) }
}

/// Reads a card of which the front matter is sound, or missing.
fn editable(file: &[u8]) -> Result<Card, EditError> {
    let card = read(file);
    let is_sound = match card.yaml {
        Some(_) => card.parts.has(CardPart::FrontMatter),
        None => card.findings.iter().all(|finding| finding.code != Code::TooLarge),
    };
    if is_sound {
        return Ok(card);
    }
    let worst = card.findings.into_iter().min_by_key(|finding| finding.code.severity());
    let unknown = || Finding::of_card(Code::YamlSyntax, Place::START, "it is not sound");
    Err(EditError::Unreadable(Box::new(worst.unwrap_or_else(unknown))))
}

impl Card {
    fn entry(&self, name: &str) -> Option<&(Key, Node)> {
        self.front.as_ref()?.entries.iter().find(|(key, _)| key.name == name)
    }

    /// Returns the keys and what they hold, without their places.
    fn said(&self) -> Vec<(String, serde_json::Value)> {
        let entries = self.front.as_ref().map(|front| front.entries.as_slice()).unwrap_or_default();
        entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect()
    }

    /// Whether a changed file says what this card says after a change, and its text is the same.
    fn becomes(&self, changed: &[u8], change: impl FnOnce(&mut Vec<(String, serde_json::Value)>)) -> bool {
        let after = read(changed);
        let mut said = self.said();
        change(&mut said);
        let text = |parts: Set<CardPart>| -> Vec<CardPart> {
            parts.iter().filter(|part| *part != CardPart::FrontMatter).collect()
        };
        after.parts.has(CardPart::FrontMatter)
            && after.said() == said
            && text(after.parts) == text(self.parts)
    }

    /// Returns the lines that add a key at the end, indented as the other keys are.
    fn added(
        &self,
        file: &[u8],
        yaml: &Range<usize>,
        key: &str,
        value: &Written,
        line_break: &str,
    ) -> Result<String, EditError> {
        if file[yaml.clone()].trim_ascii_start().starts_with(b"{") {
            return Err(EditError::Braces);
        }
        let first = self.front.as_ref().and_then(|front| front.entries.first());
        let column = first.map_or(0, |(key, _)| key.at.column.saturating_sub(1) as usize);
        Ok(line(key, value, &" ".repeat(column), line_break))
    }
}

fn line(key: &str, value: &Written, indent: &str, line_break: &str) -> String {
    format!("{indent}{}:{}{line_break}", scalar::written(key), value.after_colon(indent, line_break))
}

/// Returns what to write over the value of a key, and the bytes that it replaces.
fn over(
    file: &[u8],
    key: &Key,
    node: &Node,
    value: &Written,
    line_break: &str,
) -> Result<(Range<usize>, String), EditError> {
    let name = || shown(&key.name);
    let first = file.get(node.span.start).copied().unwrap_or_default();
    if !node.span.is_empty() && matches!(first, b'&' | b'*' | b'!') {
        return Err(EditError::Properties(name()));
    }
    let is_scalar = !matches!(node.value, Value::List(_) | Value::Map(_));
    if let (Written::Text(text), true, false) = (value, is_scalar, node.span.is_empty()) {
        // The word alone; a block of text ends with its last line, so what follows stays where it is.
        return Ok((node.span.clone(), scalar::written(text).into_owned()));
    }
    // From the colon on, since a list begins on a line of its own and a text does not.
    let between = file.get(key.span.end..node.span.start).unwrap_or_default();
    let Some(colon) = between.iter().position(|byte| *byte == b':') else {
        return Err(EditError::Entangled(name()));
    };
    let start = key.span.end + colon + 1;
    if has_comment(&file[start..node.span.end]) {
        return Err(EditError::Comment(name()));
    }
    let indent = " ".repeat(key.at.column.saturating_sub(1) as usize);
    Ok((start..node.span.end, value.after_colon(&indent, line_break)))
}

/// Whether there could be a comment; within quotes a `#` is taken for one too.
fn has_comment(written: &[u8]) -> bool {
    written.starts_with(b"#")
        || written.windows(2).any(|pair| pair[0].is_ascii_whitespace() && pair[1] == b'#')
}

/// Returns a front matter of one key, and the place for it.
fn new(file: &[u8], key: &str, value: &Written, line_break: &str) -> (Range<usize>, String) {
    let start = front::marks(file);
    let text = &file[start..];
    let gap = if text.is_empty() || matches!(text[0], b'\n' | b'\r') { "" } else { line_break };
    let line = line(key, value, "", line_break);
    (start..start, format!("---{line_break}{line}---{line_break}{gap}"))
}

/// Returns the line break that the file uses first.
fn line_break(file: &[u8]) -> &'static str {
    match front::lines(file, 0).next() {
        Some(line) if &file[line.end..line.next] == b"\r\n" => "\r\n",
        _ => "\n",
    }
}

fn spliced(file: &[u8], range: Range<usize>, text: &str) -> Vec<u8> {
    [&file[..range.start], text.as_bytes(), &file[range.end..]].concat()
}

impl Written {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Written::Text(text) => text.as_str().into(),
            Written::List(items) => items.iter().map(String::as_str).collect(),
        }
    }

    /// Returns what follows a colon: a text on the same line, a list on lines of its own.
    fn after_colon(&self, indent: &str, line_break: &str) -> String {
        match self {
            Written::Text(text) => format!(" {}", scalar::written(text)),
            Written::List(items) if items.is_empty() => " []".to_owned(),
            Written::List(items) => {
                items.iter().map(|item| format!("{line_break}{indent}- {}", scalar::written(item))).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, value: &str) -> Change {
        Change::Set { key: key.to_owned(), value: Written::Text(value.to_owned()) }
    }

    fn list(key: &str, items: &[&str]) -> Change {
        let items = items.iter().map(|item| (*item).to_owned()).collect();
        Change::Set { key: key.to_owned(), value: Written::List(items) }
    }

    fn renamed(from: &str, to: &str) -> Change {
        Change::Rename { from: from.to_owned(), to: to.to_owned() }
    }

    /// Says what becomes of a card, or why nothing does; what was changed once is not changed again.
    fn check(card: &str, change: Change, expected: &str) {
        let changed = match edit(card.as_bytes(), std::slice::from_ref(&change)) {
            Ok(changed) => {
                assert_eq!(edit(&changed, &[change]).as_ref(), Ok(&changed), "again");
                String::from_utf8(changed).expect("text")
            }
            Err(error) => format!("! {error}"),
        };
        assert_eq!(changed, expected, "{card:?}");
    }

    #[test]
    fn a_word_is_replaced_and_its_comment_stays() {
        check("---\nlicense: mti # x\n---\n", text("license", "mit"), "---\nlicense: mit # x\n---\n");
        check("---\nlicense: 'mti'\n---\n", text("license", "mit"), "---\nlicense: mit\n---\n");
        check("---\nlanguage: [en]\n---\n", text("language", "no"), "---\nlanguage: \"no\"\n---\n");
        check(
            "---\nlicense:\ntags: [a]\n---\n",
            text("license", "mit"),
            "---\nlicense: mit\ntags: [a]\n---\n",
        );
        check(
            "---\r\na: |\r\n  x\r\n  y\r\n\r\nb: c\r\n---\r\n",
            text("a", "z"),
            "---\r\na: z\r\n\r\nb: c\r\n---\r\n",
        );
    }

    #[test]
    fn lists_are_written_line_by_line() {
        check(
            "---\nbase_model: o/x # y\ntags:\n- a\n---\n",
            list("base_model", &["o/x", "o/y"]),
            "---\nbase_model:\n- o/x\n- o/y # y\ntags:\n- a\n---\n",
        );
        check(
            "---\n  datasets:\n    - a\n    - b\n\n  license: mit\n---\n",
            list("datasets", &["c"]),
            "---\n  datasets:\n  - c\n\n  license: mit\n---\n",
        );
        check("---\ntags:\n- a\n- b\n---\n", text("tags", "c"), "---\ntags: c\n---\n");
        check("---\ntags: [a, b]\n---\n", list("tags", &[]), "---\ntags: []\n---\n");
    }

    #[test]
    fn a_key_is_added_at_the_end_with_the_line_breaks_of_the_file() {
        check(
            "---\r\na: b\r\n---\r\nText",
            text("license", "mit"),
            "---\r\na: b\r\nlicense: mit\r\n---\r\nText",
        );
        check("---\n  a: |\n    x\n\n---\n", text("b", "c"), "---\n  a: |\n    x\n\n  b: c\n---\n");
        check("---\n# nothing yet\n---\n", text("b", "c"), "---\n# nothing yet\nb: c\n---\n");
        check("---\na: b\n---", text("b", "c"), "---\na: b\nb: c\n---");
    }

    #[test]
    fn a_card_without_front_matter_gets_one() {
        check("# Title\n", text("license", "mit"), "---\nlicense: mit\n---\n\n# Title\n");
        check("\u{feff}\r\nText", text("license", "mit"), "\u{feff}---\r\nlicense: mit\r\n---\r\n\r\nText");
        check("", list("tags", &["a"]), "---\ntags:\n- a\n---\n");
    }

    #[test]
    fn a_misspelt_key_gets_its_name() {
        check("---\nlicence : mit\n---\n", renamed("licence", "license"), "---\nlicense : mit\n---\n");
        check(
            "---\n\"base model\": o/x\n---\n",
            renamed("base model", "base_model"),
            "---\nbase_model: o/x\n---\n",
        );
        check("---\na: b\n---\n", renamed("licence", "license"), "---\na: b\n---\n");
        check(
            "---\nlicence: mit\nlicense: mit\n---\n",
            renamed("licence", "license"),
            "! there is a key `license` already",
        );
    }

    #[test]
    fn a_byte_order_mark_is_removed() {
        check("\u{feff}# Title", Change::RemoveByteOrderMark, "# Title");
    }

    #[test]
    fn what_cannot_be_changed_safely_is_left_alone() {
        check("---\na: &x b\n---\n", text("a", "c"), "! the value of `a` has an anchor, an alias or a tag");
        check(
            "---\na:\n- &x b\nc: *x\n---\n",
            text("a", "c"),
            "! `a` cannot be changed without changing something else",
        );
        check("---\na:\n- b # x\n- c\n---\n", text("a", "c"), "! a comment stands within the value of `a`");
        check("---\n{a: b}\n---\n", text("c", "d"), "! the front matter is written in braces");
        check(
            "---\na: @b\n---\n",
            text("c", "d"),
            "! the front matter cannot be read: the front matter is not YAML: unexpected character: `@' (2:4)",
        );
        check("---\na: b\n", text("c", "d"), "---\nc: d\n---\n\n---\na: b\n");
    }
}
