//! The usage report as CSV: a line for each value of its JSON, with the way to it.

use serde::Serialize;
use serde_json::Value;

/// Returns lines `key,value`, such as `chains.length_histogram.2,58814`.
///
/// # Errors
/// When the answer has no form in JSON.
pub fn of(answer: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut lines = String::from("key,value\n");
    add(&serde_json::to_value(answer)?, String::new(), &mut lines);
    Ok(lines)
}

fn add(value: &Value, key: String, lines: &mut String) {
    let inside = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| add(value, inside(name), lines)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| add(value, inside(&at.to_string()), lines));
        }
        Value::Null => *lines += &format!("{},\n", cell(&key)),
        Value::String(text) => *lines += &format!("{},{}\n", cell(&key), cell(text)),
        other => *lines += &format!("{},{other}\n", cell(&key)),
    }
}

/// Quotes a cell where CSV needs it, and keeps a spreadsheet from running it as a formula.
pub fn cell(text: &str) -> String {
    let guarded = match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    };
    match guarded.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_formula_stays_text_and_a_comma_stays_in_its_cell() {
        let shown = ["plain", "a,b", "say \"x\"", "=1+1"].map(super::cell);
        assert_eq!(shown, ["plain", "\"a,b\"", "\"say \"\"x\"\"\"", "'=1+1"]);
    }
}
