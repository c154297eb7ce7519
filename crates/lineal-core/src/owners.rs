//! How few owners account for some models?
//!
//! The owner of a model is the part of its name before the slash. Bare legacy names have none:
//! they are counted apart, and every share is one of the models that have an owner. Owners are
//! told apart to the letter, as a hub writes its names in one way only.

use crate::{inequality::gini, model_id::owner};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::Serialize;
use std::cmp::Reverse;

/// How many owners are listed by name.
const TOP: usize = 10;

/// How some models are spread over their owners. Shares are between 0 and 1, and `None` if no
/// model has an owner.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Concentration {
    pub models: u64,
    /// Models with a bare name.
    pub without_owner: u64,
    pub owners: u64,
    /// The share of the one, three and ten owners with the most models: the *concentration ratio*.
    pub top_1: Option<f64>,
    pub top_3: Option<f64>,
    pub top_10: Option<f64>,
    /// 0 if all owners have the same number, near 1 if one has almost all ([`gini`]).
    pub gini: Option<f64>,
    /// The sum of the owners' squared shares, 1 if there is one owner (Herfindahl 1950; Hirschman
    /// 1964). As many equal owners as its inverse says would be as concentrated.
    pub hhi: Option<f64>,
    /// The ten owners with the most models, most first, ties by name.
    pub top: Vec<Holding>,
}

/// How many of the models are one owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    pub owner: String,
    pub models: u64,
}

/// Counts models by owner, given their names.
pub fn concentration<'a>(names: impl Iterator<Item = &'a str>) -> Concentration {
    let mut models_of: HashMap<&str, u64, RandomState> = HashMap::default();
    let mut without_owner = 0;
    for name in names {
        match owner(name) {
            Some(owner) => *models_of.entry(owner).or_default() += 1,
            None => without_owner += 1,
        }
    }
    let mut holdings: Vec<(Reverse<u64>, &str)> =
        models_of.into_iter().map(|(owner, models)| (Reverse(models), owner)).collect();
    let mut counts: Vec<u64> = holdings.iter().map(|(Reverse(models), _)| *models).collect();
    // Most owners have one model: names are compared only of those that can be among the first.
    if TOP < holdings.len() {
        holdings.select_nth_unstable(TOP);
        holdings.truncate(TOP);
    }
    holdings.sort_unstable();

    let owned: u64 = counts.iter().sum();
    let share = |limit: usize| {
        let models: u64 = holdings.iter().take(limit).map(|(Reverse(models), _)| models).sum();
        (owned > 0).then(|| models as f64 / owned as f64)
    };
    let squares: u128 = counts.iter().map(|models| u128::from(*models).pow(2)).sum();
    Concentration {
        models: owned + without_owner,
        without_owner,
        owners: counts.len() as u64,
        top_1: share(1),
        top_3: share(3),
        top_10: share(10),
        gini: gini(&mut counts),
        hhi: (owned > 0).then(|| squares as f64 / u128::from(owned).pow(2) as f64),
        top: holdings
            .into_iter()
            .map(|(Reverse(models), owner)| Holding { owner: owner.to_owned(), models })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::shared;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(names: &str, expected: Value) {
        let found = concentration(names.split_whitespace());
        assert_eq!(serde_json::to_value(&found).expect("JSON"), expected, "{names}");
    }

    #[test]
    fn models_are_counted_by_what_stands_before_the_slash() {
        check(
            "b/1 a/1 b/2 gpt2 c/1 b/3 a/2 c/2 a/3",
            json!({
                "models": 9,
                "without_owner": 1,
                "owners": 3,
                "top_1": 3.0 / 8.0,
                "top_3": 1.0,
                "top_10": 1.0,
                "gini": 1.0 / 12.0,
                "hhi": 22.0 / 64.0,
                "top": [
                    {"owner": "a", "models": 3},
                    {"owner": "b", "models": 3},
                    {"owner": "c", "models": 2},
                ],
            }),
        );
    }

    #[test]
    fn nobody_has_no_share() {
        check(
            "gpt2",
            json!({
                "models": 1,
                "without_owner": 1,
                "owners": 0,
                "top_1": null,
                "top_3": null,
                "top_10": null,
                "gini": null,
                "hhi": null,
                "top": [],
            }),
        );
    }

    #[test]
    fn of_many_owners_ten_are_named() {
        let names: Vec<String> =
            (0..40).map(|model| format!("{}/{model}", (b'z' - model % 20) as char)).collect();
        let found = concentration(names.iter().map(String::as_str).chain(["z/more"]));
        let top: Vec<String> = found.top.iter().map(|one| format!("{} {}", one.owner, one.models)).collect();
        assert_eq!(top.join(", "), "z 3, g 2, h 2, i 2, j 2, k 2, l 2, m 2, n 2, o 2");
        assert_eq!((found.owners, found.top_10), (20, Some(21.0 / 41.0)));
    }

    /// Expected values were computed apart from this code.
    #[test]
    fn three_owners_were_behind_half_of_the_deletions_of_some_weeks() {
        let Some(weekly) = shared("data/study-2025/weekly") else { return };
        let weeks = [
            ("0402", 14_243, 897, 7_484, 11_624_202, 25_194_565),
            ("0625", 2_516, 366, 1_480, 736_926, 1_008_934),
        ];
        for (week, models, owners, of_three, differences, squares) in weeks {
            let text =
                std::fs::read_to_string(weekly.join(format!("deleted_model_{week}.csv"))).expect("a table");
            let found = concentration(text.lines().skip(1).filter_map(|line| line.split(',').next()));
            assert_eq!((found.models, found.without_owner, found.owners), (models, 0, owners), "{week}");
            let models = models as f64;
            assert_eq!(found.top_3, Some(f64::from(of_three) / models), "{week}");
            assert_eq!(found.gini, Some(f64::from(differences) / (owners as f64 * models)), "{week}");
            assert_eq!(found.hhi, Some(f64::from(squares) / models.powi(2)), "{week}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_names_does_not_matter(mut names in proptest::collection::vec("[a-n]/[x-z]|[a-z]", 0..60)) {
            let before = concentration(names.iter().map(String::as_str));
            names.reverse();
            prop_assert_eq!(&concentration(names.iter().map(String::as_str)), &before);
            let shares = [Some(0.0), before.top_1, before.top_3, before.top_10, Some(1.0)];
            prop_assert!(shares.iter().flatten().is_sorted());
        }

        #[test]
        fn equal_owners_are_as_many_as_the_inverse_of_the_sum_of_squares(owners in 1..50u32, each in 1..9u32) {
            let names: Vec<String> = (0..owners * each).map(|model| format!("{}/{model}", model % owners)).collect();
            let found = concentration(names.iter().map(String::as_str));
            prop_assert_eq!(found.gini, Some(0.0));
            prop_assert!((1.0 / found.hhi.expect("owners") - f64::from(owners)).abs() < 1e-9);
        }
    }
}
