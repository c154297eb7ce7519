//! Which of the models that come are taken in?
//!
//! A hub changes while it is read, and may send a page again. A model that comes again counts once,
//! as it came first. Of two models under one name, the one that came later has it now.

use super::{merge::Changes, plan::Plan, walk::Taken};
use crate::error::CommandError;
use lineal_core::{
    date::SnapshotDate,
    model_id::{HubId, ModelId},
    record::ModelRecord,
};
use lineal_hub::listing::Batch;
use lineal_lake::write::{Seen, SnapshotWriter};
use serde::Serialize;
use std::{collections::HashMap, sync::atomic::Ordering};

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

/// Takes the models of pages in.
pub struct Taking<'a, 'b> {
    pub plan: &'a Plan,
    pub taken: &'a Taken,
    pub writer: &'a mut SnapshotWriter<'b>,
    pub changes: Option<&'a mut Changes>,
    pub counts: &'a mut Counts,
    /// Names that another model had before, and the model that came with each of them last.
    pub given_again: &'a mut HashMap<ModelId, HubId>,
    /// Names that only one model may have; any other is left out.
    pub reserved: &'a HashMap<ModelId, HubId>,
    pub date: SnapshotDate,
}

impl Taking<'_, '_> {
    pub fn len(&self) -> u64 {
        self.changes.as_ref().map_or(self.writer.len(), |changes| changes.len()) as u64
    }

    pub fn is_full(&self) -> bool {
        self.plan.limit.is_some_and(|limit| self.len() >= limit)
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
        let plan = Plan::default();
        let items =
            models.iter().map(|(name, byte)| format!(r#"{{"_id":"{}","id":"{name}"}}"#, hub_id(*byte)));
        let page = format!("[{}]", items.collect::<Vec<_>>().join(","));
        let mut reserved = HashMap::new();
        for pass in 0..2 {
            let options = Options {
                date,
                resolve: Resolve::default(),
                imported_at: String::new(),
                source: Vec::new(),
                crawl: None,
            };
            let mut writer = SnapshotWriter::new(&lake, options).expect("a snapshot");
            let (taken, mut counts, mut given_again) = (Taken::default(), Counts::default(), HashMap::new());
            let mut taking = Taking {
                plan: &plan,
                taken: &taken,
                writer: &mut writer,
                changes: None,
                counts: &mut counts,
                given_again: &mut given_again,
                reserved: &reserved,
                date,
            };
            taking.take(parse_page("a page", page.as_bytes())).expect("taken");
            if pass == 0 {
                let expected = now.iter().map(|(name, byte)| (id(name), hub_id(*byte)));
                assert_eq!(given_again, expected.collect());
                reserved = given_again;
                continue;
            }
            assert!(given_again.is_empty());
            for (name, byte) in models {
                let record = ModelRecord { hub_id: Some(hub_id(*byte)), ..ModelRecord::named(id(name)) };
                let is_held = writer.seen(&record) == Seen::Already;
                assert_eq!(is_held, held.contains(&(*name, *byte)), "{name}#{byte}");
            }
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
