//! What would the supply chain look like if inferred relations had been declared?

use super::{Inferred, Standing};
use crate::{
    graph::{Graph, Relation},
    operation::Operation,
    world::World,
};

/// Returns the world with the inferred relations of undeclared models, from a confidence on,
/// beside the declared ones, which stay as they are. No circle arises that was not there: a relation whose base is already made
/// from its derived model is left out; likelier relations are taken in first.
pub fn grown(world: World, inferred: &[Inferred], at_least: f64) -> World {
    let graph = &world.graph;
    let mut operations: Vec<Operation> = graph.operations().to_vec();
    let mut relations: Vec<Relation> = Vec::with_capacity(graph.relations() + inferred.len());
    for derived in 0..graph.models() {
        let bases = graph.bases(derived).iter().zip(graph.base_operations(derived));
        relations.extend(bases.map(|(base, operation)| Relation {
            base: *base,
            derived,
            operation: *operation,
        }));
    }
    let own = graph.self_based().iter().zip(graph.self_operations());
    relations.extend(own.map(|(node, operation)| Relation {
        base: *node,
        derived: *node,
        operation: *operation,
    }));
    let mut added: Vec<&Inferred> = inferred
        .iter()
        .filter(|relation| relation.standing == Standing::Undeclared && relation.confidence >= at_least)
        .collect();
    added.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.derived.cmp(&b.derived)));
    let mut new_bases: Vec<Vec<u32>> = vec![Vec::new(); graph.models() as usize];
    for relation in added {
        if leads_to(graph, &new_bases, relation.base, relation.derived) {
            continue;
        }
        let known = operations.iter().position(|operation| *operation == relation.operation);
        let code = known.unwrap_or_else(|| {
            operations.push(relation.operation.clone());
            operations.len() - 1
        });
        let Ok(operation) = u8::try_from(code) else { continue };
        new_bases[relation.derived as usize].push(relation.base);
        relations.push(Relation { base: relation.base, derived: relation.derived, operation });
    }
    relations.sort_by_key(|relation| relation.derived);
    let (models, missing) = (graph.models() as usize, (graph.nodes() - graph.models()) as usize);
    let graph = Graph::new(models, missing, &relations, operations);
    World { graph, ..world }
}

/// Whether one walks from a model over its bases to another.
fn leads_to(graph: &Graph, new_bases: &[Vec<u32>], from: u32, to: u32) -> bool {
    let mut waiting = vec![from];
    let mut met = std::collections::HashSet::from([from]);
    while let Some(node) = waiting.pop() {
        if node == to {
            return true;
        }
        let new = new_bases.get(node as usize).map_or(&[][..], |bases| bases);
        waiting.extend(graph.bases(node).iter().chain(new).copied().filter(|base| met.insert(*base)));
    }
    false
}
