//! What is asked of a snapshot twice: as the end of one week and the start of the next?

use super::{EvolutionError, LARGEST, formal, study};
use crate::{
    chains::{self, lengths::TooManyShapes, steps::Steps, study::TooManyPaths},
    clusters::{self, Cluster},
    graph::Graph,
    model_id::HubId,
    pairing,
    survival::Life,
    usage::Semantics,
    world::World,
};
use std::cmp::Reverse;

/// A snapshot with what is asked of it twice: as the end of one week and the start of the next.
pub struct Taken {
    pub world: World,
    pub hub_ids: Vec<Option<HubId>>,
    /// `None` in study semantics, which walks.
    pub steps: Option<Steps>,
    pub clusters: Vec<Cluster>,
    /// The largest clusters, largest first, ties by root.
    pub largest: Vec<Cluster>,
    /// Each model's node in the first snapshot, or [`NONE`].
    pub origins: Vec<u32>,
    /// Each model's life, if it began after the first snapshot.
    pub lives: Vec<Option<Life>>,
}

pub const NONE: u32 = u32::MAX;

impl Taken {
    pub fn new(world: World, hub_ids: Vec<Option<HubId>>, semantics: Semantics) -> Taken {
        let graph = &world.graph;
        let (steps, clusters) = rayon::join(
            || (semantics == Semantics::Formal).then(|| chains::steps::steps(graph)),
            || clusters::clusters(graph),
        );
        let mut largest = clusters.clone();
        if largest.len() > LARGEST {
            let (_, last, _) =
                largest.select_nth_unstable_by_key(LARGEST - 1, |cluster| Reverse(cluster.size));
            let least = last.size;
            largest.retain(|cluster| cluster.size >= least);
        }
        largest.sort_by_key(|cluster| (Reverse(cluster.size), world.name(cluster.root)));
        largest.truncate(LARGEST);
        Taken { world, hub_ids, steps, clusters, largest, origins: Vec::new(), lives: Vec::new() }
    }

    pub fn side(&self) -> pairing::Side<'_> {
        pairing::Side { world: &self.world, hub_ids: &self.hub_ids }
    }

    pub fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids.get(node as usize).copied().flatten()
    }

    pub fn graph(&self) -> &Graph {
        &self.world.graph
    }

    pub fn formal<'a>(&'a self, steps: &'a Steps) -> formal::Side<'a> {
        formal::Side { world: &self.world, steps, clusters: &self.clusters }
    }

    pub fn study(&self) -> study::Side<'_> {
        study::Side { world: &self.world, clusters: &self.clusters }
    }

    /// Whether some of its chains are not counted.
    pub fn is_cut(&self) -> bool {
        self.steps.as_ref().is_some_and(|steps| !steps.is_complete())
    }
}

/// Says of which snapshot the chains cannot be counted.
pub fn too_many_shapes(world: &World, source: TooManyShapes) -> EvolutionError {
    EvolutionError::Count { snapshot: world.snapshot, source }
}

/// Says from which root the study's walk would take too many paths.
pub fn too_many_paths(world: &World, source: TooManyPaths) -> EvolutionError {
    let root = world.name(source.root).to_owned();
    EvolutionError::Walk { snapshot: world.snapshot, root, source }
}
