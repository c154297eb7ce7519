//! What are derived models for? (study, table 2)

use crate::{operation::Operation, task::Category, world::World};
use serde::Serialize;
use std::collections::BTreeMap;

/// How many models of one task category were derived by one operation. The study's table leaves
/// [`Category::Unknown`] out and folds four categories into *Other* ([`Category::is_other`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskCount {
    pub operation: Operation,
    pub category: Category,
    pub models: u64,
}

/// Counts derived models by operation and task category, in the order of both lists.
pub fn tasks(world: &World) -> Vec<TaskCount> {
    let graph = &world.graph;
    let categories: Vec<Category> = world.tasks.names.iter().map(|task| Category::of(task)).collect();
    let mut counts: BTreeMap<(Operation, Category), u64> = BTreeMap::new();
    for node in (0..graph.models()).filter(|node| graph.is_derived(*node)) {
        let task = world.tasks.codes.get(node as usize).map_or(0, |code| usize::from(*code));
        let category = match task.checked_sub(1).and_then(|at| categories.get(at)) {
            Some(category) => *category,
            None => Category::Unknown,
        };
        for code in graph.operations_of(node) {
            let operation = graph.operations()[usize::from(code)].clone();
            *counts.entry((operation, category)).or_default() += 1;
        }
    }
    let rows = counts.into_iter();
    rows.map(|((operation, category), models)| TaskCount { operation, category, models }).collect()
}
