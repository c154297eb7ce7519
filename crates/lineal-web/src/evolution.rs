//! What is on the page on how the hub changed, in the order in which it is read?

mod attachment;
mod chains;
mod churn;
mod disruption;
mod flow;
mod growth;
mod largest;
mod measure;
mod owners;
mod sides;
mod survival;

pub use self::sides::Sides;

use crate::{
    chart::{
        columns::{Columns, Counts},
        lines::Line,
    },
    exhibit::Section,
};
use lineal_core::evolution::Week;
use measure::Measure;

pub fn all(sides: &Sides) -> Vec<Section> {
    vec![
        Section {
            id: "growth",
            title: "Growth",
            introduction: "How large each snapshot is, and which parts of it grow fastest.",
            exhibits: growth::all(sides),
        },
        Section {
            id: "flow",
            title: "Additions and deletions",
            introduction: "What each week added and took away. Single weeks say little: a few owners add or delete \
                thousands of models at once, and snapshots are not always seven days apart.",
            exhibits: flow::all(sides),
        },
        Section {
            id: "lifetimes",
            title: "Lifetimes",
            introduction: "How long models stay that were added since the first snapshot.",
            exhibits: survival::all(sides),
        },
        Section {
            id: "owners",
            title: "Owners",
            introduction: "How many owners it takes to explain a week.",
            exhibits: owners::all(sides),
        },
        Section {
            id: "churn",
            title: "Renames",
            introduction: "What looks like an addition or a deletion if only names are compared, and is none.",
            exhibits: churn::all(sides),
        },
        Section {
            id: "chains",
            title: "Chains and clusters",
            introduction: "Which chains and clusters began, went on and ended.",
            exhibits: chains::all(sides),
        },
        Section {
            id: "disruption",
            title: "Disruption",
            introduction: "What the deletion of bases did to the models that were made from them.",
            exhibits: disruption::all(sides),
        },
        Section {
            id: "largest",
            title: "The largest",
            introduction: "Which clusters and chains are the largest, and whether they stay so.",
            exhibits: largest::all(sides),
        },
    ]
}

/// A column for each week.
fn columns(sides: &Sides, heading: &str, label: &'static str, measure: Measure) -> Columns {
    Columns::new(heading, sides.weeks(), counts(sides, label, measure))
}

impl Line {
    /// A value for each week, by the days since the first one ended.
    fn by_week(sides: &Sides, label: &str, value: impl Fn(&Week) -> Option<f64>) -> Line {
        let weeks = &sides.formal.weeks;
        let first = weeks.first().map(|week| week.to);
        let points = weeks.iter().map(|week| {
            let days = first.map_or(0, |first| week.to.days_since(first));
            (days as f64, value(week))
        });
        Line::new(label, points)
    }
}

fn counts(sides: &Sides, label: &'static str, measure: Measure) -> Counts {
    let weeks = sides.formal.weeks.iter();
    Counts { label, counts: weeks.map(|week| measure.count(&week.changes)).collect() }
}
