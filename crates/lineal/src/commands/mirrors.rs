//! What has been read of the files of a snapshot's models, and which models so have the same weights?

use crate::error::CommandError;
use lineal_core::mirrors::{Mirrors, MirrorsBuilder};
use lineal_lake::{snapshot::Snapshot, store::Lake};

/// Reads what `lineal crawl files` has read.
///
/// # Errors
/// When that cannot be read again.
pub fn read(lake: &Lake, snapshot: &Snapshot) -> Result<Mirrors, CommandError> {
    let mut mirrors = MirrorsBuilder::default();
    for read in lake.files(snapshot)? {
        let (node, files) = read?;
        mirrors.push(node, &files);
    }
    Ok(mirrors.finish())
}
