//! By what operation was a model derived?

use serde::{Serialize, Serializer};
use std::fmt;

/// How a model was derived from its base, in the Hub's spelling.
///
/// The set is open: words without a name here survive a round trip as [`Operation::Other`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    Finetune,
    Adapter,
    Merge,
    Quantized,
    Distill,
    Prune,
    Convert,
    Other(Box<str>),
}

impl Operation {
    /// The operations with a name, in the order the study lists a base's derived models.
    pub const NAMED: [Operation; 7] = [
        Operation::Finetune,
        Operation::Adapter,
        Operation::Merge,
        Operation::Quantized,
        Operation::Distill,
        Operation::Prune,
        Operation::Convert,
    ];

    pub fn as_str(&self) -> &str {
        match self {
            Operation::Finetune => "finetune",
            Operation::Adapter => "adapter",
            Operation::Merge => "merge",
            Operation::Quantized => "quantized",
            Operation::Distill => "distill",
            Operation::Prune => "prune",
            Operation::Convert => "convert",
            Operation::Other(word) => word,
        }
    }

    /// Returns the operation that a word names, whatever the word.
    pub fn named(word: &str) -> Operation {
        let known = Operation::NAMED.into_iter().find(|operation| operation.as_str() == word);
        known.unwrap_or_else(|| Operation::Other(word.into()))
    }

    /// Returns the group that the study's tables put this operation in.
    pub fn group(&self) -> Group {
        match self {
            Operation::Finetune | Operation::Adapter => Group::Finetune,
            Operation::Merge => Group::Merge,
            Operation::Quantized => Group::Quantized,
            _ => Group::Other,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The operations as the study groups them: its *Fine-Tune* is finetune and adapter together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    Finetune,
    Merge,
    Quantized,
    Other,
}

impl Group {
    pub const ALL: [Group; 4] = [Group::Finetune, Group::Merge, Group::Quantized, Group::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Group::Finetune => "finetune",
            Group::Merge => "merge",
            Group::Quantized => "quantized",
            Group::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_a_round_trip() {
        for word in ["finetune", "adapter", "merge", "quantized", "distill", "prune", "convert", "", "Merge"]
        {
            assert_eq!(Operation::named(word).as_str(), word);
        }
        assert_eq!(Operation::named("Merge"), Operation::Other("Merge".into()));
    }
}
