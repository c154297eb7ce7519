//! Snapshots at rest in Parquet, the graph index, and SQL over both.
//!
//! The only crate that knows Arrow, Parquet, DataFusion and object stores. A published snapshot
//! never changes; a folder without a manifest is no snapshot; the index is a cache.

mod facts;
mod guard;
mod index;
mod records;
mod scan;
mod schema;

pub mod details;
pub mod diff;
pub mod evaluations;
pub mod journal;
pub mod manifest;
pub mod snapshot;
mod stated;
pub mod store;
mod telling;
pub mod write;

pub mod answer;
pub mod dump;
pub mod sql;

#[cfg(test)]
mod testing;
