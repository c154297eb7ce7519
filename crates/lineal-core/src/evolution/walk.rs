//! Takes snapshots in one after the other, and compares each with the one before.

use super::{
    Added, Changes, Descendants, Evolution, Found, InCategory, InTop, LARGEST, MOVES, Marks, MostDescendants,
    Owners, Parts, Renamed, Size, Standing, Standings, TopChains, Week, churn, formal, means, study,
};
use crate::{
    attachment::{Attachment, Gain, attachment},
    chains::{self, LongChain, lengths::TooManyShapes, longest, steps::Steps, study::TooManyPaths, within},
    clusters::{self, Cluster},
    date::SnapshotDate,
    graph::Graph,
    growth::{Census, census, growth},
    model_id::HubId,
    moves::{OwnerMove, moves},
    operation::Group,
    owners::concentration,
    pairing::{self, Pairing, Renames},
    reach,
    renames::Evidence,
    sizes,
    survival::{Class, Cohorts, Life},
    task::Category,
    usage::Semantics,
    world::World,
};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::cmp::Reverse;

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

/// A snapshot with what is asked of it twice: as the end of one week and the start of the next.
struct Taken {
    world: World,
    hub_ids: Vec<Option<HubId>>,
    /// Empty in study semantics, which walks.
    steps: Option<Steps>,
    clusters: Vec<Cluster>,
    /// The largest clusters, largest first, ties by root.
    largest: Vec<Cluster>,
    /// Each model's node in the first snapshot, or [`NONE`].
    origins: Vec<u32>,
    /// Each model's life, if it began after the first snapshot.
    lives: Vec<Option<Life>>,
}

const NONE: u32 = u32::MAX;

/// What is kept of the first snapshot.
struct First {
    clusters: Vec<Cluster>,
    /// The largest, with the name of the root.
    largest: Vec<(Cluster, String)>,
    most_descendants: Vec<Descendants>,
    chains: Vec<LongChain>,
}

/// Models that were deleted in an earlier week, to know them again.
#[derive(Default)]
struct Gone {
    names: HashMap<Box<str>, Option<HubId>, RandomState>,
    hub_ids: HashSet<HubId, RandomState>,
}

impl Gone {
    fn add(&mut self, taken: &Taken, node: u32) {
        let hub_id = taken.hub_id(node);
        self.names.insert(taken.world.name(node).into(), hub_id);
        self.hub_ids.extend(hub_id);
    }

    /// Whether a model was here before, as the same repository where that can be told.
    fn contains(&self, taken: &Taken, node: u32, renames: Renames) -> bool {
        let hub_id = taken.hub_id(node).filter(|_| renames == Renames::On);
        let same = |gone: &Option<HubId>| gone.zip(hub_id).is_none_or(|(gone, now)| gone == now);
        hub_id.is_some_and(|id| self.hub_ids.contains(&id))
            || self.names.get(taken.world.name(node)).is_some_and(same)
    }
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
        self.snapshots.push(size(&taken)?);
        self.censuses.push(census(&taken.world));
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
        let changes: Vec<_> = self.weeks.iter().map(|week| &week.changes).collect();
        Ok(Evolution {
            semantics: self.options.semantics,
            renames: self.options.renames,
            means: means::over(&changes, means::mean),
            medians: means::over(&changes, means::median),
            top_clusters: standings(&first, &last),
            most_descendants: MostDescendants {
                first: first.most_descendants,
                last: most_descendants(&last.world),
            },
            lifetimes: cohorts.lifetimes(),
            growth: growth(&self.censuses),
            top_chains: TopChains { last: longest_chains(&last)?, first: first.chains },
            snapshots: self.snapshots,
            weeks: self.weeks,
        })
    }
}

impl Taken {
    fn new(world: World, hub_ids: Vec<Option<HubId>>, semantics: Semantics) -> Taken {
        let steps = (semantics == Semantics::Formal).then(|| chains::steps::steps(&world.graph));
        let clusters = clusters::clusters(&world.graph);
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

    fn side(&self) -> pairing::Side<'_> {
        pairing::Side { world: &self.world, hub_ids: &self.hub_ids }
    }

    fn hub_id(&self, node: u32) -> Option<HubId> {
        self.hub_ids.get(node as usize).copied().flatten()
    }

    fn graph(&self) -> &Graph {
        &self.world.graph
    }

    fn formal<'a>(&'a self, steps: &'a Steps) -> formal::Side<'a> {
        formal::Side { graph: self.graph(), steps, clusters: &self.clusters }
    }

    fn study(&self) -> study::Side<'_> {
        study::Side { graph: self.graph(), clusters: &self.clusters }
    }

    /// Says from which root the study's walk would take too many paths.
    fn too_many(&self, source: TooManyPaths) -> EvolutionError {
        let root = self.world.name(source.root).to_owned();
        EvolutionError::Walk { snapshot: self.world.snapshot, root, source }
    }
}

impl First {
    fn of(taken: &Taken) -> Result<First, EvolutionError> {
        let name = |cluster: &Cluster| (*cluster, taken.world.name(cluster.root).to_owned());
        Ok(First {
            clusters: taken.clusters.clone(),
            largest: taken.largest.iter().map(name).collect(),
            most_descendants: most_descendants(&taken.world),
            chains: longest_chains(taken)?,
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

fn size(taken: &Taken) -> Result<Size, EvolutionError> {
    let graph = taken.graph();
    let models = sizes::models(graph);
    let chains = match &taken.steps {
        Some(steps) => within::all(steps),
        None => study::all_chains(graph).map_err(|error| taken.too_many(error))?,
    };
    Ok(Size {
        snapshot: taken.world.snapshot,
        models: models.total,
        parts: parts(graph, 0..graph.models(), models.base, taken.steps.is_none()),
        by_operation: sizes::derived_by_operation(graph),
        by_category: by_category(&taken.world),
        clusters: taken.clusters.len() as u64,
        chains,
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
fn parts(graph: &Graph, nodes: impl IntoIterator<Item = u32>, bases: u64, as_study: bool) -> Parts<u64> {
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

fn week(
    before: &Taken,
    after: &Taken,
    pairing: &Pairing,
    options: &Options,
    gone: &mut Gone,
) -> Result<Week, EvolutionError> {
    let added: Vec<u32> = pairing.added().collect();
    let deleted: Vec<u32> = pairing.deleted().collect();
    let marks = Marks { added: marks(after, &added), deleted: marks(before, &deleted) };
    let found = found(before, after, &marks)?;
    let as_study = options.semantics == Semantics::Study;
    let added_parts = parts(after.graph(), added.iter().copied(), found.added_bases, as_study);
    let reappeared = added.iter().filter(|node| gone.contains(after, **node, options.renames)).count();
    deleted.iter().for_each(|node| gone.add(before, *node));
    let churn = churn::churn(&before.world, &after.world, pairing);
    let by = |evidence: fn(&Evidence) -> bool| {
        pairing.renamed.iter().filter(|rename| evidence(&rename.evidence)).count() as u64
    };
    Ok(Week {
        from: before.world.snapshot,
        to: after.world.snapshot,
        wholly_new_clusters: found.wholly_new_clusters,
        renames: Renamed {
            by_hub_id: by(|evidence| matches!(evidence, Evidence::HubId)),
            by_case: by(|evidence| matches!(evidence, Evidence::Case)),
            inferred: by(|evidence| !matches!(evidence, Evidence::HubId | Evidence::Case)),
            reused: pairing.reused.len() as u64,
            candidates: pairing.candidates,
            owners: owners(before, after, pairing),
        },
        changes: Changes {
            in_new_chains: found.in_new_chains,
            in_existing_chains: added_parts.relational - found.in_new_chains,
            new_chains: found.new_chains,
            new_clusters: found.new_clusters,
            added: Added { models: added.len() as u64, parts: added_parts },
            deleted: Added {
                models: deleted.len() as u64,
                parts: parts(before.graph(), deleted.iter().copied(), found.deleted_bases, as_study),
            },
            deleted_chains: found.deleted_chains,
            deleted_clusters: found.deleted_clusters,
            impact: found.impact,
            top_clusters: in_top(before, after, &marks),
            renamed: pairing.renamed.len() as u64,
            reappeared: reappeared as u64,
            relation_changed: churn.total(),
        },
        relation_changes: churn,
        owners: Owners {
            added: concentration(added.iter().map(|node| after.world.name(*node))),
            deleted: concentration(deleted.iter().map(|node| before.world.name(*node))),
        },
        attachment: attached(before, after, pairing, &marks.added),
    })
}

fn owners(before: &Taken, after: &Taken, pairing: &Pairing) -> Vec<OwnerMove> {
    let mut moves = moves(pairing, &before.world, &after.world);
    moves.truncate(MOVES);
    moves
}

/// Compares what each cluster of the earlier snapshot gained with how large it was.
fn attached(before: &Taken, after: &Taken, pairing: &Pairing, added: &[bool]) -> Attachment {
    let clusters: Vec<(u32, &Cluster)> = before
        .clusters
        .iter()
        .filter_map(|cluster| Some((pairing.later_of(cluster.root)?, cluster)))
        .collect();
    let roots: Vec<u32> = clusters.iter().map(|(root, _)| *root).collect();
    let gained = clusters::count_members(after.graph(), &roots, added);
    let gain = |((_, cluster), gained): (&(u32, &Cluster), u32)| Gain {
        size: cluster.size.into(),
        gained: gained.into(),
    };
    attachment(clusters.iter().zip(gained).map(gain))
}

/// Turns a list of models into a mark for each node.
fn marks(taken: &Taken, models: &[u32]) -> Vec<bool> {
    let mut marks = vec![false; taken.graph().nodes() as usize];
    models.iter().for_each(|node| marks[*node as usize] = true);
    marks
}

fn found(before: &Taken, after: &Taken, marks: &Marks) -> Result<Found, EvolutionError> {
    if let (Some(steps), Some(steps_after)) = (&before.steps, &after.steps) {
        return Ok(formal::week(before.formal(steps), after.formal(steps_after), marks));
    }
    study::week(before.study(), after.study(), marks).map_err(|error| before.too_many(error))
}

/// Counts what happened inside the largest clusters, each model once.
fn in_top(before: &Taken, after: &Taken, marks: &Marks) -> InTop<u64> {
    let members = |taken: &Taken, marks: &[bool]| -> (u64, u64) {
        let mut seen = vec![false; marks.len()];
        let mut affected = 0;
        for cluster in &taken.largest {
            let members = clusters::members(taken.graph(), cluster.root);
            let marked = members.into_iter().filter(|node| marks[*node as usize]);
            let marked: Vec<u32> = marked.collect();
            affected += u64::from(!marked.is_empty());
            marked.into_iter().for_each(|node| seen[node as usize] = true);
        }
        (seen.into_iter().filter(|seen| *seen).count() as u64, affected)
    };
    let (added, _) = members(after, &marks.added);
    let (deleted, affected) = members(before, &marks.deleted);
    InTop { added, deleted, affected }
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
        let counted = chains::study(world, LARGEST).map_err(|error| taken.too_many(error))?;
        return Ok(counted.chains.top);
    };
    let mut longest = longest::of_each_root(world, steps);
    longest.truncate(LARGEST);
    Ok(longest.iter().map(|chain| chains::formal_chain(world, chain)).collect())
}

/// Lists clusters with their rank; equally large ones share the better rank.
fn ranked(world: &World, largest: &[Cluster]) -> Vec<Standing> {
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

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(*changed, churn::Churn { gained: 1, lost: 1, bases: 1, operations: 1 });
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
