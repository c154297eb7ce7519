//! What does a model's card say: its front matter, and its text?
//!
//! A card is `README.md`: YAML between two lines of `---`, then Markdown. [`read`] survives anything;
//! what is wrong is a list of findings with their places.

mod text;

use crate::finding::{Finding, Place};
use lineal_core::{
    clues::CardPart,
    operation::Operation,
    record::{ModelRecord, Source},
    set::Set,
};
use serde::Serialize;
use std::ops::Range;

/// A card as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// `None` if there is none, or it cannot be read.
    pub front: Option<Front>,
    /// The lines of the card that hold the YAML, as bytes of the file, wherever the fences could be found.
    pub yaml: Option<Range<usize>>,
    /// What the card holds: its text, and whether the front matter could be read.
    pub parts: Set<CardPart>,
    /// What the text says of bases, in its order.
    pub statements: Vec<Statement>,
    /// In the order of their places.
    pub findings: Vec<Finding>,
}

/// The front matter: keys and values in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    pub entries: Vec<(Key, Node)>,
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub name: String,
    pub at: Place,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    pub at: Place,
    /// The bytes of the file that it was written in.
    pub span: Range<usize>,
}

/// A YAML value, read as the Hub reads it: by the core schema of YAML 1.2, so that `no` is a language.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A place of the card's text that names a base.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    pub base: String,
    pub operation: Option<Operation>,
    #[serde(serialize_with = "word")]
    pub source: Source,
    pub at: Place,
    /// The words that say so.
    pub quote: String,
}

fn word<S: serde::Serializer>(source: &Source, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.as_str())
}

/// Reads a card.
pub fn read(bytes: &[u8]) -> Card {
    let text = String::from_utf8_lossy(bytes);
    let said = text::read(&text, 1);
    Card { parts: said.parts, statements: said.statements, ..Card::default() }
}

impl Card {
    /// Adds to a record what this card says and the record does not know yet: the parts of its text, its
    /// statements as claims, and of its front matter what the hub's answer has left out.
    pub fn enrich(&self, record: &mut ModelRecord) {
        record.clues.card = Some(self.parts);
    }
}
