//! Who asked for what, and what came of it? One JSON object a line.

use crate::calendar::Second;
use serde::{Serialize, Serializer};
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A line of the log. A token is never part of it.
#[derive(Serialize)]
pub(crate) struct Line<'a> {
    pub time: Moment,
    /// `hub` or `cdn`.
    pub origin: &'static str,
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    pub status: u16,
    /// The length of the body that was to be sent.
    pub bytes: usize,
    /// Whether the request carried an `Authorization` header.
    pub authorized: bool,
    /// What went wrong on purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
}

/// A time to the millisecond.
pub(crate) struct Moment(Duration);

impl Moment {
    pub fn now() -> Moment {
        Moment(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let second = Second(self.0.as_secs() as u32).to_string();
        let whole = second.strip_suffix("000Z").unwrap_or(&second);
        serializer.collect_str(&format_args!("{whole}{:03}Z", self.0.subsec_millis()))
    }
}

pub(crate) struct Log(Mutex<File>);

impl Log {
    pub fn create(path: &Path) -> io::Result<Log> {
        File::create(path).map(|file| Log(Mutex::new(file)))
    }

    /// Adds a line. One that cannot be written is lost: nobody who asks could do anything about it.
    pub fn add(&self, line: &Line) {
        let Ok(mut text) = serde_json::to_vec(line) else { return };
        text.push(b'\n');
        let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&text);
    }
}
