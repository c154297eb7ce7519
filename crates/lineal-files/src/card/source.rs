//! Which place of the file is meant by a place of the YAML?
//!
//! The parser counts characters of a text that was cut out of the file, decoded, and sometimes indented.

use crate::finding::Place;
use saphyr_parser::Marker;
use std::{collections::HashMap, ops::Range};

/// How far lines are indented at most.
const MOST_BLANKS: usize = 64;

/// YAML within a file: its text, and where that stands.
pub(super) struct Source<'a> {
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
        let before = &self.file[self.range.start..self.byte(index)];
        let line = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
        let line = &self.file[self.range.start + line..self.range.end];
        let blanks = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        &line[..blanks]
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
                if inside != Inside::After {
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

/// Where a character stands, seen from a text in quotes.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Before,
    Quotes(char),
    /// What follows a backslash is no end.
    Escaped(char),
    After,
}

impl Inside {
    fn next(self, each: char, is_quote: bool) -> Inside {
        match self {
            Inside::Before if is_quote => Inside::Quotes(each),
            Inside::Quotes('"') if each == '\\' => Inside::Escaped('"'),
            Inside::Escaped(quote) => Inside::Quotes(quote),
            // Two single quotes end a text and begin another, with no line between.
            Inside::Quotes(quote) if each == quote => Inside::After,
            Inside::After | Inside::Before | Inside::Quotes(_) => self,
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
