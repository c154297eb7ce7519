//! What does a row of the study's relation table say?
//!
//! The table has the columns `Model ID`, `Type` and `Base Model`, in any order and among others. A
//! model without a base has `N/A` or nothing there; several bases stand in one cell, separated by
//! commas. All bases of a row share its type.

use crate::{
    broken::{Broken, LONGEST_RECORD, Why},
    claims::is_name,
};
use lineal_core::{
    model_id::{InvalidModelId, ModelId},
    oddity::{Oddities, Oddity},
    operation::Operation,
    record::{Claim, ModelRecord, Source},
};
use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

const COLUMNS: [&str; 3] = ["Model ID", "Type", "Base Model"];

/// Whether a text begins with the table's header.
pub fn has_header(text: &[u8]) -> bool {
    let mut header = csv::ByteRecord::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.read_byte_record(&mut header).is_ok() && columns(&header).is_some()
}

/// Returns where the model, the type and the base stand.
fn columns(header: &csv::ByteRecord) -> Option<[usize; 3]> {
    let [model, operation, base] =
        COLUMNS.map(|wanted| header.iter().position(|name| name.trim_ascii() == wanted.as_bytes()));
    Some([model?, operation?, base?])
}

/// The rows of a table, read one by one.
pub struct Rows<R> {
    reader: csv::Reader<Leashed<R>>,
    leash: Rc<Cell<usize>>,
    columns: [usize; 3],
    row: csv::ByteRecord,
    number: u64,
}

impl<R: Read> Rows<R> {
    /// # Errors
    /// When the table has no header, as record 0.
    pub fn new(reader: R) -> Result<Rows<R>, Broken> {
        let leash = Rc::new(Cell::new(LONGEST_RECORD));
        let reader = Leashed { inner: reader, left: Rc::clone(&leash) };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let broken = |why| Broken { record: 0, byte: 0, why };
        let header = reader.byte_headers().map_err(|error| broken(why(error)))?;
        let missing = Why::TooFewColumns { found: header.len(), needed: COLUMNS.len() };
        let columns = columns(header).ok_or(broken(missing))?;
        Ok(Rows { reader, leash, columns, row: csv::ByteRecord::new(), number: 0 })
    }

    /// Returns the next row's record; `Some(Ok(None))` if it names no model, which is counted as
    /// odd, and `None` at the end. After a broken row, the next one can be read.
    pub fn next(&mut self, oddities: &mut Oddities) -> Option<Result<Option<ModelRecord>, Broken>> {
        self.leash.set(LONGEST_RECORD);
        let byte = self.reader.position().byte();
        let read = self.reader.read_byte_record(&mut self.row);
        let record = self.number + 1;
        let broken = |why| Broken { record, byte, why };
        match read {
            Ok(false) => return None,
            Ok(true) => self.number = record,
            Err(error) => return Some(Err(broken(why(error)))),
        }
        Some(cells(&self.row, self.columns).map(|cells| record_of(cells, oddities)).map_err(broken))
    }
}

/// Returns the texts of the model, the type and the base.
fn cells(row: &csv::ByteRecord, columns: [usize; 3]) -> Result<[&str; 3], Why> {
    let mut cells = [""; 3];
    for (cell, column) in cells.iter_mut().zip(columns) {
        let needed = columns.iter().max().map_or(0, |last| last + 1);
        let bytes = row.get(column).ok_or(Why::TooFewColumns { found: row.len(), needed })?;
        *cell = str::from_utf8(bytes).map_err(|_| Why::NotUtf8)?.trim();
    }
    Ok(cells)
}

fn record_of([model, operation, bases]: [&str; 3], oddities: &mut Oddities) -> Option<ModelRecord> {
    let id: ModelId = match model.parse() {
        Ok(id) => id,
        Err(InvalidModelId(name)) => {
            oddities.add(Oddity::NoModelId, || format!("`Model ID` is `{}`", name.escape_debug()));
            return None;
        }
    };
    let operation = given(operation).map(Operation::named);
    let bases = given(bases).into_iter().flat_map(|bases| bases.split(',')).map(str::trim);
    let claims = bases.map(|base| Claim {
        base: base.to_owned(),
        base_hub_id: None,
        operation: operation.clone(),
        source: Source::RelationTable,
    });
    let claims = claims.filter(|claim| is_name(claim, id.as_str(), oddities)).collect();
    Some(ModelRecord { claims, ..ModelRecord::named(id) })
}

/// Returns a cell's text unless it stands for nothing.
fn given(cell: &str) -> Option<&str> {
    (!matches!(cell, "" | "N/A")).then_some(cell)
}

/// Why a row could not be read at all.
fn why(error: csv::Error) -> Why {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            Why::TooLarge
        }
        csv::ErrorKind::Io(error) => Why::Unreadable(error),
        _ => Why::NotUtf8, // nothing else is checked while bytes are read
    }
}

/// Lets no more than so much be read for one row: a quote that is never closed takes in all that follows.
struct Leashed<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the row is too long")]
struct TooLong;

impl<R: Read> Read for Leashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            return Err(io::Error::other(TooLong));
        }
        let count = self.inner.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(count));
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists each row's model, its claims, and what was odd or broken.
    fn check(table: &[u8], expected: &str) {
        let mut oddities = Oddities::default();
        let mut rows = Rows::new(table).expect("a header");
        let mut lines = Vec::new();
        while let Some(row) = rows.next(&mut oddities) {
            match row {
                Ok(record) => lines.extend(record.map(|record| line(&record))),
                Err(broken) => lines.push(format!("{}@{} ! {}", broken.record, broken.byte, broken.why)),
            }
        }
        for (oddity, met) in oddities.iter() {
            lines.extend(met.examples.iter().map(|example| format!("! {oddity:?} {example}")));
        }
        let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
        assert_eq!(lines, expected);
    }

    fn line(record: &ModelRecord) -> String {
        let claim = |claim: &Claim| {
            let operation = claim.operation.as_ref().map_or("-", |operation| operation.as_str());
            format!(" | {operation} {}", claim.base)
        };
        format!("{}{}", record.id, record.claims.iter().map(claim).collect::<String>())
    }

    #[test]
    fn a_row_has_no_base_one_or_several() {
        check(
            b"Model ID,Type,Base Model\na/b,N/A,N/A\nc/d,finetune,a/b\ne/f,merge,\"c/d, a/b\"\ngpt2,,\ng/h,,a/b\n",
            "
            a/b
            c/d | finetune a/b
            e/f | merge c/d | merge a/b
            gpt2
            g/h | - a/b
            ",
        );
    }

    #[test]
    fn columns_may_stand_anywhere_and_lines_end_anyhow() {
        check(
            b"\xef\xbb\xbfBase Model,\"Task\", Type ,Model ID\r\n\"a/b\",\"x,\ny\",quantized,c/d\r\n,,,a/b",
            "
            c/d | quantized a/b
            a/b
            ",
        );
    }

    #[test]
    fn a_row_with_too_few_columns_is_broken_and_the_next_is_read() {
        check(
            b"Model ID,Type,Base Model\na/b,merge\nc/d,,\n\xff,,\n../x,,\ne/f,merge,\"a/b, ,c/d\",more\n",
            "
            1@25 ! the row has 2 columns, but `Model ID`, `Type` and `Base Model` need 3
            c/d
            3@41 ! not UTF-8
            e/f | merge a/b | merge c/d
            ! NoModelId `Model ID` is `../x`
            ! EmptyBase e/f: a relation_table without a name
            ",
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_does_not_take_in_everything() {
        let endless = b"Model ID,Type,Base Model\na/b,,\nc/d,\"".chain(io::repeat(b'x'));
        let mut rows = Rows::new(endless).expect("a header");
        let mut oddities = Oddities::default();
        assert!(rows.next(&mut oddities).is_some_and(|row| row.is_ok()));
        let broken = rows.next(&mut oddities).expect("a row").expect_err("too long");
        assert_eq!((broken.record, broken.byte), (2, 31));
        assert!(matches!(broken.why, Why::TooLarge));
    }

    #[test]
    fn a_table_without_its_columns_is_none() {
        assert!(has_header(b"Type,Model ID,x,Base Model"));
        assert!(!has_header(b"Model ID,Type"));
        assert!(!has_header(b""));
        assert!(Rows::new(&b"a,b\n"[..]).is_err());
    }
}
