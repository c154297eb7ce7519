//! How are models used? Every table and figure of the study's first research question.

use crate::{
    chains::{self, Chains, lengths::TooManyShapes, study::TooManyPaths},
    clusters::{self, Clusters},
    components,
    date::SnapshotDate,
    degrees::{self, Degree},
    sizes::{self, ByOperation, Downloads, Models, Relations},
    tasks::{self, TaskCount},
    world::World,
};
use serde::Serialize;
use std::{fmt, str::FromStr};

/// By which definitions chains are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Semantics {
    /// The study's definitions, on the exact graph.
    #[default]
    Formal,
    /// What the study's scripts do, oddities included.
    Study,
}

impl Semantics {
    pub const ALL: [Semantics; 2] = [Semantics::Formal, Semantics::Study];

    pub fn as_str(self) -> &'static str {
        match self {
            Semantics::Formal => "formal",
            Semantics::Study => "study",
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a semantics (expected `formal` or `study`)")]
pub struct UnknownSemantics(String);

impl FromStr for Semantics {
    type Err = UnknownSemantics;

    fn from_str(text: &str) -> Result<Self, UnknownSemantics> {
        let found = Semantics::ALL.into_iter().find(|semantics| semantics.as_str() == text);
        found.ok_or_else(|| UnknownSemantics(text.to_owned()))
    }
}

impl fmt::Display for Semantics {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The usage report of one snapshot. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct Usage {
    pub snapshot: SnapshotDate,
    pub semantics: Semantics,
    pub models: Models,
    pub downloads: Downloads,
    pub derived_by_operation: ByOperation<u64>,
    pub downloads_by_operation: ByOperation<Option<u64>>,
    pub relations: Relations,
    /// Models that derive from one another in a circle, sorted by name.
    pub cycles: Vec<Vec<String>>,
    pub tasks: Vec<TaskCount>,
    pub top_in_degree: Vec<Degree>,
    pub top_out_degree: Vec<Degree>,
    pub chains: Chains,
    pub clusters: Clusters,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    #[error("cannot count the chains of {snapshot}")]
    Count { snapshot: SnapshotDate, source: TooManyShapes },
    #[error("cannot walk the chains of {snapshot} from `{root}`")]
    Walk { snapshot: SnapshotDate, root: String, source: TooManyPaths },
}

/// Computes the usage report of a snapshot; rankings list `limit` models each.
///
/// # Errors
/// When the chains are too many to walk or too different to count in bounded memory.
pub fn usage(world: &World, semantics: Semantics, limit: usize) -> Result<Usage, UsageError> {
    let graph = &world.graph;
    let snapshot = world.snapshot;
    let counted = match semantics {
        Semantics::Formal => {
            chains::formal(world, limit).map_err(|source| UsageError::Count { snapshot, source })?
        }
        Semantics::Study => chains::study(world, limit).map_err(|source| UsageError::Walk {
            snapshot,
            root: world.name(source.root).to_owned(),
            source,
        })?,
    };
    let cycles = components::cycles(graph).into_iter().map(|cycle| {
        let mut names: Vec<String> = cycle.into_iter().map(|node| world.name(node).to_owned()).collect();
        names.sort_unstable();
        names
    });
    let mut cycles: Vec<Vec<String>> = cycles.collect();
    cycles.sort_unstable();
    Ok(Usage {
        snapshot,
        semantics,
        models: sizes::models(graph),
        downloads: sizes::downloads(world),
        derived_by_operation: sizes::derived_by_operation(graph),
        downloads_by_operation: sizes::downloads_by_operation(world),
        relations: sizes::relations(graph),
        cycles,
        tasks: tasks::tasks(world),
        top_in_degree: degrees::top_in_degree(world, limit),
        top_out_degree: degrees::top_out_degree(world, limit),
        clusters: clusters::describe(world, &clusters::clusters(graph), &counted.by_root, limit),
        chains: counted.chains,
    })
}
