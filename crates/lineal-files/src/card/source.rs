//! Which place of the file is meant by a place of the YAML?
//!
//! The parser counts characters of a text that was cut out of the file, decoded, and sometimes indented.

use crate::finding::Place;
use saphyr_parser::Marker;
use std::{collections::HashMap, ops::Range};

/// How far lines are indented at most.
const MOST_BLANKS: usize = 64;

/// YAML within a file: its text, and where that stands.
pub(crate) struct Source<'a> {
    file: &'a [u8],
    range: Range<usize>,
    first_line: u32,
    text: String,
    /// For each character where it begins in the file, and at last the end; `None` if each is one byte.
    offsets: Option<Vec<usize>>,
    /// The blanks that were put before lines of the text; the first line is 1.
    indented: HashMap<usize, usize>,
}

impl<'a> Source<'a> {
    /// Takes the bytes of the file in a range, of which the first is in the given line. What is not UTF-8
    /// becomes U+FFFD.
    pub fn new(file: &'a [u8], range: Range<usize>, first_line: u32) -> Source<'a> {
        let bytes = &file[range.clone()];
        let mut text = String::with_capacity(bytes.len());
        let mut offsets = Vec::new();
        let mut at = range.start;
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            text.push_str(valid);
            offsets.extend(valid.char_indices().map(|(index, _)| at + index));
            at += valid.len();
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
                offsets.push(at);
                at += chunk.invalid().len();
            }
        }
        offsets.push(at);
        let offsets = (offsets.len() != bytes.len() + 1).then_some(offsets);
        Source { file, range, first_line, text, offsets, indented: HashMap::new() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn file(&self) -> &'a [u8] {
        self.file
    }

    /// Returns the place where the YAML begins.
    pub fn start(&self) -> Place {
        Place { line: self.first_line, column: 1 }
    }

    /// Returns where in the file the character with this number begins.
    pub fn byte(&self, index: usize) -> usize {
        match &self.offsets {
            None => self.range.start + index.min(self.range.len()),
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.range.end),
        }
    }

    pub fn place(&self, mark: Marker) -> Place {
        let added = self.indented.get(&mark.line()).copied().unwrap_or(0);
        let line = self.first_line.saturating_add(count(mark.line().saturating_sub(1)));
        Place { line, column: count(mark.col().saturating_sub(added)).saturating_add(1) }
    }

    /// Returns the blanks that the line begins with in which a character stands.
    pub fn indentation(&self, index: usize) -> &'a [u8] {
        self.blanks(self.line_start(self.byte(index)))
    }

    fn line_start(&self, byte: usize) -> usize {
        let before = &self.file[self.range.start..byte];
        let line_break = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
        self.range.start + line_break.map_or(0, |at| at + 1)
    }

    fn blanks(&self, line: usize) -> &'a [u8] {
        let line = &self.file[line..self.range.end];
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        &line[..blanks]
    }

    /// Returns where the dash stands behind which there is the byte of that place.
    pub fn dash(&self, byte: usize, at: Place) -> (usize, Place) {
        let line = self.line_start(byte);
        let blanks = self.blanks(line).len();
        if self.file.get(line + blanks) != Some(&b'-') {
            return (byte, at);
        }
        (line + blanks, Place { column: count(blanks).saturating_add(1), ..at })
    }

    /// Returns where a text in quotes ends that begins with a byte and ends before another.
    pub fn quoted(&self, start: usize, end: usize) -> usize {
        let written = &self.file[start..end];
        if !written.starts_with(b"'") && !written.starts_with(b"\"") {
            return end;
        }
        let mut inside = Inside::Before;
        for (at, byte) in written.iter().enumerate() {
            inside = inside.next(char::from(*byte), at == 0);
            if inside == Inside::After {
                return start + at;
            }
        }
        end
    }

    /// Returns where the `|` or `>` stands below which there is the text of that place.
    pub fn header(&self, byte: usize, at: Place) -> (usize, Place) {
        let mut line = self.line_start(byte);
        if line + self.blanks(line).len() < byte {
            return (byte, at);
        }
        let mut number = at.line;
        while line > self.range.start {
            let before = &self.file[self.range.start..line];
            let before = before.strip_suffix(b"\r\n").unwrap_or(&before[..before.len() - 1]);
            let start = self.line_start(self.range.start + before.len());
            let text = &self.file[start..self.range.start + before.len()];
            line = start;
            number = number.saturating_sub(1);
            if text.trim_ascii().is_empty() {
                continue;
            }
            let Some(header) = (0..text.len()).find(|at| is_header(&text[*at..])) else { break };
            let column = String::from_utf8_lossy(&text[..header]).chars().count();
            return (start + header, Place { line: number, column: count(column).saturating_add(1) });
        }
        (byte, at)
    }

    /// Indents the lines of a text in quotes to the column in which it begins, which does not change what it
    /// says. Returns false if they are indented already.
    pub fn indent(&mut self, quote: Marker) -> bool {
        if self.indented.contains_key(&(quote.line() + 1)) {
            return false;
        }
        let blanks = quote.col().min(MOST_BLANKS);
        let mut text = String::with_capacity(self.text.len() + blanks);
        let mut offsets = Vec::with_capacity(self.text.len());
        let mut line = quote.line();
        let mut inside = Inside::Before;
        let mut last = '\0';
        for (index, each) in self.text.chars().enumerate() {
            let begins_line = last == '\n' || last == '\r' && each != '\n';
            if index > quote.index() && begins_line {
                line += 1;
                if !matches!(inside, Inside::Ended(_) | Inside::After) {
                    self.indented.insert(line, blanks);
                    text.extend(std::iter::repeat_n(' ', blanks));
                    offsets.extend(std::iter::repeat_n(self.byte(index), blanks));
                }
            }
            inside = inside.next(each, index == quote.index());
            text.push(each);
            offsets.push(self.byte(index));
            last = each;
        }
        offsets.push(self.range.end);
        self.text = text;
        self.offsets = Some(offsets);
        blanks > 0 && line > quote.line()
    }
}

/// Whether a line ends with these signs of a block of text.
fn is_header(text: &[u8]) -> bool {
    let [b'|' | b'>', rest @ ..] = text else { return false };
    let signs = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"+-".contains(byte)).count();
    let after = rest[signs..].trim_ascii_start();
    signs <= 2 && (after.is_empty() || after.starts_with(b"#"))
}

/// Where a character stands, seen from a text in quotes.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Before,
    Quotes(char),
    /// What follows a backslash is no end.
    Escaped,
    /// Right after a quote that ends the text, unless it is doubled.
    Ended(char),
    After,
}

impl Inside {
    fn next(self, each: char, is_quote: bool) -> Inside {
        match self {
            Inside::Before if is_quote => Inside::Quotes(each),
            Inside::Before => Inside::Before,
            Inside::Quotes('"') if each == '\\' => Inside::Escaped,
            Inside::Quotes(quote) if each == quote => Inside::Ended(quote),
            Inside::Quotes(quote) => Inside::Quotes(quote),
            Inside::Escaped => Inside::Quotes('"'),
            Inside::Ended('\'') if each == '\'' => Inside::Quotes('\''),
            Inside::Ended(_) | Inside::After => Inside::After,
        }
    }
}

/// Lines and columns that no card has become the largest.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_file_whatever_it_is_made_of() {
        let file = b"---\n\xff\xc3\xa4: b\n---";
        let source = Source::new(file, 4..11, 2);
        assert_eq!(source.text(), "\u{fffd}ä: b\n");
        let ends: Vec<usize> = (0..8).map(|index| source.byte(index)).collect();
        assert_eq!(ends, [4, 5, 7, 8, 9, 10, 11, 11]);
        assert_eq!(source.place(Marker::new(4, 1, 4)).to_string(), "2:5");
    }

    #[test]
    fn only_the_lines_of_the_text_in_quotes_are_indented() {
        let file = b"a:\n- \"x\ny \\\" z\r\n\nend\" # c\nb: d\n";
        let mut source = Source::new(file, 0..file.len(), 1);
        assert!(source.indent(Marker::new(5, 2, 2)));
        assert_eq!(source.text(), "a:\n- \"x\n  y \\\" z\r\n  \n  end\" # c\nb: d\n");
        assert_eq!(source.place(Marker::new(11, 3, 3)).to_string(), "3:2");
        assert_eq!(source.byte(11), 9);
        assert!(!source.indent(Marker::new(5, 2, 2)));
    }
}
