use super::*;
use crate::testing::{TestLake, day, record};
use lineal_core::{
    operation::Operation,
    record::{Claim, Gated, ModelRecord, Source},
};
use std::collections::BTreeMap;

/// A model given as `name#identity@commit` and what else is known of it, such as `license:mit` or
/// `merge:some/base`.
fn model(text: &str) -> ModelRecord {
    let mut words = text.split_whitespace();
    let mut model = record(words.next().expect("a name"));
    for word in words {
        let (what, value) = word.split_once(':').expect("what it is");
        let text = || Some(value.to_owned());
        match what {
            "modified" => model.last_modified = value.parse().ok(),
            "task" => model.task = text(),
            "license" => model.license = text(),
            "gated" => model.gated = Gated::ALL.into_iter().find(|gated| gated.as_str() == value),
            "private" => model.private = value.parse().ok(),
            "disabled" => model.disabled = value.parse().ok(),
            "next" => model.new_version = text(),
            "downloads" => model.downloads = value.parse().ok(),
            operation => model.claims.push(Claim {
                base: value.to_owned(),
                base_hub_id: None,
                operation: Some(Operation::named(operation)),
                source: Source::TypedTag,
            }),
        }
    }
    model
}

fn listing(text: &str) -> Vec<ModelRecord> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(model).collect()
}

/// Two snapshots in a lake of their own.
struct Compared {
    _lake: TestLake,
    diff: Diff,
}

fn compare(before: &[ModelRecord], after: &[ModelRecord], renames: Renames) -> Compared {
    let lake = TestLake::new();
    lake.write("2025-01-01", before);
    lake.write("2025-01-08", after);
    let snapshot = |date| lake.lake.snapshot(Some(day(date))).expect("a snapshot");
    let diff = Diff::open(&snapshot("2025-01-01"), &snapshot("2025-01-08"), renames).expect("opened");
    Compared { _lake: lake, diff }
}

impl Compared {
    /// All changes that are asked for, each as a line.
    fn changes(&self, filter: &Filter) -> Vec<String> {
        let mut lines = Vec::new();
        let end = self.diff.each(filter, |change| {
            lines.push(line(change));
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(end.expect("read"), ControlFlow::Continue(()));
        lines
    }
}

fn line(change: &Change) -> String {
    let shown = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(Value::Bases(bases)) if bases.is_empty() => "none".to_owned(),
        // Commits and identities repeat a digit.
        Some(value @ (Value::Commit(_) | Value::HubId(_))) => value.to_string()[..2].to_owned(),
        Some(value) => value.to_string(),
    };
    let evidence = change.evidence.map_or_else(String::new, |evidence| format!(" ({})", evidence.as_str()));
    let (before, after) = (shown(&change.before), shown(&change.after));
    format!("{} {}: {before} -> {after}{evidence}", change.kind, change.model)
}

/// Checks all changes between two listings that are asked for.
fn check(before: &str, after: &str, filter: Filter, expected: &[&str]) {
    let compared = compare(&listing(before), &listing(after), Renames::On);
    assert_eq!(compared.changes(&filter), expected);
}

/// Something is stated in every column here, so that all are compared.
const FULL: &str =
    "x/full#9@9 modified:9 task:none license:mit gated:no private:false disabled:false next:x/y";

fn with_full(text: &str) -> String {
    format!("{text}\n{FULL}")
}

const BEFORE: &str = "
    o/kept#1@1 license:mit task:chat downloads:5
    o/gone#2@1 finetune:o/kept
    o/changed#3@1 license:mit gated:no private:false disabled:false merge:o/kept merge:o/gone
    o/old-name#4@1
    o/taken#5@1
    o/case#6@1
    o/tuned#7@1 merge:o/kept
";
const AFTER: &str = "
    o/Case#6@1
    o/changed#3@2 task:chat gated:auto private:true disabled:true next:o/kept merge:o/kept
    p/new-name#4@1
    o/kept#1@1 license:mit task:chat downloads:6
    o/taken#8@2
    o/new#2@2 quantized:o/kept adapter:lost/base
    o/tuned#7@1 finetune:o/kept
";

#[test]
fn every_kind_of_change_is_found_in_the_order_of_the_listings() {
    // The identity of `o/gone` came back under another name: that is a rename.
    check(
        &with_full(BEFORE),
        &with_full(AFTER),
        Filter::default(),
        &[
            "renamed o/Case: o/case -> o/Case (hub_id)",
            "updated o/changed: 01 -> 02",
            "relation o/changed: merge:o/kept merge:o/gone -> merge:o/kept",
            "task o/changed: - -> chat",
            "license o/changed: mit -> -",
            "gated o/changed: no -> auto",
            "private o/changed: false -> true",
            "disabled o/changed: false -> true",
            "new_version o/changed: - -> o/kept",
            "renamed p/new-name: o/old-name -> p/new-name (hub_id)",
            "added o/taken: - -> none",
            "reused o/taken: 05 -> 08",
            "renamed o/new: o/gone -> o/new (hub_id)",
            "updated o/new: 01 -> 02",
            "relation o/new: finetune:o/kept -> quantized:o/kept adapter:lost/base",
            "relation o/tuned: merge:o/kept -> finetune:o/kept",
            "deleted o/taken: none -> -",
        ],
    );
}

#[test]
fn without_renames_a_model_is_its_name() {
    let compared = compare(&listing(BEFORE), &listing(AFTER), Renames::Off);
    let filter =
        Filter { kinds: vec![Kind::Added, Kind::Deleted, Kind::Renamed, Kind::Reused], ..Filter::default() };
    assert_eq!(
        compared.changes(&filter),
        [
            "added o/Case: - -> none",
            "added p/new-name: - -> none",
            "added o/new: - -> quantized:o/kept adapter:lost/base",
            "deleted o/gone: finetune:o/kept -> -",
            "deleted o/old-name: none -> -",
            "deleted o/case: none -> -",
        ]
    );
    assert!(!compared.diff.compares(Kind::Renamed) && !compared.diff.compares(Kind::Reused));
}

#[test]
fn what_one_listing_never_states_is_not_compared() {
    let compared = compare(
        &listing("o/a@1 license:mit task:chat finetune:o/b\no/b@1 gated:no"),
        &listing("o/a@2 license:apache next:o/b\no/b@1"),
        Renames::On,
    );
    assert_eq!(compared.changes(&Filter::default()), ["updated o/a: 01 -> 02", "license o/a: mit -> apache"]);
    let stated = |kind: Kind| compared.diff.stated(kind);
    for kind in [Kind::Task, Kind::Gated, Kind::Relation] {
        assert_eq!(stated(kind), Stated { before: true, after: false }, "{kind}");
    }
    assert_eq!(stated(Kind::NewVersion), Stated { before: false, after: true });
    for kind in [Kind::Private, Kind::Disabled, Kind::Reused] {
        assert_eq!(stated(kind), Stated { before: false, after: false }, "{kind}");
    }
}

#[test]
fn where_a_commit_is_not_known_the_time_of_the_last_modification_tells() {
    let update = |before: &str, after: &str, expected: &[&str]| {
        let kinds = vec![Kind::Updated];
        check(&with_full(before), &with_full(after), Filter { kinds, ..Filter::default() }, expected);
    };
    update("o/a@1 modified:1", "o/a@1 modified:2", &[]);
    update("o/a@1 modified:1", "o/a@2 modified:1", &["updated o/a: 01 -> 02"]);
    let later = "updated o/a: 1970-01-01T00:00:00.001Z -> 1970-01-01T00:00:00.002Z";
    update("o/a modified:1", "o/a@1 modified:2", &[later]);
    update("o/a modified:1", "o/a@1 modified:1", &[]);
    update("o/a modified:1", "o/a@1", &[]);
    // Nor if one of the two listings states no commit at all.
    check("o/a modified:1", "o/a@1 modified:2", Filter::default(), &[later]);
}

#[test]
fn a_base_under_another_name_is_no_change_of_what_was_derived_from_it() {
    check(
        "o/base#1\no/tuned#2 merge:o/base merge:o/lost",
        "p/base#1\no/tuned#2 merge:o/lost merge:p/base",
        Filter::default(),
        &["renamed p/base: o/base -> p/base (hub_id)"],
    );
}

#[test]
fn of_two_repositories_with_one_name_both_are_followed() {
    check(
        "o/a#1\no/b#2",
        "o/b#1\no/a#2",
        Filter::default(),
        &[
            "renamed o/b: o/a -> o/b (hub_id)",
            "reused o/b: 02 -> 01",
            "renamed o/a: o/b -> o/a (hub_id)",
            "reused o/a: 01 -> 02",
        ],
    );
}

#[test]
fn a_filter_keeps_what_meets_it_before_or_after() {
    let ask =
        |filter: Filter, expected: &[&str]| check(&with_full(BEFORE), &with_full(AFTER), filter, expected);
    let owner = Some("P".to_owned());
    ask(Filter { owner, ..Filter::default() }, &["renamed p/new-name: o/old-name -> p/new-name (hub_id)"]);
    ask(
        Filter {
            models: vec!["o/GONE".into()],
            kinds: vec![Kind::Updated, Kind::Deleted],
            ..Filter::default()
        },
        &["updated o/new: 01 -> 02"],
    );
    ask(
        Filter { operation: Some("finetune".into()), kinds: vec![Kind::Relation], ..Filter::default() },
        &[
            "relation o/new: finetune:o/kept -> quantized:o/kept adapter:lost/base",
            "relation o/tuned: merge:o/kept -> finetune:o/kept",
        ],
    );
    ask(
        Filter { task: Some("chat".into()), kinds: vec![Kind::Task, Kind::Added], ..Filter::default() },
        &["task o/changed: - -> chat"],
    );
    ask(
        Filter { models: vec!["o/taken".into()], ..Filter::default() },
        &["added o/taken: - -> none", "reused o/taken: 05 -> 08", "deleted o/taken: none -> -"],
    );
}

#[test]
fn who_has_seen_enough_is_shown_no_more() {
    let compared = compare(&listing(BEFORE), &listing(AFTER), Renames::On);
    let mut seen = 0;
    let end = compared.diff.each(&Filter::default(), |change| {
        seen += 1;
        match change.kind {
            Kind::Relation => ControlFlow::Break(change.model.to_owned()),
            _ => ControlFlow::Continue(()),
        }
    });
    assert_eq!((end.expect("read"), seen), (ControlFlow::Break("o/changed".to_owned()), 3));
}

#[test]
fn a_snapshot_of_no_models_has_none_in_common_with_any() {
    check("", "o/a#1", Filter::default(), &["added o/a: - -> none"]);
    check("o/a#1", "", Filter::default(), &["deleted o/a: none -> -"]);
    check("", "", Filter::default(), &[]);
}

/// A made-up hub that changes like a real one: `seed` decides how.
fn hub(seed: u64, models: u64, rounds: u64) -> Vec<ModelRecord> {
    let mut state = seed;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut hub: BTreeMap<u64, ModelRecord> = BTreeMap::new();
    let mut next = 0;
    for round in 0..models + rounds {
        // Until it has its models, it only grows.
        let at = if round < models || below(3) == 0 { next } else { below(next) };
        next = next.max(at + 1);
        if round >= models && below(5) == 0 {
            hub.remove(&at);
            continue;
        }
        let name = format!("owner-{}/model-{}", below(5), at % models);
        let name = if below(9) == 0 { name.to_uppercase() } else { name };
        if hub.values().any(|other| other.id.as_str() == name) {
            continue;
        }
        let mut text = format!("{name}@{} license:l{} gated:no", below(9), below(2));
        text += ["", " task:chat", " next:o/n", " private:true disabled:false"][below(4) as usize];
        for _ in 0..below(3) {
            let operation = ["merge", "finetune"][below(2) as usize];
            text += &format!(" {operation}:owner-{}/model-{}", below(5), below(models + 9));
        }
        let mut record = model(&text);
        let mut id = [0; 12];
        id[..8].copy_from_slice(&at.to_le_bytes());
        record.hub_id = Some(HubId(id));
        hub.insert(at, record);
    }
    hub.into_values().collect()
}

/// What a change is, seen from the other side.
fn mirrored(change: &Change) -> String {
    let kind = match change.kind {
        Kind::Added => Kind::Deleted,
        Kind::Deleted => Kind::Added,
        kind => kind,
    };
    // A model that was renamed is called otherwise on the other side.
    format!("{kind} {:?} {:?} {:?}", change.after, change.before, change.evidence)
}

fn all(compared: &Compared, say: impl Fn(&Change) -> String) -> Vec<String> {
    let mut changes = Vec::new();
    let end = compared.diff.each(&Filter::default(), |change| {
        changes.push(say(change));
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end.expect("read"), ControlFlow::Continue(()));
    changes.sort();
    changes
}

#[test]
fn the_way_back_mirrors_the_way_there() {
    for seed in 0..12 {
        // The same beginning, and on from there.
        let (before, after) = (hub(seed, 60, 0), hub(seed, 60, 80));
        for renames in [Renames::On, Renames::Off] {
            let there = compare(&before, &after, renames);
            let back = compare(&after, &before, renames);
            let plain = |change: &Change| {
                format!("{} {:?} {:?} {:?}", change.kind, change.before, change.after, change.evidence)
            };
            assert_eq!(all(&there, mirrored), all(&back, plain), "seed {seed}, {renames:?}");
        }
    }
}

#[test]
fn what_came_and_went_is_the_difference_in_size() {
    for seed in 20..30 {
        let (before, after) = (hub(seed, 60, 0), hub(seed, 60, 80));
        for renames in [Renames::On, Renames::Off] {
            let compared = compare(&before, &after, renames);
            let kinds = all(&compared, |change| change.kind.to_string());
            let count = |kind: Kind| kinds.iter().filter(|found| **found == kind.as_str()).count();
            assert_eq!(before.len() + count(Kind::Added), after.len() + count(Kind::Deleted), "seed {seed}");
            assert!(kinds.len() > 50, "{kinds:?}");
        }
    }
}

#[test]
fn nothing_changed_between_a_snapshot_and_itself() {
    let models = hub(5, 80, 100);
    assert_eq!(compare(&models, &models, Renames::On).changes(&Filter::default()), [""; 0]);
}

#[test]
fn what_is_asked_for_is_a_part_of_all() {
    let compared = compare(&hub(3, 60, 0), &hub(3, 60, 80), Renames::On);
    let all = compared.changes(&Filter::default());
    for kind in Kind::ALL {
        let asked = compared.changes(&Filter { kinds: vec![kind], ..Filter::default() });
        let those: Vec<&String> = all.iter().filter(|line| line.starts_with(&format!("{kind} "))).collect();
        assert_eq!(asked.iter().collect::<Vec<_>>(), those);
    }
}

#[test]
fn it_does_not_matter_how_a_snapshot_is_stored() {
    let before = hub(11, 1500, 0);
    let weeks = [hub(11, 1500, 200), hub(11, 1500, 300)];
    let lake = TestLake::new();
    lake.write("2025-01-01", &before);
    for (date, week) in ["2025-01-08", "2025-01-15"].into_iter().zip(&weeks) {
        let changes_to = lake.write(date, week).manifest.changes_to;
        assert_eq!(changes_to.map(|full| full.date), Some("2025-01-01".to_owned()));
    }
    let snapshot = |date| lake.lake.snapshot(Some(day(date))).expect("a snapshot");
    let diff = |before: Snapshot, after: Snapshot| {
        let diff = Diff::open(&before, &after, Renames::On).expect("opened");
        let mut lines = Vec::new();
        let end = diff.each(&Filter::default(), |change| {
            lines.push(format!("{change:?}"));
            ControlFlow::<()>::Continue(())
        });
        end.map(|_| lines).expect("read")
    };
    let alone = |date, models: &[ModelRecord]| {
        let lake = TestLake::new();
        assert!(lake.write(date, models).manifest.changes_to.is_none());
        let snapshot = lake.lake.snapshot(None).expect("a snapshot");
        (lake, snapshot)
    };
    let full = [alone("2025-01-08", &weeks[0]), alone("2025-01-15", &weeks[1])];
    let found = diff(snapshot("2025-01-08"), snapshot("2025-01-15"));
    assert!(found.len() > 100);
    assert_eq!(found, diff(full[0].1.clone(), full[1].1.clone()));
    assert_eq!(found, diff(snapshot("2025-01-08"), full[1].1.clone()));
}
