//! The pages of `lineal serve` in a real browser: what people do with them, on wide and narrow screens, light
//! and dark.
//!
//! They need Chromium and its WebDriver (Debian's `chromium` and `chromium-driver`). With `LINEAL_TEST_AXE`, the
//! path of axe-core's `axe.min.js`, every page is checked against WCAG 2.2 AA too; with `LINEAL_SCREENSHOTS`, a
//! folder, a picture of each main page is put there:
//!
//!     LINEAL_SCREENSHOTS=pictures cargo test --workspace --test it browser::

mod driver;

use crate::support::{Lineal, Served, skip};
use driver::Browser;
use serde_json::{Value, json};
use std::{env, path::PathBuf};

const WIDE: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (360, 740);

/// The rules of axe that make up WCAG 2.2 AA.
const WCAG: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Two weeks of a hub with a large family, a wide merge, a cycle, and names that mean harm.
fn hub(week: u64) -> String {
    let mut models = Vec::new();
    let mut add = |id: &str, downloads: u64, tags: Vec<String>| {
        models.push(json!({
            "id": id, "downloads": downloads, "likes": downloads / 10, "pipeline_tag": "text-generation",
            "createdAt": "2025-05-01T00:00:00.000Z", "tags": tags,
        }));
    };
    add("lab/base-7B", 90_000 + week, vec!["license:apache-2.0".into(), "llama".into()]);
    let from = |operation: &str, base: &str| format!("base_model:{operation}:{base}");
    for at in 0..1_200 {
        let operation = ["quantized", "adapter", "finetune"][at % 3];
        add(
            &format!("owner-{}/base-7B-{operation}-{at}", at % 40),
            at as u64,
            vec![from(operation, "lab/base-7B")],
        );
    }
    let tuned: Vec<String> =
        (2..197).step_by(3).map(|at| format!("owner-{}/base-7B-finetune-{at}", at % 40)).collect();
    add("mix/of-65", 77, tuned.iter().map(|base| from("merge", base)).collect());
    add("mix/of-65-GGUF", 7, vec![from("quantized", "mix/of-65"), "gguf".into()]);
    add("loop/one", 3, vec![from("finetune", "loop/two")]);
    add("loop/two", 2, vec![from("finetune", "loop/one")]);
    add(
        "eve/evil",
        1,
        vec![from("finetune", "\"><script>document.title='harmed'</script><img src=x onerror=alert(1)>")],
    );
    if week == 0 {
        add("gone/base", 50, Vec::new());
    }
    add("left/behind", 40, vec![from("finetune", "gone/base")]);
    models.iter().map(|model| model.to_string() + "\n").collect()
}

/// A server of that hub, and a browser in front of it; nothing where there is no browser.
fn visit((width, height): (u32, u32), dark: bool) -> Option<(Lineal, Served, Browser)> {
    let Some(browser) = Browser::start(width, height, dark) else {
        skip("there is no chromedriver; Debian has it as `chromium-driver`");
        return None;
    };
    let lineal = Lineal::new();
    for (week, date) in (0..).zip(["2026-01-01", "2026-01-08"]) {
        lineal.write("models.jsonl", hub(week));
        lineal.answer(&["import", "models.jsonl", "--date", date]);
    }
    let served = Served::explorer(&lineal, &[]);
    let visit = (lineal, served, browser);
    wait_until_worked_out(&visit.2, &at(&visit.1, "/"));
    Some(visit)
}

/// Looks at the home page until nothing on it is still being worked out.
fn wait_until_worked_out(browser: &Browser, home: &str) {
    for _ in 0..100 {
        browser.open(&home.replace("/?", "/readyz?"));
        browser.open(home);
        let waits = browser.run("return document.body.textContent.includes('being worked out')", json!([]));
        if waits == json!(false) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    panic!("it is never worked out");
}

fn at(served: &Served, path: &str) -> String {
    format!("{}{path}", served.address.trim_end_matches('/'))
}

/// Fails if a page complained about anything, or asked anybody else.
fn was_quiet(browser: &Browser, served: &Served) {
    assert_eq!(browser.complaints(), [""; 0]);
    let own = served.address.trim_end_matches('/').to_owned();
    let foreign = |address: &String| !address.starts_with(&own) && !address.starts_with("data:");
    let foreign: Vec<String> = browser.requests().into_iter().filter(foreign).collect();
    assert_eq!(foreign, [""; 0], "requests to others");
}

#[test]
fn somebody_searches_opens_unfolds_and_zooms() {
    let Some((_lineal, served, browser)) = visit(WIDE, false) else { return };
    browser.open(&at(&served, "/"));
    browser.find("#q").write("base 7b finetnue 5");
    browser.until("return !!document.querySelector('[role=listbox]:not([hidden]) [role=option]')");
    // The arrow down chooses the first, Enter goes there.
    browser.press("\u{e015}\u{e007}");
    browser.until("return location.pathname.startsWith('/models/')");
    browser.find("h1");
    browser.open(&at(&served, "/search?q=mix+65"));
    browser.find("main table a[href='/models/mix/of-65']").click();
    browser.until("return location.pathname == '/models/mix/of-65'");
    assert!(browser.count(".lineage svg a") > 10, "a merge of 65 is drawn");

    // A fold opens with the keyboard: it is a link.
    browser.open(&at(&served, "/models/lab/base-7B"));
    let before = browser.count(".lineage svg a");
    browser.run("document.querySelector('.lineage svg a[href^=\"?open=\"]').focus()", json!([]));
    browser.press("\u{e007}");
    browser.until("return location.search.startsWith('?open=')");
    assert!(browser.count(".lineage svg a") > before, "a fold shows more");

    let width = || {
        browser.run("return document.querySelector('.lineage svg').getBoundingClientRect().width", json!([]))
    };
    let before = width().as_f64().expect("a number");
    browser.find(".lineage button[aria-label='Zoom in']");
    browser.run("document.querySelector('.lineage button[aria-label=\"Zoom in\"]').focus()", json!([]));
    browser.press("\u{e007}");
    assert!(width().as_f64().expect("a number") > before * 1.1, "the drawing grows");
    browser.run("document.querySelector('.lineage-view').focus()", json!([]));
    browser.press("0");
    assert!(width().as_f64().expect("a number") < before * 1.1, "and shrinks again");
    was_quiet(&browser, &served);
}

#[test]
fn somebody_sorts_downloads_and_compares() {
    let Some((_lineal, served, browser)) = visit(WIDE, false) else { return };
    browser.open(&at(&served, "/top?by=descendants"));
    let first = browser.texts("main tbody tr:first-child").join(" ");
    browser.find("main thead th:last-child a").click();
    browser.until("return location.search.includes('sort=')");
    browser.find("main thead th[aria-sort=ascending], main thead th[aria-sort=descending]");
    browser.find("main thead th[aria-sort=ascending] a, main thead th[aria-sort=descending] a").click();
    assert!(!first.is_empty());
    let fetch = "const done = arguments[1]; fetch(arguments[0]).then(r => r.text().then(t => done([r.status, r.headers.get('content-type'), t])))";
    for (kind, media) in [("CSV", "text/csv"), ("JSON", "application/json")] {
        let links = browser.run(
            "return [...document.querySelectorAll('main a[download]')].filter(a => a.textContent == arguments[0]).map(a => a.href)",
            json!([kind]),
        );
        let link = links[0].as_str().expect("a link").to_owned();
        let got = browser.run_until_done(fetch, json!([link]));
        assert_eq!(got[0], 200, "{link}");
        assert!(got[1].as_str().is_some_and(|kind| kind.starts_with(media)), "{got}");
        assert!(got[2].as_str().is_some_and(|text| text.contains("lab/base-7B")), "{got}");
    }
    browser.open(&at(&served, "/compare"));
    browser.find("input[name=a]").write("mix/of-65-GGUF");
    browser.find("input[name=b]").write("owner-3/base-7B-quantized-3");
    browser.find("form.compare button").click();
    browser.until("return location.search.includes('b=')");
    let ways = browser.texts(".way").join(" ");
    assert!(ways.contains("mix/of-65") && ways.contains("lab/base-7B"), "{ways}");
    was_quiet(&browser, &served);
}

#[test]
fn the_week_says_what_broke_and_hostile_names_stay_names() {
    let Some((_lineal, served, browser)) = visit(WIDE, false) else { return };
    browser.open(&at(&served, "/week"));
    let text = browser.texts("main").join(" ");
    assert!(text.contains("gone/base"), "{text}");
    browser.open(&at(&served, "/models/eve/evil"));
    assert!(browser.title().contains("eve/evil"), "{}", browser.title());
    assert_eq!(browser.count("main script, main img[src=x]"), 0);
    // The page of the missing base is asked for by its name, however that is written.
    browser.run(
        "[...document.querySelectorAll('main table a')].find(a => a.textContent.includes('<script>')).click()",
        json!([]),
    );
    browser.until("return document.querySelector('h1').textContent.includes('<script>')");
    assert!(!browser.title().starts_with("harmed"));
    was_quiet(&browser, &served);
}

#[test]
fn pages_fit_a_phone_and_a_dark_room_and_need_no_script() {
    let Some((_lineal, served, browser)) = visit(NARROW, true) else { return };
    for path in PAGES {
        browser.open(&at(&served, path));
        let overflow = browser.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
            json!([]),
        );
        assert_eq!(overflow, 0, "{path} is wider than a phone");
        let paper = browser.run("return getComputedStyle(document.body).backgroundColor", json!([]));
        let paper = paper.as_str().expect("a colour").to_owned();
        let first =
            paper.trim_start_matches("rgb(").split(',').next().and_then(|part| part.parse::<u32>().ok());
        assert!(first.is_some_and(|red| red < 80), "{path} is {paper} in the dark");
        accessible(&browser, path);
    }
    was_quiet(&browser, &served);
}

const PAGES: [&str; 11] = [
    "/",
    "/search?q=base",
    "/models/lab/base-7B",
    "/models/mix/of-65",
    "/models/loop/one",
    "/clusters",
    "/clusters/lab/base-7B",
    "/compare?a=mix/of-65&b=lab/base-7B",
    "/week",
    "/top",
    "/about",
];

#[test]
fn every_page_is_accessible() {
    let Some((_lineal, served, browser)) = visit(WIDE, false) else { return };
    for path in PAGES {
        browser.open(&at(&served, path));
        accessible(&browser, path);
        if let Some(folder) = env::var_os("LINEAL_SCREENSHOTS") {
            let name = path.trim_start_matches('/').replace(['/', '?', '&', '='], "-");
            let name = if name.is_empty() { "home".to_owned() } else { name };
            browser.picture(&PathBuf::from(folder).join(format!("{name}.png")));
        }
    }
    was_quiet(&browser, &served);
}

/// Fails if axe finds a violation on the page that is shown.
fn accessible(browser: &Browser, path: &str) {
    let Some(axe) = driver::script("LINEAL_TEST_AXE") else {
        return skip("`LINEAL_TEST_AXE` names no axe.min.js");
    };
    browser.run(&format!("{axe}; window.axe = window.axe || axe;"), json!([]));
    let found = browser.run_until_done(
        "const [tags, done] = arguments; \
         axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(r => done(r.violations), e => done(String(e)))",
        json!([WCAG]),
    );
    let violations = found.as_array().unwrap_or_else(|| panic!("{path}: {found}"));
    let said = |violation: &Value| {
        let nodes = violation["nodes"].as_array().into_iter().flatten();
        let nodes: Vec<String> =
            nodes.take(3).map(|node| format!("{} {}", node["target"], node["failureSummary"])).collect();
        format!("{}: {}\n  {}", violation["id"], violation["help"], nodes.join("\n  "))
    };
    let said: Vec<String> = violations.iter().map(said).collect();
    assert!(said.is_empty(), "{path}:\n{}", said.join("\n"));
}

#[test]
fn an_audit_is_answered_beside_the_explorer() {
    let Some(browser) = Browser::start(WIDE.0, WIDE.1, false) else {
        return skip("there is no chromedriver; Debian has it as `chromium-driver`");
    };
    let lineal = Lineal::new();
    lineal.write("models.jsonl", hub(0));
    lineal.answer(&["import", "models.jsonl", "--date", "2026-01-01"]);
    let frame = "SELECT id, downloads FROM models";
    lineal.answer(&[
        "audit",
        "sample",
        "--frame",
        frame,
        "--size",
        "3",
        "--annotators",
        "ann",
        "--out",
        "audit",
    ]);
    let served = Served::explorer(&lineal, &["--audit", "audit"]);
    browser.open(&at(&served, "/audit/by/ann/1"));
    for field in ["license", "performance", "template", "dataset", "dependency"] {
        browser.run("document.querySelector(`input[name=${arguments[0]}]`).click()", json!([field]));
    }
    browser.find("button[type=submit], form button").click();
    browser.until("return !location.pathname.endsWith('/1')");
    let sheet = std::fs::read_to_string(lineal.path("audit/ann.csv")).expect("a sheet");
    assert!(sheet.lines().nth(1).is_some_and(|row| row.contains("present")), "{sheet}");
    was_quiet(&browser, &served);
}
