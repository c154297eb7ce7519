//! Which models does a listing hold?
//!
//! Records arrive in the listing's order, in batches, on the caller's thread; meanwhile one thread
//! unpacks and splits, and the others parse. Only a few batches exist at any time. A listing that
//! breaks is an error, unless the caller wants to keep going: then broken records are skipped and
//! counted, and a listing whose rest cannot be read ends there. A record without a usable name
//! is dirty data rather than broken: it is always skipped and counted.

use crate::{
    broken::{Broken, BrokenListing, Why},
    record,
    relation_table::Rows,
    split::{Piece, Splitter},
};
use lineal_core::{
    oddity::{Oddities, Oddity},
    record::ModelRecord,
};
use std::{
    error::Error,
    io::Read,
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// How many rows of a table make a batch.
const ROWS: usize = 4096;

#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Skip what is broken instead of failing.
    pub keep_going: bool,
}

/// The next records of a listing, and what was odd about them.
#[derive(Debug, Default, PartialEq)]
pub struct Batch {
    pub records: Vec<ModelRecord>,
    pub oddities: Oddities,
}

/// What became of a piece of the listing.
type Parsed = Result<Batch, Broken>;

/// A piece to parse, and where to send the outcome.
type Job = (Piece, SyncSender<Parsed>);

/// Reads a listing of JSON records.
///
/// # Errors
/// When the listing breaks, and whatever `take` returns.
pub fn read_json<E: From<BrokenListing>>(
    name: &str,
    reader: impl Read + Send,
    options: Options,
    mut take: impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (to_workers, jobs) = sync_channel(workers);
    let (to_caller, outcomes) = sync_channel(workers * 2);
    let jobs = &Mutex::new(jobs);
    thread::scope(move |scope| {
        // Each ends when what it reads from or writes to has ended, so whoever stops stops all.
        scope.spawn(move || split(reader, &to_workers, &to_caller));
        for _ in 0..workers {
            scope.spawn(move || work(name, jobs, options));
        }
        for outcome in outcomes {
            let Ok(parsed) = outcome.recv() else { break }; // a thread panicked, and so will the scope
            match parsed {
                Ok(batch) => take(batch)?,
                Err(broken) if options.keep_going => take(only_broken(name, &broken))?,
                Err(broken) => return Err(broken.in_listing(name).into()),
            }
        }
        Ok(())
    })
}

/// Parses all JSON records of a page, on this thread. What is broken is skipped and counted.
pub fn parse_page(name: &str, page: &[u8]) -> Batch {
    let mut splitter = Splitter::new(page);
    let mut all = Batch::default();
    while let Some(piece) = splitter.next_piece() {
        let options = Options { keep_going: true };
        let parsed = piece.and_then(|piece| parse(name, &piece, options));
        let batch = parsed.unwrap_or_else(|broken| only_broken(name, &broken));
        all.records.extend(batch.records);
        all.oddities.append(batch.oddities);
    }
    all
}

/// Hands out each piece of the listing, and to the caller, in order, where its outcome will arrive.
fn split(reader: impl Read, to_workers: &SyncSender<Job>, to_caller: &SyncSender<Receiver<Parsed>>) {
    let mut splitter = Splitter::new(reader);
    while let Some(piece) = splitter.next_piece() {
        let (reply, outcome) = sync_channel(1);
        if to_caller.send(outcome).is_err() {
            return;
        }
        let sent = match piece {
            Ok(piece) => to_workers.send((piece, reply)).is_ok(),
            Err(broken) => reply.send(Err(broken)).is_ok(),
        };
        if !sent {
            return;
        }
    }
}

/// Parses pieces until there are no more.
fn work(name: &str, jobs: &Mutex<Receiver<Job>>, options: Options) {
    loop {
        let job = jobs.lock().map(|jobs| jobs.recv());
        let Ok(Ok((piece, reply))) = job else { return };
        // Nobody may be waiting any more; then there will be no more jobs either.
        let _ = reply.send(parse(name, &piece, options));
    }
}

fn parse(name: &str, piece: &Piece, options: Options) -> Parsed {
    let mut batch = Batch { records: Vec::with_capacity(piece.records.len()), oddities: Oddities::default() };
    for (number, place) in (piece.first..).zip(&piece.records) {
        let broken =
            |(at, why)| Broken { record: number, byte: piece.offset + (place.start + at) as u64, why };
        match parse_record(&piece.bytes[place.clone()], &mut batch.oddities).map_err(broken) {
            Ok(record) => batch.records.extend(record),
            Err(broken) if options.keep_going => count(name, &broken, &mut batch.oddities),
            Err(broken) => return Err(broken),
        }
    }
    Ok(batch)
}

/// Reads one record; an error says at which of its bytes.
fn parse_record(bytes: &[u8], oddities: &mut Oddities) -> Result<Option<ModelRecord>, (usize, Why)> {
    let text = str::from_utf8(bytes).map_err(|error| (error.valid_up_to(), Why::NotUtf8))?;
    record::read(text, oddities).map_err(|error| {
        let lines_before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let at = lines_before.map(str::len).sum::<usize>() + error.column();
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(&*said, |(said, _)| said);
        (at.min(bytes.len()), Why::NotJson(said.to_owned()))
    })
}

/// Reads a listing that is a relation table.
///
/// # Errors
/// When the table breaks, and whatever `take` returns.
pub fn read_relation_table<E: From<BrokenListing>>(
    name: &str,
    reader: impl Read,
    options: Options,
    mut take: impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let mut rows = Rows::new(reader).map_err(|broken| broken.in_listing(name))?;
    let mut batch = Batch::default();
    while let Some(row) = rows.next(&mut batch.oddities) {
        match row {
            Ok(record) => batch.records.extend(record),
            Err(broken) if options.keep_going => {
                count(name, &broken, &mut batch.oddities);
                if broken.why.is_final() {
                    break;
                }
            }
            Err(broken) => return Err(broken.in_listing(name).into()),
        }
        if batch.records.len() == ROWS {
            take(std::mem::take(&mut batch))?;
        }
    }
    take(batch)
}

/// Returns a batch that only says that the listing broke.
fn only_broken(name: &str, broken: &Broken) -> Batch {
    let mut batch = Batch::default();
    count(name, broken, &mut batch.oddities);
    batch
}

fn count(name: &str, broken: &Broken, oddities: &mut Oddities) {
    oddities.add(Oddity::BrokenRecord, || {
        let mut example = format!("{name}: record {} at byte {}: {}", broken.record, broken.byte, broken.why);
        let mut cause = broken.why.source();
        while let Some(error) = cause {
            example = format!("{example}: {error}");
            cause = error.source();
        }
        example
    });
}
