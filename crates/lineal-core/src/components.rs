//! Which models derive from one another in a circle?

use crate::graph::Graph;

/// Finds the strongly connected components of more than one node, each sorted by node, in the
/// order of their first nodes.
pub fn cycles(graph: &Graph) -> Vec<Vec<u32>> {
    // Only what has bases and derived models can be on a cycle.
    let inner: Vec<u32> = graph.all_bases().filter(|node| !graph.bases(*node).is_empty()).collect();
    cycles_among(graph, &inner)
}

/// Finds the cycles that lie wholly among some nodes, given in order; else as [`cycles`].
pub fn cycles_among(graph: &Graph, nodes: &[u32]) -> Vec<Vec<u32>> {
    let inner = Inner::new(graph, nodes);
    let mut found = inner.components();
    for component in &mut found {
        component.iter_mut().for_each(|member| *member = inner.nodes[*member as usize]);
        component.sort_unstable();
    }
    found.sort_unstable();
    found
}

/// Some nodes and the relations between them.
struct Inner<'a> {
    nodes: &'a [u32],
    /// The bases of each among the nodes are `bases[starts[n]..starts[n + 1]]`: they are fewer than
    /// derived models, and the way that all relations are followed makes no difference to a cycle.
    starts: Vec<u32>,
    bases: Vec<u32>,
}

impl<'a> Inner<'a> {
    fn new(graph: &Graph, nodes: &'a [u32]) -> Inner<'a> {
        let mut inner = Inner { starts: vec![0], bases: Vec::new(), nodes };
        for node in nodes {
            let among = graph.bases(*node).iter().filter_map(|base| nodes.binary_search(base).ok());
            inner.bases.extend(among.map(|at| at as u32));
            inner.starts.push(inner.bases.len() as u32);
        }
        inner
    }

    /// Tarjan's algorithm with a stack of its own, so that a cycle of a million models is no
    /// deeper than a cycle of two.
    fn components(&self) -> Vec<Vec<u32>> {
        const UNSEEN: u32 = u32::MAX;
        let size = self.nodes.len();
        let mut order = vec![UNSEEN; size];
        let mut low = vec![0u32; size];
        let mut on_stack = vec![false; size];
        let mut stack: Vec<u32> = Vec::new();
        let mut visits: Vec<(u32, u32)> = Vec::new();
        let mut next = 0;
        let mut found = Vec::new();
        for start in 0..size as u32 {
            if order[start as usize] != UNSEEN {
                continue;
            }
            visits.push((start, self.starts[start as usize]));
            while let Some((node, edge)) = visits.pop() {
                let at = node as usize;
                if order[at] == UNSEEN {
                    (order[at], low[at]) = (next, next);
                    next += 1;
                    stack.push(node);
                    on_stack[at] = true;
                }
                if edge < self.starts[at + 1] {
                    visits.push((node, edge + 1));
                    let base = self.bases[edge as usize];
                    if order[base as usize] == UNSEEN {
                        visits.push((base, self.starts[base as usize]));
                    } else if on_stack[base as usize] {
                        low[at] = low[at].min(order[base as usize]);
                    }
                    continue;
                }
                if let Some((above, _)) = visits.last() {
                    low[*above as usize] = low[*above as usize].min(low[at]);
                }
                if low[at] == order[at] {
                    let from = stack.iter().rposition(|member| *member == node).unwrap_or(0);
                    let component = stack.split_off(from);
                    component.iter().for_each(|member| on_stack[*member as usize] = false);
                    if component.len() > 1 {
                        found.push(component);
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::world;

    #[test]
    fn models_that_derive_from_one_another_are_found_whatever_hangs_on_them() {
        let world = world(
            "
            base -finetune-> a
            a -finetune-> b
            b -merge-> c
            c -merge-> a
            c -quantized-> q
            x -finetune-> y
            y -finetune-> x
            x -finetune-> x
            ",
        );
        let cycles = super::cycles(&world.graph).into_iter();
        let named =
            cycles.map(|cycle| cycle.into_iter().map(|node| world.name(node)).collect::<Vec<_>>().join(" "));
        assert_eq!(named.collect::<Vec<_>>(), ["a b c", "x y"]);
    }
}
