//! What is missing in which kinds of models?

use super::{Sides, label, rates};
use crate::{
    cell::{Cell, Missing},
    exhibit::{Column, Exhibit},
    number,
};
use lineal_core::{
    quality::{Dimension, Field, Slice},
    set::Member,
};

/// What the page calls a dimension: key, title, the label of its values, and its definition.
struct Words {
    key: &'static str,
    title: &'static str,
    value: &'static str,
    definition: &'static str,
}

fn words(dimension: Dimension) -> Words {
    let (key, title, value, definition) = match dimension {
        Dimension::Task => (
            "missing-by-task",
            "By task",
            "Task",
            "Missing rates by the task that the hub lists a model under, the largest first.",
        ),
        Dimension::Category => (
            "missing-by-category",
            "By category of task",
            "Category",
            "Missing rates by the study’s category of a model’s task.",
        ),
        Dimension::Operation => (
            "missing-by-operation",
            "By operation",
            "Operation",
            "Missing rates by how a model was derived, as its publisher declares it; of several operations the first.",
        ),
        Dimension::Library => (
            "missing-by-library",
            "By library",
            "Library",
            "Missing rates by the library that a model says it is for, the largest first.",
        ),
        Dimension::OwnerSize => (
            "missing-by-owner-size",
            "By size of the owner",
            "Models of the owner",
            "Missing rates by how many models the owner has. Models with a bare legacy name have no owner.",
        ),
        Dimension::DownloadDecile => (
            "missing-by-downloads",
            "By downloads",
            "Tenth",
            "Missing rates by downloads: tenth 10 was downloaded most. Models with equally many downloads are in the same \
             tenth, so that some can be empty.",
        ),
        Dimension::CreatedYear => (
            "missing-by-year",
            "By year of creation",
            "Year",
            "Missing rates by the year in which a model was created, of those that are still there. Earlier ones are from \
             before the hub noted it.",
        ),
    };
    Words { key, title, value, definition }
}

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let tables = Dimension::ALL.iter().map(|dimension| by(sides, *dimension));
    tables.filter(|exhibit| !exhibit.rows.is_empty()).collect()
}

fn by(sides: &Sides, dimension: Dimension) -> Exhibit {
    let words = words(dimension);
    let mut columns = vec![
        Column::text("value", words.value),
        Column::number("models", "Models"),
        Column::number("at_least_one", "Any"),
        Column::number("at_least_one_low", "from").in_files_only(),
        Column::number("at_least_one_high", "to").in_files_only(),
    ];
    for field in Field::ALL {
        let key = |what: &str| format!("{}_{what}", field.as_str());
        columns.push(Column::number(key("rate"), label(*field)).under("Missing"));
        let in_files =
            ["low", "high", "applicable", "missing", "wrong", "present", "unclear", "not_applicable"];
        columns.extend(in_files.map(|what| Column::number(key(what), what).in_files_only()));
    }
    let slices = sides.all.by.iter().filter(|slice| slice.dimension == dimension);
    Exhibit::table(words.key, words.title, words.definition, columns, slices.map(row).collect()).shaded()
}

fn row(slice: &Slice) -> Vec<Cell> {
    let [low, high] = slice.at_least_one.interval.map(Cell::Share);
    let mut row = vec![
        value(slice),
        Cell::count(slice.models),
        rates::at_least(&slice.at_least_one, slice.models),
        low,
        high,
    ];
    for field in Field::ALL {
        let Some(rate) = slice.fields.get(field) else {
            row.extend([const { Cell::Missing(Missing::Nothing) }; 9]);
            continue;
        };
        let counts =
            [rate.applicable, rate.missing, rate.wrong, rate.present, rate.unclear, rate.not_applicable];
        row.push(rates::rate(rate));
        row.extend(rates::ends(rate.interval));
        row.extend(counts.map(Cell::count));
    }
    row
}

fn value(slice: &Slice) -> Cell {
    match (&slice.value, slice.gathered) {
        (Some(value), _) => Cell::name(value),
        (None, 0) => match slice.dimension {
            Dimension::Operation => Cell::text("none declared"),
            Dimension::OwnerSize => Cell::text("no owner"),
            _ => Cell::Missing(Missing::NotStated),
        },
        (None, gathered) => Cell::text(format!("{} others", number::count(&gathered.into()))),
    }
}
