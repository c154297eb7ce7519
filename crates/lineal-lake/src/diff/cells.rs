//! What do two listings say of a model that one can compare?

use crate::{
    details::bytes,
    snapshot::{ReadError, Snapshot},
};
use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{DataType, TimestampMillisecondType},
};
use lineal_core::change::{Kind, Value};

/// The stored columns that are compared, and the kind of change that each of them shows.
pub const COLUMNS: [(&str, Kind); 7] = [
    ("sha", Kind::Updated),
    ("last_modified", Kind::Updated),
    ("license", Kind::License),
    ("gated", Kind::Gated),
    ("private", Kind::Private),
    ("disabled", Kind::Disabled),
    ("new_version", Kind::NewVersion),
];

/// A yes or no for each of [`COLUMNS`].
pub type Choice = [bool; COLUMNS.len()];

/// Finds the columns in which a listing says anything of any model.
pub fn stated(snapshot: &Snapshot) -> Result<Choice, ReadError> {
    let mut stated = [false; COLUMNS.len()];
    for (stated, (name, _)) in stated.iter_mut().zip(COLUMNS) {
        // Most often the first batch tells; a column of nothing but nulls is short.
        for batch in snapshot.models(&[name])? {
            let column = batch?.column(0).clone();
            if column.null_count() < column.len() {
                *stated = true;
                break;
            }
        }
    }
    Ok(stated)
}

/// Some consecutive models, with the chosen columns.
pub struct Cells {
    columns: [Option<ArrayRef>; COLUMNS.len()],
    pub models: usize,
}

impl Cells {
    /// Returns what a listing says of a model in one of [`COLUMNS`]; `None` if nothing.
    pub fn value(&self, column: usize, row: usize) -> Option<Value<'_>> {
        let cells = self.columns[column].as_ref().filter(|cells| cells.is_valid(row))?;
        Some(match cells.data_type() {
            DataType::Boolean => Value::Flag(cells.as_boolean().value(row)),
            DataType::Timestamp(..) => {
                Value::Time(cells.as_primitive::<TimestampMillisecondType>().value(row))
            }
            DataType::FixedSizeBinary(_) => Value::Commit(bytes(cells.as_fixed_size_binary(), row)?),
            _ => Value::Text(cells.as_string::<i32>().value(row)),
        })
    }
}

/// Reads the chosen columns of all models, some at a time, in the order of the listing.
pub fn read(
    snapshot: &Snapshot,
    chosen: Choice,
) -> Result<Box<dyn Iterator<Item = Result<Cells, ReadError>>>, ReadError> {
    let names = COLUMNS.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|((name, _), _)| *name);
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        let models = snapshot.manifest.models as usize;
        return Ok(Box::new(std::iter::once(Ok(Cells { columns: Default::default(), models }))));
    }
    Ok(Box::new(snapshot.models(&names)?.map(|batch| {
        let batch = batch?;
        let columns = COLUMNS.map(|(name, _)| batch.column_by_name(name).cloned());
        Ok(Cells { columns, models: batch.num_rows() })
    })))
}

/// The chosen columns of a whole listing.
pub struct AllCells {
    parts: Vec<Cells>,
    /// The first model of each part.
    starts: Vec<u32>,
}

impl AllCells {
    /// Reads as many models as the listing must have.
    pub fn read(snapshot: &Snapshot, chosen: Choice, models: u32) -> Result<AllCells, ReadError> {
        let mut all = AllCells { parts: Vec::new(), starts: Vec::new() };
        let mut next = 0;
        for cells in read(snapshot, chosen)? {
            let cells = cells?;
            all.starts.push(next);
            next += cells.models as u32;
            all.parts.push(cells);
        }
        if next == models { Ok(all) } else { Err(misfit(snapshot)) }
    }

    /// Finds a model: the part it is in, and its row there.
    pub fn of(&self, model: u32) -> (&Cells, usize) {
        let part = self.starts.partition_point(|start| *start <= model) - 1;
        (&self.parts[part], (model - self.starts[part]) as usize)
    }
}

/// The error of a listing whose files disagree on how many models there are.
pub fn misfit(snapshot: &Snapshot) -> ReadError {
    snapshot.misfit("it has another number of rows than its manifest says")
}
