//! What is in an answer, and may it be that much?

use flate2::write::MultiGzDecoder;
use std::io::{self, Write};

/// A body being received: unpacked as it comes, and never larger than it may be.
pub struct Body {
    inner: Inner,
    /// How many bytes came over the network.
    pub received: u64,
}

enum Inner {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// Bytes, up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    largest: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    #[error("the answer is larger than {} MiB", .0 >> 20)]
    TooLarge(usize),
    #[error("the answer's compression is broken")]
    Gzip,
    #[error("the answer is packed in a way that was not asked for (`{0}`)")]
    Packed(String),
}

impl Body {
    /// Expects a body packed as the header `Content-Encoding` says.
    ///
    /// # Errors
    /// When it is packed in any other way than gzip.
    pub fn new(encoding: Option<&str>, largest: usize) -> Result<Body, BodyError> {
        let bounded = Bounded { bytes: Vec::new(), largest };
        let inner = match encoding.map(str::trim) {
            None | Some("" | "identity") => Inner::Plain(bounded),
            Some("gzip" | "x-gzip") => Inner::Gzip(Box::new(MultiGzDecoder::new(bounded))),
            Some(other) => {
                return Err(BodyError::Packed(
                    other.chars().take(40).collect::<String>().escape_debug().to_string(),
                ));
            }
        };
        Ok(Body { inner, received: 0 })
    }

    /// Takes in what came.
    ///
    /// # Errors
    /// When it gets too large, or cannot be unpacked.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        self.received += chunk.len() as u64;
        match &mut self.inner {
            Inner::Plain(bounded) => bounded.write_all(chunk).map_err(why),
            Inner::Gzip(decoder) => decoder.write_all(chunk).map_err(why),
        }
    }

    /// Returns all of it, unpacked.
    ///
    /// # Errors
    /// When its compression ends too early.
    pub fn finish(self) -> Result<Vec<u8>, BodyError> {
        match self.inner {
            Inner::Plain(bounded) => Ok(bounded.bytes),
            Inner::Gzip(decoder) => Ok(decoder.finish().map_err(why)?.bytes),
        }
    }
}

/// The limit is told through the decoder as an I/O error of its own.
#[derive(Debug, thiserror::Error)]
#[error("more than {0} bytes")]
struct Full(usize);

impl Write for Bounded {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + chunk.len() > self.largest {
            return Err(io::Error::other(Full(self.largest)));
        }
        self.bytes.extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn why(error: io::Error) -> BodyError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Full>()) {
        Some(Full(largest)) => BodyError::TooLarge(*largest),
        None => BodyError::Gzip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};

    const LARGEST: usize = 1 << 20;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("written")
    }

    fn receive(encoding: Option<&str>, sent: &[u8]) -> Result<Vec<u8>, String> {
        let receive = || {
            let mut body = Body::new(encoding, LARGEST)?;
            sent.chunks(100).try_for_each(|chunk| body.push(chunk))?;
            body.finish()
        };
        receive().map_err(|error: BodyError| error.to_string())
    }

    #[test]
    fn a_body_is_unpacked_as_it_comes() {
        assert_eq!(receive(None, b"[1]"), Ok(b"[1]".to_vec()));
        assert_eq!(receive(Some("gzip"), &gzip(b"[1]")), Ok(b"[1]".to_vec()));
        assert_eq!(
            receive(Some("br"), b""),
            Err("the answer is packed in a way that was not asked for (`br`)".into())
        );
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let too_large = Err("the answer is larger than 1 MiB".into());
        assert_eq!(receive(Some("gzip"), &gzip(&vec![b' '; 100 << 20])), too_large);
        assert_eq!(receive(None, &vec![b' '; LARGEST + 1]), too_large);
        assert_eq!(receive(None, &vec![b' '; LARGEST]).map(|body| body.len()), Ok(LARGEST));
    }

    #[test]
    fn a_body_cut_off_anywhere_is_broken() {
        let whole = gzip(b"a body that is long enough to be cut off anywhere");
        for length in 0..whole.len() {
            let received = receive(Some("gzip"), &whole[..length]);
            assert_eq!(received, Err("the answer's compression is broken".into()), "{length}");
        }
    }
}
