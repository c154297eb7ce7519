//! Updated models and successors, from what a hub says to the tables.

use crate::support::{Lineal, Served, shared};
use lineal_core::updates::{Intent, Title};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    thread,
};

/// A hub that knows a few addresses and lives as long as the tests.
fn hub(answers: HashMap<String, Value>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let path = first.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
            let (status, body) = match answers.get(path) {
                Some(answer) => ("200 OK", answer.to_string()),
                None => ("404 Not Found", json!({ "error": "not found" }).to_string()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            // Whoever has gone away needs no answer.
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    address
}

fn sha(number: u8) -> String {
    format!("{number:02x}").repeat(20)
}

/// A model with its commits, oldest first: number, day and hour of October 2026, title.
struct Model {
    id: &'static str,
    commits: &'static [(u8, &'static str, &'static str)],
    /// The content of the weights at the first and at the last commit listed.
    weights: [&'static str; 2],
    tags: &'static [&'static str],
}

const MODELS: [Model; 5] = [
    Model {
        id: "ann/base",
        commits: &[
            (0x10, "01T10", "initial commit"),
            (0x11, "01T11", "Upload model"),
            (0x12, "08T09", "Fix eos token"),
        ],
        weights: ["1", "2"],
        tags: &[],
    },
    Model {
        id: "ann/tuned",
        commits: &[(0x20, "01T10", "Upload model"), (0x21, "08T09", "Update README.md")],
        weights: ["1", "2"],
        tags: &["base_model:finetune:ann/base"],
    },
    Model {
        id: "bob/alone",
        commits: &[(0x30, "01T10", "Upload model"), (0x31, "09T09", "Upload folder using huggingface_hub")],
        weights: ["1", "2"],
        tags: &[],
    },
    Model {
        id: "bob/documented",
        commits: &[(0x40, "01T10", "Upload model"), (0x41, "09T09", "Update model")],
        weights: ["1", "1"],
        tags: &[],
    },
    Model {
        id: "bob/unknown",
        commits: &[(0x50, "01T10", "Upload model")],
        weights: ["1", "1"],
        tags: &["base_model:quantized:ann/tuned"],
    },
];

/// The commits that a snapshot lists: the last of the first week, and of the second.
fn heads(model: &Model) -> [u8; 2] {
    let of_week =
        |end: &str| model.commits.iter().rfind(|(_, day, _)| *day < end).map(|(number, ..)| *number);
    [of_week("05"), of_week("12")].map(|number| number.expect("a commit"))
}

/// Imports two snapshots, and reads commits and files of all models but the last after each.
fn two_weeks() -> Lineal {
    let mut answers = HashMap::new();
    for model in &MODELS[..4] {
        for (week, head) in heads(model).into_iter().enumerate() {
            let commit = |(number, day, title): &(u8, &str, &str)| json!({ "id": sha(*number), "title": title, "message": "", "authors": [], "date": format!("2026-10-{day}:00:00.000Z") });
            let until = model.commits.iter().position(|(number, ..)| *number == head).expect("there");
            let commits: Vec<Value> = model.commits[..=until].iter().rev().map(commit).collect();
            answers.insert(format!("/api/models/{}/commits/{}", model.id, sha(head)), commits.into());
            let file = |path: &str, content: &str| {
                let byte = content.as_bytes()[0];
                json!({ "type": "file", "path": path, "size": 1, "oid": sha(byte) })
            };
            let week = week.to_string();
            let files = json!([
                file("README.md", &week),
                file("model.safetensors", model.weights[usize::from(week == "1")])
            ]);
            answers.insert(format!("/api/models/{}/tree/{}", model.id, sha(head)), files);
        }
    }
    // What a pass asks first, to learn the quota.
    answers.insert("/api/models".to_owned(), json!([]));
    let address = hub(answers);
    let lineal = Lineal::new();
    for (week, date) in ["2026-10-05", "2026-10-12"].into_iter().enumerate() {
        let line = |(at, model): (usize, &Model)| {
            json!({
                "_id": format!("{at:024x}"), "id": model.id, "sha": sha(heads(model)[week]),
                "createdAt": "2026-10-01T10:00:00.000Z", "tags": model.tags,
            })
            .to_string()
                + "\n"
        };
        lineal.write("models.jsonl", MODELS.iter().enumerate().map(line).collect::<String>());
        lineal.answer(&["import", "models.jsonl", "--date", date]);
        for detail in ["commits", "files"] {
            lineal.answer(&["crawl", "--hub", &address, detail, "--select", "id <> 'bob/unknown'"]);
        }
    }
    lineal
}

#[test]
fn titles_and_files_together_tell_which_models_were_updated() {
    let lineal = two_weeks();
    let updates: Value =
        serde_json::from_str(&lineal.answer(&["updates", "--format", "json"])).expect("JSON");
    let parts = |models: u64, isolated: u64, base: u64, derived: u64, finetune: u64, quantized: u64| {
        json!({
            "models": models, "isolated": isolated, "relational": models - isolated, "base": base,
            "derived": derived, "finetune": finetune, "quantized": quantized, "merge": 0, "other": 0,
        })
    };
    let expected = json!({
        "snapshot": "2026-10-12",
        "listed": parts(5, 2, 2, 2, 1, 1),
        "known": parts(4, 2, 2, 1, 1, 0),
        "updated": parts(2, 0, 2, 1, 1, 0),
        "not_updated": { "initial_only": 0, "documentation_only": 1, "unmarked": 1 },
        "by_intent": { "checkpoint": 0, "fix": 1, "update": 1 },
        "commits": 2, "compared": 4, "by_files_only": 1, "unsaid": 1, "declaring_successor": 0,
    });
    assert_eq!(updates, expected);
    let list = lineal.answer(&["updates", "--list"]);
    let expected = "ann/base 2026-10-08 fix Fix eos token\n\
                    ann/tuned 2026-10-08 update [weights documentation] Update README.md\n";
    assert_eq!(list, expected);
    let list = lineal.answer(&["updates", "--list", "--format", "csv"]);
    let expected = format!(
        "model,commit,date,intent,evidence,files,title\n\
         ann/base,{},2026-10-08T09:00:00Z,fix,title,,Fix eos token\n\
         ann/tuned,{},2026-10-08T09:00:00Z,update,files,weights documentation,Update README.md\n",
        sha(0x12),
        sha(0x21),
    );
    assert_eq!(list, expected);
    let list = lineal.answer(&["updates", "--list", "--since", "2026-10-08", "--format", "json"]);
    let first: Value = serde_json::from_str(list.lines().next().expect("a line")).expect("JSON");
    let commit = json!({
        "commit": sha(0x12), "date": "2026-10-08T09:00:00Z", "intent": "fix", "evidence": "title",
        "files": null, "title": "Fix eos token",
    });
    assert_eq!(first, json!({ "model": "ann/base", "commits": [commit] }));
    assert_eq!(lineal.answer(&["updates", "--list", "--since", "2026-10-09"]), "");
}

#[test]
fn a_part_is_never_shown_as_the_whole() {
    let lineal = two_weeks();
    let table = lineal.answer(&["updates"]);
    let said = "snapshot 2026-10-12: commits are known of 4 of 5 models (80.00 %); of the others it is not known \
                whether they were updated";
    assert_eq!(table.lines().next(), Some(said));
    let row = table.lines().find(|line| line.starts_with("derived")).expect("a row");
    assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["derived", "2", "1", "1", "100.00", "%"]);
    // In the first week nobody had updated anything.
    let first = lineal.answer(&["updates", "--snapshot", "2026-10-05", "--format", "csv"]);
    assert!(first.contains("updated.models,0\n") && first.contains("known.models,4\n"), "{first}");
}

#[test]
fn where_no_commits_are_known_nothing_is_said_of_updates() {
    let lineal = Lineal::new();
    let hub = Served::start(&lineal, &["--models", "200", "--weeks", "1", "--seed", "5"]);
    lineal.answer(&["crawl", "--hub", &hub.address, "--date", "2026-10-05"]);
    let said = lineal.answer(&["updates"]);
    let expected = "snapshot 2026-10-05: commits are known of 0 of 200 models, so nothing is known of updates\n\
                    read them with `lineal crawl commits`, and files with `lineal crawl files`\n";
    assert_eq!(said, expected);
    let updates: Value =
        serde_json::from_str(&lineal.answer(&["updates", "--format", "json"])).expect("JSON");
    assert_eq!((&updates["listed"]["models"], &updates["known"]["models"]), (&json!(200), &json!(0)));
    // Of a hub whose models were just made, all is initial.
    lineal.answer(&["crawl", "--hub", &hub.address, "commits"]);
    let updates: Value =
        serde_json::from_str(&lineal.answer(&["updates", "--format", "json"])).expect("JSON");
    let known = lineal.sql("SELECT count(DISTINCT id) AS n FROM commits");
    assert_eq!(known, format!("n\n{}\n", updates["known"]["models"]));
    assert_eq!(updates["updated"]["models"], 0);
}

fn listing(models: &[(&str, &str, Option<&str>)]) -> String {
    let line = |(id, day, new_version): &(&str, &str, Option<&str>)| {
        let card = new_version.map_or(json!({}), |name| json!({ "new_version": name }));
        let created = format!("{day}T00:00:00.000Z");
        json!({ "id": id, "createdAt": created, "tags": [], "cardData": card }).to_string() + "\n"
    };
    models.iter().map(line).collect()
}

#[test]
fn successors_are_declared_or_inferred() {
    let lineal = Lineal::new();
    lineal.write(
        "models.jsonl",
        listing(&[
            ("ann/Model-7B-v1", "2024-01-01", None),
            ("ann/Model-7B-v2", "2024-03-01", None),
            ("ann/Model-13B-v3", "2024-04-01", None),
            ("ann/old", "2024-01-01", Some("ANN/new")),
            ("ann/new", "2024-02-01", Some("ann/newest")),
            ("ann/newest", "2024-03-01", None),
            ("bob/lost", "2024-02-01", Some("bob/=never,listed")),
            ("bob/gone", "2024-02-01", Some("bob/never-listed")),
        ]),
    );
    lineal.answer(&["import", "models.jsonl", "--date", "2024-05-01"]);
    let csv = lineal.answer(&["successors", "--format", "csv"]);
    let expected = "\
model,kind,successor,standing,named,basis,family,version,newer_version,days_later,confidence
ann/old,declared,ann/new,same_owner,ANN/new,,,,,,
ann/new,declared,ann/newest,same_owner,ann/newest,,,,,,
bob/lost,declared,,unreadable,\"bob/=never,listed\",,,,,,
bob/gone,declared,,missing,bob/never-listed,,,,,,
ann/Model-7B-v1,inferred,ann/Model-7B-v2,,,marked,ann/model-7b-v*,v1,v2,60,0.95
";
    assert_eq!(csv, expected);
    let found: Value =
        serde_json::from_str(&lineal.answer(&["successors", "--format", "json"])).expect("JSON");
    let standings = json!({ "same_owner": 2, "other_owner": 0, "ancestor": 0, "itself": 0, "missing": 1, "unreadable": 1 });
    assert_eq!((&found["counts"]["standings"], &found["counts"]["otherwise_named"]), (&standings, &json!(1)));
    assert_eq!(found["successions"]["list"][0]["models"], json!(["ann/old", "ann/new", "ann/newest"]));
    let table = lineal.answer(&["successors"]);
    assert!(table.contains("ann/old -> ann/new -> ann/newest"), "{table}");
    let sure = lineal.answer(&["successors", "--min-confidence", "0.96", "--format", "csv"]);
    assert!(!sure.contains("inferred"), "{sure}");
    let said = lineal.answer(&["successors", "--model", "ann/old"]);
    assert_eq!(said, "ann/old declares ANN/new (listed as ann/new): another model of the same owner\n");
    let said = lineal.answer(&["successors", "--model", "ann/model-7b-V1"]);
    assert_eq!(
        said,
        "ann/Model-7B-v1 has a newer version ann/Model-7B-v2: v2 in ann/model-7b-v*, created 60 days later, \
         confidence 0.95\n"
    );
    let refused = lineal.run(&["successors", "--min-confidence", "NaN"]);
    assert!(refused.err.contains("expected a number from 0 to 1"), "{}", refused.err);
}

/// Reads CSV whose cells can hold line breaks.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    for char in text.chars() {
        match char {
            // A doubled quotation mark ends and begins again; none of these matters to what is tested.
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            char => cell.push(char),
        }
    }
    rows
}

#[test]
fn real_titles_of_weight_commits_are_read_as_they_were_evaluated() {
    let Some(path) = shared("data/commit-logs/weight_file_commits_1031repos.csv.zst") else { return };
    let file = std::fs::File::open(path).expect("there");
    let text = std::io::read_to_string(zstd::Decoder::new(file).expect("zstd")).expect("UTF-8");
    let mut seen = HashSet::new();
    let mut intents: BTreeMap<&str, u32> = BTreeMap::new();
    let mut documentation = 0;
    for row in rows(&text).into_iter().skip(1) {
        let [repository, commit, _, _, message, ..] = &row[..] else { panic!("{row:?}") };
        if !seen.insert((repository.clone(), commit.clone())) {
            continue;
        }
        let title = Title::of(message.lines().next().unwrap_or_default().trim());
        *intents.entry(title.intent.map_or("none", Intent::as_str)).or_default() += 1;
        documentation += u32::from(title.is_documentation);
    }
    // All of them touch weights, so each of these few is called documentation wrongly.
    assert_eq!((seen.len(), documentation), (4737, 3));
    let expected = [("checkpoint", 621), ("fix", 12), ("none", 2799), ("update", 1305)];
    assert_eq!(intents, BTreeMap::from(expected));
}
