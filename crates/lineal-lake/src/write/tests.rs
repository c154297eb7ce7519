use super::*;
use crate::{
    diff::Diff,
    testing::{TestLake, day, inside, record},
};
use lineal_core::{
    change::{Kind, filter::Filter},
    clues::{CardPart, Clues, FileKind, Template},
    pairing::Renames,
};
use std::ops::ControlFlow;

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

/// Many models, with a licence and nothing else.
fn plain(models: usize) -> Vec<ModelRecord> {
    let of = |at: usize| ModelRecord { license: Some("mit".into()), ..record(&format!("a/model-{at}@1")) };
    (0..models).map(of).collect()
}

fn with_clues(record: &ModelRecord) -> ModelRecord {
    let clues = Clues {
        files: Some([FileKind::Card, FileKind::Gguf].into_iter().collect()),
        weight_file: Some("mine.Q4_0".into()),
        license_name: Some("own".into()),
        license_link: Some("LICENSE".into()),
        results: Some(0),
        template: Some(Template::Nowhere),
        card: Some([CardPart::Words].into_iter().collect()),
    };
    ModelRecord { clues, ..record.clone() }
}

fn read_back(lake: &TestLake, date: &str) -> Vec<ModelRecord> {
    let snapshot = lake.lake.snapshot(Some(day(date))).expect("a snapshot");
    snapshot.records().expect("records").map(|record| record.expect("a record")).collect()
}

#[test]
fn a_snapshot_of_the_first_format_has_no_clues_and_all_else() {
    let lake = TestLake::new();
    let models = plain(5);
    lake.write("2025-01-01", &models.iter().map(with_clues).collect::<Vec<_>>());
    lake.age("2025-01-01");
    assert_eq!(read_back(&lake, "2025-01-01"), models);
    assert_eq!(lake.sql("SELECT count(*) n, count(files) f, max(results) r FROM models"), "n,f,r\n5,0,\n");
    assert_eq!(lake.sql("SELECT id, template FROM models LIMIT 1"), "id,template\na/model-0,\n");
    lake.write("2025-01-08", &models.iter().map(with_clues).collect::<Vec<_>>());
    assert_eq!(
        lake.sql(
            "SELECT snapshot, files, weight_file, results, template, card FROM models WHERE id = 'a/model-0' \
             ORDER BY snapshot"
        ),
        "snapshot,files,weight_file,results,template,card\n\
         2025-01-01,,,,,\n2025-01-08,\"[card, gguf]\",mine.Q4_0,0,nowhere,[words]\n"
    );
}

#[test]
fn a_snapshot_may_be_stored_as_changes_to_one_of_the_first_format() {
    let lake = TestLake::new();
    let mut models = plain(2000);
    lake.write("2025-01-01", &models);
    lake.age("2025-01-01");
    models[7].license = None;
    models[1500] = with_clues(&models[1500]);
    models.remove(900);
    let published = lake.write("2025-01-08", &models);
    assert_eq!(published.manifest.changes_to.map(|to| to.date), Some("2025-01-01".into()));
    assert_eq!(read_back(&lake, "2025-01-08"), models);
    assert_eq!(
        lake.sql("SELECT snapshot, count(*) n, count(files) f FROM models GROUP BY 1 ORDER BY 1"),
        "snapshot,n,f\n2025-01-01,2000,0\n2025-01-08,1999,1\n"
    );
    let snapshot = |date| lake.lake.snapshot(Some(day(date))).expect("a snapshot");
    let diff = Diff::open(&snapshot("2025-01-01"), &snapshot("2025-01-08"), Renames::On).expect("opened");
    let mut changes: Vec<(Kind, String)> = Vec::new();
    let end = diff.each(&Filter::default(), |change| {
        changes.push((change.kind, change.model.to_owned()));
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end.expect("read"), ControlFlow::Continue(()));
    assert_eq!(changes, [(Kind::License, "a/model-7".into()), (Kind::Deleted, "a/model-900".into())]);
    // So may one of the first format itself.
    lake.age("2025-01-08");
    models[1499].clues = Clues::default();
    assert_eq!(read_back(&lake, "2025-01-08"), models);
}

#[test]
fn a_listing_that_first_says_more_of_most_models_is_stored_in_full() {
    let lake = TestLake::new();
    let models = plain(2000);
    lake.write("2025-01-01", &models);
    lake.age("2025-01-01");
    let models: Vec<ModelRecord> = models.iter().map(with_clues).collect();
    assert_eq!(lake.write("2025-01-08", &models).manifest.changes_to, None);
    assert_eq!(read_back(&lake, "2025-01-08"), models);
    let published = lake.write("2025-01-15", &models);
    assert_eq!(published.manifest.changes_to.map(|to| to.date), Some("2025-01-08".into()));
    assert_eq!(read_back(&lake, "2025-01-15"), models);
}
