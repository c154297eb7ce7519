//! The binary, from the outside: what is typed, and all that comes of it.
//!
//! One test binary, so that it is linked once. Tests that need real data find it at `../shared`
//! from the project's root and say so where they are skipped; so do those that need a system
//! that is not there.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod audit;
mod browser;
mod crash;
mod crawl;
mod damage;
mod deltas;
mod details;
mod diff;
mod evolution;
mod examples;
mod explore;
mod golden;
mod hostile;
mod hubsim;
mod import;
mod lint;
mod listing_2024;
mod otherhub;
mod place;
mod quality;
mod reference;
mod renames;
mod risk;
mod s3;
mod serve;
mod sql;
mod support;
mod updates;
mod watch;
