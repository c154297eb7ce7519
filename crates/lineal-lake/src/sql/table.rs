//! How does a table that spans all snapshots become streams that DataFusion can read?

use crate::snapshot::{ReadError, Snapshot};
use arrow::{
    array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use async_trait::async_trait;
use datafusion::{
    catalog::{Session, TableProvider},
    common::{DFSchema, cast::as_boolean_array},
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::{
        ExecutionPlan,
        stream::RecordBatchReceiverStream,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use std::{fmt, sync::Arc};

/// What a table reads of one snapshot.
pub trait Contents: Clone + fmt::Debug + Send + Sync + 'static {
    /// The columns, `snapshot` first.
    fn schema(&self) -> SchemaRef;

    /// Reads batches with the columns named, in that order; a batch states its rows even if no
    /// column is.
    fn read(&self, snapshot: &Snapshot, columns: &[String]) -> Result<Answers, ReadError>;
}

/// Columns by batch, with the batch's number of rows.
pub type Answers = Box<dyn Iterator<Item = Result<(Vec<ArrayRef>, usize), ReadError>> + Send>;

#[derive(Debug)]
pub struct Table<C> {
    contents: C,
    snapshots: Vec<Snapshot>,
}

impl<C: Contents> Table<C> {
    pub fn new(contents: C, snapshots: Vec<Snapshot>) -> Table<C> {
        Table { contents, snapshots }
    }
}

/// Whether a condition speaks of nothing but the snapshot, so that it can be decided unread.
fn is_about_snapshot(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    columns.len() == 1 && columns.iter().all(|column| column.name == "snapshot")
}

#[async_trait]
impl<C: Contents> TableProvider for Table<C> {
    fn schema(&self) -> SchemaRef {
        self.contents.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match is_about_snapshot(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(columns) => Arc::new(self.schema().project(columns)?),
            None => self.schema(),
        };
        let mut partitions: Vec<Arc<dyn PartitionStream>> = Vec::new();
        for snapshot in wanted(session, &self.snapshots, filters)? {
            let partition = Partition { contents: self.contents.clone(), snapshot, schema: schema.clone() };
            partitions.push(Arc::new(partition));
        }
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?))
    }
}

/// Decides the conditions on `snapshot` for each one.
fn wanted(session: &dyn Session, snapshots: &[Snapshot], filters: &[Expr]) -> Result<Vec<Snapshot>> {
    let dates: StringArray = snapshots.iter().map(|snapshot| Some(snapshot.date.to_string())).collect();
    let schema = Arc::new(Schema::new(vec![Field::new("snapshot", DataType::Utf8, false)]));
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(dates)])?;
    let mut wanted = vec![true; snapshots.len()];
    for filter in filters.iter().filter(|filter| is_about_snapshot(filter)) {
        let schema = DFSchema::try_from(schema.as_ref().clone())?;
        let filter = session.create_physical_expr(unqualify(filter)?, &schema)?;
        let decided = filter.evaluate(&batch)?.into_array(snapshots.len())?;
        for (wanted, decided) in wanted.iter_mut().zip(as_boolean_array(&decided)?) {
            *wanted &= decided == Some(true);
        }
    }
    let chosen = snapshots.iter().zip(wanted).filter(|(_, wanted)| *wanted);
    Ok(chosen.map(|(snapshot, _)| snapshot.clone()).collect())
}

/// Takes the table's name off the columns of a condition.
fn unqualify(filter: &Expr) -> Result<Expr> {
    use datafusion::common::{
        Column,
        tree_node::{Transformed, TreeNode},
    };
    let plain = filter.clone().transform(|expr| {
        Ok(match expr {
            Expr::Column(column) => Transformed::yes(Expr::Column(Column::new_unqualified(column.name))),
            other => Transformed::no(other),
        })
    });
    Ok(plain?.data)
}

/// One snapshot's part of a table.
#[derive(Debug)]
struct Partition<C> {
    contents: C,
    snapshot: Snapshot,
    schema: SchemaRef,
}

impl<C: Contents> PartitionStream for Partition<C> {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStream::builder(self.schema.clone(), 2);
        let sender = stream.tx();
        let (contents, snapshot, schema) =
            (self.contents.clone(), self.snapshot.clone(), self.schema.clone());
        stream.spawn_blocking(move || {
            let external = |error: ReadError| DataFusionError::External(Box::new(error));
            let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
            for answer in contents.read(&snapshot, &columns).map_err(external)? {
                let (columns, rows) = answer.map_err(external)?;
                let options = RecordBatchOptions::new().with_row_count(Some(rows));
                let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &options)?;
                // Nobody listens any more: the query has all it wants.
                if sender.blocking_send(Ok(batch)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        stream.build()
    }
}
