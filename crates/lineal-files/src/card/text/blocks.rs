//! What are the blocks of a Markdown text, as a reader sees them?
//!
//! A block is a heading, a paragraph, the first lines of a list item, a row of a table or a piece of code,
//! with the marks of Markdown and HTML taken away. Nesting is lost on purpose: a sentence about a base says
//! the same in a quotation.

use super::html;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A flat piece of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    pub kind: Kind,
    pub text: String,
    /// In the order of the text.
    pub links: Vec<Link>,
    /// Where code stands among words.
    pub code: Vec<Range<usize>>,
    /// The cells of a table's row.
    pub cells: Vec<Range<usize>>,
    /// Where pieces of the text come from: position here, position in the source.
    starts: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Heading,
    #[default]
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table, and whether it is the table's head.
    Row {
        head: bool,
    },
    /// Code that stands by itself, and whether it calls itself YAML.
    Code {
        yaml: bool,
    },
}

/// A link, and the words that carry it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    pub words: Range<usize>,
    pub target: String,
}

impl Block {
    pub fn new(kind: Kind) -> Block {
        Block { kind, ..Block::default() }
    }

    /// Adds text that stands at `source`.
    pub fn push(&mut self, text: &str, source: usize) {
        self.starts.push((self.text.len(), source));
        self.text.push_str(text);
    }

    /// Returns where a position of this block stands in the source.
    pub fn source(&self, position: usize) -> usize {
        let after = self.starts.partition_point(|(here, _)| *here <= position);
        let Some((here, source)) = after.checked_sub(1).and_then(|at| self.starts.get(at)) else { return 0 };
        source + (position - here)
    }

    pub fn is_row(&self) -> bool {
        matches!(self.kind, Kind::Row { .. })
    }

    pub fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Code { .. })
    }
}

/// How many blocks are taken from one text; a card with more of them is a table.
const MOST: usize = 6_000;

/// Returns the blocks of a text, in its order; those without words are left out.
pub(super) fn read(source: &str) -> Vec<Block> {
    let mut reader =
        Reader { source, blocks: Vec::new(), open: Block::default(), links: Vec::new(), html: None };
    for (event, at) in Parser::new_ext(source, Options::ENABLE_TABLES).into_offset_iter() {
        reader.take(event, at);
        if reader.blocks.len() >= MOST {
            break;
        }
    }
    reader.close(Kind::Paragraph);
    reader.blocks
}

struct Reader<'a> {
    source: &'a str,
    blocks: Vec<Block>,
    open: Block,
    /// Links that have begun: where their words begin, and their target.
    links: Vec<(usize, String)>,
    /// Where a block of HTML began.
    html: Option<usize>,
}

impl Reader<'_> {
    fn take(&mut self, event: Event, at: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag, at),
            Event::Text(text) if self.html.is_none() => self.open.push(&text, at.start),
            Event::Code(code) => {
                let begin = self.open.text.len();
                // The source holds back quotes before the code.
                let marks = self.source[at.clone()].bytes().take_while(|byte| *byte == b'`').count();
                self.open.push(&code, at.start + marks);
                self.open.code.push(begin..self.open.text.len());
            }
            Event::SoftBreak | Event::HardBreak => self.open.push("\n", at.start),
            Event::InlineHtml(tag) => self.inline_html(&tag, at.start),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag, at: Range<usize>) {
        match tag {
            Tag::Heading { .. } => self.close(Kind::Heading),
            // The first paragraph of an item is the item.
            Tag::Paragraph if self.open.kind == Kind::Item && self.open.text.is_empty() => {}
            Tag::Paragraph => self.close(Kind::Paragraph),
            Tag::Item => self.close(Kind::Item),
            Tag::TableHead => self.close(Kind::Row { head: true }),
            Tag::TableRow => self.close(Kind::Row { head: false }),
            Tag::TableCell => {
                if !self.open.text.is_empty() {
                    self.open.push(" | ", at.start);
                }
                let begin = self.open.text.len();
                self.open.cells.push(begin..begin);
            }
            Tag::CodeBlock(kind) => {
                let yaml = match kind {
                    CodeBlockKind::Fenced(word) => {
                        let word = word.trim().to_ascii_lowercase();
                        word.is_empty() || word == "yaml" || word == "yml"
                    }
                    CodeBlockKind::Indented => true,
                };
                self.close(Kind::Code { yaml });
            }
            Tag::HtmlBlock => {
                self.close(Kind::Paragraph);
                self.html = Some(at.start);
            }
            Tag::Link { dest_url, .. } => self.links.push((self.open.text.len(), dest_url.into_string())),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, at: Range<usize>) {
        match tag {
            TagEnd::Link => self.close_link(),
            TagEnd::TableCell => {
                let end = self.open.text.len();
                if let Some(cell) = self.open.cells.last_mut() {
                    cell.end = end;
                }
            }
            TagEnd::HtmlBlock => {
                if let Some(begin) = self.html.take() {
                    self.blocks.extend(html::read(&self.source[begin..at.end.max(begin)], begin));
                }
            }
            TagEnd::Heading(_)
            | TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::CodeBlock => self.close(Kind::Paragraph),
            _ => {}
        }
    }

    fn inline_html(&mut self, tag: &str, at: usize) {
        match html::tag(tag) {
            Some(html::Tag::Link(target)) => self.links.push((self.open.text.len(), target)),
            Some(html::Tag::EndLink) => self.close_link(),
            Some(html::Tag::Break) => self.open.push("\n", at),
            _ => {}
        }
    }

    fn close_link(&mut self) {
        if let Some((begin, target)) = self.links.pop() {
            // A link may have begun in a block that is closed by now.
            let begin = begin.min(self.open.text.len());
            self.open.links.push(Link { words: begin..self.open.text.len(), target });
        }
    }

    // Ends the open block, if it has any words, and begins one of another kind.
    fn close(&mut self, next: Kind) {
        let block = std::mem::replace(&mut self.open, Block::new(next));
        if !block.text.trim().is_empty() || !block.links.is_empty() {
            self.blocks.push(block);
        }
        self.links.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let shown: Vec<String> = read(source).iter().map(show).collect();
        assert_eq!(shown, expected);
    }

    fn show(block: &Block) -> String {
        let kind = match block.kind {
            Kind::Heading => "#",
            Kind::Paragraph => "p",
            Kind::Item => "-",
            Kind::Row { head: true } => "head",
            Kind::Row { head: false } => "row",
            Kind::Code { yaml: true } => "yaml",
            Kind::Code { yaml: false } => "code",
        };
        let mut text = format!("{kind} {}", block.text.trim().replace('\n', "/"));
        for link in &block.links {
            text += &format!(" [{}]({})", &block.text[link.words.clone()], link.target);
        }
        text
    }

    #[test]
    fn marks_are_taken_away_and_links_kept() {
        check(
            "# A **title**\n\nMade `from` [gpt2](https://hf.co/gpt2)\nby me\n- one\n- two\n\n  more",
            &["# A title", "p Made from gpt2/by me [gpt2](https://hf.co/gpt2)", "- one", "- two", "p more"],
        );
    }

    #[test]
    fn a_table_is_its_rows() {
        check("|a|b|\n|-|-|\n|1|[2](x)|\n", &["head a | b", "row 1 | 2 [2](x)"]);
    }

    #[test]
    fn html_is_read_like_markdown() {
        check(
            "<h2>Base</h2>\n<p>from <a href=\"u\">X</a></p>\n<table><tr><th>a</th><td>b</td></tr></table>\n",
            &["# Base", "p from X [X](u)", "head a | b"],
        );
        check("see <a href='u'>X</a><br>y", &["p see X/y [X](u)"]);
    }

    #[test]
    fn code_knows_whether_it_may_be_yaml() {
        check("```yaml\na: b\n```\n```python\nx\n```\n", &["yaml a: b", "code x"]);
    }

    #[test]
    fn a_position_leads_back_to_the_source() {
        let source = "# A\n\nof **bold** [x/y](z) `c`";
        let block = &read(source)[1];
        for word in ["bold", "x/y", "c"] {
            let here = block.text.find(word).expect("a word of the block");
            assert!(source[block.source(here)..].starts_with(word), "{word}");
        }
    }
}
