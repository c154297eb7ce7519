//! Reads cards, one JSON object with `id` and `readme` on a line, and says what the text of each says: parts and statements,
//! and how many microseconds the card took.
//!
//! `zstd -dc cards.jsonl.zst | cargo run --release -p lineal-files --example card_text > said.jsonl`
//!
//! At the end it says how often the text names what the front matter declares, by source and operation. Names are compared
//! without their owners.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example is its own binary")]

use lineal_core::{model_id::own_part, operation::Operation, set::Member};
use lineal_files::card::{self, Card};
use std::{collections::BTreeMap, error::Error, io, time::Instant};

#[derive(serde::Deserialize)]
struct Line {
    id: String,
    readme: Option<String>,
    /// Bases that are known from elsewhere; where there are none, those of the front matter count.
    #[serde(default)]
    bases: Vec<String>,
}

/// How often statements name what is declared.
#[derive(Default)]
struct Score {
    cards: u64,
    declaring: u64,
    /// Declaring cards whose text names a declared base.
    named: u64,
    /// Declaring cards whose text names other bases only.
    misnamed: u64,
    /// Right and wrong statements of declaring cards, by source and operation.
    statements: BTreeMap<(&'static str, String), [u64; 2]>,
    slowest: u128,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut score = Score::default();
    for line in io::stdin().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let readme = line.readme.unwrap_or_default();
        let begun = Instant::now();
        let card = card::read(readme.as_bytes());
        let micros = begun.elapsed().as_micros();
        score.take(&line.id, &line.bases, &card, micros);
        let parts: Vec<&str> = card.parts.iter().map(Member::as_str).collect();
        let said = serde_json::json!({
            "id": line.id, "parts": parts, "statements": card.statements, "micros": micros,
        });
        println!("{said}");
    }
    score.print();
    Ok(())
}

impl Score {
    fn take(&mut self, id: &str, bases: &[String], card: &Card, micros: u128) {
        self.cards += 1;
        self.slowest = self.slowest.max(micros);
        let own = |base: &str| own_part(base).to_ascii_lowercase();
        let mut declared: Vec<String> = bases.iter().map(|base| own(base)).collect();
        if declared.is_empty() {
            let texts = card.front.iter().flat_map(|front| front.texts("base_model"));
            declared = texts.map(|(base, _)| own(base)).collect();
        }
        if declared.is_empty() {
            return;
        }
        self.declaring += 1;
        let mut rights = 0;
        let mut wrongs = 0;
        for statement in card.statements.iter().filter(|statement| !statement.base.eq_ignore_ascii_case(id)) {
            let is_right = declared.contains(&own(&statement.base));
            let operation = statement.operation.as_ref().map_or("-", Operation::as_str).to_owned();
            let counted = self.statements.entry((statement.source.as_str(), operation)).or_default();
            counted[usize::from(!is_right)] += 1;
            rights += u64::from(is_right);
            wrongs += u64::from(!is_right);
        }
        self.named += u64::from(rights > 0);
        self.misnamed += u64::from(rights == 0 && wrongs > 0);
    }

    fn print(&self) {
        let Score { cards, declaring, named, misnamed, slowest, .. } = self;
        eprintln!(
            "{cards} cards, the slowest in {slowest} µs; {declaring} declare a base: the text names it in {named}, others only in {misnamed}"
        );
        for ((source, operation), [right, wrong]) in &self.statements {
            eprintln!("{source} {operation}: {right} right, {wrong} not declared");
        }
    }
}
