//! What a maintainer should mend, as text for people; the other formats are a file each.

pub mod github;
pub mod sarif;

use super::{count, some};
use lineal_files::{
    finding::{Code, Severity},
    lint::{Counts, Found, OfModel, Report},
};

/// All findings, what was changed, and a summary.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    for model in &report.models {
        for found in &model.findings {
            text += &finding(model, found);
        }
        for why in &model.unchecked {
            text += &format!("{}: not checked: {}\n", one_line(&model.place), one_line(why));
        }
    }
    text + &summary(report)
}

/// What the changes of the cards are, as unified diffs.
pub fn diffs(report: &Report) -> String {
    report
        .models
        .iter()
        .filter_map(|model| model.changed.as_ref())
        .map(|changed| changed.diff.as_str())
        .collect()
}

fn finding(model: &OfModel, found: &Found) -> String {
    let finding = &found.finding;
    let (severity, code) = (severity(finding.code), finding.code.as_str());
    let place = format!("{}:{}", one_line(&model.path(&finding.file)), finding.at);
    let mut text = format!("{place}: {severity}[{code}]: {}\n", one_line(&finding.what));
    if let Some(fix) = &finding.fix {
        let automatic = if found.changes.is_empty() { "" } else { " (`--fix` does)" };
        text += &format!("  fix: {}{automatic}\n", one_line(fix));
    }
    text
}

fn summary(report: &Report) -> String {
    let Counts { error, warning, note, fixable } = report.counts;
    let written =
        report.models.iter().filter_map(|model| model.changed.as_ref()).filter(|one| one.written).count();
    let models = some(report.models.len() as u64, "model");
    let mut text = match error + warning + note {
        0 => format!("{models}: nothing found"),
        _ => format!(
            "{models}: {}, {}, {}",
            some(error, "error"),
            some(warning, "warning"),
            some(note, "note")
        ),
    };
    match (written, fixable) {
        (0, 0) => {}
        (0, fixable) => text += &format!("; `--fix` mends {}", count(fixable)),
        (written, _) => text += &format!("; {} written", some(written as u64, "file")),
    }
    text
}

/// A table of all codes.
pub fn codes() -> String {
    let row =
        |code: Code| vec![code.as_str().to_owned(), severity(code).to_owned(), code.meaning().to_owned()];
    super::table(&["code", "severity", "meaning"], &[], Code::all().map(row))
}

pub fn severity(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// Keeps foreign words from looking like lines of ours.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}
