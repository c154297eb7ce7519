//! Through which steps do chains run, with every cycle unrolled?
//!
//! A chain is a maximal simple path from a root. Outside cycles, what can follow a model does not
//! depend on how it was reached, so a base is one step. Inside a cycle it does: there, each
//! simple path from the model where chains enter the cycle is a step of its own. Models of which
//! nothing was derived are ten times as many as bases; they are no steps, but counted as the
//! leaves of the step before. The steps form a graph without cycles whose paths are exactly the chains, and chains can be counted
//! without being listed.

use crate::{components, graph::Graph, operation::Group};

/// How many steps cycles may unroll into before chains are counted as "at least".
const MOST_UNROLLED: usize = 1 << 22;

/// Steps in an order in which a step comes after all steps that can follow it.
#[derive(Debug)]
pub struct Steps {
    /// The node of each step.
    pub nodes: Vec<u32>,
    /// The steps of the graph's roots, in the order of the listing.
    pub roots: Vec<u32>,
    /// The steps that can follow step `s` are `next[starts[s]..starts[s + 1]]`.
    starts: Vec<u32>,
    next: Vec<u32>,
    /// The operation's group of each step in `next`.
    groups: Vec<Group>,
    /// How many models of which nothing was derived follow each step, by their operation's group.
    leaves: Vec<[u32; 4]>,
    /// Steps inside a cycle after which every derived model was passed already, sorted.
    ends: Vec<u32>,
    /// Steps whose followers were not all unrolled, sorted.
    cut: Vec<u32>,
}

impl Steps {
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The steps that can follow a step.
    pub fn next(&self, step: usize) -> &[u32] {
        &self.next[self.starts[step] as usize..self.starts[step + 1] as usize]
    }

    /// The group of the operation that leads to each of [`Steps::next`].
    pub fn groups(&self, step: usize) -> &[Group] {
        &self.groups[self.starts[step] as usize..self.starts[step + 1] as usize]
    }

    /// How many chains end one model after a step, by the group of the operation that leads there.
    pub fn leaves(&self, step: usize) -> [u32; 4] {
        self.leaves[step]
    }

    /// Whether chains end at a step itself, as they can inside a cycle.
    pub fn is_end(&self, step: usize) -> bool {
        !self.ends.is_empty() && self.ends.binary_search(&(step as u32)).is_ok()
    }

    /// Whether every chain is there; if not, what is counted is counted as "at least".
    pub fn is_complete(&self) -> bool {
        self.cut.is_empty()
    }
}

/// A node on the way down.
struct Visit {
    node: u32,
    /// Its place in the tables.
    place: usize,
    /// The next of its derived models to look at.
    child: u32,
    /// Where its own followers start among those being collected.
    followers: usize,
    leaves: [u32; 4],
    /// Whether some of its followers are left out.
    cut: bool,
}

/// Finds every step that a chain can take.
pub fn steps(graph: &Graph) -> Steps {
    let cycles = components::cycles(graph);
    Unroller::new(graph, Bases::All, cycles, MOST_UNROLLED).run(graph.roots())
}

/// Finds the steps of chains from some roots that pass through some bases only.
///
/// The bases are in order, the roots are among them, and so is all of a cycle if a part of it is. Leaves of
/// a step are counted whatever they were derived from. Cycles unroll into at most `most` steps.
pub fn steps_among(graph: &Graph, roots: &[u32], bases: &[u32], most: usize) -> Steps {
    let cycles = components::cycles_among(graph, bases);
    Unroller::new(graph, Bases::Some(bases), cycles, most).run(roots.iter().copied())
}

/// Which bases chains are followed through.
#[derive(Clone, Copy)]
enum Bases<'a> {
    All,
    Some(&'a [u32]),
}

impl Bases<'_> {
    /// The place of a base in tables; `None` if chains are not followed through it.
    fn place(self, base: u32) -> Option<usize> {
        match self {
            Bases::All => Some(base as usize),
            Bases::Some(bases) => bases.binary_search(&base).ok(),
        }
    }

    fn places(self, graph: &Graph) -> usize {
        match self {
            Bases::All => graph.nodes() as usize,
            Bases::Some(bases) => bases.len(),
        }
    }
}

struct Unroller<'a> {
    graph: &'a Graph,
    bases: Bases<'a>,
    groups: Vec<Group>,
    /// The cycle each place lies on, from 1; empty if there are none.
    cycle: Vec<u32>,
    /// The finished step of a node that is one step, or of a cycle's node entered from outside.
    step: Vec<u32>,
    /// Which nodes of cycles are on the way down.
    on_way: Vec<bool>,
    visits: Vec<Visit>,
    followers: Vec<(u32, Group)>,
    /// How many more steps cycles may unroll into.
    room: usize,
    steps: Steps,
}

const NO_STEP: u32 = u32::MAX;

impl<'a> Unroller<'a> {
    fn new(graph: &'a Graph, bases: Bases<'a>, cycles: Vec<Vec<u32>>, room: usize) -> Unroller<'a> {
        let places = bases.places(graph);
        let mut cycle = if cycles.is_empty() { Vec::new() } else { vec![0; places] };
        for (number, members) in (1..).zip(&cycles) {
            members.iter().filter_map(|member| bases.place(*member)).for_each(|place| cycle[place] = number);
        }
        Unroller {
            graph,
            bases,
            groups: graph.groups(),
            on_way: vec![false; cycle.len()],
            cycle,
            step: vec![NO_STEP; places],
            visits: Vec::new(),
            followers: Vec::new(),
            room,
            steps: Steps {
                nodes: Vec::new(),
                roots: Vec::new(),
                starts: vec![0],
                next: Vec::new(),
                groups: Vec::new(),
                leaves: Vec::new(),
                ends: Vec::new(),
                cut: Vec::new(),
            },
        }
    }

    fn run(mut self, roots: impl Iterator<Item = u32>) -> Steps {
        for root in roots {
            let Some(place) = self.bases.place(root) else { continue };
            self.descend(root, place);
            self.steps.roots.push(self.step[place]);
        }
        self.steps
    }

    fn cycle(&self, place: usize) -> u32 {
        self.cycle.get(place).copied().unwrap_or(0)
    }

    /// Finishes every step below a root, deepest first.
    fn descend(&mut self, root: u32, place: usize) {
        self.enter(root, place);
        while let Some(visit) = self.visits.last_mut() {
            let (node, above, tried) = (visit.node, visit.place, visit.child as usize);
            let all = self.graph.derived(node);
            let Some(leaves) = all[tried..].iter().position(|derived| self.graph.is_base(*derived)) else {
                let (step, place) = self.finish();
                self.follow(step, place);
                continue;
            };
            let (child, derived) = (tried + leaves, all[tried + leaves]);
            visit.child = child as u32 + 1;
            let Some(place) = self.bases.place(derived) else { continue };
            let inside = self.cycle(above) != 0 && self.cycle(above) == self.cycle(place);
            if inside {
                if self.on_way[place] {
                    continue;
                }
                if self.room == 0 {
                    self.visits.last_mut().into_iter().for_each(|visit| visit.cut = true);
                    continue;
                }
                self.room -= 1;
                self.enter(derived, place);
            } else if self.step[place] != NO_STEP {
                let group = self.groups[usize::from(self.graph.derived_operations(node)[child])];
                self.followers.push((self.step[place], group));
            } else {
                self.enter(derived, place);
            }
        }
    }

    fn enter(&mut self, node: u32, place: usize) {
        if self.cycle(place) != 0 {
            self.on_way[place] = true;
        }
        let mut leaves = [0; 4];
        let derived = self.graph.derived(node).iter().zip(self.graph.derived_operations(node));
        for (_, operation) in derived.filter(|(derived, _)| !self.graph.is_base(**derived)) {
            leaves[self.groups[usize::from(*operation)] as usize] += 1;
        }
        let followers = self.followers.len();
        self.visits.push(Visit { node, place, child: 0, followers, leaves, cut: false });
    }

    /// Makes the deepest node on the way a step, and returns it with the node's place.
    fn finish(&mut self) -> (u32, usize) {
        let Some(visit) = self.visits.pop() else { unreachable!("only called with a visit open") };
        let step = self.steps.nodes.len() as u32;
        self.steps.nodes.push(visit.node);
        for (next, group) in self.followers.drain(visit.followers..) {
            self.steps.next.push(next);
            self.steps.groups.push(group);
        }
        self.steps.starts.push(self.steps.next.len() as u32);
        self.steps.leaves.push(visit.leaves);
        if visit.cut {
            self.steps.cut.push(step);
        } else if self.steps.next(step as usize).is_empty() && visit.leaves == [0; 4] {
            self.steps.ends.push(step);
        }
        (step, visit.place)
    }

    /// Lets a finished step follow the node above it, and remembers it where others can use it.
    fn follow(&mut self, step: u32, place: usize) {
        let mut entered = true;
        if let Some(above) = self.visits.last() {
            let child = above.child as usize - 1;
            let group = self.groups[usize::from(self.graph.derived_operations(above.node)[child])];
            entered = self.cycle(place) == 0 || self.cycle(place) != self.cycle(above.place);
            self.followers.push((step, group));
        }
        if self.cycle(place) != 0 {
            self.on_way[place] = false;
        }
        if entered {
            self.step[place] = step;
        }
    }
}
