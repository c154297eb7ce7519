//! Counts by week as columns: what came stands up, what went hangs down.

use super::{
    axis::{Across, Frame, Unit, Upward},
    svg::{AWAY, Anchor, BAR, LETTER, Svg},
};
use crate::number;
use lineal_core::{big::BigCount, date::SnapshotDate};

pub struct Columns {
    pub heading: String,
    /// The later snapshot of each week.
    pub weeks: Vec<SnapshotDate>,
    pub up: Counts,
    /// How many of those that stand up; drawn solid.
    pub part: Option<Counts>,
    pub down: Option<Counts>,
    /// Whether columns grow with the logarithm of their count.
    pub is_logarithmic: bool,
    /// How far the columns of other charts on the same scale reach, down and up.
    reach: (f64, f64),
}

/// A count of each week.
pub struct Counts {
    pub label: &'static str,
    pub counts: Vec<BigCount>,
}

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 194.0;
const FRAME: Frame = Frame { left: 44.0, right: 338.0, top: 18.0, bottom: 172.0 };
/// What the first and the last column need beside their place.
const INSET: f64 = 12.0;

impl Columns {
    pub fn new(heading: impl Into<String>, weeks: Vec<SnapshotDate>, up: Counts) -> Columns {
        let heading = heading.into();
        Columns { heading, weeks, up, part: None, down: None, is_logarithmic: false, reach: (0.0, 0.0) }
    }

    pub fn part(self, part: Counts) -> Columns {
        Columns { part: Some(part), ..self }
    }

    pub fn down(self, down: Counts) -> Columns {
        Columns { down: Some(down), ..self }
    }

    pub fn logarithmic(self) -> Columns {
        Columns { is_logarithmic: true, ..self }
    }

    fn height(&self, count: &BigCount) -> f64 {
        match self.is_logarithmic {
            true => number::logarithm(count).map_or(0.0, |power| power + 2f64.log10()),
            false => count.per(&1.into()).filter(|height| height.is_finite()).unwrap_or(0.0),
        }
    }

    fn highest(&self, counts: &Counts) -> f64 {
        counts.counts.iter().map(|count| self.height(count)).fold(0.0, f64::max)
    }

    fn own_reach(&self) -> (f64, f64) {
        (self.down.as_ref().map_or(0.0, |down| self.highest(down)), self.highest(&self.up))
    }
}

/// Puts charts on one scale.
pub fn to_one_scale(mut charts: Vec<Columns>) -> Vec<Columns> {
    let reaches = charts.iter().map(Columns::own_reach);
    let reach = reaches.fold((0.0, 0.0), |all: (f64, f64), own| (all.0.max(own.0), all.1.max(own.1)));
    for chart in &mut charts {
        chart.reach = reach;
    }
    charts
}

pub fn svg(columns: &Columns) -> String {
    let own = columns.own_reach();
    let (below, above) = (own.0.max(columns.reach.0), own.1.max(columns.reach.1));
    let upward = match columns.is_logarithmic {
        true => Upward::powers(below, above),
        false => Upward::over(Unit::Count, 0.0, [-below, above].into_iter()),
    };
    let inner = Frame { left: FRAME.left + INSET, right: FRAME.right - INSET, ..FRAME };
    let across = Across::dates(&columns.weeks);
    let width = (across.closest(inner) * 0.7).clamp(1.0, 2.0 * INSET);

    let mut svg = Svg::new(WIDTH, HEIGHT);
    upward.draw(FRAME, &mut svg);
    across.draw(inner, &mut svg);
    let first = columns.weeks.first().copied();
    let zero = upward.place(0.0, FRAME);
    let parts = [
        (Some(&columns.up), 1.0, BAR, if columns.part.is_some() { 0.45 } else { 1.0 }),
        (columns.part.as_ref(), 1.0, BAR, 1.0),
        (columns.down.as_ref(), -1.0, AWAY, 1.0),
    ];
    for (counts, sign, colour, opacity) in parts {
        let Some(counts) = counts else { continue };
        for (week, count) in columns.weeks.iter().zip(&counts.counts) {
            let days = first.map_or(0, |first| week.days_since(first));
            let x = across.place(days as f64, inner) - width / 2.0;
            let y = upward.place(sign * columns.height(count), FRAME);
            svg.named(&format!("{week}: {} {}", number::count(count), counts.label), |svg| {
                svg.rectangle((x, y.min(zero)), (width, (y - zero).abs()), colour, opacity);
            });
        }
    }
    if let Some(down) = &columns.down {
        let (up, down) = (format!("▲ {}", columns.up.label), format!("▼ {}", down.label));
        let before = FRAME.right - (down.chars().count() as f64 + 2.0) * LETTER;
        svg.text((before, FRAME.top - 7.0), Anchor::End, BAR, &up);
        svg.text((FRAME.right, FRAME.top - 7.0), Anchor::End, AWAY, &down);
    }
    if let Some(part) = &columns.part {
        svg.text((FRAME.right, FRAME.top - 7.0), Anchor::End, BAR, &format!("solid: {}", part.label));
    }
    svg.finish()
}

pub fn words(columns: &Columns) -> String {
    let all = [Some(&columns.up), columns.part.as_ref(), columns.down.as_ref()];
    let said = all.into_iter().flatten().map(|counts| said(columns, counts));
    said.collect::<Vec<_>>().join(" ")
}

fn said(columns: &Columns, counts: &Counts) -> String {
    let weeks = columns.weeks.iter().zip(&counts.counts);
    // Of equal weeks the first.
    let most = weeks.clone().rev().max_by_key(|(_, count)| *count);
    let least = weeks.min_by_key(|(_, count)| *count);
    match (least, most) {
        (Some((_, least)), Some((week, most))) => format!(
            "{}: {} to {} a week, most in the week to {week}.",
            counts.label,
            number::count(least),
            number::count(most)
        ),
        _ => format!("{}: no weeks.", counts.label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(up: &[u64], down: &[u64]) -> Columns {
        let first: SnapshotDate = "2025-03-19".parse().expect("a date");
        let weeks = (0..up.len() as u64).filter_map(|week| first.plus_days(7 * week)).collect();
        let counts = |label, counts: &[u64]| Counts {
            label,
            counts: counts.iter().map(|count| (*count).into()).collect(),
        };
        Columns::new("Models", weeks, counts("added", up)).down(counts("deleted", down))
    }

    #[test]
    fn words_say_how_much_and_when_most() {
        assert_eq!(
            words(&columns(&[5, 1200, 3], &[0, 0, 0])),
            "added: 3 to 1,200 a week, most in the week to 2025-03-26. \
             deleted: 0 to 0 a week, most in the week to 2025-03-19."
        );
        assert_eq!(words(&columns(&[], &[])), "added: no weeks. deleted: no weeks.");
    }

    #[test]
    fn every_column_ends_inside_however_large_its_count() {
        let huge = BigCount(BigCount::from(10).0.pow(400));
        for is_logarithmic in [true, false] {
            let mut columns = columns(&[1, 0, 7], &[3, 3, 0]);
            columns.is_logarithmic = is_logarithmic;
            columns.up.counts[1] = huge.clone();
            let svg = svg(&columns);
            assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("=\"-"), "{svg}");
            assert_eq!(svg.matches("<rect").count(), 6);
        }
    }

    #[test]
    fn charts_on_one_scale_draw_a_count_equally_high() {
        let charts = to_one_scale(vec![columns(&[10, 4], &[2, 1]), columns(&[4, 4], &[9, 9])]);
        let heights: Vec<String> = charts
            .iter()
            .map(|chart| {
                let svg = svg(chart);
                let column = svg.split("<title>2025-03-26: 4 added</title>").nth(1).expect("a column");
                column
                    .split("height=\"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next())
                    .expect("high")
                    .to_owned()
            })
            .collect();
        assert_eq!(heights[0], heights[1]);
    }

    #[test]
    fn nothing_at_all_is_drawn_empty() {
        assert!(!svg(&columns(&[], &[])).contains("<rect"));
        assert!(!svg(&columns(&[0], &[0]).logarithmic()).contains("NaN"));
    }
}
