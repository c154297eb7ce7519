//! What a listing does not say is asked for, model by model, and only once.

use crate::support::{Lineal, Served, text};

fn serve(lineal: &Lineal, arguments: &[&str]) -> Served {
    Served::start(lineal, &[&["--models", "400", "--weeks", "2", "--seed", "5"], arguments].concat())
}

fn crawl(lineal: &Lineal, hub: &Served, arguments: &[&str]) -> String {
    lineal.answer(&[&["crawl", "--hub", &hub.address], arguments].concat())
}

#[test]
fn commits_cards_and_files_appear_in_sql() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, &[]);
    crawl(&lineal, &hub, &["--date", "2026-10-05"]);
    for detail in ["commits", "cards", "files"] {
        let said = crawl(&lineal, &hub, &[detail]);
        assert!(said.contains(&format!("{detail} of ")), "{said}");
    }
    // The newest commit of a model is the one its listing names.
    let heads = "SELECT count(*) AS n, sum(CASE WHEN c.commit = m.sha THEN 1 ELSE 0 END) AS heads FROM commits c \
                 JOIN models m ON m.id = c.id WHERE c.number = 0";
    let answer = lineal.sql(heads);
    let (n, same) = answer.lines().nth(1).and_then(|line| line.split_once(',')).expect("two numbers");
    assert_eq!(n, same, "{answer}");
    let outcomes =
        lineal.sql("SELECT detail, outcome, count(*) AS n FROM readings GROUP BY 1, 2 ORDER BY 1, 2");
    assert!(outcomes.contains("commits,read,") && outcomes.contains("commits,gated,"), "{outcomes}");
    // All that is stated of a card in the list is stated in its text.
    let licences = "SELECT count(*) AS n FROM cards c JOIN models m ON m.id = c.id \
                    WHERE m.license IS NOT NULL AND strpos(c.text, m.license) = 0";
    assert_eq!(lineal.sql(licences), "n\n0\n");
    let hashes = lineal
        .sql("SELECT count(*) AS n FROM files WHERE path LIKE '%.safetensors' AND length(sha256) <> 64");
    assert_eq!(hashes, "n\n0\n");
}

#[test]
fn only_models_that_have_changed_are_asked_about_again() {
    let lineal = Lineal::new();
    let log = lineal.path("requests.jsonl").display().to_string();
    let hub = serve(&lineal, &["--log", &log]);
    crawl(&lineal, &hub, &["--date", "2026-10-05"]);
    crawl(&lineal, &hub, &["commits", "--select", "gated = 'no'"]);
    let asked = |log: &str| text(log).lines().filter(|line| line.contains("/commits/")).count();
    let first = asked(&log);
    assert!(first > 300, "{first}");
    let said = crawl(&lineal, &hub, &["commits", "--select", "gated = 'no'"]);
    assert!(said.contains("commits of 0 models"), "{said}");
    assert_eq!(asked(&log), first);
    // The same models in another snapshot are known too.
    crawl(&lineal, &hub, &["--date", "2026-10-06"]);
    crawl(&lineal, &hub, &["commits", "--select", "gated = 'no'"]);
    assert_eq!(asked(&log), first);
    let counts = lineal.sql("SELECT snapshot, count(DISTINCT id) AS n FROM commits GROUP BY 1 ORDER BY 1");
    let counts: Vec<&str> = counts.lines().skip(1).filter_map(|line| Some(line.split_once(',')?.1)).collect();
    assert_eq!(counts[0], counts[1]);
}

#[test]
fn a_pass_says_what_it_costs_before_it_begins() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, &["--quota", "1000", "--window", "300"]);
    crawl(&lineal, &hub, &["--date", "2026-10-05", "--limit", "200"]);
    let said = crawl(&lineal, &hub, &["files", "--cost"]);
    assert!(
        said.starts_with(
            "files of 200 models: about 200 requests, within the hub's limit of 1,000 requests in 300 s"
        ),
        "{said}"
    );
    let outcome = lineal.run(&["crawl", "--hub", &hub.address, "files", "--select", "position < 3"]);
    assert!(outcome.err.contains("files of 3 models: about 3 requests"), "{}", outcome.err);
}

#[test]
fn a_pass_killed_again_and_again_asks_nothing_twice_that_was_safe() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, &["--fault", "error=0.05", "--fault", "reset=0.05"]);
    crawl(&lineal, &hub, &["--date", "2026-10-05"]);
    let arguments = ["crawl", "--hub", &hub.address, "files", "--jobs", "2", "--timeout", "2"];
    for time in [300, 500, 800] {
        let mut child = lineal.command(&arguments).spawn().expect("the binary starts");
        std::thread::sleep(std::time::Duration::from_millis(time));
        // It may have ended before.
        let _ = child.kill();
        child.wait().expect("ended");
    }
    crawl(&lineal, &hub, &["files", "--timeout", "2"]);
    let quiet = Lineal::new();
    let hub = serve(&quiet, &[]);
    crawl(&quiet, &hub, &["--date", "2026-10-05"]);
    crawl(&quiet, &hub, &["files"]);
    let query = "SELECT id, path, size, blob, sha256, xet_hash FROM files ORDER BY id, path";
    assert_eq!(lineal.sql(query), quiet.sql(query));
}

#[test]
fn what_has_become_of_a_name_is_told_apart() {
    let lineal = Lineal::new();
    let first = lineal.path("requests.jsonl").display().to_string();
    // The hub lives through a week between two crawls of 20 pages each.
    let hub = Served::start(
        &lineal,
        &[
            "--models", "20000", "--weeks", "2", "--seed", "5", "--page", "1000", "--evolve", "21", "--log",
            &first,
        ],
    );
    crawl(&lineal, &hub, &["--date", "2026-10-05"]);
    crawl(&lineal, &hub, &["--date", "2026-10-12"]);
    let said = crawl(&lineal, &hub, &["identities"]);
    assert!(said.contains("renamed") && said.contains("gone_or_private"), "{said}");
    let fates = lineal.sql("SELECT fate, count(*) AS n, count(now_id) AS named FROM readings WHERE detail = 'identities' GROUP BY 1 ORDER BY 1");
    assert!(fates.contains("gone_or_private,") && fates.contains("renamed,"), "{fates}");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let lineal = Lineal::new();
    let hub = serve(&lineal, &[]);
    let hub = hub.address.as_str();
    let refused = lineal.refusal(&["crawl", "--hub", hub, "commits"]);
    assert!(refused.contains("there is no snapshot in"), "{refused}");
    lineal.answer(&["crawl", "--hub", hub, "--date", "2026-10-05", "--limit", "10"]);
    let refused = lineal.refusal(&["crawl", "--hub", hub, "commits", "--select", "starz > 3"]);
    assert!(refused.contains("starz"), "{refused}");
    let refused = lineal.refusal(&["crawl", "--hub", hub, "--limit", "3", "commits"]);
    assert!(refused.contains("what is given before `commits` is for reading a hub's list"), "{refused}");
    let refused = lineal.refusal(&["crawl", "--hub", "ftp://hub.example"]);
    assert!(refused.contains("is not the address of a hub: expected `https://host`"), "{refused}");
    let refused = lineal.refusal(&["crawl", "--hub", "https://ann:secret@hub.example"]);
    assert!(refused.contains("it holds a password") && !refused.contains("secret"), "{refused}");
    let refused = lineal.refusal(&["crawl", "--hub", hub, "identities"]);
    assert!(refused.contains("there is no snapshot before 2026-10-05"), "{refused}");
}

/// A listing of models, each as `name#identity`, without their commits.
fn listing(models: &[(&str, char)], sha: Option<&str>) -> String {
    let sha = sha.map_or(String::new(), |sha| format!(r#","sha":"{sha}""#));
    let line = |(id, digit): &(&str, char)| {
        let hub_id = digit.to_string().repeat(24);
        format!(r#"{{"_id":"{hub_id}","id":"{id}","createdAt":"2026-01-01T00:00:00.000Z"{sha}}}"#) + "\n"
    };
    models.iter().map(line).collect()
}

#[test]
fn nothing_is_believed_of_a_model_that_has_the_name_of_another() {
    let lineal = Lineal::new();
    let before = listing(&[("ann/kept", 'a'), ("ann/given-again", 'b'), ("ann/gone", 'c')], None);
    lineal.write("before.jsonl", before);
    lineal.answer(&["import", "before.jsonl", "--date", "2026-10-05"]);
    let now = listing(&[("ann/kept", 'a'), ("ann/given-again", 'd')], Some(&"01".repeat(20)));
    lineal.write("now.jsonl", now);
    let hub = Served::start(&lineal, &["--listing", "now.jsonl"]);
    for detail in ["commits", "cards", "files"] {
        crawl(&lineal, &hub, &[detail]);
        let query = format!("SELECT id, outcome, fate FROM readings WHERE detail = '{detail}' ORDER BY id");
        let expected = "id,outcome,fate\nann/given-again,elsewhere,reused\nann/gone,elsewhere,gone_or_private\nann/kept,read,same\n";
        assert_eq!(lineal.sql(&query), expected);
        assert_eq!(lineal.sql(&format!("SELECT DISTINCT id FROM {detail}")), "id\nann/kept\n");
    }
}
