//! What did the records say that a snapshot was made from?
//!
//! A stored snapshot gives its records back, well enough that a snapshot made from them, with
//! names resolved the same way, has equal models, counts and relations with equal evidence. Claims
//! are what relations keep as evidence. What is not stored does not come back: how claims on
//! different bases were interleaved, claims without a usable name, records that were left out, and
//! the operation that the hub would infer where every place states one. Which identity the hub's
//! own field gave a base is not stored either; a field's base gets the identity of the model that
//! it was found to mean, and none if it is missing. So where a field's base was unlisted and found
//! only through the rename of another model's base, that rename is known from two models next
//! time, and can reveal further ones.

use crate::{
    details::bytes,
    schema::{MODEL_COLUMNS, MODELS},
    snapshot::{Batches, Counts, ReadError, Snapshot},
};
use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, StructArray},
    datatypes::{TimestampMillisecondType, UInt32Type, UInt64Type},
};
use lineal_core::{
    clues::Clues,
    model_id::HubId,
    operation::Operation,
    record::{Claim, Gated, ModelRecord, Source},
    set::{self, Member, Set},
    world::UNKNOWN,
};

impl Snapshot {
    /// Returns the records of all models, in the order of the listing, as they are read.
    ///
    /// # Errors
    /// When the snapshot cannot be read; a record may also be an error.
    pub fn records(&self) -> Result<impl Iterator<Item = Result<ModelRecord, ReadError>> + use<>, ReadError> {
        let columns: Vec<&str> =
            MODELS.fields()[..MODEL_COLUMNS].iter().map(|field| &**field.name()).collect();
        Ok(Records {
            models: Cursor::new(self.models(&columns)?),
            relations: Cursor::new(self.relations()?),
            counts: self.counts()?,
            hub_ids: self.hub_ids()?,
            snapshot: self.clone(),
            position: 0,
        })
    }

    /// The identity of each model, in the order of the listing; `None` where it was not stated.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn hub_ids(&self) -> Result<Vec<Option<HubId>>, ReadError> {
        let mut hub_ids = Vec::new();
        for batch in self.models(&["hub_id"])? {
            let batch = batch?;
            let column = batch.column(0).as_fixed_size_binary();
            hub_ids.extend((0..column.len()).map(|row| bytes(column, row).map(HubId)));
        }
        Ok(hub_ids)
    }
}

/// Rows of batches, one by one.
struct Cursor {
    batches: Batches,
    batch: Option<RecordBatch>,
    row: usize,
}

impl Cursor {
    fn new(batches: Batches) -> Cursor {
        Cursor { batches, batch: None, row: 0 }
    }

    /// Returns the row that comes next; it stays the next until it is passed.
    fn peek(&mut self) -> Result<Option<(&RecordBatch, usize)>, ReadError> {
        while self.batch.as_ref().is_none_or(|batch| self.row == batch.num_rows()) {
            let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
            (self.batch, self.row) = (Some(batch), 0);
        }
        Ok(self.batch.as_ref().map(|batch| (batch, self.row)))
    }

    fn pass(&mut self) {
        self.row += 1;
    }
}

struct Records {
    models: Cursor,
    relations: Cursor,
    counts: Counts,
    hub_ids: Vec<Option<HubId>>,
    snapshot: Snapshot,
    position: usize,
}

impl Iterator for Records {
    type Item = Result<ModelRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

impl Records {
    fn read(&mut self) -> Result<Option<ModelRecord>, ReadError> {
        let Some((batch, row)) = self.models.peek()? else {
            return match self.relations.peek()? {
                None => Ok(None),
                Some(_) => Err(self.snapshot.misfit("its relations are not in the order of its models")),
            };
        };
        let model = model(batch, row);
        let mut record = model.ok_or_else(|| self.snapshot.misfit("a model has no usable name"))?;
        self.models.pass();
        let counts = self.counts.columns();
        if counts[0].len() <= self.position {
            return Err(self.snapshot.misfit("it has another number of rows than its manifest says"));
        }
        let [downloads, downloads_all_time, likes] =
            counts.map(|column| Some(column[self.position]).filter(|count| *count != UNKNOWN));
        (record.downloads, record.downloads_all_time, record.likes) = (downloads, downloads_all_time, likes);
        self.add_claims(&mut record)?;
        self.position += 1;
        Ok(Some(record))
    }

    /// Turns the evidence of a model's relations into claims again.
    fn add_claims(&mut self, record: &mut ModelRecord) -> Result<(), ReadError> {
        while let Some((batch, row)) = self.relations.peek()? {
            if batch.column(0).as_primitive::<UInt32Type>().value(row) as usize != self.position {
                break;
            }
            let bases = batch.column(1).as_primitive::<UInt32Type>();
            let base = bases.is_valid(row).then(|| bases.value(row) as usize);
            let hub_id = base.and_then(|base| self.hub_ids.get(base).copied().flatten());
            if batch.column(4).as_boolean().value(row) {
                record.inferred_operation = Operation::named(batch.column(3).as_string::<i32>().value(row));
            }
            let evidence = batch.column(7).as_list::<i32>().value(row);
            for claim in claims(evidence.as_struct(), hub_id) {
                let claim = claim.ok_or_else(|| self.snapshot.misfit("a relation rests on unknown evidence"));
                record.claims.push(claim?);
            }
            self.relations.pass();
        }
        Ok(())
    }
}

/// The claims that support one relation; `None` for one from a place without a name here.
fn claims(evidence: &StructArray, base: Option<HubId>) -> impl Iterator<Item = Option<Claim>> {
    let sources = evidence.column(0).as_string::<i32>();
    let names = evidence.column(1).as_string::<i32>();
    let operations = evidence.column(2).as_string::<i32>();
    (0..evidence.len()).map(move |at| {
        let source = Source::ALL.into_iter().find(|source| source.as_str() == sources.value(at))?;
        Some(Claim {
            base: names.value(at).to_owned(),
            base_hub_id: base.filter(|_| source == Source::BaseModelsField),
            operation: operations.is_valid(at).then(|| Operation::named(operations.value(at))),
            source,
        })
    })
}

/// What a row says about a model; `None` if its name is none.
fn model(batch: &RecordBatch, row: usize) -> Option<ModelRecord> {
    let column = |at: usize| batch.column(at);
    let text = |at: usize| {
        let texts = column(at).as_string::<i32>();
        texts.is_valid(row).then(|| texts.value(row))
    };
    let owned = |at: usize| text(at).map(str::to_owned);
    let time = |at: usize| {
        let times = column(at).as_primitive::<TimestampMillisecondType>();
        times.is_valid(row).then(|| times.value(row))
    };
    let flag = |at: usize| {
        let flags = column(at).as_boolean();
        flags.is_valid(row).then(|| flags.value(row))
    };
    let list = |at: usize| -> Vec<String> {
        let texts = column(at).as_list::<i32>().value(row);
        texts.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
    };
    let parameters = column(16).as_primitive::<UInt64Type>();
    let results = column(22).as_primitive::<UInt32Type>();
    let id = text(1)?.parse().ok()?;
    Some(ModelRecord {
        hub_id: bytes(column(0).as_fixed_size_binary(), row).map(HubId),
        created_at: time(2),
        last_modified: time(3),
        sha: bytes(column(4).as_fixed_size_binary(), row),
        task: owned(5),
        library: owned(6),
        license: owned(7),
        gated: text(8).and_then(|word| Gated::ALL.into_iter().find(|gated| gated.as_str() == word)),
        disabled: flag(9),
        private: flag(10),
        tags: list(11),
        datasets: list(12),
        architectures: list(13),
        model_type: owned(14),
        quantization: owned(15),
        parameters: parameters.is_valid(row).then(|| parameters.value(row)),
        new_version: owned(17),
        clues: Clues {
            files: set(column(18), row),
            weight_file: owned(19),
            license_name: owned(20),
            license_link: owned(21),
            results: results.is_valid(row).then(|| results.value(row)),
            template: text(23).and_then(set::named),
            card: set(column(24), row),
        },
        ..ModelRecord::named(id)
    })
}

/// Which members of a set a row lists; a word of a later version is none of them.
fn set<T: Member>(column: &ArrayRef, row: usize) -> Option<Set<T>> {
    let lists = column.as_list::<i32>();
    let words = lists.is_valid(row).then(|| lists.value(row))?;
    Some(words.as_string::<i32>().iter().flatten().filter_map(set::named).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestLake, day};
    use arrow::compute::concat_batches;
    use lineal_core::clues::Template;

    /// Numbers that look like chance and are always the same.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % limit
        }

        fn maybe<T>(&mut self, value: impl FnOnce(&mut Chance) -> T) -> Option<T> {
            (self.below(3) > 0).then(|| value(self))
        }

        fn words(&mut self) -> Vec<String> {
            (0..self.below(4)).map(|_| format!("word {}", self.below(9))).collect()
        }

        fn set<T: Member>(&mut self) -> Set<T> {
            T::ALL.iter().copied().filter(|_| self.below(3) == 0).collect()
        }

        fn claim(&mut self, models: u64) -> Claim {
            let source = Source::ALL[self.below(Source::ALL.len() as u64) as usize];
            let is_field = source == Source::BaseModelsField;
            // The hub's own field names bases that exist.
            let base = self.below(if is_field { models } else { models + 5 });
            let words = ["finetune", "merge", "quantized", "upscaled"];
            Claim {
                base: match self.below(8) {
                    0 => format!("Owner/MODEL-{base}"),
                    1 => format!(" owner/model-{base} "),
                    2 if !is_field => format!("gone/base-{}", base % 7),
                    3 if is_field && !base.is_multiple_of(5) => format!("owner/former-{base}"),
                    4 if !is_field => format!("owner/former-{base}"),
                    _ => format!("owner/model-{base}"),
                },
                base_hub_id: is_field.then(|| hub_id(base)),
                operation: self.maybe(|chance| Operation::named(words[chance.below(4) as usize])),
                source,
            }
        }
    }

    fn hub_id(model: u64) -> HubId {
        let mut bytes = [1; 12];
        bytes[..8].copy_from_slice(&model.to_le_bytes());
        HubId(bytes)
    }

    fn records(seed: u64, models: u64) -> Vec<ModelRecord> {
        let mut chance = Chance(seed);
        let record = |model: u64| ModelRecord {
            hub_id: (!model.is_multiple_of(5)).then(|| hub_id(model)),
            created_at: chance.maybe(|chance| chance.below(1 << 40) as i64),
            last_modified: chance.maybe(|chance| chance.below(1 << 40) as i64),
            sha: chance.maybe(|chance| [chance.below(250) as u8; 20]),
            downloads: chance.maybe(|chance| chance.below(1000)),
            downloads_all_time: chance.maybe(|chance| chance.below(1000)),
            likes: chance.maybe(|chance| chance.below(10)),
            task: chance.maybe(|chance| format!("task-{}", chance.below(5))),
            library: chance.maybe(|chance| format!("library-{}", chance.below(5))),
            license: chance.maybe(|_| "mit".to_owned()),
            gated: chance.maybe(|chance| Gated::ALL[chance.below(3) as usize]),
            disabled: chance.maybe(|chance| chance.below(2) == 0),
            private: chance.maybe(|chance| chance.below(2) == 0),
            tags: chance.words(),
            datasets: chance.words(),
            architectures: chance.words(),
            model_type: chance.maybe(|_| "llama".to_owned()),
            quantization: chance.maybe(|_| String::new()),
            parameters: chance.maybe(|chance| chance.below(1 << 40)),
            new_version: chance.maybe(|_| "owner/next".to_owned()),
            clues: Clues {
                files: chance.maybe(Chance::set),
                weight_file: chance.maybe(|chance| format!("weights-{}", chance.below(9))),
                license_name: chance.maybe(|_| "my-licence".to_owned()),
                license_link: chance.maybe(|_| "LICENSE".to_owned()),
                results: chance.maybe(|chance| chance.below(20) as u32),
                template: chance.maybe(|chance| Template::ALL[chance.below(4) as usize]),
                card: chance.maybe(Chance::set),
            },
            claims: (0..chance.below(4)).map(|_| chance.claim(models)).collect(),
            inferred_operation: [Operation::Finetune, Operation::Adapter][chance.below(2) as usize].clone(),
            ..ModelRecord::named(format!("owner/model-{model}").parse().expect("a name"))
        };
        (0..models).map(record).collect()
    }

    /// All that a snapshot holds.
    fn contents(lake: &TestLake, date: &str) -> (RecordBatch, RecordBatch, Counts) {
        let snapshot = lake.lake.snapshot(Some(day(date))).expect("a snapshot");
        let columns: Vec<&str> =
            MODELS.fields()[..MODEL_COLUMNS].iter().map(|field| &**field.name()).collect();
        let all = |batches: Batches| {
            let batches: Vec<RecordBatch> = batches.map(|batch| batch.expect("read")).collect();
            let schema = batches.first().expect("a batch").schema();
            concat_batches(&schema, &batches).expect("joined")
        };
        let models = all(snapshot.models(&columns).expect("models"));
        (models, all(snapshot.relations().expect("relations")), snapshot.counts().expect("counts"))
    }

    fn rewritten(lake: &TestLake, date: &str) -> TestLake {
        let other = TestLake::new();
        let mut writer = other.writer(date);
        for record in lake.lake.snapshot(Some(day(date))).expect("a snapshot").records().expect("records") {
            writer.push(&record.expect("a record")).expect("taken in");
        }
        writer.finish().expect("published");
        other
    }

    #[test]
    fn a_snapshot_made_from_its_own_records_is_the_same() {
        for seed in 0..20 {
            let lake = TestLake::new();
            lake.write("2025-01-01", &records(seed, 40 + seed * 20));
            let other = rewritten(&lake, "2025-01-01");
            assert!(contents(&other, "2025-01-01") == contents(&lake, "2025-01-01"), "seed {seed}");
        }
    }

    #[test]
    fn records_come_back_from_a_snapshot_stored_as_changes() {
        let lake = TestLake::new();
        let mut models = records(7, 3000);
        lake.write("2025-01-01", &models);
        let others = records(8, 3000);
        (0..3000).step_by(9).for_each(|at| models[at] = others[at].clone());
        models.remove(1200);
        let published = lake.write("2025-01-08", &models);
        assert!(published.manifest.changes_to.is_some());
        let other = rewritten(&lake, "2025-01-08");
        assert!(contents(&other, "2025-01-08") == contents(&lake, "2025-01-08"));
    }

    #[test]
    fn a_record_comes_back_as_it_was() {
        let lake = TestLake::new();
        let mut models = records(3, 50);
        // Claims on one base stand together, and what is not stored is what a record has without it.
        for record in &mut models {
            record.claims.truncate(1);
            record.claims.retain(|claim| !claim.base.starts_with("gone"));
            record.claims.iter_mut().for_each(|claim| claim.base_hub_id = None);
            if record.claims.iter().all(|claim| claim.operation.is_some()) {
                record.inferred_operation = Operation::Finetune;
            }
        }
        lake.write("2025-01-01", &models);
        let snapshot = lake.lake.snapshot(None).expect("a snapshot");
        for (record, expected) in snapshot.records().expect("records").zip(models) {
            let mut record = record.expect("a record");
            record.claims.iter_mut().for_each(|claim| claim.base_hub_id = None);
            assert_eq!(record, expected);
        }
    }
}
