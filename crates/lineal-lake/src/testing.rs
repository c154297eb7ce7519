//! Lakes for tests: a folder of their own, with snapshots of a few models.

use crate::{
    answer::{self, Form},
    manifest::{MANIFEST, MODELS},
    scan::scan,
    schema,
    sql::Tables,
    store::Lake,
    write::{Options, Published, SnapshotWriter, table::Table},
};
use arrow::array::RecordBatch;
use lineal_core::{date::SnapshotDate, model_id::HubId, record::ModelRecord, resolve::Resolve};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub struct TestLake {
    folder: TempDir,
    pub lake: Lake,
}

impl TestLake {
    pub fn new() -> TestLake {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let lake = Lake::open(&data.display().to_string(), &folder.path().join("cache")).expect("a lake");
        TestLake { folder, lake }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn writer(&self, date: &str) -> SnapshotWriter<'_> {
        let options = Options {
            date: day(date),
            resolve: Resolve::Lenient,
            imported_at: "2025-01-01T00:00:00Z".into(),
            source: vec!["a test".into()],
            crawl: None,
        };
        SnapshotWriter::new(&self.lake, options).expect("a writer")
    }

    pub fn write(&self, date: &str, records: &[ModelRecord]) -> Published {
        let mut writer = self.writer(date);
        records.iter().for_each(|record| writer.push(record).expect("taken in"));
        writer.finish().expect("published")
    }

    /// Writes a snapshot of models given as `name`, `name@commit` or `name#identity@commit`.
    pub fn models(&self, date: &str, models: &[&str]) {
        let records: Vec<ModelRecord> = models.iter().map(|text| record(text)).collect();
        self.write(date, &records);
    }

    /// Makes a snapshot what it would have been before models had clues.
    pub fn age(&self, date: &str) {
        let folder = self.path("data").join(date);
        let (models, aged) = (folder.join(MODELS), folder.join("aged"));
        let schema = schema::models_of(1);
        let mut table = Table::create(aged.clone(), schema.clone()).expect("created");
        for batch in scan(&models, &schema::MODELS, &[], None).expect("opened") {
            let batch = batch.expect("read");
            let columns = schema.fields().iter().map(|field| batch.column_by_name(field.name()).cloned());
            let columns = columns.map(|column| column.expect("a column")).collect();
            table.write(&RecordBatch::try_new(schema.clone(), columns).expect("laid out")).expect("written");
        }
        table.close().expect("written");
        fs::rename(&aged, &models).expect("renamed");
        let manifest = folder.join(MANIFEST);
        let json = fs::read(&manifest).expect("read");
        let mut json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        json["format"] = 1.into();
        json["files"][MODELS] = models.metadata().expect("there").len().into();
        fs::write(&manifest, json.to_string()).expect("written");
    }

    /// Answers a query as CSV.
    pub fn sql(&self, query: &str) -> String {
        let tables = Tables::open(&self.lake).expect("tables");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let mut out = Vec::new();
        runtime.block_on(async {
            let answer = tables.query(query).await.expect("a query");
            answer::write(answer, Form::Csv, &mut out).await.expect("an answer");
        });
        String::from_utf8(out).expect("text")
    }
}

pub fn day(date: &str) -> SnapshotDate {
    date.parse().expect("a date")
}

/// A model given as `name`, `name@commit` or `name#identity@commit`; both are a digit.
pub fn record(text: &str) -> ModelRecord {
    let digit = |text: &str| text.parse::<u8>().expect("a digit");
    let (name, commit) = text.split_once('@').map_or((text, None), |(name, commit)| (name, Some(commit)));
    let (name, identity) = name.split_once('#').map_or((name, None), |(name, id)| (name, Some(id)));
    let mut record = ModelRecord::named(name.parse().expect("a name"));
    record.sha = commit.map(|commit| [digit(commit); 20]);
    record.hub_id = identity.map(|identity| HubId([digit(identity); 12]));
    record
}

/// The names in a folder, sorted.
pub fn inside(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
