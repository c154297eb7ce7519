//! Asking the hub for a model's card and files, or a snapshot for its record.

use super::{folder::is_license, known::Listed, subject::Taken};
use crate::{commands::crawl::hub::HubArgs, error::CommandError, progress::Progress};
use lineal_core::{
    model_id::ModelId,
    reading::{Answer, Detail, Outcome, RepositoryFile, Subject},
    record::ModelRecord,
};
use lineal_files::{
    folder::{self, File, Want},
    lint::CARD,
};
use lineal_hub::{ask, client::Client};
use std::{collections::BTreeMap, sync::Arc};
use tokio::runtime::Runtime;

/// The largest file that is asked for, in bytes.
const LARGEST: u64 = 16 << 20;
/// How many files of a model are asked for.
const MANY: usize = 24;

/// Asks the hub what a model is, and for those of its files that say something of it.
pub fn take(id: &ModelId, args: &HubArgs) -> Result<Taken, CommandError> {
    let progress = Arc::new(Progress::new(args.progress));
    let client = args.client(&progress)?;
    Runtime::new()?.block_on(asked(&client, id))
}

async fn asked(client: &Client, id: &ModelId) -> Result<Taken, CommandError> {
    let nobody = || CommandError::Asked(format!("the hub does not show a model `{id}`"));
    let mut subject = Subject { id: id.clone(), hub_id: None, sha: None };
    let present = ask::present(client, &subject).await?.record.ok_or_else(nobody)?;
    // What the name leads to now; the commit makes all answers those of one moment.
    (subject.id, subject.sha) = (present.id.clone(), present.sha);
    let reading = ask::ask(client, Detail::Files, &subject, || 0).await?;
    let mut unchecked = Vec::new();
    let files = match reading.answer {
        Answer::Files(files) => files,
        _ => {
            unchecked.push(format!("its files: {}", words(reading.outcome)));
            return Ok(of_record(present, address(client, id), unchecked));
        }
    };
    let mut bytes = BTreeMap::new();
    let wanted =
        files.iter().filter(|file| is_license(&file.path) || folder::wants(&file.path) != Want::Nothing);
    for (count, file) in wanted.enumerate() {
        match refusal(file, count) {
            Some(why) => unchecked.push(format!("`{}`: {why}", file.path)),
            None => match ask::file(client, &subject, &file.path, LARGEST as usize).await? {
                Ok(read) => drop(bytes.insert(file.path.clone(), read)),
                Err(outcome) => unchecked.push(format!("`{}`: {}", file.path, words(outcome))),
            },
        }
    }
    let of_file = |file| -> File { of_file(file, &bytes) };
    let (mut record, findings) =
        folder::record(present.id.clone(), &files.iter().map(of_file).collect::<Vec<_>>());
    complete(&mut record, present);
    let is_unread = files.iter().any(|file| file.path == CARD) && !bytes.contains_key(CARD);
    let licenses = bytes.iter().filter(|(path, _)| is_license(path));
    Ok(Taken {
        is_named: true,
        place: format!("{}/blob/main", address(client, &record.id)),
        card: if is_unread { None } else { Some(bytes.get(CARD).cloned().unwrap_or_default()) },
        // Its changes can be shown, and made by whoever has the model.
        is_writable: true,
        licenses: licenses.map(|(path, bytes)| (path.clone(), bytes.clone())).collect(),
        findings: if is_unread { Vec::new() } else { findings },
        record,
        unchecked,
    })
}

fn of_file<'a>(file: &'a RepositoryFile, bytes: &'a BTreeMap<String, Vec<u8>>) -> File<'a> {
    File { path: &file.path, size: file.size.unwrap_or(0), bytes: bytes.get(&file.path).map(Vec::as_slice) }
}

/// Why a file is not asked for; `None` if it is.
fn refusal(file: &RepositoryFile, count: usize) -> Option<String> {
    match folder::wants(&file.path) {
        _ if count >= MANY => Some("so many files are not asked for".to_owned()),
        Want::Head(_) => Some("the headers of weights are read from a folder only".to_owned()),
        _ if file.size.is_some_and(|size| size > LARGEST) => Some("it is too large".to_owned()),
        _ => None,
    }
}

/// Adds what the hub says of a model and its files do not.
fn complete(record: &mut ModelRecord, present: ModelRecord) {
    record.hub_id = present.hub_id;
    record.sha = present.sha;
    record.gated = present.gated;
    record.task = record.task.take().or(present.task);
    record.library = record.library.take().or(present.library);
    record.license = record.license.take().or(present.license);
    for tag in present.tags {
        if !record.tags.contains(&tag) {
            record.tags.push(tag);
        }
    }
}

/// Takes a model from a snapshot's record: its card and its files are not at hand.
pub fn from_snapshot(id: &ModelId, listed: Option<&Listed>) -> Result<Taken, CommandError> {
    let Some(listed) = listed else { return Err(CommandError::Asked("there is no snapshot".to_owned())) };
    let node = super::super::find(&listed.world, id.as_str())?;
    let nobody = || CommandError::Asked(format!("`{id}` is not listed in snapshot {}", listed.snapshot.date));
    let record = listed.snapshot.records()?.nth(node as usize).ok_or_else(nobody)??;
    let unchecked = vec![format!("its card and files: only its record in snapshot {}", listed.snapshot.date)];
    let place = record.id.as_str().to_owned();
    Ok(of_record(record, place, unchecked))
}

fn of_record(record: ModelRecord, place: String, unchecked: Vec<String>) -> Taken {
    Taken {
        record,
        is_named: true,
        place,
        card: None,
        is_writable: false,
        licenses: Vec::new(),
        findings: Vec::new(),
        unchecked,
    }
}

fn address(client: &Client, id: &ModelId) -> String {
    format!("{}/{id}", client.hub().as_str().trim_end_matches('/'))
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Gated => "the model is gated",
        Outcome::Disabled => "the hub has closed the model",
        Outcome::TooLarge => "too large",
        Outcome::Elsewhere => "the name leads to another model",
        _ => "the hub does not give it",
    }
}
