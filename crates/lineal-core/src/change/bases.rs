//! Does a model declare other bases than before?
//!
//! Two bases are the same if they have the same name, or are the same model under another name.
//! So neither the rename of a base counts, nor that its name means another repository now: those
//! are changes of the base.

use crate::{pairing::Pairing, world::World};
use serde::Serialize;

/// A base as a model declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DeclaredBase<'a> {
    pub base: &'a str,
    pub operation: &'a str,
}

/// The bases that a model declares, in its record's order; itself, if it names itself, comes last.
pub fn declared(world: &World, node: u32) -> Vec<DeclaredBase<'_>> {
    let operations = world.graph.operations();
    let base = |(base, code): (u32, u8)| DeclaredBase {
        base: world.name(base),
        operation: operations[usize::from(code)].as_str(),
    };
    relations(world, node).map(base).collect()
}

/// Whether a model derives by an operation, given by its place in the graph's list of them.
pub fn derives_by(world: &World, node: u32, operation: u8) -> bool {
    relations(world, node).any(|(_, code)| code == operation)
}

/// The bases of a model with their operations, itself included.
fn relations(world: &World, node: u32) -> impl Iterator<Item = (u32, u8)> {
    let graph = &world.graph;
    let between = graph.bases(node).iter().copied().zip(graph.base_operations(node).iter().copied());
    let own = graph.is_self_based(node).then(|| graph.self_based().binary_search(&node).ok()).flatten();
    between.chain(own.map(|at| (node, graph.self_operations()[at])))
}

/// How what a model declares of its bases compares with what it declared before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relations {
    Same,
    /// It declared none before.
    Gained,
    /// It declares none any more.
    Lost,
    OtherBases,
    /// The bases are the same, and it says that it was derived otherwise.
    OtherOperations,
}

/// Compares the bases of models in two worlds.
#[derive(Debug)]
pub struct Comparison<'a> {
    before: &'a World,
    after: &'a World,
    pairing: &'a Pairing,
    /// Where the world after lists each operation of the world before; `None` if it has none such.
    codes: Vec<Option<u8>>,
}

impl<'a> Comparison<'a> {
    pub fn new(before: &'a World, after: &'a World, pairing: &'a Pairing) -> Comparison<'a> {
        let now = after.graph.operations();
        let code = |operation| now.iter().position(|other| other == operation).map(|code| code as u8);
        Comparison { before, after, pairing, codes: before.graph.operations().iter().map(code).collect() }
    }

    /// Whether a model declares the same bases, in any order, by the same operations.
    pub fn is_same(&self, before: u32, after: u32) -> bool {
        self.compare(before, after) == Relations::Same
    }

    /// Compares what a model declared with what it declares now; the order says nothing.
    pub fn compare(&self, before: u32, after: u32) -> Relations {
        let mut left = relations(self.before, before);
        let mut right = relations(self.after, after);
        // Nearly always the bases are the same ones in the same order.
        loop {
            match (left.next(), right.next()) {
                (None, None) => return Relations::Same,
                (Some((base, operation)), Some((now, code)))
                    if self.codes[usize::from(operation)] == Some(code) && self.is_same_base(base, now) => {}
                _ => return self.compare_in_any_order(before, after),
            }
        }
    }

    fn is_same_base(&self, before: u32, after: u32) -> bool {
        self.pairing.later_of(before) == Some(after) || self.before.name(before) == self.after.name(after)
    }

    fn compare_in_any_order(&self, before: u32, after: u32) -> Relations {
        let mut now: Vec<(u32, u8)> = relations(self.after, after).collect();
        if now.is_empty() {
            return Relations::Lost;
        }
        now.sort_unstable();
        let place = |base: u32| now.binary_search_by_key(&base, |(base, _)| *base).ok();
        let mut met = vec![false; now.len()];
        let (mut count, mut is_derived_otherwise) = (0, false);
        for (base, operation) in relations(self.before, before) {
            // What a model calls its base comes before what the base is called now, or else two
            // models that exchange their names would be taken for one another.
            let named = self.after.ids.find(self.before.name(base)).and_then(place);
            let found = named.or_else(|| place(self.pairing.later_of(base)?));
            let Some(at) = found.filter(|at| !met[*at]) else { return Relations::OtherBases };
            is_derived_otherwise |= self.codes[usize::from(operation)] != Some(now[at].1);
            met[at] = true;
            count += 1;
        }
        match count {
            0 => Relations::Gained,
            _ if count < now.len() => Relations::OtherBases,
            _ if is_derived_otherwise => Relations::OtherOperations,
            _ => Relations::Same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model_id::HubId,
        pairing::{Renames, Side},
        testing::world,
    };

    /// Numbers each model as its hub id; `old=new` gives two names the same one.
    fn hub_ids(world: &World, renamed: &[(&str, &str)]) -> Vec<Option<HubId>> {
        let id = |name: &str| {
            let first = renamed.iter().find(|(_, new)| *new == name).map_or(name, |(old, _)| *old);
            let mut bytes = [0; 12];
            bytes.iter_mut().zip(first.bytes()).for_each(|(byte, letter)| *byte = letter);
            HubId(bytes)
        };
        (0..world.graph.models()).map(|node| Some(id(world.name(node)))).collect()
    }

    /// Says whether `it` declares the same bases; the same must come of it the other way around.
    fn check(before: &str, after: &str, renamed: &[(&str, &str)], expected: bool) {
        let (before, after) = (world(before), world(after));
        let former: Vec<(&str, &str)> = renamed.iter().map(|(old, new)| (*new, *old)).collect();
        for (before, after, renamed) in [(&before, &after, renamed), (&after, &before, &former)] {
            let (old, new) = (hub_ids(before, &[]), hub_ids(after, renamed));
            let sides = [Side { world: before, hub_ids: &old }, Side { world: after, hub_ids: &new }];
            let pairing = Pairing::new(sides[0], sides[1], Renames::On);
            let node = |world: &World| world.ids.find("it").expect("listed");
            let comparison = Comparison::new(before, after, &pairing);
            assert_eq!(comparison.is_same(node(before), node(after)), expected);
        }
    }

    #[test]
    fn the_order_of_bases_is_no_change() {
        check("a -merge-> it\nb -merge-> it", "b -merge-> it\na -merge-> it", &[], true);
        check("it -merge-> it\nb -merge-> it", "b -merge-> it\nit -merge-> it", &[], true);
    }

    #[test]
    fn other_bases_are_a_change() {
        check("a -merge-> it", "a\nit", &[], false);
        check("a -merge-> it", "a -merge-> it\nb -merge-> it", &[], false);
        check("a -merge-> it\nb", "b -merge-> it\na", &[], false);
        check("a -merge-> it", "a -merge-> it\nit -merge-> it", &[], false);
    }

    #[test]
    fn another_operation_is_a_change() {
        check("a -merge-> it", "a -finetune-> it", &[], false);
        check("a -merge-> it\nb -merge-> it", "b -merge-> it\na -adapter-> it", &[], false);
        check("it -merge-> it", "it -finetune-> it", &[], false);
    }

    #[test]
    fn a_renamed_base_is_no_change() {
        check("a -merge-> it", "b -merge-> it", &[("a", "b")], true);
        check("a -merge-> it\nc -merge-> it", "c -merge-> it\nb -merge-> it", &[("a", "b")], true);
        // Its derived models may still call it by its former name.
        check("a -merge-> it", "a? -merge-> it\nb", &[("a", "b")], true);
    }

    #[test]
    fn a_base_that_goes_or_comes_is_no_change_of_what_is_declared() {
        check("a -merge-> it", "a? -merge-> it", &[], true);
        check("a? -merge-> it\nc? -merge-> it", "c? -merge-> it\na -merge-> it", &[], true);
    }

    #[test]
    fn bases_that_exchange_their_names_are_declared_as_before() {
        let swapped = [("a", "b"), ("b", "a")];
        check("a -merge-> it\nb -merge-> it", "b -merge-> it\na -merge-> it", &swapped, true);
        check("a -merge-> it\nb", "b -merge-> it\na", &swapped, true);
        check("a -merge-> it\nb", "a -merge-> it\nb", &swapped, true);
        check("a -merge-> it\nb -adapter-> it", "a -merge-> it\nb -adapter-> it", &swapped, true);
    }

    #[test]
    fn one_base_is_not_two() {
        check("a -merge-> it\nb? -merge-> it", "b -merge-> it\nc", &[("a", "b")], false);
    }
}
