//! What does a hub send about one model? The structs look exactly like it.

use super::Met;
use crate::{
    client::{Answer, Trouble},
    loose::Loose,
    moment::Moment,
};
use lineal_core::{
    model_id::{ModelId, hex},
    reading,
};
use serde::{Deserialize, de::DeserializeOwned};

fn parse<T: DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    serde_json::from_slice(&answer.body).map_err(|error| Trouble::Nonsense(error.to_string()))
}

#[derive(Deserialize)]
struct Model {
    #[serde(rename = "_id")]
    hub_id: Option<String>,
    id: ModelName,
    disabled: Option<bool>,
    private: Option<bool>,
}

struct ModelName(ModelId);

impl<'de> Deserialize<'de> for ModelName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ModelName, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(ModelName).map_err(serde::de::Error::custom)
    }
}

/// Reads the answer of a model's own address.
pub fn model(answer: &Answer) -> Result<Met, Trouble> {
    let model: Model = parse(answer)?;
    Ok(Met {
        hub_id: model.hub_id.and_then(|text| text.parse().ok()),
        id: model.id.0,
        disabled: model.disabled == Some(true),
        private: model.private == Some(true),
    })
}

#[derive(Deserialize)]
struct Commit {
    id: String,
    #[serde(default)]
    title: String,
    message: Option<String>,
    #[serde(default)]
    authors: Vec<Author>,
    date: Option<String>,
}

#[derive(Deserialize)]
struct Author {
    user: Option<String>,
}

/// Reads a page of a model's history.
pub fn commits(answer: &Answer) -> Result<Vec<reading::Commit>, Trouble> {
    let commits: Vec<Commit> = parse(answer)?;
    commits.into_iter().map(commit).collect()
}

fn commit(commit: Commit) -> Result<reading::Commit, Trouble> {
    Ok(reading::Commit {
        id: digest(&commit.id).ok_or_else(|| Trouble::Nonsense("a commit without an id".to_owned()))?,
        title: commit.title,
        message: commit.message.filter(|message| !message.is_empty()),
        authors: commit.authors.into_iter().filter_map(|author| author.user).collect(),
        date: commit.date.and_then(|date| moment(&date)),
    })
}

fn moment(text: &str) -> Option<i64> {
    use crate::loose::Shape;
    match Moment::from_text(text.into()) {
        Loose::Held(Moment::At(milliseconds)) => Some(milliseconds),
        _ => None,
    }
}

fn digest<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    hex(text, &mut bytes)?;
    Some(bytes)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    size: Option<u64>,
    oid: Option<String>,
    lfs: Option<Lfs>,
    xet_hash: Option<String>,
}

/// `oid` here is the SHA-256 that other answers call by its name.
#[derive(Deserialize)]
struct Lfs {
    oid: Option<String>,
    sha256: Option<String>,
    size: Option<u64>,
}

/// Reads a page of a model's files; folders are left out.
pub fn files(answer: &Answer) -> Result<Vec<reading::RepositoryFile>, Trouble> {
    let entries: Vec<Entry> = parse(answer)?;
    Ok(entries.into_iter().filter(|entry| entry.kind != "directory").map(file).collect())
}

fn file(entry: Entry) -> reading::RepositoryFile {
    let lfs = entry.lfs.as_ref();
    let sha256 = lfs.and_then(|lfs| lfs.oid.as_deref().or(lfs.sha256.as_deref()));
    reading::RepositoryFile {
        size: lfs.and_then(|lfs| lfs.size).or(entry.size),
        blob: entry.oid.as_deref().and_then(digest),
        sha256: sha256.and_then(|text| digest(text.strip_prefix("sha256:").unwrap_or(text))),
        xet_hash: entry.xet_hash,
        path: entry.path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        let url = "https://hub.example/".parse().expect("an address");
        Answer { url, body: body.as_bytes().to_vec(), next: None, requests: 1 }
    }

    #[test]
    fn a_history_has_titles_dates_and_authors() {
        let body = r#"[{"id":"f7b02944db5d99ed5c55a7a4e9225d8bdfd147b2","title":"Update README.md","message":"",
            "authors":[{"user":"ann","avatar":"https://x/y.svg"},{"_id":"1"}],"date":"2024-02-14T18:41:48.000Z"},
            {"id":"0000000000000000000000000000000000000001","title":"initial commit","authors":[{"user":"system"}]}]"#;
        let commits = commits(&answer(body)).expect("commits");
        let said: Vec<String> = commits
            .iter()
            .map(|commit| {
                format!(
                    "{:02x} {} by {:?} {:?} {:?}",
                    commit.id[0], commit.title, commit.authors, commit.date, commit.message
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                r#"f7 Update README.md by ["ann"] Some(1707936108000) None"#,
                r#"00 initial commit by ["system"] None None"#
            ]
        );
        assert!(super::commits(&answer(r#"[{"id":"abc","title":"short id"}]"#)).is_err());
        assert!(super::commits(&answer(r#"{"error":"no"}"#)).is_err());
    }

    #[test]
    fn a_large_file_has_the_hash_of_its_content_and_of_its_pointer() {
        let sha256 = "ab".repeat(32);
        let body = format!(
            r#"[{{"type":"directory","oid":"{oid}","size":0,"path":"onnx"}},
               {{"type":"file","oid":"{oid}","size":7,"path":"onnx/a.json"}},
               {{"type":"file","oid":"{oid}","size":9,"path":"m.gguf","xetHash":"cd",
                 "lfs":{{"oid":"{sha256}","size":9,"pointerSize":134}}}}]"#,
            oid = "01".repeat(20)
        );
        let files = files(&answer(&body)).expect("files");
        let [small, large] = &files[..] else { panic!("two files") };
        assert_eq!(
            (&*small.path, small.size, small.blob, small.sha256),
            ("onnx/a.json", Some(7), Some([1; 20]), None)
        );
        assert_eq!(
            (large.sha256, large.size, large.xet_hash.as_deref()),
            (Some([0xab; 32]), Some(9), Some("cd"))
        );
    }

    #[test]
    fn a_model_is_who_its_hub_id_says() {
        let met = model(&answer(r#"{"_id":"63728becacef705233c7d920","id":"a/b","disabled":true}"#))
            .expect("a model");
        assert_eq!(
            (met.hub_id.is_some(), met.id.as_str(), met.disabled, met.private),
            (true, "a/b", true, false)
        );
        assert!(model(&answer(r#"{"_id":"x","id":"../b"}"#)).is_err());
    }
}
