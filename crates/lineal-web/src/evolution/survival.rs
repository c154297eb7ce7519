//! How long do models live?

use super::sides::Sides;
use crate::{
    cell::{Cell, Missing},
    chart::{
        Chart,
        axis::{Across, Unit},
        lines::{Line, Lines, Point},
    },
    exhibit::{Column, Display, Exhibit},
    number,
};
use lineal_core::survival::{Class, Curve, Population};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    // A curve of nobody says nothing.
    let curves: Vec<&Curve> = sides.formal.lifetimes.curves.iter().filter(|curve| curve.born > 0).collect();
    vec![figure(&curves), table(&curves)]
}

fn label(population: Population) -> &'static str {
    match population {
        Population::All => "All",
        Population::Of(Class::Isolated) => "Isolated",
        Population::Of(Class::Root) => "Root",
        Population::Of(Class::Finetune) => "Fine-tune",
        Population::Of(Class::Merge) => "Merge",
        Population::Of(Class::Quantized) => "Quantized",
        Population::Of(Class::Other) => "Other",
    }
}

fn figure(curves: &[&Curve]) -> Exhibit {
    let longest = curves.iter().filter_map(|curve| followed(curve)).max().unwrap_or(0);
    let all = curves.iter().find(|curve| curve.class == Population::All);
    let least = least(curves);
    let charts = curves.iter().map(|curve| {
        let compared = all.filter(|all| all.class != curve.class);
        let compared = compared.map(|all| Line { is_faint: true, ..line(all, false) });
        Chart::Lines(Lines {
            heading: format!("{}, {} models", label(curve.class), number::count(&curve.born.into())),
            across: Across::days(longest as f64),
            unit: Unit::Share,
            least,
            lines: compared.into_iter().chain([line(curve, true)]).collect(),
            is_stepped: true,
            across_label: "days after a model was first seen",
        })
    });
    let charts = charts.collect();
    let rows = curves.iter().flat_map(|curve| {
        curve.points.iter().map(|point| {
            vec![
                Cell::text(label(curve.class)),
                Cell::count(point.days),
                Cell::count(point.at_risk),
                Cell::count(point.died),
                Cell::Share(point.survival),
                Cell::share(point.low),
                Cell::share(point.high),
            ]
        })
    });
    Exhibit::table(
        "survival",
        "How many models are still there",
        "The share of the models added after the first snapshot that are still listed so many days after they were first \
         seen (Kaplan and Meier), with its interval of 95%, by what a model was at first. Models of the first snapshot \
         are left out, since nobody knows how old they are; who is still there at the end counts until then. Nothing is \
         known of what came and went between two snapshots.",
        vec![
            Column::text("class", "Models"),
            Column::number("days", "Days"),
            Column::number("at_risk", "At risk"),
            Column::number("died", "Deleted"),
            Column::number("survival", "Still there"),
            Column::number("low", "From"),
            Column::number("high", "To"),
        ],
        rows.collect(),
    )
    .displayed(Display::Charts(charts))
    .folded()
    .note_if(least > 0.0, "The charts do not begin at zero.")
    .note(
        "Intervals take models as independent, which those of one owner are not: the true uncertainty is larger.",
    )
}

/// Where the charts' axis begins: at zero, or where less than half is gone, a little below it all.
fn least(curves: &[&Curve]) -> f64 {
    let points = curves.iter().flat_map(|curve| &curve.points);
    let lowest = points.map(|point| point.low.unwrap_or(point.survival)).fold(1.0, f64::min);
    if lowest < 0.5 { 0.0 } else { (lowest * 10.0).floor() / 10.0 }
}

fn line(curve: &Curve, with_interval: bool) -> Line {
    let points = curve.points.iter().map(|point| Point {
        days: point.days as f64,
        value: Some(point.survival),
        interval: point.low.zip(point.high).filter(|_| with_interval),
    });
    Line { label: label(curve.class).to_owned(), points: points.collect(), is_faint: false }
}

/// After so many days survival is asked for.
const ASKED: [(u64, &str, &str); 4] = [
    (7, "after_7_days", "7 days"),
    (28, "after_28_days", "28 days"),
    (91, "after_91_days", "91 days"),
    (365, "after_365_days", "1 year"),
];

fn table(curves: &[&Curve]) -> Exhibit {
    let mut columns = vec![
        Column::text("class", "Models"),
        Column::number("born", "Added"),
        Column::number("died", "Deleted"),
        Column::number("median_days", "Median days"),
    ];
    columns.extend(ASKED.map(|(_, key, label)| Column::number(key, label).under("Still there after")));
    let rows = curves.iter().map(|curve| {
        let median = curve.median_days.map_or(Cell::Missing(Missing::Nothing), Cell::count);
        let mut row =
            vec![Cell::text(label(curve.class)), Cell::count(curve.born), Cell::count(curve.died), median];
        row.extend(ASKED.map(|(days, _, _)| Cell::share(survival_after(curve, days))));
        row
    });
    Exhibit::table(
        "lifetimes-by-class",
        "Lifetimes",
        "Of the models added after the first snapshot: how many were deleted again, the days after which half are gone, and \
         the share that is still there after some time. A dash is where fewer than half are gone, or where no model was \
         followed for so long.",
        columns,
        rows.collect(),
    )
}

/// The days for which some model of a curve was followed.
fn followed(curve: &Curve) -> Option<u64> {
    curve.points.last().map(|point| point.days)
}

/// The share that lives longer than so many days; `None` if nobody was followed for so long.
fn survival_after(curve: &Curve, days: u64) -> Option<f64> {
    followed(curve).filter(|followed| days <= *followed)?;
    curve.points.iter().rev().find(|point| point.days <= days).map(|point| point.survival)
}
