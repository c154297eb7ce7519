//! The table `relations`: one row a relation and snapshot, with what claims it.

use super::{
    table::{Answers, Contents},
    text,
};
use crate::{
    schema,
    snapshot::{ReadError, Snapshot},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type},
};
use lineal_core::world::World;
use std::sync::{Arc, LazyLock};

#[derive(Clone, Copy, Debug)]
pub struct Relations;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        text("snapshot", false),
        text("derived", false),
        text("base", false),
        text("operation", false),
        Field::new("operation_inferred", DataType::Boolean, false),
        Field::new("declared", DataType::Boolean, false),
        Field::new("base_present", DataType::Boolean, false),
        text("resolution", false),
        Field::new("evidence", schema::evidence(), false),
        Field::new("derived_position", DataType::UInt32, false),
        Field::new("base_position", DataType::UInt32, true),
    ]))
});

impl Contents for Relations {
    fn schema(&self) -> SchemaRef {
        SCHEMA.clone()
    }

    fn read(&self, snapshot: &Snapshot, columns: &[String]) -> Result<Answers, ReadError> {
        let world = match columns.iter().any(|column| matches!(&**column, "derived" | "base")) {
            true => Some(snapshot.world()?),
            false => None,
        };
        let date = snapshot.date.to_string();
        let columns = columns.to_vec();
        Ok(Box::new(snapshot.relations()?.map(move |batch| {
            let batch = batch?;
            let column = |name: &String| column(name, &batch, world.as_ref(), &date);
            Ok((columns.iter().map(column).collect(), batch.num_rows()))
        })))
    }
}

fn column(name: &str, batch: &RecordBatch, world: Option<&World>, date: &str) -> ArrayRef {
    let rows = batch.num_rows();
    let derived = batch.column(0).as_primitive::<UInt32Type>();
    let bases = batch.column(1).as_primitive::<UInt32Type>();
    let missing = batch.column(2).as_string::<i32>();
    let named = |node: u32| world.map_or("", |world| world.name(node));
    match name {
        "snapshot" => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(date, rows))),
        "derived" => {
            Arc::new(StringArray::from_iter_values(derived.values().iter().map(|node| named(*node))))
        }
        "base" => {
            let base = |(node, missing): (Option<u32>, _)| node.map(named).or(missing).unwrap_or_default();
            Arc::new(StringArray::from_iter_values(bases.iter().zip(missing).map(base)))
        }
        "base_present" => {
            let present: Vec<bool> = (0..rows).map(|row| bases.is_valid(row)).collect();
            Arc::new(BooleanArray::from(present))
        }
        "derived_position" => batch.column(0).clone(),
        "base_position" => batch.column(1).clone(),
        stored => {
            batch.column_by_name(stored).cloned().unwrap_or_else(|| Arc::new(StringArray::new_null(rows)))
        }
    }
}
