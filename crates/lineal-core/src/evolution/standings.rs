//! Which clusters, models and chains were the largest at first, and which are now?

use super::{
    Descendants, EvolutionError, LARGEST, MostDescendants, Standing, Standings, TopChains,
    taken::{Taken, too_many_paths},
};
use crate::{
    chains::{self, LongChain, longest},
    clusters::Cluster,
    reach,
    world::World,
};
use std::cmp::Reverse;

/// What is kept of the first snapshot.
pub struct First {
    clusters: Vec<Cluster>,
    /// The largest, with the name of the root.
    largest: Vec<(Cluster, String)>,
    most_descendants: Vec<Descendants>,
    chains: Vec<LongChain>,
}

impl First {
    /// Keeps what is needed of the first snapshot.
    ///
    /// # Errors
    /// When the study's walk would take too many paths.
    pub fn of(taken: &Taken) -> Result<First, EvolutionError> {
        let name = |cluster: &Cluster| (*cluster, taken.world.name(cluster.root).to_owned());
        Ok(First {
            clusters: taken.clusters.clone(),
            largest: taken.largest.iter().map(name).collect(),
            most_descendants: most_descendants(&taken.world),
            chains: longest_chains(taken)?,
        })
    }

    /// Compares the first snapshot with the last.
    ///
    /// # Errors
    /// When the study's walk would take too many paths in the last.
    pub fn until(self, last: &Taken) -> Result<(Standings, MostDescendants, TopChains), EvolutionError> {
        let standings = standings(&self, last);
        let most = MostDescendants { first: self.most_descendants, last: most_descendants(&last.world) };
        Ok((standings, most, TopChains { first: self.chains, last: longest_chains(last)? }))
    }
}

fn most_descendants(world: &World) -> Vec<Descendants> {
    let counts = reach::descendant_counts(&world.graph);
    // Only a base of many can be among the first, and most models are no base.
    let bases = world.graph.all_bases().filter(|node| !world.graph.is_missing(*node));
    let mut ranked: Vec<u32> = bases.collect();
    ranked.sort_unstable_by_key(|node| (Reverse(counts[*node as usize]), world.name(*node)));
    let first = ranked.into_iter().take(LARGEST);
    first
        .map(|node| Descendants {
            model: world.name(node).to_owned(),
            descendants: counts[node as usize].into(),
        })
        .collect()
}

fn longest_chains(taken: &Taken) -> Result<Vec<LongChain>, EvolutionError> {
    let world = &taken.world;
    let Some(steps) = &taken.steps else {
        let counted = chains::study(world, LARGEST).map_err(|error| too_many_paths(world, error))?;
        return Ok(counted.chains.top);
    };
    let mut longest = longest::of_each_root(world, steps);
    longest.truncate(LARGEST);
    Ok(longest.iter().map(|chain| chains::formal_chain(world, chain)).collect())
}

/// Lists clusters with their rank; equally large ones share the better rank.
pub fn ranked(world: &World, largest: &[Cluster]) -> Vec<Standing> {
    let rank = |size| 1 + largest.iter().filter(|cluster| cluster.size > size).count() as u64;
    let standing = |cluster: &Cluster| Standing {
        root: world.name(cluster.root).to_owned(),
        size: cluster.size.into(),
        rank: rank(cluster.size),
        other_rank: None,
    };
    largest.iter().map(standing).collect()
}

/// Compares the largest clusters of the first and the last snapshot.
fn standings(first: &First, last: &Taken) -> Standings {
    let rank = |clusters: &[Cluster], root: u32| {
        let size = clusters.iter().find(|cluster| cluster.root == root)?.size;
        Some(1 + clusters.iter().filter(|cluster| cluster.size > size).count() as u64)
    };
    let standing = |(cluster, root): (&Cluster, &str), own: &[Cluster], other: Option<u64>| Standing {
        root: root.to_owned(),
        size: cluster.size.into(),
        rank: rank(own, cluster.root).unwrap_or_default(),
        other_rank: other,
    };
    let now = |origin: u32| {
        let node = last.origins.iter().position(|node| *node == origin)?;
        rank(&last.clusters, node as u32)
    };
    let then = |node: u32| rank(&first.clusters, last.origins[node as usize]);
    let of_first = first
        .largest
        .iter()
        .map(|(cluster, name)| standing((cluster, name.as_str()), &first.clusters, now(cluster.root)));
    let of_last = last.largest.iter().map(|cluster| {
        standing((cluster, last.world.name(cluster.root)), &last.clusters, then(cluster.root))
    });
    Standings { first: of_first.collect(), last: of_last.collect() }
}
