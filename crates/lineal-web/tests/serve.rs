//! The server over a real socket: what is refused, what stays whole, and what clients may rely on.

#[path = "support/http.rs"]
mod http;

use http::{Reply, Served, ask, get, serve};
use lineal_web::serve::{Settings, testing::Hub};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

fn small() -> Served {
    serve(Hub::sizeable(60), Settings::default())
}

/// Asks for a problem, and checks that it says what it is wherever it can.
fn check_problem(reply: &Reply, status: u16, kind: &str) -> Value {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let body = reply.json();
    assert_eq!(body["type"], format!("/api/v1/problems#{kind}"));
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
    body
}

#[test]
fn every_problem_says_what_it_is() {
    let served = small();
    let at = served.address;
    check_problem(&get(at, "/api/v1/nothing"), 404, "no-route");
    check_problem(&get(at, "/api"), 404, "no-route");
    let unknown = check_problem(&get(at, "/api/v1/models/openai-community/gpt3"), 404, "unknown-model");
    assert_eq!(unknown["did_you_mean"][0], "openai-community/gpt2");
    let refused = check_problem(&get(at, "/api/v1/models?limit=0"), 422, "bad-parameter");
    assert_eq!(refused["parameter"], "limit");
    check_problem(&get(at, "/api/v1/models?limits=1"), 422, "bad-parameter");
    check_problem(&ask(at, "DELETE", "/api/v1/models", &[], ""), 405, "not-allowed");
    let refused = ask(at, "POST", "/api/v1/models/openai-community/gpt2", &[], "");
    assert_eq!(refused.header("allow"), Some("GET, HEAD, OPTIONS"));
    check_problem(&refused, 405, "not-allowed");
    check_problem(&get(at, &format!("/api/v1/search?q={}", "x".repeat(60_000))), 422, "bad-parameter");
    let model = format!("&model={}", "%C3%A9".repeat(500));
    check_problem(&get(at, &format!("/api/v1/impact?{}", model.repeat(18))), 414, "too-long");
    check_problem(&ask(at, "GET", "/api/v1/models", &[("Host", "evil.example")], ""), 421, "misdirected");
    let foreign = [("Origin", "https://evil.example"), ("Content-Type", "application/json")];
    check_problem(&ask(at, "POST", "/api/v1/sql", &foreign, "{}"), 403, "foreign");
    check_problem(&get(at, "/api/v1/clusters/owner/alone"), 404, "not-there");
    let html = get(at, "/nothing");
    assert_eq!((html.status, html.header("content-type")), (404, Some("text/html; charset=utf-8")));
}

#[test]
fn what_is_still_worked_out_is_asked_for_again() {
    let hub = Hub::sizeable(60);
    let served = serve(hub.clone(), Settings::default());
    let late = ["usage", "evolution", "quality", "risk", "week", "models/owner/alone/history"];
    for answer in late {
        let reply = get(served.address, &format!("/api/v1/{answer}"));
        assert_eq!(reply.header("retry-after"), Some("10"));
        check_problem(&reply, 503, "working");
    }
    let ready = get(served.address, "/readyz").json();
    assert_eq!(ready["working_on"].as_array().map(Vec::len), Some(4));
    hub.work_out(&served.explorer.current.get());
    let usage = get(served.address, "/api/v1/usage").json();
    assert_eq!((&usage["semantics"], &usage["snapshot"]), (&"formal".into(), &"2025-06-25".into()));
    check_problem(&get(served.address, "/api/v1/evolution"), 404, "not-there");
    assert_eq!(get(served.address, "/api/v1/week").json()["deleted_bases"], 1);
    assert_eq!(get(served.address, "/readyz").json()["working_on"], serde_json::json!(["pages"]));
}

#[test]
fn a_name_is_found_however_it_is_written() {
    let served = small();
    for (path, id) in [
        ("OPENAI-community/GPT2", "openai-community/gpt2"),
        ("gpt2", "openai-community/gpt2"),
        ("openai-community%2Fgpt2", "openai-community/gpt2"),
        ("gone/base", "gone/base"),
    ] {
        for rest in ["", "/lineage?up=false&limit=2", "/impact"] {
            let reply = get(served.address, &format!("/api/v1/models/{path}{rest}"));
            assert_eq!(reply.status, 200, "{path}{rest}: {reply:?}");
            let right = format!("/api/v1/models/{id}{rest}");
            let elsewhere = (path != id).then_some(right.as_str());
            assert_eq!(reply.header("content-location"), elsewhere, "{path}{rest}");
        }
    }
    let missing = get(served.address, "/api/v1/models/gone/base").json();
    assert_eq!((&missing["id"], &missing["missing"]), (&"gone/base".into(), &true.into()));
}

#[test]
fn names_that_would_do_harm_are_names_or_nothing() {
    let served = small();
    let hostile: String =
        lineal_web::serve::testing::HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let reply = get(served.address, &format!("/api/v1/models/{hostile}"));
    assert_eq!((reply.status, reply.json()["missing"].as_bool()), (200, Some(true)));
    assert!(!reply.text().contains('\u{1b}'), "control characters are escaped");
    let label = "%3C/title%3E%3Cscript%3E%22%26%00%E2%80%AE";
    let badge = get(served.address, &format!("/api/v1/models/{hostile}/badge.svg?label={label}"));
    assert_eq!((badge.status, badge.header("content-type")), (200, Some("image/svg+xml")));
    assert_eq!(badge.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert!(!badge.text().contains("<script"), "{}", badge.text());
    let next = get(served.address, &format!("/api/v1/models/{hostile}/descendants?limit=1"));
    assert_eq!(next.status, 200);
    let long = "x".repeat(5000);
    for name in ["..%2f..", "..%2f..%2fetc%2fpasswd", "%00", "a/b%00", "%ff", "%", "%e2%80%ae", "a//b", &long]
    {
        let reply = get(served.address, &format!("/api/v1/models/{name}"));
        assert_eq!(reply.status, 404, "{name}: {reply:?}");
        assert!(reply.body.len() < 3000, "{name}: what was asked for is not sent back whole");
    }
}

/// Follows `next` from a first page to the last, and returns what `key` is of every item.
fn follow(served: &Served, first: &str, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let reply = get(served.address, &path);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        let page = reply.json();
        found.extend(page["items"].as_array().expect("items").iter().map(|item| item[key].to_string()));
        next = page["next"].as_str().map(str::to_owned);
        let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        assert_eq!(reply.header("link"), link.as_deref(), "{path}");
    }
    found
}

#[test]
fn following_next_gives_everything_once() {
    let served = small();
    for (first, key, total) in [
        ("/api/v1/models?limit=7", "id", 73),
        ("/api/v1/models?limit=1000", "id", 73),
        ("/api/v1/models/meta-llama/llama-3.1-8b/descendants?limit=9", "id", 61),
        ("/api/v1/models/merger/of-65/ancestors?limit=8", "id", 61),
        ("/api/v1/clusters?limit=1", "root", 3),
        ("/api/v1/clusters/meta-llama/Llama-3.1-8B/members?limit=50", "id", 61),
        ("/api/v1/top?limit=3&by=descendants", "id", 0),
        ("/api/v1/chains?root=meta-llama/Llama-3.1-8B&limit=10", "models", 0),
        ("/api/v1/search?q=llama&limit=10", "id", 0),
    ] {
        let found = follow(&served, first, key);
        let different: BTreeSet<&String> = found.iter().collect();
        assert_eq!(found.len(), different.len(), "{first}: each once");
        assert!(found.len() > 2, "{first}: {found:?}");
        assert!(total == 0 || found.len() == total, "{first}: {} of {total}", found.len());
    }
}

#[test]
fn models_are_filtered_by_what_they_are() {
    let served = small();
    let all = get(served.address, "/api/v1/models?limit=1000").json();
    let of = |filter: &str| follow(&served, &format!("/api/v1/models?limit=3&{filter}"), "id");
    let items = all["items"].as_array().expect("items");
    let count = |fits: &dyn Fn(&Value) -> bool| items.iter().filter(|item| fits(item)).count();
    assert_eq!(
        of("owner=owner").len(),
        count(&|item| item["id"].as_str().unwrap_or("").starts_with("owner/"))
    );
    assert_eq!(of("license=mit").len(), count(&|item| item["license"] == "mit"));
    assert_eq!(of("task=fill-mask").len(), count(&|item| item["task"] == "fill-mask"));
    assert_eq!(of("task=nothing").len(), 0);
    assert_eq!(of("owner=own").len(), 0);
}

#[test]
fn an_answer_that_is_known_is_not_sent_again() {
    let hub = Hub::sizeable(60);
    let served = serve(hub.clone(), Settings::default());
    let path = "/api/v1/models/openai-community/gpt2/lineage";
    let first = get(served.address, path);
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let known = |tag: &str| ask(served.address, "GET", path, &[("If-None-Match", tag)], "");
    for tags in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = known(&tags);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(&*tag)), "{tags}");
    }
    assert_eq!(known("\"other\"").status, 200);
    let gzip = ask(served.address, "GET", path, &[("Accept-Encoding", "gzip")], "");
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert_ne!(gzip.header("etag"), Some(&*tag), "other bytes, another tag");
    served.explorer.current.replace(Arc::new(hub.view("another")));
    assert_eq!(known(&tag).status, 200, "another view, another answer");
    assert_eq!(get(served.address, "/api/v1/models/nobody/nothing").header("etag"), None);
}

#[test]
fn head_and_options_say_what_get_would() {
    let served = small();
    let path = "/api/v1/models/openai-community/gpt2";
    let (get, head) = (get(served.address, path), ask(served.address, "HEAD", path, &[], ""));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["content-type", "content-length", "etag"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    let options = ask(served.address, "OPTIONS", path, &[], "");
    assert_eq!((options.status, options.header("allow")), (204, Some("GET, HEAD, OPTIONS")));
    assert_eq!(options.header("access-control-allow-origin"), None);
}

#[test]
fn only_invited_sites_may_read_answers() {
    let invited = Settings { origins: vec!["https://lab.example".to_owned()], ..Settings::default() };
    let served = serve(Hub::sizeable(10), invited);
    let from = |origin| ask(served.address, "GET", "/api/v1/snapshots", &[("Origin", origin)], "");
    let allowed = |reply: &Reply| reply.header("access-control-allow-origin").map(str::to_owned);
    assert_eq!(allowed(&from("https://lab.example")).as_deref(), Some("https://lab.example"));
    assert_eq!(allowed(&from("https://evil.example")), None);
    assert_eq!(allowed(&get(served.address, "/audit")), None);
}

#[test]
fn queries_are_taken_where_they_are_turned_on() {
    let served = serve(Hub::sizeable(10), Settings { largest_body: 2000, ..Settings::default() });
    let json = ("Content-Type", "application/json");
    let post = |headers: &[_], body: &str| ask(served.address, "POST", "/api/v1/sql", headers, body);
    let answer = post(&[json], r#"{"query": "SELECT 1"}"#);
    assert_eq!((answer.status, &answer.json()["rows"][0][0]), (200, &"SELECT 1".into()));
    check_problem(&post(&[json], r#"{"query": "DROP TABLE models"}"#), 422, "refused");
    for body in
        ["", "{}", "[]", r#"{"query": ""}"#, r#"{"query": 1}"#, r#"{"query": "SELECT", "x": 1}"#, "\u{0}"]
    {
        check_problem(&post(&[json], body), 422, "bad-body");
    }
    check_problem(&post(&[("Content-Type", "text/plain")], r#"{"query": "SELECT 1"}"#), 415, "wrong-media");
    check_problem(&post(&[json], &format!(r#"{{"query": "{}"}}"#, "x".repeat(3000))), 413, "too-large");
    check_problem(&get(served.address, "/api/v1/sql"), 405, "not-allowed");
}

#[test]
fn a_reload_needs_the_token_and_is_not_there_without_one() {
    let reload = |served: &Served, authorization| {
        ask(served.address, "POST", "/api/v1/reload", &[("Authorization", authorization)], "")
    };
    let open = small();
    check_problem(&reload(&open, "Bearer x"), 404, "not-there");
    let locked =
        serve(Hub::sizeable(10), Settings { token: Some("secret".to_owned()), ..Settings::default() });
    let refused = reload(&locked, "Bearer guess");
    assert!(refused.header("www-authenticate").is_some_and(|asked| asked.starts_with("Bearer")));
    check_problem(&refused, 401, "locked");
    assert_eq!(locked.reloads.load(Ordering::SeqCst), 0);
    assert_eq!(reload(&locked, "Bearer secret").status, 202);
    assert_eq!(locked.reloads.load(Ordering::SeqCst), 1);
}

#[test]
fn what_is_far_too_large_is_refused_and_the_next_one_is_answered() {
    let served = small();
    let huge = "x".repeat(200_000);
    assert_eq!(ask(served.address, "GET", "/api/v1/snapshots", &[("X-Huge", &huge)], "").status, 431);
    let many: Vec<(String, String)> =
        (0..500).map(|number| (format!("X-{number}"), "1".to_owned())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(ask(served.address, "GET", "/api/v1/snapshots", &many, "").status, 431);
    for nonsense in ["\r\n\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/9.9\r\n\r\n"] {
        let mut stream = TcpStream::connect(served.address).expect("connected");
        stream.write_all(nonsense.as_bytes()).expect("sent");
        stream.shutdown(std::net::Shutdown::Write).expect("shut");
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        assert!(reply.is_empty() || reply.starts_with(b"HTTP/1.1 400"), "{nonsense:?}");
    }
    assert_eq!(get(served.address, "/api/v1/snapshots").status, 200);
}

#[test]
fn who_is_slow_is_let_go() {
    let patience = Duration::from_millis(300);
    let served = serve(Hub::sizeable(10), Settings { patience, ..Settings::default() });
    let mut stream = TcpStream::connect(served.address).expect("connected");
    let begun = Instant::now();
    // A letter at a time, so that there is always something new.
    let is_let_go = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        stream.write_all(b"G").and_then(|()| stream.flush()).is_err()
    });
    assert!(is_let_go && begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn idle_connections_hold_up_nobody() {
    let served = small();
    let idle: Vec<TcpStream> =
        (0..500).map(|_| TcpStream::connect(served.address).expect("connected")).collect();
    assert_eq!(get(served.address, "/api/v1/snapshots").status, 200);
    drop(idle);
}

#[test]
fn a_new_view_is_put_in_place_while_requests_run() {
    let hub = Hub::sizeable(60);
    let served = serve(hub.clone(), Settings::default());
    let (address, current) = (served.address, &served.explorer.current);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for path in ["models?limit=50", "models/gpt2/lineage", "impact?model=gpt2", "top"].repeat(10)
                {
                    let reply = get(address, &format!("/api/v1/{path}"));
                    assert_eq!(reply.status, 200, "{path}: {reply:?}");
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for number in 0..20 {
            current.replace(Arc::new(hub.view(&format!("view-{number}"))));
        }
    });
    assert_eq!((done.into_inner(), current.swaps()), (160, 20));
    let metrics = get(address, "/metrics").text();
    assert!(metrics.contains("lineal_snapshot_swaps 20"), "{metrics}");
}

#[test]
fn a_request_that_runs_is_answered_before_the_server_ends() {
    let mut served = small();
    let _idle = TcpStream::connect(served.address).expect("connected");
    let mut stream = TcpStream::connect(served.address).expect("connected");
    let host = served.address.to_string();
    let body = r#"{"query": "SELECT slowly"}"#;
    let head = format!(
        "POST /api/v1/sql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(150));
    let begun = Instant::now();
    served.stop();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("answered and closed");
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    served.join();
    assert!(begun.elapsed() < Duration::from_secs(5), "idle connections are not waited for");
    assert!(TcpStream::connect(served.address).is_err());
}

#[test]
fn what_was_asked_is_told_in_a_line_and_counted_under_few_labels() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = {
        let told = Arc::clone(&told);
        move |request: &lineal_web::serve::log::Request| {
            let line = serde_json::to_string(request).expect("JSON");
            told.lock().expect("not poisoned").push(line);
        }
    };
    let served = serve(Hub::sizeable(10), Settings { log: Some(Arc::new(log)), ..Settings::default() });
    get(served.address, "/api/v1/models/gpt2/impact?limit=1");
    get(served.address, &format!("/{}", "secret/".repeat(100)));
    for number in 0..30 {
        get(served.address, &format!("/api/v1/made/up/{number}"));
    }
    let told = std::mem::take(&mut *told.lock().expect("not poisoned"));
    let first: Value = serde_json::from_str(&told[0]).expect("JSON");
    assert_eq!(first["route"], "/api/v1/models/{owner}/{name}/impact");
    assert_eq!((&first["path"], &first["status"]), (&"/api/v1/models/gpt2/impact".into(), &200.into()));
    assert!(told.iter().all(|line| !line.contains("limit") && line.len() < 600), "{told:?}");
    let metrics = get(served.address, "/metrics").text();
    let series = metrics.lines().filter(|line| line.starts_with("lineal_http_requests_total"));
    assert_eq!(series.count(), 3, "{metrics}");
}

#[test]
fn the_description_is_of_the_routes_that_there_are() {
    let served = small();
    served.hub.work_out(&served.explorer.current.get());
    let description = get(served.address, "/api/v1/openapi.json").json();
    assert_eq!(description["openapi"], "3.1.0");
    let required =
        [("model", "gpt2"), ("from", "gpt2"), ("to", "gpt2"), ("a", "gpt2"), ("b", "gpt2"), ("q", "gpt")];
    for (path, operations) in description["paths"].as_object().expect("paths") {
        let (method, operation) = operations.as_object().expect("operations").iter().next().expect("one");
        let path = path.replace("{owner}", "openai-community").replace("{name}", "gpt2");
        let parameters = operation["parameters"].as_array().expect("parameters").iter();
        let parameters =
            parameters.filter(|parameter| parameter["required"] == true && parameter["in"] == "query");
        let query: Vec<String> = parameters
            .map(|parameter| {
                let name = parameter["name"].as_str().expect("a name");
                let value =
                    required.iter().find(|(known, _)| *known == name).map_or("gpt2", |(_, value)| value);
                format!("{name}={value}")
            })
            .collect();
        let asked = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let reply = ask(served.address, &method.to_uppercase(), &asked, &[], "");
        let described = operation["responses"].get(reply.status.to_string());
        assert!(described.is_some(), "{asked} answers {}", reply.status);
        let references = operation.to_string();
        for reference in references.split("\"#/components/").skip(1) {
            let pointer = format!("/components/{}", reference.split('"').next().unwrap_or_default());
            assert!(description.pointer(&pointer).is_some(), "{pointer}");
        }
    }
}

#[test]
fn every_answer_is_kept_from_doing_harm() {
    let served = small();
    for path in ["/", "/audit", "/nothing", "/api/v1/snapshots", "/api/v1/nothing", "/healthz", "/metrics"] {
        let reply = get(served.address, path);
        let policy = reply.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("connect-src 'self'"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
    }
    let audit = get(served.address, "/audit");
    assert!(audit.status == 404 && audit.text().contains("lineal serve --audit"), "{audit:?}");
    assert_eq!(ask(served.address, "GET", "/metrics", &[("Host", "10.0.0.7")], "").status, 200);
}
