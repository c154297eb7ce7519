//! What is above some nodes, and what is below them, nearest first?
//!
//! Both closures of a few nodes in a graph of millions: what a walk costs depends on what it reaches, not
//! on the size of the graph. The nodes that a walk starts from are never part of what it finds, not even
//! on a cycle.

use crate::{graph::Graph, operation::Operation};
use foldhash::fast::RandomState;
use hashbrown::HashSet;

/// A node above or below others, and how it is first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relative {
    pub node: u32,
    /// The fewest relations between it and any of the nodes that the walk started from.
    pub depth: u32,
    /// The operation of the relation by which it is first reached: its place in the graph's list.
    pub operation: u8,
}

/// Which relations a walk follows, and how far; all, as far as they lead, by default.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    depth: Option<u32>,
    /// Whether relations by each of the graph's operations are followed; `None` if all are.
    follows: Option<Vec<bool>>,
}

impl Bounds {
    /// Bounds a walk to so many relations from where it starts, and to relations by some operations.
    /// No depth is no bound, and no operations are all.
    pub fn new(graph: &Graph, depth: Option<u32>, operations: &[Operation]) -> Bounds {
        let follows = || graph.operations().iter().map(|operation| operations.contains(operation)).collect();
        Bounds { depth, follows: (!operations.is_empty()).then(follows) }
    }

    /// Whether relations by an operation are followed, by its place in the graph's list.
    pub fn follow(&self, operation: u8) -> bool {
        self.follows.as_ref().is_none_or(|follows| follows[usize::from(operation)])
    }
}

/// Finds what some nodes were made from, directly or not; at equal depth in the order of the nodes below
/// and of their records.
pub fn ancestors(graph: &Graph, nodes: &[u32], bounds: &Bounds) -> Vec<Relative> {
    let rows = |node| (graph.bases(node), graph.base_operations(node));
    walk(nodes, bounds, rows, |_| true)
}

/// Finds what was made from some nodes, directly or not; at equal depth in the order of the nodes above
/// and of the graph's rows.
pub fn descendants(graph: &Graph, nodes: &[u32], bounds: &Bounds) -> Vec<Relative> {
    // Most models are leaves with one base: two bits tell so without a look at rows or at what was seen.
    let rows = |node| match graph.is_base(node) {
        true => (graph.derived(node), graph.derived_operations(node)),
        false => (&[][..], &[][..]),
    };
    walk(nodes, bounds, rows, |node| graph.has_several_bases(node))
}

/// Walks breadth-first along rows. `may_recur` says whether a node can be in more than one row.
fn walk<'a>(
    nodes: &[u32],
    bounds: &Bounds,
    rows: impl Fn(u32) -> (&'a [u32], &'a [u8]),
    may_recur: impl Fn(u32) -> bool,
) -> Vec<Relative> {
    // Where the walk starts, and what was reached and may be reached again.
    let mut seen: HashSet<u32, RandomState> = HashSet::default();
    let starts: Vec<u32> = nodes.iter().copied().filter(|node| seen.insert(*node)).collect();
    let mut found: Vec<Relative> = Vec::new();
    let mut from = 0..starts.len();
    let mut depth = 0;
    while !from.is_empty() && bounds.depth.is_none_or(|most| depth < most) {
        let reached = found.len();
        for at in from {
            let node = if depth == 0 { starts[at] } else { found[at].node };
            let (ends, operations) = rows(node);
            for (end, operation) in ends.iter().zip(operations) {
                if !bounds.follow(*operation) {
                    continue;
                }
                let is_new = if may_recur(*end) { seen.insert(*end) } else { !seen.contains(end) };
                if is_new {
                    found.push(Relative { node: *end, depth: depth + 1, operation: *operation });
                }
            }
        }
        from = reached..found.len();
        depth += 1;
    }
    found
}

/// Counts what was made from nodes, one after the other, within a bound on the work for all of them.
pub struct Counter<'a> {
    graph: &'a Graph,
    /// How many more relations may be looked at.
    room: usize,
    seen: HashSet<u32, RandomState>,
    waiting: Vec<u32>,
}

impl<'a> Counter<'a> {
    pub fn new(graph: &'a Graph, room: usize) -> Counter<'a> {
        Counter { graph, room, seen: HashSet::default(), waiting: Vec::new() }
    }

    /// Counts the descendants of a node; `None` when that is more work than is left.
    pub fn descendants(&mut self, node: u32) -> Option<u64> {
        self.seen.clear();
        self.waiting.clear();
        self.seen.insert(node);
        self.waiting.push(node);
        let mut count = 0;
        while let Some(next) = self.waiting.pop() {
            if !self.graph.is_base(next) {
                continue;
            }
            let derived = self.graph.derived(next);
            self.room = self.room.checked_sub(derived.len())?;
            for derived in derived {
                let is_new = match self.graph.has_several_bases(*derived) {
                    true => self.seen.insert(*derived),
                    false => *derived != node,
                };
                if is_new {
                    count += 1;
                    if self.graph.is_base(*derived) {
                        self.waiting.push(*derived);
                    }
                }
            }
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing::world, world::World};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn check(graph: &str, from: &[&str], bounds: (Option<u32>, &[Operation]), above: &str, below: &str) {
        let world = world(graph);
        let nodes: Vec<u32> = from.iter().map(|name| world.ids.find(name).expect("named")).collect();
        let bounds = Bounds::new(&world.graph, bounds.0, bounds.1);
        let shown = |found: Vec<Relative>| {
            let text = |each: &Relative| format!("{} {}", world.name(each.node), each.depth);
            found.iter().map(text).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(shown(ancestors(&world.graph, &nodes, &bounds)), above, "above");
        assert_eq!(shown(descendants(&world.graph, &nodes, &bounds)), below, "below");
    }

    const FAMILY: &str = "
        gone? -finetune-> base
        base -quantized-> small
        base -finetune-> chat
        chat -merge-> mix
        base -merge-> mix
        other -merge-> mix
        mix -quantized-> tiny
    ";

    #[test]
    fn what_is_above_and_below_comes_nearest_first() {
        check(FAMILY, &["chat"], (None, &[]), "base 1, gone 2", "mix 1, tiny 2");
        check(FAMILY, &["gone"], (None, &[]), "", "base 1, chat 2, mix 2, small 2, tiny 3");
    }

    #[test]
    fn only_so_many_relations_by_the_operations_asked_for_are_followed() {
        check(FAMILY, &["mix"], (Some(1), &[]), "chat 1, base 1, other 1", "tiny 1");
        check(FAMILY, &["base"], (None, &[Operation::Finetune]), "gone 1", "chat 1");
        check(FAMILY, &["base"], (Some(0), &[]), "", "");
        check(FAMILY, &["base"], (None, &[Operation::named("unheard of")]), "", "");
    }

    #[test]
    fn what_is_asked_for_is_not_found_even_if_one_was_made_from_the_other() {
        check(
            FAMILY,
            &["base", "mix", "base"],
            (None, &[]),
            "gone 1, chat 1, other 1",
            "chat 1, small 1, tiny 1",
        );
        check("a -finetune-> b\nb -finetune-> a", &["a"], (None, &[]), "b 1", "b 1");
    }

    /// The fewest relations to whatever can be reached, by trying all relations until nothing changes.
    fn naively(world: &World, from: &[u32], depth: Option<u32>, code: Option<u8>) -> BTreeMap<u32, u32> {
        let mut nearest: BTreeMap<u32, u32> = from.iter().map(|node| (*node, 0)).collect();
        loop {
            let before = nearest.clone();
            for derived in 0..world.graph.nodes() {
                let bases = world.graph.bases(derived).iter().zip(world.graph.base_operations(derived));
                for (base, _) in bases.filter(|(_, operation)| code.is_none_or(|code| code == **operation)) {
                    let Some(above) = nearest.get(base).copied() else { continue };
                    if depth.is_none_or(|most| above < most) {
                        let known = nearest.entry(derived).or_insert(above + 1);
                        *known = (*known).min(above + 1);
                    }
                }
            }
            if before == nearest {
                nearest.retain(|node, _| !from.contains(node));
                return nearest;
            }
        }
    }

    proptest! {
        #[test]
        fn a_walk_finds_what_can_be_reached_by_the_shortest_way(
            relations in prop::collection::vec((0u32..12, 0u32..12, 0usize..3), 0..40),
            from in prop::collection::vec(0u32..12, 1..4),
            depth in prop::option::of(0u32..4),
            code in prop::option::of(0u8..3),
        ) {
            let names = (0..12).map(|node| format!("m{node}"));
            let lines = relations.iter().map(|(base, derived, operation)| {
                format!("m{base} -{}-> m{derived}", Operation::NAMED[*operation])
            });
            let world = world(&names.chain(lines).collect::<Vec<_>>().join("\n"));
            let operations: Vec<Operation> =
                code.iter().map(|code| Operation::NAMED[usize::from(*code)].clone()).collect();
            let found = descendants(&world.graph, &from, &Bounds::new(&world.graph, depth, &operations));
            let by_node: BTreeMap<u32, u32> = found.iter().map(|each| (each.node, each.depth)).collect();
            prop_assert_eq!(by_node.len(), found.len(), "each once");
            prop_assert!(found.is_sorted_by_key(|each| each.depth));
            prop_assert_eq!(&by_node, &naively(&world, &from, depth, code));
            // Whoever is below a model has the model above.
            for (node, depth_below) in &by_node {
                let above = ancestors(&world.graph, &[*node], &Bounds::new(&world.graph, depth, &operations));
                let nearest = above.iter().filter(|each| from.contains(&each.node)).map(|each| each.depth).min();
                prop_assert_eq!(nearest, Some(*depth_below));
            }
            let mut counter = Counter::new(&world.graph, 10_000);
            let all = descendants(&world.graph, &from[..1], &Bounds::default());
            prop_assert_eq!(counter.descendants(from[0]), Some(all.len() as u64));
        }
    }

    #[test]
    fn counting_gives_up_when_its_work_is_done() {
        let world = world(FAMILY);
        let base = world.ids.find("base").expect("named");
        let mut counter = Counter::new(&world.graph, 8);
        assert_eq!([counter.descendants(base), counter.descendants(base)], [Some(4), None]);
    }
}
