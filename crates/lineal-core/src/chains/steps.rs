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
    Unroller::new(graph).run()
}

struct Unroller<'a> {
    graph: &'a Graph,
    groups: Vec<Group>,
    /// The cycle each node lies on, from 1; empty if there are none.
    cycle: Vec<u32>,
    /// The finished step of a node that is one step, or of a cycle's node entered from outside.
    step: Vec<u32>,
    /// Which nodes of cycles are on the way down.
    on_way: Vec<bool>,
    visits: Vec<Visit>,
    followers: Vec<(u32, Group)>,
    unrolled: usize,
    steps: Steps,
}

const NO_STEP: u32 = u32::MAX;

impl<'a> Unroller<'a> {
    fn new(graph: &'a Graph) -> Unroller<'a> {
        let nodes = graph.nodes() as usize;
        let cycles = components::cycles(graph);
        let mut cycle = if cycles.is_empty() { Vec::new() } else { vec![0; nodes] };
        for (number, members) in (1..).zip(&cycles) {
            members.iter().for_each(|member| cycle[*member as usize] = number);
        }
        Unroller {
            graph,
            groups: graph.groups(),
            on_way: vec![false; cycle.len()],
            cycle,
            step: vec![NO_STEP; nodes],
            visits: Vec::new(),
            followers: Vec::new(),
            unrolled: 0,
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

    fn run(mut self) -> Steps {
        for root in self.graph.roots() {
            self.descend(root);
            self.steps.roots.push(self.step[root as usize]);
        }
        self.steps
    }

    fn cycle(&self, node: u32) -> u32 {
        self.cycle.get(node as usize).copied().unwrap_or(0)
    }

    /// Finishes every step below a root, deepest first.
    fn descend(&mut self, root: u32) {
        self.enter(root);
        while let Some(visit) = self.visits.last_mut() {
            let (node, tried) = (visit.node, visit.child as usize);
            let all = self.graph.derived(node);
            let Some(leaves) = all[tried..].iter().position(|derived| self.graph.is_base(*derived)) else {
                let (step, node) = self.finish();
                self.follow(step, node);
                continue;
            };
            let (child, derived) = (tried + leaves, all[tried + leaves]);
            visit.child = child as u32 + 1;
            let inside = self.cycle(node) != 0 && self.cycle(node) == self.cycle(derived);
            if inside {
                if self.on_way[derived as usize] {
                    continue;
                }
                if self.unrolled == MOST_UNROLLED {
                    self.visits.last_mut().into_iter().for_each(|visit| visit.cut = true);
                    continue;
                }
                self.unrolled += 1;
                self.enter(derived);
            } else if self.step[derived as usize] != NO_STEP {
                let group = self.groups[usize::from(self.graph.derived_operations(node)[child])];
                self.followers.push((self.step[derived as usize], group));
            } else {
                self.enter(derived);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        if self.cycle(node) != 0 {
            self.on_way[node as usize] = true;
        }
        let mut leaves = [0; 4];
        let derived = self.graph.derived(node).iter().zip(self.graph.derived_operations(node));
        for (_, operation) in derived.filter(|(derived, _)| !self.graph.is_base(**derived)) {
            leaves[self.groups[usize::from(*operation)] as usize] += 1;
        }
        self.visits.push(Visit { node, child: 0, followers: self.followers.len(), leaves, cut: false });
    }

    /// Makes the deepest node on the way a step, and returns both.
    fn finish(&mut self) -> (u32, u32) {
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
        (step, visit.node)
    }

    /// Lets a finished step follow the node above it, and remembers it where others can use it.
    fn follow(&mut self, step: u32, node: u32) {
        let mut entered = true;
        if let Some(above) = self.visits.last() {
            let child = above.child as usize - 1;
            let group = self.groups[usize::from(self.graph.derived_operations(above.node)[child])];
            entered = self.cycle(node) == 0 || self.cycle(node) != self.cycle(above.node);
            self.followers.push((step, group));
        }
        if self.cycle(node) != 0 {
            self.on_way[node as usize] = false;
        }
        if entered {
            self.step[node as usize] = step;
        }
    }
}
