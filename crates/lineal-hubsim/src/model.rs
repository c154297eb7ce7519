//! What does the hub remember of a model?
//!
//! Only what cannot be computed again from its serial number; 18 million of these are kept.

use crate::{calendar::Second, kind::Kind, names::Text};

/// The place of a model in order of creation. It is never given twice.
pub(crate) type Serial = u32;

/// A person or organisation that publishes models.
pub(crate) struct Owner {
    pub name: Text,
    pub style: OwnerStyle,
    /// How many of its models are listed.
    pub models: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnerStyle {
    Person,
    /// Releases the models that families start from.
    Lab,
    /// Quantizes what others publish, by the thousand.
    Quantizer,
    /// The present owner of models once known by a bare name.
    Legacy,
}

pub(crate) struct Model {
    pub name: Text,
    pub owner: u32,
    pub created: Second,
    pub modified: Second,
    pub downloads: u32,
    pub downloads_all_time: u64,
    pub likes: u32,
    /// Where its bases start in the pool of all bases, and how many there are.
    pub first_base: u32,
    pub bases: u8,
    /// `None` for a model that declares no base.
    pub operation: Option<Operation>,
    pub kind: Kind,
    pub state: State,
    /// How many bases away the farthest root is; 0 for a model without base.
    pub depth: u8,
    /// How often its content has changed.
    pub revision: u16,
    /// The model its first line of bases starts at; itself for a model without base.
    pub family: Serial,
    /// How many models were derived directly from it, the deleted included.
    pub derived: u32,
    /// How many models count it as their family, the deleted included.
    pub members: u32,
    /// How many chains lead to it from a root.
    pub paths: u32,
}

/// The operations a simulated publisher knows, one byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Finetune,
    Adapter,
    Merge,
    Quantized,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Listed,
    /// Private for a while; it may come back.
    Hidden,
    Deleted,
    /// Deleted, and another model has its name.
    Replaced,
}

/// What a model declares as its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Model(Serial),
    /// A name that no model of the hub ever had, by its place in [`crate::kind::NOWHERE`].
    Nowhere(u8),
}
