//! What were two models made from, each and both?
//!
//! A small graph of the ancestors of either, the two themselves among them. It has numbers of its own, called
//! places, in the order of the names, so that the smallest place is the first name.

use crate::{
    closure::{self, Bounds},
    components,
    graph::Graph,
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::ops::Range;

/// The ancestors of two nodes, in the order of their names.
pub struct Ancestry {
    nodes: Vec<u32>,
    pub from: u32,
    pub to: u32,
    /// The fewest relations between each and the two nodes; `None` if it is no ancestor.
    depths: Vec<(Option<u32>, Option<u32>)>,
    bases: Rows,
    derived: Rows,
}

/// Neighbours by place, each row in order.
struct Rows {
    starts: Vec<usize>,
    ends: Vec<u32>,
}

impl Rows {
    fn of(&self, place: u32) -> &[u32] {
        &self.ends[self.starts[place as usize]..self.starts[place as usize + 1]]
    }

    /// Sorts pairs into rows by their first.
    fn new(places: usize, mut pairs: Vec<(u32, u32)>) -> Rows {
        pairs.sort_unstable();
        pairs.dedup();
        let starts = (0..=places).map(|place| pairs.partition_point(|(first, _)| (*first as usize) < place));
        Rows { starts: starts.collect(), ends: pairs.iter().map(|(_, second)| *second).collect() }
    }
}

/// A node that both were made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Common {
    pub place: u32,
    pub from_depth: u32,
    pub to_depth: u32,
}

impl Ancestry {
    pub fn new(world: &World, from: u32, to: u32) -> Ancestry {
        let graph = &world.graph;
        let mut by_node: HashMap<u32, (Option<u32>, Option<u32>), RandomState> = HashMap::default();
        for above in above(graph, from) {
            by_node.entry(above.0).or_default().0 = Some(above.1);
        }
        for above in above(graph, to) {
            by_node.entry(above.0).or_default().1 = Some(above.1);
        }
        let mut nodes: Vec<u32> = by_node.keys().copied().collect();
        nodes.sort_by_cached_key(|node| world.name(*node));
        let places: HashMap<u32, u32, RandomState> =
            nodes.iter().zip(0..).map(|(node, place)| (*node, place)).collect();
        let relations = nodes.iter().zip(0..).flat_map(|(node, derived)| {
            // All bases of an ancestor are ancestors.
            let bases = graph.bases(*node).iter().filter_map(|base| places.get(base));
            bases.map(move |base| (derived, *base))
        });
        let to_bases: Vec<(u32, u32)> = relations.collect();
        let to_derived = to_bases.iter().map(|(derived, base)| (*base, *derived)).collect();
        Ancestry {
            from: places[&from],
            to: places[&to],
            depths: nodes.iter().map(|node| by_node[node]).collect(),
            bases: Rows::new(nodes.len(), to_bases),
            derived: Rows::new(nodes.len(), to_derived),
            nodes,
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    fn places(&self) -> Range<u32> {
        0..self.nodes.len() as u32
    }

    /// The node at a place.
    pub fn node(&self, place: u32) -> u32 {
        self.nodes[place as usize]
    }

    pub fn bases(&self, place: u32) -> &[u32] {
        self.bases.of(place)
    }

    /// The ancestors that were derived from one, and the two models if they were.
    pub fn derived(&self, place: u32) -> &[u32] {
        self.derived.of(place)
    }

    /// Whether `derived` was made from `base`.
    pub fn is_base(&self, base: u32, derived: u32) -> bool {
        self.bases(derived).binary_search(&base).is_ok()
    }

    /// Whether the first model is at a place, or was made from what is there.
    pub fn is_above_from(&self, place: u32) -> bool {
        self.depths[place as usize].0.is_some()
    }

    /// How many relations a path climbs before it goes down, as many as it can.
    pub fn climb(&self, path: &[u32]) -> usize {
        path.windows(2).take_while(|pair| self.is_base(pair[1], pair[0])).count()
    }

    /// What both were made from, by name.
    pub fn common(&self) -> impl Iterator<Item = Common> {
        self.places().filter_map(|place| match self.depths[place as usize] {
            (Some(from_depth), Some(to_depth)) => Some(Common { place, from_depth, to_depth }),
            _ => None,
        })
    }

    /// Finds what both were made from and from which nothing else of that kind was made, nearest first, then
    /// by name. What is on one cycle counts as one here.
    pub fn nearest(&self, graph: &Graph) -> Vec<Common> {
        let mut common: Vec<Common> = self.common().collect();
        let mut nodes: Vec<u32> = common.iter().map(|each| self.node(each.place)).collect();
        nodes.sort_unstable();
        let cycles = components::cycles_among(graph, &nodes);
        let members =
            cycles.iter().zip(0..).flat_map(|(cycle, number)| cycle.iter().map(move |node| (*node, number)));
        let cycle: HashMap<u32, usize, RandomState> = members.collect();
        let of = |place: u32| cycle.get(&self.node(place)).copied();
        // What leads on to a nearer common ancestor: places outside cycles, and cycles as a whole.
        let mut lead_on: HashSet<u32, RandomState> = HashSet::default();
        let mut cycles_lead_on = vec![false; cycles.len()];
        for each in &common {
            // All bases of a common ancestor are common ancestors.
            for base in self.bases(each.place) {
                match of(*base) {
                    Some(number) if of(each.place) == Some(number) => {}
                    Some(number) => cycles_lead_on[number] = true,
                    None => lead_on.extend([*base]),
                }
            }
        }
        common.retain(|each| {
            of(each.place).map_or(!lead_on.contains(&each.place), |number| !cycles_lead_on[number])
        });
        common.sort_by_key(|each| (u64::from(each.from_depth) + u64::from(each.to_depth), each.place));
        common
    }
}

/// A node and its ancestors, with the fewest relations to each.
fn above(graph: &Graph, node: u32) -> impl Iterator<Item = (u32, u32)> {
    let above = closure::ancestors(graph, &[node], &Bounds::default());
    std::iter::once((node, 0)).chain(above.into_iter().map(|each| (each.node, each.depth)))
}
