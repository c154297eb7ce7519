//! A reliability diagram: of what was said with some confidence, how much was right? On the
//! diagonal, as much as was promised. Below, how often each confidence was given.

use super::{
    axis::Frame,
    svg::{Anchor, BAR, GRID, INK, LABEL, Svg},
};
use crate::number;

pub struct Reliability {
    pub heading: String,
    pub bins: Vec<Bin>,
}

/// Everything said with a confidence between two bounds.
#[derive(Clone, Copy, Debug)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    /// The mean confidence.
    pub predicted: f64,
    /// How much of it was right.
    pub observed: f64,
    /// The 95% interval of that.
    pub interval: Option<[f64; 2]>,
    pub count: u64,
}

const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 392.0;
const PLOT: Frame = Frame { left: 46.0, right: 328.0, top: 12.0, bottom: 288.0 };
/// Where the histogram stands.
const BARS: (f64, f64) = (316.0, 356.0);
/// The radius of the smallest and of the largest dot.
const DOT: (f64, f64) = (2.5, 9.0);

pub fn svg(reliability: &Reliability) -> String {
    let mut svg = Svg::new(WIDTH, HEIGHT);
    let across = |share: f64| PLOT.left + (PLOT.right - PLOT.left) * bounded(share);
    let upward = |share: f64| PLOT.bottom - (PLOT.bottom - PLOT.top) * bounded(share);
    for percent in [0, 25, 50, 75, 100] {
        let share = f64::from(percent) / 100.0;
        let colour = if percent == 0 { LABEL } else { GRID };
        svg.line((PLOT.left, upward(share)), (PLOT.right, upward(share)), colour);
        svg.line((across(share), PLOT.top), (across(share), PLOT.bottom), colour);
        let anchor = if percent == 100 { Anchor::End } else { Anchor::Middle };
        let label = format!("{percent}%");
        svg.text((PLOT.left - 6.0, upward(share) + 4.0), Anchor::End, LABEL, &label);
        svg.text((across(share), BARS.1 + 14.0), anchor, LABEL, &label);
    }
    svg.line((across(0.0), upward(0.0)), (across(1.0), upward(1.0)), LABEL);
    svg.text((across(0.0) + 6.0, PLOT.top + 12.0), Anchor::Start, LABEL, "right");
    svg.text((PLOT.right, BARS.1 + 29.0), Anchor::End, LABEL, "confidence");
    svg.text((across(0.0) + 6.0, BARS.0 - 6.0), Anchor::Start, LABEL, "how often");
    svg.line((PLOT.left, BARS.1), (PLOT.right, BARS.1), LABEL);
    let most = reliability.bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1) as f64;
    for bin in reliability.bins.iter().filter(|bin| bin.count > 0) {
        svg.named(&said(bin), |svg| {
            let part = bin.count as f64 / most;
            let height = ((BARS.1 - BARS.0) * part).max(1.0);
            let (left, right) = (across(bin.from) + 0.5, across(bin.to) - 0.5);
            svg.rectangle((left, BARS.1 - height), ((right - left).max(1.0), height), LABEL, 1.0);
            let x = across(bin.predicted);
            if let Some([low, high]) = bin.interval {
                svg.whisker((x, upward(low)), (x, upward(high)), INK);
            }
            // Area, not radius, tells how many.
            let radius = DOT.0 + (DOT.1 - DOT.0) * part.sqrt();
            svg.dot((x, upward(bin.observed)), (radius * 10.0).round() / 10.0, BAR);
        });
    }
    svg.finish()
}

/// A share that has a place; what is no number is put at the beginning.
fn bounded(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

fn said(bin: &Bin) -> String {
    format!(
        "{} of {}: {} sure, {} right",
        range(bin),
        number::count(&bin.count.into()),
        number::share(bounded(bin.predicted)),
        number::share(bounded(bin.observed))
    )
}

fn range(bin: &Bin) -> String {
    let [from, to] = [bin.from, bin.to].map(|bound| number::compact(bounded(bound)));
    format!("confidence {from}–{to}")
}

pub fn words(reliability: &Reliability) -> String {
    let bins: Vec<String> = reliability.bins.iter().filter(|bin| bin.count > 0).map(said).collect();
    match bins.is_empty() {
        true => "Nothing was said.".to_owned(),
        false => format!("{}.", bins.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reliability(bins: &[(f64, f64, u64)]) -> Reliability {
        let bin = |(predicted, observed, count): &(f64, f64, u64)| Bin {
            from: (predicted * 10.0).floor() / 10.0,
            to: (predicted * 10.0).floor() / 10.0 + 0.1,
            predicted: *predicted,
            observed: *observed,
            interval: Some([observed - 0.1, observed + 0.1]),
            count: *count,
        };
        Reliability { heading: String::new(), bins: bins.iter().map(bin).collect() }
    }

    /// The places and sizes of the dots.
    fn dots(svg: &str) -> Vec<String> {
        let dots = svg.split("<circle ").skip(1).filter_map(|rest| rest.split(" fill").next());
        dots.map(|dot| dot.replace('"', "")).collect()
    }

    #[test]
    fn what_is_promised_and_kept_lies_on_the_diagonal() {
        let svg = svg(&reliability(&[(0.25, 0.25, 1), (0.75, 0.75, 100)]));
        assert_eq!(dots(&svg), ["cx=116.5 cy=219.0 r=3.2", "cx=257.5 cy=81.0 r=9"]);
    }

    #[test]
    fn a_bin_of_nothing_is_not_drawn() {
        let reliability = reliability(&[(0.5, 0.0, 0), (0.95, 0.97, 1200)]);
        assert_eq!(dots(&svg(&reliability)).len(), 1);
        assert_eq!(words(&reliability), "confidence 0.9–1 of 1,200: 95.0% sure, 97.0% right.");
    }

    #[test]
    fn everything_stays_inside() {
        let svg = svg(&reliability(&[(f64::NAN, 3.0, 5), (-1.0, f64::INFINITY, 2)]));
        assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("=\"-"), "{svg}");
        assert_eq!(words(&reliability(&[])), "Nothing was said.");
    }
}
