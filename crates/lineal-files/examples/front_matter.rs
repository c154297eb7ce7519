//! Reads cards as JSON lines with a key `readme` and writes what their front matters say, a line each:
//! `{"front": …, "parts": […], "findings": […]}`. `tests/yaml_readers.py` compares it with other readers.

use lineal_core::set::Member;
use lineal_files::card;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let readme = record["readme"].as_str().unwrap_or_default();
        let card = card::read(readme.as_bytes());
        let answer = serde_json::json!({
            "front": card.front.as_ref().map(card::Front::to_json),
            "parts": card.parts.iter().map(Member::as_str).collect::<Vec<_>>(),
            "findings": card.findings,
        });
        writeln!(out, "{answer}")?;
    }
    out.flush()
}
