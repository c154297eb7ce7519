//! How does a list of changes become a whole snapshot?
//!
//! What has changed takes the place of what was; what is new comes at the end, oldest first; the
//! rest is taken over from the earlier snapshot. A model whose name another one has by now must
//! have been deleted or renamed, and is left out.

use crate::error::CommandError;
use lineal_core::{date::SnapshotDate, model_id::HubId, record::ModelRecord};
use lineal_lake::{snapshot::Snapshot, write::SnapshotWriter};
use std::collections::{HashMap, HashSet};

/// Models that were created or changed, each as it was met first: the latest state comes first.
#[derive(Default)]
pub struct Changes {
    records: Vec<ModelRecord>,
    by_hub_id: HashMap<HubId, usize>,
    by_name: HashMap<String, usize>,
}

impl Changes {
    /// The moment from which on changes are wanted, as a hub writes it: when the earlier snapshot
    /// was begun, less an hour, as clocks differ; where nobody knows, the start of the day before.
    pub fn wanted_since(snapshot: &Snapshot) -> String {
        let begun = snapshot.manifest.crawl.as_ref().map(|crawl| crawl.started_at.as_str());
        let begun = begun.and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
        let day = || {
            let start = chrono::DateTime::parse_from_rfc3339(&format!("{}T00:00:00Z", snapshot.date));
            start.unwrap_or_default() - chrono::TimeDelta::hours(23)
        };
        let since = begun.unwrap_or_else(day) - chrono::TimeDelta::hours(1);
        since.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Takes in a model, unless it was met before. A list of changes is read again for what has
    /// changed while it was read, so of two states the one with the later change counts.
    pub fn push(&mut self, record: ModelRecord) {
        let known = match record.hub_id {
            Some(hub_id) => self.by_hub_id.get(&hub_id),
            None => self.by_name.get(record.id.as_str()),
        };
        if let Some(&known) = known {
            let held = &mut self.records[known];
            if held.last_modified < record.last_modified {
                self.by_name.remove(held.id.as_str());
                self.by_name.insert(record.id.to_string(), known);
                *held = record;
            }
            return;
        }
        let place = self.records.len();
        if let Some(hub_id) = record.hub_id {
            self.by_hub_id.insert(hub_id, place);
        }
        self.by_name.insert(record.id.to_string(), place);
        self.records.push(record);
    }

    /// Writes the earlier snapshot's models as they are now, and then the new ones. Returns how many
    /// were taken over unchanged.
    pub fn merge(
        self,
        snapshot: &Snapshot,
        writer: &mut SnapshotWriter,
        date: SnapshotDate,
    ) -> Result<u64, CommandError> {
        let failed = |source| CommandError::Import { date, source };
        let mut written = HashSet::new();
        let mut taken_over = 0;
        for record in snapshot.records()? {
            let record = record?;
            let by_name = self.by_name.get(record.id.as_str()).copied();
            let now = match record.hub_id {
                Some(hub_id) => self.by_hub_id.get(&hub_id).copied(),
                None => by_name,
            };
            match (now, by_name) {
                (Some(now), _) => {
                    writer.push(&self.records[now]).map_err(failed)?;
                    written.insert(now);
                }
                (None, Some(_)) => {}
                (None, None) => {
                    writer.push(&record).map_err(failed)?;
                    taken_over += 1;
                }
            }
        }
        let mut new: Vec<&ModelRecord> = Vec::new();
        for (place, record) in self.records.iter().enumerate() {
            if !written.contains(&place) {
                new.push(record);
            }
        }
        new.sort_by(|a, b| (a.created_at, a.hub_id, &a.id).cmp(&(b.created_at, b.hub_id, &b.id)));
        new.into_iter().try_for_each(|record| writer.push(record)).map_err(failed)?;
        Ok(taken_over)
    }
}
