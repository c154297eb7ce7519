//! A live hub becomes a snapshot, whatever happens on the way.

use crate::support::{Lineal, Served, finish, inside, text};
use serde_json::Value;
use std::{
    thread,
    time::{Duration, Instant},
};

const MODELS: &str = "SELECT hub_id, id, sha, created_at, last_modified, task, library, license, tags, datasets, downloads, downloads_all_time, likes FROM models ORDER BY position";
const RELATIONS: &str = "SELECT derived, base, operation, base_present, declared, resolution FROM relations \
                         ORDER BY derived, base, operation";

/// All that a snapshot says of models and relations, a row a line.
fn contents(lineal: &Lineal) -> String {
    let rows = |query| lineal.answer(&["sql", query, "--format", "json"]).replace("},{", "},\n{");
    format!("{}{}", rows(MODELS), rows(RELATIONS))
}

/// Fails at the first line in which two contents differ.
#[track_caller]
fn same(found: &str, expected: &str) {
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {number}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "lines");
}

fn crawl(lineal: &Lineal, hub: &Served, arguments: &[&str]) -> String {
    let all = [&["crawl", "--hub", &hub.address, "--date", "2026-11-22"], arguments].concat();
    lineal.answer(&all)
}

/// The models of a hub, by its own listing.
fn imported(models: &str) -> String {
    let lineal = Lineal::new();
    lineal.answer(&["hubsim", "generate", "--out", "l", "--models", models, "--weeks", "1", "--seed", "3"]);
    lineal.answer(&["import", "l", "--date", "2026-11-22"]);
    contents(&lineal)
}

fn serve(lineal: &Lineal, models: &str, arguments: &[&str]) -> Served {
    Served::start(lineal, &[&["--models", models, "--weeks", "1", "--seed", "3"], arguments].concat())
}

#[test]
fn a_crawl_holds_what_an_import_of_the_listing_holds() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "3000", &["--page", "100"]);
    let said = crawl(&lineal, &hub, &[]);
    assert!(said.contains("snapshot 2026-11-22: 3,000 models"), "{said}");
    assert!(said.contains("read 30 pages in 30 requests"), "{said}");
    same(&contents(&lineal), &imported("3000"));
    lineal.holds_only(&["2026-11-22"]);
    let refused = lineal.refusal(&["crawl", "--hub", &hub.address, "--date", "2026-11-22"]);
    assert!(refused.contains("there is already a snapshot 2026-11-22"), "{refused}");
}

#[test]
fn a_crawl_killed_again_and_again_ends_as_if_nothing_had_happened() {
    let lineal = Lineal::new();
    let faults = [
        "reset=0.05",
        "error=0.05",
        "truncated-gzip=0.05",
        "short-json=0.05",
        "garbage=0.05",
        "overlap=0.05",
    ];
    let mut arguments = vec!["--page", "20"];
    faults.iter().for_each(|fault| arguments.extend(["--fault", fault]));
    let hub = serve(&lineal, "3000", &arguments);
    let arguments = ["crawl", "--hub", &hub.address, "--date", "2026-11-22", "--timeout", "2"];
    let mut kills = 0;
    loop {
        let mut child = lineal.command(&arguments).spawn().expect("the binary starts");
        // Later and later, so that each run gets somewhere.
        thread::sleep(Duration::from_millis(150 + 120 * kills));
        if child.try_wait().expect("waited for").is_some() {
            finish(child).done();
            break;
        }
        child.kill().expect("killed");
        let killed = finish(child);
        if !killed.out.is_empty() && inside(&lineal.path("data/.crawl")) == ["lock"] {
            // It had said that it was done, and was on its way out.
            break;
        }
        kills += 1;
    }
    assert!(kills > 1, "it was never killed");
    same(&contents(&lineal), &imported("3000"));
    lineal.holds_only(&["2026-11-22"]);
    assert_eq!(inside(&lineal.path("data/.crawl")), ["lock"]);
}

#[test]
fn a_crawl_takes_the_time_that_the_quota_allows_and_is_never_refused() {
    for rounding in ["up", "down"] {
        let lineal = Lineal::new();
        let log = lineal.path("requests.jsonl").display().to_string();
        let limits =
            ["--page", "50", "--quota", "10", "--window", "3", "--rounding", rounding, "--log", &log];
        let hub = serve(&lineal, "2000", &limits);
        let start = Instant::now();
        crawl(&lineal, &hub, &[]);
        // 40 pages at 10 in a window: the fourth window must have begun. Other tests run beside this
        // one; a window lost would still be noticed.
        let took = start.elapsed().as_secs_f64();
        let allowed = 9.0;
        assert!((allowed - 0.2..allowed * 1.05 + 2.4).contains(&took), "{rounding}: {took}");
        let log = text(&log);
        assert!(!log.contains("\"status\":429"), "{log}");
        assert_eq!(log.lines().count(), 40, "{log}");
    }
}

#[test]
fn a_hub_that_is_down_is_given_up_and_gone_on_with_later() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "300", &["--page", "100", "--quota", "2", "--window", "3000"]);
    let address = hub.address.clone();
    let arguments = [
        "crawl",
        "--hub",
        &address,
        "--date",
        "2026-11-22",
        "--retries",
        "1",
        "--timeout",
        "1",
        "--progress",
        "none",
    ];
    let mut child = lineal.command(&arguments).spawn().expect("the binary starts");
    // Two pages come; the third would have to wait for fifty minutes.
    thread::sleep(Duration::from_secs(2));
    child.kill().expect("killed");
    child.wait().expect("ended");
    let port = address.rsplit_once(':').expect("a port").1;
    drop(hub);
    let refused = lineal.refusal(&arguments);
    assert!(refused.contains("the crawl stopped after 2 pages, which are safe"), "{refused}");
    assert!(refused.contains("hint: run the same command again later"), "{refused}");
    lineal.holds_only(&[]);
    let listen = format!("127.0.0.1:{port}");
    let as_before = ["--models", "300", "--weeks", "1", "--seed", "3", "--page", "100"];
    let hub = Served::start_at(&lineal, &listen, &as_before);
    let said = crawl(&lineal, &hub, &[]);
    assert!(said.contains("read 3 pages in 3 requests\n2 of the pages by an earlier run"), "{said}");
    same(&contents(&lineal), &imported("300"));
}

#[test]
fn a_token_is_used_and_left_nowhere() {
    let lineal = Lineal::new();
    let log = lineal.path("requests.jsonl").display().to_string();
    let hub = serve(&lineal, "300", &["--token", "hf_known_to_nobody_else", "--log", &log]);
    for (name, value) in [("HF_TOKEN", "hf_known_to_nobody_else"), ("HF_TOKEN_PATH", "token-file")] {
        lineal.write("token-file", "hf_known_to_nobody_else\n");
        let date = if name == "HF_TOKEN" { "2026-11-21" } else { "2026-11-22" };
        let arguments = ["crawl", "--hub", &hub.address, "--date", date, "--keep-raw", "--progress", "json"];
        let outcome = finish(lineal.command(&arguments).env(name, value).spawn().expect("the binary starts"));
        let said = format!("{}{}", outcome.out, outcome.err);
        outcome.done();
        assert!(!said.contains("hf_known"), "{said}");
    }
    let log = text(&log);
    assert!(log.contains("\"authorized\":true") && !log.contains("\"authorized\":false"), "{log}");
    let found = std::process::Command::new("grep")
        .args(["-rl", "hf_known_to_nobody_else"])
        .args([lineal.path("data"), lineal.path("cache")])
        .output()
        .expect("grep runs");
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    let mut wrong = lineal.command(&["crawl", "--hub", &hub.address, "--date", "2026-11-23"]);
    let refused = finish(wrong.env("HF_TOKEN", "hf_wrong").spawn().expect("the binary starts")).refused();
    assert!(refused.contains("401") && refused.contains("`--anonymous`"), "{refused}");
    assert!(!refused.contains("hf_wrong"), "{refused}");
}

#[test]
fn raw_pages_are_kept_and_can_be_imported() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "500", &["--page", "100"]);
    crawl(&lineal, &hub, &["--keep-raw", "--expand", "siblings"]);
    let before = contents(&lineal);
    let other = Lineal::new();
    let pages = lineal.path("data/2026-11-22/pages.json.zst").display().to_string();
    other.answer(&["import", &pages, "--date", "2026-11-22"]);
    same(&contents(&other), &before);
    let raw = zstd::decode_all(std::fs::File::open(&pages).expect("kept")).expect("zstd");
    assert!(String::from_utf8_lossy(&raw).contains("rfilename"));
}

#[test]
fn a_hub_without_base_models_tells_bases_by_tags() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "500", &["--no-base-models"]);
    let said = crawl(&lineal, &hub, &[]);
    assert!(said.contains("the hub does not know the field `baseModels`; bases are told by tags"), "{said}");
    let sources = lineal.sql("SELECT DISTINCT unnest(evidence)['source'] AS s FROM relations ORDER BY s");
    assert!(sources.contains("typed_tag") && !sources.contains("base_models_field"), "{sources}");
}

#[test]
fn what_changed_since_a_snapshot_is_woven_into_it() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "2000", &["--page", "100", "--evolve", "26"]);
    let crawl_at = |date: &str, arguments: &[&str]| {
        lineal.answer(&[&["crawl", "--hub", &hub.address, "--date", date], arguments].concat())
    };
    crawl_at("2026-10-05", &[]);
    // A week has passed on that hub, whose clock is its own: it began on 2026-10-05.
    let said = crawl_at("2026-10-12", &["--since", "2026-10-05"]);
    assert!(said.contains("taken over unchanged from the earlier snapshot"), "{said}");
    let twice = lineal
        .sql("SELECT count(*) - count(DISTINCT hub_id) AS twice FROM models WHERE snapshot = '2026-10-12'");
    assert_eq!(twice, "twice\n0\n");
    let relations = "SELECT count(*) AS n FROM relations WHERE snapshot = ";
    let count = |date: &str| lineal.sql(&format!("{relations}'{date}'"));
    assert_ne!(count("2026-10-12"), "n\n0\n");
}

#[test]
fn machines_are_told_every_step_in_json() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "300", &["--page", "100", "--fault", "error=2"]);
    let arguments = ["crawl", "--hub", &hub.address, "--date", "2026-11-22", "--progress", "json"];
    let outcome = lineal.run(&arguments);
    let events: Vec<Value> =
        outcome.err.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let names: Vec<&str> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert!(names.contains(&"progress") && names.contains(&"retrying"), "{names:?}");
    let summary: Value = serde_json::from_str(&outcome.done()).expect("JSON");
    assert_eq!((&summary["models"], &summary["pages"]), (&Value::from(300), &Value::from(3)));
}

#[test]
fn nothing_is_published_where_nothing_is_listed_or_nothing_fits() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, "300", &[]);
    let refused =
        lineal.refusal(&["crawl", "--hub", &hub.address, "--author", "nobody-at-all", "--progress", "none"]);
    assert!(refused.contains("lists no model that was asked for"), "{refused}");
    crawl(&lineal, &hub, &["--limit", "7"]);
    let part = ["crawl", "--hub", &hub.address, "--date", "2026-11-23", "--since", "2026-11-22"];
    let refused = lineal.refusal(&part);
    assert!(refused.contains("is of another hub, or of a part of it"), "{refused}");
    lineal.holds_only(&["2026-11-22"]);
}
