//! What comes over the wire from a simulated hub?

use flate2::read::GzDecoder;
use lineal_core::date::SnapshotDate;
use lineal_hubsim::{
    Hub, Options,
    server::{Evolution, Limits, Server, Settings},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};
use tokio::runtime::Runtime;

/// A hub that answers as long as the test runs.
struct Served {
    address: SocketAddr,
    _runtime: Runtime,
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn options(models: usize) -> Options {
    Options::new(1, models, 1, SnapshotDate::new(2026, 10, 5).expect("a date"))
}

fn settings(models: usize) -> Settings {
    Settings { page: 100, tokens: vec!["hf_known".to_owned()], ..Settings::new(options(models)) }
}

fn serve(settings: Settings) -> Served {
    let runtime = Runtime::new().expect("a runtime");
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = runtime.block_on(Server::bind(any, settings)).expect("a server");
    let address = server.address();
    runtime.spawn(server.run());
    Served { address, _runtime: runtime }
}

impl Served {
    fn get(&self, path: &str) -> Answer {
        self.ask(path, "").expect("an answer")
    }

    /// Returns what `GET` brings, or how it failed.
    fn ask(&self, path: &str, headers: &str) -> io::Result<Answer> {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address);
        exchange(self.address, &request)
    }

    fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    /// Walks a list as it is linked, and returns its items and how many pages they were on.
    fn walk(&self, path: &str) -> (Vec<Value>, usize) {
        let (mut items, mut pages, mut next) = (Vec::new(), 0, Some(path.to_owned()));
        while let Some(path) = next {
            let answer = self.get(&path);
            items.extend(answer.json().as_array().expect("a list").iter().cloned());
            next = answer.next_path(self.address);
            pages += 1;
        }
        (items, pages)
    }
}

fn exchange(address: SocketAddr, request: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(request.as_bytes())?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status =
        line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_owned(), value.to_owned());
    }
    let mut body = Vec::new();
    reader.read_to_end(&mut body)?;
    let promised = headers.get("content-length").and_then(|length| length.parse().ok());
    if promised.is_some_and(|length: usize| length != body.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Answer { status, headers, body })
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn next_path(&self, address: SocketAddr) -> Option<String> {
        let link = self.headers.get("link")?;
        let url =
            link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link");
        Some(url.strip_prefix(&format!("http://{address}")).expect("of this hub").to_owned())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ids(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| text(&item["id"])).collect()
}

#[test]
fn a_walk_says_what_a_generated_listing_says() {
    let served = serve(settings(1_050));
    let fields = [
        "author",
        "createdAt",
        "lastModified",
        "sha",
        "likes",
        "downloads",
        "downloadsAllTime",
        "tags",
        "pipeline_tag",
        "library_name",
        "gated",
        "private",
        "cardData",
        "baseModels",
        "config",
        "safetensors",
        "siblings",
    ];
    let expand: Vec<String> = fields.iter().map(|field| format!("expand[]={field}")).collect();
    let (walked, pages) = served.walk(&format!("/api/models?{}&limit=100", expand.join("&")));
    assert_eq!(pages, 11);
    let mut listing = Vec::new();
    Hub::new(&options(1_050)).write_listing(&mut listing).expect("memory takes all");
    let listing = String::from_utf8(listing).expect("text");
    let mut listed: Vec<Value> =
        listing.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    listed.dedup();
    assert_eq!(walked, listed);
}

#[test]
fn a_recorded_listing_is_served_as_it_is() {
    let mut listing = Vec::new();
    Hub::new(&options(500)).write_listing(&mut listing).expect("memory takes all");
    let path = std::env::temp_dir().join(format!("recorded-{}.jsonl", std::process::id()));
    std::fs::write(&path, &listing).expect("a file");
    let recorded = serve(Settings { listing: Some(path.clone()), ..settings(1) });
    std::fs::remove_file(path).expect("it was there");
    let made_up = serve(settings(500));
    for query in
        ["expand=sha&expand=cardData", "author=openai-community", "filter=gguf", "search=a", "sort=likes"]
    {
        let path = format!("/api/models?{query}&expand=tags&limit=80");
        assert_eq!(recorded.walk(&path).0, made_up.walk(&path).0, "{query}");
    }
    let detail = "/api/models/openai-community/gpt2";
    assert_eq!(recorded.json(detail)["sha"], made_up.json(detail)["sha"]);
    assert_eq!(recorded.get("/api/models/GPT2").header("location"), detail);
    let commits = recorded.json(&format!("{detail}/commits/main"));
    assert_eq!(commits[0]["id"], recorded.json(detail)["sha"]);
    let file = recorded.get("/openai-community/gpt2/resolve/main/README.md");
    assert_eq!(recorded.get(file.header("location")).status, 200);
}

#[test]
fn every_order_is_complete_and_the_same_backwards() {
    let served = serve(settings(1_000));
    let everything: BTreeSet<String> = ids(&served.walk("/api/models").0).into_iter().collect();
    for sort in ["createdAt", "lastModified", "downloads", "likes", "trendingScore"] {
        let down = ids(&served.walk(&format!("/api/models?sort={sort}&limit=70")).0);
        let mut up = ids(&served.walk(&format!("/api/models?sort={sort}&direction=1&limit=90")).0);
        up.reverse();
        assert_eq!(down, up, "{sort}");
        assert_eq!(down.into_iter().collect::<BTreeSet<String>>(), everything, "{sort}");
    }
    assert_eq!(served.get("/api/models?sort=beauty").status, 400);
    assert_eq!(served.get("/api/models?cursor=bm9uZQ==").status, 400);
}

#[test]
fn a_page_has_the_shape_of_the_hubs() {
    let served = serve(settings(500));
    let page = served.get("/api/models?limit=1");
    let expected = json!([{
        "_id": "621ffdc05eed000100000000",
        "id": "distilbert/distilbert-base-uncased",
        "likes": page.json()[0]["likes"],
        "trendingScore": 0,
        "private": false,
        "downloads": page.json()[0]["downloads"],
        "tags": page.json()[0]["tags"],
        "pipeline_tag": page.json()[0]["pipeline_tag"],
        "library_name": "transformers",
        "createdAt": "2022-03-02T23:29:04.000Z",
        "modelId": "distilbert/distilbert-base-uncased",
    }]);
    assert_eq!(page.json(), expected);
    let cursor = "eyJfaWQiOnsiJGd0IjoiNjIxZmZkYzA1ZWVkMDAwMTAwMDAwMDAwIn19";
    let link = format!("<http://{}/api/models?limit=1&cursor={cursor}>; rel=\"next\"", served.address);
    assert_eq!(page.header("link"), link);

    let expanded = served.json("/api/models?expand=gated&expand%5B%5D=spaces&limit=1");
    let id = "distilbert/distilbert-base-uncased";
    assert_eq!(
        expanded,
        json!([{ "_id": "621ffdc05eed000100000000", "id": id, "gated": expanded[0]["gated"], "spaces": [] }])
    );
    let refused = served.get("/api/models?expand=baseModels&expand=downloadsLastYear");
    assert_eq!(refused.status, 400);
    assert!(text(&refused.json()["error"]).contains("\"downloads\"|\"downloadsAllTime\""));
}

#[test]
fn an_older_hub_has_no_bases_in_lists() {
    let served = serve(Settings { base_models: false, ..settings(100) });
    assert_eq!(served.get("/api/models?expand=baseModels").status, 400);
    let id = ids(&served.walk("/api/models").0)[0].clone();
    assert_eq!(served.get(&format!("/api/models/{id}?expand=baseModels")).status, 200);
}

#[test]
fn a_list_is_packed_for_those_who_can_unpack_it() {
    let served = serve(settings(300));
    let plain = served.get("/api/models");
    let packed = served.ask("/api/models", "Accept-Encoding: br, gzip\r\n").expect("an answer");
    assert_eq!(packed.header("content-encoding"), "gzip");
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.body.as_slice()).read_to_end(&mut unpacked).expect("gzip");
    assert!(unpacked == plain.body && packed.body.len() < plain.body.len() / 3);
}

#[test]
fn quotas_are_told_and_kept() {
    let limits = Limits { api: Some(2), resolvers: Some(9), ..Limits::default() };
    let served = serve(Settings { limits, ..settings(100) });
    // When the window ends depends on how long the test takes.
    let left = |answer: &Answer| {
        let (left, seconds) = answer.header("ratelimit").split_once(";t=").expect("both");
        assert!((290..=300).contains(&seconds.parse().expect("seconds")), "{seconds}");
        (answer.status, left.to_owned())
    };
    let told = |status: u16, left: u32| (status, format!("\"api\";r={left}"));
    let asked: Vec<(u16, String)> = (0..3).map(|_| left(&served.get("/api/models?limit=1"))).collect();
    assert_eq!(asked, [told(200, 1), told(200, 0), told(429, 0)]);
    let other = served.ask("/api/models/gpt2", "Authorization: Bearer hf_known\r\n").expect("an answer");
    assert_eq!(left(&other), told(307, 1));
    let stranger = served.ask("/api/models/gpt2", "Authorization: Bearer hf_other\r\n").expect("an answer");
    assert_eq!(left(&stranger), told(429, 0));
    let file = served.get("/openai-community/gpt2/resolve/main/README.md");
    assert_eq!(file.header("ratelimit-policy"), "\"fixed window\";\"resolvers\";q=9;w=300");
}

#[test]
fn a_large_file_comes_from_elsewhere() {
    let served = serve(settings(100));
    let first = served.get("/openai-community/gpt2/resolve/main/model.safetensors");
    assert_eq!(first.status, 302);
    let (host, path) = first.header("location")["http://".len()..].split_once('/').expect("an address");
    let cdn = host.parse().expect("an address");
    let request =
        |headers: &str| format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    let whole = exchange(cdn, &request("")).expect("an answer");
    assert_eq!((whole.status, whole.body.len().to_string().as_str()), (200, first.header("x-linked-size")));
    let part = exchange(cdn, &request("Range: bytes=8-15\r\n")).expect("an answer");
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[8..16]));
    let leaked = exchange(cdn, &request("Authorization: Bearer hf_known\r\n")).expect("an answer");
    assert_eq!(leaked.status, 400);
}

#[test]
fn a_history_starts_with_the_hub_and_ends_with_the_model() {
    let served = serve(settings(100));
    let path = "/api/models/openai-community/gpt2";
    let details = served.json(path);
    let commits = served.json(&format!("{path}/commits/main"));
    assert_eq!((&commits[0]["id"], &commits[0]["date"]), (&details["sha"], &details["lastModified"]));
    assert_eq!(
        (&commits[1]["title"], &commits[1]["date"]),
        (&json!("initial commit"), &details["createdAt"])
    );
    assert_eq!(commits[1]["authors"], json!([{ "user": "system" }]));
    let page = served.get(&format!("{path}/commits/main?limit=1"));
    assert_eq!(page.header("x-total-count"), "2");
    let next = page.next_path(served.address).expect("another page");
    assert_eq!(served.json(&next)[0], commits[1]);
}

#[test]
fn a_history_grows_and_its_past_stays() {
    let list = "/api/models?expand=sha&expand=lastModified&expand=createdAt&expand=gated&limit=100";
    let before = serve(settings(3_000)).walk(list).0;
    let served = serve(Settings { evolution: Evolution::EveryRequests(1), ..settings(3_000) });
    let after: BTreeMap<String, Value> =
        served.walk(list).0.into_iter().map(|item| (text(&item["_id"]), item)).collect();
    let is_edited = |old: &&Value| {
        let new = after.get(&text(&old["_id"]));
        new.is_some_and(|new| new["sha"] != old["sha"] && new["id"] == old["id"] && new["gated"] == false)
    };
    let mut histories = 0;
    for old in before.iter().filter(is_edited) {
        let answer = served.get(&format!("/api/models/{}/commits/main", text(&old["id"])));
        let commits = if answer.status == 200 { answer.json() } else { json!([]) };
        let commits = commits.as_array().expect("a list");
        if commits.last().is_none_or(|first| first["date"] != old["createdAt"]) {
            continue; // weeks go on passing: it is gone by now, or another model has its name
        }
        let then = commits.iter().find(|commit| commit["id"] == old["sha"]);
        assert_eq!(then.expect("the old commit")["date"], old["lastModified"]);
        histories += 1;
    }
    assert!(histories > 5, "{histories}");
}

#[test]
fn whatever_goes_wrong_a_patient_client_gets_through() {
    for fault in
        ["storm", "retry-after", "error", "reset", "truncated-gzip", "wrong-length", "garbage", "short-json"]
    {
        let plan = format!("{fault}=1.0").parse().expect("a plan");
        let served = serve(Settings { faults: vec![plan], ..settings(300) });
        let mut failures = 0;
        loop {
            let answer = served.ask("/api/models?limit=50", "Accept-Encoding: gzip\r\n");
            if answer.is_ok_and(|answer| is_right(&answer)) {
                break;
            }
            failures += 1;
            assert!(failures < 10, "{fault} never ends");
        }
        assert_eq!(failures, 3, "{fault}");
    }
}

#[test]
fn a_log_has_every_request_and_no_token() {
    let path = std::env::temp_dir().join(format!("requests-{}.jsonl", std::process::id()));
    let served = serve(Settings { log: Some(path.clone()), ..settings(100) });
    served.ask("/api/models?limit=1", "Authorization: Bearer hf_known\r\n").expect("an answer");
    served.get("/api/models/nobody/nothing");
    let log = std::fs::read_to_string(&path).expect("a log");
    std::fs::remove_file(path).expect("it was there");
    assert!(!log.contains("hf_known"), "{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let line = |path: &str, status: u16, bytes: &Value, authorized: bool| {
        json!({
            "time": null, "origin": "hub", "method": "GET", "path": path, "status": status, "bytes": bytes,
            "authorized": authorized,
        })
    };
    let expected = [
        line("/api/models?limit=1", 200, &lines[0]["bytes"], true),
        line("/api/models/nobody/nothing", 401, &json!(41), false),
    ];
    let timeless = |mut line: Value| {
        line["time"] = Value::Null;
        line
    };
    assert_eq!(lines.into_iter().map(timeless).collect::<Vec<_>>(), expected);
}

#[test]
fn a_reset_is_one() {
    let served = serve(Settings { faults: vec!["reset=1.0".parse().expect("a plan")], ..settings(300) });
    let failure = served.ask("/api/models", "").err().expect("no answer");
    assert_eq!(failure.kind(), io::ErrorKind::ConnectionReset);
}

/// Whether an answer is a list, as far as a careful client can tell.
fn is_right(answer: &Answer) -> bool {
    let mut text = Vec::new();
    let is_whole = match answer.header("content-encoding") {
        "gzip" => GzDecoder::new(answer.body.as_slice()).read_to_end(&mut text).is_ok(),
        _ => text.write_all(&answer.body).is_ok(),
    };
    answer.status == 200
        && is_whole
        && serde_json::from_slice::<Value>(&text).is_ok_and(|page| page.is_array())
}

#[test]
fn pages_that_repeat_themselves_end_all_the_same() {
    let whole: BTreeSet<String> = ids(&serve(settings(1_000)).walk("/api/models").0).into_iter().collect();
    for fault in ["duplicate-page=1.0", "overlap=0.5"] {
        let served = serve(Settings { faults: vec![fault.parse().expect("a plan")], ..settings(1_000) });
        let met = ids(&served.walk("/api/models").0);
        assert!(met.len() > whole.len(), "{fault}");
        assert_eq!(met.into_iter().collect::<BTreeSet<String>>(), whole, "{fault}");
    }
    let served = serve(Settings { faults: vec!["vanish=1.0".parse().expect("a plan")], ..settings(1_000) });
    assert!(served.walk("/api/models").0.len() < whole.len());
}

#[test]
fn weeks_pass_while_a_list_is_read() {
    let served = serve(Settings { evolution: Evolution::EveryRequests(2), ..settings(3_000) });
    let walked = served.walk("/api/models?expand=sha").0;
    let distinct: BTreeSet<String> = walked.iter().map(|item| text(&item["_id"])).collect();
    assert_eq!(distinct.len(), walked.len(), "a model is met once in order of creation");
    assert!(walked.len() > 3_000, "models that came during the walk are met at its end");
}
