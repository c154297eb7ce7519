//! How is one page of a crawl written down, and how is damage noticed?

use super::{LARGEST_PAGE, LONGEST_LINE};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    ops::Range,
};

/// The compression level of pages: as fast as they come, and an eighth of their size.
const LEVEL: i32 = 1;
/// The largest window a frame may ask for, as a power of two: four times that of [`LEVEL`].
const LARGEST_WINDOW: u32 = 23;

/// A line of the journal: a page was committed.
#[derive(Debug, PartialEq)]
pub struct Entry {
    /// Where the page's frame ends in the file of pages.
    pub end: u64,
    pub note: Value,
}

/// An entry as it is written, after its checksum.
#[derive(Deserialize)]
struct Line {
    end: u64,
    note: Value,
}

/// What a line starts with; the checksum of all that comes after the checksum follows.
const START: &[u8] = br#"{"sum":""#;
/// How long a checksum is, in hexadecimal digits.
const DIGITS: usize = 16;

impl Entry {
    pub fn line(end: u64, note: &Value) -> Vec<u8> {
        let rest = format!(r#"","end":{end},"note":{note}}}"#);
        let sum = format!("{:016x}", sum(rest.as_bytes()));
        [START, sum.as_bytes(), rest.as_bytes(), b"\n"].concat()
    }

    /// Reads a line; `None` if it is torn or damaged.
    pub fn parse(line: &[u8]) -> Option<Entry> {
        let json = line.strip_suffix(b"\n").filter(|json| json.len() < LONGEST_LINE)?;
        let (stated, rest) = json.strip_prefix(START)?.split_at_checked(DIGITS)?;
        if stated != format!("{:016x}", sum(rest)).as_bytes() {
            return None;
        }
        let Line { end, note } = serde_json::from_slice(json).ok()?;
        Some(Entry { end, note })
    }
}

/// A checksum that every build computes alike: FNV-1a, 64 bits.
fn sum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Compresses a page into a frame of its own, with a checksum of its contents.
pub fn frame(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.write_all(body)?;
    encoder.write_all(b"\n")?;
    encoder.finish()
}

/// Reads the page in a range of the file; `None` if what is there is not one whole page.
pub fn read_page(mut file: &File, range: Range<u64>) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut source = Source { file: file.take(range.end - range.start), failed: None };
    let mut body = Vec::new();
    let mut decode = || -> io::Result<bool> {
        let mut decoder = zstd::Decoder::with_buffer(BufReader::new(&mut source))?.single_frame();
        decoder.window_log_max(LARGEST_WINDOW)?;
        decoder.by_ref().take(LARGEST_PAGE as u64 + 1).read_to_end(&mut body)?;
        // Within the range there is nothing else.
        let rest = decoder.finish().bytes().next().transpose()?;
        Ok(rest.is_none())
    };
    let whole = decode();
    if let Some(error) = source.failed {
        return Err(error);
    }
    let whole = whole.unwrap_or(false) && body.len() <= LARGEST_PAGE && body.pop() == Some(b'\n');
    Ok(whole.then_some(body))
}

/// A file that remembers why it could not be read, so that a failing disk is not taken for a
/// damaged page.
struct Source<R> {
    file: R,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer).map_err(|error| {
            let kind = error.kind();
            self.failed = Some(error);
            kind.into()
        })
    }
}
