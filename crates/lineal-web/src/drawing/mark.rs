//! How is an operation told apart from the others, with and without colour?

use lineal_core::{operation::Operation, set::Member};

/// What a drawing makes of an operation; the words that only some hubs use share one mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    Finetune,
    Adapter,
    Merge,
    Quantized,
    Distill,
    Prune,
    Convert,
    Other,
}

impl Member for Mark {
    const ALL: &'static [Mark] = &[
        Mark::Finetune,
        Mark::Adapter,
        Mark::Merge,
        Mark::Quantized,
        Mark::Distill,
        Mark::Prune,
        Mark::Convert,
        Mark::Other,
    ];

    /// The word for it, which is its class in the style too.
    fn as_str(self) -> &'static str {
        match self {
            Mark::Finetune => "finetune",
            Mark::Adapter => "adapter",
            Mark::Merge => "merge",
            Mark::Quantized => "quantized",
            Mark::Distill => "distill",
            Mark::Prune => "prune",
            Mark::Convert => "convert",
            Mark::Other => "other",
        }
    }
}

impl Mark {
    pub fn of(operation: &Operation) -> Mark {
        match operation {
            Operation::Finetune => Mark::Finetune,
            Operation::Adapter => Mark::Adapter,
            Operation::Merge => Mark::Merge,
            Operation::Quantized => Mark::Quantized,
            Operation::Distill => Mark::Distill,
            Operation::Prune => Mark::Prune,
            Operation::Convert => Mark::Convert,
            Operation::Other(_) => Mark::Other,
        }
    }

    /// The letter on the head of an arrow.
    pub fn letter(self) -> char {
        match self {
            Mark::Finetune => 'F',
            Mark::Adapter => 'A',
            Mark::Merge => 'M',
            Mark::Quantized => 'Q',
            Mark::Distill => 'D',
            Mark::Prune => 'P',
            Mark::Convert => 'C',
            Mark::Other => 'O',
        }
    }

    /// How a line is broken, as SVG writes it; `none` is whole.
    pub fn dashes(self) -> &'static str {
        match self {
            Mark::Finetune => "none",
            Mark::Adapter => "9 4",
            Mark::Merge => "16 3",
            Mark::Quantized => "3 3",
            Mark::Distill => "10 3 2 3",
            Mark::Prune => "5 5",
            Mark::Convert => "10 3 2 3 2 3",
            Mark::Other => "1 4",
        }
    }

    /// The words between a derived model and its base.
    pub fn from(self) -> &'static str {
        match self {
            Mark::Finetune => "finetuned from",
            Mark::Adapter => "adapter of",
            Mark::Merge => "merged from",
            Mark::Quantized => "quantized from",
            Mark::Distill => "distilled from",
            Mark::Prune => "pruned from",
            Mark::Convert => "converted from",
            Mark::Other => "made from",
        }
    }

    /// What several models are that were made so.
    pub fn several(self) -> &'static str {
        match self {
            Mark::Finetune => "finetunes",
            Mark::Adapter => "adapters",
            Mark::Merge => "merges",
            Mark::Quantized => "quantized",
            Mark::Distill => "distilled",
            Mark::Prune => "pruned",
            Mark::Convert => "converted",
            Mark::Other => "others",
        }
    }

    /// What one model is that was made so.
    pub fn one(self) -> &'static str {
        match self {
            Mark::Finetune => "finetune",
            Mark::Adapter => "adapter",
            Mark::Merge => "merge",
            Mark::Other => "other",
            _ => self.several(),
        }
    }
}
