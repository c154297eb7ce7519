//! A hub: its listings, from its own JSON to the study's tables, turned into records; and its API.
//!
//! [`open`](mod@open) unwraps an input and says what kinds of listing lie in it; [`listing`] reads one of them
//! into [`lineal_core::record::ModelRecord`]s, in its order. [`client`] makes requests to a live
//! hub, within its limits; [`pages`] reads its list with it, and [`ask`](mod@ask) what it says about single
//! models; [`webhook`] tells somebody else's service. Everything read is hostile: each listing ends in records or in an error that says
//! where it broke, each request in an answer or an error, in bounded memory. What the Hub sends
//! stays in `wire`, `ask::wire` and, on the way back, [`relist`]; nothing else knows its field names.

pub mod ask;
pub mod broken;
pub mod client;
pub mod listing;
pub mod open;
pub mod pages;
pub mod relist;
pub mod webhook;

mod claims;
mod infer;
mod loose;
mod moment;
mod record;
mod relation_table;
mod split;
mod wire;
