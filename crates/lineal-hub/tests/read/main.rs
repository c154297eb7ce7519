//! Whole inputs, from their first byte to records.

mod inputs;
mod real_listings;
mod support;
