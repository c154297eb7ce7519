//! How many models must be looked at?
//!
//! Cochran's size for a share, `z² p (1 − p) / e²`, corrected for a frame that is finite:
//! `n / (1 + (n − 1) / N)`. It is rounded to the nearest whole number, as the study did: 378.27 of
//! its 24,686 models made it look at 378.

use serde::Serialize;

/// How sure the audit shall be of a share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Precision {
    confidence: f64,
    margin: f64,
    share: f64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the {what} must lie between 0 and 1, and {found} does not")]
pub struct InvalidPrecision {
    pub what: &'static str,
    pub found: f64,
}

impl Precision {
    /// Returns a precision: how often an interval shall hold the true share, how far it shall reach
    /// to either side, and which share is expected (0.5 asks for the most models).
    ///
    /// # Errors
    /// When one of them is not between 0 and 1.
    pub fn new(confidence: f64, margin: f64, share: f64) -> Result<Precision, InvalidPrecision> {
        for (what, found) in [("confidence", confidence), ("margin", margin), ("expected share", share)] {
            if !(found > 0.0 && found < 1.0) {
                return Err(InvalidPrecision { what, found });
            }
        }
        Ok(Precision { confidence, margin, share })
    }
}

/// Returns how many models of a frame must be looked at; of a frame with models, at least one.
pub fn cochran(frame: u64, precision: Precision) -> u64 {
    if frame == 0 {
        return 0;
    }
    let z = deviations(precision.confidence);
    let unlimited = z * z * precision.share * (1.0 - precision.share) / (precision.margin * precision.margin);
    let corrected = unlimited / (1.0 + (unlimited - 1.0) / frame as f64);
    (corrected.round() as u64).clamp(1, frame)
}

/// Returns how many standard deviations either side of the mean hold this share of a normal
/// distribution.
fn deviations(confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0, 9.0);
    // Halving an interval sixty times exhausts what a number can tell apart.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        match 2.0 * beyond_the_mean(middle) < confidence {
            true => low = middle,
            false => high = middle,
        }
    }
    (low + high) / 2.0
}

/// Returns the share of a normal distribution between its mean and `x` deviations above it, by the
/// series of Marsaglia 2004, *Evaluating the normal distribution*.
fn beyond_the_mean(x: f64) -> f64 {
    let (mut sum, mut term, mut odd) = (x, x, 1.0);
    while term > sum * 1e-17 {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frame: u64, (confidence, margin, share): (f64, f64, f64), expected: u64) {
        let precision = Precision::new(confidence, margin, share).expect("between 0 and 1");
        assert_eq!(cochran(frame, precision), expected);
    }

    #[test]
    fn the_studys_frame_asks_for_the_studys_sample() {
        check(24_686, (0.95, 0.05, 0.5), 378);
    }

    #[test]
    fn a_small_frame_is_looked_at_whole_and_a_huge_one_no_more_than_any_other() {
        check(0, (0.95, 0.05, 0.5), 0);
        check(1, (0.95, 0.05, 0.5), 1);
        check(10, (0.95, 0.05, 0.5), 10);
        check(1_000, (0.95, 0.05, 0.5), 278);
        check(u64::MAX, (0.95, 0.05, 0.5), 384);
        check(1_000_000, (0.99, 0.02, 0.5), 4_130);
        check(1_000_000, (0.9, 0.5, 0.001), 1);
    }

    #[test]
    fn deviations_are_those_of_the_tables() {
        let shown = [0.8, 0.9, 0.95, 0.99, 0.999].map(|share| format!("{:.9}", deviations(share)));
        assert_eq!(shown, ["1.281551566", "1.644853627", "1.959963985", "2.575829304", "3.290526731"]);
    }

    #[test]
    fn a_precision_lies_between_nothing_and_certainty() {
        for (confidence, margin) in [(1.0, 0.05), (0.0, 0.05), (0.95, 0.0), (f64::NAN, 0.1), (0.9, 1.5)] {
            assert!(Precision::new(confidence, margin, 0.5).is_err(), "{confidence} {margin}");
        }
    }
}
