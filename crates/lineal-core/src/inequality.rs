//! How unevenly is something shared out?

/// Returns the Gini coefficient of some values, zeros included: 0 if all are equal, and at most
/// `(n - 1) / n`, which it is if one of the `n` has everything. `None` if there is nothing to
/// share. Sorts the values.
///
/// Half the mean absolute difference between two values, divided by the mean (Gini 1912); for
/// values in ascending order that is `sum of (2i - n - 1) x_i`, divided by `n * sum of x_i`, `i`
/// counted from 1 (Dixon and others 1987, *Bootstrapping the Gini coefficient of inequality*).
/// Sums are whole numbers, so the result does not depend on any order.
pub fn gini(values: &mut [u64]) -> Option<f64> {
    values.sort_unstable();
    let number = values.len() as i128;
    let total: i128 = values.iter().map(|value| i128::from(*value)).sum();
    if total == 0 {
        return None;
    }
    let places = (1..).map(|place: i128| 2 * place - number - 1);
    let differences: i128 = places.zip(values).map(|(place, value)| place * i128::from(*value)).sum();
    Some(differences as f64 / (number * total) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(values: &[u64], expected: Option<f64>) {
        assert_eq!(gini(&mut values.to_vec()), expected, "{values:?}");
    }

    #[test]
    fn equal_shares_are_even_and_one_share_is_as_uneven_as_can_be() {
        check(&[7, 7, 7, 7], Some(0.0));
        check(&[0, 0, 9, 0], Some(0.75));
        check(&[3], Some(0.0));
        check(&[3, 1, 2], Some(2.0 / 9.0));
    }

    #[test]
    fn nothing_is_shared_in_no_way() {
        check(&[], None);
        check(&[0, 0], None);
    }

    proptest! {
        #[test]
        fn it_is_the_mean_difference_of_two(mut values in proptest::collection::vec(0..1_000u64, 1..40)) {
            let pairs = values.iter().flat_map(|a| values.iter().map(|b| a.abs_diff(*b)));
            let (differences, total) = (pairs.sum::<u64>(), values.iter().sum::<u64>());
            let by_definition = differences as f64 / (2 * values.len() as u64 * total) as f64;
            match gini(&mut values) {
                Some(found) => prop_assert!((found - by_definition).abs() < 1e-12),
                None => prop_assert_eq!(total, 0),
            }
        }
    }
}
