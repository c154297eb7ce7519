//! Do clusters that are large already gain the most?
//!
//! Each cluster that was there before has a size, the root left out, and a number of models that it
//! gained; a model made from two clusters is gained by both. *Preferential attachment* says that
//! what a cluster gains grows with its size to the power of an exponent: 1 is *rich get richer* in
//! proportion, as in the networks of Barabási and Albert (1999); below 1 the advantage of size
//! fades, at 0 there is none, above 1 the winner takes all.
//!
//! The exponent is the most likely one if gains are Poisson counts with the mean
//! `c * size ^ exponent`: measuring it on what was gained in between, given the sizes before, is the
//! way of Newman (2001, *Clustering and preferential attachment in growing networks*) and of Jeong,
//! Néda and Barabási (2003, *Measuring preferential attachment in evolving networks*); taking the
//! most likely one instead of a line through logarithms keeps clusters that gained nothing (Pham,
//! Sheridan and Shimodaira 2015, *PAFit*).
//!
//! Real gains vary more than Poisson counts do, since models come in batches. The standard error
//! is therefore that of the Poisson fit times the root of the *dispersion*, where that is above 1
//! (McCullagh and Nelder 1989, section 6.2). It takes clusters as independent, although they can
//! overlap.

use crate::inequality::gini;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many steps the search for the exponent may take; it takes about ten.
const STEPS: usize = 200;
/// How exactly the exponent is found, relative to it or to 1.
const PRECISION: f64 = 1e-10;

/// A cluster that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain {
    /// Its models before, the root left out.
    pub size: u64,
    /// Models that were added to the hub and are in it now.
    pub gained: u64,
}

/// What clusters gained, by how large they were before.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Attachment {
    /// Clusters that were there before. Without a model besides its root, one is no cluster.
    pub clusters: u64,
    /// Those that gained anything.
    pub growing: u64,
    /// What all of them gained.
    pub gained: u64,
    /// The share, of 1, of the gains that went to the largest of the clusters: to a hundredth or a
    /// tenth of them, rounded up, or to ten. Of equally large ones of which only some are meant,
    /// each counts with the mean. `None` if nothing was gained.
    pub share_of_top_1_percent: Option<f64>,
    pub share_of_top_10_percent: Option<f64>,
    pub share_of_ten_largest: Option<f64>,
    /// How unevenly sizes are spread over the clusters ([`gini`]).
    pub gini_before: Option<f64>,
    /// How unevenly gains are, clusters without any included.
    pub gini_gained: Option<f64>,
    /// `None` if no exponent is the most likely: all clusters are equally large, nothing was gained,
    /// or all gains went to the largest or all to the smallest.
    pub exponent: Option<f64>,
    pub exponent_error: Option<f64>,
    /// The variance of the gains divided by what it would be of Poisson counts: Pearson's statistic
    /// per degree of freedom. `None` without an exponent, or if two clusters are all there are.
    pub dispersion: Option<f64>,
    /// Clusters by size before, each bin twice as wide as the one before; only those that are not
    /// empty.
    pub bins: Vec<Bin>,
}

/// The clusters of some sizes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// The smallest size in this bin, a power of two.
    pub from: u64,
    /// The largest.
    pub to: u64,
    pub clusters: u64,
    pub mean_size: f64,
    pub gained: u64,
    pub mean_gain: f64,
}

/// Compares what clusters gained with how large they were.
pub fn attachment(clusters: impl IntoIterator<Item = Gain>) -> Attachment {
    let gains: Vec<Gain> = clusters.into_iter().filter(|gain| gain.size > 0).collect();
    let tiers = tiers(&gains);
    let share = |largest: u64| share_of_largest(&tiers, largest);
    let number = gains.len() as u64;
    let fit = fit(&tiers);
    Attachment {
        clusters: number,
        growing: gains.iter().filter(|gain| gain.gained > 0).count() as u64,
        gained: gains.iter().map(|gain| gain.gained).sum(),
        share_of_top_1_percent: share(number.div_ceil(100)),
        share_of_top_10_percent: share(number.div_ceil(10)),
        share_of_ten_largest: share(10),
        gini_before: gini(&mut gains.iter().map(|gain| gain.size).collect::<Vec<_>>()),
        gini_gained: gini(&mut gains.iter().map(|gain| gain.gained).collect::<Vec<_>>()),
        exponent: fit.as_ref().map(|fit| fit.exponent),
        exponent_error: fit.as_ref().map(|fit| fit.error),
        dispersion: fit.and_then(|fit| fit.dispersion),
        bins: bins(&tiers),
    }
}

/// All clusters of one size.
#[derive(Clone, Copy, Debug, Default)]
struct Tier {
    size: u64,
    clusters: u64,
    gained: u64,
    /// The sum of the squares of what each gained.
    squares: u128,
}

/// Puts clusters of one size together, smallest first.
fn tiers(gains: &[Gain]) -> Vec<Tier> {
    let mut tiers: BTreeMap<u64, Tier> = BTreeMap::new();
    for Gain { size, gained } in gains {
        let tier = tiers.entry(*size).or_insert(Tier { size: *size, ..Tier::default() });
        tier.clusters += 1;
        tier.gained += gained;
        tier.squares += u128::from(*gained).pow(2);
    }
    tiers.into_values().collect()
}

fn share_of_largest(tiers: &[Tier], largest: u64) -> Option<f64> {
    let total: u64 = tiers.iter().map(|tier| tier.gained).sum();
    let (mut left, mut gained) = (largest, 0.0);
    for tier in tiers.iter().rev() {
        let meant = left.min(tier.clusters);
        gained += tier.gained as f64 * (meant as f64 / tier.clusters as f64);
        left -= meant;
    }
    (total > 0).then(|| gained / total as f64)
}

fn bins(tiers: &[Tier]) -> Vec<Bin> {
    let same_power = |a: &Tier, b: &Tier| a.size.ilog2() == b.size.ilog2();
    let bin = |tiers: &[Tier]| {
        let clusters: u64 = tiers.iter().map(|tier| tier.clusters).sum();
        let models: u128 = tiers.iter().map(|tier| u128::from(tier.size) * u128::from(tier.clusters)).sum();
        let gained: u64 = tiers.iter().map(|tier| tier.gained).sum();
        let from = 1 << tiers[0].size.ilog2();
        Bin {
            from,
            to: from + (from - 1),
            clusters,
            mean_size: models as f64 / clusters as f64,
            gained,
            mean_gain: gained as f64 / clusters as f64,
        }
    };
    tiers.chunk_by(same_power).map(bin).collect()
}

/// The most likely exponent.
struct Fit {
    exponent: f64,
    error: f64,
    dispersion: Option<f64>,
}

/// Finds the exponent under which the gains are most likely.
///
/// Let `x` be the logarithm of a size. Whatever the exponent, the best `c` makes the sum of the
/// means that of the gains; what is left of the likelihood is at its maximum where the mean of `x`
/// over clusters weighted by `size ^ exponent` is that over models gained. The former only grows
/// with the exponent, at the rate of the weighted variance of `x`, so Newton's method, kept between
/// the nearest values known to be too low and too high, finds the one solution. The inverse of that
/// variance times the gains is the variance of the exponent.
fn fit(tiers: &[Tier]) -> Option<Fit> {
    let (smallest, largest) = (tiers.first()?, tiers.last()?);
    let gained: u64 = tiers.iter().map(|tier| tier.gained).sum();
    if gained == 0 || smallest.gained == gained || largest.gained == gained {
        return None;
    }
    let logarithm = |tier: &Tier| (tier.size as f64 / smallest.size as f64).ln();
    let kernel = Kernel { tiers: tiers.iter().map(|tier| (logarithm(tier), *tier)).collect() };
    let gained = gained as f64;
    let aim = kernel.tiers.iter().map(|(x, tier)| x * tier.gained as f64).sum::<f64>() / gained;
    let exponent = kernel.exponent(aim)?;
    let (_, variance) = kernel.moments(exponent);
    let clusters: u64 = tiers.iter().map(|tier| tier.clusters).sum();
    let freedom = clusters.checked_sub(2).filter(|freedom| *freedom > 0);
    let dispersion = freedom.map(|freedom| kernel.pearson(exponent, gained) / freedom as f64);
    let dispersion = dispersion.filter(|dispersion| dispersion.is_finite());
    let error = (dispersion.map_or(1.0, |dispersion| dispersion.max(1.0)) / (gained * variance)).sqrt();
    error.is_finite().then_some(Fit { exponent, error, dispersion })
}

/// What makes a cluster of some size attractive: its size to the power of an exponent.
struct Kernel {
    /// Each with the logarithm of its size, in units of the smallest.
    tiers: Vec<(f64, Tier)>,
}

impl Kernel {
    /// Finds the exponent at which the weighted mean of the logarithms is the one aimed at, which
    /// lies between the smallest and the largest.
    fn exponent(&self, aim: f64) -> Option<f64> {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut exponent: f64 = 1.0;
        for _ in 0..STEPS {
            let (mean, variance) = self.moments(exponent);
            if mean < aim {
                low = exponent;
            } else {
                high = exponent;
            }
            // Far from the solution the variance can be next to nothing, and the step too long.
            let longest = 1.0 + 2.0 * exponent.abs();
            let newton = exponent + ((aim - mean) / variance).clamp(-longest, longest);
            let next = if (low..=high).contains(&newton) { newton } else { low.midpoint(high) };
            if !next.is_finite() {
                return None;
            }
            if (next - exponent).abs() <= PRECISION * exponent.abs().max(1.0) {
                return Some(next);
            }
            exponent = next;
        }
        None
    }

    /// The mean and the variance of the logarithms, each cluster weighted by its size to the power
    /// of the exponent.
    fn moments(&self, exponent: f64) -> (f64, f64) {
        let (weights, total) = self.weights(exponent);
        let mean = self.tiers.iter().zip(&weights).map(|((x, _), weight)| x * weight).sum::<f64>() / total;
        let squares = self.tiers.iter().zip(&weights).map(|((x, _), weight)| (x - mean).powi(2) * weight);
        (mean, squares.sum::<f64>() / total)
    }

    /// Pearson's statistic: squared differences of the gains from their means, divided by the means.
    fn pearson(&self, exponent: f64, gained: f64) -> f64 {
        let (weights, total) = self.weights(exponent);
        let statistic = self.tiers.iter().zip(&weights).map(|((_, tier), weight)| {
            let clusters = tier.clusters as f64;
            let mean = gained * weight / total / clusters;
            tier.squares as f64 / mean - 2.0 * tier.gained as f64 + clusters * mean
        });
        statistic.sum()
    }

    /// The weight of each tier and of all, in units of the heaviest cluster's, so that nothing
    /// outgrows a number.
    fn weights(&self, exponent: f64) -> (Vec<f64>, f64) {
        let heaviest = if exponent > 0.0 { self.tiers.last() } else { self.tiers.first() };
        let from = heaviest.map_or(0.0, |(x, _)| *x);
        let weights: Vec<f64> =
            self.tiers.iter().map(|(x, tier)| tier.clusters as f64 * (exponent * (x - from)).exp()).collect();
        let total = weights.iter().sum();
        (weights, total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn of(sizes: &[u64], gained: &[u64]) -> Attachment {
        attachment(sizes.iter().zip(gained).map(|(size, gained)| Gain { size: *size, gained: *gained }))
    }

    fn check(sizes: &[u64], gained: &[u64], expected: Value) {
        let found = serde_json::to_value(of(sizes, gained)).expect("JSON");
        for (key, expected) in expected.as_object().expect("an object") {
            assert_eq!(&found[key], expected, "{key}");
        }
    }

    #[test]
    fn clusters_are_ranked_by_size_and_put_in_bins() {
        check(
            &[0, 1, 2, 3, 9, 1, 1, 2],
            &[9, 1, 0, 3, 6, 0, 0, 0],
            json!({
                "clusters": 7,
                "growing": 3,
                "gained": 10,
                "share_of_top_1_percent": 0.6,
                "share_of_top_10_percent": 0.6,
                "share_of_ten_largest": 1.0,
                "bins": [
                    {"from": 1, "to": 1, "clusters": 3, "mean_size": 1.0, "gained": 1, "mean_gain": 1.0 / 3.0},
                    {"from": 2, "to": 3, "clusters": 3, "mean_size": 7.0 / 3.0, "gained": 3, "mean_gain": 1.0},
                    {"from": 8, "to": 15, "clusters": 1, "mean_size": 9.0, "gained": 6, "mean_gain": 6.0},
                ],
            }),
        );
    }

    #[test]
    fn of_equally_large_clusters_each_counts_with_the_mean() {
        let sizes = [vec![5; 12], vec![9; 8]].concat();
        let gained: Vec<u64> = (0..20).collect();
        // The eight of 9 gained 12 to 19; of the twelve of 5, which gained 66, two are meant.
        check(&sizes, &gained, json!({"share_of_ten_largest": (124.0 + 66.0 * (2.0 / 12.0)) / 190.0}));
        check(&sizes, &gained, json!({"share_of_top_10_percent": 124.0 * 0.25 / 190.0}));
    }

    #[test]
    fn without_gains_there_is_nothing_to_share() {
        let nothing = json!({
            "share_of_top_1_percent": null,
            "share_of_top_10_percent": null,
            "share_of_ten_largest": null,
            "gini_gained": null,
            "exponent": null,
            "exponent_error": null,
            "dispersion": null,
        });
        check(&[], &[], nothing.clone());
        check(&[1, 2, 3], &[0, 0, 0], nothing);
    }

    #[test]
    fn no_exponent_is_the_most_likely_if_the_extreme_sizes_have_it_all() {
        let unknown = json!({"exponent": null, "exponent_error": null, "dispersion": null});
        check(&[4, 4, 4], &[1, 0, 7], unknown.clone());
        check(&[1, 2, 3], &[0, 0, 7], unknown.clone());
        check(&[1, 2, 3], &[7, 0, 0], unknown);
    }

    #[test]
    fn of_two_clusters_the_dispersion_is_unknown() {
        // Eight times the gain at four times the size.
        let found = of(&[3, 12], &[2, 16]);
        assert!((found.exponent.expect("known") - 1.5).abs() < 1e-9);
        assert_eq!(found.dispersion, None);
        assert!(found.exponent_error.is_some());
    }

    /// Expected values are those of the generalised linear model in statsmodels 0.15.
    #[test]
    fn the_fit_is_that_of_a_generalised_linear_model() {
        let close = |found: Option<f64>, expected: f64| {
            let found = found.expect("known");
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        };
        let regular = of(&[1, 2, 3, 5, 8, 13, 40, 100], &[0, 1, 0, 2, 4, 3, 15, 30]);
        close(regular.exponent, 0.982149787378);
        close(regular.exponent_error, 0.127597846953);
        close(regular.dispersion, 0.513967769389);
        let in_batches = of(&[1, 1, 1, 2, 2, 4, 9, 30, 30, 200], &[0, 0, 3, 0, 1, 0, 9, 2, 31, 60]);
        close(in_batches.exponent, 0.795818670914);
        close(in_batches.exponent_error, 0.156160447086);
        close(in_batches.dispersion, 5.562403678255);
    }

    /// Numbers between 0 and 1, the same ones every time (Steele and others 2014).
    fn split_mix(mut state: u64) -> impl FnMut() -> f64 {
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    #[test]
    fn the_exponent_by_which_models_were_handed_out_is_found_again() {
        for (seed, exponent) in (1..).zip([-0.5, 0.0, 0.5, 0.8, 1.0, 1.3]) {
            let mut next = split_mix(seed);
            // Sizes as a hub has them: most are 1, a few have thousands.
            let sizes: Vec<u64> = (0..20_000).map(|_| (1.0 / (1.0 - next())).powf(0.9) as u64).collect();
            let mut until: Vec<f64> = Vec::with_capacity(sizes.len());
            for size in &sizes {
                until.push(until.last().unwrap_or(&0.0) + (*size as f64).powf(exponent));
            }
            let total = *until.last().expect("clusters");
            let mut gained = vec![0; sizes.len()];
            for _ in 0..30_000 {
                let model = next() * total;
                gained[until.partition_point(|end| *end <= model)] += 1;
            }
            let found = of(&sizes, &gained);
            let (estimate, error) = (found.exponent.expect("known"), found.exponent_error.expect("known"));
            assert!((estimate - exponent).abs() < 3.0 * error, "{exponent}: {estimate} +- {error}");
            assert!(error < 0.03, "{exponent}: {error}");
            assert!((found.dispersion.expect("known") - 1.0).abs() < 0.1, "{:?}", found.dispersion);
        }
    }

    #[test]
    fn sizes_that_are_far_apart_or_next_to_each_other_do_no_harm() {
        let far = of(&[1, 2, u64::from(u32::MAX)], &[1, 1, 1_000_000]);
        assert!(of(&[1, u64::MAX], &[1, u64::MAX - 1]).exponent.is_some_and(|exponent| exponent < 1.1));
        assert!((0.0..1.0).contains(&far.exponent.expect("known")));
        let close = of(&[1_000_000, 1_000_001, 1_000_002], &[1, 1, 3]);
        assert!(close.exponent.expect("known") > 100_000.0);
        assert_eq!(of(&[1 << 63, u64::MAX], &[1, 1]).bins[0].to, u64::MAX);
    }

    proptest! {
        #[test]
        fn whatever_is_handed_in_comes_out_finite_and_in_any_order(
            mut clusters in proptest::collection::vec((0..2_000u64, 0..50u64), 0..60),
        ) {
            let gain = |(size, gained): &(u64, u64)| Gain { size: *size, gained: *gained };
            let found = attachment(clusters.iter().map(gain));
            clusters.reverse();
            prop_assert_eq!(&attachment(clusters.iter().map(gain)), &found);
            let there = clusters.iter().filter(|(size, _)| *size > 0);
            prop_assert_eq!(found.gained, there.map(|(_, gained)| gained).sum::<u64>());
            prop_assert_eq!(found.bins.iter().map(|bin| bin.clusters).sum::<u64>(), found.clusters);
            prop_assert_eq!(found.bins.iter().map(|bin| bin.gained).sum::<u64>(), found.gained);
            for number in [found.exponent, found.exponent_error, found.dispersion].into_iter().flatten() {
                prop_assert!(number.is_finite());
            }
            for share in [found.share_of_top_1_percent, found.share_of_top_10_percent, found.share_of_ten_largest] {
                prop_assert!(share.is_none_or(|share| (0.0..=1.0 + 1e-12).contains(&share)));
            }
        }

        #[test]
        fn clusters_that_gain_in_proportion_have_exponent_one(
            sizes in proptest::collection::vec(1..10_000u64, 2..40), each in 1..5u64,
        ) {
            let gained: Vec<u64> = sizes.iter().map(|size| size * each).collect();
            if let Some(exponent) = of(&sizes, &gained).exponent {
                prop_assert!((exponent - 1.0).abs() < 1e-6, "{}", exponent);
            }
        }
    }
}
