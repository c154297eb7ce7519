//! Through which steps do chains run, with every cycle unrolled?
//!
//! A chain is a maximal simple path from a root. Outside cycles, what can follow a model does not
//! depend on how it was reached, so a base is one step. Inside a cycle it does: there, each
//! simple path from the model where chains enter the cycle is a step of its own. A model of which
//! nothing was derived is a step under each of its bases. The steps form a graph without cycles whose paths are exactly the chains, and chains can be counted
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

    /// Whether nothing can follow a step: either a chain ends there, or it was cut.
    pub fn is_last(&self, step: usize) -> bool {
        self.starts[step] == self.starts[step + 1]
    }

    /// Whether chains end at a step.
    pub fn is_end(&self, step: usize) -> bool {
        self.is_last(step) && (self.cut.is_empty() || self.cut.binary_search(&(step as u32)).is_err())
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
            let (node, child) = (visit.node, visit.child as usize);
            visit.child += 1;
            let Some(derived) = self.graph.derived(node).get(child).copied() else {
                let (step, node) = self.finish();
                self.follow(step, node);
                continue;
            };
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
            } else if !self.graph.is_base(derived) {
                // Nothing can follow it, and most models are like that: no need to go there, or to
                // ask whether it was seen. Under another base it will be another step.
                let group = self.groups[usize::from(self.graph.derived_operations(node)[child])];
                self.followers.push((self.steps.nodes.len() as u32, group));
                self.steps.nodes.push(derived);
                self.steps.starts.push(self.steps.next.len() as u32);
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
        self.visits.push(Visit { node, child: 0, followers: self.followers.len(), cut: false });
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
        if visit.cut {
            self.steps.cut.push(step);
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
