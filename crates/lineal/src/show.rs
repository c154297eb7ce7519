//! How does an answer look to a person? Texts only; `ui` prints them.

pub mod audit;
pub mod crawl;
pub mod csv;
pub mod demo;
pub mod diff;
pub mod evolution;
pub mod growth;
pub mod impact;
pub mod import;
pub mod infer;
pub mod lint;
pub mod path;
pub mod quality;
pub mod risk;
pub mod search;
pub mod snapshots;
pub mod subject;
pub mod successors;
pub mod top;
pub mod tree;
pub mod updates;
pub mod usage;
pub mod watch;

use comfy_table::{CellAlignment, Table, presets};
use lineal_core::legible::grouped;

/// A table with a heading row; columns marked `right` hold numbers.
pub fn table(heading: &[&str], right: &[usize], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(heading.to_vec());
    rows.into_iter().for_each(|row| {
        table.add_row(row);
    });
    for (at, column) in table.column_iter_mut().enumerate() {
        let padding = if at == 0 { (0, 1) } else { (1, 1) };
        column.set_padding(padding);
        if right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    let mut lines = text.lines().map(str::trim_end);
    let heading = lines.next().unwrap_or_default();
    let width = text.lines().map(|line| line.trim_end().chars().count()).max().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    format!("{heading}\n{}\n{}", "─".repeat(width), rest.join("\n")).trim_end().to_owned()
}

/// A count with its digits in groups of three; a very large one as a power of ten.
pub fn count(count: impl ToString) -> String {
    let digits = count.to_string();
    if digits.len() > 18 {
        return format!("{}.{} × 10^{}", &digits[..1], &digits[1..3], digits.len() - 1);
    }
    grouped(&digits)
}

/// What is shown for a value that the listing does not state.
pub const UNSTATED: &str = "–";

pub fn stated(value: Option<u64>) -> String {
    value.map_or_else(|| UNSTATED.to_owned(), count)
}

/// A share of a whole in per cent; nothing of nothing is unstated.
pub fn share(part: u64, whole: u64) -> String {
    per_cent((whole > 0).then(|| part as f64 / whole as f64))
}

pub fn per_cent(share: Option<f64>) -> String {
    share.map_or_else(|| UNSTATED.to_owned(), |share| format!("{:.2} %", share * 100.0))
}

/// A mean to two places, its whole part grouped as a count's.
pub fn mean(value: Option<f64>) -> String {
    let Some(value) = value else { return UNSTATED.to_owned() };
    if value >= 1e15 {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.2}");
    let (whole, places) = text.split_at(text.len() - 3);
    format!("{}{places}", count(whole))
}

/// A count with its noun, which takes an `s` unless there is one of it.
pub fn some(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A size in the unit that keeps it short.
pub fn bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_are_grouped_until_they_need_a_power_of_ten() {
        let shown = ["7", "1234", "1817398", "12345678901234567890"].map(super::count);
        assert_eq!(shown, ["7", "1,234", "1,817,398", "1.23 × 10^19"]);
    }
}
