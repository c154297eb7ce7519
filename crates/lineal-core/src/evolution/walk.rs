//! Takes snapshots in one after the other, and compares each with the one before.

use super::{
    Evolution, Size, Week,
    gone::Gone,
    means,
    size::size,
    standings::First,
    taken::{NONE, Taken},
    week::week,
};
use crate::{
    chains::{lengths::TooManyShapes, study::TooManyPaths},
    date::SnapshotDate,
    growth::{Census, census, growth},
    model_id::HubId,
    pairing::{Pairing, Renames},
    survival::{Class, Cohorts, Life},
    usage::Semantics,
    world::World,
};

/// By which rules snapshots are compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub semantics: Semantics,
    pub renames: Renames,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvolutionError {
    #[error("evolution needs at least two snapshots, and there {}", if *.0 == 1 { "is one" } else { "are none" })]
    TooFew(usize),
    #[error("{later} was taken in after {earlier}, which is not earlier")]
    Order { earlier: SnapshotDate, later: SnapshotDate },
    #[error("cannot count the chains of {snapshot}")]
    Count { snapshot: SnapshotDate, source: TooManyShapes },
    #[error("cannot walk the chains of {snapshot} from `{root}`")]
    Walk { snapshot: SnapshotDate, root: String, source: TooManyPaths },
}

/// The evolution so far.
pub struct Walk {
    options: Options,
    /// The snapshot taken in last.
    last: Option<Taken>,
    first: Option<First>,
    snapshots: Vec<Size>,
    censuses: Vec<Census>,
    weeks: Vec<Week>,
    gone: Gone,
    /// `None` before the first snapshot.
    cohorts: Option<Cohorts>,
}

impl Walk {
    pub fn new(options: Options) -> Walk {
        Walk {
            options,
            last: None,
            first: None,
            snapshots: Vec::new(),
            censuses: Vec::new(),
            weeks: Vec::new(),
            gone: Gone::default(),
            cohorts: None,
        }
    }

    /// Takes in the next snapshot, with each model's hub id where it is known, or none at all.
    ///
    /// # Errors
    /// When it is not later than the one before, or its chains are too many to be walked.
    pub fn take(&mut self, world: World, hub_ids: Vec<Option<HubId>>) -> Result<(), EvolutionError> {
        if let Some(last) = self.last.as_ref().filter(|last| last.world.snapshot >= world.snapshot) {
            return Err(EvolutionError::Order { earlier: last.world.snapshot, later: world.snapshot });
        }
        let mut taken = Taken::new(world, hub_ids, self.options.semantics);
        let (size, census) = rayon::join(|| size(&taken), || census(&taken.world));
        self.snapshots.push(size?);
        self.censuses.push(census);
        match self.last.take() {
            None => {
                taken.origins = (0..taken.world.graph.models()).collect();
                taken.lives.resize_with(taken.origins.len(), || None);
                self.cohorts = Some(Cohorts::starting(taken.world.snapshot));
                self.first = Some(First::of(&taken)?);
            }
            Some(mut before) => {
                let pairing = Pairing::new(before.side(), taken.side(), self.options.renames);
                taken.origins = origins(&before, &taken, &pairing);
                if let Some(cohorts) = &mut self.cohorts {
                    taken.lives = live_on(cohorts, &mut before, &taken, &pairing);
                }
                self.weeks.push(week(&before, &taken, &pairing, &self.options, &mut self.gone)?);
            }
        }
        self.last = Some(taken);
        Ok(())
    }

    /// Returns what happened in all weeks.
    ///
    /// # Errors
    /// When fewer than two snapshots were taken in, or the chains of the last one are too many.
    pub fn finish(self) -> Result<Evolution, EvolutionError> {
        let too_few = EvolutionError::TooFew(self.snapshots.len());
        let (Some(first), Some(last), Some(cohorts), false) =
            (self.first, self.last, self.cohorts, self.weeks.is_empty())
        else {
            return Err(too_few);
        };
        let (top_clusters, most_descendants, top_chains) = first.until(&last)?;
        let changes: Vec<_> = self.weeks.iter().map(|week| &week.changes).collect();
        Ok(Evolution {
            semantics: self.options.semantics,
            renames: self.options.renames,
            means: means::over(&changes, means::mean),
            medians: means::over(&changes, means::median),
            top_clusters,
            most_descendants,
            top_chains,
            lifetimes: cohorts.lifetimes(),
            growth: growth(&self.censuses),
            snapshots: self.snapshots,
            weeks: self.weeks,
        })
    }
}

/// Finds each model's node in the first snapshot.
fn origins(before: &Taken, after: &Taken, pairing: &Pairing) -> Vec<u32> {
    let origin = |node| pairing.earlier_of(node).map_or(NONE, |node| before.origins[node as usize]);
    (0..after.graph().models()).map(origin).collect()
}

/// Carries the lives of models on to the next snapshot, where some end and others begin.
fn live_on(cohorts: &mut Cohorts, before: &mut Taken, after: &Taken, pairing: &Pairing) -> Vec<Option<Life>> {
    cohorts.go_to(after.world.snapshot);
    let lives = (0..after.graph().models()).map(|node| match pairing.earlier_of(node) {
        Some(earlier) => before.lives[earlier as usize].take(),
        None => cohorts.born(Class::of(after.graph(), node)),
    });
    let lives = lives.collect();
    // What has not gone on has ended.
    before.lives.drain(..).flatten().for_each(|life| cohorts.died(life));
    lives
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Churn, Standing},
        *,
    };
    use crate::testing::world;
    use proptest::prelude::*;
    use serde_json::Value;

    /// A world as text, as the `day`-th snapshot.
    fn on(day: u32, text: &str) -> World {
        let snapshot = SnapshotDate::new(2025, 7, day).expect("a day");
        World { snapshot, ..world(text) }
    }

    fn evolution(options: Options, weeks: &[&str]) -> Evolution {
        let mut walk = Walk::new(options);
        for (day, text) in (1..).zip(weeks) {
            walk.take(on(day, text), Vec::new()).expect("few chains");
        }
        walk.finish().expect("several weeks")
    }

    /// Lists the counts that are not zero, by their way in the JSON.
    fn counts(value: &Value, key: &str) -> Vec<String> {
        let Value::Object(fields) = value else {
            return if *value == 0 || value.is_null() { vec![] } else { vec![format!("{key} {value}")] };
        };
        let inside = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        fields.iter().flat_map(|(name, value)| counts(value, &inside(name))).collect()
    }

    /// Compares what the last week did to chains and clusters.
    fn check(semantics: Semantics, weeks: &[&str], expected: &str) {
        let evolution = evolution(Options { semantics, renames: Renames::Off }, weeks);
        let week = &evolution.weeks.last().expect("a week").changes;
        let all = counts(&serde_json::to_value(week).expect("JSON"), "").join(", ");
        let told = ["new_", "deleted_", "in_", "impact"];
        let told = all.split(", ").filter(|count| told.iter().any(|start| count.starts_with(start)));
        assert_eq!(told.collect::<Vec<_>>().join(", "), expected, "{semantics}");
    }

    const ROOT_GONE: [&str; 2] =
        ["root -finetune-> a\na -quantized-> leaf", "root? -finetune-> a\na -quantized-> leaf"];

    #[test]
    fn a_deleted_root_disrupts_its_cluster_and_all_that_is_downstream() {
        check(
            Semantics::Formal,
            &ROOT_GONE,
            "impact.affected_derived 1, impact.affected_derived_surviving 1, impact.affected_downstream 2, \
             impact.affected_downstream_surviving 2, impact.deleted_bases 1, impact.disrupted_chains 1, \
             impact.disrupted_cluster_mean_size 2.0, impact.disrupted_clusters 1",
        );
    }

    #[test]
    fn the_scripts_overlook_a_cluster_whose_root_was_deleted() {
        check(
            Semantics::Study,
            &ROOT_GONE,
            "impact.affected_derived 1, impact.affected_derived_surviving 1, impact.affected_downstream 2, \
             impact.affected_downstream_surviving 2, impact.deleted_bases 1, impact.disrupted_chains 1",
        );
    }

    #[test]
    fn a_cluster_is_new_with_one_new_chain_and_wholly_new_without_an_old_model() {
        let weeks =
            ["old\nelder -merge-> old", "old\nelder -merge-> old\nroot -merge-> old\nroot -finetune-> a"];
        check(Semantics::Formal, &weeks, "in_new_chains 2, new_chains 1, new_clusters 1");
        let evolution = evolution(Options { renames: Renames::Off, ..Options::default() }, &weeks);
        assert_eq!(evolution.weeks[0].wholly_new_clusters, 0);
    }

    #[test]
    fn the_scripts_call_every_chain_of_a_new_root_new() {
        let weeks =
            ["old\nelder -merge-> old", "old\nelder -merge-> old\nroot -merge-> old\nroot -finetune-> a"];
        check(Semantics::Study, &weeks, "in_new_chains 2, new_chains 2, new_clusters 1");
    }

    #[test]
    fn the_scripts_do_not_ask_whether_the_root_of_a_deleted_cluster_is_there() {
        let weeks = ["root -finetune-> a\nother", "root\nother"];
        check(Semantics::Formal, &weeks, "");
        check(Semantics::Study, &weeks, "deleted_clusters 1");
    }

    #[test]
    fn a_cluster_that_goes_with_its_root_is_deleted() {
        let weeks = ["root -finetune-> a\nother", "other"];
        let impact = "impact.affected_derived 1, impact.affected_downstream 1, impact.deleted_bases 1, \
            impact.disrupted_chains 1";
        let formal = format!(
            "deleted_chains 1, deleted_clusters 1, {impact}, impact.disrupted_cluster_mean_size 1.0, \
             impact.disrupted_clusters 1"
        );
        check(Semantics::Formal, &weeks, &formal);
        check(Semantics::Study, &weeks, &format!("deleted_chains 1, deleted_clusters 1, {impact}"));
    }

    #[test]
    fn only_rows_with_one_base_are_affected_for_the_scripts() {
        let weeks = ["a -merge-> mix\nb -merge-> mix", "a? -merge-> mix\nb -merge-> mix"];
        let downstream = "impact.affected_downstream 1, impact.affected_downstream_surviving 1";
        check(Semantics::Study, &weeks, &format!("{downstream}, impact.disrupted_chains 1"));
        let formal = "impact.affected_derived 1, impact.affected_derived_surviving 1, \
            impact.affected_downstream 1, impact.affected_downstream_surviving 1, impact.deleted_bases 1, \
            impact.disrupted_chains 1, impact.disrupted_cluster_mean_size 1.0, impact.disrupted_clusters 1";
        check(Semantics::Formal, &weeks, formal);
    }

    #[test]
    fn a_model_that_returns_is_known_again() {
        let evolution = evolution(Options::default(), &["a/a\nb/b", "a/a", "a/a\nb/b\nc/c"]);
        let returned: Vec<u64> = evolution.weeks.iter().map(|week| week.changes.reappeared).collect();
        assert_eq!(returned, [0, 1]);
    }

    #[test]
    fn a_changed_relation_is_told_by_what_changed() {
        let before = "a\nb\na -finetune-> lost\ngained\na -finetune-> moved\na -finetune-> redone";
        let after = "a\nb\nlost\na -finetune-> gained\nb -finetune-> moved\na -adapter-> redone";
        let evolution = evolution(Options::default(), &[before, after]);
        let changed = &evolution.weeks[0].relation_changes;
        assert_eq!(*changed, Churn { gained: 1, lost: 1, bases: 1, operations: 1 });
    }

    #[test]
    fn ranks_follow_a_cluster_from_the_first_snapshot_to_the_last() {
        let first = "a -finetune-> a1\na -finetune-> a2\nb -finetune-> b1";
        let last = "a -finetune-> a1\nb -finetune-> b1\nb -finetune-> b2\na2\nc -finetune-> c1";
        let ranks = |standings: &[Standing]| -> Vec<(String, u64, Option<u64>)> {
            standings.iter().map(|one| (one.root.clone(), one.rank, one.other_rank)).collect()
        };
        let clusters = evolution(Options::default(), &[first, last]).top_clusters;
        assert_eq!(ranks(&clusters.first), [("a".to_owned(), 1, Some(2)), ("b".to_owned(), 2, Some(1))]);
        let expected =
            [("b".to_owned(), 1, Some(2)), ("a".to_owned(), 2, Some(1)), ("c".to_owned(), 2, None)];
        assert_eq!(ranks(&clusters.last), expected);
    }

    #[test]
    fn snapshots_come_in_the_order_of_their_dates() {
        let mut walk = Walk::new(Options::default());
        walk.take(on(2, "a"), Vec::new()).expect("the first");
        let error = walk.take(on(2, "a"), Vec::new()).expect_err("the same day");
        assert_eq!(error.to_string(), "2025-07-02 was taken in after 2025-07-02, which is not earlier");
        assert_eq!(walk.finish().map(drop), Err(EvolutionError::TooFew(1)));
    }

    proptest! {
        #[test]
        fn what_is_counted_adds_up(
            before in prop::collection::vec((0u32..9, 0u32..9), 0..16),
            after in prop::collection::vec((0u32..9, 0u32..9), 0..16),
            gone in 0u32..9,
            new in 0u32..9,
            study in any::<bool>(),
        ) {
            let text = |relations: &[(u32, u32)], missing: u32| -> String {
                let name = |node: u32| format!("m{node}{}", if node == missing { "?" } else { "" });
                let listed = (0..9).filter(|node| *node != missing).map(|node| format!("m{node}\n"));
                let declared = relations.iter().filter(|(_, derived)| *derived != missing);
                let declared = declared.map(|(base, derived)| format!("{} -merge-> m{derived}\n", name(*base)));
                listed.chain(declared).collect()
            };
            let semantics = if study { Semantics::Study } else { Semantics::Formal };
            let options = Options { semantics, renames: Renames::Off };
            let evolution = evolution(options, &[&text(&before, new), &text(&after, gone)]);
            let week = &evolution.weeks[0].changes;
            let (first, last) = (evolution.snapshots[0].models, evolution.snapshots[1].models);
            prop_assert_eq!(first + week.added.models, last + week.deleted.models);
            for models in [&week.added, &week.deleted] {
                prop_assert_eq!(models.parts.isolated + models.parts.relational, models.models);
                prop_assert!(models.parts.derived <= models.parts.relational);
            }
            prop_assert_eq!(week.in_new_chains + week.in_existing_chains, week.added.parts.relational);
            prop_assert!(week.impact.affected_derived_surviving <= week.impact.affected_derived);
            prop_assert!(week.impact.affected_downstream_surviving <= week.impact.affected_downstream);
            prop_assert!(week.deleted_chains <= week.impact.disrupted_chains);
            prop_assert!(evolution.weeks[0].wholly_new_clusters <= week.new_clusters);
        }
    }
}
