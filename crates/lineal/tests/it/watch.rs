//! What happens to watched models is found, and nothing else.

mod lists;
mod telling;

use crate::support::{Lineal, Served, text};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{Read, Write},
    net::TcpStream,
};

/// What a check finds: a line for each finding, `code model` and the way to it, sorted.
fn found(lineal: &Lineal, arguments: &[&str]) -> Vec<String> {
    let outcome = lineal.run(&[&["watch", "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}", outcome.err));
    let found = lines(&report);
    assert_eq!(outcome.code, Some(i32::from(!found.is_empty())), "{}", outcome.err);
    found
}

fn lines(report: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let line = |finding: &Value| {
        let via: Vec<String> = finding["via"].as_array().expect("a list").iter().map(word).collect();
        let way = if via.is_empty() { String::new() } else { format!(" for {}", via.join(" < ")) };
        assert_eq!(via.is_empty(), finding["model"] == finding["watched"], "{finding}");
        format!("{} {}{way}", word(&finding["code"]), word(&finding["model"]))
    };
    let mut found: Vec<String> = report["findings"].as_array().expect("a list").iter().map(line).collect();
    found.sort();
    found
}

/// A model of a listing, by the digit of its hub id, with what it says beside the usual.
fn model(digit: char, name: &str, more: Value) -> Value {
    let mut model = json!({
        "_id": digit.to_string().repeat(24),
        "id": name,
        "createdAt": "2026-01-01T00:00:00.000Z",
        "sha": "1".repeat(40),
        "gated": false,
        "private": false,
        "disabled": false,
        "tags": ["license:mit"],
        "cardData": {"license": "mit"},
    });
    for (key, value) in more.as_object().expect("an object") {
        model[key] = value.clone();
    }
    model
}

fn made_from(base: &str) -> Value {
    json!({"tags": ["license:mit", format!("base_model:finetune:{base}")]})
}

/// One week, in which nothing has happened yet.
fn quiet() -> Vec<Value> {
    vec![
        model('0', "ann/root", json!({})),
        model('1', "ann/tuned", made_from("ann/root")),
        model('2', "ann/top", made_from("ann/tuned")),
        model('3', "ann/moves", json!({})),
        model('4', "ann/taken", json!({})),
        model('5', "ann/gate", json!({})),
        model('6', "ann/open", json!({"gated": "manual"})),
        model('7', "ann/closed", json!({})),
        model('8', "ann/hidden", json!({})),
        model('9', "ann/licensed", json!({})),
        model('a', "ann/old", json!({})),
        model('b', "ann/redone", made_from("ann/root")),
        model('c', "ann/Case", json!({})),
        model(
            'd',
            "ann/kept",
            json!({"gated": "auto", "disabled": true, "cardData": {"new_version": "a/b"}}),
        ),
    ]
}

/// The next week, in which everything has happened.
fn eventful() -> Vec<Value> {
    let gone = ["ann/root", "ann/taken"];
    let mut models = quiet();
    models.retain(|model| !gone.contains(&model["id"].as_str().expect("a name")));
    for model in &mut models {
        match model["id"].as_str().expect("a name") {
            "ann/tuned" => model["sha"] = json!("2".repeat(40)),
            "ann/moves" => model["id"] = json!("bob/moved"),
            "ann/gate" => model["gated"] = json!("auto"),
            "ann/open" => model["gated"] = json!(false),
            "ann/closed" => model["disabled"] = json!(true),
            "ann/hidden" => model["private"] = json!(true),
            "ann/licensed" => {
                model["tags"] = json!(["license:other"]);
                model["cardData"] = json!({"license": "other"});
            }
            "ann/old" => model["cardData"] = json!({"license": "mit", "new_version": "ann/new"}),
            "ann/redone" => model["tags"] = json!(["license:mit", "base_model:finetune:ann/gate"]),
            "ann/Case" => model["id"] = json!("ann/case"),
            _ => {}
        }
    }
    models.push(model('e', "ann/taken", json!({"sha": "3".repeat(40), "gated": "auto"})));
    models
}

fn listing(models: &[Value]) -> String {
    models.iter().map(|model| format!("{model}\n")).collect()
}

/// Takes both weeks in, and writes a list of everything in the first.
fn prepare(lineal: &Lineal) {
    for (date, models) in [("2026-11-08", quiet()), ("2026-11-15", eventful())] {
        let name = format!("{date}.jsonl");
        lineal.write(&name, listing(&models));
        lineal.answer(&["import", &name, "--date", date]);
    }
    let names: Vec<String> =
        quiet().iter().map(|model| model["id"].as_str().expect("a name").to_owned()).collect();
    lineal.write("all.txt", format!("# everything\n{}\nghost/nobody # never there\n", names.join("\n")));
}

const PLANTED: [&str; 17] = [
    "deleted ann/root",
    "deleted ann/root for ann/redone < ann/root",
    "deleted ann/root for ann/top < ann/tuned < ann/root",
    "deleted ann/root for ann/tuned < ann/root",
    "disabled ann/closed",
    "gated ann/gate",
    "license ann/licensed",
    "newer_version ann/old",
    "private ann/hidden",
    "relation ann/redone",
    "renamed ann/Case",
    "renamed ann/moves",
    "reused ann/taken",
    "ungated ann/open",
    "unknown ghost/nobody",
    "updated ann/tuned",
    "updated ann/tuned for ann/top < ann/tuned",
];

fn planted() -> Vec<String> {
    PLANTED.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn each_planted_event_is_found_in_a_snapshot_and_none_is_invented() {
    let lineal = Lineal::new();
    prepare(&lineal);
    assert_eq!(found(&lineal, &["--list", "all.txt"]), planted());
    assert_eq!(found(&lineal, &["ann/kept"]), [""; 0]);
    assert_eq!(found(&lineal, &["ANN/kept", "ann/kept", "ann/gate"]), ["gated ann/gate"]);
    let lineage = found(&lineal, &["--lineage-of", "ann/top"]);
    let about_lineage = |line: &String| line.contains("ann/tuned") || line.ends_with("deleted ann/root");
    let expected: Vec<String> = planted().into_iter().filter(about_lineage).collect();
    assert_eq!(lineage, expected);
    let said = lineal.run(&["watch", "ann/top"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.out,
        "critical deleted ann/root: 111111111111 → nothing\n  \
           It is not listed any more: deleted, or made private.\n  \
           ann/top < ann/tuned < ann/root\n    \
             `ann/top` was made from it and stays as it is, but its weights cannot be \
           fetched any more: keep a copy if you need both, as adapters do.\n\
         info updated ann/tuned: 111111111111 → 222222222222\n  \
           Its main branch is at another commit.\n  \
           ann/top < ann/tuned\n    \
             `ann/top` was made from an earlier commit: pin that one where you name the base.\n\
         2 findings: 1 watched model and 2 ancestors in snapshot 2026-11-15, since 2026-11-08\n"
    );
}

#[test]
fn each_planted_event_is_found_on_the_hub_itself() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let hub = Served::start(&lineal, &["--listing", "2026-11-15.jsonl", "--token", "hf_known"]);
    let address = hub.address.clone();
    let live = ["--list", "all.txt", "--live", "--hub", &address, "--since", "2026-11-08"];
    // A listing that is served knows no earlier names, but the newest snapshot does; relations are not
    // asked for.
    let mut expected: Vec<String> = planted();
    expected.retain(|line| !line.starts_with("relation"));
    let expected = |word: &str| {
        let mut lines: Vec<String> = expected.iter().map(|line| line.replace("deleted", word)).collect();
        lines.sort();
        lines
    };
    assert_eq!(found(&lineal, &live), expected("gone"));
    let what = |token: Option<&str>| {
        let mut command = lineal.command(&[&["watch", "ann/root", "--format", "json"], &live[2..]].concat());
        command.envs(token.map(|token| ("HF_TOKEN", token)));
        let outcome = crate::support::finish(command.spawn().expect("the binary starts"));
        let report: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}", outcome.err));
        report["findings"][0]["what"].clone()
    };
    assert_eq!(what(None), "The hub does not answer for it without a token: gone or private.");
    assert_eq!(
        what(Some("hf_known")),
        "The hub does not answer for it with this token: gone, or private to others."
    );
    // Nothing has happened since the newest snapshot, except to names that it does not know.
    let since_newest = ["--list", "all.txt", "--live", "--hub", &address];
    let known: Vec<String> = found(&lineal, &since_newest);
    assert_eq!(known, ["unknown ann/moves", "unknown ann/root", "unknown ghost/nobody"]);
    // What the newest snapshot says counts only as far as the hub says the same.
    let mut others = eventful();
    others.retain(|model| model["id"] != "bob/moved");
    others.push(model('f', "bob/moved", json!({})));
    lineal.write("others.jsonl", listing(&others));
    let other = Served::start(&lineal, &["--listing", "others.jsonl"]);
    let moved = ["ann/moves", "--live", "--hub", &other.address, "--since", "2026-11-08"];
    assert_eq!(found(&lineal, &moved), ["gone ann/moves"]);
    // A hub that is not there is no finding.
    drop(hub);
    let outcome = lineal.run(&[&["watch", "ann/kept", "--retries", "0"], &live[2..]].concat());
    assert_eq!((outcome.code, &*outcome.out), (Some(2), ""), "{}", outcome.err);
    assert!(
        outcome.err.contains("error: the models could not be checked\n  because: gave up on"),
        "{}",
        outcome.err
    );
}

#[test]
fn what_cannot_be_checked_is_an_error_and_no_finding() {
    let lineal = Lineal::new();
    let refused = lineal.refusal(&["watch", "ann/kept"]);
    assert!(refused.contains("there is no snapshot in"), "{refused}");
    lineal.write("quiet.jsonl", listing(&quiet()));
    lineal.answer(&["import", "quiet.jsonl", "--date", "2026-11-08"]);
    let refused = lineal.refusal(&["watch", "ann/kept"]);
    assert!(refused.contains("there is no snapshot before 2026-11-08 to compare with"), "{refused}");
    let refused = lineal.refusal(&["watch", "ann/kept", "--since", "2026-11-08"]);
    assert!(refused.contains("there is no snapshot after 2026-11-08 to look at"), "{refused}");
    lineal.write("broken.txt", "ann/kept\n\n../../etc/passwd\n");
    let refused = lineal.refusal(&["watch", "--list", "broken.txt"]);
    let expected =
        "error: cannot read the list `broken.txt`\n  because: line 3: `../../etc/passwd` is not a model name";
    assert!(refused.starts_with(expected), "{refused}");
    lineal.write("binary.txt", [0xff, 0xfe, 0]);
    let refused = lineal.refusal(&["watch", "--list", "binary.txt"]);
    assert!(refused.contains("cannot read `binary.txt`"), "{refused}");
    let refused = lineal.refusal(&["watch"]);
    assert!(refused.contains("  <MODEL|--list <FILE>|--lineage-of <MODEL>>\n"), "{refused}");
    assert!(
        refused.contains("\nUsage: lineal watch <MODEL|--list <FILE>|--lineage-of <MODEL>>\n"),
        "{refused}"
    );
}

/// One model of a generated listing, as the truth is computed from it.
#[derive(Clone)]
struct True {
    id: String,
    record: Value,
}

/// A week of a generated hub: its models by hub id, and who has each name.
struct Week {
    models: HashMap<String, True>,
    names: HashMap<String, String>,
    /// The declared bases of each model, by name: operation, name.
    bases: HashMap<String, BTreeSet<(String, String)>>,
}

fn week(lineal: &Lineal, file: &str, date: &str) -> Week {
    let mut week = Week { models: HashMap::new(), names: HashMap::new(), bases: HashMap::new() };
    for line in text(lineal.path(file)).lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        let word = |key: &str| record[key].as_str().expect("a word").to_owned();
        // Of two with one name, the first is taken in.
        if week.names.contains_key(&word("id")) {
            continue;
        }
        week.names.insert(word("id"), word("_id"));
        week.models.insert(word("_id"), True { id: word("id"), record });
    }
    let query = format!(
        "SELECT derived, operation, base FROM relations WHERE snapshot = '{date}' AND declared AND derived <> base"
    );
    for line in lineal.sql(&query).lines().skip(1) {
        let mut words = line.splitn(3, ',').map(str::to_owned);
        let mut next = || words.next().expect("three words");
        let (derived, operation, base) = (next(), next(), next());
        week.bases.entry(derived).or_default().insert((operation, base));
    }
    week
}

impl Week {
    fn id_of(&self, name: &str) -> Option<&String> {
        self.names.get(name)
    }

    /// The ancestors that are listed, with how far away they are.
    fn ancestors(&self, name: &str) -> BTreeMap<String, usize> {
        let mut found: BTreeMap<String, usize> = BTreeMap::new();
        let mut level = vec![name.to_owned()];
        for distance in 1.. {
            let bases = level.iter().filter_map(|name| self.bases.get(name)).flatten();
            let next: BTreeSet<String> = bases
                .map(|(_, base)| base.clone())
                .filter(|base| base != name && !found.contains_key(base))
                .collect();
            if next.is_empty() {
                break;
            }
            found.extend(next.iter().map(|base| (base.clone(), distance)));
            level = next.into_iter().collect();
        }
        found.retain(|name, _| self.names.contains_key(name));
        found
    }
}

/// Everything that truly happened to a model of the first week.
fn truth(first: &Week, second: &Week, name: &str) -> BTreeSet<&'static str> {
    let id = &first.names[name];
    let before = &first.models[id];
    let mut events = BTreeSet::new();
    let is_taken = second.id_of(name).is_some_and(|other| other != id);
    if is_taken {
        events.insert("reused");
    }
    let Some(after) = second.models.get(id) else {
        if !is_taken {
            events.insert("deleted");
        }
        return events;
    };
    let (was, is) = (&before.record, &after.record);
    let mut happened = |code, has_happened: bool| has_happened.then(|| events.insert(code));
    happened("renamed", after.id != before.id);
    happened("updated", was["sha"] != is["sha"]);
    happened("private", is["private"] == json!(true) && was["private"] != json!(true));
    happened("disabled", is["disabled"] == json!(true) && was["disabled"] != json!(true));
    let height = |record: &Value| match record["gated"].as_str() {
        None => 0,
        Some("auto") => 1,
        Some(_) => 2,
    };
    happened("gated", height(is) > height(was));
    happened("ungated", height(is) < height(was));
    let license = |record: &Value| {
        let tags = record["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut tagged = tags.filter_map(|tag| tag.strip_prefix("license:")).map(str::to_owned);
        tagged.next().or_else(|| record["cardData"]["license"].as_str().map(str::to_owned))
    };
    happened("license", license(was) != license(is));
    let next = |record: &Value| record["cardData"]["new_version"].as_str().map(str::to_owned);
    happened("newer_version", next(is).is_some() && next(was) != next(is));
    let empty = BTreeSet::new();
    let bases = |week: &'_ Week, name: &str| week.bases.get(name).unwrap_or(&empty).clone();
    let (had, has) = (bases(first, name), bases(second, &after.id));
    let same = |one: &(String, String), other: &(String, String)| {
        let ids = first.id_of(&one.1).zip(second.id_of(&other.1));
        one.0 == other.0
            && (one.1.eq_ignore_ascii_case(&other.1) || ids.is_some_and(|(one, other)| one == other))
    };
    let all_kept = had.iter().all(|one| has.iter().any(|other| same(one, other)));
    let none_new = has.iter().all(|other| had.iter().any(|one| same(one, other)));
    happened("relation", !(all_kept && none_new));
    events
}

/// A finding: its code, the model, for whom it matters, and over how many steps.
type Brief = (String, String, String, usize);

/// Chooses models to watch: all to which something rare has happened, some to which something
/// common has, and some others.
fn chosen<'a>(first: &'a Week, second: &Week, some: usize) -> BTreeSet<&'a str> {
    let names: BTreeSet<&String> = first.names.keys().collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut chosen = BTreeSet::new();
    for name in &names {
        for code in truth(first, second, name) {
            let count = counts.entry(code).or_default();
            *count += 1;
            if *count <= some {
                chosen.insert(name.as_str());
            }
        }
    }
    for code in ["deleted", "renamed", "updated"] {
        assert!(counts.contains_key(code), "nothing was {code}: {counts:?}");
    }
    chosen.extend(names.iter().step_by(names.len() / some).map(|name| name.as_str()));
    let is_of_interest =
        |base: &String| first.names.contains_key(base) && !truth(first, second, base).is_empty();
    let derived = names.iter().filter(|name| first.ancestors(name).keys().any(is_of_interest));
    chosen.extend(derived.take(some).map(|name| name.as_str()));
    chosen
}

/// Everything that must be found for some watched models.
fn expected(first: &Week, second: &Week, watched: &BTreeSet<&str>) -> BTreeSet<Brief> {
    let mut expected = BTreeSet::new();
    for name in watched {
        let own = BTreeMap::from([((*name).to_owned(), 0)]);
        for (model, distance) in own.into_iter().chain(first.ancestors(name)) {
            let codes = truth(first, second, &model).into_iter();
            expected.extend(codes.map(|code| (code.to_owned(), model.clone(), (*name).to_owned(), distance)));
        }
    }
    expected
}

/// Fails unless a check finds exactly what is expected.
fn check(lineal: &Lineal, arguments: &[&str], expected: &BTreeSet<Brief>) {
    let outcome = lineal.run(&[&["watch", "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}", outcome.err));
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    let all = report["findings"].as_array().expect("a list");
    let brief = |finding: &Value| {
        let steps = finding["via"].as_array().expect("a list").len().saturating_sub(1);
        (word(&finding["code"]), word(&finding["model"]), word(&finding["watched"]), steps)
    };
    let found: BTreeSet<Brief> = all.iter().map(brief).collect();
    assert_eq!(found.len(), all.len(), "something is there twice");
    let missed: Vec<_> = expected.difference(&found).take(10).collect();
    let invented: Vec<_> = found.difference(expected).take(10).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}, invented {invented:#?}");
    let through_ancestors = found.iter().filter(|(_, _, _, steps)| *steps > 0).count();
    assert!(found.len() > 80 && through_ancestors > 10, "{} {through_ancestors}", found.len());
}

#[test]
fn of_hundreds_of_models_on_a_hub_that_lives_all_that_is_true_is_found_and_nothing_else() {
    let lineal = Lineal::new();
    let hub = ["--models", "20000", "--weeks", "8", "--seed", "11"];
    let files = lineal.answer(&[&["hubsim", "generate", "--out", "weeks"], &hub[..]].concat());
    let files: Vec<&str> = files.lines().collect();
    for file in [files[0], files[7]] {
        lineal.answer(&["import", file]);
    }
    // Seven weeks at once, so that more has happened.
    let (first, last) = (week(&lineal, files[0], "2026-10-05"), week(&lineal, files[7], "2026-11-23"));
    let watched = chosen(&first, &last, 60);
    assert!(watched.iter().any(|name| truth(&first, &last, name).contains("reused")));
    lineal.write("list.txt", watched.iter().map(|name| format!("{name}\n")).collect::<String>());
    check(&lineal, &["--list", "list.txt"], &expected(&first, &last, &watched));
}

#[test]
fn of_a_live_hub_all_that_it_tells_is_found_and_nothing_else() {
    let lineal = Lineal::new();
    let hub = ["--models", "20000", "--weeks", "3", "--seed", "12"];
    let files = lineal.answer(&[&["hubsim", "generate", "--out", "weeks"], &hub[..]].concat());
    let files: Vec<&str> = files.lines().collect();
    for file in &files {
        lineal.answer(&["import", file]);
    }
    let (first, last) = (week(&lineal, files[0], "2026-10-05"), week(&lineal, files[2], "2026-10-19"));
    let watched = chosen(&first, &last, 60);
    lineal.write("list.txt", watched.iter().map(|name| format!("{name}\n")).collect::<String>());
    // The same hub over HTTP; two weeks pass, and the check ends before the third does.
    let hub = Served::start(&lineal, &[&hub[..], &["--evolve", "1000"]].concat());
    (0..2001).for_each(|_| ask(&hub.address));
    // A listing of this form does not say who is closed; a crawl asks.
    lineal.answer(&["crawl", "--hub", &hub.address, "--date", "2026-10-20"]);
    let closed = lineal.sql("SELECT hub_id FROM models WHERE snapshot = '2026-10-20' AND disabled");
    let closed: BTreeSet<&str> = closed.lines().skip(1).collect();
    let mut told = BTreeSet::new();
    for (code, model, watched, steps) in expected(&first, &last, &watched) {
        let is_taken = truth(&first, &last, &model).contains("reused");
        match &*code {
            // Relations are not asked for, and whoever took a name stands before the one who left it.
            "relation" => {}
            code if is_taken && code != "reused" => {}
            "deleted" => drop(told.insert(("gone".to_owned(), model, watched, steps))),
            _ => drop(told.insert((code, model, watched, steps))),
        }
    }
    for name in &watched {
        let own = BTreeMap::from([((*name).to_owned(), 0)]);
        for (model, steps) in own.into_iter().chain(first.ancestors(name)) {
            if closed.contains(&*first.names[&model]) {
                told.insert(("disabled".to_owned(), model, (*name).to_owned(), steps));
            }
        }
    }
    let live = ["--list", "list.txt", "--since", "2026-10-05", "--live", "--hub", &hub.address];
    check(&lineal, &live, &told);
}

/// Asks for anything, so that a week passes sooner.
fn ask(address: &str) {
    let host = address.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(host).expect("a connection");
    write!(stream, "GET /api/models?limit=1 HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
}

#[test]
fn weights_are_told_from_other_updates_by_files_of_both_commits() {
    let lineal = Lineal::new();
    let hub = Served::start(&lineal, &["--models", "1500", "--weeks", "4", "--seed", "3", "--evolve", "3"]);
    let crawl = |arguments: &[&str]| lineal.answer(&[&["crawl", "--hub", &hub.address], arguments].concat());
    crawl(&["--date", "2026-10-05"]);
    // Hundreds of weeks pass: weights are not replaced often.
    (0..900).for_each(|_| ask(&hub.address));
    crawl(&["--date", "2026-10-19"]);
    let changed = lineal.sql(
        "SELECT b.id FROM models a JOIN models b ON a.hub_id = b.hub_id AND a.id = b.id AND a.sha <> b.sha \
         WHERE a.snapshot = '2026-10-05' AND b.snapshot = '2026-10-19' ORDER BY 1",
    );
    let changed: Vec<&str> = changed.lines().skip(1).take(80).collect();
    assert!(changed.len() > 20, "{changed:?}");
    lineal.write("changed.txt", changed.join("\n"));
    // Nobody has asked for files yet.
    let codes = |arguments: &[&str]| -> Vec<String> {
        let found = found(&lineal, &[&["--list", "changed.txt"], arguments].concat());
        found.into_iter().filter(|line| !line.contains(" for ")).collect()
    };
    let updates = |codes: &[String]| codes.iter().filter(|line| line.starts_with("updated ")).count();
    let without = codes(&[]);
    assert!(without.iter().all(|line| !line.starts_with("weights")), "{without:?}");
    assert_eq!(updates(&without), changed.len());
    for date in ["2026-10-05", "2026-10-19"] {
        crawl(&["files", "--snapshot", date, "--select", "@changed.txt"]);
    }
    let truth = lineal.sql(
        "SELECT DISTINCT a.id FROM files a JOIN files b ON a.id = b.id AND a.path = b.path \
         WHERE a.snapshot = '2026-10-05' AND b.snapshot = '2026-10-19' AND a.sha256 <> b.sha256 ORDER BY 1",
    );
    let truth: Vec<String> = truth.lines().skip(1).map(|name| format!("weights {name}")).collect();
    assert!(!truth.is_empty());
    let with = codes(&[]);
    let weights: Vec<String> = with.iter().filter(|line| line.starts_with("weights ")).cloned().collect();
    assert_eq!(weights, truth);
    assert_eq!(updates(&with), changed.len());
    // The hub says the same of all that it still has, if it is asked for both commits.
    lineal.write("changed.txt", truth.join("\n").replace("weights ", ""));
    let live = codes(&["--live", "--hub", &hub.address, "--since", "2026-10-05"]);
    let there = truth.iter().filter(|line| !live.contains(&line.replace("weights", "gone")));
    let there: Vec<&String> = there.collect();
    assert!(!there.is_empty());
    assert!(there.iter().all(|line| live.contains(line)), "{there:?} {live:?}");
}
