//! What is in a snapshot's folder?
//!
//! The manifest is written last: a folder without one is no snapshot.

use lineal_core::{date::SnapshotDate, oddity::Met, resolve::Resolve};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest folder format that this build reads and the one it writes.
pub const FORMAT: u32 = 2;

pub const MANIFEST: &str = "manifest.json";
pub const MODELS: &str = "models.parquet";
pub const COUNTS: &str = "counts.parquet";
pub const RELATIONS: &str = "relations.parquet";
pub const ORDER: &str = "order.parquet";
/// The files that readers need; others are kept beside them.
pub const READ: [&str; 4] = [MODELS, COUNTS, RELATIONS, ORDER];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Tells this snapshot from any other that ever had its date.
    pub id: String,
    /// When it was taken in, RFC 3339.
    pub imported_at: String,
    /// Where its listing came from, in the user's words.
    pub source: Vec<String>,
    /// How it was read from a live hub, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawl: Option<Crawled>,
    /// How names were resolved.
    pub resolve: String,
    pub models: u64,
    /// All relations, declared or not.
    pub relations: u64,
    pub missing_bases: u64,
    /// The words of the operations that relations refer to.
    pub operations: Vec<String>,
    /// The full snapshot that this one is stored as changes to.
    pub changes_to: Option<ChangesTo>,
    /// The files beside the manifest, by name, with their sizes in bytes.
    pub files: BTreeMap<String, u64>,
    /// The folder of the files below the manifest's, in a store without folders to rename.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// What was odd about the listing.
    pub oddities: Vec<OddityMet>,
}

/// How a listing was read from a live hub. A hub changes while it is read, so a snapshot holds
/// each model as it was at some moment between start and end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crawled {
    /// The hub's address.
    pub hub: String,
    /// RFC 3339.
    pub started_at: String,
    /// RFC 3339.
    pub finished_at: String,
    pub pages: u64,
    pub requests: u64,
    /// How often it was taken up again after an interruption.
    pub resumed: u64,
    /// The hub's filters that the listing was restricted to; none means the whole hub.
    pub filters: Vec<String>,
    pub author: Option<String>,
    /// How many models were asked for at most.
    pub limit: Option<u64>,
    /// Only models created or changed since then, in the user's words.
    pub since: Option<String>,
    /// The fields of a model that were asked for.
    pub expand: Vec<String>,
    /// Whether a token was used. It is never kept.
    pub token: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesTo {
    pub date: String,
    pub id: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddityMet {
    pub oddity: String,
    pub count: u64,
    pub examples: Vec<String>,
}

impl OddityMet {
    pub fn new(oddity: &str, met: &Met) -> OddityMet {
        OddityMet { oddity: oddity.to_owned(), count: met.count, examples: met.examples.clone() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("its manifest is not valid")]
    Json(#[from] serde_json::Error),
    #[error("it has format {found}; this build reads up to {FORMAT}")]
    TooNew { found: u32 },
    #[error("its manifest names another date, `{found}`")]
    OtherDate { found: String },
    #[error("its manifest names a file outside its folder, `{name}`")]
    Outside { name: String },
}

impl Manifest {
    /// Reads the manifest of a date's folder.
    ///
    /// # Errors
    /// When it is malformed, newer than this build, or does not belong where it was found.
    pub fn parse(json: &[u8], date: SnapshotDate) -> Result<Manifest, ManifestError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format: found } = serde_json::from_slice(json)?;
        if found > FORMAT {
            return Err(ManifestError::TooNew { found });
        }
        let manifest: Manifest = serde_json::from_slice(json)?;
        if manifest.date != date.to_string() {
            return Err(ManifestError::OtherDate { found: manifest.date });
        }
        let names = manifest.files.keys().chain(&manifest.folder);
        if let Some(name) = names.into_iter().find(|name| !is_inside(name)) {
            return Err(ManifestError::Outside { name: name.clone() });
        }
        Ok(manifest)
    }

    pub fn resolve(&self) -> Resolve {
        self.resolve.parse().unwrap_or_default()
    }

    /// The size of its files, in bytes.
    pub fn size(&self) -> u64 {
        self.files.values().sum()
    }
}

/// Whether a name is one of a file in the snapshot's own folder.
pub(crate) fn is_inside(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut serde_json::Value), expected: &str) {
        let mut manifest = serde_json::json!({
            "format": 1, "date": "2025-07-02", "id": "0f", "imported_at": "2025-07-03T00:00:00Z",
            "source": ["a.json"], "resolve": "exact", "models": 1, "relations": 0, "missing_bases": 0,
            "operations": ["finetune"], "changes_to": null, "files": {"models.parquet": 10}, "oddities": [],
        });
        change(&mut manifest);
        let date = SnapshotDate::new(2025, 7, 2).expect("a day");
        let parsed = Manifest::parse(manifest.to_string().as_bytes(), date);
        let said =
            parsed.map_or_else(|error| error.to_string(), |manifest| format!("{} bytes", manifest.size()));
        assert_eq!(said, expected);
    }

    #[test]
    fn a_manifest_must_belong_where_it_is() {
        check(|_| (), "10 bytes");
        check(
            |manifest| manifest["date"] = "2025-07-03".into(),
            "its manifest names another date, `2025-07-03`",
        );
        check(|manifest| manifest["format"] = 3.into(), "it has format 3; this build reads up to 2");
        check(|manifest| manifest["models"] = "one".into(), "its manifest is not valid");
    }

    #[test]
    fn a_manifest_says_how_a_hub_was_read_if_it_was() {
        let crawl = serde_json::json!({
            "hub": "https://hub.example", "started_at": "2025-07-02T00:00:00Z",
            "finished_at": "2025-07-02T01:00:00Z", "pages": 3, "requests": 4, "resumed": 1,
            "filters": ["gguf"], "author": null, "limit": 10, "since": null, "expand": ["sha"], "token": true,
        });
        check(|manifest| manifest["crawl"] = crawl, "10 bytes");
        check(|manifest| manifest["crawl"] = "yes".into(), "its manifest is not valid");
    }

    #[test]
    fn a_manifest_cannot_name_files_elsewhere() {
        for name in ["../secret", "a/b", "..\\b", ".hidden", ""] {
            let expected = format!("its manifest names a file outside its folder, `{name}`");
            check(|manifest| manifest["files"][name] = 1.into(), &expected);
            check(|manifest| manifest["folder"] = name.into(), &expected);
        }
    }
}
