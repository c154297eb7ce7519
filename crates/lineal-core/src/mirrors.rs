//! Which models hold the very same weights under another name?
//!
//! Known of models whose files were read: two are mirrors if their large files of weights have the same
//! contents, whatever those are called.

use crate::{reading::RepositoryFile, world::World};
use std::collections::{BTreeSet, HashMap};

/// How the names of files of weights end.
const WEIGHTS: [&str; 7] = [".safetensors", ".gguf", ".bin", ".pt", ".pth", ".onnx", ".h5"];

/// The models whose weights are known, by what those are.
#[derive(Debug, Default)]
pub struct Mirrors {
    /// The group of each model.
    group: HashMap<u32, usize>,
    /// The models of each group.
    groups: Vec<Vec<u32>>,
}

/// The models whose files are read one after another.
#[derive(Debug, Default)]
pub struct MirrorsBuilder {
    known: HashMap<BTreeSet<[u8; 32]>, usize>,
    mirrors: Mirrors,
}

impl MirrorsBuilder {
    /// Adds a model with its files; one without weights that are known by their hash is none's mirror.
    pub fn push(&mut self, node: u32, files: &[RepositoryFile]) {
        let is_weights = |file: &&RepositoryFile| WEIGHTS.iter().any(|end| file.path.ends_with(end));
        let weights: BTreeSet<[u8; 32]> =
            files.iter().filter(is_weights).filter_map(|file| file.sha256).collect();
        if weights.is_empty() {
            return;
        }
        let group = *self.known.entry(weights).or_insert_with(|| {
            self.mirrors.groups.push(Vec::new());
            self.mirrors.groups.len() - 1
        });
        self.mirrors.groups[group].push(node);
        self.mirrors.group.insert(node, group);
    }

    pub fn finish(self) -> Mirrors {
        self.mirrors
    }
}

impl Mirrors {
    /// Names the mirrors of some models, those themselves left out; `None` if the weights of none are known.
    pub fn of(&self, world: &World, nodes: &[u32]) -> Option<Vec<String>> {
        let groups: BTreeSet<usize> = nodes.iter().filter_map(|node| self.group.get(node).copied()).collect();
        if groups.is_empty() {
            return None;
        }
        let all = groups.into_iter().flat_map(|group| &self.groups[group]);
        let mut names: Vec<String> =
            all.filter(|node| !nodes.contains(node)).map(|node| world.name(*node).to_owned()).collect();
        names.sort_unstable();
        Some(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    fn file(path: &str, sha256: Option<u8>) -> RepositoryFile {
        let sha256 = sha256.map(|byte| [byte; 32]);
        RepositoryFile { path: path.to_owned(), size: None, blob: None, sha256, xet_hash: None }
    }

    #[test]
    fn mirrors_have_the_same_weights_whatever_they_are_called() {
        let world = world("a/one\nb/other\nc/half\nd/none\ne/unread");
        let mut builder = MirrorsBuilder::default();
        let two = [file("x.safetensors", Some(1)), file("y.safetensors", Some(2)), file("README.md", None)];
        let swapped = [file("model-2.bin", Some(2)), file("model-1.bin", Some(1)), file("t.json", Some(9))];
        builder.push(0, &two);
        builder.push(1, &swapped);
        builder.push(2, &two[..1]);
        builder.push(3, &[file("config.json", Some(3)), file("small.bin", None)]);
        let mirrors = builder.finish();
        assert_eq!(mirrors.of(&world, &[0]), Some(vec!["b/other".to_owned()]));
        assert_eq!(mirrors.of(&world, &[0, 1]), Some(Vec::new()));
        assert_eq!(mirrors.of(&world, &[2]), Some(Vec::new()));
        assert_eq!([mirrors.of(&world, &[3]), mirrors.of(&world, &[4])], [None, None]);
    }
}
