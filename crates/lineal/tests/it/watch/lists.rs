//! A list that was written pins what is there, and is clean until something happens.

use super::{eventful, found, listing, quiet};
use crate::support::{Lineal, text};

#[test]
fn a_list_that_pins_finds_what_has_changed_since_it_was_written() {
    let lineal = Lineal::new();
    lineal.write("quiet.jsonl", listing(&quiet()));
    lineal.answer(&["import", "quiet.jsonl", "--date", "2026-11-08"]);
    let said =
        lineal.answer(&["watch", "--lineage-of", "ann/top", "ann/moves", "no/body", "--write", "pins.txt"]);
    assert_eq!(said, "pins.txt: 5 models as of snapshot 2026-11-08\n");
    let (sha, id) = ("1".repeat(40), |digit: &str| digit.repeat(24));
    assert_eq!(
        text(lineal.path("pins.txt")),
        format!(
            "# 5 models as of snapshot 2026-11-08\nann/moves sha={sha} id={}\nno/body\nann/top sha={sha} id={}\n\
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
        "renamed ann/moves",
        "updated ann/tuned",
        "updated ann/tuned for ann/top < ann/tuned",
    ];
    assert_eq!(found(&lineal, &["--list", "pins.txt"]), expected);
    // Writing again accepts what can be accepted, and remembers what is gone.
    lineal.answer(&["watch", "--list", "pins.txt", "--write", "pins.txt"]);
    assert_eq!(found(&lineal, &["--list", "pins.txt"]), ["deleted ann/root"]);
}
