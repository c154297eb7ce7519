//! What does a share among the models that were looked at say about the frame?
//!
//! If each of them stands for equally many, the share is their share, with Wilson's interval. If
//! strata were sampled differently, each model counts as often as it stands for others: the share is
//! a ratio of weighted counts, its variance that of a stratified sample by linearisation, with the
//! finite-population correction (Cochran 1977, *Sampling techniques*, sections 5.3 and 6.11), and its
//! interval Wilson's for as many models as would give that variance if drawn simply (Korn and
//! Graubard 1998). Strata of which a single model was looked at are put together.

use super::sheet::Row;
use crate::proportion;
use std::collections::BTreeMap;

const Z: f64 = 1.959_963_984_540_054;

/// A share with its 95 % interval; neither if there is nothing that it could be a share of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub rate: Option<f64>,
    pub interval: Option<[f64; 2]>,
}

/// Whether a model is one of those that the share is of, and whether it is one of those counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    pub applies: bool,
    pub counts: bool,
}

/// How the models were drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Design {
    /// Each stands for equally many.
    Simple,
    Stratified {
        weights: Vec<f64>,
        /// For each model the place of its stratum.
        strata: Vec<usize>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("some models have a weight, and `{}` has none", .0.escape_debug())]
pub struct NoWeight(pub String);

impl Design {
    /// Finds how the models of some rows were drawn.
    ///
    /// # Errors
    /// When only some of them tell for how many they stand.
    pub fn of<'a>(rows: impl Iterator<Item = &'a Row> + Clone) -> Result<Design, NoWeight> {
        let mut weights: Vec<f64> = Vec::new();
        if rows.clone().all(|row| row.weight.is_none()) {
            return Ok(Design::Simple);
        }
        let mut names: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let mut strata = Vec::new();
        for row in rows {
            weights.push(row.weight.ok_or_else(|| NoWeight(row.id.clone()))?);
            let next = names.len();
            strata.push(*names.entry(row.stratum.as_deref()).or_insert(next));
        }
        let are_equal = weights.iter().all(|weight| (weight / weights[0] - 1.0).abs() < 1e-9);
        Ok(if are_equal { Design::Simple } else { Design::Stratified { weights, strata } })
    }

    /// Estimates a share from one case for each model.
    pub fn share(&self, cases: &[Case]) -> Share {
        match self {
            Design::Simple => {
                let applying = cases.iter().filter(|case| case.applies).count() as u64;
                let counted = cases.iter().filter(|case| case.applies && case.counts).count() as u64;
                let (rate, interval) = proportion::rate(counted, applying);
                Share { rate, interval }
            }
            Design::Stratified { weights, strata } => weighted(weights, strata, cases),
        }
    }
}

fn weighted(weights: &[f64], strata: &[usize], cases: &[Case]) -> Share {
    // From 0, since the sum of no numbers would be -0.
    let total = |of: &dyn Fn(&Case) -> bool| -> f64 {
        let parts = weights.iter().zip(cases).filter(|(_, case)| of(case));
        parts.fold(0.0, |sum, (weight, _)| sum + weight)
    };
    let whole = total(&|case| case.applies);
    if whole == 0.0 {
        return Share { rate: None, interval: None };
    }
    let rate = (total(&|case| case.applies && case.counts) / whole).min(1.0);
    if weights.iter().all(|weight| *weight <= 1.0 + 1e-9) {
        // All of the frame was looked at.
        return Share { rate: Some(rate), interval: Some([rate, rate]) };
    }
    let variance = variance(weights, strata, cases, rate, whole);
    let is_varied = variance > 0.0 && rate > 0.0 && rate < 1.0;
    let size = match is_varied {
        true => rate * (1.0 - rate) / variance,
        // Kish 1965: as many as would be as unequal.
        false => {
            let squares: f64 =
                weights.iter().zip(cases).filter(|(_, case)| case.applies).map(|(w, _)| w * w).sum();
            whole * whole / squares
        }
    };
    Share { rate: Some(rate), interval: Some(interval(rate, size)) }
}

/// How much of a ratio each model accounts for, in its stratum, and what share of that was drawn.
struct Drawn {
    parts: Vec<f64>,
    share: f64,
}

fn variance(weights: &[f64], strata: &[usize], cases: &[Case], rate: f64, whole: f64) -> f64 {
    let mut drawn: BTreeMap<usize, Drawn> = BTreeMap::new();
    for ((weight, stratum), case) in weights.iter().zip(strata).zip(cases) {
        let part = match (case.applies, case.counts) {
            (false, _) => 0.0,
            (true, true) => weight * (1.0 - rate) / whole,
            (true, false) => -weight * rate / whole,
        };
        let share = (1.0 / weight).min(1.0);
        drawn.entry(*stratum).or_insert(Drawn { parts: Vec::new(), share }).parts.push(part);
    }
    let (single, several): (Vec<Drawn>, Vec<Drawn>) =
        drawn.into_values().partition(|stratum| stratum.parts.len() == 1 && stratum.share < 1.0);
    let together =
        Drawn { parts: single.into_iter().flat_map(|stratum| stratum.parts).collect(), share: 0.0 };
    several.iter().chain([&together]).map(of_stratum).sum()
}

fn of_stratum(stratum: &Drawn) -> f64 {
    let n = stratum.parts.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = stratum.parts.iter().sum::<f64>() / n;
    let squares: f64 = stratum.parts.iter().map(|part| (part - mean).powi(2)).sum();
    (1.0 - stratum.share) * squares * n / (n - 1.0)
}

/// Wilson's interval of a share of any number of models, whole or not.
fn interval(rate: f64, size: f64) -> [f64; 2] {
    let middle = rate + Z * Z / (2.0 * size);
    let spread = Z * (rate * (1.0 - rate) / size + Z * Z / (4.0 * size * size)).sqrt();
    let whole = 1.0 + Z * Z / size;
    [((middle - spread) / whole).clamp(0.0, rate), ((middle + spread) / whole).clamp(rate, 1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Strata as (weight, models, of them applying, of them counted).
    fn check(strata: &[(f64, usize, usize, usize)], expected: &str) {
        let (mut weights, mut of, mut cases) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &(weight, models, applying, counted)) in strata.iter().enumerate() {
            for at in 0..models {
                weights.push(weight);
                of.push(place);
                cases.push(Case { applies: at < applying, counts: at < counted });
            }
        }
        let share = Design::Stratified { weights, strata: of }.share(&cases);
        let interval = share.interval.map(|[low, high]| format!("{low:.4} to {high:.4}"));
        let rate = share.rate.map(|rate| format!("{rate:.4}"));
        assert_eq!(format!("{} {}", rate.unwrap_or_default(), interval.unwrap_or_default()).trim(), expected);
    }

    #[test]
    fn a_model_counts_for_as_many_as_it_stands_for() {
        // 100 models of 1,000 and 50 of 50: (10·20 + 1·40) / 1,050.
        check(&[(10.0, 100, 100, 20), (1.0, 50, 50, 40)], "0.2286 0.1656 to 0.3068");
    }

    #[test]
    fn nothing_is_a_share_of_nothing() {
        check(&[(10.0, 5, 0, 0), (1.0, 5, 0, 0)], "");
    }

    #[test]
    fn who_looked_at_all_is_sure() {
        check(&[(1.0, 5, 5, 1), (1.0, 5, 5, 5)], "0.6000 0.6000 to 0.6000");
    }

    #[test]
    fn none_of_a_few_is_not_none_of_all() {
        check(&[(10.0, 10, 10, 0), (2.0, 10, 10, 0)], "0.0000 0.0000 to 0.2172");
    }

    #[test]
    fn strata_of_one_model_vary_together() {
        check(&[(10.0, 1, 1, 0), (11.0, 1, 1, 1), (2.0, 8, 8, 4)], "0.5135 0.1309 to 0.8809");
    }
}
