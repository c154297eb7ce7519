//! Which surviving models say something else of their bases now?

use crate::{
    change::bases::{Comparison, Relations},
    pairing::Pairing,
    world::World,
};
use serde::Serialize;

/// Models that declare other relations than before, by what has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Churn {
    /// Declared none before.
    pub gained: u64,
    /// Declare none any more.
    pub lost: u64,
    /// Declare other bases.
    pub bases: u64,
    /// Declare the same bases, derived otherwise.
    pub operations: u64,
}

impl Churn {
    pub fn total(&self) -> u64 {
        self.gained + self.lost + self.bases + self.operations
    }
}

/// Compares what each model that is in both snapshots declares.
pub fn churn(earlier: &World, later: &World, pairing: &Pairing) -> Churn {
    let comparison = Comparison::new(earlier, later, pairing);
    let mut churn = Churn::default();
    for node in 0..earlier.graph.models() {
        let Some(now) = pairing.later_of(node) else { continue };
        match comparison.compare(node, now) {
            Relations::Same => {}
            Relations::Gained => churn.gained += 1,
            Relations::Lost => churn.lost += 1,
            Relations::OtherBases => churn.bases += 1,
            Relations::OtherOperations => churn.operations += 1,
        }
    }
    churn
}
