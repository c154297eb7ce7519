//! `lineal crawl commits`, `cards`, `files` and `identities`: what a listing does not say.

use super::{cost, hub::HubArgs};
use crate::{
    commands::select::Select,
    error::CommandError,
    progress::{Done, Form, Progress},
    show::{self, crawl::Pass},
    ui::Ui,
};
use futures::StreamExt;
use lineal_core::{
    date::SnapshotDate,
    model_id::HubId,
    reading::{self, Answer, Detail, Fate, Outcome, Reading, Subject},
};
use lineal_hub::{
    ask,
    client::{AskError, Bucket, Client},
};
use lineal_lake::{details::Details, snapshot::Snapshot, store::Lake};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::runtime::Runtime;

/// How many readings are committed together, and how long the first of them may wait.
const TOGETHER: usize = 1000;
const WAIT: Duration = Duration::from_secs(5);
/// How much text may wait to be committed, in bytes.
const MUCH: usize = 32 << 20;
/// After how many models in a row for which the hub fails it is the hub and not the models.
const FAILURES: u32 = 5;

/// Read the history of models: titles, dates and authors of commits
///
/// Only of models that have changed since they were last read. Gated and disabled models are
/// recorded as such. What it will cost is said before it begins; after an interruption, the same
/// command goes on. `lineal sql` has it in the table `commits`.
///
/// Examples:
///   lineal crawl commits --select "downloads > 100000"
///   lineal crawl commits --select owner/name,owner/other
///   lineal crawl commits --select @models.txt --cost
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Commits {
    #[command(flatten)]
    pub asked: Asked,
}

/// Read the cards of models: the text of their README
///
/// Only of models that have changed since they were last read. What it will cost is said before it
/// begins; after an interruption, the same command goes on. `lineal sql` has it in the table
/// `cards`.
///
/// Examples:
///   lineal crawl cards --select "license IS NULL AND downloads > 1000"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Cards {
    #[command(flatten)]
    pub asked: Asked,
}

/// Read the files of models: paths, sizes and hashes
///
/// Only of models that have changed since they were last read. What it will cost is said before it
/// begins; after an interruption, the same command goes on. `lineal sql` has it in the table
/// `files`: for large files the SHA-256 of their content, for all the git blob.
///
/// Examples:
///   lineal crawl files --select "array_has(tags, 'gguf')"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Files {
    #[command(flatten)]
    pub asked: Asked,
}

/// Find out what has become of models that are gone since the snapshot before
///
/// Compares both snapshots by the hub's own ids, which survive renames, and asks the hub about
/// those that are gone: renamed, replaced by another model under the same name, closed, or gone.
/// Without a token a hub does not tell gone from private, and neither does lineal. `lineal sql` has
/// it in the table `readings`.
///
/// Examples:
///   lineal crawl identities
///   lineal crawl identities --select owner/old-name
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Identities {
    #[command(flatten)]
    pub asked: Asked,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Asked {
    /// The snapshot whose models are asked about; the newest if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub snapshot: Option<SnapshotDate>,
    /// Only these models: a condition in SQL on the table `models`, a query whose first column
    /// holds names, names separated by commas, or `@FILE` with a name on each line
    #[arg(long, value_name = "WHICH")]
    pub select: Option<Select>,
    /// Say what it would cost, and do nothing
    #[arg(long)]
    pub cost: bool,
    /// How many models are asked about at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
}

pub fn run(
    detail: Detail,
    args: &Asked,
    hub: &HubArgs,
    lake: &Lake,
    ui: &mut Ui,
) -> Result<(), CommandError> {
    let started = Instant::now();
    let progress = Arc::new(Progress::new(hub.progress));
    let client = hub.client(&progress)?;
    let snapshot = lake.snapshot(args.snapshot)?;
    let mut pass = Pass::new(detail, snapshot.date.to_string());
    let mut details = lake.details(snapshot.date, detail)?;
    let chosen = chosen(detail, args, lake, &snapshot)?;
    for name in chosen.unlisted.iter().take(3) {
        progress.note(&format!("`{name}` is not listed in snapshot {}", snapshot.date));
    }
    if chosen.unlisted.len() > 3 {
        progress.note(&format!("nor are {} others of the names", chosen.unlisted.len() - 3));
    }
    let all = chosen.asked.len() as u64;
    let known = details.known(&chosen.asked, client.is_anonymous())?;
    let asked = unknown(chosen.asked, known);
    let known = details.known(&subjects(&chosen.found), true)?;
    let found = unknown(chosen.found, known);
    let runtime = Runtime::new()?;
    let cost = runtime.block_on(cost::cost(&client, detail, all, all - asked.len() as u64))?;
    if args.cost {
        return match hub.progress {
            Form::Json => Ok(ui.json(&cost)?),
            _ => Ok(ui.text(&show::crawl::cost(&cost))?),
        };
    }
    progress.note(&show::crawl::cost(&cost));
    let readings =
        Asker { client: &client, detail, asked: &asked, jobs: usize::from(args.jobs), pass: &mut pass };
    let done = runtime.block_on(readings.run(&mut details, found, &progress));
    pass.requests = client.requests();
    pass.seconds = started.elapsed().as_secs_f64();
    done?;
    match hub.progress {
        Form::Json => ui.json(&pass)?,
        _ => ui.text(&show::crawl::pass(&pass))?,
    }
    Ok(())
}

/// Whom to ask about, and what is known without asking.
struct Chosen {
    asked: Vec<Subject>,
    found: Vec<Reading>,
    /// Names that were given and that no model has.
    unlisted: Vec<String>,
}

/// Returns the items that are not known.
fn unknown<T>(items: Vec<T>, known: Vec<bool>) -> Vec<T> {
    items.into_iter().zip(known).filter(|(_, known)| !known).map(|(item, _)| item).collect()
}

fn subjects(readings: &[Reading]) -> Vec<Subject> {
    readings.iter().map(|reading| reading.subject.clone()).collect()
}

fn chosen(detail: Detail, args: &Asked, lake: &Lake, snapshot: &Snapshot) -> Result<Chosen, CommandError> {
    let mut subjects = snapshot.subjects()?;
    let mut found = Vec::new();
    let mut date = snapshot.date;
    if detail == Detail::Identities {
        let before = lake.dates()?.into_iter().rev().find(|date| *date < snapshot.date);
        let named = matches!(args.select, Some(Select::Names(_) | Select::File(_)));
        let Some(before) = before.or(named.then_some(snapshot.date)) else {
            return Err(CommandError::Asked(format!(
                "there is no snapshot before {} to compare with; name models with `--select`",
                snapshot.date
            )));
        };
        let earlier = lake.snapshot(Some(before))?.subjects()?;
        date = before;
        if named {
            // Names are asked about whether or not they are gone.
            subjects.extend(earlier);
        } else {
            (subjects, found) = gone(earlier, &subjects);
        }
    }
    let mut unlisted = Vec::new();
    if let Some(select) = &args.select {
        let names = select.names(lake, date)?;
        let mut seen = HashSet::new();
        subjects.retain(|subject| names.contains(subject.id.as_str()) && seen.insert(subject.id.clone()));
        found.retain(|reading| names.contains(reading.subject.id.as_str()));
        if matches!(select, Select::Names(_) | Select::File(_)) {
            let is_seen = |name: &String| seen.iter().any(|id| id.as_str() == name);
            unlisted = names.into_iter().filter(|name| !is_seen(name)).collect();
            unlisted.sort();
        }
        if detail == Detail::Identities {
            // What became of a name can be asked of any name.
            for name in std::mem::take(&mut unlisted) {
                let id = name.parse().map_err(|error| CommandError::Asked(format!("{error}")))?;
                subjects.push(Subject { id, hub_id: None, sha: None });
            }
        }
    }
    Ok(Chosen { asked: subjects, found, unlisted })
}

/// Sorts the models of an earlier snapshot that are not listed as they were: those renamed, which
/// the hub's ids tell, and those gone.
fn gone(earlier: Vec<Subject>, now: &[Subject]) -> (Vec<Subject>, Vec<Reading>) {
    let by_hub_id: HashMap<HubId, &Subject> =
        now.iter().filter_map(|subject| Some((subject.hub_id?, subject))).collect();
    let names: HashSet<&str> = now.iter().map(|subject| subject.id.as_str()).collect();
    let (mut gone, mut renamed) = (Vec::new(), Vec::new());
    for subject in earlier {
        let present = subject.hub_id.map(|hub_id| by_hub_id.get(&hub_id));
        match present {
            Some(Some(now)) => {
                let identity = reading::compare(&subject, &now.id, now.hub_id);
                if identity.fate != Fate::Same {
                    renamed.push(Reading {
                        subject,
                        read_at: now_in_milliseconds(),
                        anonymous: false,
                        requests: 0,
                        outcome: Outcome::Read,
                        identity: Some(identity),
                        answer: Answer::Nothing,
                    });
                }
            }
            Some(None) => gone.push(subject),
            None if !names.contains(subject.id.as_str()) => gone.push(subject),
            None => {}
        }
    }
    (gone, renamed)
}

fn now_in_milliseconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// Asks a hub about models, some at the same time, and commits what it hears.
struct Asker<'a> {
    client: &'a Client,
    detail: Detail,
    asked: &'a [Subject],
    jobs: usize,
    pass: &'a mut Pass,
}

impl Asker<'_> {
    async fn run(
        self,
        details: &mut Details,
        found: Vec<Reading>,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let Asker { client, detail, asked, jobs, pass } = self;
        let failures = AtomicU32::new(0);
        let ask_one = |subject: &Subject| {
            let subject = subject.clone();
            let failures = &failures;
            async move { one(client, detail, &subject, failures).await }
        };
        let mut answers = futures::stream::iter(asked.iter().map(ask_one)).buffer_unordered(jobs);
        let mut waiting = found;
        waiting.iter().for_each(|reading| count(pass, reading));
        let mut since = Instant::now();
        let mut bytes = 0;
        let mut stopped = Ok(());
        while let Some(answer) = answers.next().await {
            let reading = match answer {
                Ok(reading) => reading,
                Err(source) => {
                    stopped = Err(source);
                    break;
                }
            };
            count(pass, &reading);
            bytes += size(&reading);
            waiting.push(reading);
            if waiting.len() >= TOGETHER || bytes > MUCH || since.elapsed() > WAIT {
                tokio::task::block_in_place(|| details.commit(&waiting))?;
                waiting.clear();
                (since, bytes) = (Instant::now(), 0);
            }
            progress.done(&done(client, detail, pass, asked.len() as u64));
        }
        drop(answers);
        if !waiting.is_empty() {
            tokio::task::block_in_place(|| details.commit(&waiting))?;
        }
        progress.finish(&done(client, detail, pass, asked.len() as u64));
        stopped.map_err(|source| CommandError::PassStopped { models: pass.models, source })
    }
}

/// Asks about one model. A model for which the hub fails is recorded as refused; a hub that fails
/// for one after another is not asked any more.
async fn one(
    client: &Client,
    detail: Detail,
    subject: &Subject,
    failures: &AtomicU32,
) -> Result<Reading, AskError> {
    match ask::ask(client, detail, subject, now_in_milliseconds).await {
        Ok(reading) => {
            failures.store(0, Ordering::Relaxed);
            Ok(reading)
        }
        Err(AskError::GaveUp { .. }) if failures.fetch_add(1, Ordering::Relaxed) + 1 < FAILURES => {
            Ok(Reading {
                subject: subject.clone(),
                read_at: now_in_milliseconds(),
                anonymous: client.is_anonymous(),
                requests: 0,
                outcome: Outcome::Refused,
                identity: None,
                answer: Answer::Nothing,
            })
        }
        Err(error) => Err(error),
    }
}

fn count(pass: &mut Pass, reading: &Reading) {
    pass.models += 1;
    pass.requests += u64::from(reading.requests);
    *pass.outcomes.entry(reading.outcome.as_str()).or_default() += 1;
    if let Some(identity) = &reading.identity {
        *pass.fates.entry(identity.fate.as_str()).or_default() += 1;
    }
}

/// About how much memory a reading takes.
fn size(reading: &Reading) -> usize {
    match &reading.answer {
        Answer::Nothing => 0,
        Answer::Card(card) => card.text.len(),
        Answer::Commits(commits) => {
            let text = |commit: &reading::Commit| {
                commit.title.len() + commit.message.as_ref().map_or(0, String::len)
            };
            commits.iter().map(|commit| 120 + text(commit)).sum()
        }
        Answer::Files(files) => files.iter().map(|file| 160 + file.path.len()).sum(),
    }
}

fn done(client: &Client, detail: Detail, pass: &Pass, all: u64) -> Done {
    let bucket = if detail == Detail::Cards { Bucket::Resolvers } else { Bucket::Api };
    Done {
        models: pass.models,
        total: Some(all),
        before: 0,
        pages: 0,
        requests: pass.requests,
        standing: client.standing(bucket),
        requests_left: Some(all.saturating_sub(pass.models)),
    }
}
