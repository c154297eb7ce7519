//! A simulated hub: a synthetic world of models that changes week by week under a seed.
//!
//! The same seed and options give the same bytes on every platform. Names are invented; only the
//! few bases that the real Hub once knew by a bare name (`gpt2`) are called as they are there.
//! A hub can be written as weekly listings, or be served over HTTP by [`server`].
//!
//! The shape is calibrated to the usage study of 2025-06-25 with its 1,817,398 models;
//! `tests/calibration.rs` holds a hub of 200,000 models to bands around its figures.
//!
//! | | study | here, 1.8 M models |
//! |---|---|---|
//! | derived, of all models | 29.8 % | 29.6 % |
//! | bases | 2.7 % | 3.1 % |
//! | relational | 31.1 % | 31.1 % |
//! | roots | 1.39 % | 1.46 % |
//! | fine-tuned and adapted, of the derived | 79.0 % | 79.0 % |
//! | quantized | 18.6 % | 18.6 % |
//! | merged | 2.4 % | 2.5 % |
//! | downloads that go to bases | 81.9 % | 84 % |
//! | downloads that go to isolated models | 14.5 % | 13 % |
//! | clusters with one derived model | 49 % | 52 % |
//! | mean cluster, root excluded | 29 | 31 |
//! | largest cluster, of all models | 1.8 % | 1.9 % |
//! | longest chain, in models | 40 | 39 |
//! | chains for each model (the study walked 0.56; its walk leaves chains out) | | 0.51 |
//! | chains of two models | 39 % | 43 % |
//! | chains above 15 models | 5.9 % | 0.1 % |
//!
//! The last row is where the two part: chains of 16 to 23 models are rarer here, because a merge
//! bounds how intricate its ancestry may be. A hub keeps about 120 bytes for each model.

mod attraction;
mod birth;
mod calendar;
mod chance;
mod claim;
mod kind;
mod listing;
mod model;
mod names;
mod publisher;
pub mod server;
mod table;
mod week;

use crate::{
    birth::Line,
    calendar::{OLDEST, Second, WEEK},
    chance::Traits,
    model::{Base, Model, Owner, OwnerStyle, Serial, State},
    names::Names,
};
use lineal_core::date::SnapshotDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// How long the planted cycles are, and after how many hundredths of the models they come.
const CYCLES: [(usize, u32); 3] = [(80, 2), (87, 5), (93, 2)];

/// What hub to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    /// How many models are listed in the last of the planned weeks; earlier weeks have fewer.
    /// Names fill up at about 100 million.
    pub models: usize,
    /// How many snapshots are planned, the first included. More may be taken: growth goes on.
    pub weeks: usize,
    /// The day of the first snapshot; the others follow at seven days.
    pub first: SnapshotDate,
    /// How many models the hub gains in a week, of 10,000 in the last planned week. The study saw 130.
    pub growth: usize,
}

impl Options {
    /// Returns the options for a hub that grows as the study saw it.
    pub fn new(seed: u64, models: usize, weeks: usize, first: SnapshotDate) -> Options {
        Options { seed, models, weeks, first, growth: 130 }
    }

    /// Returns how many models are listed in a week, the first being 0.
    fn size_in(&self, week: usize) -> usize {
        let last = self.weeks.saturating_sub(1);
        let gained =
            |weeks: usize| (self.models as u128 * self.growth as u128 * weeks as u128 / 10_000) as usize;
        match last.checked_sub(week) {
            Some(left) => self.models.saturating_sub(gained(left)).max(self.models / 10),
            None => self.models + gained(week - last),
        }
    }
}

/// A hub at the end of a week.
pub struct Hub {
    options: Options,
    week: usize,
    chance: ChaCha8Rng,
    names: Names,
    owners: Vec<Owner>,
    /// How many names each style of owner has used up.
    owner_names_given: [u32; 4],
    labs: Vec<u32>,
    quantizers: Vec<u32>,
    /// Every model there ever was, in order of creation.
    models: Vec<Model>,
    /// How many of them are listed.
    listed: usize,
    /// The bases of every model, one model's after another's.
    bases: Vec<Base>,
    /// Models that labs released for others to build on.
    releases: Vec<Serial>,
    merges: Vec<Serial>,
    lines: Vec<Line>,
    /// The next version, for models of a line.
    successors: BTreeMap<Serial, Serial>,
    /// When each revision of an edited model was made, but for its latest.
    edits: BTreeMap<Serial, Vec<Second>>,
}

impl Hub {
    /// Returns the hub on the day of its first snapshot.
    pub fn new(options: &Options) -> Hub {
        let mut hub = Hub {
            options: options.clone(),
            week: 0,
            chance: ChaCha8Rng::seed_from_u64(options.seed),
            names: Names::default(),
            owners: Vec::new(),
            owner_names_given: [0; 4],
            labs: Vec::new(),
            quantizers: Vec::new(),
            models: Vec::with_capacity(options.models + options.models / 16),
            listed: 0,
            bases: Vec::new(),
            releases: Vec::new(),
            merges: Vec::new(),
            lines: Vec::new(),
            successors: BTreeMap::new(),
            edits: BTreeMap::new(),
        };
        hub.populate();
        hub
    }

    /// Returns the day of the present snapshot.
    pub fn date(&self) -> SnapshotDate {
        let days = 7 * self.week as u64;
        self.options.first.plus_days(days).unwrap_or(self.options.first)
    }

    /// Returns how many models are listed.
    pub fn len(&self) -> usize {
        self.listed
    }

    pub fn is_empty(&self) -> bool {
        self.listed == 0
    }

    /// Fills the hub with what was published before its first snapshot, ever faster.
    fn populate(&mut self) {
        let planned = self.options.size_in(0);
        let span = f64::from(self.today().0 - OLDEST.0);
        // The square root is rounded exactly, so it is the same everywhere.
        let at = |place: usize| OLDEST.plus((span * (place as f64 / planned as f64).sqrt()) as u32);
        self.bear_legacy(OLDEST);
        while self.listed < planned {
            // Cycles wait until the first families are known, else they would become one.
            match CYCLES.iter().find(|(share, _)| self.listed == planned / 100 * share) {
                Some(&(_, length)) => self.plant_cycle(length, at(self.listed)),
                None => self.bear(at(self.listed)),
            }
        }
    }

    /// Returns the second that ends the present week.
    fn today(&self) -> Second {
        Second::of(self.options.first).plus(self.week as u32 * WEEK)
    }

    fn is_listed(&self, serial: Serial) -> bool {
        self.models[serial as usize].state == State::Listed
    }

    /// Whether a model was published for others to build on.
    fn is_release(&self, model: &Model) -> bool {
        matches!(self.owners[model.owner as usize].style, OwnerStyle::Lab | OwnerStyle::Legacy)
    }

    /// Returns the listed models, oldest first, as the Hub lists them.
    fn listing(&self) -> impl Iterator<Item = (Serial, &Model)> {
        let all = self.models.iter().enumerate().map(|(place, model)| (place as Serial, model));
        all.filter(|(_, model)| model.state == State::Listed)
    }

    fn bases_of(&self, model: &Model) -> &[Base] {
        &self.bases[model.first_base as usize..][..usize::from(model.bases)]
    }

    /// Returns the source that answers one question about a model, always the same way.
    fn traits(&self, serial: Serial, question: Trait) -> Traits {
        Traits::new(self.options.seed, serial, question as u32)
    }
}

/// A question about a model whose answer follows from its serial number.
#[derive(Clone, Copy)]
enum Trait {
    Appeal,
    Claim,
    Task,
    FamilyTask,
    Content,
    Architecture,
    License,
    FamilyLicense,
    Language,
    Oddity,
    Sha,
    Disabled,
    Files,
    Metadata,
}

/// In which form a snapshot is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON lines, as the Hub's list endpoint sends them.
    Listing,
    /// The study's relation CSV.
    Table,
}

/// Writes a file for each planned week and returns their paths in order of time.
pub fn write_weeks(options: &Options, folder: &Path, form: Form) -> io::Result<Vec<PathBuf>> {
    let mut hub = Hub::new(options);
    let mut written = Vec::new();
    for week in 0..options.weeks {
        if week > 0 {
            hub.advance();
        }
        let extension = if form == Form::Listing { "jsonl" } else { "csv" };
        let path = folder.join(format!("models-{}.{extension}", hub.date()));
        let mut out = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        match form {
            Form::Listing => hub.write_listing(&mut out)?,
            Form::Table => hub.write_relation_table(&mut out)?,
        }
        out.flush()?;
        written.push(path);
    }
    Ok(written)
}
