//! Changes between two snapshots.

use super::{UNSTATED, count, csv::cell, stated, table};
use crate::ui::harmless;
use lineal_core::{
    change::{Change, Value, summary::Summary},
    renames::Evidence,
};

/// How many characters of a value a table shows.
const SHOWN: usize = 60;

pub const CSV_HEADING: &str = "change,model,before,after,evidence,hub_id,task,downloads";

/// How much changed: a line on the two snapshots, and a table of kinds.
pub fn summary(summary: &Summary) -> String {
    let (before, after) = (&summary.before, &summary.after);
    let head = format!(
        "{} → {}: {} models, then {}",
        before.snapshot,
        after.snapshot,
        count(before.models),
        count(after.models)
    );
    let kinds = summary.changes.iter().map(|(kind, count)| vec![kind.to_string(), stated(*count)]);
    let total = vec!["all".to_owned(), count(summary.total())];
    format!("{head}\n\n{}", table(&["change", "number"], &[1], kinds.chain([total])))
}

/// The same as lines `change,number`; a cell is empty where the listings do not tell.
pub fn summary_csv(summary: &Summary) -> String {
    let number = |count: Option<u64>| count.map_or_else(String::new, |count| count.to_string());
    let lines = summary.changes.iter().map(|(kind, count)| format!("\n{kind},{}", number(*count)));
    format!("change,number{}", lines.collect::<String>())
}

/// The summary, and the first of all changes.
pub fn tables(summary: &Summary, rows: Vec<Vec<String>>) -> String {
    let more = summary.total() - rows.len() as u64;
    let mut text = self::summary(summary);
    if !rows.is_empty() {
        let heading = ["change", "model", "before", "after", "downloads"];
        text += &format!("\n\n{}", table(&heading, &[4], rows));
    }
    if more > 0 {
        text += &format!(
            "\n\n{} more: `--limit N` shows more of them, `--format json` and `--format csv` list all",
            count(more)
        );
    }
    text
}

/// A change as a row of a table.
pub fn row(change: &Change) -> Vec<String> {
    let kind = match change.evidence {
        // What the hub says needs no reason.
        None | Some(Evidence::HubId) => change.kind.to_string(),
        Some(evidence) => format!("{} ({})", change.kind, evidence.as_str()),
    };
    vec![
        kind,
        line(change.model),
        shown(change.before.as_ref()),
        shown(change.after.as_ref()),
        stated(change.downloads),
    ]
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => UNSTATED.to_owned(),
        Some(Value::Commit(_)) => value.map(|commit| commit.to_string()[..10].to_owned()).unwrap_or_default(),
        Some(Value::Bases(bases)) if bases.is_empty() => "no base".to_owned(),
        Some(value) => line(&value.to_string()),
    }
}

/// As much of a text as a table has room for, on one line.
fn line(text: &str) -> String {
    let whole = harmless(text).replace('\n', "\\n");
    match whole.char_indices().nth(SHOWN) {
        None => whole,
        Some((end, _)) => format!("{}…", &whole[..end]),
    }
}

/// A change as a line of CSV. What is unknown is nothing, what is an empty text is `""`.
pub fn csv_line(change: &Change) -> String {
    let text = |text: &str| if text.is_empty() { "\"\"".to_owned() } else { cell(text) };
    let value = |value: &Option<Value>| match value {
        None => String::new(),
        Some(value) => text(&value.to_string()),
    };
    let cells = [
        change.kind.to_string(),
        text(change.model),
        value(&change.before),
        value(&change.after),
        change.evidence.map_or_else(String::new, |evidence| evidence.as_str().to_owned()),
        change.hub_id.map_or_else(String::new, |id| id.to_string()),
        change.task.map_or_else(String::new, text),
        change.downloads.map_or_else(String::new, |downloads| downloads.to_string()),
    ];
    cells.join(",")
}
