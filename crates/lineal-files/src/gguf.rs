//! What does the header of a GGUF file say of its model?
//!
//! A header is keys and values, then a list of tensors. It stands at the beginning of a file of gigabytes,
//! so callers read growing prefixes: [`HeaderError::Truncated`] says that more bytes would help. Long
//! lists, such as the vocabulary, are passed over and never stored.

use std::collections::BTreeMap;

/// A header that needs more bytes than this is taken for broken.
pub const LONGEST: usize = 64 << 20;

/// The longest text that is kept; templates of prompts are the longest.
const LONGEST_TEXT: usize = 1 << 20;

/// How deep lists of lists may be.
const DEEPEST: u32 = 4;

/// How many bases or sources are kept.
const MOST_ORIGINS: usize = 64;

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub version: u32,
    pub is_big_endian: bool,
    pub architecture: Option<String>,
    pub name: Option<String>,
    pub basename: Option<String>,
    pub finetune: Option<String>,
    pub size_label: Option<String>,
    pub license: Option<String>,
    pub quantized_by: Option<String>,
    /// `general.file_type`: how most tensors are quantized.
    pub file_type: Option<u32>,
    /// The file of the importance matrix that guided the quantization.
    pub importance_matrix: Option<String>,
    pub has_chat_template: bool,
    /// `general.base_model.*`, in their order.
    pub bases: Vec<Origin>,
    /// Addresses and names of `general.source.*`: what was converted.
    pub sources: Vec<String>,
    pub tensors: u64,
    /// `None` where the list of tensors was not read to its end.
    pub parameters: Option<u64>,
}

/// A model that a header names as a base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub name: Option<String>,
    pub organization: Option<String>,
    pub repo_url: Option<String>,
}

/// Why a header could not be read, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("it does not begin with `GGUF`")]
    NotGguf,
    #[error("it has version {found}; 1 to 3 are known")]
    Version { found: u32 },
    #[error("it ends at byte {offset}, within its header")]
    Truncated { offset: usize },
    #[error("at byte {offset} something is said to have {length} bytes or parts, which is too much")]
    TooLong { offset: usize, length: u64 },
    #[error("at byte {offset} stands type {found}, which is none")]
    Type { offset: usize, found: u32 },
    #[error("the key at byte {offset} is not UTF-8")]
    Key { offset: usize },
    #[error("lists are nested too deep at byte {offset}")]
    TooDeep { offset: usize },
}

/// Reads the header at the beginning of a file.
pub fn read(bytes: &[u8]) -> Result<Header, HeaderError> {
    let mut cursor = Cursor { bytes, at: 0, version: 0, is_big_endian: false };
    if cursor.take(4)? != b"GGUF" {
        return Err(HeaderError::NotGguf);
    }
    let version = cursor.u32()?;
    // Written on a machine of the other endianness, a small version has its bits at the top.
    cursor.is_big_endian = version & 0xffff == 0;
    let version = if cursor.is_big_endian { version.swap_bytes() } else { version };
    if !(1..=3).contains(&version) {
        return Err(HeaderError::Version { found: version });
    }
    cursor.version = version;
    let mut header = Header { version, is_big_endian: cursor.is_big_endian, ..Header::default() };
    header.tensors = cursor.length()?;
    let keys = cursor.length()?;
    let mut bases: BTreeMap<u32, Origin> = BTreeMap::new();
    for _ in 0..keys {
        let key = cursor.key()?;
        let value = cursor.value(0)?;
        header.take(key, value, &mut bases);
    }
    header.bases = bases.into_values().collect();
    header.parameters = match cursor.parameters(header.tensors) {
        Ok(parameters) => parameters,
        Err(HeaderError::Truncated { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(header)
}

/// Returns the name that llama.cpp gives to a `general.file_type`: `Q4_K_M`.
pub fn file_type(number: u32) -> Option<&'static str> {
    FILE_TYPES.iter().find(|(each, _)| *each == number).map(|(_, name)| *name)
}

const FILE_TYPES: [(u32, &str); 37] = [
    (0, "F32"),
    (1, "F16"),
    (2, "Q4_0"),
    (3, "Q4_1"),
    (7, "Q8_0"),
    (8, "Q5_0"),
    (9, "Q5_1"),
    (10, "Q2_K"),
    (11, "Q3_K_S"),
    (12, "Q3_K_M"),
    (13, "Q3_K_L"),
    (14, "Q4_K_S"),
    (15, "Q4_K_M"),
    (16, "Q5_K_S"),
    (17, "Q5_K_M"),
    (18, "Q6_K"),
    (19, "IQ2_XXS"),
    (20, "IQ2_XS"),
    (21, "Q2_K_S"),
    (22, "IQ3_XS"),
    (23, "IQ3_XXS"),
    (24, "IQ1_S"),
    (25, "IQ4_NL"),
    (26, "IQ3_S"),
    (27, "IQ3_M"),
    (28, "IQ2_S"),
    (29, "IQ2_M"),
    (30, "IQ4_XS"),
    (31, "IQ1_M"),
    (32, "BF16"),
    (33, "Q4_0_4_4"),
    (34, "Q4_0_4_8"),
    (35, "Q4_0_8_8"),
    (36, "TQ1_0"),
    (37, "TQ2_0"),
    (38, "MXFP4_MOE"),
    (39, "NVFP4"),
];

/// A value, as far as it is of use.
enum Value {
    Text(String),
    Number(u64),
    Other,
}

impl Header {
    fn take(&mut self, key: &str, value: Value, bases: &mut BTreeMap<u32, Origin>) {
        let text = match value {
            Value::Text(text) => text,
            Value::Number(number) => {
                if key == "general.file_type" {
                    self.file_type = u32::try_from(number).ok();
                }
                return;
            }
            Value::Other => {
                // Several templates are a list.
                self.has_chat_template |= key == "tokenizer.chat_templates";
                return;
            }
        };
        if text.trim().is_empty() {
            return;
        }
        match key {
            "general.architecture" => self.architecture = Some(text),
            "general.name" => self.name = Some(text),
            "general.basename" => self.basename = Some(text),
            "general.finetune" => self.finetune = Some(text),
            "general.size_label" => self.size_label = Some(text),
            "general.license" => self.license = Some(text),
            "general.quantized_by" => self.quantized_by = Some(text),
            "quantize.imatrix.file" => self.importance_matrix = Some(text),
            "general.source.url" | "general.source.repo_url" | "general.source.huggingface.repository" => {
                if self.sources.len() < MOST_ORIGINS {
                    self.sources.push(text);
                }
            }
            _ if key.starts_with("tokenizer.chat_template") => self.has_chat_template = true,
            _ => self.take_base(key, text, bases),
        }
    }

    fn take_base(&mut self, key: &str, text: String, bases: &mut BTreeMap<u32, Origin>) {
        let Some((number, part)) =
            key.strip_prefix("general.base_model.").and_then(|rest| rest.split_once('.'))
        else {
            return;
        };
        let Ok(number) = number.parse::<u32>() else { return };
        if bases.len() == MOST_ORIGINS && !bases.contains_key(&number) {
            return;
        }
        let base = bases.entry(number).or_default();
        match part {
            "name" => base.name = Some(text),
            "organization" => base.organization = Some(text),
            "repo_url" => base.repo_url = Some(text),
            _ => {}
        }
    }
}

/// Reads numbers and texts one after the other; nothing is read that is not there.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    version: u32,
    is_big_endian: bool,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], HeaderError> {
        let end = self.at.saturating_add(length);
        if end > LONGEST {
            return Err(HeaderError::TooLong { offset: self.at, length: length as u64 });
        }
        let taken =
            self.bytes.get(self.at..end).ok_or(HeaderError::Truncated { offset: self.bytes.len() })?;
        self.at = end;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, HeaderError> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.take(4)?);
        Ok(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&mut self) -> Result<u64, HeaderError> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        Ok(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    // Version 1 counts in 32 bits.
    fn length(&mut self) -> Result<u64, HeaderError> {
        if self.version == 1 { Ok(self.u32()?.into()) } else { self.u64() }
    }

    fn text(&mut self) -> Result<&'a [u8], HeaderError> {
        let offset = self.at;
        let length = self.length()?;
        let short = usize::try_from(length).ok().filter(|length| *length <= LONGEST);
        self.take(short.ok_or(HeaderError::TooLong { offset, length })?)
    }

    fn key(&mut self) -> Result<&'a str, HeaderError> {
        let offset = self.at;
        std::str::from_utf8(self.text()?).map_err(|_| HeaderError::Key { offset })
    }

    fn value(&mut self, depth: u32) -> Result<Value, HeaderError> {
        let kind = self.u32()?;
        self.value_of(kind, depth)
    }

    fn value_of(&mut self, kind: u32, depth: u32) -> Result<Value, HeaderError> {
        if let Some(width) = width(kind) {
            let bytes = self.take(width)?;
            let ordered = |(at, byte): (usize, &u8)| {
                let shift = if self.is_big_endian { width - 1 - at } else { at };
                u64::from(*byte) << (8 * shift)
            };
            return Ok(Value::Number(bytes.iter().enumerate().map(ordered).sum()));
        }
        match kind {
            8 => {
                let text = self.text()?;
                let kept = text.get(..LONGEST_TEXT).unwrap_or(text);
                Ok(Value::Text(String::from_utf8_lossy(kept).into_owned()))
            }
            9 => self.list(depth).map(|()| Value::Other),
            found => Err(HeaderError::Type { offset: self.at.saturating_sub(4), found }),
        }
    }

    // Passes over a list.
    fn list(&mut self, depth: u32) -> Result<(), HeaderError> {
        let offset = self.at;
        if depth == DEEPEST {
            return Err(HeaderError::TooDeep { offset });
        }
        let kind = self.u32()?;
        let count = self.length()?;
        if let Some(width) = width(kind) {
            let all = usize::try_from(count).ok().and_then(|count| count.checked_mul(width));
            let all = all.filter(|all| *all <= LONGEST);
            self.take(all.ok_or(HeaderError::TooLong { offset, length: count })?)?;
            return Ok(());
        }
        // Each part takes some bytes, so that a wrong count ends with them.
        for _ in 0..count {
            match kind {
                8 => drop(self.text()?),
                9 => self.list(depth + 1)?,
                found => return Err(HeaderError::Type { offset, found }),
            }
        }
        Ok(())
    }

    // Adds up the sizes of all tensors; `None` if that is more than there can be.
    fn parameters(&mut self, tensors: u64) -> Result<Option<u64>, HeaderError> {
        let mut total: Option<u64> = Some(0);
        for _ in 0..tensors {
            self.text()?;
            let offset = self.at;
            let dimensions = self.u32()?;
            if dimensions > 8 {
                return Err(HeaderError::TooLong { offset, length: dimensions.into() });
            }
            let mut size: Option<u64> = Some(1);
            for _ in 0..dimensions {
                let length = self.length()?;
                size = size.and_then(|size| size.checked_mul(length));
            }
            // Its type, and where its data begins.
            self.u32()?;
            self.u64()?;
            total = total.zip(size).and_then(|(total, size)| total.checked_add(size));
        }
        Ok(total.filter(|total| *total > 0))
    }
}

// Bytes of a number of this type; `None` for texts and lists, and for what is no type.
fn width(kind: u32) -> Option<usize> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A header as the format's description says it is written.
    fn written(version: u32, big: bool, keys: &[(&str, Written)], tensors: &[(&str, &[u64])]) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        let u32 = |value: u32| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let u64 = |value: u64| if big { value.to_be_bytes() } else { value.to_le_bytes() };
        let length = |value: u64| if version == 1 { u32(value as u32).to_vec() } else { u64(value).to_vec() };
        let text = |text: &str| [length(text.len() as u64), text.as_bytes().to_vec()].concat();
        bytes.extend(u32(version));
        bytes.extend(length(tensors.len() as u64));
        bytes.extend(length(keys.len() as u64));
        for (key, value) in keys {
            bytes.extend(text(key));
            match value {
                Written::Text(value) => {
                    bytes.extend(u32(8));
                    bytes.extend(text(value));
                }
                Written::Number(value) => {
                    bytes.extend(u32(4));
                    bytes.extend(u32(*value));
                }
                Written::Texts(values) => {
                    bytes.extend(u32(9));
                    bytes.extend(u32(8));
                    bytes.extend(length(values.len() as u64));
                    values.iter().for_each(|value| bytes.extend(text(value)));
                }
            }
        }
        for (name, sizes) in tensors {
            bytes.extend(text(name));
            bytes.extend(u32(sizes.len() as u32));
            sizes.iter().for_each(|size| bytes.extend(length(*size)));
            bytes.extend(u32(0));
            bytes.extend(u64(0));
        }
        bytes
    }

    enum Written {
        Text(&'static str),
        Number(u32),
        Texts(&'static [&'static str]),
    }

    fn example(version: u32, big: bool) -> Vec<u8> {
        use Written::{Number, Text, Texts};
        let keys = [
            ("general.architecture", Text("llama")),
            ("general.file_type", Number(15)),
            ("tokenizer.ggml.tokens", Texts(&["a", "b", "c"])),
            ("tokenizer.chat_template", Text("{{ x }}")),
            ("general.base_model.count", Number(1)),
            ("general.base_model.0.name", Text("Llama 3")),
            ("general.base_model.0.repo_url", Text("https://huggingface.co/a/b")),
            ("general.source.huggingface.repository", Text("c/d")),
        ];
        written(version, big, &keys, &[("w", &[4, 8]), ("b", &[8])])
    }

    #[test]
    fn a_header_says_what_was_written() {
        for (version, big) in [(1, false), (2, false), (3, false), (3, true)] {
            let base = Origin {
                name: Some("Llama 3".into()),
                organization: None,
                repo_url: Some("https://huggingface.co/a/b".into()),
            };
            let expected = Header {
                version,
                is_big_endian: big,
                architecture: Some("llama".into()),
                file_type: Some(15),
                has_chat_template: true,
                bases: vec![base],
                sources: vec!["c/d".into()],
                tensors: 2,
                parameters: Some(40),
                ..Header::default()
            };
            assert_eq!(read(&example(version, big)), Ok(expected), "version {version}, big endian {big}");
        }
    }

    #[test]
    fn a_part_of_a_header_asks_for_more() {
        let whole = example(3, false);
        let keys_end = whole.len() - (8 + 1 + 4 + 16 + 4 + 8) - (8 + 1 + 4 + 8 + 4 + 8);
        for length in 0..whole.len() {
            match read(&whole[..length]) {
                Err(HeaderError::Truncated { offset }) => assert!(offset == length && length < keys_end),
                Ok(header) => assert!(header.parameters.is_none() && length >= keys_end),
                Err(error) => panic!("{error} at {length}"),
            }
        }
    }

    #[test]
    fn wrong_lengths_are_errors() {
        let mut bytes = example(3, false);
        bytes[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(read(&bytes), Err(HeaderError::TooLong { offset: 24, length: u64::MAX }));
        assert_eq!(read(b"PK\x03\x04 and more"), Err(HeaderError::NotGguf));
        assert_eq!(read(b"GGUF\x09\0\0\0"), Err(HeaderError::Version { found: 9 }));
    }

    #[test]
    fn file_types_have_the_names_of_llama_cpp() {
        assert_eq!((file_type(15), file_type(7), file_type(99)), (Some("Q4_K_M"), Some("Q8_0"), None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_an_error(mut bytes in prop::collection::vec(any::<u8>(), 0..600), whole in any::<bool>()) {
            let mut head = example(3, false);
            if whole {
                head.append(&mut bytes);
            } else {
                for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte > 200) {
                    let length = head.len();
                    head[(at * 7) % length] = *byte;
                }
            }
            let _ = read(&head);
        }
    }
}
