//! Which models derive from one another in a circle?

use crate::graph::Graph;

/// Finds the strongly connected components of more than one node, each sorted by node, in the
/// order of their first nodes.
///
/// Tarjan's algorithm with a stack of its own, so that a cycle of a million models is no deeper
/// than a cycle of two.
pub fn cycles(graph: &Graph) -> Vec<Vec<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let nodes = graph.nodes() as usize;
    let mut order = vec![UNSEEN; nodes];
    let mut low = vec![0u32; nodes];
    let mut on_stack = vec![false; nodes];
    let mut stack: Vec<u32> = Vec::new();
    let mut visits: Vec<(u32, u32)> = Vec::new();
    let mut next = 0;
    let mut found = Vec::new();

    // A node on a cycle has a base and a derived model.
    let starts = (0..graph.nodes()).filter(|node| graph.is_base(*node) && !graph.bases(*node).is_empty());
    for start in starts {
        if order[start as usize] != UNSEEN {
            continue;
        }
        visits.push((start, 0));
        while let Some((node, child)) = visits.pop() {
            let at = node as usize;
            if child == 0 {
                (order[at], low[at]) = (next, next);
                next += 1;
                stack.push(node);
                on_stack[at] = true;
            }
            match graph.derived(node).get(child as usize) {
                Some(derived) => {
                    visits.push((node, child + 1));
                    let derived_at = *derived as usize;
                    if order[derived_at] == UNSEEN && graph.is_base(*derived) {
                        visits.push((*derived, 0));
                    } else if on_stack[derived_at] {
                        low[at] = low[at].min(order[derived_at]);
                    }
                }
                None => {
                    if let Some((parent, _)) = visits.last() {
                        low[*parent as usize] = low[*parent as usize].min(low[at]);
                    }
                    if low[at] == order[at] {
                        let from = stack.iter().rposition(|member| *member == node).unwrap_or(0);
                        let mut component = stack.split_off(from);
                        component.iter().for_each(|member| on_stack[*member as usize] = false);
                        if component.len() > 1 {
                            component.sort_unstable();
                            found.push(component);
                        }
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found
}
