//! Updated models: how many there are, and by which commits.

use super::{count, csv::cell, share, some, table};
use lineal_core::{
    reading::Commit,
    updates::{Evidence, FileKinds, Found, Intent, Parts, Update, Updates},
};
use serde::Serialize;

/// The snapshots that the study speaks of where it counts updates: its last two.
const STUDIED: [&str; 2] = ["2025-06-25", "2025-07-02"];
/// What it published: models updated in the 17 weeks up to the last one.
const PUBLISHED: Parts = Parts {
    models: 145_445,
    isolated: 99_168,
    relational: 46_277,
    base: 13_666,
    derived: 37_685,
    finetune: 30_872,
    quantized: 5_704,
    merge: 1_109,
    other: 0,
};
const PUBLISHED_SUCCESSORS: u64 = 1_899;

/// The table of parts, and what is to be known about it.
pub fn summary(updates: &Updates) -> String {
    let mut text = coverage(updates);
    if updates.known.models == 0 {
        return text;
    }
    let is_studied = STUDIED.contains(&updates.snapshot.to_string().as_str());
    type Part = (&'static str, fn(&Parts) -> u64);
    const PARTS: [Part; 9] = [
        ("models", |parts| parts.models),
        ("isolated", |parts| parts.isolated),
        ("relational", |parts| parts.relational),
        ("base", |parts| parts.base),
        ("derived", |parts| parts.derived),
        ("finetune", |parts| parts.finetune),
        ("quantized", |parts| parts.quantized),
        ("merge", |parts| parts.merge),
        ("other", |parts| parts.other),
    ];
    let row = |(name, of): Part| {
        let (listed, known, updated) = (of(&updates.listed), of(&updates.known), of(&updates.updated));
        let published = match of(&PUBLISHED) {
            0 => super::UNSTATED.to_owned(),
            published => count(published),
        };
        let mut row =
            vec![name.to_owned(), count(listed), count(known), count(updated), share(updated, known)];
        row.extend(is_studied.then_some(published));
        row
    };
    let mut heading = vec!["", "listed", "commits known", "updated", "of those known"];
    heading.extend(is_studied.then_some("study, 17 weeks"));
    text += &format!("\n\n{}\n", table(&heading, &[1, 2, 3, 4, 5], PARTS.map(row)));
    let intents = updates.by_intent.iter().map(|(intent, models)| (intent.as_str(), *models));
    let why = &updates.not_updated;
    let reasons = [
        ("nothing after the initial uploads", why.initial_only),
        ("documentation only", why.documentation_only),
        ("changes that no title calls an update, a fix or a checkpoint", why.unmarked),
    ];
    let rows = |rows: Vec<(&str, u64)>| -> Vec<Vec<String>> {
        rows.into_iter().map(|(what, models)| vec![count(models), what.to_owned()]).collect()
    };
    text += &format!("\n{}\n", table(&["models", "updated with intent"], &[0], rows(intents.collect())));
    text += &format!("\n{}\n", table(&["models", "not updated"], &[0], rows(reasons.to_vec())));
    text += &format!("\n{} make these models updated", some(updates.commits, "commit"));
    text += &format!("\nfiles at several commits are known of {}", some(updates.compared, "model"));
    if updates.compared > 0 {
        text += &format!(
            "; by files alone, {} updated, and {} without saying so",
            are(updates.by_files_only),
            changed(updates.unsaid),
        );
    }
    let studied = match is_studied {
        true => format!(" (study: {})", count(PUBLISHED_SUCCESSORS)),
        false => String::new(),
    };
    text += &format!(
        "\n{} a newer version{studied}; see `lineal successors`",
        match updates.declaring_successor {
            1 => "1 model declares".to_owned(),
            models => format!("{} declare", some(models, "model")),
        },
    );
    text
}

fn are(models: u64) -> String {
    format!("{} {}", some(models, "model"), if models == 1 { "is" } else { "are" })
}

fn changed(models: u64) -> String {
    format!("{} changed", some(models, "model"))
}

/// How many models can be judged, and what to do about the others.
pub fn coverage(updates: &Updates) -> String {
    let (listed, known) = (updates.listed.models, updates.known.models);
    let of = format!("commits are known of {} of {}", count(known), some(listed, "model"));
    let snapshot = updates.snapshot;
    match known {
        0 => format!(
            "snapshot {snapshot}: {of}, so nothing is known of updates\nread them with `lineal crawl commits`, and files with `lineal crawl files`"
        ),
        known if known == listed => format!("snapshot {snapshot}: {of}"),
        _ => format!(
            "snapshot {snapshot}: {of} ({}); of the others it is not known whether they were updated",
            share(known, listed)
        ),
    }
}

/// An updated model, as it is listed.
#[derive(Serialize)]
pub struct Updated<'a> {
    pub model: &'a str,
    /// Those that make it updated, newest first.
    pub commits: Vec<Listed>,
}

/// A commit that makes its model updated.
#[derive(Serialize)]
pub struct Listed {
    commit: String,
    date: Option<String>,
    intent: Intent,
    evidence: Evidence,
    /// The kinds of files that differ, where they are the evidence.
    files: Option<FileKinds>,
    title: String,
}

/// Returns the commits that make a model updated, out of all that it has.
pub fn commits(all: &[Commit], found: &Found) -> Vec<Listed> {
    let listed = |update: &Update| {
        let Commit { id, title, date, .. } = &all[update.place];
        Listed {
            commit: id.iter().map(|byte| format!("{byte:02x}")).collect(),
            date: date.and_then(time),
            intent: update.intent,
            evidence: update.evidence,
            files: if let Evidence::Files(kinds) = update.evidence { Some(kinds) } else { None },
            title: title.clone(),
        }
    };
    found.updates.iter().map(listed).collect()
}

pub const CSV_HEADING: &str = "model,commit,date,intent,evidence,files,title";

impl Updated<'_> {
    /// A line for each commit.
    pub fn lines(&self) -> Vec<String> {
        let line = |update: &Listed| {
            let day = update.date.as_deref().map_or("          ", |date| &date[..10.min(date.len())]);
            let files = update.files.map_or(String::new(), |kinds| format!(" [{}]", words(kinds)));
            let title = update.title.replace('\n', " ");
            format!("{} {day} {}{files} {title}", self.model, update.intent.as_str())
        };
        self.commits.iter().map(line).collect()
    }

    pub fn csv(&self) -> Vec<String> {
        let line = |update: &Listed| {
            let evidence = if update.files.is_some() { "files" } else { "title" };
            let files = update.files.map(words).unwrap_or_default();
            let date = update.date.as_deref().unwrap_or_default();
            let Listed { commit, intent, title, .. } = update;
            format!(
                "{},{commit},{date},{},{evidence},{files},{}",
                cell(self.model),
                intent.as_str(),
                cell(title)
            )
        };
        self.commits.iter().map(line).collect()
    }
}

fn words(kinds: FileKinds) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

fn time(milliseconds: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp_millis(milliseconds)?;
    Some(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
