//! Findings as annotations that GitHub shows beside the lines of a change.

use lineal_files::{
    finding::Severity,
    lint::{Found, OfModel, Report},
};

/// A workflow command for each finding, a line each.
pub fn annotations(report: &Report) -> String {
    let of_model =
        |model: &OfModel| -> String { model.findings.iter().map(|found| annotation(model, found)).collect() };
    report.models.iter().map(of_model).collect()
}

fn annotation(model: &OfModel, found: &Found) -> String {
    let finding = &found.finding;
    let command = match finding.code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (file, line, column) = (property(&model.path(&finding.file)), finding.at.line, finding.at.column);
    let fix = finding.fix.as_ref().map(|fix| format!("\nfix: {fix}")).unwrap_or_default();
    let message = data(&format!("{}{fix}", finding.what));
    format!("::{command} file={file},line={line},col={column},title={}::{message}\n", finding.code.as_str())
}

/// Escapes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        assert_eq!(property("a,b:c%d\r\n::error::e"), "a%2Cb%3Ac%25d%0D%0A%3A%3Aerror%3A%3Ae");
        assert_eq!(data("a,b:c%d\r\n::error::e"), "a,b:c%25d%0D%0A::error::e");
    }
}
