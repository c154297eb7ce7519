//! On which line and column does a byte of the text stand?

use crate::finding::Place;

/// Finds places of a text that begins with line `first_line` of its file.
pub(super) struct Places<'a> {
    text: &'a str,
    line_starts: Vec<usize>,
    first_line: u32,
}

impl Places<'_> {
    pub fn new(text: &str, first_line: u32) -> Places<'_> {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Places { text, line_starts: std::iter::once(0).chain(breaks).collect(), first_line }
    }

    pub fn place(&self, byte: usize) -> Place {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line_starts.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let column = self.text[start..byte].chars().count() + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Place {
            line: self.first_line.saturating_add(line),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_the_first_and_columns_in_characters() {
        let places = Places::new("é x\ny", 7);
        assert_eq!(places.place(0).to_string(), "7:1");
        assert_eq!(places.place(3).to_string(), "7:3");
        assert_eq!(places.place(5).to_string(), "8:1");
        assert_eq!(places.place(99).to_string(), "8:2");
    }
}
