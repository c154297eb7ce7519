//! Reads inputs whole, for the tests.

use lineal_core::{oddity::Oddities, record::ModelRecord};
use lineal_hub::{
    broken::BrokenListing,
    listing::{Batch, Options, read_json, read_relation_table},
    open::{Input, Kind, OpenError, open},
};
use std::{error::Error, fs::File, path::Path};

/// What reading an input ends in, unless it is read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Broken(#[from] BrokenListing),
}

/// All that an input's listings hold.
#[derive(Debug, Default)]
pub struct Read {
    pub listings: Vec<(String, Kind)>,
    pub records: Vec<ModelRecord>,
    pub oddities: Oddities,
}

pub fn read(name: &str, input: Input, keep_going: bool) -> Result<Read, Failure> {
    let mut read = Read::default();
    let options = Options { keep_going };
    open::<Failure>(name, input, None, |listing| {
        read.listings.push((listing.name.clone(), listing.kind));
        let take = |batch: Batch| {
            read.records.extend(batch.records);
            read.oddities.append(batch.oddities);
            Ok(())
        };
        match listing.kind {
            Kind::Json => read_json(&listing.name, listing.reader, options, take),
            Kind::RelationTable => read_relation_table(&listing.name, listing.reader, options, take),
            Kind::Parquet => Ok(()),
        }
    })?;
    Ok(read)
}

/// Reads bytes that arrive in order only.
pub fn read_bytes(bytes: &[u8], keep_going: bool) -> Result<Read, Failure> {
    read("listing", Input::stream(std::io::Cursor::new(bytes.to_vec())), keep_going)
}

pub fn read_file(path: &Path, keep_going: bool) -> Result<Read, Failure> {
    read("listing", Input::file(File::open(path).expect("the file is there")), keep_going)
}

/// Joins an error and its causes.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
