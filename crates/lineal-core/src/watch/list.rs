//! Which models are on a watch list?
//!
//! A plain list, like a lockfile: a model on each line, with what it was when it was chosen.
//!
//! ```text
//! # what the service loads
//! owner/name sha=0123456789abcdef0123456789abcdef01234567 id=0123456789abcdef01234567
//! owner/other   # pins nothing
//! ```

use super::Pins;
use crate::model_id::{HubId, ModelId, hex};
use std::{collections::HashMap, fmt::Write};

/// A model on a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: ModelId,
    pub pins: Pins,
}

/// A line that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct InvalidLine {
    /// Counted from 1.
    pub line: usize,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error(transparent)]
    Model(#[from] crate::model_id::InvalidModelId),
    #[error("`{}` is not a commit (expected `sha=` and 40 hexadecimal digits)", .0.escape_debug())]
    Commit(String),
    #[error("`{}` is not a hub id (expected `id=` and 24 hexadecimal digits)", .0.escape_debug())]
    HubId(String),
    #[error("`{}` is neither `sha=…` nor `id=…`", .0.escape_debug())]
    Word(String),
    #[error("`{0}=` is there twice")]
    Twice(&'static str),
    #[error("`{id}` is pinned otherwise in line {first}")]
    Otherwise { id: ModelId, first: usize },
}

/// Reads a list. A model that is there again, with the same pins or without any, counts once.
///
/// # Errors
/// When a line cannot be meant.
pub fn parse(text: &str) -> Result<Vec<Line>, InvalidLine> {
    let mut lines: Vec<Line> = Vec::new();
    // By name in lower case, as a hub tells no capitals apart: the place in the list, and the line.
    let mut known: HashMap<String, (usize, usize)> = HashMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, words) in (1..).zip(text.lines()) {
        let words = words.split('#').next().unwrap_or_default();
        let Some(line) = line(words).map_err(|why| InvalidLine { line: number, why })? else { continue };
        let place = known.entry(line.id.as_str().to_ascii_lowercase()).or_insert((lines.len(), number));
        match lines.get_mut(place.0) {
            None => lines.push(line),
            Some(first) if line.pins == first.pins || line.pins == Pins::default() => {}
            Some(first) if first.pins == Pins::default() => first.pins = line.pins,
            Some(_) => {
                let why = Why::Otherwise { id: line.id, first: place.1 };
                return Err(InvalidLine { line: number, why });
            }
        }
    }
    Ok(lines)
}

/// Reads what is before the comment; `None` if nothing is.
fn line(text: &str) -> Result<Option<Line>, Why> {
    let mut words = text.split_whitespace();
    let Some(name) = words.next() else { return Ok(None) };
    let id = name.parse()?;
    let mut pins = Pins::default();
    for word in words {
        let short = || word.chars().take(80).collect::<String>();
        if let Some(digits) = word.strip_prefix("sha=") {
            let mut sha = [0; 20];
            hex(digits, &mut sha).ok_or_else(|| Why::Commit(short()))?;
            put(&mut pins.sha, sha, "sha")?;
        } else if let Some(digits) = word.strip_prefix("id=") {
            let hub_id: HubId = digits.parse().map_err(|_| Why::HubId(short()))?;
            put(&mut pins.hub_id, hub_id, "id")?;
        } else {
            return Err(Why::Word(short()));
        }
    }
    Ok(Some(Line { id, pins }))
}

fn put<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), Why> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Why::Twice(name)),
    }
}

/// Writes a list that [`parse`] reads as it was.
pub fn write(lines: &[Line]) -> String {
    let mut text = String::new();
    for Line { id, pins } in lines {
        text += id.as_str();
        if let Some(sha) = pins.sha {
            text += " sha=";
            // Writing to a string cannot fail.
            let _ = sha.iter().try_for_each(|byte| write!(text, "{byte:02x}"));
        }
        if let Some(hub_id) = pins.hub_id {
            let _ = write!(text, " id={hub_id}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    fn check(text: &str, expected: &str) {
        let said = match parse(text) {
            Ok(lines) => write(&lines),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn a_list_is_names_pins_and_comments() {
        check(
            &format!(
                "\u{feff}# a comment\r\n\r\n  a/b\r\n gpt2 # old\na/c  id=63728becacef705233c7d920 sha={SHA}#x"
            ),
            &format!("a/b\ngpt2\na/c sha={SHA} id=63728becacef705233c7d920\n"),
        );
        check("", "");
    }

    #[test]
    fn a_model_that_is_there_again_counts_once() {
        check("a/b\nA/b\na/b", "a/b\n");
        check(&format!("a/b\na/b sha={SHA}\na/b"), &format!("a/b sha={SHA}\n"));
        let other = SHA.replace('0', "f");
        check(&format!("a/b sha={SHA}\n\na/b sha={other}"), "line 3: `a/b` is pinned otherwise in line 1");
    }

    #[test]
    fn a_line_that_cannot_be_meant_is_named_with_its_reason() {
        let name = "is not a model name (expected `owner/name` of letters, digits, `.`, `_`, `-`)";
        check("a/b\n../x", &format!("line 2: `../x` {name}"));
        check("a\u{1b}[31m", &format!("line 1: `a\\u{{1b}}[31m` {name}"));
        check("a/b c/d", "line 1: `c/d` is neither `sha=…` nor `id=…`");
        check("a/b sha=12", "line 1: `sha=12` is not a commit (expected `sha=` and 40 hexadecimal digits)");
        check("a/b id=zz", "line 1: `id=zz` is not a hub id (expected `id=` and 24 hexadecimal digits)");
        check(&format!("a/b sha={SHA} sha={SHA}"), "line 1: `sha=` is there twice");
    }

    proptest! {
        #[test]
        fn no_list_is_too_odd_to_be_read_or_refused(text in "(a/b|sha=|id=|#|\\n| |\\PC){0,60}") {
            if let Ok(lines) = parse(&text) {
                prop_assert_eq!(parse(&write(&lines)), Ok(lines));
            }
        }
    }
}
