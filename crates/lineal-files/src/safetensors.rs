//! What does the header of a safetensors file say of its model?
//!
//! Eight bytes give the length of a JSON object, which names each tensor with its type and shape.

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use std::{collections::BTreeMap, fmt};

/// A longer header is taken for broken.
pub const LONGEST: u64 = 25 << 20;

/// How many types of tensors, and how many entries of the metadata, are kept.
const MOST: usize = 64;

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `__metadata__`, as far as its values are texts.
    pub metadata: BTreeMap<String, String>,
    pub tensors: u64,
    /// How many parameters there are of each type, such as `BF16`.
    pub parameters: BTreeMap<String, u64>,
}

impl Header {
    /// Returns the parameters of all types; `None` if that is more than there can be.
    pub fn total(&self) -> Option<u64> {
        self.parameters.values().try_fold(0_u64, |total, each| total.checked_add(*each))
    }
}

/// Why a header could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    #[error("it ends within its header, which needs {needed} bytes")]
    Truncated { needed: u64 },
    #[error("its header is said to have {length} bytes, which is too much")]
    TooLong { length: u64 },
    #[error("its header cannot be read")]
    Json(#[from] serde_json::Error),
}

/// Reads the header at the beginning of a file.
pub fn read(bytes: &[u8]) -> Result<Header, HeaderError> {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
        return Err(HeaderError::Truncated { needed: 8 });
    };
    let length = u64::from_le_bytes(*length);
    if length > LONGEST {
        return Err(HeaderError::TooLong { length });
    }
    let json = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    let json = json.ok_or(HeaderError::Truncated { needed: 8 + length })?;
    Ok(serde_json::from_slice(json)?)
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<u64>,
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Header, D::Error> {
        deserializer.deserialize_map(Tensors)
    }
}

struct Tensors;

impl<'de> Visitor<'de> for Tensors {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object with a key for each tensor")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
        let mut header = Header::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                header.metadata = map.next_value::<Metadata>()?.0;
                continue;
            }
            let tensor: Tensor = map.next_value()?;
            let size = tensor.shape.iter().try_fold(1_u64, |size, length| size.checked_mul(*length));
            let size = size.ok_or_else(|| A::Error::custom("a tensor is larger than there can be"))?;
            header.tensors += 1;
            if header.parameters.len() < MOST || header.parameters.contains_key(&tensor.dtype) {
                let total = header.parameters.entry(tensor.dtype).or_default();
                *total = total.saturating_add(size);
            }
        }
        Ok(header)
    }
}

/// Texts by key; other values are passed over.
struct Metadata(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Metadata, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Held {
            Text(String),
            Other(IgnoredAny),
        }
        let all: BTreeMap<String, Held> = Option::deserialize(deserializer)?.unwrap_or_default();
        let texts = all.into_iter().filter_map(|(key, held)| match held {
            Held::Text(text) => Some((key, text)),
            Held::Other(_) => None,
        });
        Ok(Metadata(texts.take(MOST).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(json: &str) -> Vec<u8> {
        [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
    }

    #[test]
    fn parameters_are_counted_by_type() {
        let json = r#"{"__metadata__":{"format":"pt","n":1},"a":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},
            "b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}"#;
        let header = read(&written(json)).expect("well formed");
        assert_eq!(header.metadata, BTreeMap::from([("format".to_owned(), "pt".to_owned())]));
        assert_eq!(header.parameters, BTreeMap::from([("BF16".to_owned(), 6), ("F32".to_owned(), 1)]));
        assert_eq!((header.tensors, header.total()), (2, Some(7)));
    }

    #[test]
    fn what_is_no_header_is_an_error() {
        let says = |bytes: &[u8]| read(bytes).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(says(b"abc"), Err("it ends within its header, which needs 8 bytes".into()));
        assert_eq!(says(&written("{}")[..9]), Err("it ends within its header, which needs 10 bytes".into()));
        let absurd = u64::MAX.to_le_bytes();
        assert_eq!(
            says(&absurd),
            Err(format!("its header is said to have {} bytes, which is too much", u64::MAX))
        );
        assert!(says(&written("[1]")).is_err());
        assert!(says(&written(r#"{"a":{"dtype":"F32","shape":[18446744073709551615,2]}}"#)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_header_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = read(&written(&String::from_utf8_lossy(&bytes)));
        }
    }
}
