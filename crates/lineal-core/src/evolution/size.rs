//! How large is a snapshot, and which part does each of its models play?

use super::{
    EvolutionError, InCategory, Parts, Size,
    standings::ranked,
    study,
    taken::{Taken, too_many_paths, too_many_shapes},
};
use crate::{
    chains::{self, within},
    graph::Graph,
    operation::Group,
    sizes,
    task::Category,
    world::World,
};

/// Describes a snapshot.
///
/// # Errors
/// When its chains are too many to be counted or walked.
pub fn size(taken: &Taken) -> Result<Size, EvolutionError> {
    let graph = taken.graph();
    let models = sizes::models(graph);
    let chains = match &taken.steps {
        Some(steps) => within::all(steps).map_err(|error| too_many_shapes(&taken.world, error))?,
        None => study::all_chains(graph).map_err(|error| too_many_paths(&taken.world, error))?,
    };
    Ok(Size {
        snapshot: taken.world.snapshot,
        models: models.total,
        parts: parts(graph, 0..graph.models(), models.base, taken.steps.is_none()),
        by_operation: sizes::derived_by_operation(graph),
        by_category: by_category(&taken.world),
        clusters: taken.clusters.len() as u64,
        chains,
        at_least: taken.is_cut(),
        top_clusters: ranked(&taken.world, &taken.largest),
    })
}

fn by_category(world: &World) -> Vec<InCategory> {
    let of_name = |name: &str| Category::ALL.iter().position(|category| *category == Category::of(name));
    let unknown = Category::ALL.len() - 1;
    let places =
        std::iter::once(unknown).chain(world.tasks.names.iter().map(|name| of_name(name).unwrap_or(unknown)));
    let places: Vec<usize> = places.collect();
    let mut counts = [0; Category::ALL.len()];
    world.tasks.codes.iter().for_each(|code| {
        counts[places.get(usize::from(*code)).copied().unwrap_or(unknown)] += 1;
    });
    let counted = Category::ALL.into_iter().zip(counts);
    counted.map(|(category, models)| InCategory { category, models }).collect()
}

/// Counts models by the part they play; who is a base depends on the semantics.
pub fn parts(graph: &Graph, nodes: impl IntoIterator<Item = u32>, bases: u64, as_study: bool) -> Parts<u64> {
    let mut parts = Parts { base: bases, ..Parts::default() };
    for node in nodes {
        let derived = graph.is_derived(node);
        let relational = derived || graph.is_base(node);
        parts.derived += u64::from(derived);
        parts.relational += u64::from(relational);
        parts.isolated += u64::from(!relational);
        let groups = if as_study { study_groups(graph, node) } else { formal_groups(graph, node) };
        for (group, is_in) in Group::ALL.into_iter().zip(groups) {
            *part(&mut parts, group) += u64::from(is_in);
        }
    }
    parts
}

fn part(parts: &mut Parts<u64>, group: Group) -> &mut u64 {
    match group {
        Group::Finetune => &mut parts.finetune,
        Group::Merge => &mut parts.merge,
        Group::Quantized => &mut parts.quantized,
        Group::Other => &mut parts.other,
    }
}

/// Which groups of operations a model was derived by, in the order of [`Group::ALL`].
fn formal_groups(graph: &Graph, node: u32) -> [bool; 4] {
    let mut groups = [false; 4];
    graph
        .operations_of(node)
        .for_each(|code| groups[graph.operations()[usize::from(code)].group() as usize] = true);
    groups
}

/// The one group that the study's scripts give a model.
fn study_groups(graph: &Graph, node: u32) -> [bool; 4] {
    let mut groups = [false; 4];
    if let Some(group) = chains::study::group(graph, node) {
        groups[group as usize] = true;
    }
    groups
}
