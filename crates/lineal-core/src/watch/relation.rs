//! Does a model still say that it was made from the same bases?

use super::Change;
use crate::{
    pairing::{Pairing, Side},
    world::World,
};
use std::collections::BTreeSet;

/// How many bases are named; a merge can have any number.
const NAMED: usize = 20;

/// One base as a model declares it.
struct Base<'a> {
    operation: &'a str,
    name: &'a str,
    /// What the base is called now, if it is another name.
    renamed: Option<&'a str>,
}

impl<'a> Base<'a> {
    /// The names that mean it.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        std::iter::once(self.name).chain(self.renamed)
    }
}

/// Compares what a model declares in two snapshots. A base that was renamed is the same base,
/// whichever of its names is used.
pub fn change(earlier: &Side, later: &Side, pairing: &Pairing, before: u32, after: u32) -> Option<Change> {
    let now_called = |node: u32| Some(later.world.name(pairing.later_of(node)?));
    let was = bases(earlier.world, before, now_called);
    let is = bases(later.world, after, |_| None);
    let key = |base: &Base, name: &str| (base.operation.to_owned(), name.to_ascii_lowercase());
    let names_now: BTreeSet<_> = is.iter().map(|base| key(base, base.name)).collect();
    let names_before = was.iter().flat_map(|base| base.names().map(|name| key(base, name)));
    let names_before: BTreeSet<_> = names_before.collect();
    let is_kept = |base: &Base| base.names().any(|name| names_now.contains(&key(base, name)));
    let lost = !was.iter().all(is_kept);
    let won = !names_now.is_subset(&names_before);
    (lost || won).then(|| Change { before: shown(&was), after: shown(&is) })
}

/// The bases of a model, sorted.
fn bases<'a>(world: &'a World, model: u32, renamed: impl Fn(u32) -> Option<&'a str>) -> Vec<Base<'a>> {
    let graph = &world.graph;
    let operations = graph.base_operations(model).iter();
    let mut bases: Vec<Base> = graph
        .bases(model)
        .iter()
        .zip(operations)
        .map(|(base, code)| Base {
            operation: graph.operations()[usize::from(*code)].as_str(),
            name: world.name(*base),
            renamed: renamed(*base),
        })
        .collect();
    bases.sort_unstable_by_key(|base| (base.operation, base.name));
    bases
}

/// Names the bases; `None` if there are none.
fn shown(bases: &[Base]) -> Option<String> {
    let mut words: Vec<String> =
        bases.iter().take(NAMED).map(|base| format!("{} of {}", base.operation, base.name)).collect();
    if bases.len() > NAMED {
        words.push(format!("and {} more", bases.len() - NAMED));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pairing::Renames, testing};

    fn check(earlier: &str, later: &str, model: &str, expected: &str) {
        let (earlier, later) = (testing::world(earlier), testing::world(later));
        let hub_ids = |world: &World| -> Vec<_> {
            // A model keeps its id if its name keeps its first letter.
            let id =
                |node: u32| world.name(node).bytes().next().map(|byte| crate::model_id::HubId([byte; 12]));
            (0..world.graph.models()).map(id).collect()
        };
        let (ids, later_ids) = (hub_ids(&earlier), hub_ids(&later));
        let (one, other) =
            (Side { world: &earlier, hub_ids: &ids }, Side { world: &later, hub_ids: &later_ids });
        let pairing = Pairing::new(one, other, Renames::On);
        let (before, after) = (earlier.ids.find(model), later.ids.find(model));
        let found = change(&one, &other, &pairing, before.expect("there"), after.expect("there"));
        let shown = |text: Option<String>| text.unwrap_or_else(|| "nothing".to_owned());
        let found = found.map(|change| format!("{} => {}", shown(change.before), shown(change.after)));
        assert_eq!(found.as_deref().unwrap_or("same"), expected);
    }

    #[test]
    fn another_base_or_operation_is_a_change() {
        check("a -merge-> x\nb -merge-> x", "b -merge-> x\na -merge-> x", "x", "same");
        check("a -finetune-> x\nb", "b -finetune-> x\na", "x", "finetune of a => finetune of b");
        check("a -finetune-> x", "a -adapter-> x", "x", "finetune of a => adapter of a");
        check("a -finetune-> x", "a\nx", "x", "finetune of a => nothing");
        check("a\nx", "a -merge-> x", "x", "nothing => merge of a");
    }

    #[test]
    fn a_base_that_is_renamed_or_gone_is_still_the_same_base() {
        check("a/base -finetune-> x", "ann/base -finetune-> x", "x", "same");
        check("a/base -finetune-> x", "a/base? -finetune-> x", "x", "same");
        check("a/base -finetune-> x\nann/new", "A/Base -finetune-> x", "x", "same");
    }
}
