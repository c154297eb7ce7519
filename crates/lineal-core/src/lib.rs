//! The supply chain of AI models as a graph, and every exact statistic on it.
//!
//! This crate is pure: no network, no files, no terminal, no clock. An analysis is a function of
//! a [`world::World`] and its options, and sorts what it returns. The order of the modules below
//! is the layering: a module uses what stands above it, and two analyses never call each other.

// Words
pub mod big;
pub mod date;
pub mod inequality;
pub mod legible;
pub mod model_id;
pub mod operation;
pub mod proportion;
pub mod set;
pub mod statistics;
pub mod task;

pub mod field;

// Snapshot records
pub mod clues;
pub mod oddity;
pub mod reading;
pub mod record;

// Names
pub mod column;
pub mod ids;
pub mod words;

// From records to relations
pub mod aliases;
pub mod resolve;

// The graph
pub mod graph;
pub mod world;

pub mod closure;

// What is told of single models
pub mod evidence;
pub mod profiles;

pub mod atlas;

pub mod guest;

// Two snapshots
pub mod renames;

pub mod pairing;

pub mod change;
pub mod moves;

// Analyses
pub mod components;
pub mod degrees;
pub mod reach;
pub mod sizes;
pub mod tasks;

pub mod chains;
pub mod clusters;

pub mod attachment;
pub mod growth;
pub mod owners;
pub mod survival;

pub mod broken;
pub mod lineage;
pub mod mirrors;

pub mod export;

pub mod history;
pub mod impact;
pub mod path;
pub mod rank;
pub mod search;
pub mod subject;

// Judgement
pub mod audit;
pub mod published;
pub mod usage;

pub mod evolution;
pub mod infer;
pub mod inferred;
pub mod quality;
pub mod risk;
pub mod successors;
pub mod updates;
pub mod watch;

#[cfg(test)]
mod testing;
