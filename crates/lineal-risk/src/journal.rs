//! Which questions of an unfinished run are answered already?
//!
//! A journal is a folder: `plan.json` says what is run, and `answers.jsonl` has one line for each answer, with
//! a checksum, written before the answer is used. A line survives the end of the process at once, and a power
//! cut within about a second. Lines that are torn or damaged are cut off on opening, and their questions asked
//! again. Answers hold texts that nobody should keep without need: whoever has judged them discards the journal,
//! and keeps the texts in a file of their own only if the user says so.

mod flush;
mod line;

pub use line::{Change, Item};

use crate::{
    endpoint::{Backend, Served},
    judged::Answers,
    question::Answer,
};
use flush::Flusher;
use line::Line;
use lineal_core::risk::evaluation::Finish;
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

const PLAN: &str = "plan.json";
const ANSWERS: &str = "answers.jsonl";
const LOCK: &str = "lock";
/// The largest plan, in bytes.
const LARGEST_PLAN: u64 = 1 << 20;
/// How much of a plan's value is shown, in characters.
const SHOWN: usize = 60;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("another process is at the run in `{folder}`")]
    Busy { folder: PathBuf },
    #[error("there is no unfinished run in `{folder}`")]
    NoRun { folder: PathBuf },
    #[error(
        "`{folder}` holds an unfinished run of something else ({}); finish that one, discard it, or give \
         another folder",
        .differing.join("; ")
    )]
    OtherPlan { folder: PathBuf, differing: Vec<String> },
    #[error("the plan of a run, `{path}`, is not valid: {why}")]
    Plan { path: PathBuf, why: String },
    #[error("an answer of {bytes} bytes is too long to keep (at most {})", line::LONGEST)]
    TooLong { bytes: usize },
    #[error("`{path}`, line {line}, is no answer that was kept")]
    NoAnswer { path: PathBuf, line: u64 },
    #[error("cannot write an answer down")]
    Json(#[source] serde_json::Error),
    #[error("cannot {action} `{path}`")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { action, path, source }
}

/// A question that will not be answered, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Failure {
    pub id: String,
    pub reason: String,
}

/// The answers of a run, as far as there are any. Nobody else has them while this is open.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    path: PathBuf,
    plan: Value,
    file: File,
    /// Where the next line goes.
    end: u64,
    answers: Answers,
    reasons: BTreeMap<String, String>,
    backend: Option<Backend>,
    served: Served,
    changed: Option<Change>,
    damaged: u64,
    flusher: Flusher,
    _held: File,
}

impl Journal {
    /// Begins a run in a folder, or takes it up again if it is the same one.
    ///
    /// # Errors
    /// When another process is at it, the folder holds another run, or it cannot be read or written.
    pub fn open(folder: &Path, plan: &Value) -> Result<Journal, JournalError> {
        fs::create_dir_all(folder).map_err(failed("create", folder))?;
        let held = hold(folder)?;
        let path = folder.join(PLAN);
        if path.exists() {
            let before = read_plan(&path)?;
            // Compared as it is written: numbers may lose their last digit on the way.
            let now = serde_json::from_str(&plan.to_string()).unwrap_or_else(|_| plan.clone());
            let differing = differing(&before, &now);
            if !differing.is_empty() {
                return Err(JournalError::OtherPlan { folder: folder.to_owned(), differing });
            }
        } else {
            // Answers without a plan are of nobody knows what.
            let answers = folder.join(ANSWERS);
            File::create(&answers).map_err(failed("write", &answers))?;
            write_whole(&path, plan.to_string().as_bytes())?;
        }
        Journal::read(folder, plan.clone(), held)
    }

    /// Takes up whatever run a folder holds.
    ///
    /// # Errors
    /// When there is none, another process is at it, or it cannot be read.
    pub fn reopen(folder: &Path) -> Result<Journal, JournalError> {
        let path = folder.join(PLAN);
        if !path.is_file() {
            return Err(JournalError::NoRun { folder: folder.to_owned() });
        }
        let held = hold(folder)?;
        let plan = read_plan(&path)?;
        Journal::read(folder, plan, held)
    }

    fn read(folder: &Path, plan: Value, held: File) -> Result<Journal, JournalError> {
        let path = folder.join(ANSWERS);
        let open = || OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = open().map_err(failed("open", &path))?;
        let damaged = mend(&path, &file)?;
        if damaged > 0 {
            file = open().map_err(failed("open", &path))?;
        }
        let flusher = Flusher::start(&file).map_err(failed("flush", &path))?;
        let end = file.metadata().map_err(failed("read", &path))?.len();
        let mut journal = Journal {
            folder: folder.to_owned(),
            plan,
            end,
            answers: Answers::new(),
            reasons: BTreeMap::new(),
            backend: None,
            served: Served::default(),
            changed: None,
            damaged,
            flusher,
            _held: held,
            file,
            path,
        };
        let lines = File::open(&journal.path).map_err(failed("read", &journal.path))?;
        let mut lines = BufReader::new(lines);
        while let Some(line) = line::next(&mut lines).map_err(failed("read", &journal.path))? {
            if let Some(line) = Line::read(&line) {
                journal.take(line);
            }
        }
        Ok(journal)
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Backend(backend) => self.backend = Some(backend),
            Line::Served(served) => self.served = served,
            Line::Changed(change) => self.changed = Some(change),
            Line::Item(Item { id, answer, reason }) => {
                match reason {
                    Some(reason) => self.reasons.insert(id.clone(), reason),
                    None => self.reasons.remove(&id),
                };
                self.answers.insert(id, answer);
            }
        }
    }

    pub fn plan(&self) -> &Value {
        &self.plan
    }

    /// The answers so far, those included that failed; an item that was asked again has its last.
    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// The questions that failed, by id.
    pub fn failures(&self) -> Vec<Failure> {
        let failure = |(id, reason): (&String, &String)| Failure { id: id.clone(), reason: reason.clone() };
        self.reasons.iter().map(failure).collect()
    }

    /// How many questions failed.
    pub fn failed(&self) -> usize {
        self.reasons.len()
    }

    /// How many damaged lines were cut off on opening.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// What the server is, if anybody asked it.
    pub fn backend(&self) -> Option<&Backend> {
        self.backend.as_ref()
    }

    /// As whom the server answered.
    pub fn served(&self) -> &Served {
        &self.served
    }

    /// How the server became another during the run, if it did; then its answers are of two.
    pub fn changed(&self) -> Option<&Change> {
        self.changed.as_ref()
    }

    /// Notes that the server became another.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_change(&mut self, change: Change) -> Result<(), JournalError> {
        self.append(Line::Changed(change))
    }

    /// Notes what the server is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_backend(&mut self, backend: &Backend) -> Result<(), JournalError> {
        self.append(Line::Backend(backend.clone()))
    }

    /// Notes as whom the server answers.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_served(&mut self, served: &Served) -> Result<(), JournalError> {
        self.append(Line::Served(served.clone()))
    }

    /// Commits an answer: afterwards it survives the end of this process, and within about a second a power cut.
    ///
    /// # Errors
    /// When it is too long, or cannot be written; then it is not there.
    pub fn answer(&mut self, id: &str, answer: Answer) -> Result<(), JournalError> {
        self.append(Line::Item(Item { id: id.to_owned(), answer, reason: None }))
    }

    /// Commits that a question will not be answered, and why.
    ///
    /// # Errors
    /// When it cannot be written; then it is not there.
    pub fn fail(&mut self, id: &str, reason: String) -> Result<(), JournalError> {
        let answer = Answer {
            text: String::new(),
            finish: Finish::Failed,
            prompt_tokens: None,
            completion_tokens: None,
        };
        self.append(Line::Item(Item { id: id.to_owned(), answer, reason: Some(reason) }))
    }

    fn append(&mut self, line: Line) -> Result<(), JournalError> {
        self.flusher.check().map_err(failed("flush", &self.path))?;
        let bytes = line.write().map_err(JournalError::Json)?;
        if bytes.len() > line::LONGEST {
            return Err(JournalError::TooLong { bytes: bytes.len() });
        }
        if let Err(source) = self.file.write_all(&bytes) {
            // On a full disk nothing half-written should stay; if even that fails, opening finds it.
            let _ = self.file.set_len(self.end);
            return Err(failed("write", &self.path)(source));
        }
        self.end += bytes.len() as u64;
        self.flusher.wake();
        self.take(line);
        Ok(())
    }

    /// Makes all answers survive a power cut.
    ///
    /// # Errors
    /// When the disk does not take them, now or since the last time.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flusher.check().map_err(failed("flush", &self.path))?;
        self.file.sync_data().map_err(failed("flush", &self.path))
    }

    /// Writes all answers into a file of their own, one a line, by id; returns how many. [`read_kept`] reads it.
    ///
    /// # Errors
    /// When it cannot be written; then whatever was there before still is.
    pub fn keep(&self, path: &Path) -> Result<u64, JournalError> {
        let ids: BTreeSet<&String> = self.answers.keys().collect();
        let part = beside(path, "part");
        let write = || -> io::Result<()> {
            let mut file = BufWriter::new(File::create(&part)?);
            for id in &ids {
                let answer = self.answers[id.as_str()].clone();
                let item = Item { id: (*id).clone(), answer, reason: self.reasons.get(*id).cloned() };
                serde_json::to_writer(&mut file, &item)?;
                file.write_all(b"\n")?;
            }
            file.into_inner()?.sync_all()
        };
        write().and_then(|()| fs::rename(&part, path)).map_err(failed("write", path))?;
        Ok(ids.len() as u64)
    }

    /// Removes the run and all its texts, because it is finished or not wanted. The folder goes too, if nothing
    /// else is in it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(self) -> Result<(), JournalError> {
        let folder = self.folder.clone();
        // Without the plan there is no run, whatever else is left.
        for name in [PLAN, ANSWERS] {
            let path = folder.join(name);
            fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
        let lock = folder.join(LOCK);
        fs::remove_file(&lock).map_err(failed("remove", &lock))?;
        drop(self);
        match fs::remove_dir(&folder) {
            Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => {
                Err(failed("remove", &folder)(error))
            }
            _ => Ok(()),
        }
    }
}

/// Reads answers that [`Journal::keep`] wrote.
///
/// # Errors
/// When the file cannot be read, or a line is something else.
pub fn read_kept(path: &Path) -> Result<Vec<Item>, JournalError> {
    let mut file = BufReader::new(File::open(path).map_err(failed("open", path))?);
    let (mut items, mut number) = (Vec::new(), 0);
    while let Some(line) = line::next(&mut file).map_err(failed("read", path))? {
        number += 1;
        let item = serde_json::from_slice(&line);
        items.push(item.map_err(|_| JournalError::NoAnswer { path: path.to_owned(), line: number })?);
    }
    Ok(items)
}

/// Holds a run for as long as the file is open.
fn hold(folder: &Path) -> Result<File, JournalError> {
    let path = folder.join(LOCK);
    let lock = File::create(&path).map_err(failed("write", &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
    }
}

/// Writes the whole lines of a journal anew if any is not whole; returns how many were not.
fn mend(path: &Path, file: &File) -> Result<u64, JournalError> {
    let mut lines = BufReader::new(file);
    let (mut damaged, mut whole_so_far, mut is_tail) = (0, 0, true);
    while let Some(line) = line::next(&mut lines).map_err(failed("read", path))? {
        let whole = line::whole_part(&line);
        damaged += u64::from(whole.len() < line.len());
        match damaged {
            0 => whole_so_far += whole.len() as u64,
            _ => is_tail &= whole.is_empty(),
        }
    }
    if damaged == 0 {
        return Ok(0);
    }
    if is_tail {
        file.set_len(whole_so_far).map_err(failed("cut off the end of", path))?;
        return Ok(damaged);
    }
    let part = beside(path, "part");
    let rewrite = || -> io::Result<()> {
        let mut lines = BufReader::new(File::open(path)?);
        let mut mended = BufWriter::new(File::create(&part)?);
        while let Some(line) = line::next(&mut lines)? {
            mended.write_all(line::whole_part(&line))?;
        }
        mended.into_inner()?.sync_all()
    };
    rewrite().and_then(|()| fs::rename(&part, path)).map_err(failed("mend", path))?;
    Ok(damaged)
}

fn read_plan(path: &Path) -> Result<Value, JournalError> {
    let not_valid = |why: String| JournalError::Plan { path: path.to_owned(), why };
    let size = path.metadata().map_err(failed("read", path))?.len();
    if size > LARGEST_PLAN {
        return Err(not_valid(format!("it is larger than {LARGEST_PLAN} bytes")));
    }
    let json = fs::read(path).map_err(failed("read", path))?;
    serde_json::from_slice(&json).map_err(|error| not_valid(error.to_string()))
}

/// Writes a file that appears whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), JournalError> {
    let part = beside(path, "part");
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let folder = path.parent().unwrap_or(path);
    let renamed =
        written.and_then(|()| fs::rename(&part, path)).and_then(|()| File::open(folder)?.sync_all());
    renamed.map_err(failed("write", path))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Says where two plans differ: each key with its two values.
fn differing(before: &Value, now: &Value) -> Vec<String> {
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(value) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("`{}`", text.chars().take(SHOWN).collect::<String>().escape_debug())
        }
    };
    let (Some(one), Some(other)) = (before.as_object(), now.as_object()) else {
        let is_same = before == now;
        return if is_same {
            Vec::new()
        } else {
            vec![format!("it is {}, not {}", shown(Some(before)), shown(Some(now)))]
        };
    };
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differs = |key: &&String| one.get(*key) != other.get(*key);
    let told = |key: &String| format!("{key} is {}, not {}", shown(one.get(key)), shown(other.get(key)));
    keys.into_iter().filter(differs).map(told).collect()
}

#[cfg(test)]
mod tests;
