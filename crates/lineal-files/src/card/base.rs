//! Which model is meant where a card names its base, and by which operation?

use lineal_core::{model_id::ModelId, operation::Operation};

/// Hosts whose addresses name models as their first two segments.
const HOSTS: [&str; 4] = ["huggingface.co/", "www.huggingface.co/", "hf.co/", "hf-mirror.com/"];

/// The longest text that a model is looked for in.
const LONGEST: usize = 2_048;

/// Returns the model that is meant by what is no name: an address of the Hub's, a link in Markdown, a folder of
/// the Hub's cache, a name with a revision.
pub fn base_meant(text: &str) -> Option<ModelId> {
    let text = text.trim().trim_matches(['"', '\'', '`', '<', '>', '@']);
    if text.len() > LONGEST {
        return None;
    }
    if let Some((_, link)) = text.split_once("](") {
        return base_meant(link.split([')', ' ']).next()?);
    }
    if let Some((_, cached)) = text.split_once("models--") {
        let folder = cached.split(['/', '\\']).next()?;
        return folder.replacen("--", "/", 1).parse().ok();
    }
    let (address, is_address) = without_scheme(text);
    let host = HOSTS.into_iter().find(|host| starts_with(address, host));
    if host.is_none() && is_address {
        return None;
    }
    let path = &address[host.map_or(0, str::len)..];
    let path = path.split(['?', '#']).next()?;
    let path = path.strip_prefix("models/").filter(|_| host.is_some()).unwrap_or(path);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let (owner, name) = (segments.next()?, segments.next());
    let is_other = matches!(owner, "datasets" | "spaces" | "docs" | "papers" | "collections" | "blog");
    let goes_on = segments.next().is_some_and(|next| !matches!(next, "tree" | "blob" | "resolve" | "raw"));
    if (host.is_some() && is_other) || goes_on || path.starts_with('/') && host.is_none() {
        return None;
    }
    let name = name.map(|name| name.split(['@', ':']).next().unwrap_or(name).trim_end_matches(".git"));
    match name {
        Some(name) => format!("{owner}/{name}").parse().ok(),
        None if host.is_some() => owner.parse().ok(),
        None => None,
    }
}

fn without_scheme(text: &str) -> (&str, bool) {
    for scheme in ["https://", "http://"] {
        if starts_with(text, scheme) {
            return (&text[scheme.len()..], true);
        }
    }
    (text.strip_prefix("hf://").unwrap_or(text), false)
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Returns the operation that a word means which is none of the Hub's.
pub fn relation_meant(text: &str) -> Option<Operation> {
    let word: String = text.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    Some(match word.to_ascii_lowercase().as_str() {
        "finetune" | "finetuned" | "finetuning" | "sft" | "finetunes" => Operation::Finetune,
        "adapter" | "adapters" | "lora" | "qlora" | "peft" => Operation::Adapter,
        "merge" | "merged" | "merges" | "merging" | "mergekit" => Operation::Merge,
        "quantized" | "quantised" | "quantize" | "quantization" | "quant" | "gguf" | "gptq" | "awq" => {
            Operation::Quantized
        }
        "distill" | "distilled" | "distillation" => Operation::Distill,
        "prune" | "pruned" | "pruning" => Operation::Prune,
        "convert" | "converted" | "conversion" => Operation::Convert,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_links_and_cached_folders_name_a_model() {
        for (text, expected) in [
            ("https://huggingface.co/o/x", Some("o/x")),
            ("https://huggingface.co/o/x/tree/main", Some("o/x")),
            ("HTTPS://HuggingFace.co/o/x?library=y", Some("o/x")),
            ("hf.co/o/x", Some("o/x")),
            ("https://huggingface.co/gpt2", Some("gpt2")),
            ("[x](https://huggingface.co/o/x)", Some("o/x")),
            ("/root/.cache/huggingface/hub/models--o--x/snapshots/0a", Some("o/x")),
            ("o/x@main", Some("o/x")),
            ("o/x:latest", Some("o/x")),
            ("@o/x", Some("o/x")),
            ("https://huggingface.co/datasets/o/x", None),
            ("https://github.com/o/x", None),
            ("/home/me/x", None),
            ("./x", None),
            ("o/x/y", None),
            ("my model", None),
            ("", None),
        ] {
            assert_eq!(base_meant(text).as_ref().map(ModelId::as_str), expected, "{text}");
        }
    }

    #[test]
    fn an_operation_is_known_by_the_words_for_it() {
        assert_eq!(relation_meant("Fine-Tune"), Some(Operation::Finetune));
        assert_eq!(relation_meant("quantization"), Some(Operation::Quantized));
        assert_eq!(relation_meant("child"), None);
    }
}
