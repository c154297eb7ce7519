//! The form of an audit, as a browser and as others would ask for it.

use crate::support::{Lineal, Served, inside, text};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// What came back.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.map(|line| line[name.len() + 1..].trim())
    }
}

fn ask(served: &Served, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let address = served.address.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).expect("a connection");
    let host = headers.iter().any(|(name, _)| *name == "Host");
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if !host {
        request += &format!("Host: {address}\r\n");
    }
    if method == "POST" {
        request += "Content-Type: application/x-www-form-urlencoded\r\n";
    }
    headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
    // Whoever refuses a request need not read all of it.
    let _ = stream.write_all(format!("{request}\r\n{body}").as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

fn get(served: &Served, path: &str) -> Answer {
    ask(served, "GET", path, &[], "")
}

const HEADER: &str = "id,link,declared_operation,stratum,weight,license,performance,template,dataset,dependency,\
                      real_operation,real_base,note\n";

/// An audit of two models, one of them with a name that means harm.
fn audit() -> (Lineal, Served) {
    let lineal = Lineal::new();
    let rows =
        "a/a,https://hub.example/a/a,merge,,,,,,,,,,\n\"b/<script>\"\"&x\",javascript:alert(1),,,,,,,,,,,\n";
    for name in ["sample", "ann", "bob"] {
        lineal.write(&format!("audit/{name}.csv"), format!("{HEADER}{rows}"));
    }
    let served = Served::audit(&lineal, "audit");
    (lineal, served)
}

fn token(served: &Served) -> String {
    let page = get(served, "/audit/by/ann/1").body;
    let (_, after) = page.split_once("name=\"token\" value=\"").expect("a token");
    after.split('"').next().expect("a token").to_owned()
}

fn answers(token: &str, license: &str, dependency: &str) -> String {
    format!(
        "token={token}&license={license}&performance=missing&template=not+applicable&dataset=missing&dependency={dependency}"
    )
}

#[test]
fn an_answer_is_in_the_sheet_before_the_next_page_is_shown() {
    let (lineal, served) = audit();
    assert_eq!(get(&served, "/").header("location"), Some("/audit"));
    assert_eq!(get(&served, "/audit/by/ann").header("location"), Some("/audit/by/ann/1"));
    let token = token(&served);
    let body = answers(&token, "present", "wrong")
        + "&real_operation=quantized&real_base=%3Dc%2Fc&note=a%2C+%22b%22";
    let saved = ask(&served, "POST", "/audit/by/ann/1", &[], &body);
    assert_eq!((saved.status, saved.header("location")), (303, Some("/audit/by/ann/2")));
    assert_eq!(
        text(lineal.path("audit/ann.csv")).lines().nth(1),
        Some(
            "a/a,https://hub.example/a/a,merge,,,present,missing,not applicable,missing,wrong,quantized,'=c/c,\
             \"a, \"\"b\"\"\""
        )
    );
    let shown = get(&served, "/audit/by/ann/1").body;
    assert!(shown.contains("value=\"wrong\" checked") && shown.contains("value=\"=c/c\""), "{shown}");
    assert!(!text(lineal.path("audit/bob.csv")).contains("present"), "nobody else's sheet changes");
    assert!(!get(&served, "/audit/by/bob/1").body.contains("checked"), "nobody sees another's answers");
    served.interrupt();
    assert_eq!(inside(&lineal.path("audit")), ["ann.csv", "bob.csv", "sample.csv"]);
}

#[test]
fn a_third_person_decides_once_everybody_is_done() {
    let (lineal, served) = audit();
    let token = token(&served);
    let post = |path: &str, body: &str| {
        let answer = ask(&served, "POST", path, &[], body);
        assert_eq!(answer.status, 303, "{path} {}", answer.body);
        answer.header("location").map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(get(&served, "/audit/disagreements").status, 403);
    for (who, license) in [("ann", "present"), ("bob", "missing")] {
        post(&format!("/audit/by/{who}/1"), &answers(&token, license, "right"));
        assert_eq!(post(&format!("/audit/by/{who}/2"), &answers(&token, "present", "none")), "/audit");
    }
    let page = get(&served, "/audit/disagreements/1").body;
    assert!(page.contains("<li>ann: present</li><li>bob: missing</li>"), "{page}");
    assert_eq!(get(&served, "/audit/disagreements/2").status, 404);
    assert_eq!(
        post("/audit/disagreements/1", &format!("token={token}&license=missing")),
        "/audit/disagreements"
    );
    assert!(get(&served, "/audit/disagreements").body.contains("All are decided."));
    let score = lineal.answer(&["audit", "score", "audit"]);
    assert!(score.contains("All 1 are decided."), "{score}");
}

#[test]
fn forms_of_others_and_hosts_of_others_are_refused() {
    let (lineal, served) = audit();
    let before = text(lineal.path("audit/ann.csv"));
    let token = token(&served);
    let body = answers(&token, "present", "right");
    let post =
        |headers: &[(&str, &str)], body: &str| ask(&served, "POST", "/audit/by/ann/1", headers, body).status;
    assert_eq!(post(&[("Origin", "http://evil.example")], &body), 403);
    assert_eq!(post(&[("Sec-Fetch-Site", "cross-site")], &body), 403);
    assert_eq!(post(&[("Host", "evil.example")], &body), 421);
    assert_eq!(post(&[], &answers("0", "present", "right")), 403);
    assert_eq!(post(&[], "license=present"), 403);
    assert_eq!(post(&[], &format!("{body}&note={}", "x".repeat(70_000))), 413);
    assert_eq!(post(&[], &answers(&token, "sure", "right")), 422);
    assert_eq!(post(&[], &answers(&token, "present", "none")), 422);
    assert_eq!(ask(&served, "PUT", "/audit/by/ann/1", &[], "").status, 405);
    assert_eq!(ask(&served, "GET", "/audit", &[("Host", "evil.example")], "").status, 421);
    assert_eq!(text(lineal.path("audit/ann.csv")), before);
}

#[test]
fn a_page_holds_no_more_than_it_should() {
    let (_lineal, served) = audit();
    let page = get(&served, "/audit/by/ann/2");
    assert_eq!(
        page.header("content-security-policy"),
        Some(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    );
    assert!(page.body.contains("b/&#60;script&#62;&#34;&#38;x"), "{}", page.body);
    assert!(!page.body.contains("<script>") && !page.body.contains("javascript:"), "{}", page.body);
    for path in [
        "/audit/by/..%2fsample/1",
        "/audit/by/sample/1",
        "/audit/by/eve/1",
        "/audit/by/ann/0",
        "/audit/by/ann/3",
        "/audit/by/ann/x",
        "/audit/by/ann/99999999999999999999",
        "/nothing",
        "/../../etc/passwd",
    ] {
        assert_eq!(get(&served, path).status, 404, "{path}");
    }
    assert_eq!(get(&served, "/style.css").header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(get(&served, "/audit.js").header("content-type"), Some("text/javascript; charset=utf-8"));
}

#[test]
fn what_is_changed_in_a_spreadsheet_meanwhile_is_kept() {
    let (lineal, served) = audit();
    let token = token(&served);
    let changed = text(lineal.path("audit/ann.csv")).replace("alert(1),,,,", "alert(1),,,,missing");
    lineal.write("audit/ann.csv", &changed);
    ask(&served, "POST", "/audit/by/ann/1", &[], &answers(&token, "present", "right"));
    assert!(text(lineal.path("audit/ann.csv")).lines().nth(2).is_some_and(|row| row.contains(",missing,")));
    lineal.write("audit/ann.csv", "no sheet");
    let failed = get(&served, "/audit/by/ann/1");
    assert_eq!(failed.status, 500);
    assert!(failed.body.contains("cannot use the sheet"), "{}", failed.body);
}

#[test]
fn who_answers_at_the_same_time_loses_nothing() {
    const MODELS: usize = 24;
    let lineal = Lineal::new();
    let rows: String = (1..=MODELS).map(|at| format!("m/{at},,,,,,,,,,,,\n")).collect();
    for name in ["sample", "ann", "bob"] {
        lineal.write(&format!("audit/{name}.csv"), format!("{HEADER}{rows}"));
    }
    let served = Served::audit(&lineal, "audit");
    let token = token(&served);
    std::thread::scope(|scope| {
        // Two windows of each person, one for even and one for odd places.
        for (who, license, first) in
            [("ann", "present", 1), ("ann", "present", 2), ("bob", "missing", 1), ("bob", "missing", 2)]
        {
            let (served, body) = (&served, answers(&token, license, "none"));
            scope.spawn(move || {
                for at in (first..=MODELS).step_by(2) {
                    let answer = ask(served, "POST", &format!("/audit/by/{who}/{at}"), &[], &body);
                    assert_eq!(answer.status, 303, "{}", answer.body);
                }
            });
        }
    });
    for (who, license) in [("ann", ",present,missing,"), ("bob", ",missing,missing,")] {
        let sheet = text(lineal.path(&format!("audit/{who}.csv")));
        assert_eq!(sheet.matches(license).count(), MODELS, "{sheet}");
    }
}
