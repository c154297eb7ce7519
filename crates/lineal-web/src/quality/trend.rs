//! Does metadata get better?

use super::{Sides, label, rates};
use crate::{
    cell::{Cell, Missing},
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines, Point},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{
    date::SnapshotDate,
    quality::{AtLeast, Field, Rate, trend::Month},
    set::Member,
};
use std::collections::BTreeMap;

/// From how many models on a month is drawn; fewer say nothing.
const FEWEST: u64 = 30;

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    let mut exhibits = Vec::new();
    if sides.trend.len() > 1 {
        exhibits.push(by_snapshot(sides));
    }
    if sides.all.created.len() > 1 {
        exhibits.push(by_month(sides));
    }
    exhibits
}

/// Rates of one time.
struct At<'a> {
    date: SnapshotDate,
    fields: &'a BTreeMap<Field, Rate>,
}

fn by_snapshot(sides: &Sides) -> Exhibit {
    let times: Vec<At> =
        sides.trend.iter().map(|row| At { date: row.snapshot, fields: &row.fields }).collect();
    let none = AtLeast { models: 0, rate: 0.0, interval: [0.0, 1.0] };
    let rows = sides.trend.iter().map(|row| {
        let at_least_one = row.at_least.get(&1).unwrap_or(&none);
        cells(Cell::date(row.snapshot), row.models, &row.fields, at_least_one)
    });
    Exhibit::table(
        "missing-by-snapshot",
        "By snapshot",
        "Missing rates of each snapshot, of all models that were there. Snapshots differ in what was looked at, too: the \
         rates are of the models of which every place was.",
        columns(Column::text("snapshot", "Snapshot")),
        rows.collect(),
    )
    .displayed(Display::Charts(vec![chart("Missing rates", &times)]))
    .shaded()
    .folded_if_long()
}

fn by_month(sides: &Sides) -> Exhibit {
    let months = &sides.all.created;
    let times = months.iter().filter(|month| month.models >= FEWEST);
    let times: Vec<At> =
        times.filter_map(|month| Some(At { date: first_day(month)?, fields: &month.fields })).collect();
    let rows = months.iter().map(|month| {
        let first = month.month.as_deref().map_or(Cell::Missing(Missing::NotStated), Cell::text);
        cells(first, month.models, &month.fields, &month.at_least_one)
    });
    let exhibit = Exhibit::table(
        "missing-by-month",
        "By month of creation",
        "Missing rates by the month in which a model was created, of those that are still there, as they are now. Earlier ones \
         are from before the hub noted it. Months of fewer than 30 models are not drawn.",
        columns(Column::text("month", "Month")),
        rows.collect(),
    );
    let exhibit = match times.len() {
        0 | 1 => exhibit,
        _ => exhibit.displayed(Display::Charts(vec![chart("Missing rates", &times)])),
    };
    exhibit.shaded().folded_if_long()
}

fn first_day(month: &Month) -> Option<SnapshotDate> {
    format!("{}-01", month.month.as_ref()?).parse().ok()
}

fn chart(heading: &str, times: &[At]) -> Chart {
    let first = times.first().map(|at| at.date);
    let lines = Field::ALL.iter().map(|field| {
        let points = times.iter().map(|at| {
            let rate = at.fields.get(field);
            Point {
                days: first.map_or(0, |first| at.date.days_since(first)) as f64,
                value: rate.and_then(|rate| rate.rate),
                interval: rate.and_then(|rate| rate.interval).map(|[low, high]| (low, high)),
            }
        });
        Line { label: label(*field).to_owned(), points: points.collect(), is_faint: false }
    });
    let dates = times.iter().map(|at| at.date).collect();
    Chart::Lines(Lines::over_dates(heading, dates, Unit::Share, lines.collect()))
}

fn columns(first: Column) -> Vec<Column> {
    let mut columns = vec![first, Column::number("models", "Models"), Column::number("at_least_one", "Any")];
    for field in Field::ALL {
        let key = |what: &str| format!("{}_{what}", field.as_str());
        columns.push(Column::number(key("rate"), label(*field)).under("Missing"));
        let in_files = ["low", "high", "applicable", "unclear"];
        columns.extend(in_files.map(|what| Column::number(key(what), what).in_files_only()));
    }
    columns
}

fn cells(first: Cell, models: u64, fields: &BTreeMap<Field, Rate>, at_least_one: &AtLeast) -> Vec<Cell> {
    let mut row = vec![first, Cell::count(models), rates::at_least(at_least_one, models)];
    for field in Field::ALL {
        match fields.get(field) {
            Some(rate) => {
                row.push(rates::rate(rate));
                row.extend(rates::ends(rate.interval));
                row.extend([rate.applicable, rate.unclear].map(Cell::count));
            }
            None => row.extend([const { Cell::Missing(Missing::Nothing) }; 5]),
        }
    }
    row
}
