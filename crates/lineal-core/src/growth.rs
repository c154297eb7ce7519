//! What grows how fast: which operations, which tasks?
//!
//! Snapshots are not equidistant, so rates are per seven days. They compare the first and the last
//! snapshot only: with `n` models growing to `m` in `w` weeks of seven days,
//!
//! - the change is `m - n` models, `(m - n) / w` in a week;
//! - the rate is that change in a week as a share of `n`: growth by the same number each week;
//! - the compound rate is `(m / n) ^ (1 / w) - 1`: growth by the same share each week, as of
//!   compound interest;
//! - at the compound rate, the number doubles in `7 w * ln 2 / ln (m / n)` days.

use crate::{
    date::SnapshotDate,
    operation::{Group, Operation},
    task::Category,
    world::World,
};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    f64::consts::LN_2,
};

/// How many models a snapshot has, by operation and by task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    pub snapshot: SnapshotDate,
    pub models: u64,
    /// Derived models; who was derived by operations of several groups is in each.
    pub groups: BTreeMap<Group, u64>,
    /// Derived models; who was derived by several operations is in each.
    pub operations: BTreeMap<Operation, u64>,
    /// All models, by the study's category of their task.
    pub categories: BTreeMap<Category, u64>,
    /// All models, by task; `None` is no task.
    pub tasks: BTreeMap<Option<String>, u64>,
}

/// How fast a hub grows, by operation and by task. In each list, what gained the most models comes
/// first, and ties keep the order of the words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Growth {
    pub snapshots: Vec<SnapshotDate>,
    /// From the first snapshot to the last.
    pub days: u64,
    pub models: Trend,
    /// Every group, even if no model is in it.
    pub groups: Vec<TrendOf<Group>>,
    pub operations: Vec<TrendOf<Operation>>,
    /// Every category, even if no model is in it.
    pub categories: Vec<TrendOf<Category>>,
    /// Of the models without a task, `of` is `null`.
    pub tasks: Vec<TrendOf<Option<String>>>,
}

/// A group, operation, category or task, and how the number of its models grows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrendOf<T> {
    pub of: T,
    #[serde(flatten)]
    pub trend: Trend,
}

/// How a number of models grows. Rates are shares, so 0.01 is one percent, and `None` if there
/// was nothing to grow from or no time to grow in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// The number in each snapshot.
    pub counts: Vec<u64>,
    /// From the first to the last, in models.
    pub change: i64,
    /// In models; `None` if there was no time.
    pub change_per_week: Option<f64>,
    pub rate_per_week: Option<f64>,
    pub compound_rate_per_week: Option<f64>,
    /// `None` also if it does not grow.
    pub doubling_days: Option<f64>,
}

/// Counts the models of a snapshot by operation and by task.
pub fn census(world: &World) -> Census {
    let graph = &world.graph;
    let group_of = graph.groups();
    let mut by_operation = vec![0u64; graph.operations().len()];
    let mut by_group = [0u64; Group::ALL.len()];
    // Codes count from 1, and 0 is no task.
    let mut by_task = vec![0u64; world.tasks.names.len() + 1];
    for node in 0..graph.models() {
        let mut is_in = [false; Group::ALL.len()];
        for code in graph.operations_of(node).map(usize::from) {
            by_operation[code] += 1;
            is_in[group_of[code] as usize] = true;
        }
        by_group.iter_mut().zip(is_in).for_each(|(models, is_in)| *models += u64::from(is_in));
        let task = world.tasks.codes.get(node as usize).map_or(0, |code| usize::from(*code));
        let known = if task < by_task.len() { task } else { 0 };
        by_task[known] += 1;
    }

    let names = world.tasks.names.iter().map(|name| Some(name.to_string()));
    let mut categories: BTreeMap<Category, u64> = Category::ALL.map(|category| (category, 0)).into();
    let mut tasks: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for (task, models) in std::iter::once(None).chain(names).zip(by_task).filter(|(_, models)| *models > 0) {
        let category = task.as_deref().map_or(Category::Unknown, Category::of);
        *categories.entry(category).or_default() += models;
        *tasks.entry(task).or_default() += models;
    }
    let operations = graph.operations().iter().cloned().zip(by_operation);
    Census {
        snapshot: world.snapshot,
        models: graph.models().into(),
        groups: Group::ALL.into_iter().zip(by_group).collect(),
        operations: operations.filter(|(_, models)| *models > 0).collect(),
        categories,
        tasks,
    }
}

/// Compares snapshots, the earliest first.
pub fn growth(censuses: &[Census]) -> Growth {
    let snapshots: Vec<SnapshotDate> = censuses.iter().map(|census| census.snapshot).collect();
    let ends = snapshots.first().zip(snapshots.last());
    let days = ends.map_or(0, |(first, last)| last.days_since(*first));
    Growth {
        models: trend(censuses.iter().map(|census| census.models).collect(), days),
        groups: trends(censuses, days, |census| &census.groups),
        operations: trends(censuses, days, |census| &census.operations),
        categories: trends(censuses, days, |census| &census.categories),
        tasks: trends(censuses, days, |census| &census.tasks),
        snapshots,
        days,
    }
}

/// Compares the counts of each word that any of the snapshots has.
fn trends<T: Clone + Ord>(
    censuses: &[Census],
    days: u64,
    counts: impl Fn(&Census) -> &BTreeMap<T, u64>,
) -> Vec<TrendOf<T>> {
    let all: BTreeSet<&T> = censuses.iter().flat_map(|census| counts(census).keys()).collect();
    let count = |census: &Census, of: &T| counts(census).get(of).copied().unwrap_or(0);
    let compare = |of: &T| {
        let counts = censuses.iter().map(|census| count(census, of)).collect();
        TrendOf { of: of.clone(), trend: trend(counts, days) }
    };
    let mut trends: Vec<TrendOf<T>> = all.into_iter().map(compare).collect();
    // Sorting keeps the order of those with the same change.
    trends.sort_by_key(|one| Reverse(one.trend.change));
    trends
}

fn trend(counts: Vec<u64>, days: u64) -> Trend {
    let (first, last) = (counts.first().copied().unwrap_or(0), counts.last().copied().unwrap_or(0));
    let change = last as i64 - first as i64;
    let weeks = (days > 0).then(|| days as f64 / 7.0);
    let change_per_week = weeks.map(|weeks| change as f64 / weeks);
    let start = (first > 0).then_some(first as f64);
    // How many natural logarithms the number gains in a week; minus infinity if nothing is left.
    let pace = weeks.zip(start).map(|(weeks, start)| (last as f64 / start).ln() / weeks);
    Trend {
        change,
        change_per_week,
        rate_per_week: change_per_week.zip(start).map(|(change, start)| change / start),
        compound_rate_per_week: pace.map(f64::exp_m1),
        doubling_days: pace.filter(|pace| *pace > 0.0).map(|pace| 7.0 * LN_2 / pace),
        counts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// A census of models alone.
    fn of_models(day: u64, models: u64) -> Census {
        Census {
            snapshot: SnapshotDate::new(2025, 1, 1).and_then(|first| first.plus_days(day)).expect("a day"),
            models,
            groups: BTreeMap::new(),
            operations: BTreeMap::new(),
            categories: BTreeMap::new(),
            tasks: BTreeMap::new(),
        }
    }

    /// Compares how the number of models grows, given it at some days.
    fn check(models: &[(u64, u64)], expected: Value) {
        let censuses: Vec<Census> = models.iter().map(|(day, models)| of_models(*day, *models)).collect();
        let found = growth(&censuses).models;
        // Logarithms may differ in their last digit from machine to machine.
        let near = |number: f64| (number * 1e9).round() / 1e9;
        let found = Trend {
            compound_rate_per_week: found.compound_rate_per_week.map(near),
            doubling_days: found.doubling_days.map(near),
            ..found
        };
        assert_eq!(serde_json::to_value(found).expect("JSON"), expected);
    }

    #[test]
    fn a_model_is_counted_once_in_each_operation_and_group() {
        let world = world(
            "
            root 10 text-generation
            root -adapter-> tuned
            root -finetune-> mixed
            tuned -adapter-> mixed
            other -merge-> mixed
            gone? -distill-> pupil
            own -quantized-> own
            own 1 text-generation
            tuned 1 text-to-image
            pupil 1 text-juggling
            ",
        );
        let found = census(&world);
        assert_eq!(found.models, 6);
        let text = |counts: Vec<(&str, u64)>| {
            let counts: Vec<String> = counts.iter().map(|(of, models)| format!("{of} {models}")).collect();
            counts.join(", ")
        };
        let groups = found.groups.iter().map(|(group, models)| (group.as_str(), *models)).collect();
        assert_eq!(text(groups), "finetune 2, merge 1, quantized 1, other 1");
        let operations = found.operations.iter().map(|(operation, models)| (operation.as_str(), *models));
        assert_eq!(text(operations.collect()), "finetune 1, adapter 2, merge 1, quantized 1, distill 1");
        let categories = found.categories.iter().filter(|(_, models)| **models > 0);
        let categories = categories.map(|(category, models)| (category.as_str(), *models));
        assert_eq!(text(categories.collect()), "NLP 2, CV 1, Unknown 3");
        let tasks = found.tasks.iter().map(|(task, models)| (task.as_deref().unwrap_or("none"), *models));
        assert_eq!(text(tasks.collect()), "none 2, text-generation 2, text-juggling 1, text-to-image 1");
    }

    #[test]
    fn rates_are_per_seven_days_whatever_the_days_between_snapshots() {
        check(
            &[(0, 100), (3, 130), (14, 400)],
            json!({
                "counts": [100, 130, 400],
                "change": 300,
                "change_per_week": 150.0,
                "rate_per_week": 1.5,
                "compound_rate_per_week": 1.0,
                "doubling_days": 7.0,
            }),
        );
    }

    #[test]
    fn what_shrinks_does_not_double() {
        check(
            &[(0, 8), (7, 0)],
            json!({
                "counts": [8, 0],
                "change": -8,
                "change_per_week": -8.0,
                "rate_per_week": -1.0,
                "compound_rate_per_week": -1.0,
                "doubling_days": null,
            }),
        );
        check(
            &[(0, 8), (7, 8)],
            json!({
                "counts": [8, 8],
                "change": 0,
                "change_per_week": 0.0,
                "rate_per_week": 0.0,
                "compound_rate_per_week": 0.0,
                "doubling_days": null,
            }),
        );
    }

    #[test]
    fn from_nothing_or_in_no_time_there_is_no_rate() {
        check(
            &[(0, 0), (7, 5)],
            json!({
                "counts": [0, 5],
                "change": 5,
                "change_per_week": 5.0,
                "rate_per_week": null,
                "compound_rate_per_week": null,
                "doubling_days": null,
            }),
        );
        check(
            &[(0, 5)],
            json!({
                "counts": [5],
                "change": 0,
                "change_per_week": null,
                "rate_per_week": null,
                "compound_rate_per_week": null,
                "doubling_days": null,
            }),
        );
    }

    #[test]
    fn what_gained_the_most_comes_first_and_what_was_not_there_counts_as_none() {
        let before = census(&world("a 1 text-generation\nb 1 fill-mask"));
        let mut after = census(&world(
            "a 1 text-generation\nc 1 text-to-image\nd 1 text-to-image\na -merge-> c\na -merge-> d",
        ));
        after.snapshot = before.snapshot.plus_days(7).expect("a day");
        let found = growth(&[before, after]);
        let tasks: Vec<String> =
            found.tasks.iter().map(|one| format!("{:?} {:?}", one.of, one.trend.counts)).collect();
        assert_eq!(
            tasks,
            [
                r#"Some("text-to-image") [0, 2]"#,
                r#"Some("text-generation") [1, 1]"#,
                r#"Some("fill-mask") [1, 0]"#
            ]
        );
        let groups: Vec<String> =
            found.groups.iter().map(|one| format!("{} {}", one.of.as_str(), one.trend.change)).collect();
        assert_eq!(groups, ["merge 2", "finetune 0", "quantized 0", "other 0"]);
        let json = serde_json::to_value(&found).expect("JSON");
        assert_eq!(json["snapshots"], json!(["2025-06-25", "2025-07-02"]));
        assert_eq!(
            json["operations"],
            json!([{
                "of": "merge",
                "counts": [0, 2],
                "change": 2,
                "change_per_week": 2.0,
                "rate_per_week": null,
                "compound_rate_per_week": null,
                "doubling_days": null,
            }])
        );
        assert_eq!(json["groups"][0]["of"], "merge");
        assert_eq!(json["categories"][0]["of"], "CV");
    }

    proptest! {
        #[test]
        fn at_the_compound_rate_the_first_number_becomes_the_last(
            first in 1..1_000_000u64, last in 0..1_000_000u64, days in 1..1_000u64,
        ) {
            let trend = growth(&[of_models(0, first), of_models(days, last)]).models;
            let weeks = days as f64 / 7.0;
            let rate = trend.compound_rate_per_week.expect("time has passed");
            let grown = first as f64 * (1.0 + rate).powf(weeks);
            prop_assert!((grown - last as f64).abs() < 1e-6 * first.max(last) as f64, "{} {}", grown, last);
            if let Some(doubling) = trend.doubling_days {
                let doubled = first as f64 * (1.0 + rate).powf(doubling / 7.0);
                prop_assert!((doubled / first as f64 - 2.0).abs() < 1e-6);
            }
            prop_assert_eq!(trend.doubling_days.is_some(), last > first);
        }
    }
}
