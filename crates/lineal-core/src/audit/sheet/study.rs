//! What does a row of the study's table of audited models say?
//!
//! Its columns hold what was found: a licence or nothing, `exist` or nothing, `exist`, `miss` or nothing.
//! `Dependency` is `miss` where a derived model declares no base and `wrong` where it declares a wrong
//! one; with nothing there, what is declared is right. Nothing in it is unclear.

use super::{Columns, InvalidSheet, Row};
use crate::{
    audit::answers::{Answers, Column, Declares, InvalidAnswer},
    field::Field,
};
use csv::StringRecord;

const COLUMNS: [&str; 10] = [
    "Model ID",
    "Type",
    "Base Model",
    "License",
    "Datasets",
    "Evaluation",
    "Template",
    "Dependency",
    "real type",
    "real base model",
];

/// Declared merges need no dataset: their weights are those of others.
const MERGE: &str = "merge";

pub fn is_header(columns: &[String]) -> bool {
    COLUMNS.iter().all(|name| columns.iter().any(|column| column == name))
}

pub fn columns(names: Vec<String>) -> Columns {
    let is_context = |at: &usize| ["Base Model", "License", "Datasets"].contains(&names[*at].as_str());
    let context = (0..names.len()).filter(is_context).collect();
    Columns { names, context }
}

pub fn row(columns: &Columns, record: &StringRecord, row: u64) -> Result<Row, InvalidSheet> {
    let text = |name: &str| columns.text(record, name).trim();
    let id = text("Model ID");
    if id.is_empty() {
        return Err(InvalidSheet::NoModel { row });
    }
    let declared = Some(text("Type")).filter(|kind| !kind.is_empty());
    let declares = if declared.is_some() { Declares::Something } else { Declares::Nothing };
    // The column that a cell is in is the study's, the words are ours.
    let invalid = |column: &'static str, field: Field, expected: &str| InvalidSheet::Answer {
        row,
        column,
        source: InvalidAnswer::Word {
            column: Column::Field(field),
            found: text(column).chars().take(40).collect(),
            expected: expected.to_owned(),
        },
    };
    let stated = |name: &str| if text(name).is_empty() { "missing" } else { "present" };
    let performance = match text("Evaluation") {
        "exist" => "present",
        "" => "missing",
        _ => return Err(invalid("Evaluation", Field::Performance, "`exist`")),
    };
    let template = match text("Template") {
        "exist" => "present",
        "miss" => "missing",
        "" => "not applicable",
        _ => return Err(invalid("Template", Field::Template, "`exist`, `miss`")),
    };
    let dataset = if declared == Some(MERGE) { "not applicable" } else { stated("Datasets") };
    let dependency = match (text("Dependency"), declares) {
        ("miss", _) => "missing",
        ("wrong", _) => "wrong",
        ("", Declares::Something) => "right",
        ("", _) => "none",
        _ => return Err(invalid("Dependency", Field::Dependency, "`miss`, `wrong`")),
    };
    let of = |column: Column| match column {
        Column::Field(Field::License) => stated("License"),
        Column::Field(Field::Performance) => performance,
        Column::Field(Field::Template) => template,
        Column::Field(Field::Dataset) => dataset,
        Column::Field(Field::Dependency) => dependency,
        Column::RealOperation => text("real type"),
        Column::RealBase => text("real base model"),
        Column::Note => "",
    };
    let answers = Answers::read(declares, of).map_err(|source| {
        let column = match &source {
            InvalidAnswer::Word { .. } => "real type",
            _ => "Dependency",
        };
        InvalidSheet::Answer { row, column, source }
    })?;
    Ok(Row {
        id: id.to_owned(),
        context: columns.context(record),
        declared: declared.map(str::to_owned),
        declares,
        stratum: None,
        weight: None,
        answers,
    })
}
