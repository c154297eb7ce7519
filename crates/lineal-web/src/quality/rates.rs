//! How does a rate stand in a table, and in a chart?

use super::{by_hand, label};
use crate::{
    cell::{Cell, Missing},
    chart::rates::{Parts, Row},
};
use lineal_core::quality::{AtLeast, Field, Rate};

pub fn rate(rate: &Rate) -> Cell {
    measured(rate.rate, rate.interval, rate.applicable)
}

pub fn at_least(at_least: &AtLeast, of: u64) -> Cell {
    measured((of > 0).then_some(at_least.rate), Some(at_least.interval), of)
}

pub fn by_hand(part: by_hand::Part) -> Cell {
    measured(Some(part.share()), part.interval(), part.of)
}

/// A rate with its interval, which there is if there is a rate.
pub fn measured(rate: Option<f64>, interval: Option<[f64; 2]>, of: u64) -> Cell {
    match rate.zip(interval) {
        Some((share, interval)) => Cell::Rate { share, interval, of },
        None => Cell::Missing(Missing::Nothing),
    }
}

/// The two ends of an interval.
pub fn ends(interval: Option<[f64; 2]>) -> [Cell; 2] {
    match interval {
        Some(ends) => ends.map(Cell::Share),
        None => [const { Cell::Missing(Missing::Nothing) }; 2],
    }
}

/// A bar of everything that needs a field: of how much it is known that it is missing, and of how much
/// it could be.
pub fn row(field: Field, rate: &Rate) -> Row {
    let all = rate.missing + rate.wrong + rate.present + rate.unclear;
    let share = |count: u64| if all > 0 { count as f64 / all as f64 } else { 0.0 };
    Row {
        label: label(field).to_owned(),
        parts: Parts { known: share(rate.missing), wrong: share(rate.wrong), unclear: share(rate.unclear) },
        rate: rate.rate,
        interval: rate.interval,
        mark: by_hand::missing(field).map(by_hand::Part::share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_of_all_that_need_the_field() {
        let rate = Rate {
            applicable: 50,
            missing: 20,
            wrong: 10,
            present: 30,
            unclear: 40,
            not_applicable: 1000,
            rate: Some(0.4),
            interval: Some([0.28, 0.54]),
        };
        let Row { parts: Parts { known, wrong, unclear }, .. } = row(Field::Dependency, &rate);
        assert_eq!([known, wrong, unclear], [0.2, 0.1, 0.4]);
    }

    #[test]
    fn a_rate_of_nothing_is_missing() {
        assert_eq!(measured(None, None, 0), Cell::Missing(Missing::Nothing));
    }
}
