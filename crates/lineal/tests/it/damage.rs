//! Lakes in which something was lost or damaged: a clear error, or the right answer.

use crate::support::{Lineal, listings};
use serde_json::Value;
use std::{fs, path::PathBuf};

const DATE: &str = "2025-01-01";

fn lake() -> Lineal {
    let lineal = Lineal::new();
    let listing = listings(&lineal, 2000, 1).remove(0);
    lineal.answer(&["import", &listing, "--date", DATE]);
    lineal
}

fn file(lineal: &Lineal, name: &str) -> PathBuf {
    lineal.path(&format!("data/{DATE}/{name}"))
}

#[test]
fn a_damaged_manifest_is_named() {
    let lineal = lake();
    let path = file(&lineal, "manifest.json");
    let whole = fs::read_to_string(&path).expect("a manifest");
    let manifest: Value = serde_json::from_str(&whole).expect("JSON");
    let with = |key: &str, value: &str| {
        let mut manifest = manifest.clone();
        manifest[key] = serde_json::from_str(value).expect("JSON");
        manifest.to_string()
    };
    for (text, why) in [
        (whole[..100].to_owned(), "its manifest is not valid\n  because: EOF while parsing"),
        (String::new(), "its manifest is not valid"),
        (with("models", "\"many\""), "its manifest is not valid\n  because: invalid type: string"),
        (with("format", "99"), "it has format 99; this build reads up to 2\n"),
        (with("date", "\"2025-01-02\""), "its manifest names another date, `2025-01-02`\n"),
        (with("files", "{\"../x\":1}"), "its manifest names a file outside its folder, `../x`\n"),
        (with("files", "{\".hidden\":1}"), "its manifest names a file outside its folder, `.hidden`\n"),
        (with("folder", "\"a/../..\""), "its manifest names a file outside its folder, `a/../..`\n"),
    ] {
        fs::write(&path, &text).expect("written");
        for command in
            [&["usage"][..], &["snapshots"], &["chains"], &["sql", "SELECT 1"], &["report", "--out", "r"]]
        {
            let said = lineal.refusal(command);
            assert!(
                said.starts_with(&format!("error: cannot open snapshot {DATE}\n  because: {why}")),
                "{command:?}: {said}"
            );
        }
    }
    fs::write(&path, whole).expect("written");
    lineal.answer(&["usage"]);
}

#[test]
fn a_folder_without_a_manifest_is_no_snapshot() {
    let lineal = lake();
    lineal.write("data/2025-02-02/models.parquet", "half");
    lineal.write("data/notes/manifest.json", "{}");
    lineal.write("data/2025-13-45/manifest.json", "{}");
    assert_eq!(lineal.dates(), [DATE]);
    let said = lineal.refusal(&["usage", "--snapshot", "2025-02-02"]);
    assert_eq!(said, format!("error: there is no snapshot 2025-02-02 in `data`; it has {DATE}\n"));
}

#[test]
fn a_damaged_table_is_named_or_read_and_never_more() {
    let lineal = lake();
    let query = "SELECT m.*, r.* FROM models m LEFT JOIN relations r ON r.derived = m.id";
    for name in ["models.parquet", "relations.parquet", "counts.parquet"] {
        let path = file(&lineal, name);
        let whole = fs::read(&path).expect("a table");
        for length in [0, 3, 100, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            fs::write(&path, &whole[..length]).expect("written");
            // It is a cache, and would answer without the tables.
            let _ = fs::remove_file(file(&lineal, "graph.index"));
            let place = format!("data/{DATE}/{name}");
            let said = lineal.refusal(&["usage"]);
            assert!(said.contains(&format!("cannot read `{place}`")), "{name} of {length} bytes: {said}");
            let said = lineal.refusal(&["sql", query, "--format", "csv"]);
            assert!(said.contains(&place), "{name} of {length} bytes: {said}");
        }
        for bit in (0..whole.len() * 8).step_by((whole.len() * 8 / 40) | 1) {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, flipped).expect("written");
            let _ = fs::remove_file(file(&lineal, "graph.index"));
            for command in [&["usage"][..], &["sql", query, "--format", "csv"]] {
                let code = lineal.run(command).code;
                assert!(matches!(code, Some(0 | 2)), "{name}, bit {bit}: {code:?}");
            }
        }
        fs::remove_file(&path).expect("removed");
        let _ = fs::remove_file(file(&lineal, "graph.index"));
        assert!(lineal.refusal(&["usage"]).contains(name));
        fs::write(&path, whole).expect("written");
    }
}

#[test]
fn a_damaged_index_is_made_anew_without_a_word() {
    let lineal = lake();
    let path = file(&lineal, "graph.index");
    let whole = fs::read(&path).expect("an index");
    let usage = lineal.run(&["usage", "--format", "json"]);
    let expected = (usage.out, usage.err);
    let check = |what: String, index: &[u8]| {
        fs::write(&path, index).expect("written");
        let usage = lineal.run(&["usage", "--format", "json"]);
        assert!((usage.out, usage.err) == expected, "{what}");
    };
    for length in [0, 1, 8, 20, 100, whole.len() / 2, whole.len() - 1] {
        check(format!("{length} bytes"), &whole[..length]);
    }
    for bit in (0..whole.len() * 8).step_by((whole.len() * 8 / 120) | 1) {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        check(format!("bit {bit}"), &flipped);
    }
    for byte in 0..80 {
        let mut flipped = whole.clone();
        flipped[byte] ^= 0x11;
        check(format!("byte {byte} of the header"), &flipped);
    }
    fs::remove_file(&path).expect("removed");
    lineal.answer(&["usage"]);
    assert!(path.exists(), "it is there again");
}

#[test]
fn the_index_of_another_snapshot_is_not_believed() {
    let lineal = lake();
    lineal.write("models.jsonl", "{\"id\":\"a/b\"}");
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-02"]);
    let expected = lineal.usage(DATE, "formal");
    fs::copy(lineal.path("data/2025-01-02/graph.index"), file(&lineal, "graph.index")).expect("copied");
    assert_eq!(lineal.usage(DATE, "formal"), expected);
}

#[test]
fn changes_to_a_snapshot_that_is_gone_are_of_no_use() {
    let lineal = Lineal::new();
    let weeks = listings(&lineal, 4000, 2);
    for (date, week) in [DATE, "2025-01-08"].iter().zip(&weeks) {
        lineal.answer(&["import", week, "--date", date]);
    }
    let gone = format!(
        "error: snapshot 2025-01-08 is stored as changes to {DATE}, which is missing or another one now\n"
    );
    fs::rename(lineal.path("data").join(DATE), lineal.path("kept")).expect("moved");
    assert_eq!(lineal.refusal(&["usage"]), gone);
    // Another snapshot of the same date is not the one.
    lineal.answer(&["import", &weeks[1], "--date", DATE]);
    assert_eq!(lineal.refusal(&["usage", "--snapshot", "2025-01-08"]), gone);
    lineal.answer(&["usage", "--snapshot", DATE]);
    fs::remove_dir_all(lineal.path("data").join(DATE)).expect("removed");
    fs::rename(lineal.path("kept"), lineal.path("data").join(DATE)).expect("moved");
    lineal.answer(&["usage", "--snapshot", "2025-01-08"]);
}
