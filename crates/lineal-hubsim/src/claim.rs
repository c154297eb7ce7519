//! How does a model say what it was made from?
//!
//! Most records carry the Hub's typed and untyped tags, the card's `base_model` and the resolved
//! `baseModels`. Some are of an older time, have lost their card, or contradict themselves.

use crate::{
    Hub, Trait,
    chance::Chance,
    kind::{NOWHERE, PATHS},
    model::{Base, Model, Operation, OwnerStyle, Serial},
};
use serde::{Serialize, Serializer};
use std::fmt;

/// What a model declares, and by which means.
pub(crate) struct Claim<'a> {
    /// The operation, in the word the record uses.
    pub word: &'static str,
    pub operation: Operation,
    pub bases: Vec<Spelled<'a>>,
    pub means: Means,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// Typed tags, card and `baseModels`.
    Full,
    /// Untyped tags and the card, as before the Hub knew operations.
    Untyped,
    /// Tags alone.
    Cardless,
    /// The card gives another operation than the tags.
    Contradicting,
}

/// A base as a record spells it.
#[derive(Clone, Copy)]
pub(crate) enum Spelled<'a> {
    Id(Id<'a>),
    /// The bare name of a model that has an owner now.
    Bare(&'a str),
    /// In capitals, as somebody remembered it.
    Capitals(Id<'a>),
    Nowhere(&'static str),
}

/// A model's owner and name.
#[derive(Clone, Copy)]
pub(crate) struct Id<'a> {
    pub owner: &'a str,
    pub name: &'a str,
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.owner)?;
        f.write_str("/")?;
        f.write_str(self.name)
    }
}

impl fmt::Display for Spelled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Spelled::Id(id) => id.fmt(f),
            Spelled::Bare(name) => f.write_str(name),
            Spelled::Capitals(id) => f.write_str(&id.to_string().to_ascii_uppercase()),
            Spelled::Nowhere(name) => f.write_str(name),
        }
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Spelled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Operation {
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Finetune => "finetune",
            Operation::Adapter => "adapter",
            Operation::Merge => "merge",
            Operation::Quantized => "quantized",
        }
    }
}

impl Hub {
    pub(crate) fn id(&self, model: &Model) -> Id<'_> {
        let owner = self.names.get(self.owners[model.owner as usize].name);
        Id { owner, name: self.names.get(model.name) }
    }

    /// Returns what a model declares; `None` where it declares nothing.
    pub(crate) fn claim(&self, serial: Serial, model: &Model) -> Option<Claim<'_>> {
        let operation = model.operation?;
        let mut traits = self.traits(serial, Trait::Claim);
        let means = match traits.below(1000) {
            0..25 => Means::Untyped,
            25..35 => Means::Cardless,
            35..45 if operation == Operation::Quantized => Means::Contradicting,
            _ => Means::Full,
        };
        let distilled = operation == Operation::Finetune && traits.one_in(400);
        let word = if distilled { "distill" } else { operation.as_str() };
        let remembered = traits.one_in(500);
        let spelled = |base: &Base| match *base {
            Base::Nowhere(place) => Spelled::Nowhere(NOWHERE[usize::from(place)]),
            Base::Model(base) => {
                let base = &self.models[base as usize];
                let id = self.id(base);
                if means == Means::Untyped && self.owners[base.owner as usize].style == OwnerStyle::Legacy {
                    Spelled::Bare(id.name)
                } else if remembered {
                    Spelled::Capitals(id)
                } else {
                    Spelled::Id(id)
                }
            }
        };
        let bases = self.bases_of(model).iter().map(spelled).collect();
        Some(Claim { word, operation, bases, means })
    }

    /// Returns the bases that the Hub itself resolves: those that are listed.
    pub(crate) fn resolved(&self, model: &Model) -> impl Iterator<Item = (Serial, &Model)> {
        let listed = |base: &Base| match *base {
            Base::Model(base) if self.is_listed(base) => Some((base, &self.models[base as usize])),
            _ => None,
        };
        self.bases_of(model).iter().filter_map(listed)
    }

    /// Returns the folder that a training script gave as a base, for a few models without a base.
    pub(crate) fn path_instead_of_base(&self, serial: Serial) -> Option<&'static str> {
        let mut traits = self.traits(serial, Trait::Claim);
        traits.one_in(250).then(|| *traits.any(&PATHS))
    }
}
