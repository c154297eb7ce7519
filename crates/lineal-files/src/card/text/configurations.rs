//! Does a piece of YAML in the text say of what the model was made?
//!
//! Mergekit and Axolotl leave their configurations in the cards that they write.

use super::{blocks::Block, mentions::Mention};
use crate::{address, card::Value, merge_config};
use lineal_core::{operation::Operation, record::Source};

/// Keys of configurations that name a base; without one of them, YAML is not even read.
const CONFIGURED: &[&str] = &["merge_method", "base_model", "source_model", "slices:"];

/// Keys of a configuration of Axolotl.
const TRAINING_KEYS: &[&str] =
    &["datasets", "sequence_len", "micro_batch_size", "lora_r", "learning_rate", "num_epochs", "optimizer"];

/// A base that a configuration names.
pub(super) struct Configured {
    pub mention: Mention,
    pub operation: Operation,
    pub source: Source,
}

/// Returns the bases that a block of code names, if it is such a configuration.
pub(super) fn configured(block: &Block) -> Vec<Configured> {
    if !CONFIGURED.iter().any(|key| block.text.contains(key)) {
        return Vec::new();
    }
    let Ok(root) = merge_config::tree(block.text.as_bytes()) else { return Vec::new() };
    let mention = |base: &str, begin: usize| {
        let end = block.text.floor_char_boundary(begin + base.len());
        Mention { base: base.to_owned(), begin: block.text.floor_char_boundary(begin), end }
    };
    if let Some(merge) = merge_config::of_tree(&root) {
        let stated = merge.ingredients.iter().map(|each| Configured {
            mention: mention(&each.base, each.byte),
            operation: Operation::Merge,
            source: Source::MergeConfig,
        });
        return stated.collect();
    }
    let is_training = TRAINING_KEYS.iter().any(|key| root.get(key).is_some());
    let Some(base) = root.get("base_model").filter(|_| is_training) else { return Vec::new() };
    let Value::Text(text) = &base.value else { return Vec::new() };
    let Some(id) = address::model(text).filter(|_| !address::is_path(text)) else { return Vec::new() };
    let is_adapter = root.get("adapter").is_some_and(|adapter| matches!(adapter.value, Value::Text(_)));
    let operation = if is_adapter { Operation::Adapter } else { Operation::Finetune };
    vec![Configured { mention: mention(&id, base.span.start), operation, source: Source::CardText }]
}
