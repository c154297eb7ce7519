//! What changed between two snapshots, in every form.

use crate::support::{Lineal, Served, finish, listings};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};

/// A record with all that is compared, changed where `with` says so.
fn record(number: u32, name: &str, with: Value) -> String {
    let digit = char::from_digit(number, 10).expect("a digit");
    let mut record = json!({
        "_id": digit.to_string().repeat(24), "id": name, "sha": digit.to_string().repeat(40),
        "lastModified": "2025-01-01T00:00:00.000Z", "pipeline_tag": "text-generation", "downloads": number,
        "tags": ["license:mit"], "gated": false, "private": false, "disabled": false,
        "cardData": {"new_version": "o/next"},
    });
    for (key, value) in with.as_object().expect("an object") {
        record[key] = value.clone();
    }
    record.to_string()
}

fn taken_in(weeks: [&[String]; 2]) -> Lineal {
    let lineal = Lineal::new();
    for (date, week) in ["2025-01-01", "2025-01-08"].iter().zip(weeks) {
        lineal.write("models.jsonl", week.join("\n"));
        lineal.answer(&["import", "models.jsonl", "--date", date]);
    }
    lineal
}

/// Two weeks in which everything happens that can.
fn eventful() -> Lineal {
    let before = [
        record(1, "o/base", json!({})),
        record(2, "o/gone", json!({"tags": ["base_model:finetune:o/base"]})),
        record(3, "o/named", json!({"tags": ["base_model:merge:o/base", "base_model:merge:o/gone"]})),
        record(4, "o/reused", json!({})),
    ];
    let after = [
        record(
            1,
            "o/base",
            json!({
                "sha": "a".repeat(40), "pipeline_tag": null, "tags": ["license:=cmd"], "gated": "auto",
                "private": true, "disabled": true, "cardData": {},
            }),
        ),
        record(3, "p/Named", json!({"tags": ["base_model:quantized:o/base"]})),
        record(5, "o/reused", json!({"tags": []})),
    ];
    taken_in([&before, &after])
}

#[test]
fn a_table_counts_what_changed_and_lists_it() {
    assert_eq!(
        eventful().answer(&["diff"]),
        "\
2025-01-01 → 2025-01-08: 4 models, then 3

change       number
───────────────────
added             1
deleted           2
renamed           1
reused            1
updated           1
relation          1
task              1
license           1
gated             1
private           1
disabled          1
new_version       1
all              13

change       model     before                     after                     downloads
─────────────────────────────────────────────────────────────────────────────────────
updated      o/base    1111111111                 aaaaaaaaaa                        1
task         o/base    text-generation            –                                 1
license      o/base    mit                        =cmd                              1
gated        o/base    no                         auto                              1
private      o/base    false                      true                              1
disabled     o/base    false                      true                              1
new_version  o/base    o/next                     –                                 1
renamed      p/Named   o/named                    p/Named                           3
relation     p/Named   merge:o/base merge:o/gone  quantized:o/base                  3
added        o/reused  –                          no base                           5
reused       o/reused  444444444444444444444444   555555555555555555555555          5
deleted      o/gone    finetune:o/base            –                                 2
deleted      o/reused  no base                    –                                 4
"
    );
}

#[test]
fn json_is_an_object_a_line() {
    let answer = eventful().answer(&["diff", "2025-01-01", "2025-01-08", "--format", "json"]);
    let short = |line: &str| line.replace(&"1".repeat(40), "1…").replace(&"a".repeat(40), "a…");
    let lines: Vec<String> = answer.lines().map(short).collect();
    assert_eq!(
        lines,
        [
            r#"{"change":"updated","model":"o/base","before":"1…","after":"a…","evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"task","model":"o/base","before":"text-generation","after":null,"evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"license","model":"o/base","before":"mit","after":"=cmd","evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"gated","model":"o/base","before":"no","after":"auto","evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"private","model":"o/base","before":false,"after":true,"evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"disabled","model":"o/base","before":false,"after":true,"evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"new_version","model":"o/base","before":"o/next","after":null,"evidence":null,"hub_id":"111111111111111111111111","task":null,"downloads":1}"#,
            r#"{"change":"renamed","model":"p/Named","before":"o/named","after":"p/Named","evidence":"hub_id","hub_id":"333333333333333333333333","task":"text-generation","downloads":3}"#,
            r#"{"change":"relation","model":"p/Named","before":[{"base":"o/base","operation":"merge"},{"base":"o/gone","operation":"merge"}],"after":[{"base":"o/base","operation":"quantized"}],"evidence":null,"hub_id":"333333333333333333333333","task":"text-generation","downloads":3}"#,
            r#"{"change":"added","model":"o/reused","before":null,"after":[],"evidence":null,"hub_id":"555555555555555555555555","task":"text-generation","downloads":5}"#,
            r#"{"change":"reused","model":"o/reused","before":"444444444444444444444444","after":"555555555555555555555555","evidence":null,"hub_id":"555555555555555555555555","task":"text-generation","downloads":5}"#,
            r#"{"change":"deleted","model":"o/gone","before":[{"base":"o/base","operation":"finetune"}],"after":null,"evidence":null,"hub_id":"222222222222222222222222","task":"text-generation","downloads":2}"#,
            r#"{"change":"deleted","model":"o/reused","before":[],"after":null,"evidence":null,"hub_id":"444444444444444444444444","task":"text-generation","downloads":4}"#,
        ]
    );
}

#[test]
fn csv_has_a_line_for_each_change_and_no_formulas() {
    let answer = eventful().answer(&["diff", "2025-01-01", "--format", "csv"]);
    assert_eq!(
        answer,
        "\
change,model,before,after,evidence,hub_id,task,downloads
updated,o/base,1111111111111111111111111111111111111111,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,,111111111111111111111111,,1
task,o/base,text-generation,,,111111111111111111111111,,1
license,o/base,mit,'=cmd,,111111111111111111111111,,1
gated,o/base,no,auto,,111111111111111111111111,,1
private,o/base,false,true,,111111111111111111111111,,1
disabled,o/base,false,true,,111111111111111111111111,,1
new_version,o/base,o/next,,,111111111111111111111111,,1
renamed,p/Named,o/named,p/Named,hub_id,333333333333333333333333,text-generation,3
relation,p/Named,merge:o/base merge:o/gone,quantized:o/base,,333333333333333333333333,text-generation,3
added,o/reused,,\"\",,555555555555555555555555,text-generation,5
reused,o/reused,444444444444444444444444,555555555555555555555555,,555555555555555555555555,text-generation,5
deleted,o/gone,finetune:o/base,,,222222222222222222222222,text-generation,2
deleted,o/reused,\"\",,,444444444444444444444444,text-generation,4
"
    );
}

#[test]
fn a_summary_only_counts() {
    let lineal = eventful();
    let kinds = ["--only", "added,deleted,license", "--summary"];
    let ask = |rest: &[&str]| lineal.answer(&[&["diff"], &kinds[..], rest].concat());
    assert_eq!(
        ask(&[]),
        "\
2025-01-01 → 2025-01-08: 4 models, then 3

change   number
───────────────
added         1
deleted       2
license       1
all           4
"
    );
    assert_eq!(ask(&["--format", "csv"]), "change,number\nadded,1\ndeleted,2\nlicense,1\n");
    let json: Value = serde_json::from_str(&ask(&["--format", "json"])).expect("JSON");
    assert_eq!(
        json,
        json!({
            "before": {"snapshot": "2025-01-01", "models": 4}, "after": {"snapshot": "2025-01-08", "models": 3},
            "renames": "on", "changes": {"added": 1, "deleted": 2, "license": 1},
        })
    );
}

/// What is listed of a question, as `change model`.
fn named(lineal: &Lineal, question: &[&str]) -> String {
    let answer = lineal.answer(&[&["diff", "--format", "json"], question].concat());
    let name = |line: &str| {
        let change: Value = serde_json::from_str(line).expect("JSON");
        format!("{} {}", change["change"], change["model"]).replace('"', "")
    };
    answer.lines().map(name).collect::<Vec<_>>().join(", ")
}

#[test]
fn one_can_ask_for_some_changes_only() {
    let lineal = eventful();
    let check = |question: &[&str], expected: &str| assert_eq!(named(&lineal, question), expected);
    check(&["--only", "renamed,deleted"], "renamed p/Named, deleted o/gone, deleted o/reused");
    check(&["--owner", "P"], "renamed p/Named, relation p/Named");
    check(&["--model", "O/named,o/gone"], "renamed p/Named, relation p/Named, deleted o/gone");
    check(&["--model", "o/named", "--model", "o/gone", "--only", "deleted"], "deleted o/gone");
    check(&["--operation", "finetune"], "deleted o/gone");
    check(&["--operation", "merge", "--task", "text-generation"], "renamed p/Named, relation p/Named");
    check(&["--task", "fill-mask"], "");
    check(&["--limit", "2"], "updated o/base, task o/base");
    check(&["--limit", "0"], "");
    check(
        &["--renames", "off", "--only", "added,deleted,renamed,reused"],
        "added p/Named, deleted o/gone, deleted o/named",
    );
    // Towards the earlier snapshot, what was deleted is added.
    check(
        &["2025-01-08", "2025-01-01", "--only", "added,deleted"],
        "added o/gone, added o/reused, deleted o/reused",
    );
    assert_eq!(
        lineal.refusal(&["diff", "--model", "o/base,o/nobody"]),
        "error: there is no model `o/nobody` in snapshot 2025-01-01 or 2025-01-08\n"
    );
}

#[test]
fn a_long_table_says_how_to_see_the_rest() {
    let lineal = eventful();
    let table = lineal.answer(&["diff", "--limit", "1", "--only", "added,deleted"]);
    assert_eq!(
        table,
        "\
2025-01-01 → 2025-01-08: 4 models, then 3

change   number
───────────────
added         1
deleted       2
all           3

change  model     before  after    downloads
────────────────────────────────────────────
added   o/reused  –       no base          5

2 more: `--limit N` shows more of them, `--format json` and `--format csv` list all
"
    );
}

#[test]
fn without_two_different_snapshots_there_is_nothing_to_compare() {
    let lineal = Lineal::new();
    let check = |question: &[&str], expected: &str| {
        assert_eq!(lineal.refusal(&[&["diff"], question].concat()), format!("error: {expected}\n"));
    };
    check(&[], "there is no snapshot in `data` yet; take one in with `lineal import`");
    lineal.write("models.jsonl", record(1, "o/base", json!({})));
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01"]);
    check(&[], "there is one snapshot in `data`, 2025-01-01; a diff needs two");
    let itself = "snapshot 2025-01-01 cannot be compared with itself; `lineal snapshots` lists the others";
    check(&["2025-01-01"], itself);
    check(&["2025-01-01", "2025-01-01"], itself);
    check(&["2024-01-01"], "there is no snapshot 2024-01-01 in `data`; it has 2025-01-01");
    check(&["2025-01-01", "2025-02-01"], "there is no snapshot 2025-02-01 in `data`; it has 2025-01-01");
    assert_eq!(lineal.run(&["diff", "yesterday"]).code, Some(2));
    assert_eq!(lineal.run(&["diff", "--only", "moved"]).code, Some(2));
}

#[test]
fn relation_tables_state_relations_and_nothing_else() {
    let lineal = Lineal::new();
    let weeks = [
        "Model ID,Type,Base Model\no/a,,\no/b,finetune,o/a\no/c,merge,\"o/a, o/b\"\n",
        "Model ID,Type,Base Model\no/a,,\no/c,merge,\"o/b, o/a\"\no/b,adapter,o/a\no/d,quantized,o/b\n",
    ];
    for (date, week) in ["2025-01-01", "2025-01-08"].iter().zip(weeks) {
        lineal.write("relations.csv", week);
        lineal.answer(&["import", "relations.csv", "--date", date]);
    }
    let outcome = lineal.run(&["diff", "--format", "csv"]);
    assert_eq!(
        outcome.err,
        "not compared, as neither listing states them: \
         reused, updated, task, license, gated, private, disabled, new_version\n"
    );
    assert_eq!(
        outcome.done(),
        "change,model,before,after,evidence,hub_id,task,downloads\n\
         relation,o/b,finetune:o/a,adapter:o/a,,,,\n\
         added,o/d,,quantized:o/b,,,,\n"
    );
    // Compared with a listing that states more, it still states nothing.
    lineal.write("models.jsonl", record(1, "o/a", json!({})));
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-15"]);
    let outcome = lineal.run(&["diff", "--only", "license,relation,deleted", "--summary", "--format", "csv"]);
    assert_eq!(
        outcome.err,
        "not compared, as the listing of 2025-01-08 does not state them: license\n\
         not compared, as the listing of 2025-01-15 does not state them: relation\n"
    );
    assert_eq!(outcome.done(), "change,number\ndeleted,3\nrelation,\nlicense,\n");
}

#[test]
fn names_resolved_otherwise_are_a_reason_for_doubt() {
    let lineal = Lineal::new();
    let tuned = |name: &str| record(2, "o/tuned", json!({"tags": [format!("base_model:finetune:{name}")]}));
    lineal.write("models.jsonl", [record(1, "o/Base", json!({})), tuned("O/BASE")].join("\n"));
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-01", "--resolve", "exact"]);
    lineal.answer(&["import", "models.jsonl", "--date", "2025-01-08"]);
    let outcome = lineal.run(&["diff", "--format", "csv"]);
    assert_eq!(
        outcome.err,
        "names were resolved exact in 2025-01-01 and lenient in 2025-01-08: \
         bases can seem changed that are not\n"
    );
    let changed = "relation,o/tuned,finetune:O/BASE,finetune:o/Base,";
    assert!(outcome.done().contains(changed));
}

#[test]
fn two_hubs_are_two_hubs() {
    let lineal = Lineal::new();
    for date in ["2025-01-01", "2025-01-08"] {
        let hub = Served::start(&lineal, &["--models", "50", "--weeks", "1"]);
        lineal.answer(&["crawl", "--hub", &hub.address, "--date", date]);
    }
    let outcome = lineal.run(&["diff", "--summary", "--only", "added"]);
    assert!(outcome.err.starts_with("2025-01-01 was read from http://127.0.0.1:"), "{}", outcome.err);
    outcome.done();
}

#[test]
fn a_part_of_a_hub_is_not_the_whole() {
    let lineal = Lineal::new();
    let hub = Served::start(&lineal, &["--models", "50", "--weeks", "1"]);
    lineal.answer(&["crawl", "--hub", &hub.address, "--date", "2025-01-01"]);
    lineal.answer(&["crawl", "--hub", &hub.address, "--date", "2025-01-08", "--limit", "10"]);
    let outcome = lineal.run(&["diff", "--only", "deleted", "--summary", "--format", "csv"]);
    assert_eq!(
        outcome.err,
        "2025-01-01 and 2025-01-08 were asked for different parts of a hub: \
         what one leaves out seems added or deleted\n"
    );
    assert_eq!(outcome.done(), "change,number\ndeleted,40\n");
}

#[test]
fn what_means_harm_stays_in_its_cell() {
    let hostile = "mit\u{1b}[2J\u{202e}\n=1+1,\"x\"";
    let lineal = taken_in([
        &[record(1, "o/a", json!({"tags": ["license:mit", "base_model:merge:o/a"]}))],
        &[record(
            1,
            "o/a",
            json!({
                "tags": [format!("license:{hostile}"), format!("base_model:merge:{}", "../\u{1b}]0;x\u{7}\n".repeat(20))],
            }),
        )],
    ]);
    let kinds = "license,relation";
    let table = lineal.answer(&["diff", "--only", kinds]);
    assert!(!table.contains(|char: char| char.is_control() && char != '\n'), "{table}");
    assert_eq!(table.lines().filter(|line| line.contains("o/a")).count(), 2, "{table}");
    assert!(table.contains("mit\\u{1b}[2J\\u{202e}\\n=1+1,\"x\""), "{table}");
    let json = lineal.answer(&["diff", "--only", "license", "--format", "json"]);
    let change: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(change["after"], hostile);
    let csv = lineal.answer(&["diff", "--only", "license", "--format", "csv"]);
    assert!(csv.contains(",\"mit\u{1b}[2J\u{202e}\n=1+1,\"\"x\"\"\","), "{csv}");
}

#[test]
fn whoever_has_read_enough_can_leave() {
    let lineal = Lineal::new();
    for (date, week) in ["2025-01-01", "2025-01-08"].iter().zip(listings(&lineal, 20_000, 2)) {
        lineal.answer(&["import", &week, "--date", date]);
    }
    // All of them are far more than a pipe holds.
    for (from, to) in [("2025-01-01", "2025-01-08"), ("2025-01-08", "2025-01-01")] {
        let all = lineal.answer(&["diff", from, to, "--format", "json", "--renames", "off"]);
        assert!(all.len() > 1 << 17, "{}", all.len());
    }
    let mut child =
        lineal.command(&["diff", "--format", "json", "--renames", "off"]).spawn().expect("the binary starts");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("a line");
    assert!(first.starts_with("{\"change\":"), "{first}");
    let outcome = finish(child);
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    assert!(!outcome.err.contains("error"), "{}", outcome.err);
}
