//! Which listings lie in an input, and what kind is each?
//!
//! The content decides, never the file's name. Compressed inputs (zstd, gzip; several frames or
//! members too) and zip archives are unwrapped, up to three layers of them; every file of an
//! archive is a listing of its own. A compressed input may be a bomb, so what was unpacked is
//! weighed against what was read all along.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use zip::{ZipArchive, read::ZipFile, read::read_zipfile_from_stream, result::ZipError};

/// How many layers of compression are unwrapped; a `.json.gz` in a `.zip` has two.
const DEEPEST: usize = 3;
/// How much is read to tell what an input is.
const HEAD: usize = 64 << 10;
/// Unpacked bytes that are always accepted.
const BOMB_BYTES: u64 = 1 << 30;
/// Beyond [`BOMB_BYTES`], how many bytes may be unpacked from one. Real listings yield 10 to 20.
const BOMB_RATIO: u64 = 200;

/// Bytes to open, and a count of those read so far.
pub struct Input {
    source: Source,
    read: Arc<AtomicU64>,
}

enum Source {
    File(File),
    Stream(Box<dyn Read + Send>),
}

impl Input {
    /// A file that can be read from any place, as an archive's contents need.
    pub fn file(file: File) -> Input {
        Input { source: Source::File(file), read: Arc::default() }
    }

    /// Bytes that arrive in order only, such as standard input.
    pub fn stream(reader: impl Read + Send + 'static) -> Input {
        Input { source: Source::Stream(Box::new(reader)), read: Arc::default() }
    }

    /// Returns the count of bytes read so far, before any unpacking: it rises while others work. An
    /// archive's table of contents is read besides, so the count may end a little above its size.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }
}

/// One listing, opened but not read.
pub struct Opened<'a> {
    /// The input's name, and the file's in its archive.
    pub name: String,
    pub kind: Kind,
    /// Whether it had to be unwrapped; if not, these are the input's own bytes.
    pub packed: bool,
    /// The listing from its first byte.
    pub reader: Box<dyn Read + Send + 'a>,
}

/// What a listing is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Records of the Hub's API: JSON lines, or arrays over any number of lines.
    Json,
    /// The study's CSV with the columns `Model ID`, `Type` and `Base Model`.
    RelationTable,
    /// A Parquet file, to be turned into JSON lines by whoever can.
    Parquet,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Json, Kind::RelationTable, Kind::Parquet];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Json => "json",
            Kind::RelationTable => "csv",
            Kind::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a format (expected json, csv or parquet)", .0.escape_debug())]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Kind, UnknownKind> {
        let known = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("cannot read `{name}`")]
    Read { name: String, source: io::Error },
    #[error("cannot read the zip archive `{name}`")]
    Archive { name: String, source: ZipError },
    #[error("`{name}` is empty")]
    Empty { name: String },
    #[error("`{name}` is compressed more than {DEEPEST} times over")]
    TooDeep { name: String },
    #[error(
        "`{name}` is no listing: expected JSON, Parquet, or CSV with the columns `Model ID`, `Type`, \
         `Base Model`; it begins with `{begins}`"
    )]
    Unknown { name: String, begins: String },
}

/// Opens every listing of an input in turn; `kind` is believed where given, whatever the content.
///
/// # Errors
/// When something in the input is no listing, or cannot be unwrapped; and whatever `take` returns.
pub fn open<E: From<OpenError>>(
    name: &str,
    input: Input,
    kind: Option<Kind>,
    mut take: impl FnMut(Opened) -> Result<(), E>,
) -> Result<(), E> {
    let meter = Meter { read: input.read, unpacked: Arc::default() };
    let mut opening = Opening { meter: &meter, kind, take: &mut take };
    match input.source {
        Source::Stream(stream) => {
            opening.unwrap(name, Box::new(Metered { inner: stream, count: &meter.read }), 0)
        }
        Source::File(file) => {
            let mut file = Metered { inner: file, count: &meter.read };
            let head = Head::of(&mut file);
            if Packing::of(&head.bytes) == Some(Packing::Zip) {
                return opening.archive(name, file);
            }
            opening.unwrap(name, Box::new(head.then(file)), 0)
        }
    }
}

/// What stays the same from layer to layer.
struct Opening<'a, E> {
    meter: &'a Meter,
    kind: Option<Kind>,
    take: &'a mut dyn FnMut(Opened) -> Result<(), E>,
}

impl<E: From<OpenError>> Opening<'_, E> {
    fn unwrap(&mut self, name: &str, mut reader: Box<dyn Read + Send + '_>, layer: usize) -> Result<(), E> {
        let unreadable = |source| OpenError::Read { name: name.to_owned(), source };
        let head = Head::of(&mut reader);
        let packing = Packing::of(&head.bytes);
        if packing.is_some() && layer == DEEPEST {
            return Err(OpenError::TooDeep { name: name.to_owned() }.into());
        }
        match packing {
            None => {
                let kind = match self.kind.map_or_else(|| kind(name, &head.bytes), Ok) {
                    Ok(kind) => kind,
                    // That it breaks off says more than how little there is.
                    Err(unknown) => return Err(head.broken.map_or(unknown, unreadable).into()),
                };
                let (packed, reader) = (layer > 0, Box::new(head.then(reader)));
                (self.take)(Opened { name: name.to_owned(), kind, packed, reader })
            }
            Some(Packing::Zstd) => {
                let unpacking = zstd::Decoder::new(head.then(reader)).map_err(unreadable)?;
                self.unwrap(name, self.meter.unpack(Packing::Zstd, unpacking), layer + 1)
            }
            Some(Packing::Gzip) => {
                let packed = BufReader::with_capacity(HEAD, head.then(reader));
                let unpacking = flate2::bufread::MultiGzDecoder::new(packed);
                self.unwrap(name, self.meter.unpack(Packing::Gzip, unpacking), layer + 1)
            }
            Some(Packing::Zip) => self.archive_in_order(name, head.then(reader), layer),
        }
    }

    /// Opens the files of an archive by its table of contents.
    fn archive(&mut self, name: &str, mut file: impl Read + Seek + Send) -> Result<(), E> {
        let unreadable = |source| OpenError::Archive { name: name.to_owned(), source };
        file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(error.into()))?;
        let mut archive = ZipArchive::new(BufReader::with_capacity(HEAD, file)).map_err(unreadable)?;
        for index in 0..archive.len() {
            let file = archive.by_index(index).map_err(unreadable)?;
            self.archived(name, file, 0)?;
        }
        Ok(())
    }

    /// Opens the files of an archive that can only be read from front to back.
    fn archive_in_order(&mut self, name: &str, mut reader: impl Read + Send, layer: usize) -> Result<(), E> {
        let unreadable = |source| OpenError::Archive { name: name.to_owned(), source };
        while let Some(file) = read_zipfile_from_stream(&mut reader).map_err(unreadable)? {
            self.archived(name, file, layer)?;
        }
        Ok(())
    }

    fn archived(&mut self, archive: &str, file: ZipFile<impl Read + Send>, layer: usize) -> Result<(), E> {
        let inside = file.name().map_err(|source| OpenError::Archive { name: archive.to_owned(), source })?;
        if !file.is_file() || is_finder_litter(&inside) {
            return Ok(());
        }
        let name = format!("{archive}/{}", inside.escape_debug());
        self.unwrap(&name, self.meter.unpack(Packing::Zip, file), layer + 1)
    }
}

/// Whether macOS put a file of this name into the archive unasked.
fn is_finder_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next() == Some(".DS_Store")
}

/// As much of an input as is needed to tell what it is, and what broke it off so early.
struct Head {
    bytes: Vec<u8>,
    broken: Option<io::Error>,
}

impl Head {
    fn of(reader: &mut impl Read) -> Head {
        let mut bytes = Vec::new();
        let broken = reader.take(HEAD as u64).read_to_end(&mut bytes).err();
        Head { bytes, broken }
    }

    /// Returns the input from its first byte; it breaks where it broke.
    fn then(self, rest: impl Read) -> impl Read {
        Cursor::new(self.bytes).chain(Breaks(self.broken)).chain(rest)
    }
}

/// Nothing, or an error instead of it.
struct Breaks(Option<io::Error>);

impl Read for Breaks {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

const PARQUET: &[u8] = b"PAR1";

/// Returns what a listing is written in, judging by how it begins.
fn kind(name: &str, head: &[u8]) -> Result<Kind, OpenError> {
    if head.starts_with(PARQUET) {
        return Ok(Kind::Parquet);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text.first() {
        Some(b'{' | b'[') => Ok(Kind::Json),
        None if head.len() < HEAD => Err(OpenError::Empty { name: name.to_owned() }),
        _ if crate::relation_table::has_header(text) => Ok(Kind::RelationTable),
        _ => {
            let begins = text[..text.len().min(40)].escape_ascii().to_string();
            Err(OpenError::Unknown { name: name.to_owned(), begins })
        }
    }
}

/// What bytes can be packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Zstd,
    Gzip,
    Zip,
}

impl Packing {
    fn of(head: &[u8]) -> Option<Packing> {
        match head {
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd), // a frame to skip; the next has the data
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Packing::Zip), // 5, 6: without files
            _ => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Packing::Zstd => "zstd",
            Packing::Gzip => "gzip",
            Packing::Zip => "zip",
        }
    }
}

/// How much was read of an input, and how much was unpacked from that, in all layers together.
struct Meter {
    read: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
}

impl Meter {
    fn unpack<'a>(&'a self, packing: Packing, inner: impl Read + Send + 'a) -> Box<dyn Read + Send + 'a> {
        Box::new(Unpacking { packing, inner, meter: self })
    }
}

/// Counts the bytes that pass.
struct Metered<'a, R> {
    inner: R,
    count: &'a AtomicU64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}

impl<R: Seek> Seek for Metered<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Weighs what is unpacked, and names the compression when it fails.
struct Unpacking<'a, R> {
    packing: Packing,
    inner: R,
    meter: &'a Meter,
}

/// Why unpacking stopped.
#[derive(Debug, thiserror::Error)]
enum UnpackError {
    #[error("the {} data is damaged or cut off", .packing.as_str())]
    Damaged { packing: Packing, source: io::Error },
    #[error("{unpacked} bytes came out of {read}: refused, as only a decompression bomb packs so tightly")]
    Bomb { unpacked: u64, read: u64 },
}

impl<R: Read> Read for Unpacking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let packing = self.packing;
        let count = self.inner.read(buffer).map_err(|source| {
            let is_ours = source.get_ref().is_some_and(|inner| inner.is::<UnpackError>());
            let is_the_systems = source.raw_os_error().is_some();
            if is_ours || is_the_systems || source.kind() == io::ErrorKind::Interrupted {
                return source;
            }
            io::Error::new(source.kind(), UnpackError::Damaged { packing, source })
        })?;
        let unpacked = self.meter.unpacked.fetch_add(count as u64, Relaxed) + count as u64;
        let read = self.meter.read.load(Relaxed);
        if unpacked > BOMB_BYTES && unpacked / BOMB_RATIO > read {
            return Err(io::Error::other(UnpackError::Bomb { unpacked, read }));
        }
        Ok(count)
    }
}
