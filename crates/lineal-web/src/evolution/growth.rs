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
    sections::GROUPS,
};
use lineal_core::{
    date::SnapshotDate,
    evolution::Size,
    growth::{Trend, TrendOf},
    operation::Group,
    task::Category,
};

pub fn all(sides: &Sides) -> Vec<Exhibit> {
    vec![sizes(sides), tasks(sides), trends(sides), tasks_that_gained(sides)]
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

fn trends(sides: &Sides) -> Exhibit {
    let growth = &sides.formal.growth;
    let group = |trend: &TrendOf<Group>| {
        let label = GROUPS.iter().find(|(group, _)| *group == trend.of).map_or("", |(_, label)| *label);
        row(Cell::text(label), &trend.trend)
    };
    let category =
        |trend: &TrendOf<Category>| row(Cell::text(format!("Task: {}", trend.of.as_str())), &trend.trend);
    let groups = growth.groups.iter().filter(|group| has_models(&group.trend));
    let categories = growth.categories.iter().filter(|category| has_models(&category.trend));
    let rows = [row(Cell::text("All models"), &growth.models)].into_iter();
    Exhibit::table(
        "growth-by-kind",
        "What grows how fast",
        "All models, the derived ones by operation, and all by the study’s category of their task, whatever gained most \
         first. Rates compare the first and the last snapshot, for seven days each: models gained, the share that it grows by \
         each week, as of compound interest, and the days in which the number doubles at that rate.",
        columns(Column::text("kind", "Kind")),
        rows.chain(groups.map(group)).chain(categories.map(category)).collect(),
    )
}

/// How many tasks are shown.
const TASKS: usize = 10;

fn tasks_that_gained(sides: &Sides) -> Exhibit {
    let gained = sides.formal.growth.tasks.iter().filter(|task| has_models(&task.trend));
    let rows = gained.take(TASKS).map(|task| {
        let name = task.of.as_deref().map_or(Cell::Missing(Missing::NotStated), Cell::name);
        row(name, &task.trend)
    });
    Exhibit::table(
        "growth-by-task",
        "Tasks that gained most",
        "The tasks, in the hub’s words, that gained most models from the first snapshot to the last. Rates are as above.",
        columns(Column::text("task", "Task")),
        rows.collect(),
    )
}

fn has_models(trend: &Trend) -> bool {
    trend.counts.iter().any(|models| *models > 0)
}

fn columns(label: Column) -> Vec<Column> {
    vec![
        label,
        Column::number("first", "First"),
        Column::number("last", "Last"),
        Column::number("growth", "Growth"),
        Column::number("change_per_week", "Models a week"),
        Column::number("compound_rate_per_week", "Rate a week"),
        Column::number("doubling_days", "Doubles in days"),
    ]
}

fn row(label: Cell, trend: &Trend) -> Vec<Cell> {
    let first = trend.counts.first().copied().unwrap_or(0);
    let last = trend.counts.last().copied().unwrap_or(0);
    let none = Cell::Missing(Missing::Nothing);
    vec![
        label,
        Cell::count(first),
        Cell::count(last),
        Cell::growth(first, last),
        Cell::mean(trend.change_per_week),
        trend.compound_rate_per_week.map_or(none.clone(), Cell::Growth),
        trend.doubling_days.map_or(none, |days| Cell::count(days.round() as u64)),
    ]
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
