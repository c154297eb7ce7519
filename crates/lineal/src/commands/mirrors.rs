//! Which models hold the very same weights under another name?
//!
//! Known where `lineal crawl files` has read the hashes of files. Two models are mirrors if they have the same
//! large files of weights, by content, whatever those are called.

use crate::error::CommandError;
use lineal_core::{reading::RepositoryFile, world::World};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use std::collections::{BTreeSet, HashSet};

/// How the names of files of weights end.
const WEIGHTS: [&str; 7] = [".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".h5"];

/// The contents of a model's weights.
type Weights = BTreeSet<[u8; 32]>;

/// Finds the mirrors of some models; `None` if the files of none of them were read.
///
/// # Errors
/// When what was read of files cannot be read again.
pub fn of(
    lake: &Lake,
    snapshot: &Snapshot,
    world: &World,
    nodes: &[u32],
) -> Result<Option<Vec<String>>, CommandError> {
    let mut asked: HashSet<Weights> = HashSet::new();
    for read in lake.files(snapshot)? {
        let (node, files) = read?;
        if nodes.contains(&node) {
            asked.insert(weights(&files));
        }
    }
    asked.remove(&Weights::new());
    if asked.is_empty() {
        return Ok(None);
    }
    let mut mirrors = Vec::new();
    for read in lake.files(snapshot)? {
        let (node, files) = read?;
        if !nodes.contains(&node) && asked.contains(&weights(&files)) {
            mirrors.push(world.name(node).to_owned());
        }
    }
    mirrors.sort_unstable();
    Ok(Some(mirrors))
}

fn weights(files: &[RepositoryFile]) -> Weights {
    let is_weights = |file: &&RepositoryFile| WEIGHTS.iter().any(|end| file.path.ends_with(end));
    files.iter().filter(is_weights).filter_map(|file| file.sha256).collect()
}
