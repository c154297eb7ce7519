//! What is wrong with the licence?
//!
//! A licence is never made up: only the model's own licence file says which one to write.

use super::{CARD, Found, Name, Subject, fixes::Change, license_text::License};
use crate::{
    card::license_meant,
    finding::{Code, Finding, Place},
};
use lineal_core::{
    clues::CardPart,
    quality::{Field, State},
};

/// Words of the hub that stand for a whole family of licences.
const FAMILIES: [(&str, &str); 5] =
    [("gpl", "gpl-"), ("lgpl", "lgpl-"), ("bsd", "bsd-"), ("cc", "cc"), ("openrail", "openrail")];
/// Licences that bind what is derived; what they are called with versions left out.
const BINDING: [&str; 12] = [
    "llama",
    "gemma",
    "cc-by-nc",
    "cc-by-sa",
    "cc-by-nd",
    "gpl",
    "agpl",
    "creativeml-openrail",
    "bigscience",
    "bigcode-openrail",
    "openrail",
    "health-ai",
];

pub fn rules(subject: &Subject, found: &mut Vec<Found>) {
    let declared = declared(subject);
    let of_file = of_file(subject);
    match (&*declared, of_file) {
        ([], Some((file, license))) => found.push(undeclared(subject, file, license)),
        ([], None) => missing(subject, found),
        (declared, Some((file, license))) if !declared.iter().any(|one| is_same(one, license)) => {
            found.push(wrong(subject, declared, file, license));
        }
        _ => {}
    }
    unnamed(subject, &declared, found);
    relicensed(subject, &declared, found);
}

/// The licences that are declared: in the front matter, or else wherever the record has one from.
fn declared(subject: &Subject) -> Vec<String> {
    let front = subject.card.and_then(|card| card.front.as_ref());
    let texts = front.map(|front| front.texts("license")).unwrap_or_default();
    let texts = texts.into_iter().map(|(text, _)| text).chain(subject.record.license.as_deref());
    let mut declared: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.trim().is_empty()) {
        // A spelling that the hub does not know is a finding of its own.
        let meant = license_meant(text).map_or_else(|| text.trim().to_lowercase(), str::to_owned);
        if !declared.contains(&meant) {
            declared.push(meant);
        }
    }
    declared
}

/// What the licence files hold, if they leave no doubt.
fn of_file<'a>(subject: &'a Subject) -> Option<(&'a str, License)> {
    let mut all = subject.licenses.iter();
    let (file, license) = all.next()?;
    let license = (*license)?;
    all.all(|(_, other)| *other == Some(license)).then_some((file, license))
}

/// Whether a declared licence is the one of a file, or its family.
fn is_same(declared: &str, license: License) -> bool {
    let family = FAMILIES.iter().find(|(word, _)| *word == declared);
    declared == license.as_str() || family.is_some_and(|(_, start)| license.as_str().starts_with(start))
}

fn undeclared(subject: &Subject, file: &str, license: License) -> Found {
    let what = format!("`{file}` holds {}, but the front matter states no licence", license.title());
    let fix = format!("add `license: {}` to the front matter", license.as_str());
    let mut found = subject.card_finding(Code::UndeclaredLicense, Place::START, what, fix);
    found.changes = vec![Change::set("license", license.as_str())];
    found
}

fn missing(subject: &Subject, found: &mut Vec<Found>) {
    let in_text = subject.card.is_some_and(|card| card.parts.has(CardPart::License));
    let file = subject.licenses.first().map(|(file, _)| file.as_str());
    let fix = "add `license` to the front matter, with an identifier of the hub's".to_owned();
    let at = subject.key("license");
    match (file, subject.state(Field::License)) {
        (Some(file), _) => {
            let what = format!("there is a file `{file}`, but the front matter states no licence");
            found.push(subject.card_finding(Code::UndeclaredLicense, at, what, fix));
        }
        (None, _) if in_text => {
            let what = "the text names a licence, but the front matter states none".to_owned();
            found.push(subject.card_finding(Code::UndeclaredLicense, at, what, fix));
        }
        (None, Some(State::Missing)) => {
            let what = "no licence is stated: nobody may use the model".to_owned();
            found.push(subject.card_finding(Code::MissingLicense, at, what, fix));
        }
        _ => {}
    }
}

fn wrong(subject: &Subject, declared: &[String], file: &str, license: License) -> Found {
    let what = format!(
        "the front matter states `{}`, but `{file}` holds {}",
        declared.join("`, `"),
        license.title()
    );
    let fix = format!(
        "state `license: {}`, or put the text of the licence that is meant into `{file}`",
        license.as_str()
    );
    subject.card_finding(Code::WrongLicense, subject.key("license"), what, fix)
}

fn unnamed(subject: &Subject, declared: &[String], found: &mut Vec<Found>) {
    let is_said = found.iter().any(|one| one.finding.code == Code::UnnamedLicense);
    let clues = &subject.record.clues;
    let is_named = clues.license_name.is_some() || clues.license_link.is_some();
    let has_front = subject.has_key("license");
    let is_named = is_named || subject.has_key("license_name") || subject.has_key("license_link");
    if has_front && !is_said && !is_named && declared == ["other"] {
        let what =
            "the licence is `other`, and neither `license_name` nor `license_link` says which".to_owned();
        let fix = "add `license_name` and `license_link` to the front matter".to_owned();
        found.push(subject.card_finding(Code::UnnamedLicense, subject.key("license"), what, fix));
    }
}

/// A base whose licence binds what is derived from it, and a model with another one.
fn relicensed(subject: &Subject, declared: &[String], found: &mut Vec<Found>) {
    if declared.is_empty() || declared.iter().any(|one| matches!(&**one, "other" | "unknown")) {
        return;
    }
    for base in subject.declared() {
        let Some(Name::Listed { name, license: Some(license) }) = subject.name(base) else { continue };
        let license = license.to_lowercase();
        let Some(family) = BINDING.iter().find(|family| license.starts_with(**family)) else { continue };
        if declared.iter().any(|one| one.starts_with(family)) {
            continue;
        }
        let what = format!(
            "the licence is `{}`, but that of the base `{name}` is `{license}`",
            declared.join("`, `")
        );
        let fix = format!("state `license: {license}`, unless the base's licence allows another one");
        found.push(Found {
            finding: Finding {
                code: Code::Relicensed,
                file: CARD.to_owned(),
                at: subject.key("license"),
                what,
                fix: Some(fix),
            },
            changes: Vec::new(),
        });
    }
}
