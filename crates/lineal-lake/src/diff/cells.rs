//! What do two listings say of a model that one can compare?

use crate::{
    details::bytes,
    snapshot::{ReadError, Snapshot},
};
use arrow::{
    array::{
        Array, ArrayAccessor, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, StringArray,
        TimestampMillisecondArray,
    },
    datatypes::DataType,
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
    columns: [Option<Column>; COLUMNS.len()],
    pub models: usize,
}

/// A column of a few consecutive models.
enum Column {
    Text(StringArray),
    Flag(BooleanArray),
    Time(TimestampMillisecondArray),
    Commit(FixedSizeBinaryArray),
}

impl Column {
    fn new(cells: &ArrayRef) -> Column {
        match cells.data_type() {
            DataType::Boolean => Column::Flag(cells.as_boolean().clone()),
            DataType::Timestamp(..) => Column::Time(cells.as_primitive().clone()),
            DataType::FixedSizeBinary(_) => Column::Commit(cells.as_fixed_size_binary().clone()),
            _ => Column::Text(cells.as_string().clone()),
        }
    }
}

/// A cell, unless it is null.
fn cell<A: ArrayAccessor>(column: A, row: usize) -> Option<A::Item> {
    column.is_valid(row).then(|| column.value(row))
}

/// The cells of one model.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    cells: &'a Cells,
    row: usize,
}

impl<'a> Row<'a> {
    pub fn new(cells: &'a Cells, row: usize) -> Row<'a> {
        Row { cells, row }
    }

    /// Returns what a listing says of the model in one of [`COLUMNS`]; `None` if nothing.
    pub fn value(self, column: usize) -> Option<Value<'a>> {
        match self.cells.columns[column].as_ref()? {
            Column::Text(cells) => cell(cells, self.row).map(Value::Text),
            Column::Flag(cells) => cell(cells, self.row).map(Value::Flag),
            Column::Time(cells) => cell(cells, self.row).map(Value::Time),
            Column::Commit(cells) => bytes(cells, self.row).map(Value::Commit),
        }
    }

    /// Whether another listing says the same, without a look at what it is.
    pub fn is_same(self, other: Row, column: usize) -> bool {
        match (&self.cells.columns[column], &other.cells.columns[column]) {
            (Some(Column::Text(one)), Some(Column::Text(two))) => cell(one, self.row) == cell(two, other.row),
            (Some(Column::Flag(one)), Some(Column::Flag(two))) => cell(one, self.row) == cell(two, other.row),
            (Some(Column::Time(one)), Some(Column::Time(two))) => cell(one, self.row) == cell(two, other.row),
            (Some(Column::Commit(one)), Some(Column::Commit(two))) => {
                cell(one, self.row) == cell(two, other.row)
            }
            // Both listings are read with the same columns, each of which has one type.
            _ => true,
        }
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
        let columns = COLUMNS.map(|(name, _)| batch.column_by_name(name).map(Column::new));
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

    /// Finds the cells of a model.
    pub fn of(&self, model: u32) -> Row<'_> {
        let part = self.starts.partition_point(|start| *start <= model) - 1;
        Row::new(&self.parts[part], (model - self.starts[part]) as usize)
    }
}

/// The error of a listing whose files disagree on how many models there are.
pub fn misfit(snapshot: &Snapshot) -> ReadError {
    snapshot.misfit("it has another number of rows than its manifest says")
}
