//! Who answers?

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// The name of an annotator, which names their sheet too: 1 to 40 lower-case letters, digits and
/// hyphens, the first of them no hyphen.
///
/// Such a name means the same file on every platform, and no other folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Annotator(Box<str>);

/// Names that an audit's own files have.
const TAKEN: [&str; 3] = ["audit", "sample", DECIDED];

/// The name of the sheet in which a third person decides.
pub const DECIDED: &str = "decided";

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnnotator {
    #[error("`{}` names no annotator (expected 1 to 40 of `a` to `z`, `0` to `9` and `-`)", .0.escape_debug())]
    Characters(String),
    #[error("no annotator can be called `{0}`, as a file of the audit is")]
    Taken(String),
}

impl Annotator {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Annotator {
    type Err = InvalidAnnotator;

    fn from_str(text: &str) -> Result<Annotator, InvalidAnnotator> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=40).contains(&text.len()) || !text.bytes().all(is_plain) || text.starts_with('-') {
            return Err(InvalidAnnotator::Characters(text.chars().take(40).collect()));
        }
        if TAKEN.contains(&text) {
            return Err(InvalidAnnotator::Taken(text.to_owned()));
        }
        Ok(Annotator(text.into()))
    }
}

impl fmt::Display for Annotator {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Annotator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_file_in_the_audits_own_folder() {
        for name in ["ann", "annotator-1", "0"] {
            assert_eq!(name.parse::<Annotator>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "Ann", "../ann", "a/b", "a b", "-a", "decided", "sample", "a.csv", "ä", "a\0"] {
            assert!(name.parse::<Annotator>().is_err(), "{name:?}");
        }
        assert!("a".repeat(41).parse::<Annotator>().is_err());
    }
}
