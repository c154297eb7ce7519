//! How large is the hub, and how much of it is related? (study, table 1)
//!
//! Derived is whoever *declares* a base, be that base missing or the model itself; base is
//! whoever a *listed* other model declares. Both are the study's counts.

use crate::{graph::Graph, operation::Operation, world::World};
use serde::Serialize;

/// How many models play each part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Models {
    pub total: u64,
    pub base: u64,
    pub derived: u64,
    /// Base or derived.
    pub relational: u64,
    /// Neither base nor derived.
    pub isolated: u64,
    /// Bases that declare no base.
    pub roots: u64,
    /// Names declared as a base that are not listed.
    pub missing_bases: u64,
}

/// Downloads of the models of each part; `None` where the listing states none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Downloads {
    pub total: Option<u64>,
    pub base: Option<u64>,
    pub derived: Option<u64>,
    pub relational: Option<u64>,
    pub isolated: Option<u64>,
}

/// Derived models by operation. A model whose relations differ in operation counts under each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByOperation<T> {
    pub finetune: T,
    pub adapter: T,
    pub merge: T,
    pub quantized: T,
    pub other: T,
}

impl<T> ByOperation<T> {
    fn of(&mut self, operation: &Operation) -> &mut T {
        match operation {
            Operation::Finetune => &mut self.finetune,
            Operation::Adapter => &mut self.adapter,
            Operation::Merge => &mut self.merge,
            Operation::Quantized => &mut self.quantized,
            _ => &mut self.other,
        }
    }
}

/// What became of the declared relations: each is resolved, dangling, or a self-loop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relations {
    pub declared: u64,
    /// Between two different listed models.
    pub resolved: u64,
    /// To a base that is not listed.
    pub dangling: u64,
    /// From a model to itself.
    pub self_loops: u64,
}

pub fn models(graph: &Graph) -> Models {
    let mut models = Models {
        total: graph.models().into(),
        base: 0,
        derived: 0,
        relational: 0,
        isolated: 0,
        roots: 0,
        missing_bases: (graph.nodes() - graph.models()).into(),
    };
    for node in 0..graph.models() {
        let (base, derived) = (graph.is_base(node), graph.is_derived(node));
        models.base += u64::from(base);
        models.derived += u64::from(derived);
        models.relational += u64::from(base || derived);
        models.isolated += u64::from(!base && !derived);
        models.roots += u64::from(base && !derived);
    }
    models
}

pub fn downloads(world: &World) -> Downloads {
    let graph = &world.graph;
    let total =
        |part: &dyn Fn(u32) -> bool| world.total_downloads((0..graph.models()).filter(|node| part(*node)));
    Downloads {
        total: total(&|_| true),
        base: total(&|node| graph.is_base(node)),
        derived: total(&|node| graph.is_derived(node)),
        relational: total(&|node| graph.is_base(node) || graph.is_derived(node)),
        isolated: total(&|node| !graph.is_base(node) && !graph.is_derived(node)),
    }
}

pub fn derived_by_operation(graph: &Graph) -> ByOperation<u64> {
    let mut models = ByOperation::default();
    each_operation(graph, |_, operation| *models.of(operation) += 1);
    models
}

/// Returns the downloads of the models derived by each operation.
pub fn downloads_by_operation(world: &World) -> ByOperation<Option<u64>> {
    let mut downloads: ByOperation<Option<u64>> = ByOperation::default();
    each_operation(&world.graph, |node, operation| {
        let Some(more) = world.downloads(node) else { return };
        let sum = downloads.of(operation);
        *sum = Some(sum.map_or(more, |sum| sum.saturating_add(more)));
    });
    downloads
}

/// Visits every derived model once for each operation that it was derived by.
fn each_operation(graph: &Graph, mut visit: impl FnMut(u32, &Operation)) {
    for node in 0..graph.models() {
        for code in graph.operations_of(node) {
            visit(node, &graph.operations()[usize::from(code)]);
        }
    }
}

pub fn relations(graph: &Graph) -> Relations {
    let dangling: usize = (graph.models()..graph.nodes()).map(|node| graph.derived(node).len()).sum();
    let self_loops = graph.self_based().len();
    Relations {
        declared: (graph.relations() + self_loops) as u64,
        resolved: (graph.relations() - dangling) as u64,
        dangling: dangling as u64,
        self_loops: self_loops as u64,
    }
}
