//! Reads cards, one JSON object with `id` and `readme` on a line, and says what each of them says: parts and statements, and
//! how many microseconds it took.
//!
//! `zstd -dc cards.jsonl.zst | cargo run --release -p lineal-files --example card_text > said.jsonl`

#![expect(clippy::print_stdout, reason = "an example is its own binary")]

use lineal_core::set::Member;
use std::{error::Error, io, time::Instant};

#[derive(serde::Deserialize)]
struct Line {
    id: String,
    readme: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lines() {
        let line: Line = serde_json::from_str(&line?)?;
        let readme = line.readme.unwrap_or_default();
        let begun = Instant::now();
        let card = lineal_files::card::read(readme.as_bytes());
        let micros = begun.elapsed().as_micros();
        let parts: Vec<&str> = card.parts.iter().map(Member::as_str).collect();
        let said = serde_json::json!({
            "id": line.id, "parts": parts, "statements": card.statements, "micros": micros,
        });
        println!("{said}");
    }
    Ok(())
}
