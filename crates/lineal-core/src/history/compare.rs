//! What is different about a model between two snapshots, in words?
//!
//! Silence is no change: access is compared where both snapshots state it, a licence where both snapshots state
//! any model's. A base is the same if its name is, or if its hub id is.

use super::BaseThen;
use crate::{
    atlas::Atlas,
    legible::{quoted, some},
    record::Gated,
};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};

/// A base that a model declares; itself, if it names itself.
#[derive(Clone, Copy, Debug)]
pub struct Base {
    node: u32,
    operation: u8,
}

impl Base {
    /// Puts words to it.
    pub fn then(self, atlas: &Atlas) -> BaseThen {
        BaseThen {
            id: atlas.world.name(self.node).to_owned(),
            operation: self.operation(atlas).to_owned(),
            missing: atlas.world.graph.is_missing(self.node),
        }
    }

    fn operation(self, atlas: &Atlas) -> &str {
        atlas.world.graph.operations()[usize::from(self.operation)].as_str()
    }
}

/// Returns the bases that a model declares, in its record's order; itself comes last.
pub fn bases(atlas: &Atlas, node: u32) -> Vec<Base> {
    let graph = &atlas.world.graph;
    let between = graph.bases(node).iter().zip(graph.base_operations(node));
    let own = graph.self_based().binary_search(&node).ok();
    let own = own.map(|at| Base { node, operation: graph.self_operations()[at] });
    between.map(|(base, operation)| Base { node: *base, operation: *operation }).chain(own).collect()
}

/// A model in one snapshot.
type There<'a> = (&'a Atlas, u32);

/// Says what changed about a model that both snapshots list.
pub fn changes(before: There, after: There) -> Vec<String> {
    let mut changes = Vec::new();
    changes.extend(renamed(before, after));
    changes.extend(license(before, after));
    changes.extend(access(before, after));
    changes.extend(Bases::compare(before, after).in_words());
    changes
}

fn renamed((earlier, then): There, (later, now): There) -> Option<String> {
    let (before, after) = (earlier.world.name(then), later.world.name(now));
    (before != after).then(|| format!("It was renamed: it was called {} before.", quoted(before)))
}

fn license((earlier, then): There, (later, now): There) -> Option<String> {
    let is_silent = |atlas: &Atlas| atlas.profiles.licenses.names.is_empty();
    if is_silent(earlier) || is_silent(later) {
        return None;
    }
    match (earlier.profiles.license(then), later.profiles.license(now)) {
        (before, after) if before == after => None,
        (None, Some(after)) => Some(format!("It states a licence now: {}.", quoted(after))),
        (Some(before), None) => Some(format!("It states no licence any more; it was {}.", quoted(before))),
        (Some(before), Some(after)) => {
            Some(format!("Its licence was {} and is now {}.", quoted(before), quoted(after)))
        }
        (None, None) => None,
    }
}

fn access((earlier, then): There, (later, now): There) -> impl Iterator<Item = String> {
    let gated = earlier.profiles.gated(then).zip(later.profiles.gated(now));
    let gated = gated.filter(|(before, after)| before != after).map(|(_, after)| match after {
        Gated::No => "It is not gated any more.",
        Gated::Auto => "It is gated now: access is granted to whoever accepts the terms.",
        Gated::Manual => "It is gated now: access is granted by hand.",
    });
    let flag = |before: Option<bool>, after: Option<bool>, on, off| {
        let changed = before.zip(after).filter(|(before, after)| before != after);
        changed.map(|(_, after)| if after { on } else { off })
    };
    let (before, after) = (&earlier.profiles, &later.profiles);
    let disabled =
        flag(before.disabled(then), after.disabled(now), "The hub closed it.", "The hub opened it again.");
    let private =
        flag(before.private(then), after.private(now), "It was made private.", "It was made public.");
    [gated, disabled, private].into_iter().flatten().map(str::to_owned)
}

/// What is different about the bases of a model, by their names.
#[derive(Default)]
struct Bases<'a> {
    added: Vec<&'a str>,
    dropped: Vec<&'a str>,
    vanished: Vec<&'a str>,
    returned: Vec<&'a str>,
    /// Their names mean other models now.
    reused: Vec<&'a str>,
    /// Before and now.
    renamed: Vec<(&'a str, &'a str)>,
    /// With the operations before and now.
    otherwise: Vec<(&'a str, &'a str, &'a str)>,
}

impl<'a> Bases<'a> {
    fn compare((earlier, then): There<'a>, (later, now): There<'a>) -> Bases<'a> {
        let (old, new) = (bases(earlier, then), bases(later, now));
        let by_name: HashMap<&str, &Base, RandomState> =
            old.iter().map(|base| (earlier.world.name(base.node), base)).collect();
        let by_node: HashMap<u32, &Base, RandomState> = old.iter().map(|base| (base.node, base)).collect();
        let mut kept: HashSet<u32, RandomState> = HashSet::default();
        let mut found = Bases::default();
        for base in &new {
            let name = later.world.name(base.node);
            let hub_id = later.profiles.hub_id(base.node);
            let itself = || (base.node == now).then(|| by_node.get(&then)).flatten();
            let same_id = || by_node.get(&earlier.profiles.find(hub_id?)?);
            let Some(before) = by_name.get(name).or_else(itself).or_else(same_id) else {
                found.added.push(name);
                continue;
            };
            kept.insert(before.node);
            let operations = (before.operation(earlier), base.operation(later));
            if operations.0 != operations.1 {
                found.otherwise.push((name, operations.0, operations.1));
            }
            if before.node != then || base.node != now {
                found.compare_one(earlier, before.node, later, base.node);
            }
        }
        let dropped = old.iter().filter(|base| !kept.contains(&base.node));
        found.dropped = dropped.map(|base| earlier.world.name(base.node)).collect();
        found
    }

    /// Compares a base with what it was.
    fn compare_one(&mut self, earlier: &'a Atlas, then: u32, later: &'a Atlas, now: u32) {
        let (before, after) = (earlier.world.name(then), later.world.name(now));
        let (was_missing, is_missing) =
            (earlier.world.graph.is_missing(then), later.world.graph.is_missing(now));
        let hub_id = earlier.profiles.hub_id(then);
        match (was_missing, is_missing) {
            (false, true) => match hub_id.and_then(|id| later.profiles.find(id)) {
                Some(elsewhere) => self.renamed.push((before, later.world.name(elsewhere))),
                None => self.vanished.push(before),
            },
            (true, false) => self.returned.push(after),
            (false, false) if before != after => self.renamed.push((before, after)),
            (false, false) => {
                let ids = hub_id.zip(later.profiles.hub_id(now));
                if ids.is_some_and(|(before, after)| before != after) {
                    self.reused.push(after);
                }
            }
            (true, true) => {}
        }
    }

    fn in_words(&self) -> Vec<String> {
        let about = |names: &[&str], one: &str, several: &str| {
            let words = match names {
                [] => return None,
                [_] => one,
                _ => several,
            };
            Some(words.replace('*', &some(names)))
        };
        [
            about(
                &self.added,
                "It names a base that it did not name before: *.",
                "It names bases that it did not name before: *.",
            ),
            about(
                &self.dropped,
                "It does not name its base * any more.",
                "It does not name its bases * any more.",
            ),
            about(
                &self.vanished,
                "Its base * is not listed any more.",
                "Its bases * are not listed any more.",
            ),
            about(&self.returned, "Its base * is listed now.", "Its bases * are listed now."),
            about(
                &self.reused,
                "The name of its base * belongs to another model now.",
                "The names of its bases * belong to other models now.",
            ),
            self.renamed_in_words(),
            self.otherwise_in_words(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn renamed_in_words(&self) -> Option<String> {
        match self.renamed[..] {
            [] => None,
            [(before, after)] => {
                Some(format!("Its base {} is called {} now.", quoted(before), quoted(after)))
            }
            ref all => {
                let names: Vec<&str> = all.iter().map(|(before, _)| *before).collect();
                Some(format!("Its bases {} have other names now.", some(&names)))
            }
        }
    }

    fn otherwise_in_words(&self) -> Option<String> {
        match self.otherwise[..] {
            [] => None,
            [(base, before, after)] => Some(format!(
                "How it says it was made from {} was {} and is now {}.",
                quoted(base),
                quoted(before),
                quoted(after)
            )),
            ref all => {
                let names: Vec<&str> = all.iter().map(|(base, ..)| *base).collect();
                Some(format!("It says now that it was made otherwise from {}.", some(&names)))
            }
        }
    }
}
