//! How are the pages of a hub's list read one after another, whatever the hub does?
//!
//! The address of the next page may be refused: a hub lets it expire. Then the list is read from
//! its beginning again, and what is known already comes again and is passed over. A hub whose
//! pages lead back would never end; so pages that bring nothing new are counted.

use lineal_hub::{
    client::{AskError, Client, RedirectError},
    pages::{self, Order, Page, Query},
};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};
use url::Url;

/// How many pages in a row may bring nothing new, besides those that are read again.
const IDLE: u64 = 100;
/// How often a list may be begun again without bringing anything new.
const RESTARTS: u32 = 5;
/// How often the list of changes is read again for what has changed meanwhile.
const ROUNDS: u32 = 5;

/// Where a walk stands after a page: all it takes to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The address of the next page; none after the last.
    pub next: Option<String>,
    /// The fields that the hub knows, of those asked for.
    pub fields: Vec<String>,
    /// How many requests all pages so far have taken.
    pub requests: u64,
    /// How many pages there were so far.
    pub pages: u64,
    /// How often the walk was taken up again after an interruption.
    #[serde(default)]
    pub resumed: u64,
    /// Which reading of the list of changes this is.
    #[serde(default)]
    pub round: u32,
    /// In a list of changes: nothing that was changed before this is wanted.
    #[serde(default)]
    pub until: Option<String>,
    /// The latest change that this reading has met.
    #[serde(default)]
    pub latest: Option<String>,
}

/// What whoever takes the pages tells whoever reads them.
#[derive(Debug, Default)]
pub struct Taken {
    /// How many models were new, in all pages so far.
    pub new: AtomicU64,
    /// How many pages have been taken.
    pub pages: AtomicU64,
}

/// A walk along a hub's list.
pub struct Walk<'a> {
    client: &'a Client,
    query: Query,
    fields: Vec<String>,
    /// Of a list of changes: nothing that was changed before this is wanted.
    until: Option<String>,
    /// Where it stands; none before the first page.
    place: Option<Place>,
    /// How many requests earlier runs have made.
    earlier: u64,
    taken: &'a Taken,
    idle: Idle,
}

/// How long nothing new has come.
#[derive(Debug, Default)]
struct Idle {
    new: u64,
    since: u64,
    /// Pages that are known to come again.
    again: u64,
    restarts: u32,
}

/// What a walk has come to.
pub enum Step {
    Page {
        body: Vec<u8>,
        models: u64,
        place: Box<Place>,
    },
    /// The hub no longer knows the next page; the list is begun again.
    Again,
    End,
}

impl<'a> Walk<'a> {
    /// Starts at the beginning of a list, asking for these fields, or goes on from a place.
    pub fn new(
        client: &'a Client,
        query: Query,
        fields: Vec<String>,
        until: Option<String>,
        place: Option<Place>,
        taken: &'a Taken,
    ) -> Walk<'a> {
        let new = taken.new.load(Ordering::Relaxed);
        let since = taken.pages.load(Ordering::Relaxed);
        let idle = Idle { new, since, ..Idle::default() };
        let place = place.map(|place| Place { resumed: place.resumed + 1, ..place });
        let earlier = place.as_ref().map_or(0, |place| place.requests);
        Walk { client, query, fields, until, place, earlier, taken, idle }
    }

    /// Reads the next page.
    ///
    /// # Errors
    /// When the hub does not give it, or leads in circles.
    pub async fn step(&mut self) -> Result<Step, AskError> {
        let (page, fields) = match &self.place {
            None => pages::first_page(self.client, &self.query, &self.fields).await?,
            Some(Place { next: None, .. }) => return Ok(Step::End),
            Some(Place { next: Some(next), fields, .. }) => {
                let fields = fields.clone();
                let next = next.parse().map_err(|_| AskError::Hub(next.clone(), "it is no web address"))?;
                match pages::page(self.client, next).await {
                    Ok(page) => (page, fields),
                    Err(error) if has_expired(&error) && self.may_begin_again() => return Ok(Step::Again),
                    Err(error) => return Err(error),
                }
            }
        };
        let first = || Place { until: self.until.clone(), ..Place::default() };
        let before = self.place.take().unwrap_or_else(first);
        let mut place = Place {
            next: page.next.as_ref().map(Url::to_string),
            fields,
            requests: self.earlier + self.client.requests(),
            pages: before.pages + 1,
            resumed: before.resumed,
            round: before.round,
            until: before.until,
            latest: before.latest,
        };
        if self.query.order == Order::Modified {
            self.follow_changes(&page, &mut place);
        }
        self.guard(&place)?;
        self.place = Some(place.clone());
        Ok(Step::Page { models: page.models as u64, body: page.body, place: Box::new(place) })
    }

    /// Ends the list of changes where they are older than wanted; what has changed while it was
    /// read has moved to its front, so it is read again up to where that reading began.
    fn follow_changes(&self, page: &Page, place: &mut Place) {
        let changed = pages::changed(&page.body);
        let Some((newest, oldest)) = changed else { return };
        if place.latest.as_ref().is_none_or(|latest| *latest < newest) {
            place.latest = Some(newest);
        }
        let is_over = place.until.as_ref().is_some_and(|until| oldest < *until) || place.next.is_none();
        if !is_over {
            return;
        }
        let has_moved = place.latest > place.until;
        if place.round + 1 < ROUNDS && has_moved {
            let first = pages::first(self.client.hub(), &self.query, &place.fields);
            place.until = place.latest.take();
            place.round += 1;
            place.next = Some(first.to_string());
        } else {
            place.next = None;
        }
    }

    fn may_begin_again(&mut self) -> bool {
        let new = self.taken.new.load(Ordering::Relaxed);
        if new > self.idle.new {
            self.idle.restarts = 0;
        }
        self.idle.restarts += 1;
        if self.idle.restarts > RESTARTS {
            return false;
        }
        let place = self.place.take();
        let pages = place.as_ref().map_or(0, |place| place.pages);
        self.idle = Idle { new, since: pages, again: pages, restarts: self.idle.restarts };
        // The counts go on; only the place in the list is given up.
        self.place = place.map(|place| Place {
            next: Some(pages::first(self.client.hub(), &self.query, &place.fields).to_string()),
            ..place
        });
        true
    }

    /// Makes sure that something new comes once in a while.
    fn guard(&mut self, place: &Place) -> Result<(), AskError> {
        let new = self.taken.new.load(Ordering::Relaxed);
        // Pages that were read and not yet taken may hold something new.
        let pages = self.taken.pages.load(Ordering::Relaxed);
        if new != self.idle.new {
            self.idle = Idle { new, since: pages, ..Idle::default() };
        }
        if pages.saturating_sub(self.idle.since) > IDLE + self.idle.again {
            let url = place.next.clone().unwrap_or_default();
            return Err(AskError::Redirect { url, source: RedirectError::Circle });
        }
        Ok(())
    }
}

/// Whether the hub refuses a place in its list, rather than us.
fn has_expired(error: &AskError) -> bool {
    matches!(error.refusal(), Some((400 | 404 | 410 | 416 | 422, ..)))
}
