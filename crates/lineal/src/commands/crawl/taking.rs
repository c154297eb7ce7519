//! Which of the models that come are taken in?
//!
//! A hub changes while it is read, and may send a page again. A model that comes again counts once,
//! as it came first. Of two models under one name, the one that came later has it now.

use super::{merge::Changes, walk::Taken};
use crate::error::CommandError;
use lineal_core::{
    date::SnapshotDate,
    model_id::{HubId, ModelId},
    record::ModelRecord,
};
use lineal_hub::listing::Batch;
use lineal_lake::write::{Seen, SnapshotWriter};
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

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
    /// Fields asked for that the hub does not know. Without `baseModels`, tags tell the bases.
    pub unknown_fields: Vec<String>,
    /// Of a crawl since an earlier snapshot: how many models were taken over from it.
    pub taken_over: Option<u64>,
}

/// The models of a crawl, as far as they were taken in.
pub struct Taking<'a> {
    pub writer: SnapshotWriter<'a>,
    /// Of a crawl since an earlier snapshot: what has changed, instead of what is written.
    pub changes: Option<Changes>,
    pub counts: Counts,
    /// What whoever reads the pages wants to know.
    pub taken: Arc<Taken>,
    date: SnapshotDate,
    limit: Option<u64>,
    /// Names that another model had before, and the model that came with each of them last.
    given_again: HashMap<ModelId, HubId>,
    /// Names that only one model may have; any other is left out.
    reserved: HashMap<ModelId, HubId>,
}

impl<'a> Taking<'a> {
    /// Takes in so many models at most, into a snapshot of this date.
    pub fn new(
        writer: SnapshotWriter<'a>,
        changes: Option<Changes>,
        date: SnapshotDate,
        limit: Option<u64>,
    ) -> Taking<'a> {
        Taking {
            writer,
            changes,
            counts: Counts::default(),
            taken: Arc::default(),
            date,
            limit,
            given_again: HashMap::new(),
            reserved: HashMap::new(),
        }
    }

    /// Whether models were taken in whose names other models have now.
    pub fn has_displaced(&self) -> bool {
        !self.given_again.is_empty()
    }

    /// Begins anew, into another writer: now that all models are known, a name that was given again
    /// is only for the model that came with it last.
    pub fn begin_again(&mut self, writer: SnapshotWriter<'a>) {
        self.writer = writer;
        self.reserved = std::mem::take(&mut self.given_again);
        self.counts = Counts {
            pages_before: self.counts.pages_before,
            names_given_again: self.reserved.len() as u64,
            ..Counts::default()
        };
    }

    pub fn len(&self) -> u64 {
        self.changes.as_ref().map_or(self.writer.len(), Changes::len) as u64
    }

    pub fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.len() >= limit)
    }

    /// Takes in the models of the next page.
    pub fn take(&mut self, page: Batch) -> Result<(), CommandError> {
        let before = self.len();
        self.writer.note(page.oddities);
        page.records.into_iter().try_for_each(|record| self.take_one(record))?;
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
        if self.reserved.get(&record.id).is_some_and(|now| Some(*now) != record.hub_id) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::resolve::Resolve;
    use lineal_hub::listing::parse_page;
    use lineal_lake::{store::Lake, write::Options};

    fn id(name: &str) -> ModelId {
        name.parse().expect("a name")
    }

    fn hub_id(byte: u8) -> HubId {
        HubId([byte; 12])
    }

    /// Takes in models, as `name#identity`, and says which names were given again to whom, and
    /// which of the models are held then.
    fn check(models: &[(&str, u8)], now: &[(&str, u8)], held: &[(&str, u8)]) {
        let folder = tempfile::tempdir().expect("a folder");
        let lake = Lake::open(&folder.path().display().to_string(), folder.path()).expect("a lake");
        let date = SnapshotDate::new(2026, 11, 22).expect("a day");
        let items =
            models.iter().map(|(name, byte)| format!(r#"{{"_id":"{}","id":"{name}"}}"#, hub_id(*byte)));
        let page = format!("[{}]", items.collect::<Vec<_>>().join(","));
        let writer = || {
            let (imported_at, source) = (String::new(), Vec::new());
            let options = Options { date, resolve: Resolve::default(), imported_at, source, crawl: None };
            SnapshotWriter::new(&lake, options).expect("a snapshot")
        };
        let mut taking = Taking::new(writer(), None, date, None);
        taking.take(parse_page("a page", page.as_bytes())).expect("taken");
        assert_eq!(taking.given_again, now.iter().map(|(name, byte)| (id(name), hub_id(*byte))).collect());
        taking.begin_again(writer());
        taking.take(parse_page("a page", page.as_bytes())).expect("taken");
        assert!(!taking.has_displaced());
        for (name, byte) in models {
            let record = ModelRecord { hub_id: Some(hub_id(*byte)), ..ModelRecord::named(id(name)) };
            let is_held = taking.writer.seen(&record) == Seen::Already;
            assert_eq!(is_held, held.contains(&(*name, *byte)), "{name}#{byte}");
        }
    }

    #[test]
    fn a_name_belongs_to_the_model_that_came_with_it_last() {
        check(&[("a/b", 1), ("a/c", 2), ("a/b", 3)], &[("a/b", 3)], &[("a/b", 3), ("a/c", 2)]);
        check(&[("a/b", 1), ("a/b", 2), ("a/b", 3), ("a/c", 4)], &[("a/b", 3)], &[("a/b", 3), ("a/c", 4)]);
    }

    #[test]
    fn a_model_counts_once_under_the_name_it_came_with_first() {
        check(&[("a/b", 1), ("a/b", 1), ("a/c", 1)], &[], &[("a/b", 1)]);
    }

    #[test]
    fn a_model_that_lost_its_name_is_there_under_the_one_it_came_with_later() {
        check(&[("a/b", 1), ("a/b", 2), ("a/c", 1)], &[("a/b", 2)], &[("a/b", 2), ("a/c", 1)]);
    }
}
