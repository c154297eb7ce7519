use super::*;
use crate::testing::{TestLake, day, inside, record};

fn crawl() -> Crawled {
    Crawled {
        hub: "https://hub.example".into(),
        started_at: "2025-01-01T00:00:00Z".into(),
        finished_at: "2025-01-01T01:00:00Z".into(),
        pages: 3,
        requests: 4,
        resumed: 1,
        filters: vec!["gguf".into()],
        author: None,
        limit: Some(10),
        since: None,
        expand: Vec::new(),
        token: true,
    }
}

#[test]
fn a_crawl_is_kept_with_its_pages() {
    let lake = TestLake::new();
    std::fs::write(lake.path("pages"), "raw").expect("written");
    let mut writer = lake.writer("2025-01-01");
    writer.push(&record("a/x")).expect("taken in");
    for name in ["", ".hidden", "a/b", "models.parquet", "manifest.json", "graph.index", "lock"] {
        assert!(matches!(writer.keep(name, &lake.path("pages")), Err(WriteError::Kept { .. })), "{name}");
    }
    assert!(matches!(writer.keep("other", &lake.path("nowhere")), Err(WriteError::Lake(_))));
    writer.keep("pages.json.zst", &lake.path("pages")).expect("kept");
    writer.crawled(crawl());
    writer.finish().expect("published");
    std::fs::remove_file(lake.path("pages")).expect("removed");
    let manifest = lake.lake.manifest(day("2025-01-01")).expect("a manifest");
    assert_eq!(manifest.crawl, Some(crawl()));
    assert_eq!(manifest.files.get("pages.json.zst"), Some(&3));
    let folder = lake.path("data/2025-01-01");
    assert!(inside(&folder).contains(&"pages.json.zst".to_owned()));
    lake.models("2025-01-02", &["a/x"]);
    assert_eq!(
        lake.sql("SELECT snapshot, hub, started_at, finished_at FROM snapshots"),
        "snapshot,hub,started_at,finished_at\n\
         2025-01-01,https://hub.example,2025-01-01T00:00:00Z,2025-01-01T01:00:00Z\n2025-01-02,,,\n"
    );
}
