//! Pages of a small hub that is made up.

use super::{clusters, compare, derived, home, model, report, search, top, visit::Visit, week};
use crate::serve::view::{Summary, View};
use axum::{
    body::to_bytes,
    http::{StatusCode, header},
    response::Response,
};
use lineal_core::{
    atlas::Atlas,
    date::SnapshotDate,
    evidence::{Claimed, EvidenceBuilder, Grounds},
    field::State,
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    profiles::ProfilesBuilder,
    record::{ModelRecord, Source},
    resolve::Resolution,
    search::Search,
    world::World,
};
use std::sync::Arc;

const MODELS: [&str; 4] = ["owner/root", "owner/fine", "owner/mix", "openai-community/gpt2"];
/// The name of a missing base.
const HOSTILE: &str = "=cmd()</title><script>alert(1)</script>\"'&\n";
/// Base, operation, derived model; 4 is the missing base.
const RELATIONS: [(u32, u8, u32); 3] = [(0, 0, 1), (1, 2, 2), (4, 2, 2)];

fn view() -> Arc<View> {
    let snapshot = SnapshotDate::new(2025, 6, 25).expect("a day");
    let mut ids = IdsBuilder::new(1);
    for name in MODELS.iter().chain([&HOSTILE]) {
        ids.insert(name).expect("short").expect("new");
    }
    let relations = RELATIONS.map(|(base, operation, derived)| Relation { base, derived, operation });
    let mut evidence = EvidenceBuilder::default();
    for _ in RELATIONS {
        evidence.push(&Grounds {
            operation_inferred: false,
            resolution: Some(Resolution::Exact),
            claims: vec![Claimed { source: Source::Card, named: Some(HOSTILE.to_owned()), operation: None }],
        });
    }
    let mut profiles = ProfilesBuilder::default();
    for name in MODELS {
        profiles.push(&ModelRecord::named(name.parse().expect("a name")), [State::Unclear; 5]);
    }
    let world = World {
        snapshot,
        ids: ids.finish(),
        graph: Graph::new(MODELS.len(), 1, &relations, Operation::NAMED.to_vec()),
        downloads: vec![10, 20, 30, 40].into(),
        tasks: [Some("text-generation"), Some("<b>"), None, None].into_iter().collect(),
    };
    let search = Search::build(&world, MODELS.iter().map(|_| Vec::new())).expect("a small index");
    let atlas = Atlas::new(world, profiles.finish(), evidence.finish()).expect("one size");
    Arc::new(View {
        id: "test".to_owned(),
        source: "Made up".to_owned(),
        snapshots: vec![Summary { snapshot, models: 4, relations: 3 }],
        ..View::of(Arc::new(atlas), search)
    })
}

fn at(address: &str, name: &str) -> Visit {
    Visit::at(view(), address, name)
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Checks that a page is there and that nothing in it is markup that should be text; returns it.
async fn check(response: Response) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    let page = text(response).await;
    assert!(!page.replace("<script src=\"/", "").contains("<script"), "{page}");
    assert_eq!(page.matches("<h1").count(), 1, "{page}");
    assert!(!page.contains(" style=") && !page.contains("<b>"), "{page}");
    page
}

#[tokio::test]
async fn the_search_page_is_a_box_and_a_word_of_advice() {
    let page = check(search::show(at("/search", "")).await).await;
    let expected = r##"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>Search · lineal</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/explorer.css">
<script src="/explorer.js" type="module"></script>
</head>
<body class="explorer">
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="/">lineal</a>
<form class="seek" role="search" action="/search">
<label class="unseen" for="q">Search models by name, owner or tag</label>
<input id="q" name="q" type="search" value="" placeholder="Model, owner or tag" maxlength="200" spellcheck="false" autocapitalize="none" autocomplete="off">
<button>Search</button>
</form>
<nav aria-label="Explorer">
<ul>
<li><a href="/">Overview</a></li>
<li><a href="/clusters">Clusters</a></li>
<li><a href="/top">Rankings</a></li>
<li><a href="/week">Week</a></li>
<li><a href="/compare">Compare</a></li>
<li><a href="/report">Report</a></li>
<li><a href="/about">About</a></li>
</ul>
</nav>
</header>
<main id="content">
<h1>Search</h1>
<p class="introduction" role="status">Type words of a model’s name, its owner, or a tag. A word may be the beginning of a longer one, or have a typing error.</p>
</main>
<footer>
<p>Snapshot of <time datetime="2025-06-25">2025-06-25</time>. Made up</p>
</footer>
</body>
</html>"##;
    assert_eq!(page, expected);
}

#[tokio::test]
async fn an_audit_is_among_the_parts_where_there_is_one() {
    let link = r#"<li><a href="/audit">Audit</a></li>"#;
    let without = check(search::show(at("/search", "")).await).await;
    let mut visit = at("/search", "");
    visit.has_audit = true;
    let with = check(search::show(visit).await).await;
    assert_eq!([without.contains(link), with.contains(link)], [false, true]);
}

#[tokio::test]
async fn the_owners_of_all_models_are_counted() {
    let page = check(home::show(at("/", "")).await).await;
    let owners = page.split("Owners</dt>").nth(1).expect("a figure");
    assert!(owners.trim_start().starts_with("<dd><span class=\"value\">2</span>"), "{owners:.200}");
}

#[tokio::test]
async fn names_and_words_of_a_hub_are_text_on_every_page() {
    check(home::show(at("/", "")).await).await;
    check(clusters::list(at("/clusters", "")).await).await;
    check(clusters::show(at("/clusters/owner/root", "owner/root")).await).await;
    check(top::show(at("/top?by=reach", "")).await).await;
    check(week::show(at("/week", "")).await).await;
    check(search::show(at("/search?q=%3Cscript%3E", "")).await).await;
    check(derived::show(at("/derived?of=all", "owner/root")).await).await;
    check(compare::show(at("/compare?a=owner%2Fmix&b=%3Cscript%3E", "")).await).await;
    check(compare::show(at("/compare?a=owner%2Fmix&b=owner%2Froot", "")).await).await;
    check(model::show(at("/models/owner/root", "owner/root")).await).await;
}

#[tokio::test]
async fn a_model_says_what_it_was_made_from_and_what_says_so() {
    let page = check(model::show(at("/models/owner/mix", "owner/mix")).await).await;
    assert!(page.contains("<h1 class=\"name\">owner/mix</h1>"), "{page}");
    assert!(page.contains("<a href=\"/models/owner/fine\">owner/fine</a>"), "{page}");
    let hostile = "/models/%3Dcmd%28%29%3C%2Ftitle%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22%27%26%0A";
    assert!(page.contains(&format!("<a href=\"{hostile}\">")), "{page}");
    assert!(page.contains("Named in the card, as <q>"), "{page}");
}

#[tokio::test]
async fn a_missing_base_has_a_page_with_what_hangs_on_it() {
    let page = check(model::show(at("/models/x", HOSTILE)).await).await;
    assert!(page.contains("Missing base"), "{page}");
    assert!(page.contains("<a href=\"/models/owner/mix\">owner/mix</a>"), "{page}");
    assert!(!page.contains("badge.svg"), "{page}");
}

#[tokio::test]
async fn another_name_of_a_model_leads_to_its_own() {
    let check = |response: Response, expected: &str| {
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()[header::LOCATION], expected);
    };
    check(model::show(at("/models/x", "OWNER/Root")).await, "/models/owner/root");
    check(model::show(at("/models/x", "gpt2")).await, "/models/openai-community/gpt2");
    check(derived::show(at("/derived?name=GPT2", "GPT2")).await, "/models/openai-community/gpt2/derived");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_not_found() {
    let response = model::show(at("/models/x", "<script>/x")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let page = text(response).await;
    assert!(page.contains("<strong class=\"name\">&#60;script&#62;/x</strong>"), "{page}");
    let response = model::show(at("/models/x", &"x".repeat(10_000))).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_table_is_sent_alone_in_the_order_that_was_asked_for() {
    let address = "/derived?of=all&table=descendants&sort=downloads&as=csv";
    let response = derived::show(at(address, "owner/root")).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let expected = "id,distance,downloads,task,license,derived\r\n\
        owner/mix,2,30,,,0\r\n\
        owner/fine,1,20,<b>,,1\r\n";
    assert_eq!(text(response).await, expected);
    let nowhere = derived::show(at("/derived?table=nothing&as=json", "owner/root")).await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_being_worked_out_says_so() {
    let response = report::show(at("/report/index.html", "index.html")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    let page = check(week::show(at("/week", "")).await).await;
    assert!(page.contains("What broke: being worked out."), "{page}");
}
