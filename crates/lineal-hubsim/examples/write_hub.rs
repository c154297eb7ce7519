//! Writes the weekly snapshots of a simulated hub, for benchmarks.
//!
//! `cargo run --release -p lineal-hubsim --example write_hub -- MODELS WEEKS SEED FOLDER [table]`

use lineal_core::date::SnapshotDate;
use lineal_hubsim::{Form, Options, write_weeks};
use std::{env, error::Error, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (models, weeks, seed, folder, form) = match &arguments[..] {
        [models, weeks, seed, folder] => (models, weeks, seed, folder, Form::Listing),
        [models, weeks, seed, folder, table] if table == "table" => {
            (models, weeks, seed, folder, Form::Table)
        }
        _ => return Err("expected MODELS WEEKS SEED FOLDER [table]".into()),
    };
    let first = SnapshotDate::new(2025, 6, 25).ok_or("no such day")?;
    let options = Options::new(seed.parse()?, models.parse()?, weeks.parse()?, first);
    write_weeks(&options, Path::new(folder), form)?;
    Ok(())
}
