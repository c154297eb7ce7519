//! All real cards at hand: none breaks a law.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so, and what was measured is told")]

use crate::laws;
use lineal_core::clues::CardPart;
use lineal_files::card;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    time::{Duration, Instant},
};

/// The files, and the keys of their records that hold cards.
const FILES: [(&str, &str); 4] = [
    ("hub-2022/model-cards.jsonl.zst", "/readme"),
    ("cards-2023-2025/cards.jsonl.zst", "/readme"),
    ("trees-2025/model_trees_2025-04.jsonl.zst", "/card"),
    ("trees-2025/model_trees_2025-04.jsonl.zst", "/metadata/card_data"),
];

/// Returns the models and their cards; `None`, loudly, where there are none.
pub fn all() -> Option<Vec<(String, String)>> {
    let mut cards = Vec::new();
    for (name, pointer) in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
        let Ok(file) = std::fs::File::open(&path) else {
            eprintln!("SKIPPED: {} is not there", path.display());
            return None;
        };
        let lines = BufReader::new(zstd::Decoder::new(file).expect("a compressed file"));
        for line in lines.lines() {
            let record: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("a record");
            let Some(text) = record.pointer(pointer).and_then(serde_json::Value::as_str) else { continue };
            // What the hub has read is kept without its fences.
            let is_data = pointer.ends_with("data");
            let text = if is_data { format!("---\n{text}\n---\n") } else { text.to_owned() };
            cards.push((record["id"].as_str().unwrap_or_default().to_owned(), text));
        }
    }
    Some(cards)
}

#[test]
fn no_real_card_breaks_a_law() {
    let Some(cards) = all() else { return };
    for (_, text) in &cards {
        laws::read(text.as_bytes());
    }
    edit_all(cards.iter().step_by(25));
}

#[test]
#[ignore = "takes minutes"]
fn no_real_card_breaks_a_law_when_it_is_edited() {
    let Some(cards) = all() else { return };
    edit_all(cards.iter());
}

fn edit_all<'a>(cards: impl Iterator<Item = &'a (String, String)>) {
    let (mut sound, mut edited) = (0, 0);
    let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (model, text) in cards {
        let mut file = text.clone().into_bytes();
        if !laws::read(&file).parts.has(CardPart::FrontMatter) {
            continue;
        }
        sound += 1;
        for change in laws::changes() {
            match laws::change(&file, &change) {
                Ok(changed) => {
                    edited += 1;
                    file = changed;
                }
                Err(error) => refused.entry(error.to_string()).or_default().push(model),
            }
        }
    }
    eprintln!("{sound} sound cards, {edited} edits; refused: {refused:?}");
}

#[test]
#[ignore = "measures; only a release build tells"]
fn real_cards_take_how_long() {
    let Some(cards) = all() else { return };
    let (mut longest, mut slowest) = (Duration::ZERO, "");
    let (mut bytes, mut all) = (0, Duration::ZERO);
    for (model, text) in &cards {
        // The best of three, since other programs run as well.
        let took = (0..3).map(|_| {
            let begun = Instant::now();
            card::read(text.as_bytes());
            begun.elapsed()
        });
        let took = took.min().unwrap_or_default();
        all += took;
        bytes += text.len();
        if took > longest {
            (longest, slowest) = (took, model);
        }
    }
    let rate = bytes as f64 / 1e6 / all.as_secs_f64();
    eprintln!(
        "{} cards, {bytes} bytes, {rate:.0} MB/s; the longest took {longest:?}: {slowest}",
        cards.len()
    );
}
