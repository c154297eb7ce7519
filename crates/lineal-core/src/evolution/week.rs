//! What happened between two snapshots?

use super::{
    Added, Changes, EvolutionError, Found, InTop, MOVES, Marks, Options, Owners, Renamed, Week, churn,
    formal, gone::Gone, size::parts, study, taken::Taken,
};
use crate::{
    attachment::{Attachment, Gain, attachment},
    clusters::{self, Cluster},
    moves::{OwnerMove, moves},
    owners::concentration,
    pairing::Pairing,
    renames::Evidence,
    usage::Semantics,
};

/// Describes a week, and remembers in `gone` whom it deleted.
///
/// # Errors
/// When the chains of either snapshot are too many to be counted or walked.
pub fn week(
    before: &Taken,
    after: &Taken,
    pairing: &Pairing,
    options: &Options,
    gone: &mut Gone,
) -> Result<Week, EvolutionError> {
    let added: Vec<u32> = pairing.added().collect();
    let deleted: Vec<u32> = pairing.deleted().collect();
    let marks = Marks { added: marks(after, &added), deleted: marks(before, &deleted) };
    let (found, (churn, (in_top, attachment))) = rayon::join(
        || found(before, after, &marks),
        || {
            rayon::join(
                || churn::churn(&before.world, &after.world, pairing),
                || (in_top(before, after, &marks), attached(before, after, pairing, &marks.added)),
            )
        },
    );
    let found = found?;
    let as_study = options.semantics == Semantics::Study;
    let added_parts = parts(after.graph(), added.iter().copied(), found.added_bases, as_study);
    let reappeared = added.iter().filter(|node| gone.contains(after, **node, options.renames)).count();
    deleted.iter().for_each(|node| gone.add(before, *node));
    let by = |evidence: fn(&Evidence) -> bool| {
        pairing.renamed.iter().filter(|rename| evidence(&rename.evidence)).count() as u64
    };
    Ok(Week {
        from: before.world.snapshot,
        to: after.world.snapshot,
        at_least: before.is_cut() || after.is_cut(),
        wholly_new_clusters: found.wholly_new_clusters,
        renames: Renamed {
            by_hub_id: by(|evidence| matches!(evidence, Evidence::HubId)),
            by_case: by(|evidence| matches!(evidence, Evidence::Case)),
            inferred: by(|evidence| matches!(evidence, Evidence::Inferred(_))),
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
            top_clusters: in_top,
            renamed: pairing.renamed.len() as u64,
            reappeared: reappeared as u64,
            relation_changed: churn.total(),
        },
        relation_changes: churn,
        owners: Owners {
            added: concentration(added.iter().map(|node| after.world.name(*node))),
            deleted: concentration(deleted.iter().map(|node| before.world.name(*node))),
        },
        attachment,
    })
}

/// From which owner to which models went, as many as a week lists.
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

/// Counts what happened to chains and clusters, by the semantics that the snapshots were taken in for.
fn found(before: &Taken, after: &Taken, marks: &Marks) -> Result<Found, EvolutionError> {
    if let (Some(steps), Some(steps_after)) = (&before.steps, &after.steps) {
        return formal::week(before.formal(steps), after.formal(steps_after), marks);
    }
    study::week(before.study(), after.study(), marks)
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
