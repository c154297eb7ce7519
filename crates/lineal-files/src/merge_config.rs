//! Which models does a mergekit configuration merge?
//!
//! Its forms — models, slices with sources, modules, experts — agree in this: an ingredient stands under `model` or
//! `source_model`. The `base_model` is an ingredient too wherever the method computes with it, which all do but
//! those that name it only for its tokenizer.

use crate::{
    address,
    card::{self, Node, Value},
    finding::Place,
};
use lineal_core::model_id::is_model_id;

/// What a configuration merges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merge {
    pub method: Option<String>,
    /// Each once, in the order of the configuration.
    pub ingredients: Vec<Ingredient>,
    /// Ingredients that are named by a path on somebody's disk.
    pub paths: Vec<Ingredient>,
}

/// A model, and where it is named.
#[derive(Clone, Debug, PartialEq)]
pub struct Ingredient {
    pub base: String,
    pub at: Place,
    /// The byte at which the value begins.
    pub byte: usize,
}

/// Why a configuration could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeConfigError {
    #[error("it is not YAML: {why}")]
    Yaml { at: Place, why: String },
    #[error("it is too long")]
    TooLong,
    #[error("it is no configuration of a merge")]
    NoMerge,
}

impl MergeConfigError {
    /// Where in the file the trouble is.
    pub fn place(&self) -> Place {
        match self {
            MergeConfigError::Yaml { at, .. } => *at,
            MergeConfigError::TooLong | MergeConfigError::NoMerge => Place::START,
        }
    }
}

/// The longest configuration that is read; real ones have a few hundred bytes.
const LONGEST: usize = 256 << 10;

/// How many ingredients are kept.
const MOST: usize = 256;

/// Methods that name a base for its tokenizer and its shape, and merge only the models listed.
const WITHOUT_BASE: [&str; 4] = ["linear", "slerp", "passthrough", "karcher"];

/// Keys below which no ingredient is named.
const PASSED_OVER: [&str; 5] =
    ["tokenizer", "tokenizer_source", "parameters", "chat_template", "positive_prompts"];

/// Reads a configuration.
pub fn read(bytes: &[u8]) -> Result<Merge, MergeConfigError> {
    let root = tree(bytes)?;
    of_tree(&root).ok_or(MergeConfigError::NoMerge)
}

/// Reads YAML of a bounded length.
pub(crate) fn tree(bytes: &[u8]) -> Result<Node, MergeConfigError> {
    if bytes.len() > LONGEST {
        return Err(MergeConfigError::TooLong);
    }
    card::yaml_alone(bytes).map_err(|stopped| {
        let (at, what) = stopped.map_or((Place::START, String::new()), |found| (found.at, found.what));
        // The reader of YAML speaks of what it mostly reads.
        let why = what.strip_prefix("the front matter is not YAML: ").unwrap_or(&what);
        MergeConfigError::Yaml { at, why: why.replace("the front matter", "it") }
    })
}

/// Returns what a configuration merges; `None` for YAML that is no configuration of a merge.
pub(crate) fn of_tree(root: &Node) -> Option<Merge> {
    let method = root.get("merge_method").and_then(text).map(str::to_owned);
    let is_moe = root.get("experts").is_some();
    let is_merge =
        method.is_some() || is_moe || ["slices", "modules"].iter().any(|key| root.get(key).is_some());
    if !is_merge {
        return None;
    }
    let mut merge = Merge { method, ..Merge::default() };
    // Iterative, in the order of the text: the last that was put aside is looked at next.
    let mut open: Vec<&Node> = vec![root];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::List(items) => open.extend(items.iter().rev()),
            Value::Map(entries) => {
                for (key, value) in entries.iter().rev() {
                    if PASSED_OVER.contains(&key.name.as_str()) {
                        continue;
                    }
                    match (&value.value, key.name.as_str()) {
                        (Value::Text(_), "model" | "source_model" | "path") => merge.add(value),
                        (Value::List(items), "models") if items.iter().all(|item| text(item).is_some()) => {
                            items.iter().for_each(|item| merge.add(item));
                        }
                        _ => open.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    let base = root.get("base_model").filter(|base| text(base).is_some());
    let computes_with_base = merge.method.as_deref().is_none_or(|method| !WITHOUT_BASE.contains(&method));
    if let Some(base) = base.filter(|_| computes_with_base) {
        merge.add(base);
    }
    merge.ingredients.sort_by_key(|ingredient| ingredient.byte);
    merge.paths.sort_by_key(|ingredient| ingredient.byte);
    Some(merge)
}

impl Merge {
    // `model@revision` is a model, `model+adapter` two.
    fn add(&mut self, node: &Node) {
        let Some(text) = text(node) else { return };
        for part in text.split('+') {
            let part = part.split('@').next().unwrap_or(part).trim();
            let base = address::model(part).or_else(|| is_model_id(part).then(|| part.to_owned()));
            let (list, base) = match base {
                Some(base) if !address::is_path(part) => (&mut self.ingredients, base),
                _ if address::is_path(part) => (&mut self.paths, part.to_owned()),
                _ => continue,
            };
            if list.len() < MOST && list.iter().all(|each| each.base != base) {
                list.push(Ingredient { base, at: node.at, byte: node.span.start });
            }
        }
    }
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(yaml: &str, expected: &str) {
        let shown = match read(yaml.as_bytes()) {
            Ok(merge) => {
                let names = merge.ingredients.iter().map(|each| format!("{} {}", each.at, each.base));
                let paths = merge.paths.iter().map(|each| format!("{} path {}", each.at, each.base));
                let method = merge.method.as_deref().unwrap_or("-");
                std::iter::once(method.to_owned())
                    .chain(names)
                    .chain(paths)
                    .collect::<Vec<String>>()
                    .join(", ")
            }
            Err(error) => format!("{} {error}", error.place()),
        };
        assert_eq!(shown, expected, "{yaml}");
    }

    #[test]
    fn models_and_slices_are_ingredients() {
        check(
            "models:\n  - model: a/b\n  - model: c/d@main\nmerge_method: linear\nbase_model: e/f\n",
            "linear, 2:12 a/b, 3:12 c/d",
        );
        check(
            "slices:\n  - sources:\n      - model: a/b+l/lora\n        layer_range: [0, 12]\nmerge_method: passthrough\n",
            "passthrough, 3:16 a/b, 3:16 l/lora",
        );
    }

    #[test]
    fn a_base_that_the_method_computes_with_is_an_ingredient() {
        check(
            "models:\n- model: a/b\n- model: c/d\nmerge_method: ties\nbase_model: e/f\n",
            "ties, 2:10 a/b, 3:10 c/d, 5:13 e/f",
        );
    }

    #[test]
    fn experts_are_ingredients_and_their_prompts_are_not() {
        check(
            "base_model: a/b\nexperts:\n- source_model: c/d\n  positive_prompts: ['model: x/y']\n",
            "-, 1:13 a/b, 3:17 c/d",
        );
    }

    #[test]
    fn a_path_on_a_disk_is_no_ingredient() {
        check(
            "models:\n- model: ./out\n- model: a/b\nmerge_method: slerp\n",
            "slerp, 3:10 a/b, 2:10 path ./out",
        );
    }

    #[test]
    fn what_is_no_merge_is_an_error() {
        check("base_model: a/b\ndatasets: []\n", "1:1 it is no configuration of a merge");
        assert!(read(b"a: [b").is_err());
        assert_eq!(read(&vec![b'a'; LONGEST + 1]), Err(MergeConfigError::TooLong));
    }

    proptest! {
        #[test]
        fn any_text_is_a_merge_or_an_error(text in "[a-z:\\- \n\\[\\]{}&*@+/.]{0,200}") {
            let _ = read(format!("merge_method: x\n{text}").as_bytes());
        }
    }
}
