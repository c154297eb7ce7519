//! What is in a file, and by which hashes is it known?
//!
//! The bytes follow from the seed, the model and the commit. The hashes are what git and its large
//! file storage would have computed.

use crate::{
    chance::{Chance, Traits},
    server::repository::{
        ADAPTER_CONFIG, ATTRIBUTES, CARD, CONFIG, Commit, POOLING, Repository, TOKENIZER_CONFIG, Weights,
    },
};
use ring::digest::{self, Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Weights are replaced by one commit of so many.
pub(crate) const WEIGHTS_EVERY: usize = 4;

pub(crate) struct File {
    pub path: &'static str,
    pub bytes: Vec<u8>,
    /// Whether git has only a pointer to it.
    pub is_large: bool,
    /// The commit that changed it last.
    pub commit: Commit,
}

impl File {
    /// Returns what git keeps of the file.
    pub fn in_git(&self) -> Vec<u8> {
        if !self.is_large {
            return self.bytes.clone();
        }
        let (sha256, size) = (self.sha256(), self.bytes.len());
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n").into_bytes()
    }

    /// Returns the name that git has for the file.
    pub fn oid(&self) -> String {
        hex(&git_hash("blob", &self.in_git()))
    }

    pub fn sha256(&self) -> String {
        hash(&SHA256, &self.bytes)
    }

    /// Returns the hash by which the Hub's own storage knows the file: related to no other.
    pub fn xet_hash(&self) -> String {
        hash(&SHA256, self.sha256().as_bytes())
    }

    /// Returns the hash that tells one version of the file from another.
    pub fn etag(&self) -> String {
        if self.is_large { self.sha256() } else { self.oid() }
    }
}

impl Repository {
    /// Returns the files after a commit, by its place among the commits; sorted by path.
    pub fn files(&self, place: usize) -> Vec<File> {
        let age = self.commits.len() - 1 - place;
        let mut paths = vec![ATTRIBUTES];
        if age > 0 {
            paths = self.weights.paths(self.record.get("library_name").and_then(Value::as_str));
        }
        paths.into_iter().map(|path| self.file(path, age)).collect()
    }

    /// Returns a file as it is after so many commits that followed the first.
    fn file(&self, path: &'static str, age: usize) -> File {
        let is_large = path == self.weights.path();
        let changed = match path {
            ATTRIBUTES => 0,
            CARD => age,
            _ if is_large => age - (age - 1) % WEIGHTS_EVERY,
            _ => 1,
        };
        let bytes = match path {
            ATTRIBUTES => attributes(),
            CARD => self.card(age).into_bytes(),
            CONFIG => pretty(self.record.get("config").unwrap_or(&json!({}))),
            TOKENIZER_CONFIG => pretty(self.config("tokenizer_config").unwrap_or(&json!({}))),
            ADAPTER_CONFIG => pretty(&self.adapter_config()),
            POOLING => pretty(&json!({ "word_embedding_dimension": 384, "pooling_mode_mean_tokens": true })),
            _ if self.weights == Weights::Gguf => gguf(self.seed, changed),
            _ => safetensors(self.seed, changed),
        };
        let commit = self.commits[self.commits.len() - 1 - changed].clone();
        File { path, bytes, is_large, commit }
    }

    /// Returns the README: the card as front matter, and a text.
    fn card(&self, age: usize) -> String {
        let mut text = String::new();
        if let Some(Value::Object(card)) = self.record.get("cardData") {
            text = format!("---\n{}---\n\n", yaml(card));
        }
        let name = self.id().rsplit('/').next().unwrap_or_default();
        text += &format!("# {name}\n\nRevision {age} of a model that was made up.\n");
        if let Some(base) = self.config("_name_or_path").and_then(Value::as_str) {
            text += &format!(
                "\nThis model is a fine-tuned version of [{base}](https://huggingface.co/{base}).\n"
            );
        }
        text
    }

    fn config(&self, key: &str) -> Option<&Value> {
        self.record.get("config")?.get(key)
    }

    fn adapter_config(&self) -> Value {
        let base = match self.record.get("cardData").and_then(|card| card.get("base_model")) {
            Some(Value::Array(bases)) => bases.first().cloned(),
            base => base.cloned(),
        };
        let named =
            self.record.get("config").and_then(|config| config["peft"].get("base_model_name_or_path"));
        json!({
            "base_model_name_or_path": named.cloned().or(base),
            "lora_alpha": 32,
            "peft_type": "LORA",
            "r": 16,
            "task_type": "CAUSAL_LM",
        })
    }
}

/// Writes a card as YAML; whatever is not plain is written as JSON, which is YAML too.
fn yaml(card: &Map<String, Value>) -> String {
    let is_plain = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
            && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n")
    };
    let scalar = |value: &Value| match value {
        Value::String(text) if is_plain(text) => text.clone(),
        value => value.to_string(),
    };
    let mut yaml = String::new();
    for (name, value) in card {
        // Writing to a text does not fail.
        let _ = match value {
            Value::Array(values) if !values.is_empty() => {
                let lines: String = values.iter().map(|value| format!("- {}\n", scalar(value))).collect();
                write!(yaml, "{name}:\n{lines}")
            }
            value => writeln!(yaml, "{name}: {}", scalar(value)),
        };
    }
    yaml
}

/// Says which files are large ones.
fn attributes() -> Vec<u8> {
    let lines =
        ["*.safetensors", "*.gguf"].map(|files| format!("{files} filter=lfs diff=lfs merge=lfs -text\n"));
    lines.concat().into_bytes()
}

fn pretty(value: &Value) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

fn noise(seed: u64, version: usize, length: usize) -> Vec<u8> {
    let mut source = Traits::new(seed, version as u32, crate::Trait::Files as u32);
    let words = (0..length.div_ceil(8)).flat_map(|_| source.draw().to_le_bytes());
    words.take(length).collect()
}

/// Returns a few tensors of noise, with a header that says so.
fn safetensors(seed: u64, version: usize) -> Vec<u8> {
    let header = json!({
        "__metadata__": { "format": "pt" },
        "model.embed_tokens.weight": { "dtype": "F32", "shape": [16, 32], "data_offsets": [0, 2048] },
        "model.norm.weight": { "dtype": "BF16", "shape": [32], "data_offsets": [2048, 2112] },
    });
    let mut header = header.to_string();
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(noise(seed, version, 2_112));
    bytes
}

/// Returns a file of GGUF version 3 with one key and one tensor.
fn gguf(seed: u64, version: usize) -> Vec<u8> {
    const TEXT: u32 = 8;
    const F32: u32 = 0;
    let mut bytes = b"GGUF".to_vec();
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    bytes.extend(3_u32.to_le_bytes());
    bytes.extend(1_u64.to_le_bytes()); // tensors
    bytes.extend(1_u64.to_le_bytes()); // keys
    text(&mut bytes, "general.architecture");
    bytes.extend(TEXT.to_le_bytes());
    text(&mut bytes, "llama");
    text(&mut bytes, "token_embd.weight");
    bytes.extend(1_u32.to_le_bytes()); // dimensions
    bytes.extend(512_u64.to_le_bytes());
    bytes.extend(F32.to_le_bytes());
    bytes.extend(0_u64.to_le_bytes()); // where its data starts
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes.extend(noise(seed, version, 2_048));
    bytes
}

/// Returns the hash of a folder whose only entry is a file.
pub(crate) fn folder_oid(name: &str, file: &File) -> String {
    let mut entry = format!("100644 {name}\0").into_bytes();
    entry.extend(git_hash("blob", &file.in_git()));
    hex(&git_hash("tree", &entry))
}

fn git_hash(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let mut context = digest::Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("{kind} {}\0", bytes.len()).as_bytes());
    context.update(bytes);
    context.finish().as_ref().to_vec()
}

fn hash(algorithm: &'static Algorithm, bytes: &[u8]) -> String {
    hex(digest::digest(algorithm, bytes).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_would_find_the_same_hashes() {
        // `echo hello | git hash-object --stdin`, and `git write-tree` with it as `a`.
        assert_eq!(hex(&git_hash("blob", b"hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
        let commit =
            Commit { id: String::new(), title: String::new(), author: String::new(), date: String::new() };
        let file = File { path: "a", bytes: b"hello\n".to_vec(), is_large: false, commit };
        assert_eq!(folder_oid("a", &file), "0976950c1fdbcb52435a433913017bf044b3a58f");
    }

    #[test]
    fn cards_are_yaml() {
        let card = json!({ "base_model": ["a/b", "C:\\models"], "license": "mit", "language": "no" });
        let Value::Object(card) = card else { panic!("an object") };
        assert_eq!(yaml(&card), "base_model:\n- a/b\n- \"C:\\\\models\"\nlanguage: \"no\"\nlicense: mit\n");
    }
}
