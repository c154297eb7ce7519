use super::*;
use crate::{record::Gated, testing};

/// A snapshot of a day of June. In its text, a line `name = …` says more of a model: its hub id as a number, or
/// a word: a licence, `gated`, `open`.
fn snapshot(day: u32, text: &str) -> Atlas {
    let (told, world): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains(" = "));
    let mut atlas = testing::atlas(&world.join("\n"));
    atlas.profiles = testing::profiles(&atlas.world, |record, _| {
        for line in &told {
            let (name, words) = line.split_once(" = ").expect("a name and words");
            if name.trim() != record.id.as_str() {
                continue;
            }
            for word in words.split_whitespace() {
                match (word, word.parse()) {
                    (_, Ok(number)) => record.hub_id = Some(HubId([number; 12])),
                    ("gated", _) => record.gated = Some(Gated::Manual),
                    ("open", _) => record.gated = Some(Gated::No),
                    _ => record.license = Some(word.to_owned()),
                }
            }
        }
    });
    atlas.world.snapshot = SnapshotDate::new(2025, 6, day).expect("a day");
    atlas
}

/// Follows `it` through some snapshots, the newest first.
fn check(snapshots: &[(u32, &str)], expected: &[&str]) {
    let atlases: Vec<Atlas> = snapshots.iter().map(|(day, text)| snapshot(*day, text)).collect();
    let atlases: Vec<&Atlas> = atlases.iter().collect();
    let found = history(&atlases, atlases[0].world.ids.find("it").expect("named"));
    let shown = |moment: &Moment| {
        let Moment { snapshot, id, by_hub_id, changes, .. } = moment;
        let how = if *by_hub_id { "=" } else { "" };
        let what =
            [&[format!("{}{how}", id.as_deref().unwrap_or("-"))], changes.as_slice()].concat().join(" ");
        format!("{} {what}", &snapshot.to_string()[8..])
    };
    assert_eq!(found.snapshots.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn a_moment_says_what_the_model_was_then() {
    let newest = snapshot(
        20,
        "b -merge-> it\na? -adapter-> it\nit -merge-> x\nit -merge-> y\nit 70\nit -merge-> it\nit = 3 mit",
    );
    let base =
        |id: &str, operation: &str, missing| BaseThen { id: id.into(), operation: operation.into(), missing };
    let expected = History {
        snapshots: vec![Moment {
            snapshot: newest.world.snapshot,
            id: Some("it".into()),
            by_hub_id: true,
            downloads: Some(70),
            likes: None,
            license: Some("mit".into()),
            derived: 2,
            bases: vec![base("a", "adapter", true), base("b", "merge", false), base("it", "merge", false)],
            changes: vec![],
        }],
    };
    assert_eq!(history(&[&newest], newest.world.ids.find("it").expect("named")), expected);
    assert_eq!(history(&[], 0), History::default());
}

#[test]
fn a_model_is_followed_by_its_hub_id_and_else_by_the_name_it_had_next() {
    check(
        &[(20, "it\nit = 1"), (13, "old\nold = 1"), (6, "old\nit"), (1, "OLD\nit = 2\nit")],
        &[
            "20 it= It was renamed: it was called `old` before.",
            "13 old=",
            "06 old It was renamed: it was called `OLD` before.",
            "01 OLD",
        ],
    );
    check(
        &[(20, "it"), (13, "it\nit = 1"), (6, "x\nx = 1")],
        &["20 it", "13 it It was renamed: it was called `x` before.", "06 x="],
    );
}

#[test]
fn a_namesake_is_another_model() {
    check(
        &[(20, "it\nit = 1"), (13, "it\nit = 2"), (6, "IT\nIT = 2")],
        &[
            "20 it= It appeared: it was not listed on 2025-06-13.",
            "13 - The name `it` belonged to another model then.",
            "06 -",
        ],
    );
}

#[test]
fn a_model_comes_goes_and_comes_back() {
    check(
        &[(20, "it"), (13, "x"), (6, "it"), (1, "x")],
        &[
            "20 it It came back: it was last listed on 2025-06-06.",
            "13 - It is not listed any more: deleted, or made private.",
            "06 it It appeared: it was not listed on 2025-06-01.",
            "01 -",
        ],
    );
    check(
        &[(20, "it? -merge-> x"), (13, "it -merge-> x")],
        &["20 - It is not listed any more: deleted, or made private.", "13 it"],
    );
}

#[test]
fn a_licence_changes_only_where_licences_are_stated() {
    check(
        &[
            (20, "it\nx\nx = mit"),
            (13, "it\nit = mit"),
            (6, "it\nit = llama3"),
            (4, "it\nx\nx = mit"),
            (1, "it"),
        ],
        &[
            "20 it It states no licence any more; it was `mit`.",
            "13 it Its licence was `llama3` and is now `mit`.",
            "06 it It states a licence now: `llama3`.",
            "04 it",
            "01 it",
        ],
    );
}

#[test]
fn access_changes_only_where_it_is_known() {
    check(
        &[(20, "it\nit = open"), (13, "it\nit = gated"), (6, "it\nit = open"), (1, "it")],
        &[
            "20 it It is not gated any more.",
            "13 it It is gated now: access is granted by hand.",
            "06 it",
            "01 it",
        ],
    );
}

#[test]
fn bases_come_and_go_and_change() {
    check(
        &[
            (20, "a -merge-> it\nb? -merge-> it\nd -merge-> it\ne -merge-> it"),
            (13, "a -merge-> it\nb -merge-> it\nc -merge-> it"),
            (6, "a -adapter-> it\nb? -merge-> it\nc -merge-> it"),
        ],
        &[
            "20 it It names bases that it did not name before: `d` and `e`. It does not name its base `c` any more. \
             Its base `b` is not listed any more.",
            "13 it Its base `b` is listed now. How it says it was made from `a` was `adapter` and is now `merge`.",
            "06 it",
        ],
    );
}

#[test]
fn a_renamed_base_is_the_same_base_and_a_namesake_is_not() {
    check(
        &[(20, "b -merge-> it\nb = 7"), (13, "a -merge-> it\na = 7")],
        &["20 it Its base `a` is called `b` now.", "13 it"],
    );
    check(
        &[(20, "a? -merge-> it\nb\nb = 7"), (13, "a -merge-> it\na = 7")],
        &["20 it Its base `a` is called `b` now.", "13 it"],
    );
    check(
        &[(20, "a -merge-> it\na = 8"), (13, "a -merge-> it\na = 7")],
        &["20 it The name of its base `a` belongs to another model now.", "13 it"],
    );
    check(
        &[(20, "it -merge-> it\nit = 1"), (13, "old -merge-> old\nold = 1")],
        &["20 it= It was renamed: it was called `old` before.", "13 old="],
    );
}

#[test]
fn a_name_leads_to_what_became_of_its_model() {
    let newest = snapshot(20, "new\nnew = 1");
    let middle = snapshot(13, "new\nnew = 1\nlate\nlate = 2\nplain");
    let oldest = snapshot(6, "old\nold = 1\nearly\nearly = 2\nplain\ngone? -merge-> plain");
    let snapshots = [&newest, &middle, &oldest];
    let day = |day| SnapshotDate::new(2025, 6, day).expect("a day");
    assert_eq!(gone(&snapshots, "old"), Whereabouts::Renamed { to: 0, since: day(13) });
    assert_eq!(gone(&snapshots, "OLD"), Whereabouts::Renamed { to: 0, since: day(13) });
    assert_eq!(gone(&snapshots, "early"), Whereabouts::Gone { last: day(13) });
    assert_eq!(gone(&snapshots, "plain"), Whereabouts::Gone { last: day(13) });
    assert_eq!(gone(&snapshots, "gone"), Whereabouts::Unknown);
    assert_eq!(gone(&[], "gone"), Whereabouts::Unknown);
}

proptest::proptest! {
    #[test]
    fn where_nothing_changes_nothing_is_told(
        relations in proptest::collection::btree_map("[a-d] -> (it|a|b)", "merge|adapter", 0..6),
        ids in "([a-d] = [1-9]\n){0,2}",
    ) {
        let line = |(ends, operation): (&String, &String)| ends.replace("->", &format!("-{operation}->")) + "\n";
        let text = format!("it\n{}{ids}", relations.iter().map(line).collect::<String>());
        let (newer, older) = (snapshot(20, &text), snapshot(13, &text));
        for node in 0..newer.world.graph.nodes() {
            let found = history(&[&newer, &older], node).snapshots;
            let told = |moment: &Moment| (moment.id.clone(), moment.derived, moment.bases.clone());
            proptest::prop_assert_eq!(told(&found[0]), told(&found[1]));
            proptest::prop_assert!(found.iter().all(|moment| moment.changes.is_empty()));
        }
    }
}
