//! Which files differ between two commits of a model, and do they change what it does?
//!
//! Weights do, and so does the chat template, which many models keep inside
//! `tokenizer_config.json`: a change of that file may be one of the template.

use super::ChangedFiles;
use crate::{reading::RepositoryFile, updates::FileKind};
use std::collections::BTreeMap;

/// The file that can hold a chat template beside much else.
const HOLDS_TEMPLATE: &str = "tokenizer_config.json";

/// Compares the files of two commits.
pub fn changed(before: &[RepositoryFile], after: &[RepositoryFile]) -> ChangedFiles {
    let by_path = |files: &[RepositoryFile]| -> BTreeMap<String, RepositoryFile> {
        files.iter().map(|file| (file.path.clone(), file.clone())).collect()
    };
    let (before, after) = (by_path(before), by_path(after));
    let mut changed = ChangedFiles::default();
    for (path, file) in &before {
        if after.get(path).is_none_or(|other| is_other(file, other)) {
            changed.add(path);
        }
    }
    after.keys().filter(|path| !before.contains_key(*path)).for_each(|path| changed.add(path));
    let ChangedFiles { weights, template, other } = &mut changed;
    [weights, template, other].into_iter().for_each(|paths| paths.sort_unstable());
    changed
}

/// Whether two versions of a file are known to differ, by the best hash that both have.
fn is_other(one: &RepositoryFile, other: &RepositoryFile) -> bool {
    if let (Some(one), Some(other)) = (one.sha256, other.sha256) {
        return one != other;
    }
    if let (Some(one), Some(other)) = (one.blob, other.blob) {
        return one != other;
    }
    one.size.zip(other.size).is_some_and(|(one, other)| one != other)
}

impl ChangedFiles {
    fn add(&mut self, path: &str) {
        let name = path.rsplit('/').next().unwrap_or_default();
        let paths = match FileKind::of(path) {
            FileKind::Weights => &mut self.weights,
            FileKind::Template => &mut self.template,
            _ if name.eq_ignore_ascii_case(HOLDS_TEMPLATE) => &mut self.template,
            _ => &mut self.other,
        };
        paths.push(path.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files as `path` or `path=content`, the content a digit.
    fn files(text: &str) -> Vec<RepositoryFile> {
        let file = |word: &str| {
            let (path, content) = word.split_once('=').unwrap_or((word, "0"));
            let content = content.parse::<u8>().expect("a digit");
            let is_large = path.ends_with(".safetensors");
            RepositoryFile {
                path: path.to_owned(),
                size: Some(9),
                blob: (!is_large).then_some([content; 20]),
                sha256: is_large.then_some([content; 32]),
                xet_hash: None,
            }
        };
        text.split_whitespace().map(file).collect()
    }

    fn check(before: &str, after: &str, expected: &str) {
        let ChangedFiles { weights, template, other } = changed(&files(before), &files(after));
        let found = [("weights", weights), ("template", template), ("other", other)];
        let found = found.iter().filter(|(_, paths)| !paths.is_empty());
        let said: Vec<String> = found.map(|(kind, paths)| format!("{kind} {}", paths.join(" "))).collect();
        assert_eq!(said.join(", "), expected);
    }

    #[test]
    fn files_are_compared_by_content_and_told_apart_by_what_they_are_for() {
        check("a.safetensors README.md", "README.md a.safetensors", "");
        check(
            "a.safetensors=1 README.md",
            "a.safetensors=2 README.md=1",
            "weights a.safetensors, other README.md",
        );
        check("b.safetensors", "c.safetensors", "weights b.safetensors c.safetensors");
        check(
            "",
            "chat_template.jinja x/tokenizer_config.json",
            "template chat_template.jinja x/tokenizer_config.json",
        );
        check("tokenizer.json=1", "tokenizer.json=2", "other tokenizer.json");
    }
}
