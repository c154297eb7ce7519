//! Which models are on a watch list?
//!
//! A plain list, like a lockfile: a model on each line, with what it was when it was chosen.
//!
//! ```text
//! # what the service loads
//! snapshot=2026-11-15
//! owner/name sha=0123456789abcdef0123456789abcdef01234567 id=0123456789abcdef01234567
//! owner/other   # pins nothing
//! ```
//!
//! The line `snapshot=` says which snapshot the list was written from: what it pins nothing of, and
//! what its models were made from, was then as that snapshot has it.

use super::Pins;
use crate::{
    date::{InvalidDate, SnapshotDate},
    model_id::{HubId, ModelId, hex},
};
use std::{collections::HashMap, fmt::Write};

/// A list as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The snapshot that it was written from, if it says so.
    pub snapshot: Option<SnapshotDate>,
    pub lines: Vec<Line>,
}

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
    #[error(transparent)]
    Snapshot(#[from] InvalidDate),
    #[error("`snapshot=` stands alone on its line, without `{}`", .0.escape_debug())]
    NotAlone(String),
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
pub fn parse(text: &str) -> Result<List, InvalidLine> {
    let mut snapshot = None;
    let mut lines: Vec<Line> = Vec::new();
    // By name in lower case, as a hub tells no capitals apart: the place in the list, and the line.
    let mut known: HashMap<String, (usize, usize)> = HashMap::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, words) in (1..).zip(text.lines()) {
        let words = words.split('#').next().unwrap_or_default();
        let invalid = |why| InvalidLine { line: number, why };
        if let Some(date) = date(words).map_err(invalid)? {
            put(&mut snapshot, date, "snapshot").map_err(invalid)?;
            continue;
        }
        let Some(line) = line(words).map_err(invalid)? else { continue };
        let place = known.entry(line.id.as_str().to_ascii_lowercase()).or_insert((lines.len(), number));
        match lines.get_mut(place.0) {
            None => lines.push(line),
            Some(first) if line.pins == first.pins || line.pins == Pins::default() => {}
            Some(first) if first.pins == Pins::default() => first.pins = line.pins,
            Some(_) => {
                return Err(invalid(Why::Otherwise { id: line.id, first: place.1 }));
            }
        }
    }
    Ok(List { snapshot, lines })
}

/// Reads a line that names a snapshot; `None` if it is another one.
fn date(text: &str) -> Result<Option<SnapshotDate>, Why> {
    let mut words = text.split_whitespace();
    let Some(date) = words.next().and_then(|word| word.strip_prefix("snapshot=")) else { return Ok(None) };
    match words.next() {
        Some(word) => Err(Why::NotAlone(short(word))),
        None => Ok(Some(date.parse()?)),
    }
}

/// Reads what is before the comment; `None` if nothing is.
fn line(text: &str) -> Result<Option<Line>, Why> {
    let mut words = text.split_whitespace();
    let Some(name) = words.next() else { return Ok(None) };
    let id = name.parse()?;
    let mut pins = Pins::default();
    for word in words {
        if let Some(digits) = word.strip_prefix("sha=") {
            let mut sha = [0; 20];
            hex(digits, &mut sha).ok_or_else(|| Why::Commit(short(word)))?;
            put(&mut pins.sha, sha, "sha")?;
        } else if let Some(digits) = word.strip_prefix("id=") {
            let hub_id: HubId = digits.parse().map_err(|_| Why::HubId(short(word)))?;
            put(&mut pins.hub_id, hub_id, "id")?;
        } else {
            return Err(Why::Word(short(word)));
        }
    }
    Ok(Some(Line { id, pins }))
}

/// As much of a word as a message can hold.
fn short(word: &str) -> String {
    word.chars().take(80).collect()
}

fn put<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), Why> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Why::Twice(name)),
    }
}

/// Writes a list that [`parse`] reads as it was.
pub fn write(List { snapshot, lines }: &List) -> String {
    let mut text = snapshot.map_or_else(String::new, |date| format!("snapshot={date}\n"));
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
            Ok(list) => write(&list),
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

    #[test]
    fn a_list_says_once_which_snapshot_it_was_written_from() {
        check("# x\n snapshot=2026-11-15 # y\na/b", "snapshot=2026-11-15\na/b\n");
        check("a/b\nsnapshot=2026-11-15", "snapshot=2026-11-15\na/b\n");
        check("snapshot=2026-11-15\nsnapshot=2026-11-15", "line 2: `snapshot=` is there twice");
        check("snapshot=today", "line 1: `today` is not a date (expected `YYYY-MM-DD`)");
        check("snapshot=2026-11-15 a/b", "line 1: `snapshot=` stands alone on its line, without `a/b`");
        check("a/b snapshot=2026-11-15", "line 1: `snapshot=2026-11-15` is neither `sha=…` nor `id=…`");
    }

    proptest! {
        #[test]
        fn no_list_is_too_odd_to_be_read_or_refused(text in "(a/b|sha=|id=|snapshot=2026-11-15|#|\\n| |\\PC){0,60}") {
            if let Ok(list) = parse(&text) {
                prop_assert_eq!(parse(&write(&list)), Ok(list));
            }
        }
    }
}
