//! Where did a listing break, and why?

use std::io;

/// A listing that cannot be read further.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{listing}`: broken at record {record}, byte {byte}")]
pub struct BrokenListing {
    pub listing: String,
    /// The record that could not be read, counted from 1.
    pub record: u64,
    /// Where it broke, in bytes from the start of the listing once it is unpacked.
    pub byte: u64,
    #[source]
    pub why: Why,
}

/// A record, or the place between two, where reading stopped.
#[derive(Debug)]
pub struct Broken {
    pub record: u64,
    pub byte: u64,
    pub why: Why,
}

impl Broken {
    pub fn in_listing(self, listing: &str) -> BrokenListing {
        BrokenListing { listing: listing.to_owned(), record: self.record, byte: self.byte, why: self.why }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// What the parser said, without its line and column.
    #[error("not a JSON object as expected: {0}")]
    NotJson(String),
    #[error("the listing is cut off here")]
    CutOff,
    #[error("the record is larger than {} MiB", LONGEST_RECORD >> 20)]
    TooLarge,
    #[error("not UTF-8")]
    NotUtf8,
    #[error("the row has {found} columns, but `Model ID`, `Type` and `Base Model` need {needed}")]
    TooFewColumns { found: usize, needed: usize },
    #[error("the input cannot be read")]
    Unreadable(#[source] io::Error),
}

impl Why {
    /// Whether nothing can be read after it.
    pub fn is_final(&self) -> bool {
        matches!(self, Why::CutOff | Why::TooLarge | Why::Unreadable(_))
    }
}

/// The longest record accepted, in bytes. The longest of the Hub's are a few MiB of file names.
pub const LONGEST_RECORD: usize = 64 << 20;
