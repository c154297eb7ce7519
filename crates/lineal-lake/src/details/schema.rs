//! Which columns do details have, and how do readings become them?

use crate::schema::time;
use arrow::{
    array::{
        ArrayRef, BooleanBuilder, FixedSizeBinaryBuilder, ListBuilder, RecordBatch, StringBuilder,
        TimestampMillisecondBuilder, UInt32Builder, UInt64Builder,
    },
    datatypes::{DataType, Field, Schema, SchemaRef},
    error::ArrowError,
};
use lineal_core::reading::{Answer, Card, Commit, Detail, Reading, RepositoryFile};
use std::sync::{Arc, LazyLock};

pub const READINGS_FILE: &str = "readings.parquet";
pub const ROWS_FILE: &str = "rows.parquet";

/// One row a model asked.
pub static READINGS: LazyLock<SchemaRef> = LazyLock::new(|| {
    Arc::new(Schema::new(vec![
        Field::new("hub_id", DataType::FixedSizeBinary(12), true),
        Field::new("id", DataType::Utf8, false),
        Field::new("sha", DataType::FixedSizeBinary(20), true),
        Field::new("read_at", time(), false),
        Field::new("anonymous", DataType::Boolean, false),
        Field::new("requests", DataType::UInt32, false),
        Field::new("outcome", DataType::Utf8, false),
        Field::new("fate", DataType::Utf8, true),
        Field::new("now_id", DataType::Utf8, true),
        Field::new("now_hub_id", DataType::FixedSizeBinary(12), true),
    ]))
});

/// `reading` is the row of the model in the part's readings, in order. Commits are numbered from
/// the newest, which is 0.
static COMMITS: LazyLock<SchemaRef> = LazyLock::new(|| {
    rows_of(vec![
        Field::new("number", DataType::UInt32, false),
        Field::new("commit", DataType::FixedSizeBinary(20), false),
        Field::new("title", DataType::Utf8, false),
        Field::new("message", DataType::Utf8, true),
        Field::new("authors", crate::schema::list(), false),
        Field::new("date", time(), true),
    ])
});

static CARDS: LazyLock<SchemaRef> = LazyLock::new(|| {
    rows_of(vec![
        Field::new("text", DataType::Utf8, false),
        Field::new("bytes", DataType::UInt64, false),
        Field::new("utf8", DataType::Boolean, false),
    ])
});

static FILES: LazyLock<SchemaRef> = LazyLock::new(|| {
    rows_of(vec![
        Field::new("path", DataType::Utf8, false),
        Field::new("size", DataType::UInt64, true),
        Field::new("blob", DataType::FixedSizeBinary(20), true),
        Field::new("sha256", DataType::FixedSizeBinary(32), true),
        Field::new("xet_hash", DataType::Utf8, true),
    ])
});

fn rows_of(fields: Vec<Field>) -> SchemaRef {
    let reading = Field::new("reading", DataType::UInt32, false);
    Arc::new(Schema::new([vec![reading], fields].concat()))
}

/// The columns of what was read; what became of a name is in the reading itself.
pub fn rows_schema(detail: Detail) -> Option<SchemaRef> {
    match detail {
        Detail::Commits => Some(COMMITS.clone()),
        Detail::Cards => Some(CARDS.clone()),
        Detail::Files => Some(FILES.clone()),
        Detail::Identities => None,
    }
}

/// How many rows of a kind are read at a time: cards can be large.
pub fn batch_rows(detail: Detail) -> usize {
    match detail {
        Detail::Cards => 128,
        _ => 1 << 13,
    }
}

fn append<const N: usize>(
    builder: &mut FixedSizeBinaryBuilder,
    bytes: Option<[u8; N]>,
) -> Result<(), ArrowError> {
    match bytes {
        Some(bytes) => builder.append_value(bytes),
        None => {
            builder.append_null();
            Ok(())
        }
    }
}

/// Lays readings out as rows.
pub fn readings(readings: &[Reading]) -> Result<RecordBatch, ArrowError> {
    let mut hub_ids = FixedSizeBinaryBuilder::new(12);
    let mut ids = StringBuilder::new();
    let mut shas = FixedSizeBinaryBuilder::new(20);
    let mut times = TimestampMillisecondBuilder::new().with_timezone("UTC");
    let mut anonymous = BooleanBuilder::new();
    let mut requests = UInt32Builder::new();
    let mut words: [StringBuilder; 3] = Default::default();
    let mut now_hub_ids = FixedSizeBinaryBuilder::new(12);
    for reading in readings {
        let identity = reading.identity.as_ref();
        append(&mut hub_ids, reading.subject.hub_id.map(|hub_id| hub_id.0))?;
        ids.append_value(reading.subject.id.as_str());
        append(&mut shas, reading.subject.sha)?;
        times.append_value(reading.read_at);
        anonymous.append_value(reading.anonymous);
        requests.append_value(reading.requests);
        let fate = identity.map(|identity| identity.fate.as_str());
        let now = identity.and_then(|identity| identity.now.as_ref()).map(|now| now.as_str());
        let texts = [Some(reading.outcome.as_str()), fate, now];
        words.iter_mut().zip(texts).for_each(|(builder, word)| builder.append_option(word));
        append(&mut now_hub_ids, identity.and_then(|identity| identity.hub_id).map(|hub_id| hub_id.0))?;
    }
    let [outcomes, fates, nows] = &mut words;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(hub_ids.finish()),
        Arc::new(ids.finish()),
        Arc::new(shas.finish()),
        Arc::new(times.finish()),
        Arc::new(anonymous.finish()),
        Arc::new(requests.finish()),
        Arc::new(outcomes.finish()),
        Arc::new(fates.finish()),
        Arc::new(nows.finish()),
        Arc::new(now_hub_ids.finish()),
    ];
    RecordBatch::try_new(READINGS.clone(), columns)
}

/// Lays what was read out as rows; `first` is the number of the first reading. An answer of
/// another kind than was asked for has no rows.
pub fn rows(detail: Detail, readings: &[Reading], first: u32) -> Result<RecordBatch, ArrowError> {
    let answers = (first..).zip(readings.iter().map(|reading| &reading.answer));
    match detail {
        Detail::Commits => commits(answers.filter_map(|(reading, answer)| match answer {
            Answer::Commits(commits) => Some((reading, commits.as_slice())),
            _ => None,
        })),
        Detail::Cards => cards(answers.filter_map(|(reading, answer)| match answer {
            Answer::Card(card) => Some((reading, card)),
            _ => None,
        })),
        Detail::Files => files(answers.filter_map(|(reading, answer)| match answer {
            Answer::Files(files) => Some((reading, files.as_slice())),
            _ => None,
        })),
        Detail::Identities => Ok(RecordBatch::new_empty(Arc::new(Schema::empty()))),
    }
}

fn commits<'a>(answers: impl Iterator<Item = (u32, &'a [Commit])>) -> Result<RecordBatch, ArrowError> {
    let mut readings = UInt32Builder::new();
    let mut numbers = UInt32Builder::new();
    let mut ids = FixedSizeBinaryBuilder::new(20);
    let mut titles = StringBuilder::new();
    let mut messages = StringBuilder::new();
    let mut authors = ListBuilder::new(StringBuilder::new());
    let mut dates = TimestampMillisecondBuilder::new().with_timezone("UTC");
    for (reading, commits) in answers {
        for (number, commit) in (0..).zip(commits) {
            readings.append_value(reading);
            numbers.append_value(number);
            ids.append_value(commit.id)?;
            titles.append_value(&commit.title);
            messages.append_option(commit.message.as_ref());
            commit.authors.iter().for_each(|author| authors.values().append_value(author));
            authors.append(true);
            dates.append_option(commit.date);
        }
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(readings.finish()),
        Arc::new(numbers.finish()),
        Arc::new(ids.finish()),
        Arc::new(titles.finish()),
        Arc::new(messages.finish()),
        Arc::new(authors.finish()),
        Arc::new(dates.finish()),
    ];
    RecordBatch::try_new(COMMITS.clone(), columns)
}

fn cards<'a>(answers: impl Iterator<Item = (u32, &'a Card)>) -> Result<RecordBatch, ArrowError> {
    let mut readings = UInt32Builder::new();
    let mut texts = StringBuilder::new();
    let mut sizes = UInt64Builder::new();
    let mut whole = BooleanBuilder::new();
    for (reading, card) in answers {
        readings.append_value(reading);
        texts.append_value(&card.text);
        sizes.append_value(card.bytes);
        whole.append_value(card.utf8);
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(readings.finish()),
        Arc::new(texts.finish()),
        Arc::new(sizes.finish()),
        Arc::new(whole.finish()),
    ];
    RecordBatch::try_new(CARDS.clone(), columns)
}

fn files<'a>(answers: impl Iterator<Item = (u32, &'a [RepositoryFile])>) -> Result<RecordBatch, ArrowError> {
    let mut readings = UInt32Builder::new();
    let mut paths = StringBuilder::new();
    let mut sizes = UInt64Builder::new();
    let mut blobs = FixedSizeBinaryBuilder::new(20);
    let mut hashes = FixedSizeBinaryBuilder::new(32);
    let mut xet_hashes = StringBuilder::new();
    for (reading, files) in answers {
        for file in files {
            readings.append_value(reading);
            paths.append_value(&file.path);
            sizes.append_option(file.size);
            append(&mut blobs, file.blob)?;
            append(&mut hashes, file.sha256)?;
            xet_hashes.append_option(file.xet_hash.as_ref());
        }
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(readings.finish()),
        Arc::new(paths.finish()),
        Arc::new(sizes.finish()),
        Arc::new(blobs.finish()),
        Arc::new(hashes.finish()),
        Arc::new(xet_hashes.finish()),
    ];
    RecordBatch::try_new(FILES.clone(), columns)
}
