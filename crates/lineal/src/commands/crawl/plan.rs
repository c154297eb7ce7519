//! What shall a crawl read, and was it begun already?

use super::{hub::HubArgs, merge::Changes};
use crate::{commands, error::CommandError, progress::Progress};
use lineal_core::date::SnapshotDate;
use lineal_hub::pages::FIELDS;
use lineal_lake::{
    journal::Journal,
    manifest::{Crawled, Manifest},
    store::{Lake, LakeError},
};
use serde::{Deserialize, Serialize};

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
    /// Discard what an unfinished crawl of the same has read, and begin anew
    #[arg(long)]
    restart: bool,
}

/// What a crawl reads, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub hub: String,
    pub date: String,
    pub started_at: String,
    pub filters: Vec<String>,
    pub author: Option<String>,
    pub limit: Option<u64>,
    pub since: Option<String>,
    /// Nothing that was changed before this is wanted.
    pub until: Option<String>,
    pub expand: Vec<String>,
    pub keep_raw: bool,
}

/// Where a crawl stands before it reads anything.
pub enum Start {
    /// There is something to read.
    Read(Box<(Journal, Plan, SnapshotDate)>),
    /// An earlier run has published its snapshot, and was ended before it could say so.
    Published(Box<Manifest>),
}

/// The fields asked for beyond those that are needed anyway.
fn further(expand: &[String]) -> impl Iterator<Item = String> {
    expand.iter().filter(|field| !FIELDS.contains(&field.as_str())).cloned()
}

/// Takes up the unfinished crawl that reads the same, or begins one.
pub fn start(
    args: &ListingArgs,
    hub: &HubArgs,
    lake: &Lake,
    progress: &Progress,
) -> Result<Start, CommandError> {
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
        expand: FIELDS.into_iter().map(str::to_owned).chain(further(&args.expand)).collect(),
        keep_raw: args.keep_raw,
    };
    for unfinished in lake.unfinished_crawls()? {
        let Ok(plan) = serde_json::from_value::<Plan>(unfinished.plan) else { continue };
        let Ok(date) = plan.date.parse::<SnapshotDate>() else { continue };
        let same_date = args.date.is_none() || plan.date == wanted.date;
        let comparable = Plan {
            date: wanted.date.clone(),
            started_at: wanted.started_at.clone(),
            until: None,
            ..plan.clone()
        };
        if !same_date || comparable != wanted {
            progress.note(&format!(
                "another crawl, of `{}` for {}, is unfinished after {} pages",
                plan.hub, plan.date, unfinished.pages
            ));
            continue;
        }
        if lake.has(date)? {
            let manifest = lake.manifest(date)?;
            let started_at = manifest.crawl.as_ref().map(|crawl| crawl.started_at.as_str());
            if started_at == Some(&*plan.started_at) {
                lake.discard_crawl(&unfinished.name)?;
                return Ok(Start::Published(Box::new(manifest)));
            }
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
        return Ok(Start::Read(Box::new((journal, plan, date))));
    }
    let date = args.date.unwrap_or(today);
    if lake.has(date)? {
        return Err(LakeError::Exists { date, place: lake.location() }.into());
    }
    let mut plan = wanted;
    if let Some(since) = args.since {
        let snapshot = lake.snapshot(Some(since))?;
        if snapshot.manifest.crawl.as_ref().is_some_and(|crawl| !is_whole(crawl) || crawl.hub != plan.hub) {
            let text = format!(
                "snapshot {since} is of another hub, or of a part of it; changes cannot be woven into it"
            );
            return Err(CommandError::Asked(text));
        }
        plan.until = Some(Changes::wanted_since(&snapshot));
    }
    let value = serde_json::to_value(&plan)?;
    let taken: Vec<String> = lake.unfinished_crawls()?.into_iter().map(|crawl| crawl.name).collect();
    let names = (1u64..).map(|number| format!("{date}-{number}"));
    let name = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_else(|| date.to_string());
    Ok(Start::Read(Box::new((lake.begin_crawl(&name, &value)?, plan, date))))
}

/// Whether a crawl read all that its hub lists.
fn is_whole(crawl: &Crawled) -> bool {
    crawl.filters.is_empty() && crawl.author.is_none() && crawl.limit.is_none()
}

/// How many models the Hub listed on a day, and how many it gained in a week then.
const LISTED: (&str, i64, u64, u64) = ("huggingface.co", 1_790_985_600, 3_117_871, 18_000);

/// How many models will come, about: as many as in the last snapshot of the same hub, or as the
/// Hub should have by now.
pub fn expected(lake: &Lake, plan: &Plan) -> Result<Option<u64>, CommandError> {
    if !plan.filters.is_empty() || plan.author.is_some() || plan.since.is_some() {
        return Ok(plan.limit);
    }
    let same_hub = |manifest: &Manifest| {
        manifest.crawl.as_ref().is_some_and(|crawl| is_whole(crawl) && crawl.hub == plan.hub)
    };
    let last = lake.manifests()?.into_iter().rev().find(same_hub).map(|manifest| manifest.models);
    let by_now = || {
        let (host, day, models, a_week) = LISTED;
        let started = chrono::DateTime::parse_from_rfc3339(&plan.started_at).ok()?;
        let weeks = (started.timestamp() - day).max(0) as u64 / (7 * 86_400);
        let is_the_hub = plan.hub.strip_prefix("https://")?.trim_end_matches('/') == host;
        is_the_hub.then_some(models + weeks * a_week)
    };
    let all = last.or_else(by_now);
    Ok(all.map_or(plan.limit, |all| Some(plan.limit.map_or(all, |limit| limit.min(all)))))
}

/// Whether an unfinished crawl is too old to be taken up without being asked for by its date.
fn is_stale(date: SnapshotDate, today: SnapshotDate) -> bool {
    date.plus_days(2).is_some_and(|last| last < today)
}
