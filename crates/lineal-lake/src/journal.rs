//! What of an unfinished crawl is safe?
//!
//! A crawl reads a hub's list page by page, for an hour or more. Each page is committed as it
//! comes, so that after a crash the crawl goes on after the last committed page. `plan.json` says
//! what the crawl reads; without it there is no crawl. `pages.json.zst` holds the pages, each a
//! frame of its own, and is one valid stream all along. `journal.jsonl` has a line for each page,
//! written after it: where its frame ends, and what the crawl noted about it. A page counts only if
//! its line and its frame are whole; what comes after the first that is not is cut off.

mod entry;
mod flush;

use crate::store::{Lake, LakeError, lock, sync};
use entry::{Entry, read_page};
use flush::Flusher;
use serde_json::Value;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// The folder of all unfinished crawls.
const CRAWL: &str = ".crawl";
const PLAN: &str = "plan.json";
const PAGES: &str = "pages.json.zst";
const JOURNAL: &str = "journal.jsonl";
const LOCK: &str = "lock";

/// The largest page, in bytes, so that no damaged frame decides how much memory is taken.
pub const LARGEST_PAGE: usize = 256 << 20;
/// The longest line of a journal, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// A crawl that was begun and neither finished nor discarded.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    pub name: String,
    /// What the crawl reads, in the words of whoever began it.
    pub plan: Value,
    /// How many pages the journal lists. Replaying it may find the last of them damaged.
    pub pages: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("`{}` is not a name for a crawl (expected letters `a` to `z`, digits and `-`)", .0.escape_debug())]
    Name(String),
    #[error("there is an unfinished crawl `{name}` already; resume or discard it")]
    Exists { name: String },
    #[error("there is no unfinished crawl `{name}` in `{place}`")]
    NoSuchCrawl { name: String, place: String },
    #[error("another process is at the crawl `{name}`")]
    Busy { name: String },
    #[error("a page of {bytes} bytes is too large to keep (at most {LARGEST_PAGE})")]
    PageTooLarge { bytes: usize },
    #[error("a note of {bytes} bytes is too long to keep (at most {LONGEST_LINE})")]
    NoteTooLong { bytes: usize },
    #[error("the plan of a crawl, `{path}`, is not valid")]
    Plan { path: PathBuf, source: serde_json::Error },
    #[error("cannot {action} `{path}`")]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Lake(#[from] LakeError),
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io { action, path, source }
}

impl Lake {
    /// The crawls that can be resumed, by name. Leftovers that cannot be read are left out.
    ///
    /// # Errors
    /// When their folder cannot be listed.
    pub fn unfinished_crawls(&self) -> Result<Vec<Unfinished>, JournalError> {
        let root = self.folder().join(CRAWL);
        let entries = match fs::read_dir(&root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("list", &root)(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed("list", &root))?.file_name();
            let Some(name) = name.to_str().filter(|name| is_name(name)) else { continue };
            let folder = root.join(name);
            let Ok(plan) = read_plan(&folder) else { continue };
            let pages = listed_pages(&folder).unwrap_or(0);
            found.push(Unfinished { name: name.to_owned(), plan, pages });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// Begins a crawl under a name that no unfinished one has.
    ///
    /// # Errors
    /// When there is one of that name, or nothing can be written.
    pub fn begin_crawl(&self, name: &str, plan: &Value) -> Result<Journal, JournalError> {
        let folder = self.crawl_folder(name)?;
        let root = folder.parent().unwrap_or(&folder);
        fs::create_dir_all(root).map_err(failed("create", root))?;
        let _turn = self.turn()?;
        fs::create_dir_all(&folder).map_err(failed("create", &folder))?;
        let held = hold(&folder, name)?;
        let path = folder.join(PLAN);
        if path.exists() {
            return Err(JournalError::Exists { name: name.to_owned() });
        }
        for leftover in [PAGES, JOURNAL] {
            let path = folder.join(leftover);
            File::create(&path).map_err(failed("write", &path))?;
        }
        write_plan(&folder, plan)?;
        sync(&folder)?;
        sync(root)?;
        let mut journal = Journal::open(folder, plan.clone(), held)?;
        journal.ready = true;
        Ok(journal)
    }

    /// Takes an unfinished crawl up again. Its pages are handed out by [`Journal::replay`].
    ///
    /// # Errors
    /// When there is none of that name, another process is at it, or it cannot be read.
    pub fn resume_crawl(&self, name: &str) -> Result<Journal, JournalError> {
        let folder = self.crawl_folder(name)?;
        let none = || JournalError::NoSuchCrawl { name: name.to_owned(), place: self.location() };
        if !folder.is_dir() {
            return Err(none());
        }
        let _turn = self.turn()?;
        if !folder.join(PLAN).is_file() {
            return Err(none());
        }
        let held = hold(&folder, name)?;
        let plan = read_plan(&folder)?;
        Journal::open(folder, plan, held)
    }

    /// Removes an unfinished crawl and all its pages.
    ///
    /// # Errors
    /// When there is none of that name, another process is at it, or it cannot be removed.
    pub fn discard_crawl(&self, name: &str) -> Result<(), JournalError> {
        let folder = self.crawl_folder(name)?;
        if !folder.is_dir() {
            return Err(JournalError::NoSuchCrawl { name: name.to_owned(), place: self.location() });
        }
        let _turn = self.turn()?;
        let _held = hold(&folder, name)?;
        remove(&folder)
    }

    fn crawl_folder(&self, name: &str) -> Result<PathBuf, JournalError> {
        match is_name(name) {
            true => Ok(self.folder().join(CRAWL).join(name)),
            false => Err(JournalError::Name(name.chars().take(80).collect())),
        }
    }

    /// Waits for the turn to make, take up or remove a crawl.
    fn turn(&self) -> Result<File, JournalError> {
        Ok(lock(&self.folder().join(CRAWL))?)
    }
}

/// Whether a crawl may be called this: never a path, and never hidden.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=80).contains(&name.len()) && name.bytes().all(plain)
}

/// Holds a crawl for as long as the file is open.
fn hold(folder: &Path, name: &str) -> Result<File, JournalError> {
    let path = folder.join(LOCK);
    let lock = File::create(&path).map_err(failed("write", &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy { name: name.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
    }
}

/// Removes a crawl that is held. The plan goes first: without it there is no crawl.
fn remove(folder: &Path) -> Result<(), JournalError> {
    let plan = folder.join(PLAN);
    match fs::remove_file(&plan) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("remove", &plan)(error)),
        _ => {}
    }
    fs::remove_dir_all(folder).map_err(failed("remove", folder))
}

fn read_plan(folder: &Path) -> Result<Value, JournalError> {
    let path = folder.join(PLAN);
    let json = fs::read(&path).map_err(failed("read", &path))?;
    serde_json::from_slice(&json).map_err(|source| JournalError::Plan { path, source })
}

fn write_plan(folder: &Path, plan: &Value) -> Result<(), JournalError> {
    let path = folder.join(PLAN);
    let part = folder.join("plan.part");
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(plan.to_string().as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, &path)).map_err(failed("write", &path))
}

/// How many pages are listed whose frames can be there in full.
fn listed_pages(folder: &Path) -> io::Result<u64> {
    let length = folder.join(PAGES).metadata()?.len();
    let mut lines = Lines(BufReader::new(File::open(folder.join(JOURNAL))?));
    let mut pages = 0;
    while let Some((entry, _)) = lines.next()? {
        if entry.end > length {
            break;
        }
        pages += 1;
    }
    Ok(pages)
}

/// The entries of a journal, as far as its lines are whole.
struct Lines<R>(BufReader<R>);

impl<R: Read> Lines<R> {
    /// Returns the next entry and the length of its line.
    fn next(&mut self) -> io::Result<Option<(Entry, u64)>> {
        let mut line = Vec::new();
        let most = LONGEST_LINE as u64 + 1;
        let length = self.0.by_ref().take(most).read_until(b'\n', &mut line)?;
        Ok(Entry::parse(&line).map(|entry| (entry, length as u64)))
    }
}

/// The pages of an unfinished crawl. Nobody else has them while this is open.
pub struct Journal {
    folder: PathBuf,
    pages_path: PathBuf,
    plan: Value,
    pages: File,
    notes: File,
    /// Where the next frame and the next line go.
    pages_end: u64,
    notes_end: u64,
    /// Whether both files are known to be whole up to there, with nothing after.
    ready: bool,
    flusher: Flusher,
    held: File,
}

impl Journal {
    fn open(folder: PathBuf, plan: Value, held: File) -> Result<Journal, JournalError> {
        let open = |name: &str| {
            let path = folder.join(name);
            // A power cut may have taken a file whose folder entry was not flushed.
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
            file.map_err(failed("open", &path))
        };
        let (pages, notes) = (open(PAGES)?, open(JOURNAL)?);
        let pages_path = folder.join(PAGES);
        let flusher = Flusher::start(&pages, &notes).map_err(failed("flush", &pages_path))?;
        let (pages_end, notes_end, ready) = (0, 0, false);
        Ok(Journal { folder, pages_path, plan, pages, notes, pages_end, notes_end, ready, flusher, held })
    }

    pub fn plan(&self) -> &Value {
        &self.plan
    }

    /// The file of all pages: JSON, one page a line, as a stream of zstd frames.
    pub fn pages_file(&self) -> &Path {
        &self.pages_path
    }

    /// Hands out every committed page with its note, in order. What is torn or damaged is cut
    /// off, with all that follows it; then pages can be appended. Returns how many were kept.
    ///
    /// # Errors
    /// Those of `take`, and when a file cannot be read; then nothing is cut off.
    pub fn replay<E: From<JournalError>>(
        &mut self,
        mut take: impl FnMut(Value, Vec<u8>) -> Result<(), E>,
    ) -> Result<u64, E> {
        self.ready = false;
        let (pages_path, notes_path) = (self.pages_path.clone(), self.folder.join(JOURNAL));
        let length = self.pages.metadata().map_err(failed("read", &pages_path))?.len();
        self.notes.rewind().map_err(failed("read", &notes_path))?;
        let mut lines = Lines(BufReader::new(&self.notes));
        let (mut pages_end, mut notes_end, mut kept) = (0, 0, 0);
        while let Some((entry, line)) = lines.next().map_err(failed("read", &notes_path))? {
            if entry.end <= pages_end || entry.end > length {
                break;
            }
            let page = read_page(&self.pages, pages_end..entry.end).map_err(failed("read", &pages_path))?;
            let Some(body) = page else { break };
            take(entry.note, body)?;
            (pages_end, notes_end, kept) = (entry.end, notes_end + line, kept + 1);
        }
        (self.pages_end, self.notes_end) = (pages_end, notes_end);
        self.cut()?;
        self.ready = true;
        Ok(kept)
    }

    /// Cuts off whatever follows the last whole page.
    fn cut(&mut self) -> Result<(), JournalError> {
        let notes_path = self.folder.join(JOURNAL);
        // A line without its page would be the worse leftover.
        self.notes.set_len(self.notes_end).map_err(failed("cut off the end of", &notes_path))?;
        self.pages.set_len(self.pages_end).map_err(failed("cut off the end of", &self.pages_path))
    }

    /// Commits a page: afterwards it survives the end of this process, and within a second it
    /// survives a power cut.
    ///
    /// # Errors
    /// When it is too large, or cannot be written; then it is not there.
    pub fn append(&mut self, note: &Value, body: &[u8]) -> Result<(), JournalError> {
        if body.len() >= LARGEST_PAGE {
            return Err(JournalError::PageTooLarge { bytes: body.len() });
        }
        if !self.ready {
            self.replay(|_, _| Ok::<(), JournalError>(()))?;
        }
        self.flusher.check().map_err(failed("flush", &self.pages_path))?;
        let frame = entry::frame(body).map_err(failed("compress a page for", &self.pages_path))?;
        let end = self.pages_end + frame.len() as u64;
        let line = Entry::line(end, note);
        if line.len() > LONGEST_LINE {
            return Err(JournalError::NoteTooLong { bytes: line.len() });
        }
        let notes_path = self.folder.join(JOURNAL);
        let write = |mut file: &File, at: u64, bytes: &[u8]| {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(bytes)
        };
        let written = write(&self.pages, self.pages_end, &frame)
            .map_err(failed("write", &self.pages_path))
            .and_then(|()| write(&self.notes, self.notes_end, &line).map_err(failed("write", &notes_path)));
        if let Err(error) = written {
            // On a full disk nothing half-written should stay; if even that fails, replaying finds it.
            self.ready = self.cut().is_ok();
            return Err(error);
        }
        (self.pages_end, self.notes_end) = (end, self.notes_end + line.len() as u64);
        self.flusher.wake();
        Ok(())
    }

    /// Makes all committed pages survive a power cut.
    ///
    /// # Errors
    /// When the disk does not take them, now or since the last time.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.flusher.check().map_err(failed("flush", &self.pages_path))?;
        self.pages.sync_data().map_err(failed("flush", &self.pages_path))?;
        self.notes.sync_data().map_err(failed("flush", &self.folder.join(JOURNAL)))
    }

    /// Removes the crawl and all its pages, because it is finished or not wanted.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(self) -> Result<(), JournalError> {
        let Journal { folder, flusher, held, .. } = self;
        drop(flusher);
        let root = folder.parent().unwrap_or(&folder);
        let _turn = lock(root)?;
        let removed = remove(&folder);
        drop(held);
        removed
    }
}

#[cfg(test)]
mod tests;
