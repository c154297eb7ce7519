//! Does the text link to one other model, and no more?
//!
//! Where nothing else speaks, that is most often the base.

use super::{
    super::Statement,
    blocks::{Block, Kind},
    places::Places,
    statements,
};
use crate::address::{self, Target};
use lineal_core::record::Source;
use std::collections::BTreeSet;

/// Words that lead to another model than the base.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "instead", "deprecated", "newer", "updated", "latest", "please use", "want to use",
    "provides an example", "try ", "also ", "gguf", "quantized version", "other version", "cite",
    "inspired", "compared", "thanks", "judge",
];

/// Returns the only model that the text links to; its own name in the title does not count.
pub(super) fn only(blocks: &[Block], places: &Places) -> Option<Statement> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut first = None;
    let title = blocks.iter().find(|block| block.kind == Kind::Heading).map_or("", |block| block.text.trim());
    for block in blocks {
        for link in &block.links {
            let Target::Model(base) = address::target(&link.target) else { continue };
            let said = statements::quote(&block.text, link.words.start, link.words.end).to_ascii_lowercase();
            if OTHERS.iter().any(|words| said.contains(words)) {
                return None;
            }
            if base.eq_ignore_ascii_case(title) || !seen.insert(base.to_ascii_lowercase()) {
                continue;
            }
            if seen.len() > 1 {
                return None;
            }
            first = Some(Statement {
                base,
                operation: None,
                source: Source::CardLink,
                at: places.place(block.source(link.words.start)),
                quote: statements::quote(&block.text, link.words.start, link.words.end),
            });
        }
    }
    first
}
