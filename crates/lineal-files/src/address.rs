//! What does the text of an address, a path or a name lead to on the hub?
//!
//! Tools write bases as they were loaded: by name, by address, or by a path on the disk of whoever ran them.

use lineal_core::model_id::is_model_id;

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Model(String),
    /// A page of the hub with one segment: an old model without an owner, or an owner.
    Bare(String),
    /// A data set, a space, a paper: surely no model.
    OtherPage,
    Elsewhere,
}

const HOSTS: &[&str] =
    &["huggingface.co/", "www.huggingface.co/", "hf.co/", "hf-mirror.com/", "huggingface.com/", "www.hf.co/"];

/// First segments of the hub's pages that are not owners.
#[rustfmt::skip]
const NOT_OWNERS: &[&str] = &[
    "api", "apps", "assets", "blog", "brand", "buckets", "chat", "collections", "contact", "course",
    "datasets", "docs", "enterprise", "front", "huggingface.co", "inference", "inference-endpoints",
    "join", "kernels", "languages", "learn", "login", "metrics", "models", "new", "organizations",
    "papers", "posts", "pricing", "privacy", "search", "settings", "spaces", "support", "tasks", "users",
    "transformers", "hardware", "nlp", "landing",
];

/// First segments that are folders of somebody's disk.
#[rustfmt::skip]
const FOLDERS: &[&str] = &[
    "checkpoint", "checkpoints", "ckpt", "ckpts", "content", "data", "dataset", "drive", "home", "kaggle",
    "local", "mnt", "model", "models", "my_model", "opt", "out", "output", "outputs", "path", "result",
    "results", "root", "saved_models", "src", "tmp", "user", "workspace",
];

/// Returns the model that an address or a name means, if it surely means one.
pub(crate) fn model(text: &str) -> Option<String> {
    let text = text.trim();
    if let Target::Model(id) = target(text) {
        return Some(id);
    }
    let (owner, name) = text.split_once('/')?;
    full_name(owner, name)
}

/// Whether a text is a path on somebody's disk.
pub(crate) fn is_path(text: &str) -> bool {
    let text = text.trim();
    let has_drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    let folder = text.split(['/', '\\']).next().unwrap_or("").to_ascii_lowercase();
    let is_deep = text.matches('/').count() > 1 && !text.contains("://");
    has_drive
        || text.starts_with(['/', '.', '~', '\\'])
        || text.contains('\\')
        || is_deep
        || text.contains('/') && FOLDERS.contains(&folder.as_str())
        || text.ends_with('/')
}

/// Whether a text begins like an address of the hub, without its scheme.
pub(crate) fn is_of_hub(text: &str) -> bool {
    HOSTS.iter().any(|host| text.starts_with(host))
}

/// Returns what an address leads to.
pub(crate) fn target(address: &str) -> Target {
    let address = address.trim();
    let plain = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let path = match plain {
        Some(plain) => HOSTS.iter().find_map(|host| strip_prefix_ignoring_case(plain, host)),
        None => {
            HOSTS.iter().find_map(|host| address.strip_prefix(host)).or_else(|| address.strip_prefix('/'))
        }
    };
    let Some(path) = path else { return Target::Elsewhere };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    // Who loads `/owner/name` is linked to as `//owner/name`.
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_prefix("models/").unwrap_or(path);
    let mut segments =
        path.split('/').map(|segment| segment.trim_end_matches(['.', ',', ';', ':', ')', ']', '*']));
    let owner = segments.next().unwrap_or("");
    if NOT_OWNERS.contains(&owner.to_ascii_lowercase().as_str()) {
        return Target::OtherPage;
    }
    match segments.next() {
        Some(name) if !name.is_empty() => full_name(owner, name).map_or(Target::OtherPage, Target::Model),
        _ if is_model_id(owner) && plain.is_some() => Target::Bare(owner.to_owned()),
        _ => Target::Elsewhere,
    }
}

/// Returns `owner/name`, unless it is a path on a disk, or names data.
pub(crate) fn full_name(owner: &str, name: &str) -> Option<String> {
    let folder = owner.to_ascii_lowercase();
    let lower = name.to_ascii_lowercase();
    let is_data = lower.ends_with("dataset") || lower.ends_with("datasets");
    let is_other = is_data
        || FOLDERS.contains(&folder.as_str())
        || owner.starts_with(['.', '-'])
        || lower
            .strip_prefix("checkpoint-")
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        || [".py", ".md", ".json", ".txt", ".ipynb", ".git", ".html", ".png"]
            .iter()
            .any(|ending| lower.ends_with(ending));
    let id = format!("{owner}/{name}");
    (!is_other && !id.contains("<") && is_model_id(&id) && !id.contains("--") && name.len() > 1).then_some(id)
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_other_pages_and_of_disks_are_no_models() {
        assert_eq!(target("https://hf.co/a/b-c?x=1#y"), Target::Model("a/b-c".into()));
        assert_eq!(target("https://huggingface.co/gpt2"), Target::Bare("gpt2".into()));
        assert_eq!(target("https://huggingface.co/datasets/glue"), Target::OtherPage);
        assert_eq!(target("https://github.com/a/b"), Target::Elsewhere);
        assert_eq!(target("https://huggingface.co/./results"), Target::OtherPage);
        assert_eq!(target("https://huggingface.co/outputs/checkpoint-500"), Target::OtherPage);
    }

    #[test]
    fn a_path_is_told_from_a_name() {
        for path in ["/home/me/x", "./out", "C:\\models\\x", "outputs/llama", "a/b/c", "~/x", "model/"] {
            assert!(is_path(path), "{path}");
        }
        for name in ["gpt2", "a/b-1", "https://huggingface.co/a/b-1"] {
            assert!(!is_path(name), "{name}");
        }
    }
}
