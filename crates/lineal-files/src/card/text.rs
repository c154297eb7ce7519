//! What does the text of a card say?

use super::Statement;
use lineal_core::{clues::CardPart, set::Set};

/// What the text holds, and what it says of bases, in its order.
#[derive(Default)]
pub(super) struct Said {
    pub parts: Set<CardPart>,
    pub statements: Vec<Statement>,
}

/// Reads the text after the front matter; its first line is the given one of the file.
pub(super) fn read(body: &str, first_line: u32) -> Said {
    let _ = (body, first_line);
    Said::default()
}
