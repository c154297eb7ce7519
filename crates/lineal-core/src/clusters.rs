//! What was made from each root? (study, section 4.3 and tables 1.3, 5)
//!
//! A cluster is a root and everything that can be reached from it. A model merged from two
//! clusters belongs to both, so sizes add up to more than there are models. Sizes leave the root
//! out, as the study's tables do; only the size histogram counts it, as the study's figure does.
//! Clusters do not depend on the semantics, the chains in them do.

use crate::{
    big::BigCount,
    chains::{
        operations::{Diversity, Dominant, Mix},
        study,
    },
    graph::Graph,
    world::World,
};
use rayon::prelude::*;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::cmp::Reverse;

/// All clusters of a snapshot, counted.
#[derive(Clone, Debug, Serialize)]
pub struct Clusters {
    pub total: u64,
    /// Models per cluster, the root left out.
    pub mean_size: Option<f64>,
    pub mean_chains: Option<f64>,
    /// Clusters by their number of models, the root counted.
    pub size_histogram: Bins,
    /// Clusters by their number of chains, in the study's bins.
    pub chains_histogram: Bins,
    pub diversity: Diversity<u64>,
    pub dominant: Dominant<u64>,
    /// Of the clusters with exactly two groups of operations.
    pub dominant_of_two: Dominant<u64>,
    /// Of the clusters with exactly three groups of operations.
    pub dominant_of_three: Dominant<u64>,
    /// The largest clusters, largest first, ties by root.
    pub top: Vec<ClusterSummary>,
}

/// A root with what was made from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClusterSummary {
    pub root: String,
    /// Models, the root left out.
    pub size: u64,
    pub chains: BigCount,
    #[serde(flatten)]
    pub operations: Mix,
    /// The root's task.
    pub task: Option<String>,
}

/// One cluster, by node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub root: u32,
    /// Models, the root left out.
    pub size: u32,
    /// The members by the operation each was derived by.
    pub operations: Mix,
}

/// Counts in bins that have a label, in the bins' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bins(pub Vec<(&'static str, u64)>);

impl Serialize for Bins {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(label, count)| map.serialize_entry(label, count))?;
        map.end()
    }
}

/// The study's bins of cluster sizes, root counted: a label and the largest size in it.
/// Its figure labels the bin 201–500 "201–1000".
const SIZES: [(&str, u64); 13] = [
    ("2", 2),
    ("3", 3),
    ("4", 4),
    ("5", 5),
    ("6-10", 10),
    ("11-20", 20),
    ("21-50", 50),
    ("51-200", 200),
    ("201-500", 500),
    ("501-1000", 1_000),
    ("1001-5000", 5_000),
    ("5001-10000", 10_000),
    (">10000", u64::MAX),
];

/// The study's bins of chains in a cluster. Its figure labels them otherwise.
const CHAINS: [(&str, u64); 13] = [
    ("1", 1),
    ("2", 2),
    ("3", 3),
    ("4", 4),
    ("5-6", 6),
    ("7-11", 11),
    ("12-21", 21),
    ("22-51", 51),
    ("52-101", 101),
    ("102-201", 201),
    ("202-501", 501),
    ("502-1001", 1_001),
    (">1001", u64::MAX),
];

impl Bins {
    fn of(bins: &[(&'static str, u64)], values: impl Iterator<Item = u64>) -> Bins {
        let mut counts: Vec<(&'static str, u64)> = bins.iter().map(|(label, _)| (*label, 0)).collect();
        for value in values {
            counts[bins.partition_point(|(_, largest)| *largest < value)].1 += 1;
        }
        Bins(counts)
    }
}

/// Finds every cluster, in the order of the roots in the listing.
pub fn clusters(graph: &Graph) -> Vec<Cluster> {
    let roots: Vec<u32> = graph.roots().collect();
    let empty = |root| Cluster { root, size: 0, operations: Mix::default() };
    over_members(graph, &roots, empty, |cluster, member| {
        cluster.size += 1;
        if let Some(group) = study::group(graph, member) {
            cluster.operations.add(group);
        }
    })
}

/// Counts the marked members that can be reached from each of some models, itself left out.
pub fn count_members(graph: &Graph, roots: &[u32], marks: &[bool]) -> Vec<u32> {
    over_members(graph, roots, |_| 0, |count, member| *count += u32::from(marks[member as usize]))
}

/// Makes something for each root of the members of its cluster, in the order of the roots.
fn over_members<T: Send>(
    graph: &Graph,
    roots: &[u32],
    start: impl Fn(u32) -> T + Sync,
    add: impl Fn(&mut T, u32) + Sync,
) -> Vec<T> {
    let nodes = graph.nodes() as usize;
    // Each piece of the work needs a mark for every node, so there are only a few pieces.
    let piece = roots.len() / (rayon::current_num_threads() * 4) + 1;
    let found = roots.par_iter().with_min_len(piece).map_init(
        || (vec![0u32; nodes], Vec::new()),
        |(reached_for, waiting), root| {
            let mut made = start(*root);
            each_member(graph, *root, reached_for, waiting, |member| add(&mut made, member));
            made
        },
    );
    found.collect()
}

/// The members of one cluster, the root left out, nearest first.
pub fn members(graph: &Graph, root: u32) -> Vec<u32> {
    let mut members = Vec::new();
    each_member(graph, root, &mut vec![0; graph.nodes() as usize], &mut Vec::new(), |member| {
        members.push(member);
    });
    members
}

/// Visits what can be reached from a root; `reached_for` holds the last root that reached each
/// node, plus one.
fn each_member(
    graph: &Graph,
    root: u32,
    reached_for: &mut [u32],
    waiting: &mut Vec<u32>,
    mut visit: impl FnMut(u32),
) {
    reached_for[root as usize] = root + 1;
    waiting.clear();
    waiting.push(root);
    let mut next = 0;
    while let Some(node) = waiting.get(next).copied() {
        next += 1;
        for derived in graph.derived(node) {
            if std::mem::replace(&mut reached_for[*derived as usize], root + 1) != root + 1 {
                visit(*derived);
                waiting.push(*derived);
            }
        }
    }
}

/// Describes the clusters; `chains` holds the number of chains of each root, in any order.
pub fn describe(world: &World, clusters: &[Cluster], chains: &[(u32, BigCount)], limit: usize) -> Clusters {
    let mut chains_of: Vec<&(u32, BigCount)> = chains.iter().collect();
    chains_of.sort_unstable_by_key(|(root, _)| *root);
    let chains_of = |root: u32| match chains_of.binary_search_by_key(&root, |(root, _)| *root) {
        Ok(at) => chains_of[at].1.clone(),
        // The study's walk finds no chain from some roots.
        Err(_) => BigCount::default(),
    };
    let total = clusters.len() as u64;
    let size: u64 = clusters.iter().map(|cluster| u64::from(cluster.size)).sum();
    let all_chains = BigCount(chains.iter().map(|(_, chains)| &chains.0).sum());
    let mut diversity = Diversity::default();
    let mut dominant = Dominant::default();
    let (mut of_two, mut of_three) = (Dominant::default(), Dominant::default());
    for cluster in clusters {
        let (groups, first) = (cluster.operations.diversity(), cluster.operations.dominant());
        *diversity.of(groups) += 1;
        *dominant.of(first) += 1;
        match groups {
            2 => *of_two.of(first) += 1,
            3 => *of_three.of(first) += 1,
            _ => {}
        }
    }
    let mut largest: Vec<&Cluster> = clusters.iter().collect();
    largest.sort_by_key(|cluster| (Reverse(cluster.size), world.name(cluster.root)));
    let top = largest.into_iter().take(limit).map(|cluster| ClusterSummary {
        root: world.name(cluster.root).to_owned(),
        size: cluster.size.into(),
        chains: chains_of(cluster.root),
        operations: cluster.operations,
        task: world.task(cluster.root).map(str::to_owned),
    });
    let small = |chains: &BigCount| u64::try_from(&chains.0).unwrap_or(u64::MAX);
    Clusters {
        total,
        mean_size: (total > 0).then(|| size as f64 / total as f64),
        mean_chains: all_chains.per(&total.into()),
        size_histogram: Bins::of(&SIZES, clusters.iter().map(|cluster| u64::from(cluster.size) + 1)),
        chains_histogram: Bins::of(
            &CHAINS,
            chains.iter().map(|(_, chains)| small(chains)).filter(|chains| *chains > 0),
        ),
        diversity,
        dominant,
        dominant_of_two: of_two,
        dominant_of_three: of_three,
        top: top.collect(),
    }
}
