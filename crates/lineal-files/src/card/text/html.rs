//! What does a piece of HTML say, without its tags?
//!
//! Not a parser of HTML: cards use it for layout, so tags that break lines end a block, links are kept, and all else
//! is dropped. Linear in its input.

use super::blocks::{Block, Kind, Link};

/// A tag that matters to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Link(String),
    EndLink,
    Break,
    Heading,
    Item,
    Row,
    HeadCell,
    Cell,
    /// The beginning or end of anything that stands on lines of its own.
    Block,
}

/// Reads a tag, as `<a href="…">`; `None` for one that changes nothing.
pub(super) fn tag(text: &str) -> Option<Tag> {
    let inner = text.strip_prefix('<')?.trim_end_matches('>');
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..end.min(16)].to_ascii_lowercase();
    match (name.as_str(), closing) {
        ("a", true) => Some(Tag::EndLink),
        ("a", false) => Some(Tag::Link(attribute(inner, "href").unwrap_or_default().to_owned())),
        ("br", _) => Some(Tag::Break),
        ("h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary", false) => Some(Tag::Heading),
        ("li", false) => Some(Tag::Item),
        ("tr", false) => Some(Tag::Row),
        ("th", false) => Some(Tag::HeadCell),
        ("td", false) => Some(Tag::Cell),
        (
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "summary" | "li" | "tr" | "p" | "div" | "table" | "ul"
            | "ol" | "pre" | "center" | "details" | "blockquote" | "hr" | "section",
            _,
        ) => Some(Tag::Block),
        _ => None,
    }
}

/// Returns the blocks of a piece of HTML that stands at `offset` of the source.
pub(super) fn read(source: &str, offset: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open = Block::default();
    let mut link: Option<(usize, String)> = None;
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let next = rest.find('<').unwrap_or(rest.len());
        if next > 0 {
            push_words(&mut open, &rest[..next], offset + at);
            at += next;
            continue;
        }
        if let Some(comment) = rest.strip_prefix("<!--") {
            // What follows a comment without an end is a comment.
            at += comment.find("-->").map_or(rest.len(), |end| end + "<!---->".len());
            continue;
        }
        let Some(end) = rest.find('>') else {
            push_words(&mut open, rest, offset + at);
            break;
        };
        let found = tag(&rest[..=end]);
        if let Some(tag) = found {
            act(tag, &mut blocks, &mut open, &mut link, offset + at);
        }
        at += end + 1;
    }
    end_block(&mut blocks, &mut open, Kind::Paragraph);
    blocks
}

fn act(tag: Tag, blocks: &mut Vec<Block>, open: &mut Block, link: &mut Option<(usize, String)>, at: usize) {
    match tag {
        Tag::Link(target) => *link = Some((open.text.len(), target)),
        Tag::EndLink => {
            if let Some((begin, target)) = link.take() {
                let begin = begin.min(open.text.len());
                open.links.push(Link { words: begin..open.text.len(), target });
            }
        }
        Tag::Break => open.push("\n", at),
        Tag::Heading => end_block(blocks, open, Kind::Heading),
        Tag::Item => end_block(blocks, open, Kind::Item),
        Tag::Row => end_block(blocks, open, Kind::Row { head: false }),
        Tag::HeadCell | Tag::Cell => {
            if tag == Tag::HeadCell {
                open.kind = Kind::Row { head: true };
            }
            if !open.text.trim().is_empty() {
                open.push(" | ", at);
            }
            open.cells.push(open.text.len()..open.text.len());
        }
        Tag::Block => {
            if !open.text.trim().is_empty() {
                end_block(blocks, open, Kind::Paragraph);
            }
        }
    }
}

fn end_block(blocks: &mut Vec<Block>, open: &mut Block, next: Kind) {
    let block = std::mem::replace(open, Block::new(next));
    if !block.text.trim().is_empty() || !block.links.is_empty() {
        blocks.push(block);
    }
}

// Words and the white space between them, of which a reader sees one blank.
fn push_words(open: &mut Block, text: &str, at: usize) {
    if text.trim().is_empty() {
        if !open.text.is_empty() && !open.text.ends_with(char::is_whitespace) {
            open.push(" ", at);
        }
        return;
    }
    open.push(text, at);
    let end = open.text.len();
    if let Some(cell) = open.cells.last_mut() {
        cell.end = end;
    }
}

// The value of an attribute, in either kind of quotes.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find(name)? + name.len();
    let value = tag[at..].trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next()?;
    if quote == '"' || quote == '\'' {
        return value[1..].split(quote).next();
    }
    value.split(|c: char| c.is_whitespace() || c == '>').next()
}
