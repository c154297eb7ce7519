//! How many models were updated, of those whose commits are known? (study, README table 2.2a)

use super::{Evidence, FileKinds, History, Intent, Role, roles, unsaid};
use crate::{date::SnapshotDate, operation::Group, world::World};
use serde::Serialize;
use std::collections::BTreeMap;

/// The updated models of a snapshot. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, Serialize)]
pub struct Updates {
    pub snapshot: SnapshotDate,
    /// All models that the snapshot lists.
    pub listed: Parts,
    /// Models whose commits are known: only of these is it known whether they were updated.
    pub known: Parts,
    pub updated: Parts,
    /// Known models that were not updated, by the most that they have after the initial uploads.
    pub not_updated: NotUpdated,
    /// Updated models by intent; one with several counts under each.
    pub by_intent: BTreeMap<Intent, u64>,
    /// Commits that make models updated.
    pub commits: u64,
    /// Known models for which the files at two commits, at least, are known too.
    pub compared: u64,
    /// Models that are updated only because their files tell more than their titles.
    pub by_files_only: u64,
    /// Models that are not updated, though files other than documentation changed.
    pub unsaid: u64,
    /// Listed models that declare a successor.
    pub declaring_successor: u64,
}

/// How many models there are of each part that the study's table has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Parts {
    pub models: u64,
    pub isolated: u64,
    pub relational: u64,
    pub base: u64,
    pub derived: u64,
    /// Adapters are among them.
    pub finetune: u64,
    pub quantized: u64,
    pub merge: u64,
    pub other: u64,
}

/// Why models are not updated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotUpdated {
    /// Nothing came after the initial uploads.
    pub initial_only: u64,
    /// Nothing but documentation did.
    pub documentation_only: u64,
    /// Something else did, whose title shows no intent to update, fix or keep a checkpoint.
    pub unmarked: u64,
}

impl Parts {
    fn add(&mut self, world: &World, node: u32, groups: &[Group]) {
        let graph = &world.graph;
        let (base, derived) = (graph.is_base(node), graph.is_derived(node));
        self.models += 1;
        self.base += u64::from(base);
        self.derived += u64::from(derived);
        self.relational += u64::from(base || derived);
        self.isolated += u64::from(!base && !derived);
        for group in Group::ALL {
            if graph.operations_of(node).any(|code| groups[usize::from(code)] == group) {
                *match group {
                    Group::Finetune => &mut self.finetune,
                    Group::Quantized => &mut self.quantized,
                    Group::Merge => &mut self.merge,
                    Group::Other => &mut self.other,
                } += 1;
            }
        }
    }
}

/// What was found of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The commits that make it updated, by their places in its history; none if it is not.
    pub updates: Vec<Update>,
    /// The kinds of files that changed without any title saying so, if it is not updated.
    pub unsaid: FileKinds,
}

/// A commit that makes its model updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    pub place: usize,
    pub intent: Intent,
    pub evidence: Evidence,
}

/// The count of models, as their histories come, in any order.
pub struct Tally<'a> {
    world: &'a World,
    groups: Vec<Group>,
    since: Option<i64>,
    updates: Updates,
}

impl<'a> Tally<'a> {
    /// Starts to count; commits dated before `since`, in milliseconds since 1970, make no model updated.
    pub fn new(world: &'a World, since: Option<i64>, declaring_successor: u64) -> Tally<'a> {
        let groups = world.graph.groups();
        let mut listed = Parts::default();
        (0..world.graph.models()).for_each(|node| listed.add(world, node, &groups));
        let updates = Updates {
            snapshot: world.snapshot,
            listed,
            known: Parts::default(),
            updated: Parts::default(),
            not_updated: NotUpdated::default(),
            by_intent: Intent::ALL.into_iter().map(|intent| (intent, 0)).collect(),
            commits: 0,
            compared: 0,
            by_files_only: 0,
            unsaid: 0,
            declaring_successor,
        };
        Tally { world, groups, since, updates }
    }

    /// Counts a model, once, and tells what makes it updated.
    pub fn add(&mut self, node: u32, history: &History) -> Found {
        let roles = roles(history);
        let updates = &mut self.updates;
        updates.known.add(self.world, node, &self.groups);
        updates.compared += u64::from(history.trees.len() > 1);
        let counts = |at: &usize| match self.since {
            Some(since) => history.commits[*at].date.is_some_and(|date| date >= since),
            None => true,
        };
        let counted: Vec<usize> = (0..roles.len()).filter(counts).collect();
        let update = |place: &usize| match roles[*place] {
            Role::Update(intent, evidence) => Some(Update { place: *place, intent, evidence }),
            _ => None,
        };
        let found: Vec<Update> = counted.iter().filter_map(update).collect();
        updates.commits += found.len() as u64;
        for intent in Intent::ALL {
            let is_shown = found.iter().any(|update| update.intent == intent);
            *updates.by_intent.entry(intent).or_default() += u64::from(is_shown);
        }
        if !found.is_empty() {
            let by_files = found.iter().all(|update| update.evidence != Evidence::Title);
            updates.by_files_only += u64::from(by_files);
            updates.updated.add(self.world, node, &self.groups);
            return Found { updates: found, unsaid: FileKinds::default() };
        }
        let unsaid = unsaid(history, &roles);
        updates.unsaid += u64::from(!unsaid.is_empty());
        let has = |role: Role| counted.iter().any(|at| roles[*at] == role);
        let why = &mut updates.not_updated;
        let reason = match (has(Role::Unmarked), has(Role::Documentation)) {
            (true, _) => &mut why.unmarked,
            (false, true) => &mut why.documentation_only,
            (false, false) => &mut why.initial_only,
        };
        *reason += 1;
        Found { updates: found, unsaid }
    }

    pub fn finish(self) -> Updates {
        self.updates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{reading::Commit, testing::world};

    const HOUR: i64 = 3600 * 1000;

    #[test]
    fn updated_models_are_counted_by_the_part_they_play_among_those_that_are_known() {
        let world = world(
            "
            root -finetune-> tuned
            root -adapter-> adapted
            root -merge-> merged
            tuned -quantized-> small
            alone
            ",
        );
        let history = |titles: &[&str]| -> Vec<Commit> {
            let commit = |(at, title): (usize, &&str)| Commit {
                id: [at as u8; 20],
                title: (*title).to_owned(),
                message: None,
                authors: Vec::new(),
                date: Some(at as i64 * 100 * HOUR),
            };
            titles.iter().enumerate().map(commit).rev().collect()
        };
        let mut tally = Tally::new(&world, None, 0);
        let mut is_not_updated = |name: &str, titles: &[&str]| {
            let commits = history(titles);
            let node = world.ids.find(name).expect("named");
            tally.add(node, &History { created: None, commits: &commits, trees: &[] }).updates.is_empty()
        };
        assert!(!is_not_updated("root", &["Upload model", "Fix config", "Update config.json"]));
        assert!(!is_not_updated("adapted", &["Upload model", "Training in progress"]));
        assert!(!is_not_updated("alone", &["Upload model", "Update config.json"]));
        assert!(is_not_updated("small", &["Upload model", "Update README.md"]));
        assert!(is_not_updated("merged", &["Upload model", "Upload model"]));
        let updates = tally.finish();
        let shown = |parts: &Parts| {
            let Parts { models, isolated, relational, base, derived, finetune, quantized, merge, other } =
                parts;
            [*models, *isolated, *relational, *base, *derived, *finetune, *quantized, *merge, *other]
        };
        assert_eq!(shown(&updates.listed), [6, 1, 5, 2, 4, 2, 1, 1, 0]);
        assert_eq!(shown(&updates.known), [5, 1, 4, 1, 3, 1, 1, 1, 0]);
        assert_eq!(shown(&updates.updated), [3, 1, 2, 1, 1, 1, 0, 0, 0]);
        let intents: Vec<u64> = updates.by_intent.values().copied().collect();
        assert_eq!((intents, updates.commits), (vec![1, 1, 2], 4));
        assert_eq!(updates.not_updated, NotUpdated { initial_only: 0, documentation_only: 1, unmarked: 1 });
    }
}
