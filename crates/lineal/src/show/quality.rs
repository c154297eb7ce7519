//! How good metadata is: the rates first, then what they are made of.

use super::{UNSTATED, count, infer::Relation, per_cent, some, table};
use crate::ui::Ui;
use lineal_core::{
    infer::Inferred,
    quality::{
        Basis, Combination, Dimension, Field, OfModel, Quality, Rate, Slice, State,
        study::{self, Measure},
        trend::Row,
    },
    set::Member,
    world::World,
};
use serde::Serialize;
use std::io;

/// The whole answer, as its JSON has it.
#[derive(Serialize)]
pub struct Answer {
    #[serde(flatten)]
    pub quality: Quality,
    /// The models that the study drew its sample from, judged by its rules.
    pub study: Quality,
    /// A row for each snapshot, where all were asked for.
    pub trend: Vec<Row>,
}

/// The fields as headings.
const HEADINGS: [(Field, &str); 5] = [
    (Field::License, "licence"),
    (Field::Performance, "performance"),
    (Field::Template, "template"),
    (Field::Dataset, "data sets"),
    (Field::Dependency, "dependency"),
];

fn heading(field: Field) -> &'static str {
    HEADINGS.iter().find(|row| row.0 == field).map_or("", |row| row.1)
}

fn state(state: State) -> &'static str {
    match state {
        State::Present => "present",
        State::Missing => "missing",
        State::Wrong => "wrong",
        State::NotApplicable => "not applicable",
        State::Unclear => "unclear",
    }
}

/// Prints every table.
pub fn tables(answer: &Answer, ui: &mut Ui) -> io::Result<()> {
    let Answer { quality, study, trend } = answer;
    let basis = match quality.basis {
        Basis::Declared => "stated where a program can read it",
        Basis::Anywhere => "stated anywhere",
        Basis::Study => "stated as the study counted",
    };
    ui.text(&format!(
        "Quality of snapshot {}: {}, {basis}",
        quality.snapshot,
        some(quality.models, "model")
    ))?;
    ui.heading("Missing fields")?;
    ui.text(&rates(quality))?;
    ui.heading("Fields missing or wrong, at least")?;
    ui.text(&at_least(quality))?;
    ui.heading("Which together")?;
    ui.text(&combinations(&quality.combinations))?;
    ui.heading("Dependencies")?;
    ui.text(&dependencies(quality))?;
    for dimension in Dimension::ALL {
        let slices: Vec<&Slice> = quality.by.iter().filter(|slice| slice.dimension == *dimension).collect();
        if slices.len() > 1 {
            ui.heading(&format!("Missing by {}", dimension.as_str().replace('_', " ")))?;
            ui.text(&by(&slices))?;
        }
    }
    ui.heading("The models that the study drew its sample from")?;
    ui.text(&beside_the_study(study))?;
    if trend.len() > 1 {
        ui.heading("Missing over time")?;
        ui.text(&over_time(trend))?;
    }
    Ok(())
}

fn interval(interval: Option<[f64; 2]>) -> String {
    let Some([low, high]) = interval else { return UNSTATED.to_owned() };
    format!("{:.1} – {:.1} %", low * 100.0, high * 100.0)
}

/// The five fields, a row each.
pub fn rates(quality: &Quality) -> String {
    let row = |(field, rate): (&Field, &Rate)| {
        vec![
            heading(*field).to_owned(),
            per_cent(rate.rate),
            interval(rate.interval),
            rate.bounds().map_or(UNSTATED.to_owned(), |bounds| interval(Some(bounds))),
            count(rate.missing),
            count(rate.applicable),
            count(rate.wrong),
            count(rate.present),
            count(rate.unclear),
            count(rate.not_applicable),
        ]
    };
    let columns = ["", "missing", "95 %", "models", "of", "wrong", "present", "unclear", "not applicable"];
    table(&columns, &[1, 2, 3, 4, 5, 6, 7, 8], quality.fields.iter().map(row))
}

fn at_least(quality: &Quality) -> String {
    let row = |(number, all): (&u8, &lineal_core::quality::AtLeast)| {
        let decided = quality.decided.at_least.get(number).filter(|_| quality.decided.models > 0);
        vec![
            count(number),
            count(all.models),
            per_cent(Some(all.rate)),
            decided.map_or(UNSTATED.to_owned(), |decided| per_cent(Some(decided.rate))),
        ]
    };
    let rows = quality.at_least.iter().map(row);
    let decided = format!("of the {} with nothing unclear", count(quality.decided.models));
    table(&["fields", "models", "of all", &decided], &[0, 1, 2, 3], rows)
}

fn combinations(combinations: &[Combination]) -> String {
    let row = |combination: &Combination| {
        let names: Vec<&str> = combination.fields.iter().map(|field| heading(*field)).collect();
        let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        vec![count(combination.models), per_cent(Some(combination.rate)), names]
    };
    table(&["models", "share", "missing or wrong"], &[0, 1], combinations.iter().take(10).map(row))
}

fn dependencies(quality: &Quality) -> String {
    let found = &quality.dependencies;
    format!(
        "{} a base, {} of them against the evidence: {} right ({})\n{} none, and for {} of them one is inferred: \
         {} of all that are known are declared ({})",
        plural(found.declared, "declares", "declare"),
        count(found.contradicted),
        per_cent(found.precision),
        interval(found.precision_interval),
        plural(found.undeclared, "declares", "declare"),
        count(found.inferred),
        per_cent(found.recall),
        interval(found.recall_interval),
    )
}

fn plural(models: u64, one: &str, several: &str) -> String {
    format!("{} {}", some(models, "model"), if models == 1 { one } else { several })
}

fn by(slices: &[&Slice]) -> String {
    let row = |slice: &&Slice| {
        let value = match (&slice.value, slice.gathered) {
            (Some(value), _) => value.clone(),
            (None, 0) => "not stated".to_owned(),
            (None, gathered) => format!("{} more", count(gathered)),
        };
        let mut row = vec![value, count(slice.models)];
        row.extend(HEADINGS.map(|(field, _)| per_cent(slice.fields.get(&field).and_then(|rate| rate.rate))));
        row.push(per_cent(Some(slice.at_least_one.rate)));
        row
    };
    let mut columns = vec!["", "models"];
    columns.extend(HEADINGS.map(|(_, heading)| heading));
    columns.push("any");
    table(&columns, &[1, 2, 3, 4, 5, 6, 7], slices.iter().map(row))
}

fn over_time(rows: &[Row]) -> String {
    let row = |row: &Row| {
        let mut cells = vec![row.snapshot.to_string(), count(row.models)];
        cells.extend(HEADINGS.map(|(field, _)| per_cent(row.fields.get(&field).and_then(|rate| rate.rate))));
        cells
    };
    let mut columns = vec!["", "models"];
    columns.extend(HEADINGS.map(|(_, heading)| heading));
    table(&columns, &[1, 2, 3, 4, 5, 6], rows.iter().map(row))
}

/// Measured here beside what the study found by hand.
fn beside_the_study(here: &Quality) -> String {
    let measure = |measure: Measure| match measure {
        Measure::Missing(field) => format!("missing: {}", heading(field)),
        Measure::Precision => "precision of declared dependencies".to_owned(),
        Measure::Recall => "recall of declared dependencies".to_owned(),
        Measure::AtLeast(number) => format!("fields missing or wrong: {number} or more"),
    };
    let row = |row: study::Row| {
        let measured = row.measured.filter(|measured| measured.of > 0);
        vec![
            measure(row.measure),
            per_cent(row.by_hand.rate),
            interval(row.by_hand.interval),
            measured.map_or(UNSTATED.to_owned(), |measured| per_cent(measured.rate)),
            measured.map_or(UNSTATED.to_owned(), |measured| count(measured.of)),
        ]
    };
    let columns = ["", "by hand, of 378", "95 %", "here", "of"];
    format!(
        "{} for text generation, the most downloaded tenth\n\n{}",
        some(here.models, "model"),
        table(&columns, &[1, 2, 3, 4], study::compare(Some(here)).into_iter().map(row))
    )
}

/// One model judged, with what was inferred of it.
#[derive(Serialize)]
pub struct Judged<'a> {
    snapshot: String,
    #[serde(flatten)]
    judged: OfModel,
    inferred: Vec<Relation<'a>>,
}

impl<'a> Judged<'a> {
    pub fn of(world: &'a World, judged: OfModel, inferred: &'a [Inferred]) -> Judged<'a> {
        let inferred = inferred.iter().map(|relation| Relation::of(world, relation)).collect();
        Judged { snapshot: world.snapshot.to_string(), judged, inferred }
    }

    pub fn text(&self) -> String {
        let row = |(field, verdict): (&Field, &lineal_core::quality::Verdict)| {
            vec![heading(*field).to_owned(), state(verdict.state).to_owned(), verdict.evidence.join("; ")]
        };
        let fields = table(&["field", "", "because"], &[], self.judged.fields.iter().map(row));
        let inferred: String =
            self.inferred.iter().map(|relation| format!("\n{}", relation.text())).collect();
        let inferred = if inferred.is_empty() { inferred } else { format!("\n\nInferred:{inferred}") };
        format!("{} in snapshot {}\n\n{fields}{inferred}", self.judged.model, self.snapshot)
    }
}
