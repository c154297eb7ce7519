//! Which surviving models say something else of their bases now?

use crate::{graph::Graph, operation::Operation, pairing::Pairing, world::World};
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

/// Compares what each model that is in both snapshots declares. A base that was renamed is the
/// same base, under either name; the order of bases says nothing.
pub fn churn(earlier: &World, later: &World, pairing: &Pairing) -> Churn {
    let codes = later_codes(&earlier.graph, &later.graph);
    // The later node that a base means.
    let meant_later = |base: u32| {
        let listed = || earlier.ids.find(later.name(base)).and_then(|base| pairing.later_of(base));
        if later.graph.is_missing(base) { listed().unwrap_or(base) } else { base }
    };
    let meant_earlier = |base: u32| {
        let named = || later.ids.find(earlier.name(base)).map(meant_later);
        pairing.later_of(base).or_else(named)
    };
    let mut churn = Churn::default();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for node in 0..earlier.graph.models() {
        let Some(now) = pairing.later_of(node) else { continue };
        if !earlier.graph.is_derived(node) && !later.graph.is_derived(now) {
            continue;
        }
        let words = declared(&earlier.graph, node);
        before.clear();
        before.extend(words.map(|(base, code)| (meant_earlier(base), codes[usize::from(code)])));
        after.clear();
        after.extend(declared(&later.graph, now).map(|(base, code)| (Some(meant_later(base)), Some(code))));
        before.sort_unstable();
        after.sort_unstable();
        match (before.is_empty(), after.is_empty()) {
            _ if before == after => {}
            (true, _) => churn.gained += 1,
            (_, true) => churn.lost += 1,
            _ if before.iter().map(|(base, _)| base).eq(after.iter().map(|(base, _)| base)) => {
                churn.operations += 1;
            }
            _ => churn.bases += 1,
        }
    }
    churn
}

/// The bases that a model declares, itself included, with the code of the operation.
fn declared(graph: &Graph, node: u32) -> impl Iterator<Item = (u32, u8)> {
    let itself = graph.self_based().binary_search(&node).map(|at| (node, graph.self_operations()[at]));
    let others = graph.bases(node).iter().zip(graph.base_operations(node));
    others.map(|(base, code)| (*base, *code)).chain(itself)
}

/// The later graph's code of each of the earlier one's operations.
fn later_codes(earlier: &Graph, later: &Graph) -> Vec<Option<u8>> {
    let code = |operation: &Operation| {
        let at = later.operations().iter().position(|other| other == operation)?;
        u8::try_from(at).ok()
    };
    earlier.operations().iter().map(code).collect()
}
