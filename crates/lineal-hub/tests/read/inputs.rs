//! Inputs of every wrapping, whole and damaged, from their first byte to records or a clear error.

use crate::support::{Read, chain, read_bytes, read_file};
use lineal_core::oddity::Oddity;
use std::io::{Cursor, Read as _, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const LINES: &[u8] = b"{\"id\":\"a/b\"}\n{\"id\":\"c/d\"}\n";
const ARRAY: &[u8] = b"[\n  {\"id\": \"e/f\"}\n]";
const TABLE: &[u8] = b"Model ID,Type,Base Model\ng/h,merge,\"a/b, c/d\"\n";

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("in memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let method =
            if name.ends_with(".gz") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        match name.strip_suffix('/') {
            Some(folder) => archive.add_directory(folder, options).expect("in memory"),
            None => archive.start_file(*name, options).expect("in memory"),
        }
        archive.write_all(bytes).ok();
    }
    archive.finish().expect("in memory").into_inner()
}

/// Lists the models, then what was odd.
fn summary(read: &Read) -> String {
    let models = read.records.iter().map(|record| record.id.to_string());
    let odd =
        read.oddities.iter().flat_map(|(_, met)| met.examples.iter().map(|example| format!("! {example}")));
    models.chain(odd).collect::<Vec<_>>().join("\n")
}

fn outcome(bytes: &[u8], keep_going: bool) -> String {
    read_bytes(bytes, keep_going).map_or_else(|error| chain(&error), |read| summary(&read))
}

fn check(bytes: &[u8], expected: &str) {
    assert_eq!(outcome(bytes, false), expected);
}

/// Checks what is left out, and said, when broken records are to be skipped.
fn check_keep_going(bytes: &[u8], expected: &str) {
    assert_eq!(outcome(bytes, true), expected);
}

/// Checks an input both as a stream and as a file.
fn check_listings(bytes: &[u8], listings: &str, models: &str) {
    let file = std::env::temp_dir().join(format!("lineal-hub-{}-{}", std::process::id(), bytes.len()));
    std::fs::write(&file, bytes).expect("a temporary file");
    for read in [read_bytes(bytes, false), read_file(&file, false)] {
        let read = read.expect("whole");
        let found: Vec<String> = read.listings.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        assert_eq!(found.join(", "), listings);
        assert_eq!(summary(&read), models);
    }
    std::fs::remove_file(&file).ok();
}

#[test]
fn the_content_says_what_a_listing_is() {
    check_listings(LINES, "listing json", "a/b\nc/d");
    check_listings(ARRAY, "listing json", "e/f");
    check_listings(b"\xef\xbb\xbf\n [ ]", "listing json", "");
    check_listings(TABLE, "listing csv", "g/h");
    check_listings(b"PAR1....PAR1", "listing parquet", "");
}

#[test]
fn compressed_listings_may_have_several_frames_or_members() {
    check_listings(&zstd(LINES), "listing json", "a/b\nc/d");
    check_listings(&gzip(TABLE), "listing csv", "g/h");
    check_listings(&[zstd(LINES), zstd(ARRAY)].concat(), "listing json", "a/b\nc/d\ne/f");
    check_listings(&[gzip(LINES), gzip(ARRAY)].concat(), "listing json", "a/b\nc/d\ne/f");
    let skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip";
    check_listings(&[skipped, &zstd(LINES)[..]].concat(), "listing json", "a/b\nc/d");
}

#[test]
fn every_file_of_an_archive_is_a_listing() {
    let archive = zip(&[
        ("week/", b""),
        ("week/b.json", LINES),
        ("__MACOSX/week/._b.json", b"\x00\x05\x16\x07"),
        ("week/.DS_Store", b"Bud1"),
        ("week/a.json.gz", &gzip(ARRAY)),
        ("relations.csv", TABLE),
    ]);
    let listings = "listing/week/b.json json, listing/week/a.json.gz json, listing/relations.csv csv";
    check_listings(&archive, listings, "a/b\nc/d\ne/f\ng/h");
    check_listings(&zstd(&archive), listings, "a/b\nc/d\ne/f\ng/h");
    check_listings(&zip(&[]), "", "");
}

#[test]
fn what_is_no_listing_is_refused_with_what_was_expected() {
    check(b"", "`listing` is empty");
    check(&zstd(b" \n"), "`listing` is empty");
    check(&zip(&[("x", b"")]), "`listing/x` is empty");
    check(
        b"\x89PNG\r\n\x1b[31m",
        "`listing` is no listing: expected JSON, Parquet, or CSV with the columns `Model ID`, `Type`, `Base Model`; \
         it begins with `\\x89PNG\\r\\n\\x1b[31m`",
    );
    check(&gzip(&gzip(&gzip(&gzip(LINES)))), "`listing` is compressed more than 3 times over");
    check(&gzip(&gzip(&gzip(LINES))), "a/b\nc/d");
}

#[test]
fn a_listing_that_is_cut_off_says_where() {
    check(
        b"{\"id\":\"a/b\"}\n{\"id\":\"c/d\",\"ta",
        "cannot read `listing`: broken at record 2, byte 28: the listing is cut off here",
    );
    check(
        b"[{\"id\":\"a/b\"},\n",
        "cannot read `listing`: broken at record 2, byte 15: the listing is cut off here",
    );
    check_keep_going(
        b"[{\"id\":\"a/b\"},\n",
        "a/b\n! listing: record 2 at byte 15: the listing is cut off here",
    );
}

#[test]
fn a_broken_record_says_where_and_can_be_skipped() {
    let listing =
        b"{\"id\":\"a/b\"}\n{\"id\":\n\"c/d\",}\n{\"id\":\"e/f\xff\"}\n{}\n[\"g/h\",{\"id\":\"g/h\"}]";
    check(
        listing,
        "cannot read `listing`: broken at record 2, byte 27: not a JSON object as expected: trailing comma",
    );
    check_keep_going(
        listing,
        "a/b\ng/h\n\
        ! listing: record 2 at byte 27: not a JSON object as expected: trailing comma\n\
        ! listing: record 3 at byte 38: not UTF-8\n\
        ! listing: record 5 at byte 51: not a JSON object as expected: invalid type: string \"g/h\", expected an object\n\
        ! no `id` and no `modelId`",
    );
    check(
        b"Model ID,Type,Base Model\na/b\n",
        "cannot read `listing`: broken at record 1, byte 25: \
         the row has 1 columns, but `Model ID`, `Type` and `Base Model` need 3",
    );
}

/// Records that hardly compress, so that they fill many blocks.
fn many_lines() -> Vec<u8> {
    let mut state = 1_u64;
    let mut lines = String::new();
    for number in 0..20_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines += &format!("{{\"id\":\"o/{number}\",\"tags\":[\"{state:x}\"]}}\n");
    }
    lines.into_bytes()
}

#[test]
fn damaged_compression_is_named_and_never_passes_for_the_end() {
    let lines = many_lines();
    for (packing, packed) in [("zstd", zstd(&lines)), ("gzip", gzip(&lines)), ("zip", zip(&[("x", &lines)]))]
    {
        let half = &packed[..packed.len() / 2];
        let said = outcome(half, false);
        let expected = format!("the input cannot be read: the {packing} data is damaged or cut off");
        assert!(said.contains(&expected), "{said}");
        assert!(said.contains("broken at record "), "{said}");

        let read = read_bytes(half, true);
        if packing != "zip" {
            let read = read.expect("read as far as it goes");
            assert!(read.records.len() > 5_000, "{packing}: {}", read.records.len());
            assert_eq!(read.oddities.count(Oddity::BrokenRecord), 1);
        } else {
            assert!(read.is_err(), "what follows in an archive that is cut off cannot be found");
        }
    }
}

#[test]
fn no_flipped_bit_and_no_cut_makes_anything_panic() {
    let packed = [
        LINES.to_vec(),
        ARRAY.to_vec(),
        TABLE.to_vec(),
        zstd(LINES),
        gzip(LINES),
        zip(&[("a.json", LINES), ("b.csv.gz", &gzip(TABLE))]),
    ];
    for bytes in &packed {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let strict = outcome(&flipped, false);
            let lenient = outcome(&flipped, true);
            assert!(!strict.contains('\u{1b}') && !lenient.contains('\u{1b}'));
        }
        for end in 0..bytes.len() {
            outcome(&bytes[..end], true);
        }
    }
}

#[test]
fn a_decompression_bomb_is_refused() {
    let mut bomb = zstd::Encoder::new(Vec::new(), 3).expect("in memory");
    let blank = vec![b' '; 1 << 20];
    bomb.write_all(b"{\"id\":\"a/b\"}").expect("in memory");
    for _ in 0..1100 {
        bomb.write_all(&blank).expect("in memory");
    }
    let bomb = bomb.finish().expect("in memory");
    let said = outcome(&bomb, false);
    assert!(said.contains("refused, as only a decompression bomb packs so tightly"), "{said}");
}

#[test]
fn an_error_of_the_caller_stops_everything() {
    use lineal_hub::{broken::BrokenListing, listing};

    #[derive(Debug, PartialEq)]
    struct Stop;
    impl From<BrokenListing> for Stop {
        fn from(_: BrokenListing) -> Stop {
            Stop
        }
    }
    let endless = b"[".chain(std::io::repeat(b' ').take(1 << 20)).chain(Repeat(b"{\"id\":\"a/b\"},"));
    let stopped = listing::read_json("listing", endless, listing::Options::default(), |_| Err(Stop));
    assert_eq!(stopped, Err(Stop));
}

/// The same bytes again and again.
struct Repeat(&'static [u8]);

impl std::io::Read for Repeat {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let whole = buffer.len() / self.0.len() * self.0.len();
        for part in buffer[..whole].chunks_exact_mut(self.0.len()) {
            part.copy_from_slice(self.0);
        }
        Ok(whole)
    }
}
