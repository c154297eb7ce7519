//! What was found of watched models, in words.

use super::{count, some};
use lineal_core::watch::{Finding, Report};

/// For how many watched models a finding is spelled out; the JSON has all.
const SPELLED_OUT: usize = 5;

/// The findings, each model's together, and what was checked.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let together = |one: &Finding, other: &Finding| one.code == other.code && one.model == other.model;
    for group in report.findings.chunk_by(together) {
        let Some(first) = group.first() else { continue };
        text += &format!("{} {} {}", first.severity.as_str(), first.code.as_str(), first.model);
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        if first.before.is_some() || first.after.is_some() {
            text += &format!(": {} → {}", value(&first.before), value(&first.after));
        }
        text.push('\n');
        for finding in group.iter().take(SPELLED_OUT) {
            if !finding.via.is_empty() {
                text += &format!("  {}\n", finding.via.join(" < "));
            }
            text += &format!("  {}\n", finding.meaning);
        }
        if group.len() > SPELLED_OUT {
            let others = (group.len() - SPELLED_OUT) as u64;
            text += &format!("  and the same for {}\n", some(others, "other watched model"));
        }
    }
    text + &summary(report)
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
        Some(since) => format!("since {since}"),
        None => "since they were pinned".to_owned(),
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
