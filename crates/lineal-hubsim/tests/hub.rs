//! What can a reader of a simulated hub rely on?

use lineal_core::{date::SnapshotDate, model_id::is_model_id};
use lineal_hubsim::{Hub, Options};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

fn hub(seed: u64, models: usize, weeks: usize) -> Hub {
    let first = SnapshotDate::new(2025, 6, 25).expect("a date");
    Hub::new(&Options::new(seed, models, weeks, first))
}

fn listing(hub: &Hub) -> String {
    let mut listing = Vec::new();
    hub.write_listing(&mut listing).expect("memory takes all");
    String::from_utf8(listing).expect("text")
}

/// Returns today's records by `_id`, those listed twice once.
fn records(hub: &Hub) -> BTreeMap<String, Value> {
    let records =
        listing(hub).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>();
    records.into_iter().map(|record| (text(&record["_id"]), record)).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// FNV-1a
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_seed_gives_the_same_bytes_everywhere() {
    let mut hub = hub(7, 10_000, 3);
    let first = hash(&listing(&hub));
    hub.advance();
    hub.advance();
    assert_eq!((first, hash(&listing(&hub))), (15812518721834580328, 15685795023083590070));
}

#[test]
fn the_last_planned_week_has_the_size_asked_for() {
    let mut hub = hub(1, 5_000, 3);
    hub.advance();
    hub.advance();
    assert_eq!((hub.len(), hub.date().to_string()), (5_000, "2025-07-09".to_owned()));
    assert_eq!(records(&hub).len(), 5_000);
}

#[test]
fn models_have_valid_names_of_their_own_and_come_oldest_first() {
    let mut hub = hub(2, 20_000, 2);
    hub.advance();
    let mut names = HashSet::new();
    let mut before = (String::new(), String::new());
    for (hub_id, record) in records(&hub) {
        let id = text(&record["id"]);
        let (_, name) = id.split_once('/').expect("an owner");
        assert!(is_model_id(&id) && name.len() <= 96 && !id.contains("--") && !id.contains(".."), "{id}");
        assert!(names.insert(id.to_ascii_lowercase()), "{id} twice");
        let now = (text(&record["createdAt"]), hub_id);
        assert!(before < now, "{before:?} before {now:?}");
        before = now;
    }
}

#[test]
fn a_small_hub_has_every_oddity() {
    let mut hub = hub(3, 20_000, 2);
    hub.advance();
    let listing = listing(&hub);
    let mut met = BTreeSet::new();
    let mut seen = HashSet::new();
    for line in listing.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let tags: Vec<String> = record["tags"].as_array().into_iter().flatten().map(text).collect();
        let id = text(&record["id"]);
        let typed = tags.iter().any(|tag| tag.starts_with("base_model:") && tag.matches(':').count() == 2);
        let claimed = tags.iter().any(|tag| tag.starts_with("base_model:"));
        let base = text(&record["cardData"]["base_model"]);
        let oddities = [
            ("listed twice", !seen.insert(text(&record["_id"]))),
            ("likes as text", record["likes"].is_string()),
            ("tags null", record["tags"].is_null()),
            ("licence list", record["cardData"]["license"].is_array()),
            ("gated by hand", record["gated"] == "manual"),
            ("untyped", claimed && !typed),
            ("no resolved base", typed && record["baseModels"].is_null()),
            ("no card", claimed && record["cardData"]["base_model"].is_null()),
            ("contradiction", contradicts(&record, &tags)),
            ("distilled", tags.iter().any(|tag| tag.starts_with("base_model:distill:"))),
            ("own base", tags.contains(&format!("base_model:{id}"))),
            ("folder as base", base.starts_with('.') || base.starts_with("/kaggle")),
            ("bare name of a present model", tags.contains(&"base_model:gpt2".to_owned())),
            ("bare name of nothing", tags.iter().any(|tag| tag.ends_with(":llama-7b"))),
            ("capitals", base.contains('/') && base == base.to_ascii_uppercase()),
            ("newer version", record["cardData"]["new_version"].is_string()),
        ];
        met.extend(oddities.into_iter().filter(|(_, is_met)| *is_met).map(|(oddity, _)| oddity));
    }
    let expected = [
        "bare name of a present model",
        "bare name of nothing",
        "capitals",
        "contradiction",
        "distilled",
        "folder as base",
        "gated by hand",
        "licence list",
        "likes as text",
        "listed twice",
        "newer version",
        "no card",
        "no resolved base",
        "own base",
        "tags null",
        "untyped",
    ];
    assert_eq!(met.into_iter().collect::<Vec<_>>(), expected);
}

fn contradicts(record: &Value, tags: &[String]) -> bool {
    record["cardData"]["base_model_relation"] == "finetune"
        && tags.iter().any(|tag| tag.starts_with("base_model:quantized:"))
}

#[test]
fn a_week_changes_what_weeks_change() {
    let mut hub = hub(4, 40_000, 2);
    let before = records(&hub);
    hub.advance();
    let after = records(&hub);
    let both: Vec<(&Value, &Value)> =
        before.iter().filter_map(|(id, old)| Some((old, after.get(id)?))).collect();
    let changed =
        |fields: &[&str]| both.iter().filter(|(old, new)| fields.iter().any(|&f| old[f] != new[f])).count();
    let share = |count: usize| count as f64 / before.len() as f64;
    let bands = [
        ("added", share(after.len() - both.len()), 0.014..=0.020),
        ("removed", share(before.len() - both.len()), 0.001..=0.005),
        ("counted", share(changed(&["downloads", "likes"])), 0.15..=0.25),
        ("edited", share(changed(&["sha"])), 0.007..=0.013),
        ("renamed", share(changed(&["id"])), 0.00002..=0.002),
    ];
    for (what, share, band) in bands {
        assert!(band.contains(&share), "{what}: {share}, expected {band:?}");
    }
}

#[test]
fn names_and_models_come_back() {
    let mut hub = hub(5, 40_000, 6);
    let (mut gone, mut owners_of_names, mut returned, mut reused) = (HashSet::new(), BTreeMap::new(), 0, 0);
    let mut listed: HashSet<String> = HashSet::new();
    for _ in 0..6 {
        let records = records(&hub);
        let now: HashSet<String> = records.keys().cloned().collect();
        returned += now.intersection(&gone).count();
        gone.extend(listed.difference(&now).cloned());
        for (hub_id, record) in records {
            let earlier = owners_of_names.insert(text(&record["id"]), hub_id.clone());
            reused += usize::from(earlier.is_some_and(|earlier| earlier != hub_id));
        }
        listed = now;
        hub.advance();
    }
    assert!(returned > 0 && reused > 0, "{returned} returned, {reused} reused");
}
