//! From what was read of a model to what is found.

use super::{known::Listed, subject::Taken};
use crate::error::CommandError;
use lineal_core::{
    date::SnapshotDate,
    guest,
    quality::{self, Basis},
    record::{Claim, ModelRecord, Source},
};
use lineal_files::{
    card,
    lint::{self, Guess, Names, OfModel, Subject, license_text},
};

/// What claims make it needless to compare a model with all names.
const TOOLS: [Source; 3] = [Source::MergeConfig, Source::PeftConfig, Source::GgufHeader];

pub fn judge(taken: Taken, listed: Option<&Listed>, infer: bool) -> Result<OfModel, CommandError> {
    let Taken { record, is_named, place, card: text, is_writable, licenses, findings, mut unchecked } = taken;
    let names = match listed {
        Some(listed) => listed.names(lint::named(&record))?,
        None => {
            unchecked.push("whether its bases exist, and their licences: there is no snapshot".to_owned());
            Names::default()
        }
    };
    let guesses = guesses(&record, is_named, listed, infer, &mut unchecked)?;
    let verdicts = verdicts(&record)?;
    let card = text.as_deref().filter(|text| !text.is_empty()).map(card::read);
    let licenses: Vec<_> =
        licenses.into_iter().map(|(file, bytes)| (file, license_text::recognise(&bytes))).collect();
    let subject = Subject {
        record: &record,
        is_named,
        card: card.as_ref(),
        text: text.as_deref(),
        read: &findings,
        verdicts: &verdicts.fields,
        guesses: &guesses,
        licenses: &licenses,
        names: &names,
    };
    let mut findings = lint::lint(&subject);
    if !is_writable {
        findings.iter_mut().for_each(|found| found.changes.clear());
    }
    Ok(OfModel { model: verdicts.model, place, findings, unchecked, changed: None, card: text })
}

/// Judges the five fields from the record alone; bases are the rules' own matter.
fn verdicts(record: &ModelRecord) -> Result<quality::OfModel, CommandError> {
    let day = SnapshotDate::new(1970, 1, 1).unwrap_or_else(|| unreachable!("1970-01-01 is a date"));
    let too_many = |_| CommandError::Asked("the model has too many bases".to_owned());
    let (world, node) = guest::with(&guest::nobody(day), record, |_| true).map_err(too_many)?;
    // A reader of the card finds what is stated anywhere.
    let options = quality::Options { basis: Basis::Anywhere, ..quality::Options::default() };
    Ok(quality::of_model(&world, node, record, &[], &options))
}

/// Infers bases where it is worth reading a whole snapshot: nothing names one, or somebody asks.
fn guesses(
    record: &ModelRecord,
    is_named: bool,
    listed: Option<&Listed>,
    infer: bool,
    unchecked: &mut Vec<String>,
) -> Result<Vec<Guess>, CommandError> {
    let is_named_by = |claim: &Claim| {
        let source = claim.source;
        // Without an operation, a header passes on what somebody's card said.
        let is_sure = source != Source::GgufHeader || claim.operation.is_some();
        source.is_declaration() || TOOLS.contains(&source) && is_sure
    };
    let has_base = record.claims.iter().any(is_named_by);
    match listed {
        Some(listed) if is_named && (infer || !has_base) => listed.guesses(record),
        Some(_) if !is_named => {
            unchecked.push("what its name says of its base: `--id` tells its name".to_owned());
            Ok(Vec::new())
        }
        _ => Ok(Vec::new()),
    }
}
