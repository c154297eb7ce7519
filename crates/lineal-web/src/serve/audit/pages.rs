//! What is on a page of the audit?

use super::{Dispute, form_of};
use crate::{cell::visible, number};
use askama::Template;
use lineal_core::{
    audit::{
        annotator::Annotator,
        answers::{Column, LONGEST_TEXT, possible, word},
        settle::Annotated,
        sheet::{Row, Sheet},
        table,
    },
    operation::Operation,
    quality::{Field, State},
    set::Member,
};

#[derive(Template)]
#[template(path = "serve/start.html")]
pub(super) struct Start {
    people: Vec<Person>,
    /// How many models wait for the third person; `None` until everybody is done.
    open: Option<usize>,
}

struct Person {
    name: String,
    done: usize,
    of: usize,
}

pub(super) fn start(sheets: &[Annotated], open: Option<usize>) -> Start {
    let person = |each: &Annotated| Person {
        name: each.name.clone(),
        done: each.sheet.complete(),
        of: each.sheet.rows.len(),
    };
    Start { people: sheets.iter().map(person).collect(), open }
}

#[derive(Template)]
#[template(path = "serve/form.html")]
pub(super) struct FormPage {
    who: String,
    action: String,
    token: String,
    /// The model's place, from 1.
    number: usize,
    id: String,
    link: Option<String>,
    context: Vec<(String, String)>,
    questions: Vec<Question>,
    /// The operations that can be chosen, and whether each is.
    operations: Vec<(String, bool)>,
    asks_for_real: bool,
    real_base: String,
    note: String,
    longest_text: usize,
    /// The other pages of the same sheet: number and whether it is done.
    places: Vec<(usize, bool)>,
    places_at: String,
    home: &'static str,
    /// Answers that are not asked for here and stay as they are.
    kept: Vec<(&'static str, String)>,
}

impl FormPage {
    fn of(&self) -> usize {
        self.places.len()
    }

    fn done(&self) -> usize {
        self.places.iter().filter(|(_, is_done)| *is_done).count()
    }
}

struct Question {
    key: &'static str,
    name: &'static str,
    words: &'static str,
    choices: Vec<Choice>,
    is_answered: bool,
    /// What others said, for the third person.
    said: Vec<String>,
}

struct Choice {
    word: &'static str,
    hint: &'static str,
    is_chosen: bool,
}

pub(super) fn form(annotator: &Annotator, sheet: &Sheet, at: usize, token: &str) -> FormPage {
    let questions = Field::ALL.iter().map(|field| question(*field, &sheet.rows[at], Vec::new())).collect();
    let places = sheet.rows.iter().enumerate();
    FormPage {
        who: annotator.to_string(),
        action: form_of(annotator, at),
        places: places.map(|(at, row)| (at + 1, row.answers.are_complete())).collect(),
        places_at: format!("/audit/by/{annotator}"),
        ..page(sheet, at, at, questions, token)
    }
}

pub(super) fn dispute(
    disputes: &[Dispute],
    at: usize,
    third: &Sheet,
    row: usize,
    sheets: &[Annotated],
    token: &str,
) -> FormPage {
    let dispute = &disputes[at];
    let said = |field: Field| {
        let of = |each: &Annotated| {
            let state = each.sheet.row(&dispute.id)?.answers.states.get(&field)?;
            Some(format!("{}: {}", each.name, word(field, *state)))
        };
        sheets.iter().filter_map(of).collect()
    };
    let questions = dispute.fields.iter().map(|(field, _)| question(*field, &third.rows[row], said(*field)));
    let places = disputes.iter().enumerate();
    FormPage {
        who: "Disagreements".to_owned(),
        action: format!("/audit/disagreements/{}", at + 1),
        places: places.map(|(at, dispute)| (at + 1, !dispute.is_open())).collect(),
        places_at: "/audit/disagreements".to_owned(),
        home: "/audit/disagreements",
        ..page(third, row, at, questions.collect(), token)
    }
}

/// What both kinds of forms have.
fn page(sheet: &Sheet, at: usize, place: usize, questions: Vec<Question>, token: &str) -> FormPage {
    let row = &sheet.rows[at];
    let cell = |name: &str| {
        let at = sheet.context.iter().position(|column| column == name)?;
        row.context.get(at).map(String::as_str)
    };
    // Only what leads to a web page becomes a link, whatever a sheet holds.
    let is_web = |link: &&str| ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme));
    let context = sheet.context.iter().zip(&row.context).filter(|(name, _)| *name != "link");
    let context = context.map(|(name, text)| (visible(&name.replace('_', " ")), shown(name, text)));
    let operation = row.answers.text(Column::RealOperation);
    let is_asked = |column: &Column| match column {
        Column::Field(field) => questions.iter().any(|question| question.key == field.as_str()),
        Column::RealOperation | Column::RealBase => {
            questions.iter().any(|question| question.key == DEPENDENCY)
        }
        Column::Note => true,
    };
    let kept = Column::ALL.iter().filter(|column| !is_asked(column));
    FormPage {
        who: String::new(),
        action: String::new(),
        token: token.to_owned(),
        number: place + 1,
        id: visible(&row.id),
        link: cell("link").filter(is_web).map(str::to_owned),
        context: context.collect(),
        operations: Operation::NAMED
            .iter()
            .map(|each| (each.to_string(), each.as_str() == operation))
            .collect(),
        asks_for_real: is_asked(&Column::RealBase),
        real_base: row.answers.real_base.clone(),
        note: row.answers.note.clone(),
        longest_text: LONGEST_TEXT,
        places: Vec::new(),
        places_at: String::new(),
        home: "/audit",
        kept: kept.map(|column| (column.as_str(), row.answers.text(*column).to_owned())).collect(),
        questions,
    }
}

/// How much is shown of what a model declares; its own page has the rest.
const LONGEST_SHOWN: usize = 1_000;

const DEPENDENCY: &str = "dependency";

/// A value as people read it; nothing is not stated.
fn shown(name: &str, text: &str) -> String {
    match (text, text.parse::<u64>()) {
        ("", _) => "–".to_owned(),
        (_, Ok(count)) if name.contains("downloads") => number::count(&count.into()),
        _ if text.chars().count() > LONGEST_SHOWN => {
            visible(&text.chars().take(LONGEST_SHOWN).chain(['…']).collect::<String>())
        }
        _ => visible(text),
    }
}

fn question(field: Field, row: &Row, said: Vec<String>) -> Question {
    let chosen = row.answers.states.get(&field).copied();
    let choice = |(state, word): (State, &'static str)| Choice {
        word,
        hint: hint(field, state),
        is_chosen: chosen == Some(state),
    };
    Question {
        key: field.as_str(),
        name: table::name(field),
        words: words(field),
        choices: possible(field, row.declares).map(choice).collect(),
        is_answered: chosen.is_some(),
        said,
    }
}

fn words(field: Field) -> &'static str {
    match field {
        Field::License => "Does it say under which licence it may be used?",
        Field::Performance => "Does it report how well it does, in a table, a figure or in numbers?",
        Field::Template => "Does it say how to prompt it: a template, or an example that shows one?",
        Field::Dataset => "Does it name the data it was trained on?",
        Field::Dependency => "Does it say, and rightly, which models it was made from?",
    }
}

fn hint(field: Field, state: State) -> &'static str {
    match (field, state) {
        (_, State::Unclear) => "cannot be told",
        (Field::Dependency, State::Present) => "what it declares is true",
        (Field::Dependency, State::Wrong) => "what it declares is not",
        (Field::Dependency, State::Missing) => "made from another, undeclared",
        (Field::Dependency, State::NotApplicable) => "made from no other model",
        (_, State::Present) => "it does",
        (_, State::Missing) => "it should, and does not",
        (_, State::NotApplicable) => "it need not",
        (_, State::Wrong) => "",
    }
}

#[derive(Template)]
#[template(path = "serve/disputes.html")]
pub(super) struct Disputes {
    models: Vec<DisputeLine>,
    open: usize,
}

struct DisputeLine {
    id: String,
    fields: String,
    is_open: bool,
}

pub(super) fn disputes(disputes: &[Dispute]) -> Disputes {
    let line = |dispute: &Dispute| {
        let fields: Vec<&str> = dispute.fields.iter().map(|(field, _)| table::name(*field)).collect();
        DisputeLine { id: visible(&dispute.id), fields: fields.join(", "), is_open: dispute.is_open() }
    };
    let open = disputes.iter().filter(|dispute| dispute.is_open()).count();
    Disputes { models: disputes.iter().map(line).collect(), open }
}
