//! Listings of models, from the Hub's own JSON to the study's tables, turned into records.
//!
//! [`open`](mod@open) unwraps an input and says what kinds of listing lie in it; [`listing`] reads one of them
//! into [`lineal_core::record::ModelRecord`]s, in its order. Everything read is hostile: each
//! listing ends in records or in an error that says where it broke, in bounded memory. What the
//! Hub sends stays in `wire`; nothing else here knows its field names.

pub mod ask;
pub mod broken;
pub mod client;
pub mod listing;
pub mod open;
pub mod pages;

mod claims;
mod infer;
mod loose;
mod moment;
mod record;
mod relation_table;
mod split;
mod wire;
