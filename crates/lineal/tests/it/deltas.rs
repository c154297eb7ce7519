//! A snapshot stored as changes answers exactly as one stored in full.

use crate::support::{Lineal, listings, text};

/// Everything that a lake says about a snapshot.
fn answers(lineal: &Lineal, date: &str) -> [(&'static str, String); 6] {
    let table = |table: &str| lineal.sql(&format!("SELECT * FROM {table} WHERE snapshot = '{date}'"));
    let usage = |semantics: &str| {
        lineal.answer(&["usage", "--snapshot", date, "--semantics", semantics, "--format", "json"])
    };
    let chains = |semantics: &str| {
        lineal.answer(&["chains", "--snapshot", date, "--semantics", semantics, "--limit", "5000"])
    };
    [
        ("models", table("models")),
        ("relations", table("relations")),
        ("formal usage", usage("formal")),
        ("study usage", usage("study")),
        ("formal chains", chains("formal")),
        ("study chains", chains("study")),
    ]
}

/// How a snapshot is stored: the date it is stored as changes to, or nothing.
fn changes_to(lineal: &Lineal, date: &str) -> String {
    let answer = lineal.sql(&format!("SELECT changes_to FROM snapshots WHERE snapshot = '{date}'"));
    answer.lines().nth(1).unwrap_or_default().to_owned()
}

/// Takes listings in one after another, and each alone elsewhere, and compares all answers: as
/// they come, and after every index has been made anew.
fn check(listings: &[(String, String)], stored: &[&str]) {
    let together = Lineal::new();
    let alone: Vec<Lineal> = listings
        .iter()
        .map(|(date, listing)| {
            let lineal = Lineal::new();
            for lineal in [&lineal, &together] {
                lineal.write("models.jsonl", listing);
                lineal.answer(&["import", "models.jsonl", "--date", date]);
            }
            assert_eq!(changes_to(&lineal, date), "\"\"", "{date} alone");
            lineal
        })
        .collect();
    let dates = || listings.iter().map(|(date, _)| date.as_str());
    let found: Vec<String> = dates().map(|date| changes_to(&together, date)).collect();
    assert_eq!(found, stored);
    for anew in [false, true] {
        for (date, lineal) in dates().zip(&alone) {
            if anew {
                std::fs::remove_file(together.path(&format!("data/{date}/graph.index"))).expect("an index");
            }
            for ((what, found), (_, expected)) in answers(&together, date).iter().zip(answers(lineal, date)) {
                assert!(*found == expected, "{what} of {date}, index made anew: {anew}");
            }
        }
    }
}

fn dated(listings: Vec<String>) -> Vec<(String, String)> {
    let dates = (1..).map(|day| format!("2025-01-{day:02}"));
    dates.zip(listings).collect()
}

/// A listing of 3,000 models.
fn listing() -> String {
    let lineal = Lineal::new();
    text(lineal.path(&listings(&lineal, 3000, 1)[0]))
}

const FULL: &str = "\"\"";
const CHANGES: &str = "2025-01-01";

#[test]
fn a_month_of_a_hub_answers_the_same_as_changes_and_in_full() {
    let lineal = Lineal::new();
    let weeks = listings(&lineal, 6000, 4).iter().map(|week| text(lineal.path(week))).collect();
    check(&dated(weeks), &[FULL, CHANGES, CHANGES, CHANGES]);
}

#[test]
fn a_listing_in_another_order_is_kept_in_that_order() {
    let listing = listing();
    let lines: Vec<&str> = listing.lines().collect();
    let backwards: Vec<&str> = lines.iter().rev().copied().collect();
    let mut moved = lines.clone();
    moved.rotate_left(100);
    let interleaved = lines.iter().step_by(2).chain(lines.iter().skip(1).step_by(2));
    let interleaved: Vec<&str> = interleaved.copied().collect();
    let turned = [lines, moved, backwards, interleaved].map(|lines| lines.join("\n"));
    check(&dated(turned.to_vec()), &[FULL, CHANGES, FULL, FULL]);
}

#[test]
fn a_listing_of_which_everything_changed_is_kept_in_full() {
    let listing = listing();
    let changed = listing.replace("\"tags\":[", "\"tags\":[\"changed\",");
    let counted = listing.replace("\"downloads\":", "\"downloads\":1").replace("\"likes\":", "\"likes\":2");
    let without_bases = listing.replace("base_model:", "no_base:");
    assert!(changed != listing && counted != listing && without_bases != listing);
    check(
        &dated(vec![listing.clone(), counted, changed, listing, without_bases]),
        &[FULL, CHANGES, FULL, FULL, "2025-01-04"],
    );
}

#[test]
fn a_hub_that_shrinks_to_one_model_and_comes_back_is_kept() {
    let listing = listing();
    let lines: Vec<&str> = listing.lines().collect();
    let part = |count: usize| lines[lines.len() - count..].join("\n");
    check(
        &dated(vec![listing.clone(), part(1500), part(1), listing.clone(), "[]".to_owned(), part(2000)]),
        &[FULL, CHANGES, FULL, FULL, FULL, FULL],
    );
}

#[test]
fn a_base_that_goes_or_is_renamed_leaves_its_derived_models_right() {
    let models = |renamed: bool, gone: bool| {
        let mut lines: Vec<String> = (0..2000)
            .map(|n| {
                format!("{{\"_id\":\"{n:024x}\",\"id\":\"o/m{n}\",\"tags\":[\"base_model:o/m{}\"]}}", n / 2)
            })
            .collect();
        if renamed {
            lines[10] =
                format!("{{\"_id\":\"{:024x}\",\"id\":\"p/renamed\",\"tags\":[\"base_model:o/m5\"]}}", 10);
        }
        if gone {
            lines.remove(20);
        }
        lines.join("\n")
    };
    let weeks = [(false, false), (true, false), (false, true), (true, true), (false, false)];
    check(
        &dated(weeks.map(|(renamed, gone)| models(renamed, gone)).to_vec()),
        &[FULL, CHANGES, CHANGES, CHANGES, CHANGES],
    );
}

#[test]
fn an_earlier_date_can_be_taken_in_later() {
    let listing = listing();
    let lineal = Lineal::new();
    lineal.write("models.jsonl", &listing);
    for date in ["2025-02-01", "2025-01-01", "2025-03-01"] {
        lineal.answer(&["import", "models.jsonl", "--date", date]);
    }
    assert_eq!(
        lineal.sql("SELECT snapshot, changes_to FROM snapshots"),
        "snapshot,changes_to\n2025-01-01,\"\"\n2025-02-01,\"\"\n2025-03-01,2025-02-01\n".replace("\"\"", "")
    );
}
