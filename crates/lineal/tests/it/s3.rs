//! A lake in an object store: a real S3 server, on loopback.
//!
//! The server is `moto_server` (`pip install 'moto[server]'`), or the program that
//! `LINEAL_S3_SERVER` names and that takes the same arguments.

use crate::support::{Lineal, Served, finish, listings, skip};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Option<Server> {
        let program = std::env::var("LINEAL_S3_SERVER").unwrap_or_else(|_| "moto_server".to_owned());
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let child = Command::new(&program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            skip(&format!("there is no `{program}` to serve S3"));
            return None;
        };
        let server = Server { child, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "`{program}` does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        server.request("PUT", "/lake");
        Some(server)
    }

    /// Sends a plain request, and returns the answer.
    fn request(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        answer
    }

    /// How many objects there are.
    fn objects(&self) -> usize {
        self.request("GET", "/lake?list-type=2").matches("<Key>").count()
    }

    /// A folder whose snapshots are in the store, under a prefix.
    fn lineal(&self, prefix: &str) -> Lineal {
        let own = |text: &str| text.to_owned();
        Lineal::with_data(
            &format!("s3://lake/{prefix}"),
            &[
                ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
                ("AWS_ACCESS_KEY_ID", own("test")),
                ("AWS_SECRET_ACCESS_KEY", own("test")),
                ("AWS_REGION", own("us-east-1")),
                // Whoever goes elsewhere finds nobody.
                ("HTTPS_PROXY", own("http://127.0.0.1:1")),
            ],
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_lake_in_a_store_answers_like_one_on_disk() {
    let Some(server) = Server::start() else { return };
    let (remote, local) = (server.lineal("some/where"), Lineal::new());
    assert_eq!(remote.dates(), [""; 0]);
    let refusal = remote.refusal(&["usage"]);
    assert_eq!(
        refusal,
        "error: there is no snapshot in `s3://lake/some/where` yet; take one in with `lineal import`\n"
    );
    for lineal in [&remote, &local] {
        listings(lineal, 4000, 3);
        lineal.answer(&["import", "listings"]);
    }
    assert_eq!(remote.dates(), local.dates());
    assert_eq!(
        remote.sql("SELECT snapshot, models, relations, changes_to FROM snapshots"),
        local.sql("SELECT snapshot, models, relations, changes_to FROM snapshots")
    );
    assert!(remote.sql("SELECT changes_to FROM snapshots").contains("2025-06-04"));
    // Another machine has no copies yet.
    let other = server.lineal("some/where");
    for date in local.dates() {
        for semantics in ["formal", "study"] {
            assert_eq!(remote.usage(&date, semantics), local.usage(&date, semantics));
            assert_eq!(other.usage(&date, semantics), local.usage(&date, semantics));
        }
        for table in ["models", "relations"] {
            let query = format!("SELECT * FROM {table} WHERE snapshot = '{date}'");
            assert!(remote.sql(&query) == local.sql(&query), "{table} of {date}");
            assert!(other.sql(&query) == local.sql(&query), "{table} of {date}");
        }
    }
    assert_eq!(server.lineal("else/where").dates(), [""; 0]);
}

#[test]
fn a_crawl_and_its_details_live_in_a_store_as_on_disk() {
    let Some(server) = Server::start() else { return };
    let (remote, local) = (server.lineal("crawled"), Lineal::new());
    let hub = Served::start(&local, &["--models", "300", "--weeks", "1", "--page", "50"]);
    for lineal in [&remote, &local] {
        let crawl =
            |arguments: &[&str]| lineal.answer(&[&["crawl", "--hub", &hub.address], arguments].concat());
        crawl(&["--date", "2026-11-15", "--keep-raw"]);
        crawl(&["--date", "2026-11-22", "--since", "2026-11-15"]);
        for detail in ["commits", "cards", "files"] {
            crawl(&[detail, "--select", "position < 40"]);
        }
    }
    // Another machine has no copies yet.
    let other = server.lineal("crawled");
    for query in [
        "SELECT * FROM models ORDER BY snapshot, position",
        "SELECT * FROM commits ORDER BY snapshot, position, number",
        "SELECT id, text FROM cards ORDER BY id, text",
        "SELECT id, path, sha256 FROM files ORDER BY id, path",
        "SELECT snapshot, detail, id, outcome FROM readings ORDER BY snapshot, detail, id",
    ] {
        let expected = local.sql(query);
        assert!(expected.lines().count() > 10, "{query}");
        assert!(remote.sql(query) == expected, "{query}");
        assert!(other.sql(query) == expected, "{query}");
    }
}

#[test]
fn a_date_in_a_store_is_taken_once() {
    let Some(server) = Server::start() else { return };
    let (one, two) = (server.lineal("lake"), server.lineal("lake"));
    let listing = listings(&one, 3000, 1).remove(0);
    listings(&two, 3000, 1);
    let import = |lineal: &Lineal, date: &str| {
        lineal.command(&["import", &listing, "--date", date]).spawn().expect("the binary starts")
    };
    for day in 1..=4 {
        let date = format!("2025-01-{day:02}");
        let outcomes = [import(&one, &date), import(&two, &date)].map(finish);
        let mut codes = [0, 1].map(|at| outcomes[at].code);
        codes.sort();
        assert_eq!(codes, [Some(0), Some(2)], "{outcomes:?}");
        for outcome in outcomes.into_iter().filter(|outcome| outcome.code == Some(2)) {
            let said = outcome.refused();
            assert!(
                said.contains(&format!("there is already a snapshot {date} in `s3://lake/lake`")),
                "{said}"
            );
        }
        one.usage(&date, "formal");
        two.usage(&date, "formal");
    }
    let files =
        one.sql("SELECT count(*) + sum(CASE WHEN changes_to IS NULL THEN 3 ELSE 4 END) n FROM snapshots");
    assert_eq!(files, format!("n\n{}\n", server.objects()), "manifests and their files, and nothing else");
    let said = one.refusal(&["import", &listing, "--date", "2025-01-01"]);
    assert!(said.contains("there is already a snapshot 2025-01-01"), "{said}");
}

#[test]
fn an_import_into_a_store_killed_at_any_moment_leaves_all_or_nothing() {
    let Some(server) = Server::start() else { return };
    let lineal = server.lineal("lake");
    let listing = listings(&lineal, 10_000, 1).remove(0);
    let started = Instant::now();
    lineal.answer(&["import", &listing, "--date", "2024-01-01"]);
    let whole = started.elapsed();
    let mut expected = vec!["2024-01-01".to_owned()];
    for round in 1..=8 {
        let date = format!("2025-01-{round:02}");
        let mut child =
            lineal.command(&["import", &listing, "--date", &date]).spawn().expect("the binary starts");
        thread::sleep(whole * round / 8);
        child.kill().expect("killed");
        finish(child);
        if !lineal.dates().contains(&date) {
            lineal.answer(&["import", &listing, "--date", &date]);
        }
        lineal.usage(&date, "formal");
        expected.push(date);
        assert_eq!(lineal.dates(), expected);
    }
}

#[test]
fn a_store_that_cannot_be_reached_or_used_is_named() {
    let Some(server) = Server::start() else { return };
    let nowhere = Lineal::with_data(
        "s3://no-such-bucket/lake",
        &[
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", server.port)),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ],
    );
    let said = nowhere.refusal(&["snapshots"]);
    assert!(said.starts_with("error: cannot list `lake of s3://no-such-bucket/lake`\n  because: "), "{said}");
}
