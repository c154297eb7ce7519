//! What is a model called, and what is it under its name?
//!
//! A hub knows a repository by two things: its name, `owner/name`, which changes when it is
//! renamed, and its `_id`, 24 hexadecimal digits that never change. Both are hostile input:
//! text becomes one of these types only when it is safe in a path, a table and a terminal.

use std::{fmt, str::FromStr};

/// The longest name accepted, in bytes. The Hub allows 96 for each part now; its longest old name has 257.
const LONGEST: usize = 512;

/// The name of a model repository: `owner/name`, or a bare `name` for some legacy repositories.
///
/// Only ASCII letters, digits, `.`, `_` and `-` occur, so a name never holds a separator
/// (`, ` or ` -> `), a control character, or a path that climbs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(Box<str>);

impl ModelId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the slash; `None` for a bare legacy name.
    pub fn owner(&self) -> Option<&str> {
        owner(&self.0)
    }
}

/// Returns the part of a name before the slash; `None` for a bare legacy name.
pub fn owner(id: &str) -> Option<&str> {
    parts(id).0
}

/// Returns the part of a name after the slash; all of a bare legacy name.
pub fn own_part(id: &str) -> &str {
    parts(id).1
}

/// Returns the parts of a name before and after the slash; a bare legacy name has no owner.
pub fn parts(id: &str) -> (Option<&str>, &str) {
    // Names are short: a search that is good at long texts takes longer.
    let slash = id.bytes().position(|byte| byte == b'/');
    slash.map_or((None, id), |slash| (Some(&id[..slash]), &id[slash + 1..]))
}

/// Whether the text is a name that a model repository can have.
pub fn is_model_id(text: &str) -> bool {
    let mut segments = text.split('/');
    let well_formed = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    text.len() <= LONGEST && segments.by_ref().take(2).all(well_formed) && segments.next().is_none()
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a model name (expected `owner/name` of letters, digits, `.`, `_`, `-`)", .0.escape_debug())]
pub struct InvalidModelId(pub String);

impl FromStr for ModelId {
    type Err = InvalidModelId;

    fn from_str(text: &str) -> Result<Self, InvalidModelId> {
        if is_model_id(text) {
            Ok(ModelId(text.into()))
        } else {
            Err(InvalidModelId(text.chars().take(LONGEST).collect()))
        }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity a hub gives a repository for life: 12 bytes, written as 24 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HubId(pub [u8; 12]);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a hub id (expected 24 hexadecimal digits)", .0.escape_debug())]
pub struct InvalidHubId(pub String);

impl FromStr for HubId {
    type Err = InvalidHubId;

    fn from_str(text: &str) -> Result<Self, InvalidHubId> {
        let mut bytes = [0; 12];
        hex(text, &mut bytes)
            .map(|()| HubId(bytes))
            .ok_or_else(|| InvalidHubId(text.chars().take(48).collect()))
    }
}

impl fmt::Display for HubId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads exactly as many hexadecimal digits as fill `bytes`.
pub fn hex(text: &str, bytes: &mut [u8]) -> Option<()> {
    if text.len() != bytes.len() * 2 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_one_or_two_plain_segments_are_model_ids() {
        for name in ["gpt2", "openai-community/gpt2", "a.b/c_d-1", "_x/..y"] {
            assert!(is_model_id(name), "{name}");
        }
    }

    #[test]
    fn names_that_could_do_harm_are_refused() {
        for name in [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "../a",
            "a/..",
            ".",
            "a b/c",
            "a/b\0",
            "a/\u{202e}b",
            "a/b,c",
            "a -> b",
            "a/\u{1b}[31m",
            "https://x/y",
        ] {
            assert!(!is_model_id(name), "{name:?}");
        }
        assert!(!is_model_id(&"x".repeat(513)));
    }

    #[test]
    fn a_hub_id_is_24_hexadecimal_digits() {
        let id: HubId = "63728becacef705233c7d920".parse().expect("well formed");
        assert_eq!(id.to_string(), "63728becacef705233c7d920");
        assert!("63728becacef705233c7d92".parse::<HubId>().is_err());
        assert!("63728becacef705233c7d92g".parse::<HubId>().is_err());
        assert!("63728becacef705233c7d9é".parse::<HubId>().is_err());
    }
}
