//! How are counts carried that outgrow a machine word?

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::{borrow::Cow, fmt, iter::Sum, ops::AddAssign};

/// The largest whole number that every JSON reader keeps exactly.
const EXACT_IN_JSON: u64 = 1 << 53;

/// A count of any size. In JSON a number, or a decimal string from 2^53 on.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BigCount(pub BigUint);

impl BigCount {
    /// Returns this count divided by another, or `None` if that is zero.
    pub fn per(&self, other: &BigCount) -> Option<f64> {
        ratio(&self.0, &other.0)
    }
}

impl Serialize for BigCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_u64().filter(|small| *small <= EXACT_IN_JSON) {
            Some(small) => serializer.serialize_u64(small),
            None => serializer.collect_str(&self.0),
        }
    }
}

impl JsonSchema for BigCount {
    fn schema_name() -> Cow<'static, str> {
        "BigCount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A count of any size: a number, or a decimal string above 2^53.",
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": EXACT_IN_JSON},
                {"type": "string", "pattern": "^[1-9][0-9]+$"},
            ],
        })
    }
}

impl fmt::Display for BigCount {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<u64> for BigCount {
    fn from(count: u64) -> BigCount {
        BigCount(count.into())
    }
}

/// Returns `dividend / divisor` to the precision of an `f64`, however large both are;
/// `None` if the divisor is zero.
pub fn ratio(dividend: &BigUint, divisor: &BigUint) -> Option<f64> {
    if divisor.is_zero() {
        return None;
    }
    if let (Some(a), Some(b)) = (exact(dividend), exact(divisor)) {
        return Some(a / b);
    }
    // Keep 64 significant bits in the quotient, then put the binary point back.
    let shift = 64 + divisor.bits() as i64 - dividend.bits() as i64;
    let quotient =
        if shift >= 0 { (dividend << shift as u64) / divisor } else { dividend / (divisor << -shift as u64) };
    Some(quotient.to_f64()? * 2f64.powi(-(shift as i32)))
}

/// The count as an `f64`, if that loses nothing.
fn exact(count: &BigUint) -> Option<f64> {
    count.to_u64().filter(|small| *small <= EXACT_IN_JSON).map(|small| small as f64)
}

/// What the counting code needs of a number: `u128` while it suffices, [`BigUint`] beyond.
pub trait Number:
    Clone + Zero + One + for<'a> AddAssign<&'a Self> + for<'a> Sum<&'a Self> + Into<BigUint> + Send + Sync
{
    fn times(&self, other: &Self) -> Self;
    fn small(count: u64) -> Self;
    /// How many words of 64 bits it takes.
    fn words(&self) -> usize;
}

impl Number for u128 {
    fn times(&self, other: &u128) -> u128 {
        self * other
    }
    fn small(count: u64) -> u128 {
        count.into()
    }
    fn words(&self) -> usize {
        2
    }
}

impl Number for BigUint {
    fn times(&self, other: &BigUint) -> BigUint {
        self * other
    }
    fn small(count: u64) -> BigUint {
        count.into()
    }
    fn words(&self) -> usize {
        (self.bits() / 64 + 1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_numbers_until_json_readers_would_round_them() {
        let json = |count: BigUint| serde_json::to_string(&BigCount(count)).expect("serializes");
        assert_eq!(json(BigUint::from(1u64 << 53)), "9007199254740992");
        assert_eq!(json(BigUint::from((1u64 << 53) + 1)), "\"9007199254740993\"");
    }

    #[test]
    fn ratios_of_huge_counts_are_finite() {
        let huge = BigUint::from(10u8).pow(900);
        assert_eq!(ratio(&(&huge * 7u8), &(&huge * 2u8)), Some(3.5));
        assert_eq!(ratio(&huge, &BigUint::zero()), None);
        assert_eq!(ratio(&BigUint::zero(), &huge), Some(0.0));
        assert_eq!(ratio(&BigUint::from(1u8), &BigUint::from(3u8)), Some(1.0 / 3.0));
    }
}
