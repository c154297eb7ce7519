//! What does the text of a card say?
//!
//! Two things: which parts it has, and of what the model was made. Markdown becomes a list of flat blocks
//! ([`blocks`]); [`parts`] looks at their words, [`statements`] at the names in them. Only the beginning of
//! a long text is looked at, so that a card takes milliseconds whatever it holds.

mod blocks;
mod configurations;
mod html;
mod links;
mod mentions;
mod parts;
mod phrases;
mod places;
mod results;
mod statements;

use super::Statement;
use lineal_core::{clues::CardPart, set::Set};

/// The longest text that is looked at, in bytes. What is longer is tables; what it says of the model stands at its
/// beginning.
const LONGEST: usize = 128 << 10;

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    /// Much more than any text takes, and much less than one takes that is read in quadratic time.
    const PATIENCE: Duration = Duration::from_secs(4);

    #[test]
    fn no_text_stalls_the_reader() {
        let pieces = [
            "[",
            "![",
            "|",
            "<",
            "*",
            "_",
            "`",
            "> ",
            "- ",
            "1. ",
            "  - a\n",
            "<a href=",
            "<!--",
            "[a](",
            "](b) ",
            "a|b\n-|-\n",
            "version of ",
            "merge of a/b-1, ",
            "fine-tuned [",
            "base model: a/b-1\n",
            "<div><p>",
            "**a",
            "[a]: b\n",
            "&amp;",
            "a ",
            "a-",
            "```yaml\nbase_model: [\n```\n",
            "<td>",
            "\\",
            "[x](https://huggingface.co/a/b-1) quants of ",
            "mmlu ",
            "é",
            "of ",
            "*a _b ",
            "merge_method: {",
            "> - ",
            "a\n\n",
        ];
        for piece in pieces {
            let text = piece.repeat((1 << 20) / piece.len());
            let begun = Instant::now();
            let _ = read(&text, 1);
            let taken = begun.elapsed();
            assert!(taken < PATIENCE, "{piece:?} took {taken:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in ".{0,300}", first_line in any::<u32>()) {
            let _ = read(&text, first_line);
        }

        #[test]
        fn any_mixture_of_what_cards_are_made_of_can_be_read(pieces in prop::collection::vec(0..PIECES.len(), 0..40)) {
            let text: String = pieces.into_iter().map(|at| PIECES[at]).collect();
            for statement in read(&text, 1).statements {
                prop_assert!(statement.quote.len() <= 4 * 240 && !statement.base.is_empty());
            }
        }
    }

    const PIECES: [&str; 26] = [
        "# ",
        "\n",
        "\n\n",
        "[é](https://huggingface.co/a/b-1)",
        "`a/b-1`",
        "fine-tuned version of ",
        "|",
        "|-|-|\n",
        "merge of ",
        " and ",
        "<a href=\"https://hf.co/a/b-1\">",
        "</a>",
        "<tr><td>",
        "```yaml\n",
        "merge_method: ties\n",
        "models:\n- model: a/b-1\n",
        "```\n",
        "Base model: ",
        "🤗",
        "using X as a base",
        ". ",
        "GGUF ",
        "for ",
        "License: ",
        "* ",
        "Llama 3 8B ",
    ];
}
