//! What is in the card and in the repository of each model of a snapshot, as far as anybody asked?
//!
//! Both are read part by part, so that memory holds what was read of one model at a time; models come
//! in the order in which they were read. A model that was found to have no card, or no files, is
//! among them; one that could not be read is not.

use super::{
    DetailsError,
    files::file,
    newest::{Finder, chosen, newest},
    part::{Parts, Placed},
    rows::PartRows,
    schema::{READINGS, READINGS_FILE},
};
use crate::{
    scan::scan,
    snapshot::{ReadError, Snapshot},
    store::Lake,
};
use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::UInt64Type,
};
use lineal_core::reading::{Card, Detail, Outcome, RepositoryFile};
use std::{collections::BTreeSet, vec};

impl Lake {
    /// Reads the cards of a snapshot's models, each by the model's place in the listing; `None` is the
    /// card of a model that has none.
    ///
    /// # Errors
    /// When what is there cannot be read; a card may also be an error.
    pub fn cards(
        &self,
        snapshot: &Snapshot,
    ) -> Result<impl Iterator<Item = Result<(u32, Option<Card>), ReadError>> + use<>, DetailsError> {
        let contents = Contents::open(self, snapshot, Detail::Cards, card)?;
        Ok(contents.map(|read| read.map(|(position, mut cards)| (position, cards.pop()))))
    }

    /// Reads the files of a snapshot's models, each model's by its place in the listing.
    ///
    /// # Errors
    /// When what is there cannot be read; a model's files may also be an error.
    pub fn files(
        &self,
        snapshot: &Snapshot,
    ) -> Result<impl Iterator<Item = Result<(u32, Vec<RepositoryFile>), ReadError>> + use<>, DetailsError>
    {
        Contents::open(self, snapshot, Detail::Files, file)
    }
}

/// What was read of one model after another.
struct Contents<T> {
    lake: Lake,
    detail: Detail,
    /// Makes a thing of a row.
    make: fn(&RecordBatch, usize) -> T,
    parts: vec::IntoIter<(Placed, Vec<Option<u32>>)>,
    rows: Option<PartRows>,
    /// Models of the part that were found to have nothing, unless rows of theirs are met.
    empty: BTreeSet<u32>,
}

impl<T> Contents<T> {
    fn open(
        lake: &Lake,
        snapshot: &Snapshot,
        detail: Detail,
        make: fn(&RecordBatch, usize) -> T,
    ) -> Result<Contents<T>, DetailsError> {
        let parts = Parts::up_to(lake, snapshot.date, detail)?;
        let chosen = match parts.0.is_empty() {
            true => Vec::new(),
            false => {
                let finder = Finder::new(snapshot.subjects()?);
                chosen(&parts, &newest(lake, &finder, &parts, detail, &snapshot.manifest.id)?)
            }
        };
        let parts: Vec<(Placed, Vec<Option<u32>>)> = parts.0.into_iter().zip(chosen).collect();
        let (lake, parts) = (lake.clone(), parts.into_iter());
        Ok(Contents { lake, detail, make, parts, rows: None, empty: BTreeSet::new() })
    }

    fn next_model(&mut self) -> Result<Option<(u32, Vec<T>)>, ReadError> {
        loop {
            if let Some(rows) = &mut self.rows {
                let mut things = Vec::new();
                if let Some(position) =
                    rows.next_reading(|batch, row| things.push((self.make)(batch, row)))?
                {
                    self.empty.remove(&position);
                    return Ok(Some((position, things)));
                }
                self.rows = None;
            }
            if let Some(position) = self.empty.pop_first() {
                return Ok(Some((position, Vec::new())));
            }
            let Some((placed, chosen)) = self.parts.next() else { return Ok(None) };
            self.empty = without_rows(&self.lake, &placed, self.detail, &chosen)?;
            self.rows = PartRows::open(&self.lake, &placed, self.detail, &[], chosen)?;
        }
    }
}

impl<T> Iterator for Contents<T> {
    type Item = Result<(u32, Vec<T>), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_model().transpose()
    }
}

/// The models of a part of which it is known that there need not be anything.
fn without_rows(
    lake: &Lake,
    placed: &Placed,
    detail: Detail,
    chosen: &[Option<u32>],
) -> Result<BTreeSet<u32>, ReadError> {
    let told_by: &[Outcome] = match detail {
        Detail::Cards => &[Outcome::NoCard],
        _ => &[Outcome::Read, Outcome::ReadAtHead],
    };
    let mut found = BTreeSet::new();
    let Some(readings) = placed.file(lake, READINGS_FILE)? else { return Ok(found) };
    let mut chosen = chosen.iter();
    for batch in scan(&readings, &READINGS, &["outcome"], None)? {
        for (outcome, position) in batch?.column(0).as_string::<i32>().iter().zip(&mut chosen) {
            let is_told = told_by.iter().any(|told| outcome == Some(told.as_str()));
            found.extend(position.filter(|_| is_told));
        }
    }
    Ok(found)
}

fn card(batch: &RecordBatch, row: usize) -> Card {
    Card {
        text: batch.column(1).as_string::<i32>().value(row).to_owned(),
        bytes: batch.column(2).as_primitive::<UInt64Type>().value(row),
        utf8: batch.column(3).as_boolean().value(row),
    }
}
