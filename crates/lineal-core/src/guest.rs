//! What would a snapshot's world look like with one model more?
//!
//! A model that is not published yet is judged as if it were listed: it becomes the last of the listed
//! models, with the relations that its claims make. One that is listed already keeps its place, with its
//! new relations instead of the old ones.

use crate::{
    date::SnapshotDate,
    graph::{Graph, Relation},
    ids::{IdsBuilder, NameError},
    model_id::is_model_id,
    operation::Operation,
    record::{Claim, ModelRecord},
    words::{Words, WordsBuilder},
    world::{UNKNOWN, World},
};

/// Returns a world with no model at all.
pub fn nobody(snapshot: SnapshotDate) -> World {
    World {
        snapshot,
        ids: IdsBuilder::new(0).finish(),
        graph: Graph::new(0, 0, &[], Operation::NAMED.to_vec()),
        downloads: Vec::new().into(),
        tasks: WordsBuilder::default().finish(),
    }
}

/// Returns the world with a model in it, and the model's node. Only the claims that are `heard` make
/// relations.
///
/// # Errors
/// When there are too many names.
pub fn with(
    world: &World,
    record: &ModelRecord,
    heard: impl Fn(&Claim) -> bool,
) -> Result<(World, u32), NameError> {
    let listed = world.graph.models();
    let own = world.ids.find(record.id.as_str()).filter(|node| *node < listed);
    let mut ids = IdsBuilder::new(world.ids.seed);
    // The place of each node in the new world.
    let mut places = Vec::with_capacity(world.ids.len());
    let mut add = |name: &str| ids.insert(name).map(|inserted| inserted.unwrap_or_else(|there| there));
    for node in 0..listed {
        places.push(add(world.name(node))?);
    }
    let guest = match own {
        Some(node) => node,
        None => add(record.id.as_str())?,
    };
    for node in listed..world.graph.nodes() {
        places.push(add(world.name(node))?);
    }
    let models = listed as usize + usize::from(own.is_none());
    let mut operations = world.graph.operations().to_vec();
    let mut relations = Vec::with_capacity(world.graph.relations() + record.claims.len());
    for node in (0..listed).filter(|node| Some(*node) != own) {
        let derived = places[node as usize];
        let bases = world.graph.bases(node).iter().zip(world.graph.base_operations(node));
        relations.extend(bases.map(|(base, operation)| Relation {
            base: places[*base as usize],
            derived,
            operation: *operation,
        }));
    }
    for (node, operation) in world.graph.self_based().iter().zip(world.graph.self_operations()) {
        if Some(*node) != own {
            let node = places[*node as usize];
            relations.push(Relation { base: node, derived: node, operation: *operation });
        }
    }
    let mut bases = Vec::new();
    for claim in record.claims.iter().filter(|claim| heard(claim) && is_model_id(&claim.base)) {
        let base = match world.called(&claim.base) {
            Some(node) => places[node as usize],
            None => ids.insert(&claim.base)?.unwrap_or_else(|there| there),
        };
        let operation = claim.operation.as_ref().unwrap_or(&record.inferred_operation);
        if let Some(operation) = code(&mut operations, operation).filter(|_| !bases.contains(&base)) {
            bases.push(base);
            relations.push(Relation { base, derived: guest, operation });
        }
    }
    relations.sort_by_key(|relation| relation.derived);
    let mut downloads = world.downloads.to_vec();
    downloads.resize(models, UNKNOWN);
    let missing = ids.len() - models;
    let world = World {
        snapshot: world.snapshot,
        ids: ids.finish(),
        graph: Graph::new(models, missing, &relations, operations),
        downloads: downloads.into(),
        tasks: tasks(world, record, guest, models),
    };
    Ok((world, guest))
}

/// The place of an operation; `None` if there are more than a place can count.
fn code(operations: &mut Vec<Operation>, operation: &Operation) -> Option<u8> {
    let known = operations.iter().position(|known| known == operation);
    let at = known.unwrap_or_else(|| {
        operations.push(operation.clone());
        operations.len() - 1
    });
    u8::try_from(at).ok()
}

fn tasks(world: &World, record: &ModelRecord, guest: u32, models: usize) -> Words {
    let nodes = 0..models as u32;
    nodes.map(|node| if node == guest { record.task.as_deref() } else { world.task(node) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record::Source, testing};

    fn check(model: &str, bases: &[(&str, Operation)], expected: &str) {
        let world = testing::world(
            "
            a/base -finetune-> a/tuned
            a/gone? -merge-> a/mix
            a/base -merge-> a/mix
            a/self -finetune-> a/self
            ",
        );
        let mut record = ModelRecord::named(model.parse().expect("a name"));
        record.claims.extend(bases.iter().map(|(base, operation)| Claim {
            base: (*base).to_owned(),
            base_hub_id: None,
            operation: Some(operation.clone()),
            source: Source::Card,
        }));
        let (world, guest) = with(&world, &record, |_| true).expect("few names");
        assert_eq!(world.name(guest), model);
        let graph = &world.graph;
        let relation = |node: u32, base: &u32, code: &u8| {
            let gone = if graph.is_missing(*base) { "?" } else { "" };
            let operation = &graph.operations()[usize::from(*code)];
            format!("{}{gone} -{operation}-> {}", world.name(*base), world.name(node))
        };
        let relations = (0..graph.models()).flat_map(|node| {
            let bases = graph.bases(node).iter().zip(graph.base_operations(node));
            bases.map(move |(base, code)| relation(node, base, code)).collect::<Vec<_>>()
        });
        let own = graph.self_based().iter().map(|node| format!("{0} -> {0}", world.name(*node)));
        assert_eq!(relations.chain(own).collect::<Vec<_>>().join(", "), expected);
    }

    #[test]
    fn a_model_that_is_not_listed_is_the_last_and_missing_bases_stay_missing() {
        check(
            "a/new",
            &[
                ("A/Base", Operation::Adapter),
                ("a/gone", Operation::Adapter),
                ("x/y", Operation::Convert),
                ("a/base", Operation::Merge),
            ],
            "a/base -finetune-> a/tuned, a/gone? -merge-> a/mix, a/base -merge-> a/mix, \
             a/base -adapter-> a/new, a/gone? -adapter-> a/new, x/y? -convert-> a/new, a/self -> a/self",
        );
    }

    #[test]
    fn a_missing_base_that_is_published_is_the_base_that_was_meant() {
        check(
            "a/gone",
            &[],
            "a/base -finetune-> a/tuned, a/gone -merge-> a/mix, a/base -merge-> a/mix, a/self -> a/self",
        );
    }

    #[test]
    fn a_listed_model_keeps_its_place_and_has_its_new_relations() {
        check(
            "a/self",
            &[("a/tuned", Operation::Finetune)],
            "a/base -finetune-> a/tuned, a/gone? -merge-> a/mix, a/base -merge-> a/mix, a/tuned -finetune-> a/self",
        );
    }

    #[test]
    fn nobody_s_world_takes_in_a_model() {
        let record = ModelRecord::named("a/b".parse().expect("a name"));
        let day = SnapshotDate::new(2026, 1, 1).expect("a day");
        let (world, guest) = with(&nobody(day), &record, |_| true).expect("one name");
        assert_eq!((guest, world.graph.models(), world.downloads.len()), (0, 1, 1));
    }
}
