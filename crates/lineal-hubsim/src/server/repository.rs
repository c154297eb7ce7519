//! What is in a model's repository, at each of its revisions?

use serde_json::{Map, Value};

pub(crate) const INITIAL_COMMIT: &str = "initial commit";

/// A model with its history; the files follow from it.
pub(crate) struct Repository {
    /// All that a listing says of the model.
    pub record: Map<String, Value>,
    pub weights: Weights,
    /// What the bytes of its weights follow from.
    pub seed: u64,
    /// Newest first; the newest is the `sha` of the record, the oldest has no files but one.
    pub commits: Vec<Commit>,
}

#[derive(Clone, Debug)]
pub(crate) struct Commit {
    pub id: String,
    pub title: String,
    pub author: String,
    pub date: String,
}

/// The format in which a model's weights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weights {
    Safetensors,
    Adapter,
    Gguf,
}

pub(crate) const ATTRIBUTES: &str = ".gitattributes";
pub(crate) const CARD: &str = "README.md";
pub(crate) const CONFIG: &str = "config.json";
pub(crate) const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
pub(crate) const ADAPTER_CONFIG: &str = "adapter_config.json";
pub(crate) const POOLING: &str = "1_Pooling/config.json";

impl Weights {
    /// Returns the file that holds the weights.
    pub fn path(self) -> &'static str {
        match self {
            Weights::Safetensors => "model.safetensors",
            Weights::Adapter => "adapter_model.safetensors",
            Weights::Gguf => "model-Q4_K_M.gguf",
        }
    }

    /// Returns the files of a model, sorted.
    pub fn paths(self, library: Option<&str>) -> Vec<&'static str> {
        let mut paths = vec![ATTRIBUTES, CARD, self.path()];
        match self {
            Weights::Safetensors => paths.push(CONFIG),
            Weights::Adapter => paths.push(ADAPTER_CONFIG),
            Weights::Gguf => {}
        }
        if library == Some("sentence-transformers") {
            paths.push(POOLING);
        }
        if self == Weights::Safetensors && library == Some("transformers") {
            paths.push(TOKENIZER_CONFIG);
        }
        paths.sort_unstable();
        paths
    }
}

impl Repository {
    /// Returns a text of the record, `""` where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.record.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.text("id")
    }

    pub fn is_disabled(&self) -> bool {
        self.record.get("disabled") == Some(&Value::Bool(true))
    }

    /// Returns who grants access: `auto`, `manual`, or nobody needs to.
    pub fn gate(&self) -> Option<&str> {
        self.record.get("gated").and_then(Value::as_str)
    }

    /// Finds the place of a commit by a branch, a tag, or the start of its id.
    pub fn revision(&self, name: &str) -> Option<usize> {
        if name == "main" || name == "refs/heads/main" {
            return Some(0);
        }
        if let Some(tag) = self.tag().filter(|_| name == TAG || name == "refs/tags/v1.0") {
            return Some(tag);
        }
        let is_short_id = (7..=40).contains(&name.len());
        self.commits.iter().position(|commit| is_short_id && commit.id.starts_with(name))
    }

    /// Returns the place of the commit that is tagged: the first upload of a model that has changed since.
    pub fn tag(&self) -> Option<usize> {
        (self.commits.len() > 2).then(|| self.commits.len() - 2)
    }
}

pub(crate) const TAG: &str = "v1.0";
