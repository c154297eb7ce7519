//! Which models are looked at?
//!
//! The models of a frame are put into an order that only chance decides: by the SHA-256 of the seed in
//! decimal digits, a space, and the model's name. The sample is the beginning of it. So the same seed
//! and frame give the same sample everywhere and in whatever order the frame came; models that were
//! looked at up to some row are a sample themselves; a larger sample of an undivided frame begins
//! with the smaller one; and anybody can check a choice with `printf '1 owner/name' | sha256sum`.

use ring::digest;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};

/// A model that could be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    pub id: &'a str,
    /// The part of the frame that it belongs to; `None` is a part as any other.
    pub stratum: Option<&'a str>,
}

/// How many models each stratum gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// As large a part of the sample as of the frame, by largest remainder.
    Proportional,
    /// As many as any other, as far as it has them.
    Equal,
}

/// A part of the frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stratum {
    pub name: Option<String>,
    /// How many models it has.
    pub frame: u64,
    /// How many of them are chosen.
    pub sample: u64,
}

/// A model that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// Its place in the frame as it was given.
    pub place: usize,
    /// For how many models of its stratum it stands.
    pub weight: f64,
}

/// Models chosen by chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// How many different models the frame has.
    pub frame: u64,
    /// By name; one without a name if the frame is not divided.
    pub strata: Vec<Stratum>,
    /// In the order that chance gave them.
    pub chosen: Vec<Chosen>,
}

/// Chooses this many models, or all if there are fewer, each at most once.
pub fn sample(frame: &[Framed], size: u64, seed: u64, allocation: Allocation) -> Sample {
    let mut order: Vec<([u8; 32], usize)> =
        frame.iter().enumerate().map(|(place, model)| (key(seed, model.id), place)).collect();
    order.sort_unstable_by_key(|&(key, place)| (key, frame[place].id, frame[place].stratum, place));
    order.dedup_by_key(|&mut (_, place)| frame[place].id);

    let mut sizes: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for &(_, place) in &order {
        *sizes.entry(frame[place].stratum).or_default() += 1;
    }
    let counts: Vec<u64> = sizes.values().copied().collect();
    let size = size.min(order.len() as u64);
    let shares = match allocation {
        Allocation::Proportional => proportional(&counts, size),
        Allocation::Equal => equal(&counts, size),
    };

    let mut left: BTreeMap<Option<&str>, u64> = sizes.keys().copied().zip(shares.iter().copied()).collect();
    let weights: BTreeMap<Option<&str>, f64> = sizes
        .iter()
        .zip(&shares)
        .map(|((name, frame), sample)| (*name, *frame as f64 / (*sample).max(1) as f64))
        .collect();
    let mut chosen = Vec::new();
    for (_, place) in &order {
        let stratum = frame[*place].stratum;
        let Some(left) = left.get_mut(&stratum).filter(|left| **left > 0) else { continue };
        *left -= 1;
        chosen.push(Chosen { place: *place, weight: weights[&stratum] });
    }
    let strata = sizes.iter().zip(&shares).map(|((name, frame), sample)| Stratum {
        name: name.map(str::to_owned),
        frame: *frame,
        sample: *sample,
    });
    Sample { frame: order.len() as u64, strata: strata.collect(), chosen }
}

fn key(seed: u64, id: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest::digest(&digest::SHA256, format!("{seed} {id}").as_bytes()).as_ref());
    key
}

/// Divides a sample as the frame is divided. What is left of whole models goes to the largest
/// remainders, among equal ones to the largest and then the first stratum.
fn proportional(sizes: &[u64], sample: u64) -> Vec<u64> {
    let frame: u128 = sizes.iter().map(|size| u128::from(*size)).sum();
    let quota = |size: u64| u128::from(size) * u128::from(sample);
    let mut shares: Vec<u64> =
        sizes.iter().map(|size| quota(*size).checked_div(frame).unwrap_or(0) as u64).collect();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|&at| (Reverse(quota(sizes[at]) % frame.max(1)), Reverse(sizes[at]), at));
    let rest = sample - shares.iter().sum::<u64>();
    by_remainder.iter().take(rest as usize).for_each(|at| shares[*at] += 1);
    shares
}

/// Gives every stratum as many as any other. What a small one does not have is divided among the
/// rest; what cannot be divided goes to the largest ones.
fn equal(sizes: &[u64], sample: u64) -> Vec<u64> {
    let mut by_size: Vec<usize> = (0..sizes.len()).collect();
    by_size.sort_by_key(|&at| (sizes[at], Reverse(at)));
    let mut shares = vec![0; sizes.len()];
    let mut left = sample;
    for (served, at) in by_size.iter().enumerate() {
        let waiting = (sizes.len() - served) as u64;
        shares[*at] = (left / waiting).min(sizes[*at]);
        left -= shares[*at];
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn framed(frame: &[(&'static str, &'static str)]) -> Vec<Framed<'static>> {
        frame
            .iter()
            .map(|(id, stratum)| Framed { id, stratum: Some(*stratum).filter(|name| !name.is_empty()) })
            .collect()
    }

    fn ids<'a>(frame: &[Framed<'a>], sample: &Sample) -> Vec<&'a str> {
        sample.chosen.iter().map(|chosen| frame[chosen.place].id).collect()
    }

    /// In the order of `for id in …; do printf "7 $id" | sha256sum; done`.
    #[test]
    fn the_order_is_that_of_the_hashes_that_anybody_can_compute() {
        let frame = framed(&[("a/a", ""), ("b/b", ""), ("c/c", ""), ("d/d", ""), ("a/a", "")]);
        let all = sample(&frame, 9, 7, Allocation::Proportional);
        assert_eq!(ids(&frame, &all), ["b/b", "c/c", "d/d", "a/a"]);
        assert_eq!(all.strata, [Stratum { name: None, frame: 4, sample: 4 }]);
    }

    #[test]
    fn remainders_decide_what_whole_models_cannot() {
        assert_eq!(proportional(&[50, 30, 20], 10), [5, 3, 2]);
        assert_eq!(proportional(&[5, 3, 2], 3), [1, 1, 1]);
        assert_eq!(proportional(&[1, 1, 1], 2), [1, 1, 0]);
        assert_eq!(proportional(&[1000, 1], 10), [10, 0]);
        assert_eq!(proportional(&[], 0), [0; 0]);
    }

    #[test]
    fn what_a_small_stratum_does_not_have_others_give() {
        assert_eq!(equal(&[100, 2, 50], 32), [15, 2, 15]);
        assert_eq!(equal(&[10, 20, 30], 11), [3, 4, 4]);
        assert_eq!(equal(&[1, 1], 2), [1, 1]);
    }

    #[test]
    fn a_chosen_model_stands_for_its_part_of_the_stratum() {
        let names: Vec<String> = (0..30).map(|at| format!("m/{at}")).collect();
        let stratum = |at| if at < 20 { Some("large") } else { None };
        let frame: Vec<Framed> =
            names.iter().enumerate().map(|(at, id)| Framed { id, stratum: stratum(at) }).collect();
        let sample = sample(&frame, 10, 1, Allocation::Equal);
        let weights: f64 = sample.chosen.iter().map(|chosen| chosen.weight).sum();
        assert_eq!((sample.chosen.len(), weights), (10, 30.0));
        assert_eq!(sample.strata[1], Stratum { name: Some("large".into()), frame: 20, sample: 5 });
    }

    proptest! {
        #[test]
        fn every_allocation_gives_what_was_asked_for_and_is_there(
            sizes in prop::collection::vec(1..1_000u64, 1..20), part in 0.0..=1.0f64,
        ) {
            let wanted = (sizes.iter().sum::<u64>() as f64 * part) as u64;
            for shares in [proportional(&sizes, wanted), equal(&sizes, wanted)] {
                prop_assert_eq!(shares.iter().sum::<u64>(), wanted);
                prop_assert!(shares.iter().zip(&sizes).all(|(share, size)| share <= size));
            }
        }

        #[test]
        fn neither_the_order_of_the_frame_nor_what_is_listed_twice_matters(
            ids in prop::collection::vec("[a-d]{1,3}", 1..40), seed: u64, size in 0..40u64,
        ) {
            let frame: Vec<Framed> = ids.iter().map(|id| Framed { id, stratum: id.get(..1) }).collect();
            let mut other: Vec<Framed> = frame.iter().rev().copied().collect();
            other.extend(frame.iter().take(3));
            for allocation in [Allocation::Proportional, Allocation::Equal] {
                let (one, two) = (sample(&frame, size, seed, allocation), sample(&other, size, seed, allocation));
                prop_assert_eq!(super::tests::ids(&frame, &one), super::tests::ids(&other, &two));
                prop_assert_eq!(one.strata, two.strata);
            }
        }

        #[test]
        fn a_larger_sample_begins_with_the_smaller_one(size in 0..30u64, more in 0..30u64, seed: u64) {
            let names: Vec<String> = (0..50).map(|at| format!("m/{at}")).collect();
            let frame: Vec<Framed> = names.iter().map(|id| Framed { id, stratum: None }).collect();
            let small = sample(&frame, size, seed, Allocation::Proportional);
            let large = sample(&frame, size + more, seed, Allocation::Proportional);
            prop_assert_eq!(super::tests::ids(&frame, &small), &super::tests::ids(&frame, &large)[..size.min(50) as usize]);
        }
    }
}
