//! What does a snapshot say of a model, line by line?

use crate::{
    cell::{Cell, Missing, visible},
    number,
    serve::pages::{
        frame::Fact,
        table::{Columns, Table},
    },
};
use lineal_core::{big::BigCount, field::Field, set::Member, subject::Subject};

/// What a fact is, to be shown or compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Names it in data.
    pub key: &'static str,
    pub label: &'static str,
    pub cell: Cell,
}

/// Returns the facts of a model in the order of its page.
pub fn lines(subject: &Subject) -> Vec<Line> {
    let line = |key, label, cell| Line { key, label, cell };
    let words = |words: &Option<String>| words.as_deref().map_or(NOT_STATED, Cell::name);
    let count = |count: Option<u64>| count.map_or(NOT_STATED, Cell::count);
    let flag =
        |flag: Option<bool>| flag.map_or(NOT_STATED, |flag| Cell::text(if flag { "yes" } else { "no" }));
    vec![
        line("task", "Task", words(&subject.task)),
        line("library", "Library", words(&subject.library)),
        line("license", "Licence", words(&subject.license)),
        line("downloads", "Downloads in 30 days", count(subject.downloads)),
        line("likes", "Likes", count(subject.likes)),
        line("parameters", "Parameters", count(subject.parameters)),
        line("created", "Created", words(&subject.created)),
        line("modified", "Modified", words(&subject.modified)),
        line(
            "gated",
            "Access",
            match subject.gated.as_deref() {
                None => NOT_STATED,
                Some("no") => Cell::text("open"),
                Some(gated) => Cell::text(format!("on request ({})", visible(gated))),
            },
        ),
        line("private", "Private", flag(subject.private)),
        line("disabled", "Disabled", flag(subject.disabled)),
        line("sha", "Commit", words(&subject.sha)),
        line("hub_id", "Hub id", words(&subject.hub_id)),
    ]
}

const NOT_STATED: Cell = Cell::Missing(Missing::NotStated);

/// Returns the facts as the page shows them; nothing of a missing base. What is rarely so is left out
/// where it is not.
pub fn of(subject: &Subject) -> Vec<Fact> {
    if subject.missing {
        return Vec::new();
    }
    let is_told = |line: &Line| match line.key {
        "private" | "disabled" => line.cell == Cell::text("yes"),
        "gated" | "sha" | "hub_id" => line.cell != NOT_STATED,
        _ => true,
    };
    let fact = |line: Line| Fact {
        label: line.label,
        is_missing: line.cell == NOT_STATED,
        words: match (&line.cell, line.key) {
            (Cell::Count(count), "parameters") => rounded(count, &line.cell),
            _ => line.cell.shown(),
        },
    };
    lines(subject).into_iter().filter(is_told).map(fact).collect()
}

/// A large number as people say it, and in full.
fn rounded(count: &BigCount, cell: &Cell) -> String {
    match count.per(&1.into()) {
        Some(size) if size >= 10_000.0 => format!("{} ({})", number::compact(size), cell.shown()),
        _ => cell.shown(),
    }
}

/// What a model is by its relations, in a sentence.
pub fn role(role: &str) -> &'static str {
    match role {
        "root" => "A root: others were made from it, and it declares no base.",
        "derived" => "A derived model: it was made from others.",
        "isolated" => "An isolated model: it declares no base, and none was made from it.",
        "missing" => {
            "A missing base: models name it, and the snapshot does not list it. Nothing else is known of it."
        }
        _ => "",
    }
}

/// A field of metadata and how it stands.
pub type Standing = (Field, String);

/// Returns how the fields of metadata stand, in the study's order; none of a missing base.
pub fn metadata(subject: &Subject) -> Vec<Standing> {
    let standing = |field: &Field| Some((*field, subject.metadata.get(field.as_str())?.clone()));
    Field::ALL.iter().filter_map(standing).collect()
}

pub fn metadata_table(metadata: &[Standing]) -> Table<'_> {
    Columns::of(
        "metadata",
        "Metadata",
        "Whether the five things that a reader needs are stated. Unclear means that nobody looked everywhere, or that \
         the signs are weak.",
        metadata,
    )
    .text("field", "Field", |row| Cell::text(label(row.0)))
    .text("state", "State", |row| Cell::text(state(&row.1)))
    .done()
}

fn label(field: Field) -> &'static str {
    match field {
        Field::License => "Licence",
        Field::Performance => "Performance",
        Field::Template => "Prompt template",
        Field::Dataset => "Data sets",
        Field::Dependency => "Dependencies",
    }
}

fn state(state: &str) -> String {
    match state {
        "not_applicable" => "not applicable".to_owned(),
        state => visible(state),
    }
}
