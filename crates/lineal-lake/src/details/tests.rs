use super::*;
use crate::testing::{TestLake, day, inside, record};
use lineal_core::reading::{Answer, Card, Commit, Fate, Identity, Outcome, RepositoryFile};
use std::fs;

fn subject(text: &str) -> Subject {
    let record = record(text);
    Subject { id: record.id, hub_id: record.hub_id, sha: record.sha }
}

fn reading(model: &str, read_at: i64, outcome: Outcome) -> Reading {
    let (identity, answer) = (None, Answer::Nothing);
    Reading { subject: subject(model), read_at, anonymous: true, requests: 1, outcome, identity, answer }
}

fn card(model: &str, read_at: i64, text: &str) -> Reading {
    let answer = Answer::Card(Card { text: text.to_owned(), bytes: text.len() as u64, utf8: true });
    Reading { answer, ..reading(model, read_at, Outcome::Read) }
}

fn commit(lake: &TestLake, date: &str, detail: Detail, readings: &[Reading]) {
    lake.lake.details(day(date), detail).expect("details").commit(readings).expect("committed");
}

/// Which models of a snapshot need no asking.
fn known(lake: &TestLake, date: &str, detail: Detail) -> Vec<bool> {
    let subjects = lake.lake.snapshot(Some(day(date))).expect("a snapshot").subjects().expect("models");
    lake.lake.details(day(date), detail).expect("details").known(&subjects, true).expect("known")
}

#[test]
fn a_model_is_asked_again_when_it_has_another_commit() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x#1@1", "a/y#2@1", "a/z@1"]);
    assert_eq!(known(&lake, "2025-01-01", Detail::Cards), [false; 3]);
    let readings: Vec<Reading> = ["a/x#1@1", "a/y#2@1", "a/z@1"].map(|model| card(model, 1, "text")).into();
    commit(&lake, "2025-01-01", Detail::Cards, &readings);
    assert_eq!(known(&lake, "2025-01-01", Detail::Cards), [true; 3]);
    assert_eq!(known(&lake, "2025-01-01", Detail::Commits), [false; 3]);
    lake.models("2025-01-08", &["a/x#1@1", "a/y#2@2", "a/z@1", "a/new@1"]);
    assert_eq!(known(&lake, "2025-01-08", Detail::Cards), [true, false, true, false]);
}

#[test]
fn a_model_is_found_again_by_its_identity_and_else_by_its_name() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x#1@1", "a/y@1", "a/z#3@1"]);
    let readings: Vec<Reading> =
        ["a/x#1@1", "a/y@1", "a/z#3@1"].map(|model| reading(model, 1, Outcome::NoCard)).into();
    commit(&lake, "2025-01-01", Detail::Cards, &readings);
    // Renamed; its identity has become known; another has the name.
    lake.models("2025-01-08", &["b/x#1@1", "a/y#2@1", "a/z#4@1"]);
    assert_eq!(known(&lake, "2025-01-08", Detail::Cards), [true, true, false]);
}

#[test]
fn what_may_pass_is_asked_again_and_a_model_without_a_commit_for_each_snapshot() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x@1", "a/y@1", "a/z"]);
    let outcomes = [("a/x@1", Outcome::Refused), ("a/y@1", Outcome::Elsewhere), ("a/z", Outcome::Read)];
    let readings = outcomes.map(|(model, outcome)| reading(model, 1, outcome));
    commit(&lake, "2025-01-01", Detail::Files, &readings);
    assert_eq!(known(&lake, "2025-01-01", Detail::Files), [false, false, true]);
    lake.models("2025-01-08", &["a/x@1", "a/y@1", "a/z"]);
    assert_eq!(known(&lake, "2025-01-08", Detail::Files), [false; 3]);
    commit(&lake, "2025-01-08", Detail::Identities, &[reading("a/y", 2, Outcome::Elsewhere)]);
    assert_eq!(known(&lake, "2025-01-08", Detail::Identities), [false, true, false]);
    assert_eq!(known(&lake, "2025-01-01", Detail::Identities), [false; 3]);
}

#[test]
fn the_tables_show_what_was_read() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x#1@1", "a/y@2"]);
    let commits = ["second", "first"].map(|title| Commit {
        id: [7; 20],
        title: title.to_owned(),
        message: (title == "first").then(|| "why".to_owned()),
        authors: vec!["ann".to_owned(), "bob".to_owned()],
        date: Some(86_400_000),
    });
    let of = |model: &str, answer: Answer| Reading { answer, ..reading(model, 1000, Outcome::Read) };
    commit(&lake, "2025-01-01", Detail::Commits, &[of("a/y@2", Answer::Commits(commits.to_vec()))]);
    let file = |path: &str, size| RepositoryFile {
        path: path.to_owned(),
        size,
        blob: Some([1; 20]),
        sha256: size.map(|_| [2; 32]),
        xet_hash: None,
    };
    let files = Answer::Files(vec![file("README.md", None), file("model.bin", Some(9))]);
    commit(&lake, "2025-01-01", Detail::Files, &[of("a/x#1@1", files)]);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x#1@1", 1000, "# A card")]);
    let (sha, hub_id) = ("01".repeat(20), "01".repeat(12));
    assert_eq!(
        lake.sql("SELECT * FROM commits"),
        format!(
            "snapshot,position,id,hub_id,sha,number,commit,title,message,authors,date\n\
             2025-01-01,1,a/y,,{0},0,{1},second,,\"[ann, bob]\",1970-01-02T00:00:00Z\n\
             2025-01-01,1,a/y,,{0},1,{1},first,why,\"[ann, bob]\",1970-01-02T00:00:00Z\n",
            "02".repeat(20),
            "07".repeat(20)
        )
    );
    assert_eq!(
        lake.sql("SELECT * FROM cards"),
        format!("snapshot,id,hub_id,sha,text,bytes,utf8\n2025-01-01,a/x,{hub_id},{sha},# A card,8,true\n")
    );
    assert_eq!(
        lake.sql("SELECT * FROM files"),
        format!(
            "snapshot,id,hub_id,sha,path,size,blob,sha256,xet_hash\n\
             2025-01-01,a/x,{hub_id},{sha},README.md,,{sha},,\n\
             2025-01-01,a/x,{hub_id},{sha},model.bin,9,{sha},{},\n",
            "02".repeat(32)
        )
    );
    assert_eq!(
        lake.sql("SELECT * FROM readings WHERE detail = 'cards'"),
        format!(
            "snapshot,detail,id,hub_id,sha,read_at,anonymous,requests,outcome,fate,now_id,now_hub_id\n\
             2025-01-01,cards,a/x,{hub_id},{sha},1970-01-01T00:00:01Z,true,1,read,,,\n"
        )
    );
    assert_eq!(lake.sql("SELECT count(*) n FROM readings"), "n\n3\n");
    assert_eq!(lake.sql("SELECT count(*) n FROM commits"), "n\n2\n");
}

#[test]
fn of_several_readings_the_newest_that_says_something_is_shown() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x@1", "a/y@1"]);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x@1", 5, "new"), card("a/x@1", 3, "old")]);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x@1", 4, "older")]);
    commit(&lake, "2025-01-01", Detail::Cards, &[reading("a/x@1", 9, Outcome::Refused)]);
    commit(&lake, "2025-01-01", Detail::Cards, &[reading("a/y@1", 9, Outcome::Refused)]);
    assert_eq!(lake.sql("SELECT id, text FROM cards"), "id,text\na/x,new\n");
    assert_eq!(
        lake.sql("SELECT id, outcome FROM readings ORDER BY id"),
        "id,outcome\na/x,read\na/y,refused\n"
    );
}

#[test]
fn a_snapshot_shows_what_was_read_before_it_under_the_present_name_and_nothing_later() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x#1@1"]);
    lake.models("2025-01-08", &["a/first", "b/renamed#1@1"]);
    lake.models("2025-01-15", &["b/renamed#1@2"]);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x#1@1", 1, "one")]);
    commit(&lake, "2025-01-15", Detail::Cards, &[card("b/renamed#1@2", 2, "two")]);
    assert_eq!(
        lake.sql("SELECT snapshot, id, text FROM cards ORDER BY 1"),
        "snapshot,id,text\n2025-01-01,a/x,one\n2025-01-08,b/renamed,one\n2025-01-15,b/renamed,two\n"
    );
    assert_eq!(lake.sql("SELECT text FROM cards WHERE snapshot = '2025-01-08'"), "text\none\n");
}

#[test]
fn cards_and_files_are_read_by_the_place_of_their_model() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x#1@1", "a/y#2@1", "a/z#3@1", "a/shut#4@1", "a/later#5@1"]);
    let file = |path: &str| RepositoryFile {
        path: path.to_owned(),
        size: Some(9),
        blob: None,
        sha256: Some([2; 32]),
        xet_hash: None,
    };
    let files = |model: &str, paths: &[&str]| Reading {
        answer: Answer::Files(paths.iter().map(|path| file(path)).collect()),
        ..reading(model, 1, Outcome::Read)
    };
    let shut = reading("a/shut#4@1", 1, Outcome::Gated);
    let cards = [card("a/z#3@1", 1, "of z"), reading("a/x#1@1", 1, Outcome::NoCard), shut.clone()];
    commit(&lake, "2025-01-01", Detail::Cards, &cards);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/y#2@1", 1, "old"), card("a/y#2@1", 2, "of y")]);
    let read = [files("a/y#2@1", &["b", "a"]), shut, files("a/z#3@1", &[]), files("a/x#1@1", &["c"])];
    commit(&lake, "2025-01-01", Detail::Files, &read);
    // Another snapshot has other places, and a model may have another commit there.
    lake.models("2025-01-08", &["a/new#9@1", "b/z#3@1", "a/y#2@2", "a/x#1@1"]);
    commit(&lake, "2025-01-08", Detail::Cards, &[card("a/new#9@1", 3, "of new")]);

    let texts = |date: &str| -> Vec<(u32, String)> {
        let snapshot = lake.lake.snapshot(Some(day(date))).expect("a snapshot");
        let cards = lake.lake.cards(&snapshot).expect("opened").map(|read| read.expect("read"));
        cards.map(|(at, card)| (at, card.map_or("none".to_owned(), |card| card.text))).collect()
    };
    let of = |expected: &[(u32, &str)]| -> Vec<(u32, String)> {
        expected.iter().map(|(at, text)| (*at, (*text).to_owned())).collect()
    };
    assert_eq!(texts("2025-01-01"), of(&[(2, "of z"), (0, "none"), (1, "of y")]));
    assert_eq!(texts("2025-01-08"), of(&[(1, "of z"), (3, "none"), (0, "of new")]));

    let snapshot = lake.lake.snapshot(Some(day("2025-01-01"))).expect("a snapshot");
    let paths = lake.lake.files(&snapshot).expect("opened").map(|read| {
        let (at, files) = read.expect("read");
        let paths: Vec<String> = files.into_iter().map(|file| file.path).collect();
        (at, paths.join(" "))
    });
    assert_eq!(paths.collect::<Vec<_>>(), of(&[(1, "b a"), (0, "c"), (2, "")]));
}

#[test]
fn an_identity_may_be_that_of_a_model_that_is_gone() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/here#1@1", "a/gone#2@1"]);
    lake.models("2025-01-08", &["a/here#1@1"]);
    let identity = |fate, now: Option<&str>| {
        let now = now.map(|now| now.parse().expect("a name"));
        Some(Identity { fate, now, hub_id: None })
    };
    let asked = [
        Reading {
            identity: identity(Fate::GoneOrPrivate, None),
            ..reading("a/gone#2@1", 1, Outcome::Elsewhere)
        },
        Reading {
            identity: identity(Fate::Renamed, Some("b/gone")),
            ..reading("a/gone#2@1", 2, Outcome::Read)
        },
        Reading { identity: identity(Fate::Same, None), ..reading("a/here#1", 1, Outcome::Read) },
    ];
    commit(&lake, "2025-01-08", Detail::Identities, &asked);
    let details = lake.lake.details(day("2025-01-08"), Detail::Identities).expect("details");
    let subjects = ["a/gone#2@1", "a/other#3", "a/here#1@1"].map(subject);
    assert_eq!(details.known(&subjects, true).expect("known"), [true, false, true]);
    assert_eq!(
        lake.sql("SELECT snapshot, id, hub_id, fate, now_id FROM readings ORDER BY id"),
        format!(
            "snapshot,id,hub_id,fate,now_id\n2025-01-08,a/gone,{},renamed,b/gone\n2025-01-08,a/here,{},same,\n",
            "02".repeat(12),
            "01".repeat(12)
        )
    );
}

#[test]
fn many_small_parts_become_one_and_nobody_notices() {
    let lake = TestLake::new();
    let models: Vec<String> = (0..80).map(|n| format!("a/m{n}@1")).collect();
    lake.models("2025-01-01", &models.iter().map(String::as_str).collect::<Vec<_>>());
    let mut details = lake.lake.details(day("2025-01-01"), Detail::Cards).expect("details");
    let mut before = Parts::default();
    for (n, model) in (0..).zip(&models) {
        details.commit(&[card(model, n, &format!("card {n}"))]).expect("committed");
        let listed = Parts::of_date(&lake.lake, day("2025-01-01"), Detail::Cards).expect("parts");
        assert_eq!(listed.0.iter().map(|placed| placed.part.readings).sum::<u64>(), n as u64 + 1);
        assert!(listed.0.len() <= 34, "{}", listed.0.len());
        if n == 31 {
            before = listed;
        }
    }
    let text = "SELECT count(*) n, count(DISTINCT text) d FROM cards WHERE text = 'card ' || substr(id, 4)";
    assert_eq!(lake.sql(text), "n,d\n80,80\n");
    assert_eq!(known(&lake, "2025-01-01", Detail::Cards), [true; 80]);
    // Whoever had listed the parts before they were united can still read them.
    assert_eq!(before.0.len(), 32);
    let subjects: Vec<Subject> = models.iter().map(|model| subject(model)).collect();
    let newest = newest(&lake.lake, &Finder::new(&subjects[..]), &before, Detail::Cards, "").expect("read");
    assert_eq!(newest.iter().flatten().count(), 32);
    // A day later they are removed.
    let folder = lake.path("data/2025-01-01.details");
    let parts = inside(&folder).len();
    let yesterday = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 3600);
    for name in inside(&folder) {
        let manifest =
            fs::File::options().write(true).open(folder.join(name).join("part.json")).expect("opened");
        manifest.set_modified(yesterday).expect("set");
    }
    assert_eq!(known(&lake, "2025-01-01", Detail::Cards), [true; 80]);
    assert!(inside(&folder).len() < parts - 60, "{parts}");
    assert_eq!(lake.sql(text), "n,d\n80,80\n");
}

#[test]
fn a_part_without_a_manifest_is_none_and_a_damaged_one_is_named() {
    let lake = TestLake::new();
    lake.models("2025-01-01", &["a/x@1"]);
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x@1", 1, "text")]);
    let folder = lake.path("data/2025-01-01.details");
    fs::create_dir(folder.join("cards-000009")).expect("made");
    assert_eq!(lake.sql("SELECT text FROM cards"), "text\ntext\n");
    commit(&lake, "2025-01-01", Detail::Cards, &[card("a/x@1", 2, "newer")]);
    assert_eq!(inside(&folder), ["cards-000001", "cards-000009", "cards-000010"]);
    assert_eq!(lake.sql("SELECT text FROM cards"), "text\nnewer\n");
    let path = folder.join("cards-000010/readings.parquet");
    let mut damaged = fs::read(&path).expect("read");
    damaged.truncate(100);
    fs::write(&path, damaged).expect("written");
    let subjects = [subject("a/x@1")];
    let details = lake.lake.details(day("2025-01-01"), Detail::Cards).expect("details");
    let said = details.known(&subjects, true).expect_err("damaged").to_string();
    assert_eq!(said, format!("cannot read `{}`", path.display()));
    fs::write(folder.join("cards-000010/part.json"), "{}").expect("written");
    let said = lake.lake.details(day("2025-01-01"), Detail::Cards).err().map(|error| error.to_string());
    assert_eq!(said.as_deref(), Some("cannot understand `2025-01-01.details/cards-000010/part.json`"));
    assert_eq!(lake.lake.dates().expect("listed"), [day("2025-01-01")]);
}

#[test]
fn details_need_a_snapshot() {
    let lake = TestLake::new();
    assert!(lake.lake.details(day("2025-01-01"), Detail::Cards).is_err());
    lake.models("2025-01-01", &["a/x"]);
    commit(&lake, "2025-01-01", Detail::Cards, &[]);
    assert!(!lake.path("data/2025-01-01.details").exists());
}
