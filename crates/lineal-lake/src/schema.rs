//! Which columns are stored, and how do records become them?
//!
//! What is stable about a model and what changes every day lie in different files, so that a
//! week costs what changed in it. Row `n` of both is the `n`-th model of the listing.

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, FixedSizeBinaryBuilder, ListBuilder, RecordBatch, StringBuilder,
        StructBuilder, TimestampMillisecondBuilder, UInt32Builder, UInt64Builder,
    },
    datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit},
    error::ArrowError,
};
use lineal_core::{
    record::ModelRecord,
    resolve::{Relation, Resolution},
    set::{Member, Set},
};
use std::{
    ops::Range,
    sync::{Arc, LazyLock},
};

pub fn list() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
}

pub fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

/// What is stable about a model. In a snapshot stored as changes, `replaces` is the row of the
/// full snapshot that a row takes the place of.
pub static MODELS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("hub_id", DataType::FixedSizeBinary(12), true),
        Field::new("id", DataType::Utf8, false),
        Field::new("created_at", time(), true),
        Field::new("last_modified", time(), true),
        Field::new("sha", DataType::FixedSizeBinary(20), true),
        Field::new("task", DataType::Utf8, true),
        Field::new("library", DataType::Utf8, true),
        Field::new("license", DataType::Utf8, true),
        Field::new("gated", DataType::Utf8, true),
        Field::new("disabled", DataType::Boolean, true),
        Field::new("private", DataType::Boolean, true),
        Field::new("tags", list(), false),
        Field::new("datasets", list(), false),
        Field::new("architectures", list(), false),
        Field::new("model_type", DataType::Utf8, true),
        Field::new("quantization", DataType::Utf8, true),
        Field::new("parameters", DataType::UInt64, true),
        Field::new("new_version", DataType::Utf8, true),
        Field::new("files", list(), true),
        Field::new("weight_file", DataType::Utf8, true),
        Field::new("license_name", DataType::Utf8, true),
        Field::new("license_link", DataType::Utf8, true),
        Field::new("results", DataType::UInt32, true),
        Field::new("template", DataType::Utf8, true),
        Field::new("card", list(), true),
        Field::new("replaces", DataType::UInt32, true),
    ]))
});

/// How many of [`static@MODELS`]' columns describe the model; the last one is ours.
pub const MODEL_COLUMNS: usize = 25;

/// Where in [`static@MODELS`] the columns are that snapshots of format 1 do not have.
const SINCE_FORMAT_2: Range<usize> = 18..25;

/// The columns of the models in a snapshot of some format.
pub fn models_of(format: u32) -> SchemaRef {
    static FORMAT_1: LazyLock<SchemaRef> = LazyLock::new(|| {
        let mut fields = MODELS.fields().to_vec();
        fields.drain(SINCE_FORMAT_2);
        Arc::new(Schema::new(fields))
    });
    if format < 2 { FORMAT_1.clone() } else { MODELS.clone() }
}

/// What changes every day. `position` is the model's place in the listing.
pub static COUNTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("position", DataType::UInt32, false),
        Field::new("downloads", DataType::UInt64, true),
        Field::new("downloads_all_time", DataType::UInt64, true),
        Field::new("likes", DataType::UInt64, true),
    ]))
});

/// One relation: both ends by their place in the listing; a missing base by its name. In a
/// snapshot stored as changes, a row with neither says that the model has lost its relations.
pub static RELATIONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("derived", DataType::UInt32, false),
        Field::new("base", DataType::UInt32, true),
        Field::new("missing", DataType::Utf8, true),
        Field::new("operation", DataType::Utf8, false),
        Field::new("operation_inferred", DataType::Boolean, false),
        Field::new("declared", DataType::Boolean, false),
        Field::new("resolution", DataType::Utf8, false),
        Field::new("evidence", evidence(), false),
    ]))
});

/// The order of a listing stored as changes: runs of rows of the full snapshot, or, where
/// `start` is null, of this one's own next rows.
pub static ORDER: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("start", DataType::UInt32, true),
        Field::new("count", DataType::UInt32, false),
    ]))
});

fn evidence_fields() -> Fields {
    Fields::from(vec![
        Field::new("source", DataType::Utf8, false),
        Field::new("named", DataType::Utf8, false),
        Field::new("operation", DataType::Utf8, true),
    ])
}

pub fn evidence() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Struct(evidence_fields()), true)))
}

/// Models being collected into a batch.
pub struct ModelsBuilder {
    hub_id: FixedSizeBinaryBuilder,
    id: StringBuilder,
    created_at: TimestampMillisecondBuilder,
    last_modified: TimestampMillisecondBuilder,
    sha: FixedSizeBinaryBuilder,
    words: [StringBuilder; 4],
    disabled: BooleanBuilder,
    private: BooleanBuilder,
    lists: [ListBuilder<StringBuilder>; 3],
    configuration: [StringBuilder; 3],
    parameters: UInt64Builder,
    /// Kinds of files, and parts of the card.
    sets: [ListBuilder<StringBuilder>; 2],
    clues: [StringBuilder; 4],
    results: UInt32Builder,
    rows: usize,
}

impl ModelsBuilder {
    pub fn new() -> ModelsBuilder {
        ModelsBuilder {
            hub_id: FixedSizeBinaryBuilder::new(12),
            id: StringBuilder::new(),
            created_at: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            last_modified: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            sha: FixedSizeBinaryBuilder::new(20),
            words: Default::default(),
            disabled: BooleanBuilder::new(),
            private: BooleanBuilder::new(),
            lists: Default::default(),
            configuration: Default::default(),
            parameters: UInt64Builder::new(),
            sets: Default::default(),
            clues: Default::default(),
            results: UInt32Builder::new(),
            rows: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn push(&mut self, record: &ModelRecord) -> Result<(), ArrowError> {
        match record.hub_id {
            Some(hub_id) => self.hub_id.append_value(hub_id.0)?,
            None => self.hub_id.append_null(),
        }
        self.id.append_value(record.id.as_str());
        self.created_at.append_option(record.created_at);
        self.last_modified.append_option(record.last_modified);
        match record.sha {
            Some(sha) => self.sha.append_value(sha)?,
            None => self.sha.append_null(),
        }
        let gated = record.gated.map(|gated| gated.as_str());
        let words = [record.task.as_deref(), record.library.as_deref(), record.license.as_deref(), gated];
        self.words.iter_mut().zip(words).for_each(|(builder, word)| builder.append_option(word));
        self.disabled.append_option(record.disabled);
        self.private.append_option(record.private);
        let lists = [&record.tags, &record.datasets, &record.architectures];
        for (builder, texts) in self.lists.iter_mut().zip(lists) {
            texts.iter().for_each(|text| builder.values().append_value(text));
            builder.append(true);
        }
        let configuration = [&record.model_type, &record.quantization, &record.new_version];
        self.configuration
            .iter_mut()
            .zip(configuration)
            .for_each(|(builder, word)| builder.append_option(word.as_ref()));
        self.parameters.append_option(record.parameters);
        let clues = &record.clues;
        let [files, card] = &mut self.sets;
        append_set(files, clues.files);
        append_set(card, clues.card);
        let template = clues.template.map(Member::as_str);
        let texts = [&clues.weight_file, &clues.license_name, &clues.license_link];
        let texts = texts.map(Option::as_deref).into_iter().chain([template]);
        self.clues.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
        self.results.append_option(clues.results);
        self.rows += 1;
        Ok(())
    }

    /// Returns the models collected so far as a batch of the columns that describe a model.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let [task, library, license, gated] = &mut self.words;
        let [tags, datasets, architectures] = &mut self.lists;
        let [model_type, quantization, new_version] = &mut self.configuration;
        let [files, card] = &mut self.sets;
        let [weight_file, license_name, license_link, template] = &mut self.clues;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.hub_id.finish()),
            Arc::new(self.id.finish()),
            Arc::new(self.created_at.finish()),
            Arc::new(self.last_modified.finish()),
            Arc::new(self.sha.finish()),
            Arc::new(task.finish()),
            Arc::new(library.finish()),
            Arc::new(license.finish()),
            Arc::new(gated.finish()),
            Arc::new(self.disabled.finish()),
            Arc::new(self.private.finish()),
            Arc::new(tags.finish()),
            Arc::new(datasets.finish()),
            Arc::new(architectures.finish()),
            Arc::new(model_type.finish()),
            Arc::new(quantization.finish()),
            Arc::new(self.parameters.finish()),
            Arc::new(new_version.finish()),
            Arc::new(files.finish()),
            Arc::new(weight_file.finish()),
            Arc::new(license_name.finish()),
            Arc::new(license_link.finish()),
            Arc::new(self.results.finish()),
            Arc::new(template.finish()),
            Arc::new(card.finish()),
        ];
        RecordBatch::try_new(described(), columns)
    }
}

/// Adds a set as the words of its members; null where nothing is known.
fn append_set<T: Member>(builder: &mut ListBuilder<StringBuilder>, set: Option<Set<T>>) {
    let members = set.into_iter().flat_map(Set::iter);
    members.for_each(|member| builder.values().append_value(member.as_str()));
    builder.append(set.is_some());
}

/// The columns of [`static@MODELS`] that describe a model.
pub fn described() -> SchemaRef {
    static DESCRIBED: LazyLock<SchemaRef> =
        LazyLock::new(|| Arc::new(Schema::new(MODELS.fields()[..MODEL_COLUMNS].to_vec())));
    DESCRIBED.clone()
}

/// Relations being collected into a batch.
pub struct RelationsBuilder {
    derived: UInt32Builder,
    base: UInt32Builder,
    missing: StringBuilder,
    operation: StringBuilder,
    operation_inferred: BooleanBuilder,
    declared: BooleanBuilder,
    resolution: StringBuilder,
    evidence: ListBuilder<StructBuilder>,
    rows: usize,
}

impl RelationsBuilder {
    pub fn new() -> RelationsBuilder {
        RelationsBuilder {
            derived: UInt32Builder::new(),
            base: UInt32Builder::new(),
            missing: StringBuilder::new(),
            operation: StringBuilder::new(),
            operation_inferred: BooleanBuilder::new(),
            declared: BooleanBuilder::new(),
            resolution: StringBuilder::new(),
            evidence: ListBuilder::new(StructBuilder::from_fields(evidence_fields(), 0)),
            rows: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    /// Adds a relation; `missing` is the name of its base if that is not listed.
    pub fn push(&mut self, relation: &Relation, missing: Option<&str>) {
        self.derived.append_value(relation.derived);
        self.base.append_option((relation.resolution != Resolution::Missing).then_some(relation.base));
        self.missing.append_option(missing);
        self.operation.append_value(relation.operation.as_str());
        self.operation_inferred.append_value(relation.operation_inferred);
        self.declared.append_value(relation.declared);
        self.resolution.append_value(relation.resolution.as_str());
        let places = self.evidence.values();
        for evidence in &relation.evidence {
            let operation = evidence.operation.as_ref().map(|operation| operation.as_str());
            let fields = [Some(evidence.source.as_str()), Some(&*evidence.named), operation];
            for (at, field) in fields.into_iter().enumerate() {
                // The builder was made from fields that are all text.
                if let Some(builder) = places.field_builder::<StringBuilder>(at) {
                    builder.append_option(field);
                }
            }
            places.append(true);
        }
        self.evidence.append(true);
        self.rows += 1;
    }

    /// Says that a model has lost the relations that the full snapshot holds.
    pub fn push_none(&mut self, derived: u32) {
        self.derived.append_value(derived);
        self.base.append_null();
        self.missing.append_null();
        self.operation.append_value("");
        self.operation_inferred.append_value(false);
        self.declared.append_value(false);
        self.resolution.append_value("");
        self.evidence.append(true);
        self.rows += 1;
    }

    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.derived.finish()),
            Arc::new(self.base.finish()),
            Arc::new(self.missing.finish()),
            Arc::new(self.operation.finish()),
            Arc::new(self.operation_inferred.finish()),
            Arc::new(self.declared.finish()),
            Arc::new(self.resolution.finish()),
            Arc::new(self.evidence.finish()),
        ];
        RecordBatch::try_new(RELATIONS.clone(), columns)
    }
}
