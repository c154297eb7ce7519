//! Which models did those miss that vanished between two snapshots?
//!
//! A base is gone if the later snapshot does not list it under any name; what stood on it is what the earlier
//! snapshot says was derived from it directly. A base that was missing before is no news, whoever names it.

use crate::{date::SnapshotDate, pairing::Pairing, world::World};
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;

/// What vanished, and what stood on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Broken {
    #[schemars(with = "String")]
    pub from: SnapshotDate,
    #[schemars(with = "String")]
    pub to: SnapshotDate,
    pub added: u64,
    pub deleted: u64,
    pub renamed: u64,
    /// Deleted models from which others were made that are still there.
    pub deleted_bases: u64,
    /// Models that are still there and lost a base.
    pub affected: u64,
    /// Models that are still there and have no present base left.
    pub orphaned: u64,
    /// The deleted bases on which most stood, by models still there that were derived from them, then by name.
    pub worst: Vec<Gone>,
}

/// A base that vanished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gone {
    pub id: String,
    /// Downloads when it was last seen.
    pub downloads: Option<u64>,
    /// Models derived from it directly that are still there.
    pub derived: u64,
    /// Those of them that have no present base left.
    pub orphaned: u64,
    /// Their downloads now, where known.
    pub downloads_of_derived: u64,
}

/// Finds what broke; `worst` holds at most `limit`.
pub fn broken(earlier: &World, later: &World, pairing: &Pairing, limit: usize) -> Broken {
    let still_there =
        |base: u32| earlier.graph.derived(base).iter().filter_map(|node| pairing.later_of(*node));
    let mut affected: HashSet<u32, RandomState> = HashSet::default();
    let mut bases: Vec<(Reverse<usize>, &str, u32)> = Vec::new();
    for base in pairing.deleted() {
        affected.extend(still_there(base));
        let derived = still_there(base).count();
        if derived > 0 {
            bases.push((Reverse(derived), earlier.name(base), base));
        }
    }
    bases.sort_unstable();
    let gone = |(Reverse(derived), name, base): &(Reverse<usize>, &str, u32)| Gone {
        id: (*name).to_owned(),
        downloads: earlier.downloads(*base),
        derived: *derived as u64,
        orphaned: still_there(*base).filter(|node| is_orphaned(later, *node)).count() as u64,
        downloads_of_derived: later.total_downloads(still_there(*base)).unwrap_or(0),
    };
    Broken {
        from: earlier.snapshot,
        to: later.snapshot,
        added: pairing.added().count() as u64,
        deleted: pairing.deleted().count() as u64,
        renamed: pairing.renamed.len() as u64,
        deleted_bases: bases.len() as u64,
        affected: affected.len() as u64,
        orphaned: affected.iter().filter(|node| is_orphaned(later, **node)).count() as u64,
        worst: bases.iter().take(limit).map(gone).collect(),
    }
}

/// Whether none of a model's bases is present. Itself is no base here.
fn is_orphaned(later: &World, node: u32) -> bool {
    later.graph.in_degree(node) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model_id::HubId,
        pairing::{Renames, Side},
        testing,
    };
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Compares two worlds; of the later one, `renamed` says which model had which name before.
    fn between(before: &str, after: &str, renamed: &[(&str, &str)], limit: usize) -> Broken {
        let (before, after) = (testing::world(before), testing::world(after));
        let hub_ids = |world: &World, renamed: &[(&str, &str)]| {
            let id = |node: u32| {
                let name = world.name(node);
                let former = renamed.iter().find(|(_, now)| *now == name).map(|(former, _)| *former);
                let mut bytes = [0; 12];
                former.unwrap_or(name).bytes().zip(&mut bytes).for_each(|(byte, place)| *place = byte);
                Some(HubId(bytes))
            };
            (0..world.graph.models()).map(id).collect::<Vec<_>>()
        };
        let (old, new) = (hub_ids(&before, &[]), hub_ids(&after, renamed));
        let (earlier, later) =
            (Side { world: &before, hub_ids: &old }, Side { world: &after, hub_ids: &new });
        broken(&before, &after, &Pairing::new(earlier, later, Renames::On), limit)
    }

    fn check(before: &str, after: &str, renamed: &[(&str, &str)], expected: &str) {
        let found = between(before, after, renamed, 10);
        let Broken { deleted_bases, affected, orphaned, worst, .. } = found;
        let mut shown = vec![format!("{deleted_bases} gone, {affected} affected, {orphaned} orphaned")];
        for gone in worst {
            let Gone { id, downloads, derived, orphaned, downloads_of_derived } = gone;
            let downloads = downloads.map_or("?".to_owned(), |downloads| downloads.to_string());
            shown.push(format!("{id} ({downloads}): {derived}, {orphaned} orphaned, {downloads_of_derived}"));
        }
        assert_eq!(shown.join("; "), expected);
    }

    #[test]
    fn what_stood_on_a_deleted_base_is_affected_and_orphaned_if_it_had_no_other() {
        check(
            "a -merge-> mix\nb -merge-> mix\na -adapter-> lora\na -quantized-> q\na 70\nlora 1\nmix 2",
            "a? -merge-> mix\nb -merge-> mix\na? -adapter-> lora\nlora 3\nmix 40",
            &[],
            "1 gone, 2 affected, 1 orphaned; a (70): 2, 1 orphaned, 43",
        );
    }

    #[test]
    fn a_base_that_was_renamed_is_not_gone() {
        check("a -adapter-> lora", "b -adapter-> lora", &[("a", "b")], "0 gone, 0 affected, 0 orphaned");
        // The derived model still calls it by its former name, so it finds no base there.
        check("a -adapter-> lora", "a? -adapter-> lora\nb", &[("a", "b")], "0 gone, 0 affected, 0 orphaned");
        check(
            "a -adapter-> lora",
            "a? -adapter-> lora2",
            &[("lora", "lora2")],
            "1 gone, 1 affected, 1 orphaned; a (?): 1, 1 orphaned, 0",
        );
    }

    #[test]
    fn a_model_that_lost_several_bases_is_affected_once() {
        check(
            "a -merge-> mix\nb -merge-> mix\nb -merge-> other",
            "mix\nother",
            &[],
            "2 gone, 2 affected, 2 orphaned; b (?): 2, 2 orphaned, 0; a (?): 1, 1 orphaned, 0",
        );
    }

    #[test]
    fn who_found_another_base_since_is_affected_but_not_orphaned() {
        check(
            "a -adapter-> lora",
            "c -adapter-> lora",
            &[],
            "1 gone, 1 affected, 0 orphaned; a (?): 1, 0 orphaned, 0",
        );
    }

    #[test]
    fn a_base_that_was_missing_before_is_no_news() {
        check("a? -adapter-> lora", "a? -adapter-> lora", &[], "0 gone, 0 affected, 0 orphaned");
    }

    #[test]
    fn all_are_counted_however_few_are_listed() {
        let found = between("a -merge-> x\nb -merge-> y\nold", "x\ny\nnew", &[], 1);
        let worst =
            Gone { id: "a".into(), downloads: None, derived: 1, orphaned: 1, downloads_of_derived: 0 };
        let day = testing::world("").snapshot;
        let expected = Broken {
            from: day,
            to: day,
            added: 1,
            deleted: 3,
            renamed: 0,
            deleted_bases: 2,
            affected: 2,
            orphaned: 2,
            worst: vec![worst],
        };
        assert_eq!(found, expected);
    }

    /// The models of a world of at most eight, and which of them was made from which.
    fn worlds() -> impl Strategy<Value = (BTreeSet<u8>, BTreeSet<(u8, u8)>)> {
        let relation = (0..8u8, 0..8u8).prop_filter("between two", |(base, derived)| base != derived);
        let models = proptest::collection::btree_set(0..8u8, 0..8);
        (models, proptest::collection::btree_set(relation, 0..20)).prop_map(|(models, relations)| {
            let is_listed = |(_, derived): &(u8, u8)| models.contains(derived);
            let relations = relations.into_iter().filter(is_listed).collect();
            (models, relations)
        })
    }

    fn text((models, relations): &(BTreeSet<u8>, BTreeSet<(u8, u8)>)) -> String {
        let lines = models.iter().map(|model| format!("m{model}\n"));
        let missing = |base: &u8| if models.contains(base) { "" } else { "?" };
        let relations =
            relations.iter().map(|(base, derived)| format!("m{base}{} -merge-> m{derived}\n", missing(base)));
        lines.chain(relations).collect()
    }

    proptest! {
        #[test]
        fn counts_are_those_of_whoever_looks_at_each_model(before in worlds(), after in worlds()) {
            let found = between(&text(&before), &text(&after), &[], 100);
            let is_lost = |base: &u8| before.0.contains(base) && !after.0.contains(base);
            let both: Vec<u8> = before.0.intersection(&after.0).copied().collect();
            let had_lost = |model: &&u8| before.1.iter().any(|(base, of)| of == *model && is_lost(base));
            let affected: Vec<&u8> = both.iter().filter(had_lost).collect();
            let has_present = |model: &u8| after.1.iter().any(|(base, of)| of == model && after.0.contains(base));
            let orphaned = affected.iter().filter(|model| !has_present(model)).count();
            prop_assert_eq!((found.affected, found.orphaned), (affected.len() as u64, orphaned as u64));
            let derived: u64 = found.worst.iter().map(|gone| gone.derived).sum();
            prop_assert!(derived >= found.affected && found.worst.len() as u64 == found.deleted_bases);
        }
    }
}
