//! How is one answer written down, and how is damage noticed?

use super::Failure;
use crate::{
    endpoint::{Backend, Served},
    question::Answer,
};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read};

/// The longest line, in bytes, so that no damaged file decides how much memory is taken; it holds the largest
/// answer, however its characters are written.
pub const LONGEST: usize = 64 << 20;

/// What a line starts with; the checksum of all that comes after the checksum follows.
const START: &[u8] = br#"{"sum":""#;
/// How long a checksum is, in hexadecimal digits.
const DIGITS: usize = 16;
/// What stands between the checksum and what it is of.
const REST: &[u8] = br#"","#;

/// A line of the journal: one of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A question was answered, or will not be.
    Item(Item),
    /// What the server is.
    Backend(Backend),
    /// As whom it answers.
    Served(Served),
    /// It became another, nobody knows when.
    Changed(Change),
}

/// What is different about a server from some moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub what: String,
    pub old: String,
    pub new: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: String,
    #[serde(flatten)]
    pub answer: Answer,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl Item {
    /// Returns what failed, if that is what this says.
    pub fn failure(&self) -> Option<Failure> {
        Some(Failure { id: self.id.clone(), reason: self.reason.clone()? })
    }
}

impl Line {
    /// Writes the line, with its end.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let json = serde_json::to_vec(self)?;
        let rest = [REST, json.get(1..).unwrap_or_default()].concat();
        let sum = format!("{:016x}", sum(&rest));
        Ok([START, sum.as_bytes(), &rest, b"\n"].concat())
    }

    /// Reads a line with its end; `None` if it is torn or damaged.
    pub fn read(line: &[u8]) -> Option<Line> {
        let (stated, rest) = line.strip_suffix(b"\n")?.strip_prefix(START)?.split_at_checked(DIGITS)?;
        if stated != format!("{:016x}", sum(rest)).as_bytes() {
            return None;
        }
        let json = [b"{", rest.strip_prefix(REST)?].concat();
        serde_json::from_slice(&json).ok()
    }
}

/// Returns what is whole of a line: all of it; or the line at its end, if the end of the one before was lost;
/// or nothing.
///
/// Where a line starts is seen anywhere, since quotes are escaped in what a line holds.
pub fn whole_part(line: &[u8]) -> &[u8] {
    let start = line.windows(START.len()).rposition(|bytes| bytes == START);
    let part = start.map(|start| &line[start..]);
    part.filter(|part| Line::read(part).is_some()).unwrap_or_default()
}

/// A checksum that every build computes alike: FNV-1a, 64 bits.
fn sum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Reads the next line with its end, or as much of it as a line may have; `None` at the end of the file.
pub fn next(file: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let length = file.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
    Ok((length > 0).then_some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::risk::evaluation::Finish;
    use proptest::prelude::*;

    fn item(id: &str, text: &str) -> Line {
        let answer = Answer {
            text: text.to_owned(),
            finish: Finish::Complete,
            prompt_tokens: Some(3),
            completion_tokens: None,
        };
        Line::Item(Item { id: id.to_owned(), answer, reason: None })
    }

    #[test]
    fn a_line_says_what_it_holds() {
        let line = String::from_utf8(item("a/1", "yes\n").write().expect("written")).expect("text");
        let rest = r#"","item":{"id":"a/1","text":"yes\n","finish":"complete","prompt_tokens":3,"completion_tokens":null}}"#;
        assert_eq!(line, format!("{{\"sum\":\"{:016x}{rest}\n", sum(rest.as_bytes())));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(id in "\\PC{0,20}", text in "(?s).{0,60}") {
            let line = item(&id, &text);
            prop_assert_eq!(Line::read(&line.write().expect("written")), Some(line));
        }

        #[test]
        fn damage_is_noticed(text in "\\PC{0,40}", at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut line = item("a", &text).write().expect("written");
            let at = at.index(line.len());
            line[at] ^= 1 << bit;
            prop_assert_eq!(Line::read(&line), None);
        }
    }
}
