//! What does one snapshot look like in memory?

use crate::{column::Column, date::SnapshotDate, graph::Graph, ids::Ids};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Stands for an unknown number of downloads in [`World::downloads`].
pub const UNKNOWN: u64 = u64::MAX;

/// One immutable snapshot: its names, its graph, and what analyses need to know of each model.
/// Columns are indexed by node.
#[derive(Debug)]
pub struct World {
    pub snapshot: SnapshotDate,
    pub ids: Ids,
    pub graph: Graph,
    /// Downloads of each model in the last 30 days, or [`UNKNOWN`].
    pub downloads: Column<u64>,
    pub tasks: Tasks,
}

impl World {
    pub fn name(&self, node: u32) -> &str {
        self.ids.name(node)
    }

    /// Returns the downloads of a model; `None` if the listing did not say, or the node is a
    /// missing base.
    pub fn downloads(&self, node: u32) -> Option<u64> {
        self.downloads.get(node as usize).copied().filter(|downloads| *downloads != UNKNOWN)
    }

    /// Returns a model's task as the hub names it.
    pub fn task(&self, node: u32) -> Option<&str> {
        self.tasks.of(node)
    }

    /// Adds up the known downloads of some models; `None` if none is known.
    pub fn total_downloads(&self, nodes: impl Iterator<Item = u32>) -> Option<u64> {
        let mut known = nodes.filter_map(|node| self.downloads(node));
        let first = known.next()?;
        Some(known.fold(first, u64::saturating_add))
    }
}

/// The task of each model, by its place in a list of names; 0 is no task.
#[derive(Debug)]
pub struct Tasks {
    pub codes: Column<u16>,
    /// The names from code 1 on.
    pub names: Vec<Box<str>>,
}

impl Tasks {
    pub fn of(&self, node: u32) -> Option<&str> {
        let code = *self.codes.get(node as usize)?;
        self.names.get((code as usize).checked_sub(1)?).map(|name| &**name)
    }
}

/// The tasks of a listing being read, model by model.
#[derive(Debug, Default)]
pub struct TasksBuilder {
    codes: Vec<u16>,
    names: Vec<Box<str>>,
    known: HashMap<Box<str>, u16, RandomState>,
}

impl TasksBuilder {
    /// Adds the next model's task. Beyond 65,535 different tasks, further ones count as none.
    pub fn push(&mut self, task: Option<&str>) {
        let code = task.map_or(0, |task| self.code(task));
        self.codes.push(code);
    }

    fn code(&mut self, task: &str) -> u16 {
        if let Some(code) = self.known.get(task) {
            return *code;
        }
        let Ok(code) = u16::try_from(self.names.len() + 1) else { return 0 };
        self.names.push(task.into());
        self.known.insert(task.into(), code);
        code
    }

    pub fn finish(self) -> Tasks {
        Tasks { codes: self.codes.into(), names: self.names }
    }
}

impl<'a> FromIterator<Option<&'a str>> for Tasks {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(tasks: I) -> Tasks {
        let mut builder = TasksBuilder::default();
        tasks.into_iter().for_each(|task| builder.push(task));
        builder.finish()
    }
}
