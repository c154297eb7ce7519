//! Comparing two snapshots.

use super::{Args, Checked, lineage, since};
use crate::error::CommandError;
use lineal_core::{
    date::SnapshotDate,
    model_id::ModelId,
    pairing::{Pairing, Renames, Side},
    reading,
    watch::{
        self, Facts, Instead, Now, Pins, Report, Subject, files,
        list::List,
        relation,
        trace::{self, Known, Plan, Traced},
    },
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use std::collections::HashMap;

/// Checks the newest snapshot.
pub fn check(args: &Args, list: List, lake: &Lake) -> Result<Checked, CommandError> {
    let later = lake.snapshot(None)?;
    let earlier = lake.snapshot(Some(earlier(args, &list, later.date, lake)?))?;
    let mut lines = list.lines;
    let worlds = (earlier.world()?, later.world()?);
    let hub_ids = (earlier.hub_ids()?, later.hub_ids()?);
    let sides =
        (Side { world: &worlds.0, hub_ids: &hub_ids.0 }, Side { world: &worlds.1, hub_ids: &hub_ids.1 });
    let pairing = Pairing::new(sides.0, sides.1, Renames::On);
    for id in &args.lineage_of {
        let is_new = trace::found(sides.0.world, id.as_str()).is_none();
        lines.extend(lineage(if is_new { sides.1.world } else { sides.0.world }, id));
    }
    let newborn = later.created_after(earlier.date)?;
    let known = Known { earlier: Some(sides.0), later: Some((sides.1, &pairing)), newborn: &newborn };
    let plan = trace::plan(&lines, &known);
    let mut subjects =
        Compared { earlier: &earlier, later: &later, sides, pairing: &pairing }.subjects(&plan)?;
    add_files(&mut subjects, lake, later.date)?;
    let findings = watch::findings(&subjects, &plan.watched);
    let report = Report {
        since: Some(earlier.date),
        snapshot: Some(later.date),
        hub: None,
        watched: plan.watched.len() as u64,
        checked: plan.models.len() as u64,
        findings,
    };
    Ok(Checked { report, unasked: Vec::new() })
}

/// The date of the snapshot to compare with.
fn earlier(
    args: &Args,
    list: &List,
    newest: SnapshotDate,
    lake: &Lake,
) -> Result<SnapshotDate, CommandError> {
    if let Some(since) = since(args, list, lake)? {
        // Since a list was written, nothing need have happened.
        if since >= newest && args.since.is_some() {
            let text =
                format!("there is no snapshot after {since} to look at; take one, or ask with `--live`");
            return Err(CommandError::Asked(text));
        }
        return Ok(since);
    }
    let before = lake.dates()?.into_iter().rev().find(|date| *date < newest);
    // What is pinned is compared with the pins, which need no earlier snapshot.
    let are_pinned = args.lineage_of.is_empty() && list.lines.iter().all(|line| line.pins != Pins::default());
    before.or(are_pinned.then_some(newest)).ok_or_else(|| {
        CommandError::Asked(format!(
            "there is no snapshot before {newest} to compare with; pin what is there now with `--write`, or ask with `--live`"
        ))
    })
}

/// The two snapshots, open.
struct Compared<'a> {
    earlier: &'a Snapshot,
    later: &'a Snapshot,
    sides: (Side<'a>, Side<'a>),
    pairing: &'a Pairing,
}

impl Compared<'_> {
    fn subjects(&self, plan: &Plan) -> Result<Vec<Subject>, CommandError> {
        let places =
            |place: fn(&Traced) -> Option<u32>| plan.models.iter().filter_map(place).collect::<Vec<_>>();
        let before = self.earlier.facts(&places(|traced| traced.before))?;
        let after = self.later.facts(&places(|traced| traced.after))?;
        Ok(plan.models.iter().map(|traced| self.subject(traced, &before, &after)).collect())
    }

    fn subject(&self, traced: &Traced, before: &HashMap<u32, Facts>, after: &HashMap<u32, Facts>) -> Subject {
        let name = |node: u32| self.sides.1.world.name(node).to_owned();
        let now = match traced.after {
            Some(node) => Now::There {
                name: name(node),
                evidence: traced.evidence,
                facts: after.get(&node).cloned().unwrap_or_default(),
            },
            None if traced.is_known() => Now::Absent,
            None => Now::Unknown,
        };
        let facts = traced.before.and_then(|node| before.get(&node).cloned());
        let mut subject = traced.subject(Some(self.earlier.date), facts, now);
        subject.instead = traced.instead.map(|node| Instead {
            name: name(node),
            hub_id: self.sides.1.hub_id(node),
            is_newborn: traced.is_taken(),
        });
        let both = traced.before.zip(traced.after);
        subject.relation = both.and_then(|(before, after)| {
            relation::change(&self.sides.0, &self.sides.1, self.pairing, before, after)
        });
        subject
    }
}

/// Compares the files of models whose commit has changed, where they are known.
fn add_files(subjects: &mut [Subject], lake: &Lake, date: SnapshotDate) -> Result<(), CommandError> {
    let mut updated = Vec::new();
    let mut commits = (Vec::new(), Vec::new());
    for (at, subject) in subjects.iter().enumerate() {
        let Now::There { name, facts, .. } = &subject.now else { continue };
        let names = subject.name.parse::<ModelId>().ok().zip(name.parse::<ModelId>().ok());
        let (Some((before, after)), Some(was), Some(is)) = (names, subject.before.sha, facts.sha) else {
            continue;
        };
        if was != is {
            let asked = |id, hub_id, sha| reading::Subject { id, hub_id, sha: Some(sha) };
            updated.push(at);
            commits.0.push(asked(before, subject.before.hub_id, was));
            commits.1.push(asked(after, facts.hub_id, is));
        }
    }
    if updated.is_empty() {
        return Ok(());
    }
    let (before, after) = (lake.files_at(date, &commits.0)?, lake.files_at(date, &commits.1)?);
    for ((at, before), after) in updated.into_iter().zip(before).zip(after) {
        let both = before.zip(after);
        subjects[at].files = both.map(|(before, after)| files::changed(&before, &after));
    }
    Ok(())
}
