//! Which chains does the study's own script find?
//!
//! The script walks breadth first over paths from each root, with one set of visited models per
//! root that grows when a path is taken up, and skips derived models that are in the set. A
//! path is a chain when its last model has no derived models. So a model can be on no chain,
//! what is found depends on the order of the listing, and long detours are lost. A base that
//! names itself loses all its derived models. Reproduced to the letter, oddities included.

use crate::{graph::Graph, operation::Group, operation::Operation};
use std::ops::ControlFlow;

/// How many paths may wait at once; the script has no limit and would fill the memory.
const MOST_PATHS: usize = 1 << 26;

/// How many operations the script knows; they come first among [`Operation::NAMED`].
const KNOWN: u8 = 4;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the study's walk from one root takes more than {MOST_PATHS} paths; `--semantics formal` counts them without walking"
)]
pub struct TooManyPaths {
    pub root: u32,
}

/// The derived models that the script sees under a base: by operation, then in listing order.
pub fn derived(graph: &Graph, node: u32) -> &[u32] {
    if graph.is_self_based(node) {
        return &[];
    }
    let known = graph.derived_operations(node).partition_point(|operation| *operation < KNOWN);
    &graph.derived(node)[..known]
}

/// The roots that the script starts from, in the order in which a row first names them.
pub fn roots(graph: &Graph) -> Vec<u32> {
    let mut seen = vec![false; graph.nodes() as usize];
    let mut roots = Vec::new();
    for model in 0..graph.models() {
        for base in graph.bases(model) {
            let new = !std::mem::replace(&mut seen[*base as usize], true);
            if new && graph.is_root(*base) && !derived(graph, *base).is_empty() {
                roots.push(*base);
            }
        }
    }
    roots
}

/// The one operation that the script gives a model: that of its last relation.
pub fn group(graph: &Graph, node: u32) -> Option<Group> {
    let last = graph.base_operations(node).last().copied();
    let code = last.or_else(|| graph.operations_of(node).last())?;
    Some(graph.operations().get(usize::from(code)).map_or(Group::Other, Operation::group))
}

/// Walks root by root; keeps its memory from one to the next.
pub struct Walk<'a> {
    graph: &'a Graph,
    /// The root for which a node was last taken up, plus one.
    taken_for: Vec<u32>,
    /// The last node of each path, and the place of the path it extends.
    paths: Vec<(u32, u32)>,
    chain: Vec<u32>,
}

impl<'a> Walk<'a> {
    pub fn new(graph: &'a Graph) -> Walk<'a> {
        let taken_for = vec![0; graph.nodes() as usize];
        Walk { graph, taken_for, paths: Vec::new(), chain: Vec::new() }
    }

    /// Shows `visit` every chain the script finds from a root, in its order, until it breaks off.
    ///
    /// # Errors
    /// When the script would have to hold too many paths.
    pub fn each<B>(
        &mut self,
        root: u32,
        mut visit: impl FnMut(&[u32]) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, TooManyPaths> {
        self.paths.clear();
        self.paths.push((root, u32::MAX));
        let mut next = 0;
        while let Some((node, _)) = self.paths.get(next).copied() {
            self.taken_for[node as usize] = root + 1;
            let derived = derived(self.graph, node);
            if derived.is_empty() {
                self.trace(next);
                if let ControlFlow::Break(value) = visit(&self.chain) {
                    return Ok(ControlFlow::Break(value));
                }
            }
            for model in derived {
                if self.taken_for[*model as usize] != root + 1 {
                    self.paths.push((*model, next as u32));
                }
            }
            if self.paths.len() > MOST_PATHS {
                return Err(TooManyPaths { root });
            }
            next += 1;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes the models of a path, root first, into `chain`.
    fn trace(&mut self, path: usize) {
        self.chain.clear();
        let mut at = path as u32;
        while let Some((node, before)) = self.paths.get(at as usize).copied() {
            self.chain.push(node);
            at = before;
        }
        self.chain.reverse();
    }
}
