//! `lineal crawl`, without more: the hub's list becomes a snapshot.

use super::{
    hub::HubArgs,
    is_stale,
    merge::Changes,
    walk::{Place, Step, Taken, Walk},
};
use crate::{
    commands,
    error::CommandError,
    progress::{Done, Progress},
    show,
    ui::Ui,
};
use lineal_core::{
    date::SnapshotDate,
    model_id::{HubId, ModelId},
    record::ModelRecord,
    resolve::Resolve,
};
use lineal_hub::{
    client::{AskError, Bucket, Client},
    listing::{self, Batch},
    pages::{FIELDS, LARGEST_PAGE, Order, Page, Query},
};
use lineal_lake::{
    journal::Journal,
    manifest::Crawled,
    snapshot::Snapshot,
    store::{Lake, LakeError},
    write::{self, Published, Seen, SnapshotWriter, WriteError},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, sync::mpsc};

/// How many pages may wait to be taken in while others are read.
const AHEAD: usize = 2;
/// The file of raw pages in a snapshot's folder.
const RAW: &str = "pages.json.zst";

#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct ListingArgs {
    /// The snapshot's date; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<SnapshotDate>,
    /// Only models with this tag, such as `gguf` or `base_model:owner/name`; may be repeated
    #[arg(long, value_name = "TAG")]
    filter: Vec<String>,
    /// Only models of this owner
    #[arg(long, value_name = "OWNER")]
    author: Option<String>,
    /// At most so many models, oldest first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Read only what has changed since that snapshot, and take the rest over from it. Faster by
    /// far, but a hub's list of changes tells neither deletions nor new downloads
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["limit", "filter", "author"])]
    since: Option<SnapshotDate>,
    /// Ask for one more field of each model and keep it in the raw pages; may be repeated
    #[arg(long, value_name = "FIELD", requires = "keep_raw")]
    expand: Vec<String>,
    /// Keep the pages as they came beside the snapshot, compressed; `lineal import` reads them
    #[arg(long)]
    keep_raw: bool,
    /// Discard what an unfinished crawl has read, and begin anew
    #[arg(long)]
    restart: bool,
}

/// What a crawl reads, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Plan {
    hub: String,
    date: String,
    started_at: String,
    filters: Vec<String>,
    author: Option<String>,
    limit: Option<u64>,
    since: Option<String>,
    /// Nothing that was changed before this is wanted.
    until: Option<String>,
    expand: Vec<String>,
    keep_raw: bool,
    resumed: u64,
}

pub fn run(args: &ListingArgs, hub: &HubArgs, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let started = Instant::now();
    let progress = Arc::new(Progress::new(hub.progress));
    let watch = progress.clone();
    let client = hub.client(Arc::new(move |event| watch.event(event)))?;
    let (mut journal, plan, date) = journal(args, hub, lake, &progress)?;
    if lake.has(date)? {
        return Err(LakeError::Exists { date, place: lake.location() }.into());
    }
    let mut crawl = Crawl::new(lake, date, &plan, client, &progress)?;
    crawl.replay(&mut journal)?;
    if let Err(error) = crawl.read(&mut journal) {
        if crawl.place.is_none() {
            // There is nothing to go on with.
            journal.discard()?;
        }
        return Err(error);
    }
    if !crawl.given_again.is_empty() {
        crawl.take_again(lake, &mut journal)?;
    }
    let (published, counts) = crawl.finish(&journal)?;
    journal.discard()?;
    let took = started.elapsed();
    if hub.progress == crate::progress::Form::Json {
        ui.json(&show::crawl::Summary::new(&published, &counts, took))?;
    } else {
        ui.text(&show::crawl::summary(&published, &counts, took))?;
    }
    Ok(())
}

/// Takes up the unfinished crawl that reads the same, or begins one.
fn journal(
    args: &ListingArgs,
    hub: &HubArgs,
    lake: &Lake,
    progress: &Progress,
) -> Result<(Journal, Plan, SnapshotDate), CommandError> {
    let (today, now) = commands::now();
    let wanted = Plan {
        hub: hub.hub.to_string(),
        date: args.date.unwrap_or(today).to_string(),
        started_at: now,
        filters: args.filter.clone(),
        author: args.author.clone(),
        limit: args.limit,
        since: args.since.map(|date| date.to_string()),
        until: None,
        expand: FIELDS.into_iter().map(str::to_owned).chain(args.expand.clone()).collect(),
        keep_raw: args.keep_raw,
        resumed: 0,
    };
    for unfinished in lake.unfinished_crawls()? {
        let Ok(plan) = serde_json::from_value::<Plan>(unfinished.plan) else { continue };
        let Ok(date) = plan.date.parse::<SnapshotDate>() else { continue };
        let same_date = args.date.is_none() || plan.date == wanted.date;
        let comparable = Plan {
            date: wanted.date.clone(),
            started_at: wanted.started_at.clone(),
            until: None,
            resumed: 0,
            ..plan.clone()
        };
        if !same_date || comparable != wanted {
            continue;
        }
        if args.restart || is_stale(date, today) && args.date.is_none() || lake.has(date)? {
            lake.discard_crawl(&unfinished.name)?;
            progress.note(&format!(
                "discarded an unfinished crawl of {} pages, begun {}",
                unfinished.pages, plan.started_at
            ));
            continue;
        }
        let journal = lake.resume_crawl(&unfinished.name)?;
        progress.note(&format!(
            "going on after {} pages of the crawl begun {}",
            unfinished.pages, plan.started_at
        ));
        return Ok((journal, plan, date));
    }
    let date = args.date.unwrap_or(today);
    let mut plan = wanted;
    if let Some(since) = args.since {
        plan.until = Some(Changes::wanted_since(&lake.snapshot(Some(since))?));
    }
    let value = serde_json::to_value(&plan)?;
    let taken: Vec<String> = lake.unfinished_crawls()?.into_iter().map(|crawl| crawl.name).collect();
    let names = (1u64..).map(|number| format!("{date}-{number}"));
    let name = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_else(|| date.to_string());
    Ok((lake.begin_crawl(&name, &value)?, plan, date))
}

/// What a crawl has counted besides what it publishes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Counts {
    pub pages: u64,
    pub requests: u64,
    /// Pages that an earlier run had committed.
    pub pages_before: u64,
    /// Models that came again under the same name.
    pub again: u64,
    /// Models that were renamed while the crawl ran; they stay under the name they had.
    pub renamed: u64,
    /// Names that were given again while the crawl ran; the model that had one before is left out.
    pub names_given_again: u64,
    /// Whether the hub knows no `baseModels`, so that tags told the bases.
    pub by_tags: bool,
    /// Of a crawl since an earlier snapshot: how many models were taken over from it.
    pub taken_over: Option<u64>,
}

/// A crawl being made.
struct Crawl<'a> {
    plan: &'a Plan,
    date: SnapshotDate,
    client: Client,
    progress: &'a Progress,
    writer: SnapshotWriter<'a>,
    /// Of a crawl since an earlier snapshot: that, and what has changed.
    changes: Option<(Snapshot, Changes)>,
    place: Option<Place>,
    taken: Taken,
    counts: Counts,
    /// Names that were given again while the crawl ran, and the models that have them now.
    given_again: HashMap<ModelId, HubId>,
    /// How many models there were in the last snapshot: about as many will come.
    expected: Option<u64>,
}

impl<'a> Crawl<'a> {
    fn new(
        lake: &'a Lake,
        date: SnapshotDate,
        plan: &'a Plan,
        client: Client,
        progress: &'a Progress,
    ) -> Result<Crawl<'a>, CommandError> {
        let writer = writer(lake, plan, date)?;
        let changes = match &plan.since {
            None => None,
            Some(since) => Some((lake.snapshot(since.parse().ok())?, Changes::default())),
        };
        let expected = expected(lake, plan)?;
        Ok(Crawl {
            plan,
            date,
            client,
            progress,
            writer,
            changes,
            place: None,
            taken: Taken::default(),
            counts: Counts::default(),
            given_again: HashMap::new(),
            expected,
        })
    }

    /// Takes in the pages that an earlier run has committed.
    fn replay(&mut self, journal: &mut Journal) -> Result<(), CommandError> {
        journal.replay(|note, body| -> Result<(), CommandError> {
            self.take(&body)?;
            self.place = Some(serde_json::from_value(note)?);
            Ok(())
        })?;
        self.counts.pages_before = self.place.as_ref().map_or(0, |place| place.pages);
        Ok(())
    }

    /// Reads page after page, committing each as it comes.
    fn read(&mut self, journal: &mut Journal) -> Result<(), CommandError> {
        let runtime = Runtime::new()?;
        let place = self.place.clone();
        let before = self.writer.len() as u64;
        let mut read = Ok(());
        std::thread::scope(|scope| -> Result<(), CommandError> {
            let (sender, mut pages) = mpsc::channel(AHEAD);
            let (client, plan, taken, progress) = (&self.client, self.plan, &self.taken, self.progress);
            let reading =
                scope.spawn(move || runtime.block_on(walk(client, plan, place, taken, progress, sender)));
            let mut taking = Taking {
                plan,
                taken,
                writer: &mut self.writer,
                changes: self.changes.as_mut().map(|(_, changes)| changes),
                counts: &mut self.counts,
                given_again: &mut self.given_again,
                date: self.date,
            };
            while let Some((page, place)) = pages.blocking_recv() {
                journal.append(&serde_json::to_value(&place)?, &page.body)?;
                taking.take(&page.body)?;
                let models = taking.len();
                progress.done(&Done {
                    models,
                    total: self.expected,
                    before,
                    pages: place.pages,
                    requests: place.requests,
                    standing: client.standing(Bucket::Api),
                    requests_left: self
                        .expected
                        .map(|total| total.saturating_sub(models).div_ceil(LARGEST_PAGE)),
                });
                self.place = Some(place);
                if taking.is_full() {
                    break;
                }
            }
            // Whoever still reads learns that nobody takes any more.
            drop(pages);
            read = match reading.join() {
                Ok(read) => read,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            Ok(())
        })?;
        let pages = self.place.as_ref().map_or(0, |place| place.pages);
        read.map_err(|source| CommandError::Stopped { pages, source })?;
        journal.sync()?;
        Ok(())
    }

    fn take(&mut self, body: &[u8]) -> Result<(), CommandError> {
        Taking {
            plan: self.plan,
            taken: &self.taken,
            writer: &mut self.writer,
            changes: self.changes.as_mut().map(|(_, changes)| changes),
            counts: &mut self.counts,
            given_again: &mut self.given_again,
            date: self.date,
        }
        .take(body)
    }

    /// Takes all pages in again, without the models whose names were given to others meanwhile:
    /// of two models under one name, the one read later is the one that is there.
    fn take_again(&mut self, lake: &'a Lake, journal: &mut Journal) -> Result<(), CommandError> {
        let mut known = HashMap::new();
        while self.given_again != known {
            known = self.given_again.clone();
            self.writer = writer(lake, self.plan, self.date)?;
            let before = self.counts.pages_before;
            self.counts = Counts { pages_before: before, ..Counts::default() };
            journal.replay(|_, body| self.take(&body))?;
        }
        self.counts.names_given_again = known.len() as u64;
        Ok(())
    }

    fn finish(mut self, journal: &Journal) -> Result<(Published, Counts), CommandError> {
        let date = self.date;
        let failed = |source: WriteError| CommandError::Import { date, source };
        let place = self.place.unwrap_or_default();
        self.counts.pages = place.pages;
        self.counts.requests = place.requests;
        self.counts.by_tags = !place.fields.iter().any(|field| field == "baseModels");
        if let Some((snapshot, changes)) = self.changes {
            self.counts.taken_over = Some(changes.merge(&snapshot, &mut self.writer, date)?);
        }
        if self.plan.keep_raw {
            self.writer.keep(RAW, journal.pages_file()).map_err(failed)?;
        }
        let (_, finished_at) = commands::now();
        self.writer.crawled(Crawled {
            hub: self.plan.hub.clone(),
            started_at: self.plan.started_at.clone(),
            finished_at,
            pages: place.pages,
            requests: place.requests,
            resumed: u64::from(self.counts.pages_before > 0),
            filters: self.plan.filters.clone(),
            author: self.plan.author.clone(),
            limit: self.plan.limit,
            since: self.plan.since.clone(),
            expand: place.fields,
            token: !self.client.is_anonymous(),
        });
        self.progress.finish(&Done {
            models: self.writer.len() as u64,
            total: Some(self.writer.len() as u64),
            before: 0,
            pages: place.pages,
            requests: place.requests,
            standing: self.client.standing(Bucket::Api),
            requests_left: Some(0),
        });
        let published = self.writer.finish().map_err(failed)?;
        Ok((published, self.counts))
    }
}

/// Takes the models of pages in.
struct Taking<'a, 'b> {
    plan: &'a Plan,
    taken: &'a Taken,
    writer: &'a mut SnapshotWriter<'b>,
    changes: Option<&'a mut Changes>,
    counts: &'a mut Counts,
    given_again: &'a mut HashMap<ModelId, HubId>,
    date: SnapshotDate,
}

impl Taking<'_, '_> {
    fn len(&self) -> u64 {
        self.changes.as_ref().map_or(self.writer.len(), |changes| changes.len()) as u64
    }

    fn is_full(&self) -> bool {
        self.plan.limit.is_some_and(|limit| self.len() >= limit)
    }

    fn take(&mut self, body: &[u8]) -> Result<(), CommandError> {
        let before = self.len();
        let options = listing::Options { keep_going: true };
        let name = self.plan.hub.clone();
        listing::read_json(&name, body, options, |batch: Batch| -> Result<(), CommandError> {
            self.writer.note(batch.oddities);
            batch.records.into_iter().try_for_each(|record| self.take_one(record))
        })?;
        self.taken.new.fetch_add(self.len() - before, Ordering::Relaxed);
        self.taken.pages.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn take_one(&mut self, record: ModelRecord) -> Result<(), CommandError> {
        if self.is_full() {
            return Ok(());
        }
        if let Some(changes) = &mut self.changes {
            changes.push(record);
            return Ok(());
        }
        if self.given_again.get(&record.id).is_some_and(|now| Some(*now) != record.hub_id) {
            return Ok(());
        }
        match self.writer.seen(&record) {
            Seen::Never => {
                let date = self.date;
                return self.writer.push(&record).map_err(|source| CommandError::Import { date, source });
            }
            Seen::Already => self.counts.again += 1,
            Seen::Renamed => self.counts.renamed += 1,
            Seen::NameTaken => {
                let now = record.hub_id.map(|hub_id| (record.id, hub_id));
                self.given_again.extend(now);
            }
        }
        Ok(())
    }
}

/// Starts a snapshot.
fn writer<'a>(lake: &'a Lake, plan: &Plan, date: SnapshotDate) -> Result<SnapshotWriter<'a>, CommandError> {
    let (_, imported_at) = commands::now();
    let source = vec![plan.hub.clone()];
    let options = write::Options { date, resolve: Resolve::default(), imported_at, source, crawl: None };
    SnapshotWriter::new(lake, options).map_err(|source| CommandError::Import { date, source })
}

/// Reads pages until there are no more, or nobody takes them.
async fn walk(
    client: &Client,
    plan: &Plan,
    place: Option<Place>,
    taken: &Taken,
    progress: &Progress,
    sender: mpsc::Sender<(Page, Place)>,
) -> Result<(), AskError> {
    let order = if plan.since.is_some() { Order::Modified } else { Order::Created };
    let page = plan.limit.map_or(LARGEST_PAGE, |limit| limit.min(LARGEST_PAGE));
    let query = Query { filters: plan.filters.clone(), author: plan.author.clone(), order, page };
    let mut walk = Walk::new(client, query, plan.expand.clone(), plan.until.clone(), place, taken);
    loop {
        match walk.step().await? {
            Step::Page(page, place) => {
                if sender.send((page, place)).await.is_err() {
                    return Ok(());
                }
            }
            Step::Again => {
                progress
                    .note("the hub no longer knows the next page; reading its list again from the beginning");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Step::End => return Ok(()),
        }
    }
}

/// How many models will come, judging by the last snapshot of the same hub.
fn expected(lake: &Lake, plan: &Plan) -> Result<Option<u64>, CommandError> {
    if !plan.filters.is_empty() || plan.author.is_some() || plan.since.is_some() {
        return Ok(plan.limit);
    }
    let same_hub = |manifest: &lineal_lake::manifest::Manifest| {
        manifest.crawl.as_ref().is_some_and(|crawl| {
            let whole = crawl.filters.is_empty() && crawl.author.is_none() && crawl.limit.is_none();
            whole && crawl.hub == plan.hub
        })
    };
    let last = lake.manifests()?.into_iter().rev().find(same_hub).map(|manifest| manifest.models);
    Ok(match (last, plan.limit) {
        (Some(last), Some(limit)) => Some(last.min(limit)),
        (last, limit) => last.or(limit),
    })
}
