//! Renames that are inferred, against what hub ids tell, and against the moves known from 2025.

use crate::{
    reference::{replay, table},
    support::{Lineal, listings, shared, text},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// An old name and a new one.
type Rename = (String, String);

/// Returns the renames between two snapshots.
fn renamed(lineal: &Lineal, from: &str, to: &str) -> BTreeSet<Rename> {
    let lines = lineal.answer(&["diff", from, to, "--only", "renamed", "--format", "json"]);
    let name = |change: &Value, key: &str| change[key].as_str().expect("a name").to_owned();
    let rename = |line: &str| {
        let change: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(change["change"], "renamed");
        (name(&change, "before"), name(&change, "model"))
    };
    lines.lines().map(rename).collect()
}

/// Returns a listing in which nothing holds a hub id, in an order given by `key`.
fn without_hub_ids<K: Ord>(listing: &str, key: fn(usize, &Value) -> K) -> String {
    let mut records: Vec<Value> =
        listing.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    for record in &mut records {
        record.as_object_mut().expect("a record").remove("_id");
        let bases = record.pointer_mut("/baseModels/models").and_then(Value::as_array_mut);
        for base in bases.into_iter().flatten() {
            base.as_object_mut().expect("a base").remove("_id");
        }
    }
    let mut records: Vec<(K, Value)> =
        records.into_iter().enumerate().map(|(place, record)| (key(place, &record), record)).collect();
    records.sort_by(|one, other| one.0.cmp(&other.0));
    records.iter().map(|(_, record)| format!("{record}\n")).collect()
}

/// How many renames there are by hub id, how many were found without, and how many of those are right.
fn count(known: &Lineal, blind: &Lineal) -> [usize; 3] {
    let dates = known.dates();
    let mut counts = [0; 3];
    for week in dates.windows(2) {
        let (truth, found) = (renamed(known, &week[0], &week[1]), renamed(blind, &week[0], &week[1]));
        let right = found.intersection(&truth).count();
        for (count, of) in counts.iter_mut().zip([truth.len(), found.len(), right]) {
            *count += of;
        }
    }
    counts
}

#[test]
fn what_is_inferred_is_what_hub_ids_tell() {
    let known = Lineal::new();
    let files = listings(&known, 20_000, 6);
    known.answer(&["import", "listings"]);
    let (by_age, by_name) = (Lineal::new(), Lineal::new());
    for file in &files {
        let listing = text(known.path(file));
        let file = Path::new(file).file_name().expect("a name").to_string_lossy().into_owned();
        by_age.write(&format!("weeks/{file}"), without_hub_ids(&listing, |place, _| place));
        let id = |_, record: &Value| record["id"].as_str().unwrap_or_default().to_owned();
        by_name.write(&format!("weeks/{file}"), without_hub_ids(&listing, id));
    }
    for blind in [&by_age, &by_name] {
        blind.answer(&["import", "weeks"]);
    }
    let [truth, found, right] = count(&known, &by_age);
    assert!(truth >= 20, "{truth} renames are too few to say anything");
    assert!(right * 100 > found * 99, "{right} of {found} are right");
    assert!(right * 100 > truth * 95, "{right} of {truth} are found");
    // In an order that says nothing of age, less is found, but nothing is made up.
    let [_, found, right] = count(&known, &by_name);
    assert!(right * 100 > found * 99, "{right} of {found} are right where order says nothing");
}

/// Owners known to have moved, the week in which, and how many models went. By name, 304 of
/// neuralmagic's have the same bases as before, and 206 of TareksLab's; the bases of the others have
/// new names, too.
const MOVES: [(&str, &str, &str, usize); 4] = [
    ("0409", "neuralmagic", "RedHatAI", 326),
    ("0416", "CohereForAI", "CohereLabs", 16),
    ("0507", "TareksLab", "TareksGraveyard", 297),
    ("0521", "great0001", "g0001", 597),
];

#[test]
fn the_organisations_that_moved_in_2025_are_found() {
    let Some(weekly) = shared("data/study-2025/weekly") else { return };
    let weeks = replay(&weekly);
    let lineal = Lineal::new();
    let date = |week: &str| format!("2025-{}-{}", &week[..2], &week[2..]);
    for (week, rows) in &weeks {
        lineal.write(&format!("weeks/relations-{}.csv", date(week)), table(rows));
    }
    lineal.answer(&["import", "weeks", "--resolve", "exact"]);
    let owner = |name: &str| name.split_once('/').map_or("", |(owner, _)| owner).to_owned();
    let mut found: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut all = 0;
    for pair in weeks.windows(2) {
        let week = &pair[1].0;
        for (before, after) in renamed(&lineal, &date(&pair[0].0), &date(week)) {
            *found.entry((week.clone(), owner(&before), owner(&after))).or_default() += 1;
            all += 1;
        }
    }
    for (week, from, to, models) in MOVES {
        let key = (week.to_owned(), from.to_owned(), to.to_owned());
        assert_eq!(found.get(&key), Some(&models), "{from} to {to}");
    }
    assert_eq!(all, ALL);
}

/// All renames of the sixteen weeks, capitals included: a change of rules shows here.
const ALL: usize = 4_670;
