//! How long do models live?
//!
//! A life begins with the snapshot in which a model is first seen and ends with the first one in
//! which it is missing; its length is the days between their dates, which need not be equidistant.
//! A model that comes back begins another life.
//!
//! - Nobody knows when models came that are in the first snapshot (*left truncation*), so their
//!   lives are left out.
//! - Whoever is still there in the last snapshot has lived *at least* until then (*right
//!   censoring*), and counts until then. Who came with the last snapshot is born, but never at risk.
//! - What happens between two snapshots is not seen (*interval censoring*): a model came up to one
//!   interval before it is first seen and went up to one interval before it is missed. The first
//!   step of a curve is therefore what is gone after one interval, and whoever came and went
//!   between two snapshots is on no curve.
//!
//! The probability of living longer than `t` days is the product, over each day up to `t` on which
//! models died, of `1 - died / at risk` (Kaplan and Meier 1958, *Nonparametric estimation from
//! incomplete observations*). At risk are those whose life was followed for at least that long.
//! The variance of its logarithm is the sum of `died / (at risk * (at risk - died))` (Greenwood
//! 1926); the interval of 95 % is the normal one of `ln(-ln survival)`, which never leaves 0 to 1
//! (Kalbfleisch and Prentice 1980). It takes lives as independent, which those of one owner's
//! models are not.

use crate::{
    date::SnapshotDate,
    graph::Graph,
    operation::{Group, Operation},
};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The quantile of the normal distribution that leaves out 2.5 % on either side.
const NORMAL: f64 = 1.959_963_984_540_054;
/// How far a survival of one half may be off, from rounding.
const ROUNDING: f64 = 1e-9;

/// What a model was when it was first seen. Whoever declares a base was
/// derived, even if it is a base itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Isolated,
    Root,
    Finetune,
    Merge,
    Quantized,
    Other,
}

impl Class {
    pub const ALL: [Class; 6] =
        [Class::Isolated, Class::Root, Class::Finetune, Class::Merge, Class::Quantized, Class::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Class::Isolated => "isolated",
            Class::Root => "root",
            Class::Finetune => "finetune",
            Class::Merge => "merge",
            Class::Quantized => "quantized",
            Class::Other => "other",
        }
    }

    /// Returns what a model is now; by the first operation in its record, if it names several.
    pub fn of(graph: &Graph, model: u32) -> Class {
        let operation = graph.operations_of(model).next();
        match operation.and_then(|code| graph.operations().get(usize::from(code))).map(Operation::group) {
            Some(Group::Finetune) => Class::Finetune,
            Some(Group::Merge) => Class::Merge,
            Some(Group::Quantized) => Class::Quantized,
            Some(Group::Other) => Class::Other,
            None if graph.is_base(model) => Class::Root,
            None => Class::Isolated,
        }
    }
}

/// Whose lives a curve tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    All,
    Of(Class),
}

impl Population {
    pub fn as_str(self) -> &'static str {
        match self {
            Population::All => "all",
            Population::Of(class) => class.as_str(),
        }
    }

    fn has(self, class: Class) -> bool {
        self == Population::All || self == Population::Of(class)
    }
}

impl Serialize for Population {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How long models live. Only lives that begin after the first snapshot count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lifetimes {
    pub born: u64,
    pub died: u64,
    /// The curve of all, then of each class in its order, even if nobody of it was born.
    pub curves: Vec<Curve>,
}

/// How many of some models are still alive after how many days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    pub class: Population,
    pub born: u64,
    pub died: u64,
    /// Day 0, and each number of days after which a life ended or was not followed further.
    pub points: Vec<Point>,
    /// The first day after which at most half are alive; `None` if more than half are to the end.
    pub median_days: Option<u64>,
}

/// A step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    pub days: u64,
    /// Lives that were followed for so many days.
    pub at_risk: u64,
    pub died: u64,
    /// The share, of 1, that lives longer than these days.
    pub survival: f64,
    /// The ends of its interval of 95 %; `None` while nobody has died, and once everybody has.
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A model's life so far: when it began, and as what. It ends once, so there is one of each.
#[derive(Debug, PartialEq, Eq)]
pub struct Life {
    born: SnapshotDate,
    class: Class,
}

/// Births and deaths, as a walk from snapshot to snapshot comes upon them.
#[derive(Clone, Debug)]
pub struct Cohorts {
    first: SnapshotDate,
    now: SnapshotDate,
    cohorts: BTreeMap<(Class, SnapshotDate), Cohort>,
}

/// The models of one class that were first seen in the same snapshot.
#[derive(Clone, Debug, Default)]
struct Cohort {
    born: u64,
    /// How many died after how many days.
    deaths: BTreeMap<u64, u64>,
}

impl Cohorts {
    /// Begins a walk at its first snapshot.
    pub fn starting(first: SnapshotDate) -> Cohorts {
        Cohorts { first, now: first, cohorts: BTreeMap::new() }
    }

    /// Goes on to a later snapshot, in which births and deaths are seen from here on.
    pub fn go_to(&mut self, snapshot: SnapshotDate) {
        self.now = snapshot;
    }

    /// Counts a model that the snapshot before did not have; `None` in the first snapshot, as nobody
    /// knows when its models came.
    pub fn born(&mut self, class: Class) -> Option<Life> {
        if self.now == self.first {
            return None;
        }
        self.cohorts.entry((class, self.now)).or_default().born += 1;
        Some(Life { born: self.now, class })
    }

    /// Counts a model that only the snapshot before had.
    pub fn died(&mut self, life: Life) {
        let days = self.now.days_since(life.born);
        let cohort = self.cohorts.entry((life.class, life.born)).or_default();
        *cohort.deaths.entry(days).or_default() += 1;
    }

    /// Returns how long models live, as of the snapshot that the walk has reached.
    pub fn lifetimes(&self) -> Lifetimes {
        let all = self.curve(Population::All);
        let classes = Class::ALL.map(|class| self.curve(Population::Of(class)));
        Lifetimes { born: all.born, died: all.died, curves: std::iter::once(all).chain(classes).collect() }
    }

    fn curve(&self, population: Population) -> Curve {
        let mut days: BTreeMap<u64, Ends> = BTreeMap::new();
        let (mut born, mut died) = (0, 0);
        for ((_, date), cohort) in self.cohorts.iter().filter(|((class, _), _)| population.has(*class)) {
            for (lived, deaths) in &cohort.deaths {
                days.entry(*lived).or_default().died += deaths;
            }
            let gone: u64 = cohort.deaths.values().sum();
            days.entry(self.now.days_since(*date)).or_default().alive += cohort.born.saturating_sub(gone);
            born += cohort.born;
            died += gone;
        }
        if born > 0 {
            days.entry(0).or_default();
        }
        let points = steps(born, &days);
        let median = points.iter().find(|point| point.survival <= 0.5 + ROUNDING);
        Curve { class: population, born, died, median_days: median.map(|point| point.days), points }
    }
}

/// How many lives were followed for exactly some days.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    died: u64,
    /// Alive in the last snapshot.
    alive: u64,
}

/// Returns the steps of a curve, given how many lives ended, in which way, after how many days.
fn steps(born: u64, days: &BTreeMap<u64, Ends>) -> Vec<Point> {
    let (mut at_risk, mut survival, mut variance) = (born, 1.0, 0.0);
    let mut points = Vec::with_capacity(days.len());
    for (days, Ends { died, alive }) in days {
        let left = at_risk.saturating_sub(*died);
        if *died > 0 {
            survival *= left as f64 / at_risk as f64;
            variance += *died as f64 / (at_risk as f64 * left as f64);
        }
        let (low, high) = interval(survival, variance).unzip();
        points.push(Point { days: *days, at_risk, died: *died, survival, low, high });
        at_risk = left.saturating_sub(*alive);
    }
    points
}

/// Returns the interval of 95 % of a survival, given the variance of its logarithm; `None` if
/// that leaves nothing open.
fn interval(survival: f64, variance: f64) -> Option<(f64, f64)> {
    let is_open = survival > 0.0 && survival < 1.0;
    let width = NORMAL * variance.sqrt() / survival.ln().abs();
    is_open.then(|| (survival.powf(width.exp()), survival.powf((-width).exp())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{shared, world};
    use proptest::prelude::*;
    use std::collections::{HashMap, HashSet};

    fn day(number: u64) -> SnapshotDate {
        SnapshotDate::new(2025, 1, 1).and_then(|first| first.plus_days(number)).expect("a day")
    }

    /// Walks over daily snapshots so that each life has the given length: `6` ends after 6 days,
    /// `6+` is still going on then.
    fn lived(lives: &str) -> Lifetimes {
        let lives: Vec<(u64, bool)> = lives
            .split_whitespace()
            .map(|life| (life.trim_end_matches('+').parse().expect("days"), life.ends_with('+')))
            .collect();
        let last = lives.iter().map(|(days, _)| days + 1).max().unwrap_or(1);
        let mut cohorts = Cohorts::starting(day(0));
        let mut begun: Vec<Option<Life>> = lives.iter().map(|_| None).collect();
        for today in 1..=last {
            cohorts.go_to(day(today));
            for (life, (days, goes_on)) in begun.iter_mut().zip(&lives) {
                let birth = if *goes_on { last - days } else { 1 };
                if today == birth {
                    *life = cohorts.born(Class::Isolated);
                }
                if let Some(life) = life.take_if(|_| !goes_on && today == birth + days) {
                    cohorts.died(life);
                }
            }
        }
        cohorts.lifetimes()
    }

    /// Compares the days on which somebody died, and the median.
    fn check(lives: &str, expected: &str) {
        let lifetimes = lived(lives);
        let curve = &lifetimes.curves[0];
        let mut lines: Vec<String> = vec![format!("{} of {} died", curve.died, curve.born)];
        for point in curve.points.iter().filter(|point| point.died > 0) {
            let bounds = match point.low.zip(point.high) {
                Some((low, high)) => format!("{low:.6} to {high:.6}"),
                None => "known".to_owned(),
            };
            let Point { days, at_risk, died, survival, .. } = point;
            lines.push(format!("{days}: {died} of {at_risk}, {survival:.6}, {bounds}"));
        }
        lines.push(match curve.median_days {
            Some(days) => format!("median {days}"),
            None => "no median".to_owned(),
        });
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected);
    }

    /// Remission of leukaemia under 6-mercaptopurine, in weeks (Freireich and others 1963), the
    /// example of most textbooks; intervals as computed by lifelines 0.30.
    #[test]
    fn the_example_of_the_textbooks_comes_out_as_in_the_textbooks() {
        check(
            "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+",
            "
            9 of 21 died
            6: 3 of 21, 0.857143, 0.619718 to 0.951552
            7: 1 of 17, 0.806723, 0.563147 to 0.922809
            10: 1 of 15, 0.752941, 0.503200 to 0.889362
            13: 1 of 12, 0.690196, 0.431610 to 0.849066
            16: 1 of 11, 0.627451, 0.367511 to 0.804912
            22: 1 of 7, 0.537815, 0.267779 to 0.746791
            23: 1 of 6, 0.448179, 0.188052 to 0.680143
            median 23
            ",
        );
    }

    /// The other group of that trial, in which nobody's remission lasted.
    #[test]
    fn once_everybody_has_died_nothing_is_left_open() {
        check(
            "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23",
            "
            21 of 21 died
            1: 2 of 21, 0.904762, 0.670046 to 0.975294
            2: 2 of 19, 0.809524, 0.568905 to 0.923889
            3: 1 of 17, 0.761905, 0.519391 to 0.893257
            4: 2 of 16, 0.666667, 0.425350 to 0.825044
            5: 2 of 14, 0.571429, 0.337977 to 0.749241
            8: 4 of 12, 0.380952, 0.183067 to 0.577789
            11: 2 of 8, 0.285714, 0.116561 to 0.481820
            12: 2 of 6, 0.190476, 0.059482 to 0.377435
            15: 1 of 4, 0.142857, 0.035657 to 0.321162
            17: 1 of 3, 0.095238, 0.016259 to 0.261250
            22: 1 of 2, 0.047619, 0.003324 to 0.197045
            23: 1 of 1, 0.000000, known
            median 8
            ",
        );
    }

    #[test]
    fn half_of_them_is_the_median_and_more_than_half_is_none() {
        check("1 2+", "1 of 2 died\n1: 1 of 2, 0.500000, 0.005983 to 0.910410\nmedian 1");
        check("1 2+ 2+", "1 of 3 died\n1: 1 of 3, 0.666667, 0.054073 to 0.945206\nno median");
        check("", "0 of 0 died\nno median");
    }

    #[test]
    fn models_of_the_first_snapshot_are_left_out_and_those_of_the_last_are_never_at_risk() {
        let mut cohorts = Cohorts::starting(day(0));
        assert_eq!(cohorts.born(Class::Root), None);
        cohorts.go_to(day(7));
        let early = cohorts.born(Class::Merge).expect("followed");
        cohorts.go_to(day(13));
        cohorts.died(early);
        let again = cohorts.born(Class::Merge);
        assert!(again.is_some(), "who comes back begins another life");
        let curves = cohorts.lifetimes().curves;
        let json = serde_json::to_string(&curves[4]).expect("JSON");
        assert_eq!(
            json,
            r#"{"class":"merge","born":2,"died":1,"points":["#.to_owned()
                + r#"{"days":0,"at_risk":2,"died":0,"survival":1.0,"low":null,"high":null},"#
                + r#"{"days":6,"at_risk":1,"died":1,"survival":0.0,"low":null,"high":null}],"median_days":6}"#
        );
        let others = curves.iter().map(|curve| format!("{} {}", curve.class.as_str(), curve.born));
        let others: Vec<String> = others.collect();
        assert_eq!(others.join(", "), "all 2, isolated 0, root 0, finetune 0, merge 2, quantized 0, other 0");
    }

    #[test]
    fn a_model_is_of_the_class_of_what_was_done_to_make_it() {
        let world = world(
            "
            root -adapter-> tuned
            tuned -quantized-> small
            root -merge-> mix
            gone? -distill-> pupil
            own -finetune-> own
            alone
            ",
        );
        let names = ["root", "tuned", "small", "mix", "pupil", "own", "alone"];
        let classes =
            names.map(|name| Class::of(&world.graph, world.ids.find(name).expect("named")).as_str());
        assert_eq!(classes, ["root", "finetune", "quantized", "merge", "other", "finetune", "isolated"]);
    }

    /// The seventeen real snapshots of 2025. Expected values are those of an independent count and
    /// of lifelines 0.30.
    #[test]
    fn of_the_models_that_came_and_went_in_2025_two_in_five_lived_a_week() {
        let Some(weekly) = shared("data/study-2025/weekly") else { return };
        let mut weeks: Vec<String> = std::fs::read_dir(&weekly)
            .expect("tables")
            .map(|entry| entry.expect("a table").file_name().to_string_lossy().into_owned())
            .filter_map(|name| Some(name.strip_prefix("added_model_")?.strip_suffix(".csv")?.to_owned()))
            .collect();
        weeks.sort();
        let mut cohorts = Cohorts::starting(SnapshotDate::new(2025, 3, 12).expect("a day"));
        let mut lives: HashMap<String, Life> = HashMap::new();
        let (mut added, mut deleted): (HashSet<String>, HashSet<String>) = Default::default();
        for week in &weeks {
            let rows = |what: &str| -> Vec<(String, Class)> {
                let text = std::fs::read_to_string(weekly.join(format!("{what}_model_{week}.csv")))
                    .expect("a table");
                text.lines().skip(1).map(row).collect()
            };
            let date = format!("2025-{}-{}", &week[..2], &week[2..]);
            cohorts.go_to(date.parse().expect("a date"));
            for (name, _) in rows("deleted") {
                if let Some(life) = lives.remove(&name) {
                    cohorts.died(life);
                }
                deleted.insert(name);
            }
            for (name, class) in rows("added") {
                lives.insert(name.clone(), cohorts.born(class).expect("after the first snapshot"));
                added.insert(name);
            }
        }
        assert_eq!(added.intersection(&deleted).count(), 44_067, "came and went, in either order");

        let lifetimes = cohorts.lifetimes();
        assert_eq!((lifetimes.born, lifetimes.died), (436_427, 44_046));
        let points = &lifetimes.curves[0].points;
        assert_eq!(
            points.iter().map(|point| point.days).collect::<Vec<_>>(),
            Vec::from_iter((0..16).map(|week| week * 7))
        );
        let shown = |point: &Point| {
            let (low, high) = (point.low.expect("open"), point.high.expect("open"));
            format!("{} {} {:.9} {low:.9} {high:.9}", point.at_risk, point.died, point.survival)
        };
        assert_eq!(shown(&points[1]), "415378 17991 0.956687644 0.956064263 0.957302378");
        assert_eq!(shown(&points[15]), "20733 32 0.870931878 0.869623534 0.872228079");
        let ends = lifetimes.curves.iter().filter_map(|curve| {
            let last = curve.points.last()?;
            Some(format!("{} {} {} {:.9}", curve.class.as_str(), curve.born, curve.died, last.survival))
        });
        assert_eq!(
            ends.collect::<Vec<_>>(),
            [
                "all 436427 44046 0.870931878",
                "isolated 317147 34847 0.859220558",
                "finetune 86878 7484 0.887721196",
                "merge 3465 691 0.780085631",
                "quantized 28937 1024 0.956746175",
            ]
        );
    }

    /// Reads a row of the study's tables, which do not tell roots from isolated models.
    fn row(line: &str) -> (String, Class) {
        let mut cells = line.split(',');
        let name = cells.next().expect("a name").to_owned();
        let class = match cells.next() {
            Some("finetune" | "adapter") => Class::Finetune,
            Some("merge") => Class::Merge,
            Some("quantized") => Class::Quantized,
            _ => Class::Isolated,
        };
        (name, class)
    }

    proptest! {
        #[test]
        fn survival_falls_within_its_interval(lives in proptest::collection::vec((0..40u64, any::<bool>()), 0..60)) {
            let text = lives.iter().map(|(days, goes_on)| format!("{days}{}", if *goes_on { "+" } else { "" }));
            let lifetimes = lived(&text.collect::<Vec<_>>().join(" "));
            let curve = &lifetimes.curves[0];
            prop_assert_eq!(curve.born, lives.len() as u64);
            prop_assert_eq!(curve.died, curve.points.iter().map(|point| point.died).sum::<u64>());
            let mut before = 1.0;
            for point in &curve.points {
                prop_assert!((0.0..=before).contains(&point.survival));
                if let Some((low, high)) = point.low.zip(point.high) {
                    prop_assert!(0.0 <= low && low < point.survival && point.survival < high && high <= 1.0);
                }
                let followed = lives.iter().filter(|(days, _)| *days >= point.days).count() as u64;
                prop_assert_eq!(point.at_risk, followed);
                before = point.survival;
            }
        }

        #[test]
        fn if_all_are_followed_to_their_end_survival_is_the_share_still_alive(
            lives in proptest::collection::vec(1..40u64, 1..60),
        ) {
            let text: Vec<String> = lives.iter().map(u64::to_string).collect();
            for point in &lived(&text.join(" ")).curves[0].points {
                let alive = lives.iter().filter(|days| **days > point.days).count();
                prop_assert!((point.survival - alive as f64 / lives.len() as f64).abs() < 1e-12);
            }
        }
    }
}
