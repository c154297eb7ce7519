//! What does the text of a card say?
//!
//! Two things: which parts it has, and of what the model was made. Markdown becomes a list of flat blocks
//! ([`blocks`]); [`parts`] looks at their words, [`statements`] at the names in them. Only the beginning of
//! a long text is looked at, so that a card takes milliseconds whatever it holds.

mod blocks;
mod html;
mod mentions;
mod parts;
mod phrases;
mod places;
mod results;
mod statements;

use super::Statement;
use lineal_core::{clues::CardPart, set::Set};

/// The longest text that is looked at, in bytes. The longest card seen so far has a third of it.
const LONGEST: usize = 512 << 10;

/// What the text of a card says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub parts: Set<CardPart>,
    /// In the order of their places.
    pub statements: Vec<Statement>,
}

/// Reads the text of a card, which begins with line `first_line` of its file.
pub(super) fn read(body: &str, first_line: u32) -> Said {
    let body = beginning(body, LONGEST);
    let blocks = blocks::read(body);
    Said { parts: parts::find(body, &blocks), statements: statements::find(body, &blocks, first_line) }
}

// At most so many bytes, and no half character.
fn beginning(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}
