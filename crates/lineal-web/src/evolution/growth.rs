//! How large is each snapshot, and what grows fastest?

use super::{
    measure::Part,
    sides::{Sides, SizeColumn},
};
use crate::{
    cell::{Cell, Missing},
    chart::{
        Chart,
        axis::Unit,
        lines::{Line, Lines},
    },
    exhibit::{Column, Display, Exhibit},
};
use lineal_core::{date::SnapshotDate, evolution::Size, task::Category};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    vec![sizes(sides), tasks(sides), task_growth(sides)]
}

fn sizes(sides: &Sides) -> Exhibit {
    let snapshots = &sides.formal.snapshots;
    let of_part = |part: Part| SizeColumn {
        key: part.key(),
        label: part.label(),
        of: Box::new(move |size| Cell::count(models(size, part))),
    };
    let mut columns: Vec<SizeColumn> = occurring(snapshots, &Part::ALL).map(of_part).collect();
    columns.push(SizeColumn {
        key: "adapter",
        label: "Adapter",
        of: Box::new(|size| Cell::count(size.by_operation.adapter)),
    });
    columns.push(SizeColumn {
        key: "clusters",
        label: "Clusters",
        of: Box::new(|size| Cell::count(size.clusters)),
    });
    columns.push(SizeColumn {
        key: "chains",
        label: "Chains",
        of: Box::new(|size| Cell::Count(size.chains.clone())),
    });
    let chart = |heading: &str, unit: Unit, parts: &[Part], value: fn(u64, u64) -> Option<f64>| {
        let lines = occurring(snapshots, parts).map(|part| {
            let first = snapshots.first().map_or(0, |size| models(size, part));
            let label = if part == Part::Models { "All" } else { part.label() };
            Line::new(label, over_time(snapshots, |size| value(first, models(size, part))))
        });
        Chart::Lines(Lines::over_dates(heading, dates(sides), unit, lines.collect()))
    };
    let parts = [Part::Models, Part::Isolated, Part::Relational];
    let charts = vec![
        chart("Models", Unit::Count, &parts, |_, models| Some(models as f64)),
        chart("Derived models, logarithmic", Unit::Power, &OPERATIONS, |_, models| power(models)),
        chart("Growth of derived models", Unit::Growth, &OPERATIONS, growth),
    ];
    sides
        .by_snapshot(
            "sizes-by-snapshot",
            "Models by snapshot",
            "The models of each snapshot, by the part they play: isolated, or relational as base, derived or both; derived \
             models by the operation that made them, fine-tune with adapter, which stands apart, too. Growth is since the first snapshot.",
            &columns,
        )
        .displayed(Display::Charts(charts))
        .folded()
}

const OPERATIONS: [Part; 4] = [Part::Finetune, Part::Merge, Part::Quantized, Part::Other];

fn models(size: &Size, part: Part) -> u64 {
    part.of(size.models, &size.parts)
}

/// Leaves out operations that the study does not know where no model was made by one.
fn occurring<'a>(snapshots: &'a [Size], parts: &'a [Part]) -> impl Iterator<Item = Part> + 'a {
    let has_other = snapshots.iter().any(|size| size.parts.other > 0);
    parts.iter().copied().filter(move |part| has_other || *part != Part::Other)
}

fn tasks(sides: &Sides) -> Exhibit {
    let snapshots = &sides.formal.snapshots;
    let categories = categories(snapshots);
    let mut columns = vec![Column::text("snapshot", "Snapshot")];
    columns.extend(categories.iter().map(|category| {
        let key = category.as_str().to_lowercase().replace(' ', "_");
        Column::number(key, category.as_str())
    }));
    let rows =
        snapshots.iter().map(|size| {
            let mut row = vec![Cell::date(size.snapshot)];
            row.extend(categories.iter().map(|category| {
                of_task(size, *category).map_or(Cell::Missing(Missing::Nothing), Cell::count)
            }));
            row
        });
    let lines = |value: &dyn Fn(&Size, Category) -> Option<f64>| {
        let lines = categories.iter().map(|category| {
            Line::new(category.as_str(), over_time(snapshots, |size| value(size, *category)))
        });
        lines.collect::<Vec<_>>()
    };
    let charts = vec![
        Chart::Lines(Lines::over_dates(
            "Models, logarithmic",
            dates(sides),
            Unit::Power,
            lines(&|size, category| power(of_task(size, category)?)),
        )),
        Chart::Lines(Lines::over_dates(
            "Growth",
            dates(sides),
            Unit::Growth,
            lines(&|size, category| growth(of_task(snapshots.first()?, category)?, of_task(size, category)?)),
        )),
    ];
    Exhibit::table(
        "tasks-by-snapshot",
        "Models by task",
        "The models of each snapshot by the study’s category of their task. Unknown are those that state no task, or one \
         in none of the study’s lists. Growth is since the first snapshot.",
        columns,
        rows.collect(),
    )
    .displayed(Display::Charts(charts))
    .folded()
}

fn task_growth(sides: &Sides) -> Exhibit {
    let snapshots = &sides.formal.snapshots;
    let rows = snapshots.first().zip(snapshots.last()).map(|(first, last)| {
        let parts = occurring(snapshots, &Part::ALL);
        let parts = parts.map(|part| (Cell::text(part.label()), models(first, part), models(last, part)));
        let tasks = categories(snapshots).into_iter().filter_map(|category| {
            let task = Cell::text(format!("Task: {}", category.as_str()));
            Some((task, of_task(first, category)?, of_task(last, category)?))
        });
        let rows = parts
            .chain(tasks)
            .map(|(label, from, to)| vec![label, Cell::count(from), Cell::count(to), Cell::growth(from, to)]);
        rows.collect()
    });
    Exhibit::table(
        "growth-by-part",
        "Growth from first to last",
        "The models of the first and of the last snapshot, and by what share of the first they grew.",
        vec![
            Column::text("part", "Part"),
            Column::number("first", "First"),
            Column::number("last", "Last"),
            Column::number("growth", "Growth"),
        ],
        rows.unwrap_or_default(),
    )
}

/// The categories that some model is in, in the study's order.
fn categories(snapshots: &[Size]) -> Vec<Category> {
    let has_models = |category: &Category| {
        snapshots.iter().any(|size| of_task(size, *category).is_some_and(|models| models > 0))
    };
    Category::ALL.into_iter().filter(has_models).collect()
}

fn of_task(size: &Size, category: Category) -> Option<u64> {
    size.by_category.iter().find(|known| known.category == category).map(|known| known.models)
}

fn dates(sides: &Sides) -> Vec<SnapshotDate> {
    sides.formal.snapshots.iter().map(|size| size.snapshot).collect()
}

/// Values by the days since the first snapshot.
fn over_time<'a>(
    snapshots: &'a [Size],
    value: impl Fn(&Size) -> Option<f64> + 'a,
) -> impl Iterator<Item = (f64, Option<f64>)> + 'a {
    let first = snapshots.first().map(|size| size.snapshot);
    snapshots.iter().map(move |size| {
        let days = first.map_or(0, |first| size.snapshot.days_since(first));
        (days as f64, value(size))
    })
}

/// The power of ten that is so many; there is none of nothing.
fn power(models: u64) -> Option<f64> {
    (models > 0).then(|| (models as f64).log10())
}

fn growth(from: u64, to: u64) -> Option<f64> {
    (from > 0).then(|| to as f64 / from as f64 - 1.0)
}
