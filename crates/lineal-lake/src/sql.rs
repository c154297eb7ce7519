//! What does a question in SQL answer, over all snapshots at once?
//!
//! Tables `models`, `relations`, `commits`, `cards`, `files`, `readings` and `snapshots`, and
//! `evaluations`, `measures` and `items`, which belong to no snapshot; read-only. A condition on `snapshot` keeps the other snapshots unread.

mod details;
mod evaluations;
mod models;
mod relations;
mod table;

use crate::{
    manifest::Manifest,
    snapshot::{ReadError, Snapshot},
    store::{Lake, LakeError},
};
use arrow::{
    array::{ArrayRef, RecordBatch, StringArray, UInt64Array},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use datafusion::{
    datasource::MemTable,
    error::DataFusionError,
    execution::{
        SendableRecordBatchStream,
        context::{SQLOptions, SessionConfig, SessionContext},
        runtime_env::RuntimeEnvBuilder,
    },
};
use lineal_core::{date::SnapshotDate, reading::Detail};
use std::sync::Arc;
use table::Table;

/// How much memory one query may take before it spills to disk or fails, unless it is said otherwise.
const MEMORY: usize = 8 << 30;

#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("cannot answer the query")]
    Query(#[from] DataFusionError),
}

/// All snapshots of a lake, as tables.
pub struct Tables {
    context: SessionContext,
}

impl Tables {
    /// Opens the tables of a lake as it is now.
    ///
    /// # Errors
    /// When a snapshot cannot be opened.
    pub fn open(lake: &Lake) -> Result<Tables, SqlError> {
        Tables::of(lake, lake.dates()?, MEMORY)
    }

    /// Opens the tables of a lake as it is now, for queries that may take so many bytes of memory.
    ///
    /// # Errors
    /// When a snapshot cannot be opened.
    pub fn open_within(lake: &Lake, memory: usize) -> Result<Tables, SqlError> {
        Tables::of(lake, lake.dates()?, memory)
    }

    /// Opens the tables as if there were only one snapshot.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_at(lake: &Lake, date: SnapshotDate) -> Result<Tables, SqlError> {
        Tables::of(lake, vec![date], MEMORY)
    }

    fn of(lake: &Lake, dates: Vec<SnapshotDate>, memory: usize) -> Result<Tables, SqlError> {
        let snapshots: Vec<Snapshot> =
            dates.into_iter().map(|date| lake.snapshot(Some(date))).collect::<Result<_, _>>()?;
        let manifests: Vec<Manifest> = snapshots.iter().map(|snapshot| snapshot.manifest.clone()).collect();
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(memory, 1.0).build_arc()?;
        // Column names are as they are in the documentation, whatever case they are typed in.
        let config = SessionConfig::new().with_information_schema(true);
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.register_table("models", Arc::new(Table::new(models::Models, snapshots.clone())))?;
        context.register_table("relations", Arc::new(Table::new(relations::Relations, snapshots.clone())))?;
        for detail in [Detail::Commits, Detail::Cards, Detail::Files] {
            let rows = details::Rows { lake: lake.clone(), detail };
            context.register_table(detail.as_str(), Arc::new(Table::new(rows, snapshots.clone())))?;
        }
        let readings = details::Readings(lake.clone());
        context.register_table("readings", Arc::new(Table::new(readings, snapshots)))?;
        for (name, file) in evaluations::TABLES {
            context.register_table(name, Arc::new(evaluations::Files::open(lake, file)?))?;
        }
        let batch = manifests_batch(&manifests).map_err(DataFusionError::from)?;
        context
            .register_table("snapshots", Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))?;
        Ok(Tables { context })
    }

    /// Answers one query, batch by batch. Nothing can be changed: only queries are allowed.
    ///
    /// # Errors
    /// When it is not a query, or cannot be answered.
    pub async fn query(&self, sql: &str) -> Result<SendableRecordBatchStream, SqlError> {
        let reading =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let answer = self.context.sql_with_options(sql, reading).await?;
        Ok(answer.execute_stream().await?)
    }
}

fn manifests_batch(manifests: &[Manifest]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let text = |value: &dyn Fn(&Manifest) -> Option<String>| -> ArrayRef {
        Arc::new(manifests.iter().map(value).collect::<StringArray>())
    };
    let count = |value: &dyn Fn(&Manifest) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(manifests.iter().map(value)))
    };
    let columns = [
        ("snapshot", text(&|manifest| Some(manifest.date.clone()))),
        ("models", count(&|manifest| manifest.models)),
        ("relations", count(&|manifest| manifest.relations)),
        ("missing_bases", count(&|manifest| manifest.missing_bases)),
        ("bytes", count(&Manifest::size)),
        ("changes_to", text(&|manifest| manifest.changes_to.as_ref().map(|to| to.date.clone()))),
        ("resolve", text(&|manifest| Some(manifest.resolve.clone()))),
        ("imported_at", text(&|manifest| Some(manifest.imported_at.clone()))),
        ("source", text(&|manifest| Some(manifest.source.join(", ")))),
        ("hub", text(&|manifest| manifest.crawl.as_ref().map(|crawl| crawl.hub.clone()))),
        ("started_at", text(&|manifest| manifest.crawl.as_ref().map(|crawl| crawl.started_at.clone()))),
        ("finished_at", text(&|manifest| manifest.crawl.as_ref().map(|crawl| crawl.finished_at.clone()))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, column)| column).collect())
}

fn text(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Utf8, nullable)
}
