//! How often is each field missing, and how many are missing at once? (study, section 6.1)

use super::{FRAME, MARK, STUDY, Sides, by_hand, label, rates};
use crate::{
    cell::{Cell, Missing},
    chart::{
        Chart,
        rates::{Legend, Parts, Rates, Row},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{
    published::by_hand::errata,
    quality::{AtLeast, Basis, Field, Quality},
    set::Member,
};
use std::collections::BTreeMap;

const RATES: Legend =
    Legend { known: "missing", wrong: "wrong", unclear: "unclear: could be missing", mark: MARK };

pub fn rates(sides: &Sides) -> Exhibit {
    let mut sets = vec![("All models", sides.all)];
    sets.extend(sides.frame.map(|frame| (FRAME, frame)));
    let charts = sets.iter().map(|(heading, quality)| {
        let rows = quality.fields.iter().map(|(field, rate)| rates::row(*field, rate)).collect();
        Chart::Rates(Rates { heading: (*heading).to_owned(), rows, legend: RATES })
    });
    let charts = charts.collect();
    let rows = sets
        .iter()
        .flat_map(|(set, quality)| Field::ALL.iter().filter_map(|field| row(set, *field, quality)));
    Exhibit::table(
        "missing-rates",
        "Missing rates",
        "How often each field is missing. A field is missing if it is in none of the places where it could be, and all of \
         them were looked at; unclear if some were not, or the signs are too weak; not applicable if such a model needs \
         none. Bars are of all models that need the field, so that what is unclear can be seen; the dot is the rate of \
         those of which every place was looked at, the applicable ones, with its 95% interval by Wilson’s score.",
        vec![
            Column::text("field", "Field"),
            Column::text("models", "Of"),
            Column::number("present", "Present").under("Models"),
            Column::number("missing", "Missing").under("Models"),
            Column::number("wrong", "Wrong").under("Models"),
            Column::number("unclear", "Unclear").under("Models"),
            Column::number("not_applicable", "Not applicable").under("Models"),
            Column::number("applicable", "Applicable").under("Models"),
            Column::number("rate", "Missing").under("Rate"),
            Column::number("low", "from").under("Rate"),
            Column::number("high", "to").under("Rate"),
            Column::number("least", "at least").in_files_only(),
            Column::number("most", "at most").in_files_only(),
            Column::number("published_rate", "Missing").under("The study"),
            Column::number("published_of", "Of").in_files_only(),
        ],
        rows.collect(),
    )
    .displayed(Display::Charts(charts))
    .note(
        "A dependency is missing if a base was inferred and none is declared, and wrong if the evidence contradicts what \
         is declared; the wrong are not among the missing. A model that declares nothing and shows no sign of a base \
         needs none.",
    )
    .note(
        "The study’s rates are of 378 models that two annotators looked at by hand, drawn from its frame on 2025-06-25: the tenth \
         of the models for text generation that was downloaded most. A licence or a data set counted only if a tag stated it.",
    )
    .note(errata::EXEMPT)
    .note_if(
        sides.frame.is_some_and(|frame| frame.basis == Basis::Study && sides.all.basis != frame.basis),
        "Here, the study’s frame is judged as the study counted, too; all models are not.",
    )
}

fn row(set: &'static str, field: Field, quality: &Quality) -> Option<Vec<Cell>> {
    let rate = quality.fields.get(&field)?;
    let [low, high] = rates::ends(rate.interval);
    let counts = [rate.present, rate.missing, rate.wrong, rate.unclear, rate.not_applicable, rate.applicable];
    let mut row = vec![Cell::text(label(field)), Cell::text(set)];
    row.extend(counts.map(Cell::count));
    row.extend([rates::rate(rate), low, high]);
    row.extend(rates::ends(rate.bounds()));
    row.extend(match by_hand::missing(field) {
        Some(part) => [rates::by_hand(part), Cell::count(part.of)],
        None => [const { Cell::Missing(Missing::NotPublished) }; 2],
    });
    Some(row)
}

/// The models that fields are counted of.
struct Set<'a> {
    key: &'static str,
    heading: &'static str,
    models: u64,
    at_least: &'a BTreeMap<u8, AtLeast>,
}

pub fn at_least(sides: &Sides) -> Exhibit {
    let set = |key, heading, models, at_least| Set { key, heading, models, at_least };
    let decided = &sides.all.decided;
    let mut sets = vec![
        set("all", "All models", sides.all.models, &sides.all.at_least),
        set("decided", "Nothing unclear", decided.models, &decided.at_least),
    ];
    sets.extend(sides.frame.map(|frame| set("frame", FRAME, frame.models, &frame.at_least)));
    // What is empty would only look like a rate of zero.
    sets.retain(|set| set.models > 0);
    let charts = sets.iter().map(|set| {
        let rows = set.at_least.iter().map(|(fields, at_least)| Row {
            label: in_words(*fields),
            parts: Parts { known: at_least.rate, wrong: 0.0, unclear: 0.0 },
            rate: Some(at_least.rate),
            interval: Some(at_least.interval),
            mark: by_hand::at_least(*fields).map(by_hand::Part::share),
        });
        let legend = Legend { known: "missing or wrong", wrong: "", unclear: "", mark: MARK };
        Chart::Rates(Rates { heading: set.heading.to_owned(), rows: rows.collect(), legend })
    });
    let charts = charts.collect();
    let mut columns = vec![Column::text("fields", "Fields")];
    for set in &sets {
        columns.extend([
            Column::number(format!("{}_models", set.key), "Models").under(set.heading),
            Column::number(format!("{}_rate", set.key), "Share").under(set.heading),
            Column::number(format!("{}_low", set.key), "from").in_files_only(),
            Column::number(format!("{}_high", set.key), "to").in_files_only(),
        ]);
    }
    columns.extend([
        Column::number("published_models", "Models").under(STUDY),
        Column::number("published_rate", "Share").under(STUDY),
    ]);
    let rows = (1..=Field::ALL.len() as u8).map(|fields| {
        let mut row = vec![Cell::text(in_words(fields))];
        for set in &sets {
            row.extend(match set.at_least.get(&fields) {
                Some(at_least) => {
                    let [low, high] = at_least.interval.map(Cell::Share);
                    [Cell::count(at_least.models), rates::at_least(at_least, set.models), low, high]
                }
                None => [const { Cell::Missing(Missing::Nothing) }; 4],
            });
        }
        row.extend(match by_hand::at_least(fields) {
            Some(part) => [Cell::count(part.count), rates::by_hand(part)],
            None => [const { Cell::Missing(Missing::NotPublished) }; 2],
        });
        row
    });
    let rows = if sets.is_empty() { Vec::new() } else { rows.collect() };
    Exhibit::table(
        "at-least",
        "At least so many of five",
        "Models in which at least one, two, three, four or all five fields are missing or wrong, as a share of all models. \
         Where a field is unclear it is not counted, so the shares of all models are lower bounds; nothing is left out of \
         those of the models of which every field was looked at everywhere.",
        columns,
        rows,
    )
    .displayed(Display::Charts(charts))
}

fn in_words(fields: u8) -> String {
    match fields {
        5 => "all five".to_owned(),
        fields => format!("{fields} or more"),
    }
}
