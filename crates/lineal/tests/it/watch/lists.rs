//! A list that was written pins what is there, and is clean until something happens.

use super::{eventful, found, listing, made_from, model, prepare, quiet};
use crate::support::{Lineal, Served, text};
use serde_json::json;

#[test]
fn a_list_that_pins_finds_what_has_changed_since_it_was_written() {
    let lineal = Lineal::new();
    lineal.write("quiet.jsonl", listing(&quiet()));
    lineal.answer(&["import", "quiet.jsonl", "--date", "2026-11-08"]);
    let said =
        lineal.answer(&["watch", "--lineage-of", "ann/top", "ann/moves", "no/body", "--write", "pins.txt"]);
    assert_eq!(said, "pins.txt: 4 of 5 models as of snapshot 2026-11-08\n");
    let (sha, id) = ("1".repeat(40), |digit: &str| digit.repeat(24));
    assert_eq!(
        text(lineal.path("pins.txt")),
        format!(
            "# Written by `lineal watch --write`: 4 of 5 models as of snapshot 2026-11-08\nsnapshot=2026-11-08\nann/moves sha={sha} id={}\nno/body\nann/top sha={sha} id={}\n\
             ann/tuned sha={sha} id={}\nann/root sha={sha} id={}\n",
            id("3"),
            id("2"),
            id("1"),
            id("0")
        )
    );
    // One snapshot is enough where everything is pinned.
    lineal.write("pins.txt", text(lineal.path("pins.txt")).replace("no/body\n", ""));
    assert_eq!(found(&lineal, &["--list", "pins.txt"]), [""; 0]);
    lineal.write("eventful.jsonl", listing(&eventful()));
    lineal.answer(&["import", "eventful.jsonl", "--date", "2026-11-15"]);
    // Another week in which nothing happens, so that only the pins remember.
    lineal.answer(&["import", "eventful.jsonl", "--date", "2026-11-22"]);
    let expected = [
        "deleted ann/root",
        "deleted ann/root for ann/top < ann/tuned < ann/root",
        "deleted ann/root for ann/tuned < ann/root",
        "renamed ann/moves",
        "updated ann/tuned",
        "updated ann/tuned for ann/top < ann/tuned",
    ];
    assert_eq!(found(&lineal, &["--list", "pins.txt"]), expected);
    // Writing again accepts what can be accepted, and remembers what is gone.
    lineal.answer(&["watch", "--list", "pins.txt", "--write", "pins.txt"]);
    assert_eq!(found(&lineal, &["--list", "pins.txt"]), ["deleted ann/root"]);
}

#[test]
fn a_list_is_clean_once_it_is_written_and_remembers_what_its_ancestors_were() {
    let lineal = Lineal::new();
    prepare(&lineal);
    lineal.answer(&["watch", "ann/top", "--write", "top.txt"]);
    assert_eq!(found(&lineal, &["--list", "top.txt"]), [""; 0]);
    let updated = "updated ann/tuned for ann/top < ann/tuned";
    let before = ["deleted ann/root for ann/top < ann/tuned < ann/root", updated];
    assert_eq!(found(&lineal, &["--list", "top.txt", "--since", "2026-11-08"]), before);
    // Two weeks later, the first of which brings something: a week is not all that is compared.
    let mut models = eventful();
    models[0]["sha"] = json!("3".repeat(40));
    assert_eq!(models[0]["id"], "ann/tuned");
    lineal.write("later.jsonl", listing(&models));
    lineal.answer(&["import", "later.jsonl", "--date", "2026-11-22"]);
    lineal.answer(&["import", "later.jsonl", "--date", "2026-11-29"]);
    assert_eq!(found(&lineal, &["--list", "top.txt"]), [updated]);
    lineal.answer(&["watch", "--list", "top.txt", "--write", "top.txt"]);
    assert_eq!(found(&lineal, &["--list", "top.txt"]), [""; 0]);
}

#[test]
fn a_list_from_a_snapshot_that_is_not_there_is_not_compared_with_another() {
    let lineal = Lineal::new();
    prepare(&lineal);
    lineal.write("list.txt", "snapshot=2026-11-01\nann/gate\n");
    let refused = lineal.refusal(&["watch", "--list", "list.txt"]);
    let expected = "error: the list was written from snapshot 2026-11-01, which is not in";
    assert!(refused.starts_with(expected) && refused.contains("`--since`"), "{refused}");
    assert_eq!(found(&lineal, &["--list", "list.txt", "--since", "2026-11-08"]), ["gated ann/gate"]);
    // Where there is no snapshot at all, a live hub is compared with what is pinned.
    let empty = Lineal::new();
    let hub = Served::start(&lineal, &["--listing", "2026-11-15.jsonl"]);
    empty.write("list.txt", format!("snapshot=2026-11-01\nann/gate id={}\n", "f".repeat(24)));
    let live = found(&empty, &["--list", "list.txt", "--live", "--hub", &hub.address]);
    assert_eq!(live, ["reused ann/gate"]);
}

#[test]
fn only_a_list_that_was_written_is_replaced() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let own = "# mine\nann/gate\n";
    lineal.write("mine.txt", own);
    let write = ["watch", "--list", "mine.txt", "--write", "mine.txt"];
    let refused = lineal.refusal(&write);
    assert!(refused.starts_with("error: `mine.txt` is there already"), "{refused}");
    assert!(refused.contains("`--force`"), "{refused}");
    assert_eq!(text(lineal.path("mine.txt")), own);
    lineal.write("empty.txt", "");
    lineal.answer(&["watch", "--list", "mine.txt", "--write", "empty.txt"]);
    let said = lineal.answer(&[&write[..], &["--force"]].concat());
    assert_eq!(said, "mine.txt: 1 model as of snapshot 2026-11-15\n");
    assert_eq!(text(lineal.path("mine.txt")), text(lineal.path("empty.txt")));
    lineal.answer(&write);
}

#[test]
fn a_missing_base_whose_name_is_taken_is_found_where_it_is_known_to_be_new() {
    let lineal = Lineal::new();
    let tuned = || model('1', "ann/tuned", made_from("ghost/base"));
    lineal.write("before.jsonl", listing(&[tuned()]));
    lineal.answer(&["import", "before.jsonl", "--date", "2026-11-08"]);
    let weeks = [
        ("2026-11-15", json!({"createdAt": "2026-11-09T00:00:00.000Z"}), true),
        ("2026-11-22", json!({"createdAt": "2026-11-08T23:59:59.999Z"}), false),
        ("2026-11-29", json!({"createdAt": null}), false),
    ];
    for (date, made, is_taken) in weeks {
        lineal.write("after.jsonl", listing(&[tuned(), model('2', "ghost/base", made)]));
        lineal.answer(&["import", "after.jsonl", "--date", date]);
        let expected: &[&str] =
            if is_taken { &["reused ghost/base for ann/tuned < ghost/base"] } else { &[] };
        assert_eq!(found(&lineal, &["ann/tuned", "--since", "2026-11-08"]), expected, "{date}");
    }
}
