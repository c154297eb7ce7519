//! How do the answers of one person become a table, and a table answers?
//!
//! A sheet is CSV with a row for each model. Ours has the column `id`, then whatever helps to answer,
//! then `stratum` and `weight`, then the answers. The study's own table is read too: its columns say
//! what was found rather than what was answered, so they are translated at the door, by its rules
//! (a declared merge needs no dataset; an empty `Template` is not applicable).
//!
//! Spreadsheets change what they save: separators, line ends, a byte-order mark. All of these are read.

use super::answers::{Answers, Column, Declares, InvalidAnswer};
use crate::{field::Field, set::Member};
use csv::StringRecord;
use std::{borrow::Cow, collections::HashMap};

mod study;

/// The answers of one person, or the rows that wait for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// The names of the columns that help to answer.
    pub context: Vec<String>,
    pub rows: Vec<Row>,
}

/// One model of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    /// As many as the sheet has columns that help.
    pub context: Vec<String>,
    /// How the model says that it was derived; `None` if it says nothing or the sheet does not tell.
    pub declared: Option<String>,
    pub declares: Declares,
    pub stratum: Option<String>,
    /// For how many models this one stands; `None` if the sheet does not tell.
    pub weight: Option<f64>,
    pub answers: Answers,
}

/// Why a text is no sheet. Rows are numbered as spreadsheets do: the first model is in row 2.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSheet {
    #[error("row {row} is no CSV")]
    Csv { row: u64, source: csv::Error },
    #[error("there is no column `{0}`; a sheet has `id`, a column for each field, and `note`")]
    NoColumn(&'static str),
    #[error("two columns are called `{0}`")]
    TwoColumns(String),
    #[error("row {row} names no model")]
    NoModel { row: u64 },
    #[error("rows {first} and {row} are both about `{}`", .id.escape_debug())]
    Repeated { first: u64, row: u64, id: String },
    #[error("row {row}, column `weight`: `{}` is no number above 0", .found.escape_debug())]
    Weight { row: u64, found: String },
    #[error("row {row}, column `{column}`: {source}")]
    Answer { row: u64, column: &'static str, source: InvalidAnswer },
}

const ID: &str = "id";
const STRATUM: &str = "stratum";
const WEIGHT: &str = "weight";
/// Where our sheets say how a model says that it was derived.
pub const DECLARED: &str = "declared_operation";

/// The columns that have a meaning of their own.
pub fn is_own(column: &str) -> bool {
    let answers = Column::ALL.map(Column::as_str);
    [ID, STRATUM, WEIGHT].contains(&column) || answers.contains(&column)
}

impl Sheet {
    /// Reads a sheet, ours or the study's.
    ///
    /// # Errors
    /// When a column is missing, or a cell holds what cannot be meant; it says which.
    pub fn read(text: &str) -> Result<Sheet, InvalidSheet> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let header = text.lines().next().unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(separator(header))
            .from_reader(text.as_bytes());
        let header = reader.headers().map_err(|source| InvalidSheet::Csv { row: 1, source })?;
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let read: fn(&Columns, &StringRecord, u64) -> Result<Row, InvalidSheet> =
            match study::is_header(&columns) {
                true => study::row,
                false => own_row,
            };
        let columns = match study::is_header(&columns) {
            true => study::columns(columns),
            false => own_columns(columns)?,
        };
        let mut rows: Vec<Row> = Vec::new();
        let mut seen: HashMap<String, u64> = HashMap::new();
        for (at, record) in reader.records().enumerate() {
            let number = at as u64 + 2;
            let record = record.map_err(|source| InvalidSheet::Csv { row: number, source })?;
            // A row that somebody emptied is none.
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let row = read(&columns, &record, number)?;
            if let Some(first) = seen.insert(row.id.clone(), number) {
                return Err(InvalidSheet::Repeated { first, row: number, id: row.id });
            }
            rows.push(row);
        }
        let context = columns.context.iter().map(|at| columns.names[*at].clone()).collect();
        Ok(Sheet { context, rows })
    }

    /// Writes the sheet as CSV that reads the same again.
    pub fn write(&self) -> String {
        let own = [STRATUM, WEIGHT].into_iter().chain(Column::ALL.map(Column::as_str));
        let header = [ID].into_iter().chain(self.context.iter().map(String::as_str)).chain(own);
        let mut text = line(header.map(Cow::Borrowed));
        for row in &self.rows {
            let weight = row.weight.map(|weight| weight.to_string()).unwrap_or_default();
            let cells = [Cow::Borrowed(&*row.id)].into_iter();
            let cells = cells.chain(row.context.iter().map(|cell| Cow::Borrowed(&**cell)));
            let cells = cells.chain([row.stratum.as_deref().unwrap_or_default().into(), weight.into()]);
            text += &line(cells.chain(Column::ALL.map(|column| row.answers.text(column).into())));
        }
        text
    }

    /// Returns the row of a model.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// Returns the sheet without any answers.
    pub fn blank(&self) -> Sheet {
        let rows = self.rows.iter().cloned().map(|row| Row { answers: Answers::default(), ..row });
        Sheet { context: self.context.clone(), rows: rows.collect() }
    }

    /// How many models have all their answers.
    pub fn complete(&self) -> usize {
        self.rows.iter().filter(|row| row.answers.are_complete()).count()
    }
}

/// Where things stand in a row.
struct Columns {
    names: Vec<String>,
    /// The columns that help to answer.
    context: Vec<usize>,
}

impl Columns {
    fn text<'a>(&self, record: &'a StringRecord, name: &str) -> &'a str {
        let at = self.names.iter().position(|each| each == name);
        at.and_then(|at| record.get(at)).unwrap_or_default()
    }

    fn context(&self, record: &StringRecord) -> Vec<String> {
        self.context.iter().map(|at| unguarded(record.get(*at).unwrap_or_default()).to_owned()).collect()
    }
}

fn own_columns(names: Vec<String>) -> Result<Columns, InvalidSheet> {
    let has = |name: &str| names.iter().any(|each| each == name);
    let needed = [ID].into_iter().chain(Field::ALL.iter().map(|field| field.as_str()));
    for name in needed {
        if !has(name) {
            return Err(InvalidSheet::NoColumn(name));
        }
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) && !name.is_empty() {
            return Err(InvalidSheet::TwoColumns(name.clone()));
        }
    }
    let context = (0..names.len()).filter(|at| !is_own(&names[*at])).collect();
    Ok(Columns { names, context })
}

fn own_row(columns: &Columns, record: &StringRecord, row: u64) -> Result<Row, InvalidSheet> {
    let text = |name: &str| unguarded(columns.text(record, name).trim());
    let id = text(ID);
    if id.is_empty() {
        return Err(InvalidSheet::NoModel { row });
    }
    let weight = match text(WEIGHT) {
        "" => None,
        typed => match typed.parse() {
            Ok(weight) if f64::is_finite(weight) && weight > 0.0 => Some(weight),
            _ => return Err(InvalidSheet::Weight { row, found: typed.chars().take(40).collect() }),
        },
    };
    let declared = Some(text(DECLARED)).filter(|text| !text.is_empty());
    let declares = match (declared, columns.names.iter().any(|name| name == DECLARED)) {
        (_, false) => Declares::NotTold,
        (Some(_), true) => Declares::Something,
        (None, true) => Declares::Nothing,
    };
    let answers = Answers::read(declares, |column| text(column.as_str())).map_err(|source| {
        let column = match &source {
            InvalidAnswer::Word { column, .. } => column.as_str(),
            _ => Column::Field(Field::Dependency).as_str(),
        };
        InvalidSheet::Answer { row, column, source }
    })?;
    Ok(Row {
        id: id.to_owned(),
        context: columns.context(record),
        declared: declared.map(str::to_owned),
        declares,
        stratum: Some(text(STRATUM)).filter(|text| !text.is_empty()).map(str::to_owned),
        weight,
        answers,
    })
}

/// The character that separates the cells of a header, the commonest of those that spreadsheets use.
fn separator(header: &str) -> u8 {
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    // The last of equally common ones wins.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>) -> String {
    let cells: Vec<String> = cells.map(|cell| cell_of(&cell)).collect();
    cells.join(",") + "\n"
}

/// Quotes a cell where CSV needs it, and keeps a spreadsheet from running it as a formula.
fn cell_of(text: &str) -> String {
    let guarded = match is_guardable(text) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match guarded.contains([',', '"', '\n', '\r', ';', '\t']) || guarded.trim() != guarded {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

/// Takes away what [`cell_of`] put before a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|text| is_guardable(text)).unwrap_or(text)
}

/// Whether a text begins as a formula does, after any guards.
fn is_guardable(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}
