//! Random sound cards: they are read as they were written, and edits change what they should and nothing else.

use crate::{laws, shapes::shape};
use lineal_core::clues::CardPart;
use lineal_files::card::edit::{Change, Written};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_card_says_what_was_written_into_it(shape in shape()) {
        let card = laws::read(shape.card.as_bytes());
        prop_assert!(card.parts.has(CardPart::FrontMatter), "{:?}", card.findings);
        prop_assert_eq!(card.front.expect("a front matter").to_json(), shape.says);
    }

    #[test]
    fn edits_keep_every_other_byte(shape in shape()) {
        let mut file = shape.card.into_bytes();
        for change in laws::changes() {
            // A refusal leaves the file as it is.
            file = laws::change(&file, &change).unwrap_or(file);
        }
    }

    #[test]
    fn whatever_is_written_is_read_again(shape in shape(), text in any::<String>(), items in proptest::collection::vec(any::<String>(), 0..3)) {
        for value in [Written::Text(text), Written::List(items)] {
            let added = Change::Set { key: "new key".to_owned(), value };
            let changed = laws::change(shape.card.as_bytes(), &added);
            prop_assert!(changed.is_ok(), "{changed:?}");
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        laws::read(&bytes);
        let mut card = b"---\n".to_vec();
        card.extend(&bytes);
        card.extend(b"\n---\n");
        laws::read(&card);
        for change in laws::changes() {
            let _ = laws::change(&card, &change);
        }
    }
}
