//! Imports that are killed, and imports at the same time.

use crate::support::{Lineal, finish, listings};
use std::{
    fs, thread,
    time::{Duration, Instant},
};

const DATE: &str = "2025-01-01";

#[cfg(unix)]
#[test]
fn an_import_killed_at_any_moment_leaves_all_or_nothing() {
    const ROUNDS: u32 = 24;
    let lineal = Lineal::new();
    let listing = listings(&lineal, 40_000, 1).remove(0);
    let import = ["import", &listing, "--date", DATE];
    let started = Instant::now();
    lineal.answer(&import);
    let whole = started.elapsed();
    let usage = lineal.usage(DATE, "formal");
    fs::remove_dir_all(lineal.path("data")).expect("removed");

    let mut there = 0;
    for round in 0..ROUNDS {
        let mut child = lineal.command(&import).spawn().expect("the binary starts");
        thread::sleep(whole * (round + 1) * 21 / (ROUNDS * 20));
        child.kill().expect("killed");
        let outcome = finish(child);
        match &lineal.dates()[..] {
            [] => assert_ne!(outcome.code, Some(0), "round {round}"),
            [date] => {
                there += 1;
                assert_eq!(date, DATE);
                assert_eq!(lineal.usage(DATE, "formal"), usage, "round {round}");
                fs::remove_dir_all(lineal.path("data").join(DATE)).expect("removed");
            }
            more => panic!("{more:?}"),
        }
    }
    assert!(there < ROUNDS, "no import was interrupted");
    lineal.answer(&import);
    assert_eq!(lineal.usage(DATE, "formal"), usage);
    // What the others left behind was swept away.
    lineal.holds_only(&[DATE]);
}

#[test]
fn of_two_imports_of_one_date_at_once_one_wins() {
    let lineal = Lineal::new();
    let listing = listings(&lineal, 20_000, 1).remove(0);
    for round in 0..4 {
        let date = format!("2025-01-{:02}", round + 1);
        let import = || {
            let child = lineal.command(&["import", &listing, "--date", &date]).spawn();
            thread::sleep(Duration::from_millis(round * 7));
            child.expect("the binary starts")
        };
        let outcomes = [import(), import()].map(finish);
        let mut codes = [0, 1].map(|at| outcomes[at].code);
        codes.sort();
        assert_eq!(codes, [Some(0), Some(2)], "{outcomes:?}");
        for outcome in outcomes.into_iter().filter(|outcome| outcome.code == Some(2)) {
            let said = outcome.refused();
            assert!(said.contains(&format!("there is already a snapshot {date} in `data`")), "{said}");
        }
        lineal.usage(&date, "study");
    }
    lineal.holds_only(&["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]);
}

#[test]
fn imports_of_different_dates_at_once_are_all_there() {
    let lineal = Lineal::new();
    let listing = listings(&lineal, 5_000, 1).remove(0);
    let dates: Vec<String> = (1..=8).map(|day| format!("2025-01-{day:02}")).collect();
    let import = |date: &String| {
        lineal.command(&["import", &listing, "--date", date]).spawn().expect("the binary starts")
    };
    let children: Vec<_> = dates.iter().map(import).collect();
    for child in children {
        finish(child).done();
    }
    assert_eq!(lineal.dates(), dates);
    let dates: Vec<&str> = dates.iter().map(String::as_str).collect();
    lineal.holds_only(&dates);
    let mut usages = dates.iter().map(|date| {
        let mut usage = lineal.usage(date, "formal");
        usage["snapshot"].take();
        usage
    });
    let first = usages.next().expect("a snapshot");
    assert!(usages.all(|usage| usage == first));
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_staging_place_is_swept_unless_it_is_in_use() {
    let lineal = Lineal::new();
    lineal.write("models.jsonl", "{\"id\":\"a/b\"}");
    lineal.write("data/.staging/without-lock/models.parquet", "half");
    lineal.write("data/.staging/with-lock/lock", "");
    lineal.write("data/.staging/in-use/lock", "");
    let lock = fs::File::open(lineal.path("data/.staging/in-use/lock")).expect("a lock");
    lock.lock().expect("locked");
    lineal.answer(&["import", "models.jsonl", "--date", DATE]);
    assert_eq!(crate::support::inside(&lineal.path("data/.staging")), ["in-use", "lock"]);
    drop(lock);
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-02"]);
    lineal.holds_only(&[DATE, "2025-01-02"]);
}
