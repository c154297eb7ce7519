//! What was found of watched models, in words.

use super::{count, some};
use lineal_core::watch::{Finding, Report};

/// For how many watched models a finding is spelled out; the JSON has all.
const SPELLED_OUT: usize = 5;

/// The findings, each model's together, and what was checked.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let together = |one: &Finding, other: &Finding| {
        (one.code, &one.model, one.since, &one.before, &one.after)
            == (other.code, &other.model, other.since, &other.before, &other.after)
    };
    for group in report.findings.chunk_by(together) {
        let Some(Finding { severity, code, model, before, after, what, .. }) = group.first() else {
            continue;
        };
        text += &format!("{} {} {model}", severity.as_str(), code.as_str());
        if before.is_some() || after.is_some() {
            text += &format!(": {} → {}", value(before), value(after));
        }
        text += &format!("\n  {what}\n");
        for finding in group.iter().take(SPELLED_OUT) {
            match finding.via.is_empty() {
                true => text += &format!("  {}\n", finding.meaning),
                // The way alone can fill a line.
                false => text += &format!("  {}\n    {}\n", finding.via.join(" < "), finding.meaning),
            }
        }
        if group.len() > SPELLED_OUT {
            let others = (group.len() - SPELLED_OUT) as u64;
            text += &format!("  and the same for {}\n", some(others, "other watched model"));
        }
    }
    text + &summary(report)
}

/// A value before or after; a hash by its beginning.
fn value(value: &Option<String>) -> &str {
    let Some(value) = value else { return "nothing" };
    let is_hash = value.len() == 40 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { &value[..12] } else { value }
}

fn summary(report: &Report) -> String {
    let findings = match report.findings.len() as u64 {
        0 => "no findings".to_owned(),
        number => some(number, "finding"),
    };
    let place = match (&report.snapshot, &report.hub) {
        (Some(snapshot), _) => format!("in snapshot {snapshot}"),
        (None, Some(hub)) => format!("on {hub}"),
        (None, None) => String::new(),
    };
    let since = match report.since {
        Some(since) if report.snapshot != report.since => format!("since {since}"),
        _ => "since they were pinned".to_owned(),
    };
    let ancestors = report.checked.saturating_sub(report.watched);
    format!(
        "{findings}: {} and {} {place}, {since}",
        some(report.watched, "watched model"),
        match ancestors {
            1 => "1 ancestor".to_owned(),
            ancestors => format!("{} ancestors", count(ancestors)),
        }
    )
}
