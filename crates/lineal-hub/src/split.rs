//! Where does each record of a JSON stream begin and end?
//!
//! Records are found without being parsed: JSON lines, values one after another, and arrays of
//! records over any number of lines. Only strings and brackets are looked at, so what is found may
//! still be broken; but a stream that ends inside a record or an array is cut off for sure.
//!
//! A record that fills one line is found quickly: after a `}`, a `{` can only start the next record,
//! as within one a comma would have to stand between. So if a line begins with `{`, ends with `}`
//! and the next begins with `{`, a record has ended, whatever is in the line. And so a broken line
//! costs one record, not the rest.

use crate::broken::{Broken, LONGEST_RECORD, Why};
use memchr::{memchr, memchr_iter, memchr3};
use std::{io, io::Read, ops::Range};

/// How many bytes are read at a time, and how long a piece is unless a record is longer.
const PIECE: usize = 2 << 20;

/// A run of whole records.
pub struct Piece {
    pub bytes: Vec<u8>,
    /// Where each record lies in the bytes.
    pub records: Vec<Range<usize>>,
    /// The number of the first record, counted from 1.
    pub first: u64,
    /// Where the bytes begin in the stream.
    pub offset: u64,
}

pub struct Splitter<R> {
    reader: R,
    /// Bytes read and not yet handed out.
    buffer: Vec<u8>,
    /// Where the buffer begins in the stream.
    offset: u64,
    /// The number of the next record to hand out, counted from 1.
    next: u64,
    end: Option<End>,
    /// How much of the buffer has been looked at.
    at: usize,
    /// From `at` to here, there is no newline.
    without_newline: usize,
    place: Place,
    in_array: bool,
}

enum End {
    Reached,
    Failed(io::Error),
    Told,
}

/// What the byte at `at` belongs to.
#[derive(Clone, Copy)]
enum Place {
    BetweenRecords,
    /// Within brackets, so many deep.
    Record {
        start: usize,
        depth: usize,
        in_string: bool,
    },
    /// Within something that is no record; it ends with its line.
    Litter {
        start: usize,
    },
}

impl<R: Read> Splitter<R> {
    pub fn new(reader: R) -> Splitter<R> {
        Splitter {
            reader,
            buffer: Vec::new(),
            offset: 0,
            next: 1,
            end: None,
            at: 0,
            without_newline: 0,
            place: Place::BetweenRecords,
            in_array: false,
        }
    }

    /// Returns the next records of the stream, after which it may have broken; `None` at its end.
    pub fn next_piece(&mut self) -> Option<Result<Piece, Broken>> {
        loop {
            if self.end.is_none() {
                self.fill();
            }
            let records = self.records();
            if !records.is_empty() {
                return Some(Ok(self.cut(records)));
            }
            if let Place::BetweenRecords = self.place {
                self.drop_what_is_between();
            }
            let why = match self.end.take() {
                None if self.in_progress() > LONGEST_RECORD => Why::TooLarge,
                None => continue,
                Some(End::Reached) if self.in_array || self.in_progress() > 0 => Why::CutOff,
                Some(End::Reached | End::Told) => return None,
                Some(End::Failed(error)) => Why::Unreadable(error),
            };
            self.end = Some(End::Told);
            let byte = self.offset + if matches!(why, Why::TooLarge) { 0 } else { self.buffer.len() as u64 };
            self.place = Place::BetweenRecords;
            self.at = self.buffer.len();
            return Some(Err(Broken { record: self.next, byte, why }));
        }
    }

    /// Reads one piece more.
    fn fill(&mut self) {
        let before = self.buffer.len();
        let wanted = PIECE.max(before);
        self.buffer.reserve_exact(wanted);
        match self.reader.by_ref().take(wanted as u64).read_to_end(&mut self.buffer) {
            Ok(_) if self.buffer.len() - before < wanted => self.end = Some(End::Reached),
            Ok(_) => {}
            Err(error) => self.end = Some(End::Failed(error)),
        }
        let has_mark = self.offset == 0 && before == 0 && self.buffer.starts_with(b"\xef\xbb\xbf");
        if has_mark {
            self.at = 3;
        }
    }

    /// Hands out the bytes up to the last record's end.
    fn cut(&mut self, records: Vec<Range<usize>>) -> Piece {
        let end = records.last().map_or(0, |record| record.end);
        let mut rest = Vec::with_capacity(PIECE);
        rest.extend_from_slice(&self.buffer[end..]);
        let mut bytes = std::mem::replace(&mut self.buffer, rest);
        bytes.truncate(end);
        let piece = Piece { bytes, first: self.next, offset: self.offset, records };
        self.next += piece.records.len() as u64;
        self.offset += end as u64;
        self.at -= end;
        self.without_newline = self.without_newline.saturating_sub(end);
        match &mut self.place {
            Place::BetweenRecords => {}
            Place::Record { start, .. } | Place::Litter { start } => *start -= end,
        }
        piece
    }

    /// Forgets bytes that belong to no record, so that no amount of them fills the memory.
    fn drop_what_is_between(&mut self) {
        self.offset += self.buffer.len() as u64;
        self.buffer.clear();
        self.at = 0;
        self.without_newline = 0;
    }

    /// Returns how much was read of a record whose end has not been seen.
    fn in_progress(&self) -> usize {
        match self.place {
            Place::BetweenRecords => 0,
            Place::Record { start, .. } | Place::Litter { start } => self.buffer.len() - start,
        }
    }

    /// Finds the records that end in the rest of the buffer.
    fn records(&mut self) -> Vec<Range<usize>> {
        let mut records = Vec::new();
        loop {
            let record = match self.place {
                Place::BetweenRecords => {
                    if !self.enter_next() {
                        return records;
                    }
                    match self.place {
                        Place::Record { start, .. } => self.line().map(|end| start..end),
                        _ => None,
                    }
                }
                Place::Record { start, depth, in_string } => {
                    let Some(end) = self.end_of_record(start, depth, in_string) else { return records };
                    Some(start..end)
                }
                Place::Litter { start } => {
                    let Some(end) = self.end_of_litter() else { return records };
                    Some(start..end)
                }
            };
            if let Some(record) = record {
                self.at = record.end;
                self.place = Place::BetweenRecords;
                records.push(record);
            }
        }
    }

    /// Goes to the start of the next record; `false` if there is none in the buffer.
    fn enter_next(&mut self) -> bool {
        while let Some(byte) = self.buffer.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b',' if self.in_array => self.at += 1,
                b'[' if !self.in_array => {
                    self.in_array = true;
                    self.at += 1;
                }
                b']' if self.in_array => {
                    self.in_array = false;
                    self.at += 1;
                }
                b'{' | b'[' => {
                    self.place = Place::Record { start: self.at, depth: 0, in_string: false };
                    return true;
                }
                _ => {
                    self.place = Place::Litter { start: self.at };
                    return true;
                }
            }
        }
        false
    }

    /// Returns where the record that starts here ends, if it plainly fills one line.
    fn line(&mut self) -> Option<usize> {
        if self.in_array {
            return None;
        }
        let newline = self.newline()?;
        let line = self.buffer[self.at..newline].trim_ascii_end();
        let follows = |bytes: &[u8]| bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        let starts_anew = |brace: usize| matches!(follows(&line[brace + 1..]), Some(b'{' | b'['));
        let is_whole = line.ends_with(b"}") && follows(&self.buffer[newline..]) == Some(b'{');
        (is_whole && !memchr_iter(b'}', line).any(starts_anew)).then_some(self.at + line.len())
    }

    /// Returns where the line ends. What was searched is remembered: there may be no newline at all.
    fn newline(&mut self) -> Option<usize> {
        let from = self.at.max(self.without_newline);
        let found = memchr(b'\n', &self.buffer[from..]).map(|at| from + at);
        self.without_newline = found.unwrap_or(self.buffer.len());
        found
    }

    /// Returns where a record ends: at its last bracket, or at a line's end within a string, which
    /// is broken. `None` if that has not been read yet.
    fn end_of_record(&mut self, start: usize, mut depth: usize, mut in_string: bool) -> Option<usize> {
        let bytes = &self.buffer[..];
        let mut at = self.at;
        let end = 'record: loop {
            if in_string {
                match memchr3(b'"', b'\\', b'\n', &bytes[at..]).map(|found| at + found) {
                    None => at = bytes.len(),
                    Some(found) if bytes[found] == b'\n' => break Some(found),
                    Some(found) if bytes[found] == b'"' => {
                        at = found + 1;
                        in_string = false;
                    }
                    Some(found) if found + 1 < bytes.len() => at = found + 2,
                    Some(found) => {
                        at = found; // what is escaped has not been read yet
                        break None;
                    }
                }
            } else {
                let Some(byte) = bytes.get(at) else { break None };
                at += 1;
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth -= 1;
                        if depth == 0 {
                            break 'record Some(at);
                        }
                    }
                    _ => {}
                }
            }
            if at == bytes.len() {
                break None;
            }
        };
        self.at = at;
        self.place = Place::Record { start, depth, in_string };
        end
    }

    /// Returns where something ends that is no record.
    fn end_of_litter(&mut self) -> Option<usize> {
        let rest = &self.buffer[self.at..];
        let ends = |byte: &u8| *byte == b'\n' || self.in_array && matches!(byte, b',' | b']');
        let length = rest.iter().position(ends);
        if length.is_none() && matches!(self.end, Some(End::Reached)) {
            return Some(self.buffer.len());
        }
        self.at = length.map_or(self.buffer.len(), |length| self.at + length);
        length.map(|_| self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out few bytes at a time, so that records straddle pieces.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(7);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    /// Lists each record as `number@byte text`, and how it broke.
    fn split(bytes: &[u8]) -> Vec<String> {
        let mut splitter = Splitter::new(Trickle(bytes));
        let mut lines = Vec::new();
        while let Some(piece) = splitter.next_piece() {
            match piece {
                Ok(piece) => {
                    for (number, record) in (piece.first..).zip(&piece.records) {
                        let text = String::from_utf8_lossy(&piece.bytes[record.clone()]).replace('\n', "↵");
                        lines.push(format!("{number}@{} {text}", piece.offset + record.start as u64));
                    }
                }
                Err(broken) => lines.push(format!("{}@{} ! {}", broken.record, broken.byte, broken.why)),
            }
        }
        lines
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(split(text.as_bytes()), expected, "{text}");
    }

    #[test]
    fn lines_are_records_whatever_ends_them() {
        check(
            "{\"a\":1}\n{\"b\":2}\r\n\n  {\"c\":3}  ",
            &["1@0 {\"a\":1}", "2@8 {\"b\":2}", "3@20 {\"c\":3}"],
        );
        check("\u{feff}{\"a\":1}\n{}\n", &["1@3 {\"a\":1}", "2@11 {}"]);
    }

    #[test]
    fn an_array_holds_records_over_any_number_of_lines() {
        check("[{\"a\":[{}, 1]},{\"b\":\"]\"}]", &["1@1 {\"a\":[{}, 1]}", "2@15 {\"b\":\"]\"}"]);
        check("[\n  {\n    \"a\": {}\n  },\n  {}\n]\n", &["1@4 {↵    \"a\": {}↵  }", "2@25 {}"]);
        check("[{\"a\":[{},\n{}]},\n{}]", &["1@1 {\"a\":[{},↵{}]}", "2@17 {}"]);
    }

    #[test]
    fn values_and_arrays_may_follow_each_other() {
        check("{}{\"a\":\"} {\"}\t{}\n{}", &["1@0 {}", "2@2 {\"a\":\"} {\"}", "3@14 {}", "4@17 {}"]);
        check("{}{} {}[{}][]\n[{}]", &["1@0 {}", "2@2 {}", "3@5 {}", "4@8 {}", "5@15 {}"]);
    }

    #[test]
    fn there_may_be_no_records() {
        check("", &[]);
        check(" \n", &[]);
        check("[]", &[]);
        check("[ \n ]\n", &[]);
    }

    #[test]
    fn brackets_and_quotes_in_strings_are_text() {
        let text = r#"{"a\\":"}{\"]","b":"\\"}{"c":"{"}"#;
        check(text, &[r#"1@0 {"a\\":"}{\"]","b":"\\"}"#, r#"2@24 {"c":"{"}"#]);
    }

    #[test]
    fn a_record_of_several_lines_is_one_though_lines_look_whole() {
        check("{\"a\":\n{\"b\":1}\n}\n{}", &["1@0 {\"a\":↵{\"b\":1}↵}", "2@16 {}"]);
    }

    #[test]
    fn a_broken_line_costs_one_record() {
        check("{\"a\":\"}\n{}\n", &["1@0 {\"a\":\"}", "2@8 {}"]);
        check("{\"a\":{}\n{}\n{}", &["1@0 {\"a\":{}", "2@8 {}", "3@11 {}"]);
        check("{\"a\":\"b\n{}\n{}", &["1@0 {\"a\":\"b", "2@8 {}", "3@11 {}"]);
    }

    #[test]
    fn what_is_no_object_ends_with_its_line() {
        check("nonsense, 1\n{}\n]\n1", &["1@0 nonsense, 1", "2@12 {}", "3@15 ]", "4@17 1"]);
        check("[1, null,{}, \"a\" ]", &["1@1 1", "2@4 null", "3@9 {}", "4@13 \"a\" "]);
        check("[[{}]]", &["1@1 [{}]"]);
    }

    #[test]
    fn a_stream_that_ends_within_a_record_or_an_array_is_cut_off() {
        check("{}\n{\"a\":\"b", &["1@0 {}", "2@10 ! the listing is cut off here"]);
        check("{}\n{\"a\":\"b\\", &["1@0 {}", "2@11 ! the listing is cut off here"]);
        check("{}\n{\"a\":{}", &["1@0 {}", "2@10 ! the listing is cut off here"]);
        check("[{},\n{}", &["1@1 {}", "2@5 {}", "3@7 ! the listing is cut off here"]);
        check("[", &["1@1 ! the listing is cut off here"]);
    }

    #[test]
    fn no_cut_loses_a_whole_record() {
        let text = b"[{\"a\":\"\\\"}\"},{\"b\":[{},{}]},\n{\"c\":1}]{\"d\":2}\n{}\n";
        let whole = split(text);
        for end in 0..text.len() {
            let part = split(&text[..end]);
            let records: Vec<&String> = part.iter().filter(|line| !line.contains('!')).collect();
            assert_eq!(records, whole.iter().take(records.len()).collect::<Vec<_>>(), "cut at {end}");
        }
    }

    #[test]
    fn long_streams_are_split_into_bounded_pieces() {
        let record = format!("{{\"a\":\"{}\"}}", "x".repeat(1000));
        let array = format!("[{}]", vec![record.as_str(); 10_000].join(","));
        let mut splitter = Splitter::new(array.as_bytes());
        let mut count = 0;
        while let Some(piece) = splitter.next_piece() {
            let piece = piece.expect("well formed");
            assert_eq!(piece.first, count + 1);
            assert!(piece.bytes.len() <= 2 * PIECE);
            assert!(piece.records.iter().all(|place| piece.bytes[place.clone()] == *record.as_bytes()));
            count += piece.records.len() as u64;
        }
        assert_eq!(count, 10_000);
    }

    #[test]
    fn what_lies_between_records_takes_no_memory() {
        let gap = b"{}".chain(io::repeat(b' ').take(5 * PIECE as u64)).chain(&b"{}\n"[..]);
        let mut splitter = Splitter::new(gap);
        let first = splitter.next_piece().expect("a record").expect("well formed");
        let second = splitter.next_piece().expect("a record").expect("well formed");
        assert_eq!([first.first, second.first], [1, 2]);
        assert_eq!(second.offset + second.records[0].start as u64, 5 * PIECE as u64 + 2);
        assert!(second.bytes.len() <= PIECE);
        assert!(splitter.next_piece().is_none());
    }

    #[test]
    fn a_record_of_many_pieces_is_found_and_an_endless_one_refused() {
        let long = format!("{{\"a\":\"{}\"}}", "\\\"".repeat(3 * PIECE));
        let piece = Splitter::new(long.as_bytes()).next_piece().expect("a record").expect("well formed");
        assert_eq!(piece.bytes, long.as_bytes());

        let endless = b"{}{\"a\":[".chain(io::repeat(b'['));
        let mut splitter = Splitter::new(endless);
        assert!(splitter.next_piece().is_some_and(|piece| piece.is_ok()));
        let broken = splitter.next_piece().expect("an end").err().expect("too large");
        assert_eq!(
            (broken.record, broken.byte, broken.why.to_string()),
            (2, 2, "the record is larger than 64 MiB".into())
        );
        assert!(splitter.next_piece().is_none());
    }
}
