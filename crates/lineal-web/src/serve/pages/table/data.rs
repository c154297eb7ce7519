//! What is a table as data?

use super::{Table, Wish};
use crate::{cell::Cell, csv, serve::pages::place::Format};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use lineal_core::{date::SnapshotDate, set::Member};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct Document<'a> {
    title: &'a str,
    definition: &'a str,
    snapshot: SnapshotDate,
    /// Whether there are more rows than a table may have.
    truncated: bool,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    table: &'a Table<'a>,
    row: usize,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.table.columns.iter();
        serializer.collect_map(columns.map(|column| (column.key, (column.cell)(self.row))))
    }
}

/// Sends a table alone, in the order that was asked for.
pub fn sent(table: &Table, wish: &Wish, format: Format, snapshot: SnapshotDate) -> Response {
    let (kind, text) = match format {
        Format::Csv => ("text/csv; charset=utf-8", Ok(as_csv(table, wish))),
        Format::Json => ("application/json", as_json(table, wish, snapshot)),
    };
    let name = format!("attachment; filename=\"lineal-{}-{snapshot}.{}\"", table.key, format.as_str());
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], text)
            .into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn as_csv(table: &Table, wish: &Wish) -> String {
    let mut text = String::new();
    csv::write_row(&mut text, table.columns.iter().map(|column| column.key.to_owned()));
    for row in table.sorted(wish) {
        let cells = table.columns.iter().map(|column| (column.cell)(row));
        csv::write_row(&mut text, cells.map(|cell: Cell| csv::field(&cell)));
    }
    text
}

fn as_json(table: &Table, wish: &Wish, snapshot: SnapshotDate) -> serde_json::Result<String> {
    let rows = table.sorted(wish).into_iter().map(|row| Row { table, row });
    let document = Document {
        title: &table.title,
        definition: table.definition,
        snapshot,
        truncated: table.of > table.rows as u64,
        rows: rows.collect(),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Columns, known},
        *,
    };

    const ROWS: [(&str, Option<u64>); 2] = [("=cmd()\n\"x\"", Some(3)), ("<b>", None)];

    fn table() -> Table<'static> {
        Columns::of("models", "Models", "Some.", &ROWS)
            .model("id", "Model", |row| row.0)
            .number("downloads", "Downloads", |row| known(row.1))
            .done()
    }

    #[test]
    fn a_spreadsheet_takes_no_name_for_a_formula() {
        let text = as_csv(&table(), &Wish::default());
        assert_eq!(text, "id,downloads\r\n\"'=cmd()\n\"\"x\"\"\",3\r\n<b>,\r\n");
    }

    #[test]
    fn json_has_names_as_they_are_and_null_for_what_is_not_stated() {
        let wish = Wish { sort: Some("id".to_owned()), ..Wish::default() };
        let snapshot = SnapshotDate::new(2025, 6, 25).expect("a day");
        let text = as_json(&table(), &wish, snapshot).expect("JSON");
        let expected = r#"{
  "title": "Models",
  "definition": "Some.",
  "snapshot": "2025-06-25",
  "truncated": false,
  "rows": [
    {
      "id": "<b>",
      "downloads": null
    },
    {
      "id": "=cmd()\n\"x\"",
      "downloads": 3
    }
  ]
}
"#;
        assert_eq!(text, expected);
    }
}
