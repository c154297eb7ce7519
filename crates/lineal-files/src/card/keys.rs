//! Which keys does a front matter have, what do they take, and what is wrong with what stands there?

use super::{
    Key, Node, Value,
    base::{base_meant, relation_meant},
    licenses::{is_license, license_meant},
    nearest::nearest,
    yaml::MOST_FINDINGS,
};
use crate::finding::{Code, Finding, Place, shown};
use lineal_core::{model_id::is_model_id, operation::Operation};

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Text,
    Texts,
    TextOrTexts,
    /// Evaluation results, as `model-index` has them.
    Results,
    /// Known, and not looked into.
    Anything,
}

/// The Hub's keys for models first; then those of data sets, spaces and common tools, so that they are not
/// taken for misspellings.
const KEYS: [(&str, Takes); 73] = [
    ("license", Takes::TextOrTexts),
    ("language", Takes::TextOrTexts),
    ("base_model", Takes::TextOrTexts),
    ("datasets", Takes::TextOrTexts),
    ("buckets", Takes::TextOrTexts),
    ("tags", Takes::Texts),
    ("metrics", Takes::Texts),
    ("license_name", Takes::Text),
    ("license_link", Takes::Text),
    ("library_name", Takes::Text),
    ("pipeline_tag", Takes::Text),
    ("base_model_relation", Takes::Text),
    ("new_version", Takes::Text),
    ("thumbnail", Takes::Text),
    ("mask_token", Takes::Text),
    ("model_name", Takes::Text),
    ("extra_gated_prompt", Takes::Text),
    ("extra_gated_heading", Takes::Text),
    ("extra_gated_description", Takes::Text),
    ("extra_gated_button_content", Takes::Text),
    ("model-index", Takes::Results),
    ("extra_gated_fields", Takes::Anything),
    ("extra_gated_eu_disallowed", Takes::Anything),
    ("co2_eq_emissions", Takes::Anything),
    ("inference", Takes::Anything),
    ("widget", Takes::Anything),
    ("instance_prompt", Takes::Anything),
    ("eval_results", Takes::Anything),
    ("annotations_creators", Takes::Anything),
    ("app_file", Takes::Anything),
    ("app_port", Takes::Anything),
    ("arxiv", Takes::Anything),
    ("author", Takes::Anything),
    ("benchmark", Takes::Anything),
    ("colorFrom", Takes::Anything),
    ("colorTo", Takes::Anything),
    ("configs", Takes::Anything),
    ("dataset_info", Takes::Anything),
    ("description", Takes::Anything),
    ("doi", Takes::Anything),
    ("emoji", Takes::Anything),
    ("eos_token", Takes::Anything),
    ("finetuned_by", Takes::Anything),
    ("hardware", Takes::Anything),
    ("language_bcp47", Takes::Anything),
    ("language_creators", Takes::Anything),
    ("language_details", Takes::Anything),
    ("library_tag", Takes::Anything),
    ("license_details", Takes::Anything),
    ("license_file", Takes::Anything),
    ("license_url", Takes::Anything),
    ("model_creator", Takes::Anything),
    ("model_link", Takes::Anything),
    ("model_type", Takes::Anything),
    ("models", Takes::Anything),
    ("multilinguality", Takes::Anything),
    ("name", Takes::Anything),
    ("paper", Takes::Anything),
    ("pinned", Takes::Anything),
    ("pretty_name", Takes::Anything),
    ("prompt_template", Takes::Anything),
    ("quantized_by", Takes::Anything),
    ("sdk", Takes::Anything),
    ("sdk_version", Takes::Anything),
    ("short_description", Takes::Anything),
    ("size_categories", Takes::Anything),
    ("source_datasets", Takes::Anything),
    ("task", Takes::Anything),
    ("task_categories", Takes::Anything),
    ("task_ids", Takes::Anything),
    ("tasks", Takes::Anything),
    ("title", Takes::Anything),
    ("version", Takes::Anything),
];

/// What is written for a key by more than a slip; capitals, `-` and blanks for `_` are seen through first.
const MEANT: [(&str, &str); 28] = [
    ("base", "base_model"),
    ("base_models", "base_model"),
    ("basemodel", "base_model"),
    ("basemodels", "base_model"),
    ("finetuned_from", "base_model"),
    ("finetuned_from_model", "base_model"),
    ("model_base", "base_model"),
    ("base_model_name", "base_model"),
    ("base_model_id", "base_model"),
    ("relation", "base_model_relation"),
    ("base_relation", "base_model_relation"),
    ("base_model_type", "base_model_relation"),
    ("dataset", "datasets"),
    ("training_data", "datasets"),
    ("lang", "language"),
    ("langs", "language"),
    ("langauge", "language"),
    ("langauges", "language"),
    ("languages", "language"),
    ("library", "library_name"),
    ("lisence", "license"),
    ("liscence", "license"),
    ("licences", "license"),
    ("lincense", "license"),
    ("metric", "metrics"),
    ("newer_version", "new_version"),
    ("pipeline", "pipeline_tag"),
    ("tag", "tags"),
];

/// How many unknown keys are compared with the known ones.
const MOST_UNKNOWN: usize = 100;

/// Returns the key that a misspelt one means; `None` for a key that is known or is like none.
pub fn key_meant(key: &str) -> Option<&'static str> {
    if takes(key).is_some() || key.len() > 40 {
        return None;
    }
    let plain = key.trim().to_lowercase().replace(['-', ' '], "_");
    let same = KEYS.into_iter().map(|row| row.0).find(|name| name.to_lowercase().replace('-', "_") == plain);
    let by_name = || MEANT.into_iter().find(|row| row.0 == plain).map(|row| row.1);
    same.or_else(by_name).or_else(|| {
        let alike = KEYS.into_iter().filter(|row| row.1 != Takes::Anything).map(|row| row.0);
        let alike = alike.filter(|name| name.as_bytes().first() == plain.as_bytes().first());
        // The longer a word, the more slips still leave it recognisable.
        let most = match plain.len() {
            0..=5 => return None,
            6..=8 => 1,
            _ => 2,
        };
        nearest(&plain, alike, most)
    })
}

/// Whether a key is one that tells a card from other text, or a misspelling of such.
pub(super) fn is_known_or_near(key: &str) -> bool {
    takes(key).map_or_else(|| key_meant(key).is_some(), |takes| takes != Takes::Anything)
}

fn takes(key: &str) -> Option<Takes> {
    KEYS.iter().find(|row| row.0 == key).map(|row| row.1)
}

/// Finds what is wrong with the keys and values of a front matter.
pub(super) fn check(entries: &[(Key, Node)], findings: &mut Vec<Finding>) {
    let mut unknown = 0;
    for (key, node) in entries {
        if let Some(takes) = takes(&key.name) {
            check_type(&key.name, takes, node, findings);
        } else if unknown < MOST_UNKNOWN {
            unknown += 1;
            findings.extend(key_meant(&key.name).map(|meant| misspelt(key, meant)));
        }
        match key.name.as_str() {
            "base_model" => texts(node).take(MOST_FINDINGS).for_each(|(base, at)| {
                findings.extend((!is_model_id(base)).then(|| no_model(base, at)));
            }),
            "base_model_relation" => {
                findings.extend(texts(node).take(1).filter_map(|(word, at)| unknown_relation(word, at)));
            }
            "license" => check_license(entries, node, findings),
            _ => {}
        }
    }
}

/// Returns the text, or those of the list, with their places.
pub(super) fn texts(node: &Node) -> impl Iterator<Item = (&str, Place)> {
    let nodes = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    nodes.iter().filter_map(|node| match &node.value {
        Value::Text(text) => Some((text.as_str(), node.at)),
        _ => None,
    })
}

fn misspelt(key: &Key, meant: &str) -> Finding {
    let what = format!("nobody reads the key `{}`; it means `{meant}`", shown(&key.name));
    Finding::of_card(Code::MisspeltKey, key.at, what).mended_by(format!("call it `{meant}`"))
}

fn no_model(base: &str, at: Place) -> Finding {
    let what = format!("`base_model` is `{}`, which cannot be a model of the hub", shown(base));
    let finding = Finding::of_card(Code::InvalidBaseModel, at, what);
    match base_meant(base) {
        Some(meant) => finding.mended_by(format!("write `{meant}`")),
        None => finding.mended_by("name the model as `owner/name`"),
    }
}

fn unknown_relation(word: &str, at: Place) -> Option<Finding> {
    let hub = "`finetune`, `adapter`, `merge` or `quantized`";
    match Operation::named(word) {
        Operation::Finetune | Operation::Adapter | Operation::Merge | Operation::Quantized => None,
        Operation::Distill | Operation::Prune | Operation::Convert => {
            let what = format!("`{word}` says more than the hub shows, which knows {hub}");
            Some(Finding::of_card(Code::RelationNotShown, at, what))
        }
        Operation::Other(_) => {
            let what = format!("`base_model_relation` is `{}`, not {hub}", shown(word));
            let finding = Finding::of_card(Code::UnknownRelation, at, what);
            Some(match relation_meant(word) {
                Some(meant) => finding.mended_by(format!("write `{meant}`")),
                None => finding,
            })
        }
    }
}

fn check_license(entries: &[(Key, Node)], node: &Node, findings: &mut Vec<Finding>) {
    for (license, at) in texts(node).take(MOST_FINDINGS) {
        if license == "other" {
            let is_named = |(key, value): &(Key, Node)| {
                matches!(key.name.as_str(), "license_name" | "license_link")
                    && texts(value).any(|(text, _)| !text.trim().is_empty())
            };
            if !entries.iter().any(is_named) {
                let what = "the licence is `other`, and neither `license_name` nor `license_link` says which";
                let fix = "add `license_name` and `license_link`";
                findings.push(Finding::of_card(Code::UnnamedLicense, at, what).mended_by(fix));
            }
        } else if !is_license(license) {
            let what = format!("`{}` is no licence that the hub knows", shown(license));
            let fix = match license_meant(license) {
                Some(meant) => format!("write `{meant}`"),
                None => "write `other`, with `license_name` and `license_link`".to_owned(),
            };
            findings.push(Finding::of_card(Code::UnknownLicense, at, what).mended_by(fix));
        }
    }
}

fn check_type(key: &str, takes: Takes, node: &Node, findings: &mut Vec<Finding>) {
    match (takes, &node.value) {
        (Takes::Anything, _) | (_, Value::Null) => {}
        (Takes::Text | Takes::TextOrTexts, Value::Text(_)) => {}
        (Takes::Texts | Takes::TextOrTexts, Value::List(items)) => {
            let wrong = items.iter().filter(|item| !matches!(item.value, Value::Text(_)));
            findings.extend(wrong.take(MOST_FINDINGS).map(|item| wrong_type(key, "texts", item)));
        }
        (Takes::Results, Value::List(models)) => check_results(models, findings),
        (Takes::Text, _) => findings.push(wrong_type(key, "a text", node)),
        (Takes::Texts, _) => findings.push(wrong_type(key, "a list of texts", node)),
        (Takes::TextOrTexts, _) => findings.push(wrong_type(key, "a text or a list of texts", node)),
        (Takes::Results, _) => findings.push(wrong_type(key, "a list of models with results", node)),
    }
}

/// Looks at as much of `model-index` as its results are found by.
fn check_results(models: &[Node], findings: &mut Vec<Finding>) {
    for model in models.iter().take(MOST_FINDINGS) {
        let Value::Map(entries) = &model.value else {
            findings.push(wrong_type("model-index", "a list of models with results", model));
            continue;
        };
        let Some((_, results)) = entries.iter().find(|entry| entry.0.name == "results") else { continue };
        match &results.value {
            Value::List(_) | Value::Null => {}
            _ => findings.push(wrong_type("results", "a list", results)),
        }
    }
}

fn wrong_type(key: &str, expected: &str, node: &Node) -> Finding {
    let (found, fix) = match &node.value {
        Value::Null => ("nothing", "leave the entry out"),
        Value::Bool(_) => ("true or false", "put quotes around it if it is meant as text"),
        Value::Number(_) => ("a number", "put quotes around it if it is meant as text"),
        Value::Text(_) => ("a text", "write it as a list: a line of `- ` and the text"),
        Value::List(_) => ("a list", "write one text"),
        Value::Map(_) => ("keys and values", "put quotes around a text that holds a colon and a blank"),
    };
    let what = format!("`{key}` takes {expected}, and {found} stands here");
    Finding::of_card(Code::WrongType, node.at, what).mended_by(fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_other_names_mean_the_keys_of_the_hub() {
        for (key, expected) in [
            ("licence", Some("license")),
            ("License", Some("license")),
            ("liscence", Some("license")),
            ("base-model", Some("base_model")),
            ("base_models", Some("base_model")),
            ("basemodel", Some("base_model")),
            ("base_modle", Some("base_model")),
            ("dataset", Some("datasets")),
            ("pipeline-tag", Some("pipeline_tag")),
            ("library-name", Some("library_name")),
            ("langauge", Some("language")),
            ("model_index", Some("model-index")),
            ("license-name", Some("license_name")),
            ("tags ", Some("tags")),
            ("license", None),
            ("task", None),
            ("budget", None),
            ("xdatasets", None),
            ("base_model_revision", None),
        ] {
            assert_eq!(key_meant(key), expected, "{key}");
        }
    }

    #[test]
    fn what_is_meant_is_a_key() {
        for (word, key) in MEANT {
            assert!(takes(key).is_some() && takes(word).is_none(), "{word}");
        }
    }
}
