//! What does each declared relation rest on?
//!
//! Relations of millions of models rest on a few combinations of claims, so each different combination is
//! stored once. A claim keeps the name it used only where that is not the base's own.

use crate::{column::Column, record::Source, resolve::Resolution};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use schemars::JsonSchema;
use serde::Serialize;

/// What the declared relations of a graph rest on, in the order of their rows (`Graph::base_relations`).
#[derive(Debug)]
pub struct Evidence {
    /// The combination of each relation.
    pub codes: Column<u32>,
    /// Where each combination starts in `text`; one more at the end.
    pub starts: Column<u32>,
    pub text: Column<u8>,
}

/// What one relation rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Whether no claim states the operation, so that it is what the hub would infer.
    pub operation_inferred: bool,
    /// How the base's name led to it.
    pub resolution: Option<Resolution>,
    pub claims: Vec<Claimed>,
}

/// A place that claims a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Claimed {
    /// Where it was claimed: `base_models_field`, `typed_tag`, `untyped_tag`, `card`, `relation_table`, …
    #[serde(serialize_with = "as_word")]
    #[schemars(with = "String")]
    pub source: Source,
    /// How the base is written there, if not by its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// The operation that the place states, if it states one.
    pub operation: Option<String>,
}

fn as_word<S: serde::Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.as_str())
}

impl Evidence {
    /// Whether there is a combination for each of so many relations.
    pub fn fits(&self, relations: usize) -> bool {
        let combinations = self.starts.len().saturating_sub(1);
        self.codes.len() == relations
            && self.codes.iter().all(|code| (*code as usize) < combinations)
            && self.starts.is_sorted()
            && self.starts.last().is_none_or(|last| *last as usize == self.text.len())
    }

    /// Returns what a relation rests on, by its row; nothing for one that there is not.
    pub fn of(&self, relation: usize) -> Grounds {
        let Some(code) = self.codes.get(relation).map(|code| *code as usize) else {
            return Grounds::default();
        };
        let range = self.starts[code] as usize..self.starts[code + 1] as usize;
        decode(&self.text[range]).unwrap_or_default()
    }
}

/// The evidence of a listing's relations being read, in the order of the graph's rows.
#[derive(Debug)]
pub struct EvidenceBuilder {
    codes: Vec<u32>,
    starts: Vec<u32>,
    text: Vec<u8>,
    known: HashMap<Vec<u8>, u32, RandomState>,
}

impl Default for EvidenceBuilder {
    fn default() -> EvidenceBuilder {
        EvidenceBuilder { codes: Vec::new(), starts: vec![0], text: Vec::new(), known: HashMap::default() }
    }
}

impl EvidenceBuilder {
    /// Adds what the next relation rests on.
    pub fn push(&mut self, grounds: &Grounds) {
        let bytes = encode(grounds);
        let new = self.known.len() as u32;
        let code = *self.known.entry_ref(bytes.as_slice()).or_insert_with(|| {
            self.text.extend_from_slice(&bytes);
            self.starts.push(self.text.len() as u32);
            new
        });
        self.codes.push(code);
    }

    pub fn finish(self) -> Evidence {
        Evidence { codes: self.codes.into(), starts: self.starts.into(), text: self.text.into() }
    }
}

/// Texts are longer than this only to do harm.
const LONGEST: usize = 4096;

fn encode(grounds: &Grounds) -> Vec<u8> {
    let resolution =
        grounds.resolution.and_then(|resolution| Resolution::ALL.iter().position(|each| *each == resolution));
    let mut bytes = vec![u8::from(grounds.operation_inferred), resolution.map_or(0, |at| at as u8 + 1)];
    for claim in &grounds.claims {
        bytes.push(Source::ALL.iter().position(|source| *source == claim.source).unwrap_or(0) as u8);
        for text in [claim.operation.as_deref(), claim.named.as_deref()] {
            let Some(text) = text else {
                bytes.extend(u16::MAX.to_le_bytes());
                continue;
            };
            let text = &text[..text.floor_char_boundary(LONGEST)];
            bytes.extend((text.len() as u16).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Grounds> {
    let (&[inferred, resolution], mut rest) = bytes.split_first_chunk::<2>()?;
    let mut claims = Vec::new();
    while let Some((source, after)) = rest.split_first() {
        rest = after;
        let source = *Source::ALL.get(usize::from(*source))?;
        let operation = text(&mut rest)?;
        let named = text(&mut rest)?;
        claims.push(Claimed { source, named, operation });
    }
    let resolution = resolution.checked_sub(1).and_then(|at| Resolution::ALL.get(usize::from(at)));
    Some(Grounds { operation_inferred: inferred != 0, resolution: resolution.copied(), claims })
}

/// Takes the next text off; the outer `None` means that there is none.
fn text(bytes: &mut &[u8]) -> Option<Option<String>> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = u16::from_le_bytes(*length);
    if length == u16::MAX {
        *bytes = rest;
        return Some(None);
    }
    let (text, rest) = rest.split_at_checked(usize::from(length))?;
    *bytes = rest;
    Some(Some(String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(source: Source, named: Option<&str>, operation: Option<&str>) -> Claimed {
        Claimed { source, named: named.map(str::to_owned), operation: operation.map(str::to_owned) }
    }

    #[test]
    fn evidence_comes_back_as_it_was_and_each_combination_is_stored_once() {
        let plain = Grounds {
            operation_inferred: false,
            resolution: Some(Resolution::Exact),
            claims: vec![
                claim(Source::Card, None, Some("merge")),
                claim(Source::TypedTag, None, Some("merge")),
            ],
        };
        let odd = Grounds {
            operation_inferred: true,
            resolution: Some(Resolution::Missing),
            claims: vec![
                claim(Source::Card, Some("\n ./out\u{1f}"), None),
                claim(Source::Card, Some(""), None),
            ],
        };
        let mut builder = EvidenceBuilder::default();
        for grounds in [&plain, &odd, &plain, &Grounds::default()] {
            builder.push(grounds);
        }
        let evidence = builder.finish();
        assert!(evidence.fits(4));
        assert_eq!(&*evidence.codes, [0, 1, 0, 2]);
        assert_eq!([evidence.of(0), evidence.of(1), evidence.of(2)], [plain.clone(), odd, plain]);
        assert_eq!([evidence.of(3), evidence.of(4)], [Grounds::default(), Grounds::default()]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_decoding_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
