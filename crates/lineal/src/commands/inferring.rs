//! What is known of every model of a snapshot, and what can be inferred from that?

use crate::error::CommandError;
use lineal_core::{
    clues::FileKind,
    infer::{Inferred, Known, Options, infer},
    reading::RepositoryFile,
    record::ModelRecord,
    set::Set,
    world::World,
};
use lineal_files::{
    card::{self, Card},
    names,
};
use lineal_lake::{snapshot::Snapshot, store::Lake};
use std::collections::HashMap;

/// Reads a number from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// A snapshot with what was asked about single models of it.
pub struct Source<'a> {
    snapshot: &'a Snapshot,
    /// By place in the listing; an empty card is that of a model without one.
    cards: HashMap<u32, Card>,
    files: HashMap<u32, Files>,
}

/// What is of interest about a model's files.
struct Files {
    kinds: Set<FileKind>,
    weight_file: Option<String>,
    /// Of its weights.
    hashes: Vec<[u8; 32]>,
}

impl<'a> Source<'a> {
    pub fn open(lake: &Lake, snapshot: &'a Snapshot) -> Result<Source<'a>, CommandError> {
        let (mut cards, mut files) = (HashMap::new(), HashMap::new());
        for read in lake.cards(snapshot)? {
            let (position, text) = read?;
            let mut card = text.map_or(Card::default(), |text| card::read(text.text.as_bytes()));
            card.findings = Vec::new();
            cards.insert(position, card);
        }
        for read in lake.files(snapshot)? {
            let (position, list) = read?;
            files.insert(position, Files::of(&list));
        }
        Ok(Source { snapshot, cards, files })
    }

    /// Returns the models in the listing's order.
    pub fn records(
        &self,
    ) -> Result<impl Iterator<Item = Result<ModelRecord, CommandError>> + '_, CommandError> {
        let records = (0..).zip(self.snapshot.records()?);
        Ok(records.map(|(position, record)| {
            let mut record = record?;
            if let Some(files) = self.files.get(&position) {
                record.clues.files = Some(files.kinds);
                record.clues.weight_file.clone_from(&files.weight_file);
            }
            if let Some(card) = self.cards.get(&position) {
                card.enrich(&mut record);
            }
            Ok(record)
        }))
    }

    /// Returns the snapshot's world, and what inference has to know of its models.
    pub fn known(&self) -> Result<(World, Known), CommandError> {
        let (world, known, _) = self.known_and_typed()?;
        Ok((world, known))
    }

    /// Returns the same, and whether most models that declare a base state an operation: listings from before
    /// the summer of 2024 do not.
    pub fn known_and_typed(&self) -> Result<(World, Known, bool), CommandError> {
        let mut known = Known::default();
        let (mut declaring, mut typed) = (0_u64, 0_u64);
        for (position, record) in (0..).zip(self.records()?) {
            let record = record?;
            let mut declared = record.claims.iter().filter(|claim| claim.source.is_declaration()).peekable();
            declaring += u64::from(declared.peek().is_some());
            typed += u64::from(declared.any(|claim| claim.operation.is_some()));
            known.push(&record);
            if let Some(files) = self.files.get(&position) {
                known.push_hashes(position, &files.hashes);
            }
        }
        Ok((self.snapshot.world()?, known, 2 * typed >= declaring))
    }

    /// Infers the relations of the snapshot.
    pub fn inferred(&self, at_least: f64) -> Result<(World, Vec<Inferred>), CommandError> {
        let (world, known) = self.known()?;
        let inferred = infer(&world, &known, &Options { at_least });
        Ok((world, inferred))
    }
}

impl Files {
    fn of(list: &[RepositoryFile]) -> Files {
        let paths = || list.iter().map(|file| &*file.path);
        let is_weight = |file: &&RepositoryFile| {
            let kind = names::kind(&file.path);
            kind.is_some_and(|kind| [FileKind::Safetensors, FileKind::Pickle, FileKind::Gguf].contains(&kind))
        };
        Files {
            kinds: names::kinds(paths()),
            weight_file: names::weight_file(paths()),
            hashes: list.iter().filter(is_weight).filter_map(|file| file.sha256).collect(),
        }
    }
}
