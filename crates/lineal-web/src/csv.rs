//! An exhibit as CSV (RFC 4180): column keys, then full values; nothing where a value is missing.

use crate::{cell::Cell, exhibit::Exhibit};

pub fn of(exhibit: &Exhibit) -> String {
    let mut text = String::new();
    write_row(&mut text, exhibit.columns.iter().map(|column| column.key.clone().into_owned()));
    for row in &exhibit.rows {
        write_row(&mut text, row.iter().map(field));
    }
    text
}

/// Writes one row.
pub fn write_row(text: &mut String, fields: impl Iterator<Item = String>) {
    let fields: Vec<String> = fields.map(|field| quoted(&field)).collect();
    text.push_str(&fields.join(","));
    text.push_str("\r\n");
}

/// A cell as a field; a hub's words that a spreadsheet would take for a formula are marked as text.
pub fn field(cell: &Cell) -> String {
    match cell {
        Cell::Name(name) if name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => format!("'{name}"),
        cell => cell.plain(),
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cell::Missing, exhibit::Column};

    fn check(cells: Vec<Cell>, expected: &str) {
        let columns = vec![Column::text("key", "Label"); cells.len()];
        let text = of(&Exhibit::table("t", "T", "", columns, vec![cells]));
        assert_eq!(text.split_once("\r\n").expect("a header").1, expected);
    }

    #[test]
    fn separators_and_quotes_stay_inside_their_field() {
        check(vec![Cell::text("a,b"), Cell::name("c\"d\ne")], "\"a,b\",\"c\"\"d\ne\"\r\n");
    }

    #[test]
    fn a_hubs_words_are_never_a_formula() {
        check(vec![Cell::name("=1+1"), Cell::name("@x"), Cell::name("a=1")], "'=1+1,'@x,a=1\r\n");
        check(vec![Cell::name("\t=HYPERLINK(\"x\")")], "\"'\t=HYPERLINK(\"\"x\"\")\"\r\n");
    }

    #[test]
    fn a_missing_value_is_an_empty_field() {
        check(vec![Cell::Missing(Missing::NotStated), Cell::count(0)], ",0\r\n");
    }
}
