//! Which models were updated, and by which commits?

mod files;

pub use files::{FileKind, FileKinds, Tree};
