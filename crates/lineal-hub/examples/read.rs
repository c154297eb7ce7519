//! Reads listings and says how long it took: `cargo run --release --example read -- PATH…`
#![expect(clippy::print_stdout, reason = "an example may talk")]

use lineal_hub::{
    listing::{Batch, Options, read_json, read_relation_table},
    open::{Input, Kind, open},
};
use std::{error::Error, fs::File, sync::atomic::Ordering::Relaxed, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let start = Instant::now();
        let (mut records, mut claims, mut related) = (0, 0, 0);
        let input = Input::file(File::open(&path)?);
        let bytes_read = input.bytes_read();
        open(&path, input, None, |listing| {
            let mut take = |batch: Batch| {
                records += batch.records.len();
                claims += batch.records.iter().map(|record| record.claims.len()).sum::<usize>();
                related += batch.records.iter().filter(|record| !record.claims.is_empty()).count();
                for (oddity, met) in batch.oddities.iter() {
                    println!("{}: {} {:?}", oddity.as_str(), met.count, met.examples);
                }
                Ok(())
            };
            let options = Options { keep_going: true };
            match listing.kind {
                Kind::Json => read_json(&listing.name, listing.reader, options, &mut take),
                Kind::RelationTable => read_relation_table(&listing.name, listing.reader, options, &mut take),
                Kind::Parquet => Err("Parquet is read elsewhere".into()),
            }
            .map_err(|error: Box<dyn Error>| error)
        })?;
        let read = bytes_read.load(Relaxed);
        println!(
            "{path}: {records} records, {related} with {claims} claims, from {read} bytes in {:.2?}",
            start.elapsed()
        );
    }
    Ok(())
}
