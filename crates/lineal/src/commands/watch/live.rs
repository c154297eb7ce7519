//! Asking the hub.
//!
//! A hub that does not lead from the name a model had to the one it has now may still answer under
//! the latter, which the newest snapshot knows by the hub id.

use super::{Args, Checked, lineage, since};
use crate::{
    error::CommandError,
    progress::{Done, Progress},
    show,
};
use futures::{StreamExt, TryStreamExt, stream};
use lineal_core::{
    model_id::{HubId, ModelId},
    pairing::Side,
    reading::{Answer, Detail, Fate, Outcome, RepositoryFile},
    record::ModelRecord,
    renames::Evidence,
    watch::{
        self, ChangedFiles, Facts, Instead, Now, Report, Subject, files,
        list::List,
        trace::{self, Known, Traced},
    },
};
use lineal_hub::{
    ask::{self, Present},
    client::{AskError, Bucket, Client},
};
use lineal_lake::store::Lake;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::runtime::Runtime;

/// Checks what the hub says now.
pub fn check(args: &Args, list: List, lake: &Lake) -> Result<Checked, CommandError> {
    let progress = Arc::new(Progress::new(args.hub.progress));
    let client = args.hub.client(&progress)?;
    // Without any snapshot, what the list pins is all that is known.
    let newest = lake.dates()?.last().copied();
    let earlier = match since(args, &list, lake)?.or(newest) {
        None => None,
        since => Some(lake.snapshot(since)?),
    };
    let world = earlier.as_ref().map(|snapshot| snapshot.world()).transpose()?;
    let hub_ids = earlier.as_ref().map(|snapshot| snapshot.hub_ids()).transpose()?.unwrap_or_default();
    let side = world.as_ref().map(|world| Side { world, hub_ids: &hub_ids });
    let mut lines = list.lines;
    for id in &args.lineage_of {
        lines.extend(
            world.as_ref().map_or_else(|| vec![super::unpinned(id.clone())], |world| lineage(world, id)),
        );
    }
    let plan = trace::plan(&lines, &Known { earlier: side, later: None, newborn: &[] });
    let places: Vec<u32> = plan.models.iter().filter_map(|traced| traced.before).collect();
    let facts = match &earlier {
        Some(snapshot) => snapshot.facts(&places)?,
        None => HashMap::new(),
    };
    let since = earlier.as_ref().map(|snapshot| snapshot.date);
    let subjects: Vec<Subject> = plan
        .models
        .iter()
        .map(|traced| {
            let before = traced.before.and_then(|node| facts.get(&node).cloned());
            traced.subject(since, before, Now::Unknown)
        })
        .collect();
    let wanted: HashSet<HubId> = subjects.iter().filter_map(|subject| subject.before.hub_id).collect();
    let names = match (newest, side) {
        (Some(newest), Some(side)) if Some(newest) == since => trace::names(side, &wanted),
        (Some(_), _) => {
            let newest = lake.snapshot(newest)?;
            trace::names(Side { world: &newest.world()?, hub_ids: &newest.hub_ids()? }, &wanted)
        }
        (None, _) => HashMap::new(),
    };
    progress.note(&format!("asking the hub about {}", show::some(subjects.len() as u64, "model")));
    let asker = Asker { client: &client, progress: &progress, all: subjects.len() as u64, names: &names };
    let answered = Runtime::new()?.block_on(asker.ask(&plan.models, subjects, usize::from(args.jobs)));
    let answered = answered.map_err(CommandError::Unchecked)?;
    let mut unasked = Vec::new();
    let mut checked = Vec::new();
    for (subject, refused) in answered {
        unasked.extend(refused.map(|error| (subject.name.clone(), error)));
        checked.push(subject);
    }
    let report = Report {
        since,
        snapshot: None,
        hub: Some(client.hub().to_string()),
        watched: plan.watched.len() as u64,
        checked: (plan.models.len() - unasked.len()) as u64,
        findings: watch::findings(&checked, &plan.watched),
    };
    Ok(Checked { report, unasked })
}

struct Asker<'a> {
    client: &'a Client,
    progress: &'a Progress,
    all: u64,
    /// What models are called in the newest snapshot.
    names: &'a HashMap<HubId, ModelId>,
}

/// A model as the hub shows it, or as it was known if the hub refuses to speak of it.
type Answered = (Subject, Option<AskError>);

impl Asker<'_> {
    /// Asks about all models, some at the same time; their order stays.
    async fn ask(
        &self,
        models: &[Traced],
        subjects: Vec<Subject>,
        jobs: usize,
    ) -> Result<Vec<Answered>, AskError> {
        let asked = models.iter().zip(subjects).map(|(traced, subject)| self.one(traced, subject));
        let mut answers = stream::iter(asked).buffered(jobs);
        let mut done = Vec::new();
        while let Some(answer) = answers.try_next().await? {
            done.push(answer);
            self.progress.done(&self.so_far(done.len() as u64));
        }
        self.progress.finish(&self.so_far(done.len() as u64));
        Ok(done)
    }

    fn so_far(&self, models: u64) -> Done {
        Done {
            models,
            total: Some(self.all),
            requests: self.client.requests(),
            standing: self.client.standing(Bucket::Api),
            requests_left: Some(self.all - models),
            ..Done::default()
        }
    }

    /// Asks about one model. That the hub refuses to speak of it keeps nobody from asking about
    /// others; that it does not answer at all does.
    async fn one(&self, traced: &Traced, mut subject: Subject) -> Result<Answered, AskError> {
        let Ok(id) = subject.name.parse::<ModelId>() else { return Ok((subject, None)) };
        let Facts { hub_id, sha, .. } = subject.before;
        let mut asked = lineal_core::reading::Subject { id, hub_id, sha };
        match ask::present(self.client, &asked).await {
            Ok(present) => {
                (subject.now, subject.instead) = now(present, traced.is_known(), self.client.is_anonymous());
                if let (Now::Silent { .. }, Some(name)) = (&subject.now, self.other_name(&asked)) {
                    asked.id = name.clone();
                    subject.now = self.there(&asked).await?.unwrap_or(subject.now);
                }
                subject.files = self.changed_files(&subject).await?;
                Ok((subject, None))
            }
            Err(error) if is_about_one(&error) => {
                // Nothing is said of it, so nothing has changed as far as is known.
                let (name, facts) = (subject.name.clone(), Facts::default());
                subject.now = Now::There { name, evidence: None, facts };
                Ok((subject, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// The name that the newest snapshot has for a model, if it is another one.
    fn other_name(&self, asked: &lineal_core::reading::Subject) -> Option<&ModelId> {
        self.names.get(&asked.hub_id?).filter(|name| **name != asked.id)
    }

    /// Asks for a model by a name that it may have now; `None` unless its hub id says that it is it.
    async fn there(&self, asked: &lineal_core::reading::Subject) -> Result<Option<Now>, AskError> {
        match ask::present(self.client, asked).await {
            Ok(present) if present.identity.hub_id == asked.hub_id => {
                let (now, _) = now(present, true, self.client.is_anonymous());
                Ok(Some(now))
            }
            Ok(_) => Ok(None),
            Err(error) if is_about_one(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Compares the files of both commits, if there are two.
    async fn changed_files(&self, subject: &Subject) -> Result<Option<ChangedFiles>, AskError> {
        let Now::There { name, facts, .. } = &subject.now else { return Ok(None) };
        let (Some(was), Some(is)) = (subject.before.sha, facts.sha) else { return Ok(None) };
        let Ok(id) = name.parse::<ModelId>() else { return Ok(None) };
        if was == is {
            return Ok(None);
        }
        let asked =
            |sha| lineal_core::reading::Subject { id: id.clone(), hub_id: facts.hub_id, sha: Some(sha) };
        let before = self.files(&asked(was)).await?;
        let Some(before) = before else { return Ok(None) };
        let after = self.files(&asked(is)).await?;
        Ok(after.map(|after| files::changed(&before, &after)))
    }

    /// The files at exactly this commit, if the hub shows them.
    async fn files(
        &self,
        asked: &lineal_core::reading::Subject,
    ) -> Result<Option<Vec<RepositoryFile>>, AskError> {
        let reading = ask::ask(self.client, Detail::Files, asked, || 0).await?;
        Ok(match (reading.outcome, reading.answer) {
            (Outcome::Read, Answer::Files(files)) => Some(files),
            _ => None,
        })
    }
}

/// Whether a hub that answers so may still answer for other models.
fn is_about_one(error: &AskError) -> bool {
    matches!(error, AskError::Refused { .. } | AskError::TooLarge { .. } | AskError::Redirect { .. })
}

/// What the hub's answer says has become of a model, and who is there instead.
fn now(present: Present, is_known: bool, anonymous: bool) -> (Now, Option<Instead>) {
    let Present { identity, record } = present;
    let Some(record) = record else {
        let now = match identity.fate {
            Fate::Disabled => Now::Closed,
            _ if is_known => Now::Silent { anonymous },
            _ => Now::Unknown,
        };
        return (now, None);
    };
    let name = record.id.as_str().to_owned();
    let evidence = match identity.fate {
        Fate::Reused | Fate::Superseded => {
            return (Now::Absent, Some(Instead { name, hub_id: record.hub_id, is_newborn: false }));
        }
        Fate::Same | Fate::Renamed => Some(Evidence::HubId),
        Fate::Recased => Some(Evidence::Case),
        Fate::Redirected => Some(Evidence::Redirect),
        _ => None,
    };
    (Now::There { name, evidence, facts: facts(record) }, None)
}

fn facts(record: ModelRecord) -> Facts {
    Facts {
        hub_id: record.hub_id,
        sha: record.sha,
        gated: record.gated,
        private: record.private,
        disabled: record.disabled,
        license: Some(record.license),
        new_version: Some(record.new_version),
    }
}
