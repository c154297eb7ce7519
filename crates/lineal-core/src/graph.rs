//! Which model was made from which?
//!
//! Nodes are dense numbers: the models of the snapshot in the order of its listing, then the
//! missing bases. Relations are kept as compressed sparse rows in both directions. The graph
//! holds declared relations only; a model that names itself is remembered apart, so that no
//! walk has to step over it.

use crate::{column::Column, operation::Group, operation::Operation};

/// One relation between two nodes: its base, its derived model, and its operation's place in
/// the graph's list of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    pub base: u32,
    pub derived: u32,
    pub operation: u8,
}

/// Neighbours by node: those of node `n` are `ends[starts[n]..starts[n + 1]]`.
#[derive(Debug)]
pub struct Rows {
    pub starts: Column<u32>,
    pub ends: Column<u32>,
    /// The operation of each relation, beside its end.
    pub operations: Column<u8>,
}

impl Rows {
    fn of(&self, node: u32) -> &[u32] {
        &self.ends[self.range(node)]
    }

    fn operations(&self, node: u32) -> &[u8] {
        &self.operations[self.range(node)]
    }

    fn range(&self, node: u32) -> std::ops::Range<usize> {
        self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize
    }

    /// Sorts relations into rows by the node that `row` picks, keeping their order within a row.
    fn sort(nodes: usize, relations: &[Relation], row: fn(&Relation) -> (u32, u32)) -> Rows {
        let mut starts = vec![0u32; nodes + 1];
        for relation in relations {
            starts[row(relation).0 as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut ends = vec![0; relations.len()];
        let mut operations = vec![0; relations.len()];
        for relation in relations {
            let (node, end) = row(relation);
            let at = next[node as usize] as usize;
            next[node as usize] += 1;
            ends[at] = end;
            operations[at] = relation.operation;
        }
        Rows { starts: starts.into(), ends: ends.into(), operations: operations.into() }
    }

    /// Whether the rows are well formed for this many nodes, so that no lookup can fail.
    fn fit(&self, nodes: usize, operations: usize) -> bool {
        self.starts.len() == nodes + 1
            && self.starts.first() == Some(&0)
            && self.starts.last().map(|end| *end as usize) == Some(self.ends.len())
            && self.starts.is_sorted()
            && self.operations.len() == self.ends.len()
            && self.ends.iter().all(|end| (*end as usize) < nodes)
            && self.operations.iter().all(|code| (*code as usize) < operations)
    }
}

/// The supply chain of one snapshot.
#[derive(Debug)]
pub struct Graph {
    models: u32,
    nodes: u32,
    derived: Rows,
    bases: Rows,
    self_based: Column<u32>,
    self_operations: Column<u8>,
    /// What every count asks of a node, a bit each, so that the answers stay in the cache.
    is_self_based: Vec<u64>,
    is_base: Vec<u64>,
    has_several_bases: Vec<u64>,
    operations: Vec<Operation>,
}

/// Returns a row of bits in which those of some nodes are set.
fn bits(nodes: impl IntoIterator<Item = u32>, size: u32) -> Vec<u64> {
    let mut bits = vec![0; size as usize / 64 + 1];
    nodes.into_iter().for_each(|node| bits[node as usize / 64] |= 1 << (node % 64));
    bits
}

/// The nodes with more than one relation in these rows.
fn several(rows: &Rows) -> impl Iterator<Item = u32> {
    (0..).zip(rows.starts.windows(2)).filter(|(_, range)| range[1] - range[0] > 1).map(|(node, _)| node)
}

fn has_bit(bits: &[u64], node: u32) -> bool {
    bits[node as usize / 64] & 1 << (node % 64) != 0
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the graph's rows do not fit together")]
pub struct BadGraph;

impl Graph {
    /// Builds the graph of `models` present models and `missing` missing bases.
    ///
    /// Relations come in the order of the listing, the bases of a record in the record's order.
    /// `operations` starts with [`Operation::NAMED`]; a base's derived models are listed by
    /// operation in that order, then in the order of the listing, as the study's script does.
    ///
    /// # Panics
    /// When a relation names a node or an operation that there is not.
    pub fn new(models: usize, missing: usize, relations: &[Relation], operations: Vec<Operation>) -> Graph {
        let nodes = models + missing;
        let (own, between): (Vec<Relation>, Vec<Relation>) =
            relations.iter().partition(|relation| relation.base == relation.derived);
        let bases = Rows::sort(nodes, &between, |relation| (relation.derived, relation.base));
        let mut by_operation = between;
        by_operation.sort_by_key(|relation| relation.operation);
        let derived = Rows::sort(nodes, &by_operation, |relation| (relation.base, relation.derived));
        let mut own = own;
        own.sort_by_key(|relation| relation.derived);
        own.dedup_by_key(|relation| relation.derived);
        assert!(bases.fit(nodes, operations.len()), "a relation names an operation that is not listed");
        let self_based: Vec<u32> = own.iter().map(|relation| relation.derived).collect();
        Graph {
            is_self_based: bits(self_based.iter().copied(), nodes as u32),
            is_base: bits(bases.ends.iter().copied(), nodes as u32),
            has_several_bases: bits(several(&bases), nodes as u32),
            models: models as u32,
            nodes: nodes as u32,
            derived,
            bases,
            self_based: self_based.into(),
            self_operations: own.iter().map(|relation| relation.operation).collect::<Vec<_>>().into(),
            operations,
        }
    }

    /// Puts a graph together from rows that were stored.
    ///
    /// # Errors
    /// When they are not rows that [`Graph::rows`] could have returned.
    pub fn from_parts(parts: Parts, operations: Vec<Operation>) -> Result<Graph, BadGraph> {
        let Parts { models, nodes, derived, bases, self_based, self_operations } = parts;
        let size = nodes as usize;
        let fits = models <= nodes
            && derived.fit(size, operations.len())
            && bases.fit(size, operations.len())
            && derived.ends.len() == bases.ends.len()
            && self_based.is_sorted()
            && self_based.last().is_none_or(|last| *last < models)
            && self_operations.len() == self_based.len()
            && self_operations.iter().all(|code| (*code as usize) < operations.len());
        if !fits {
            return Err(BadGraph);
        }
        let is_self_based = bits(self_based.iter().copied(), nodes);
        let is_base = bits(bases.ends.iter().copied(), nodes);
        let has_several_bases = bits(several(&bases), nodes);
        Ok(Graph {
            is_self_based,
            is_base,
            has_several_bases,
            models,
            nodes,
            derived,
            bases,
            self_based,
            self_operations,
            operations,
        })
    }

    /// Returns the rows of derived models and of bases, to be stored.
    pub fn rows(&self) -> (&Rows, &Rows) {
        (&self.derived, &self.bases)
    }

    /// How many nodes are models of the snapshot; they come first.
    pub fn models(&self) -> u32 {
        self.models
    }

    /// How many nodes there are, missing bases included.
    pub fn nodes(&self) -> u32 {
        self.nodes
    }

    /// Whether a node is named as a base but absent from the snapshot.
    pub fn is_missing(&self, node: u32) -> bool {
        node >= self.models
    }

    /// The bases that a model declares, in its record's order, itself left out.
    pub fn bases(&self, node: u32) -> &[u32] {
        self.bases.of(node)
    }

    /// The operation of each of [`Graph::bases`].
    pub fn base_operations(&self, node: u32) -> &[u8] {
        self.bases.operations(node)
    }

    /// The places of a model's relations to [`Graph::bases`] among all relations.
    pub fn base_relations(&self, node: u32) -> std::ops::Range<usize> {
        self.bases.range(node)
    }

    /// The models that declare a node as their base, itself left out.
    pub fn derived(&self, node: u32) -> &[u32] {
        self.derived.of(node)
    }

    /// The operation of each of [`Graph::derived`].
    pub fn derived_operations(&self, node: u32) -> &[u8] {
        self.derived.operations(node)
    }

    /// How many relations there are between different nodes.
    pub fn relations(&self) -> usize {
        self.bases.ends.len()
    }

    /// The models that name themselves as a base, in the order of the listing.
    pub fn self_based(&self) -> &[u32] {
        &self.self_based
    }

    /// The operation of each of [`Graph::self_based`].
    pub fn self_operations(&self) -> &[u8] {
        &self.self_operations
    }

    /// Whether a model names itself as a base.
    pub fn is_self_based(&self, node: u32) -> bool {
        has_bit(&self.is_self_based, node)
    }

    /// The different operations by which a model says it was derived, in its record's order.
    pub fn operations_of(&self, node: u32) -> impl Iterator<Item = u8> {
        let between = self.base_operations(node);
        let own = self.is_self_based(node).then(|| self.self_based.binary_search(&node));
        let own = own.and_then(Result::ok).map(|at| self.self_operations[at]);
        let new = own.filter(|own| !between.contains(own));
        let different = between.iter().enumerate().filter(|(at, code)| !between[..*at].contains(code));
        different.map(|(_, code)| *code).chain(new)
    }

    /// Whether a model declares any base, be it missing or itself.
    pub fn is_derived(&self, node: u32) -> bool {
        !self.bases(node).is_empty() || self.is_self_based(node)
    }

    /// Whether another model declares this one as its base.
    pub fn is_base(&self, node: u32) -> bool {
        has_bit(&self.is_base, node)
    }

    /// The nodes that another model declares as its base, in order.
    pub fn all_bases(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.is_base).flat_map(|(word, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some(word * 64 + bit)
            })
        })
    }

    /// Whether a model declares more than one base besides itself.
    pub fn has_several_bases(&self, node: u32) -> bool {
        has_bit(&self.has_several_bases, node)
    }

    /// Whether a model is present, has derived models, and declares no base.
    pub fn is_root(&self, node: u32) -> bool {
        !self.is_missing(node) && self.is_base(node) && !self.is_derived(node)
    }

    /// The roots, in the order of the listing.
    pub fn roots(&self) -> impl Iterator<Item = u32> {
        self.all_bases().filter(|node| self.is_root(*node))
    }

    /// How many different listed bases a model has.
    pub fn in_degree(&self, node: u32) -> usize {
        self.bases(node).iter().filter(|base| !self.is_missing(**base)).count()
    }

    /// The operations that relations refer to by their place here.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The study's group of each of [`Graph::operations`].
    pub fn groups(&self) -> Vec<Group> {
        self.operations.iter().map(Operation::group).collect()
    }
}

/// What a graph is made of, for storing it.
#[derive(Debug)]
pub struct Parts {
    pub models: u32,
    pub nodes: u32,
    pub derived: Rows,
    pub bases: Rows,
    pub self_based: Column<u32>,
    pub self_operations: Column<u8>,
}
