//! What is known of how each model of a snapshot came to be: its commits, and its files at several of them?
//!
//! Commits are read part by part, so that memory holds those of one model at a time; models come in the
//! order in which they were read. Of files, all readings up to the snapshot's date count, whichever
//! commit they belong to: of each tree, only a number for each kind of file is kept, and that only
//! for models of which there are several.

use super::{
    DetailsError, bytes,
    newest::{self, Finder, chosen, newest},
    part::{Parts, Placed},
    rows::PartRows,
};
use crate::{
    snapshot::{ReadError, Snapshot},
    store::Lake,
};
use arrow::{
    array::{Array, AsArray},
    datatypes::TimestampMillisecondType,
};
use lineal_core::{
    reading::{Commit, Detail},
    updates::{Tree, TreeAt},
};
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    vec,
};

/// The histories of the models of a snapshot, as far as they are known, one after another.
pub struct Histories {
    lake: Lake,
    parts: vec::IntoIter<(Placed, Vec<Option<u32>>)>,
    part: Option<PartRows>,
    trees: HashMap<u32, Vec<TreeAt>>,
}

/// What is known of one model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfModel {
    /// Its place in the listing, which is its node.
    pub position: u32,
    /// Newest first; without messages and authors.
    pub commits: Vec<Commit>,
    pub trees: Vec<TreeAt>,
}

impl Lake {
    /// Reads the commits of a snapshot's models, each as of its present commit, and the trees known of them.
    ///
    /// # Errors
    /// When what is there cannot be read; a history may also be an error.
    pub fn histories(&self, snapshot: &Snapshot) -> Result<Histories, DetailsError> {
        let parts = Parts::up_to(self, snapshot.date, Detail::Commits)?;
        let none = Histories {
            lake: self.clone(),
            parts: Vec::new().into_iter(),
            part: None,
            trees: HashMap::new(),
        };
        if parts.0.is_empty() {
            return Ok(none);
        }
        let finder = Finder::new(snapshot.subjects()?);
        let newest = newest(self, &finder, &parts, Detail::Commits, &snapshot.manifest.id)?;
        let chosen = chosen(&parts, &newest);
        drop(newest);
        let trees = trees(self, snapshot, &finder)?;
        let parts: Vec<(Placed, Vec<Option<u32>>)> = parts.0.into_iter().zip(chosen).collect();
        Ok(Histories { parts: parts.into_iter(), trees, ..none })
    }
}

impl Histories {
    fn next_history(&mut self) -> Result<Option<OfModel>, ReadError> {
        loop {
            if let Some(part) = &mut self.part {
                if let Some((position, commits)) = part.next_commits()? {
                    let trees = self.trees.remove(&position).unwrap_or_default();
                    return Ok(Some(OfModel { position, commits, trees }));
                }
                self.part = None;
            }
            let Some((placed, chosen)) = self.parts.next() else { return Ok(None) };
            self.part = PartRows::open(&self.lake, &placed, Detail::Commits, &COMMITS, chosen)?;
        }
    }
}

impl Iterator for Histories {
    type Item = Result<OfModel, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_history().transpose()
    }
}

/// The columns that commits and trees are made of, in the order in which they are stored.
const COMMITS: [&str; 4] = ["reading", "commit", "title", "date"];
const FILES: [&str; 4] = ["reading", "path", "blob", "sha256"];

impl PartRows {
    fn next_commits(&mut self) -> Result<Option<(u32, Vec<Commit>)>, ReadError> {
        let mut commits = Vec::new();
        let position = self.next_reading(|batch, row| {
            let dates = batch.column(3).as_primitive::<TimestampMillisecondType>();
            commits.push(Commit {
                id: bytes(batch.column(1).as_fixed_size_binary(), row).unwrap_or_default(),
                title: batch.column(2).as_string::<i32>().value(row).to_owned(),
                message: None,
                authors: Vec::new(),
                date: dates.is_valid(row).then(|| dates.value(row)),
            });
        })?;
        Ok(position.map(|position| (position, commits)))
    }

    fn next_tree(&mut self, seed: u64) -> Result<Option<(u32, Tree)>, ReadError> {
        let mut tree = Tree::default();
        let position = self.next_reading(|batch, row| {
            let path = batch.column(1).as_string::<i32>().value(row);
            let (blobs, hashes) =
                (batch.column(2).as_fixed_size_binary(), batch.column(3).as_fixed_size_binary());
            // The blob of a large file is its pointer, which holds the hash of its content.
            let known = [blobs, hashes].into_iter().find(|column| column.is_valid(row));
            tree.add(seed, path, known.map_or(&[], |column| column.value(row)));
        })?;
        Ok(position.map(|position| (position, tree)))
    }
}

/// Reads the trees of models whose files are known at several commits.
fn trees(lake: &Lake, snapshot: &Snapshot, finder: &Finder) -> Result<HashMap<u32, Vec<TreeAt>>, ReadError> {
    let parts = Parts::up_to(lake, snapshot.date, Detail::Files)?;
    let mut found: Vec<Reading> = Vec::new();
    for (part, placed) in (0..).zip(&parts.0) {
        newest::each_read(lake, placed, |reading, asked| {
            let Some(commit) = asked.sha else { return };
            if let Some(position) = finder.find(asked.hub_id, &asked.id) {
                found.push(Reading { position, commit, part, reading });
            }
        })?;
    }
    // Of several readings at the same commit any will do.
    found.sort_unstable_by_key(|reading| (reading.position, reading.commit));
    found.dedup_by_key(|reading| (reading.position, reading.commit));
    let several = found.chunk_by(|one, other| one.position == other.position);
    let wanted: Vec<&Reading> = several.filter(|readings| readings.len() > 1).flatten().collect();
    let seed = RandomState::new().hash_one("trees");
    let mut trees: HashMap<u32, Vec<TreeAt>> = HashMap::new();
    for (part, placed) in (0..).zip(&parts.0) {
        // Here a reading stands for its own place among those wanted.
        let mut chosen = vec![None; placed.part.readings as usize];
        for (at, reading) in (0..).zip(&wanted).filter(|(_, reading)| reading.part == part) {
            if let Some(chosen) = chosen.get_mut(reading.reading as usize) {
                *chosen = Some(at);
            }
        }
        let Some(mut rows) = PartRows::open(lake, placed, Detail::Files, &FILES, chosen)? else { continue };
        while let Some((at, tree)) = rows.next_tree(seed)? {
            let Reading { position, commit, .. } = *wanted[at as usize];
            trees.entry(position).or_default().push(TreeAt { commit, tree });
        }
    }
    Ok(trees)
}

/// Where the files of a model at one commit are.
struct Reading {
    position: u32,
    commit: [u8; 20],
    part: u32,
    reading: u32,
}
