//! What tree does the YAML of a front matter stand for, and where is each of its values?
//!
//! The parser gives events; this makes values of them. Depth, the number of values and copies made by aliases
//! are bounded before they cost anything.

use super::{Key, Node, Value, refusal::refusal, scalar, source::Source};
use crate::finding::{Code, Finding, Place, shown};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, Tag};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// How deep values can be nested.
const DEEPEST: usize = 64;

/// How many keys and values a front matter may hold, the beginnings and ends of lists and maps included.
const MOST_EVENTS: usize = 100_000;

/// How many values aliases may copy, and how many bytes of text.
const MOST_COPIED: usize = 20_000;
const MOST_COPIED_TEXT: usize = 1 << 20;

/// How many bytes are parsed in all, where texts in quotes have to be indented before they can be read.
const MOST_PARSED: usize = 1 << 19;

/// How many findings of one kind are listed.
pub(super) const MOST_FINDINGS: usize = 50;

/// What became of YAML.
pub(super) struct Tree {
    /// The value, if all of it could be read.
    pub root: Option<Node>,
    /// What the Hub cannot read in it; the value may be there nevertheless.
    pub is_broken: bool,
    pub findings: Vec<Finding>,
}

/// Reads the first document.
pub(super) fn read(mut source: Source) -> Tree {
    let mut outdented = Vec::new();
    let mut parsed = 0;
    loop {
        parsed += source.text().len();
        let mut builder = Builder::new(&source);
        let stopped = refusal(&source).map_or_else(|| builder.run(), |finding| Err(Stop::Here(finding)));
        let Builder { mut findings, is_broken, .. } = builder;
        let (root, stop) = match stopped {
            Ok(root) => (Some(root), None),
            Err(Stop::Here(finding)) => (None, Some(finding)),
            Err(Stop::Outdented(mark)) => {
                let at = source.place(mark);
                if parsed + source.text().len() <= MOST_PARSED && source.indent(mark) {
                    outdented.push(at);
                    continue;
                }
                let what = "the lines of a text in quotes are not indented";
                (None, Some(Finding::of_card(Code::YamlSyntax, at, what).mended_by("indent them")))
            }
        };
        let is_broken = is_broken || stop.is_some();
        findings.extend(stop);
        findings.extend(outdented.iter().take(MOST_FINDINGS).map(|at| {
            let what = "some readers refuse a text in quotes whose lines are not indented";
            Finding::of_card(Code::AmbiguousScalar, *at, what).mended_by("indent them")
        }));
        return Tree { root, is_broken, findings };
    }
}

/// Why reading stopped.
enum Stop {
    Here(Finding),
    /// At a text in quotes, of which a line begins too far left for YAML, but not for the Hub.
    Outdented(Marker),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Stop {
        Stop::Here(finding)
    }
}

/// A list or map whose end was not met yet.
struct Open {
    at: Place,
    span: Range<usize>,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: Vec<(Key, Node)>,
    /// The place of each name among the entries.
    names: HashMap<String, usize>,
    /// The key that waits for its value.
    key: Option<NextKey>,
    /// What the keys `<<` bring in.
    merged: Vec<Node>,
}

enum NextKey {
    Named(Key),
    Merge,
    /// A list or a map, which no reader of cards takes as a key.
    Unnameable,
}

struct Builder<'a> {
    source: &'a Source<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    events: usize,
    copied: usize,
    copied_text: usize,
    is_broken: bool,
    findings: Vec<Finding>,
    /// Words that other readers take for something else and that were reported.
    reported: HashSet<String>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source<'a>) -> Builder<'a> {
        Builder {
            source,
            open: Vec::new(),
            anchors: HashMap::new(),
            events: 0,
            copied: 0,
            copied_text: 0,
            is_broken: false,
            findings: Vec::new(),
            reported: HashSet::new(),
        }
    }

    fn run(&mut self) -> Result<Node, Stop> {
        let mut root = None;
        let mut documents = 0;
        for event in Parser::new_from_str(self.source.text()) {
            let (event, span) = match event {
                Ok(event) => event,
                // The first document is there; what follows it makes the whole unreadable to the Hub.
                Err(error) if documents > 0 && root.is_some() => {
                    self.broken(Code::YamlSyntax, *error.marker(), SEVERAL, Some(ONE));
                    break;
                }
                Err(error) if error.info().contains("indentation in quoted") => {
                    return Err(Stop::Outdented(*error.marker()));
                }
                Err(error) => return Err(self.syntax(&error).into()),
            };
            match event {
                Event::DocumentStart(_) if documents > 0 => {
                    self.broken(Code::YamlSyntax, span.start, SEVERAL, Some(ONE));
                    break;
                }
                Event::DocumentEnd => documents += 1,
                _ => {
                    self.events += 1;
                    if self.events > MOST_EVENTS {
                        let what = format!("the front matter holds more than {MOST_EVENTS} keys and values");
                        let at = self.source.place(span.start);
                        return Err(Finding::of_card(Code::TooLarge, at, what).into());
                    }
                    if let Some(node) = self.event(event, span)? {
                        root = Some(node);
                    }
                }
            }
        }
        let start = self.source.byte(0);
        Ok(root.unwrap_or(Node { value: Value::Null, at: self.source.start(), span: start..start }))
    }

    /// Takes an event in, and returns the document's value when it is complete.
    fn event(&mut self, event: Event, span: Span) -> Result<Option<Node>, Finding> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), span);
                self.complete(node, anchor, Written::Scalar(&text, style))
            }
            Event::Alias(anchor) => {
                let node = self.alias(anchor, span)?;
                self.complete(node, 0, Written::Otherwise)
            }
            Event::SequenceStart(anchor, tag) => {
                self.tag(tag.as_deref(), &["seq"], span);
                self.begin(anchor, span, Inside::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.tag(tag.as_deref(), &["map"], span);
                self.begin(anchor, span, Inside::Map(OpenMap::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            _ => Ok(None),
        }
    }

    fn begin(&mut self, anchor: usize, span: Span, inside: Inside) -> Result<Option<Node>, Finding> {
        let mut at = self.source.place(span.start);
        if self.open.len() >= DEEPEST {
            let what = format!("values are nested more than {DEEPEST} deep");
            return Err(Finding::of_card(Code::TooLarge, at, what));
        }
        let mut start = self.source.byte(span.start.index());
        let is_value =
            matches!(self.open.last(), Some(Open { inside: Inside::Map(map), .. }) if map.key.is_some());
        // Of a list below its key the parser may say where the first item stands, not its dash.
        if is_value && span.is_empty() && matches!(inside, Inside::List(_)) {
            (start, at) = self.source.dash(start, at);
        }
        self.open.push(Open { at, span: start..start, anchor, inside });
        Ok(None)
    }

    fn end(&mut self, span: Span) -> Result<Option<Node>, Finding> {
        let Some(open) = self.open.pop() else { return Ok(None) };
        // Only brackets have an end of their own; other lists and maps end with their last value.
        let end = if span.is_empty() { open.span.end } else { self.source.byte(span.end.index()) };
        let value = match open.inside {
            Inside::List(items) => Value::List(items),
            Inside::Map(map) => Value::Map(self.with_merged(map)),
        };
        let node = Node { value, at: open.at, span: open.span.start..end };
        self.complete(node, open.anchor, Written::Otherwise)
    }

    /// Puts a complete value where it belongs.
    fn complete(&mut self, node: Node, anchor: usize, written: Written) -> Result<Option<Node>, Finding> {
        if anchor > 0 {
            let copy = self.copy(&node, node.at)?;
            self.anchors.insert(anchor, copy);
        }
        let Some(open) = self.open.last_mut() else { return Ok(Some(node)) };
        open.span.end = open.span.end.max(node.span.end);
        match &mut open.inside {
            Inside::List(items) => items.push(node),
            Inside::Map(map) => match map.key.take() {
                Some(NextKey::Named(key)) => self.entry(key, node),
                Some(NextKey::Merge) => map.merged.push(node),
                Some(NextKey::Unnameable) => {}
                None => {
                    let key = self.key(node, &written);
                    if let Some(Open { inside: Inside::Map(map), .. }) = self.open.last_mut() {
                        map.key = Some(key);
                    }
                }
            },
        }
        Ok(None)
    }

    /// Returns what a complete value is as a key: the word that was written, whatever else it could mean.
    fn key(&mut self, node: Node, written: &Written) -> NextKey {
        match (written, node.value) {
            (Written::Scalar("<<", ScalarStyle::Plain), _) => NextKey::Merge,
            (Written::Scalar(name, _), _) => {
                NextKey::Named(Key { name: (*name).to_owned(), at: node.at, span: node.span })
            }
            (_, Value::Text(name)) => NextKey::Named(Key { name, at: node.at, span: node.span }),
            _ => {
                let what = "something stands where a key belongs that is no word";
                self.note(Code::WrongType, node.at, what, Some("put quotes around a text with braces"));
                self.is_broken = true;
                NextKey::Unnameable
            }
        }
    }

    /// Adds an entry to the innermost map; of equal keys the last counts.
    fn entry(&mut self, key: Key, node: Node) {
        let Some(Open { inside: Inside::Map(map), .. }) = self.open.last_mut() else { return };
        match map.names.get(&key.name).copied() {
            None => {
                map.names.insert(key.name.clone(), map.entries.len());
                map.entries.push((key, node));
            }
            Some(index) => {
                let (name, at) = (shown(&key.name), key.at);
                map.entries[index] = (key, node);
                let what = format!("the key `{name}` occurs again; only the last counts");
                self.note(Code::DuplicateKey, at, what, Some("keep one of them"));
            }
        }
    }

    /// Returns the entries with those that `<<` brings in and that are not there already.
    fn with_merged(&mut self, map: OpenMap) -> Vec<(Key, Node)> {
        let OpenMap { mut entries, mut names, merged, .. } = map;
        for source in merged {
            let sources = match source.value {
                Value::List(items) => items,
                _ => vec![source],
            };
            for source in sources {
                let Value::Map(more) = source.value else {
                    let what = "`<<` brings in something that has no keys";
                    self.note(Code::WrongType, source.at, what, None);
                    self.is_broken = true;
                    continue;
                };
                for (key, node) in more {
                    if !names.contains_key(&key.name) {
                        names.insert(key.name.clone(), entries.len());
                        entries.push((key, node));
                    }
                }
            }
        }
        entries
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Node {
        let mut start = self.source.byte(span.start.index());
        let mut end = self.source.byte(span.end.index());
        let mut at = self.source.place(span.start);
        let is_plain = style == ScalarStyle::Plain;
        let known = ["str", "int", "float", "bool", "null", "binary", "timestamp"];
        let value = match self.tag(tag, &known, span) {
            None if is_plain => {
                self.look_elsewhere(text, at);
                scalar::plain(text)
            }
            Some("int" | "float") => {
                scalar::number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number)
            }
            Some("bool" | "null") => scalar::plain(text),
            _ => Value::Text(text.to_owned()),
        };
        if text.is_empty() && is_plain && tag.is_none() {
            // A value that is not written is said to be at the colon or dash that it would stand behind.
            let step = usize::from(matches!(self.source.file().get(start), Some(b':' | b'-')));
            start += step;
            end = start;
            at.column = at.column.saturating_add(u32::from(step > 0));
        }
        // The parser says where a block of text begins below its `|`, and takes blanks and comments after quotes
        // for part of them.
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                if tag.is_none() {
                    (start, at) = self.source.header(start, at);
                }
                end = start + self.source.file()[start..end].trim_ascii_end().len();
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                end = self.source.quoted(start, end);
            }
            ScalarStyle::Plain => {}
        }
        Node { value, at, span: start..end.max(start) }
    }

    /// Reports a word that other readers take for something else, once.
    fn look_elsewhere(&mut self, text: &str, at: Place) {
        let Some(other) = scalar::elsewhere(text) else { return };
        if self.reported.len() >= MOST_FINDINGS || !self.reported.insert(text.to_owned()) {
            return;
        }
        let what = format!("some readers take `{}` for {other}", shown(text));
        let fix = match scalar::number(text) {
            None if other.contains("number") && !text.contains(['n', 'N', 'i', 'I']) => {
                "write a number without more zeros and signs than it needs, or put quotes around a text"
                    .to_owned()
            }
            None => format!("put quotes around it: \"{}\"", shown(text)),
            Some(_) if text.contains("0o") => "write the number in decimal digits".to_owned(),
            Some(_) => "write the number with a point and a sign in its exponent, as in `1.0e-05`".to_owned(),
        };
        self.findings.push(Finding::of_card(Code::AmbiguousScalar, at, what).mended_by(fix));
    }

    /// Returns the name of a tag that YAML defines and that fits, and reports any other.
    fn tag<'t>(&mut self, tag: Option<&'t Tag>, fitting: &[&str], span: Span) -> Option<&'t str> {
        let tag = tag?;
        let suffix = tag.suffix.strip_prefix("tag:yaml.org,2002:").unwrap_or(&tag.suffix);
        let is_standard = tag.is_yaml_core_schema() || suffix.len() < tag.suffix.len();
        // A lone `!` says that a scalar is text.
        let is_lone = tag.handle.is_empty() && suffix == "!";
        if is_lone || (is_standard && fitting.contains(&suffix)) {
            return Some(suffix);
        }
        let what = format!("the tag `{}` means nothing in a card", shown(&tag.suffix));
        self.broken(Code::YamlSyntax, span.start, &what, Some("remove the tag"));
        Some("str")
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Node, Finding> {
        let at = self.source.place(span.start);
        if self.findings.iter().all(|finding| finding.code != Code::YamlAlias) {
            let what = "the front matter uses an alias, which many readers of cards do not follow";
            self.note(Code::YamlAlias, at, what, Some("write the value out"));
        }
        let start = self.source.byte(span.start.index());
        let end = self.source.byte(span.end.index());
        let Some(node) = self.anchors.remove(&anchor) else {
            let what = "an alias stands within the value that it repeats";
            return Err(Finding::of_card(Code::YamlAlias, at, what).mended_by("write the value out"));
        };
        let copy = self.copy(&node, at);
        self.anchors.insert(anchor, node);
        Ok(Node { at, span: start..end, ..copy? })
    }

    /// Copies a value within the budget.
    fn copy(&mut self, node: &Node, at: Place) -> Result<Node, Finding> {
        let size = Size::of(node);
        self.copied += size.values;
        self.copied_text += size.text;
        let is_too_deep = size.depth + self.open.len() > DEEPEST;
        if self.copied > MOST_COPIED || self.copied_text > MOST_COPIED_TEXT || is_too_deep {
            let what = "aliases make the front matter too large to be read";
            return Err(Finding::of_card(Code::TooLarge, at, what).mended_by("write the values out"));
        }
        Ok(node.clone())
    }

    fn syntax(&self, error: &ScanError) -> Finding {
        let at = self.source.place(*error.marker());
        let info = error.info();
        if info.contains("a tab")
            || info.starts_with("tab")
            || self.source.indentation(error.marker().index()).contains(&b'\t')
        {
            let what = "a tab stands where YAML takes blanks only";
            return Finding::of_card(Code::YamlTab, at, what).mended_by("indent with blanks");
        }
        let what = format!("the front matter is not YAML: {}", shown(info));
        let finding = Finding::of_card(Code::YamlSyntax, at, what);
        if info.starts_with("unexpected character") {
            finding.mended_by("put quotes around a text that begins with such a character")
        } else if info.contains("mapping values are not allowed") {
            finding.mended_by("put quotes around a text that holds a colon and a blank")
        } else if info.contains("unknown anchor") {
            finding.mended_by("put quotes around a text that begins with `*`")
        } else {
            finding
        }
    }

    fn broken(&mut self, code: Code, mark: Marker, what: &str, fix: Option<&str>) {
        self.is_broken = true;
        self.note(code, self.source.place(mark), what, fix);
    }

    fn note(&mut self, code: Code, at: Place, what: impl Into<String>, fix: Option<&str>) {
        if self.findings.iter().filter(|finding| finding.code == code).count() < MOST_FINDINGS {
            let finding = Finding::of_card(code, at, what);
            self.findings.push(Finding { fix: fix.map(str::to_owned), ..finding });
        }
    }
}

const SEVERAL: &str = "the front matter holds more than one YAML document";
const ONE: &str = "keep one document, without lines of `---` or `...` in it";

/// In what form a value stands in the file.
enum Written<'t> {
    Scalar(&'t str, ScalarStyle),
    Otherwise,
}

/// How much a value holds.
struct Size {
    values: usize,
    /// Bytes of text.
    text: usize,
    depth: usize,
}

impl Size {
    fn of(node: &Node) -> Size {
        match &node.value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Size { values: 1, text: 0, depth: 0 },
            Value::Text(text) => Size { values: 1, text: text.len(), depth: 0 },
            Value::List(items) => Size::of_all(items.iter().map(Size::of)),
            Value::Map(entries) => Size::of_all(entries.iter().map(|(key, value)| {
                let size = Size::of(value);
                Size { text: size.text + key.name.len(), ..size }
            })),
        }
    }

    fn of_all(inside: impl Iterator<Item = Size>) -> Size {
        inside.fold(Size { values: 1, text: 0, depth: 1 }, |all, more| Size {
            values: all.values + more.values,
            text: all.text + more.text,
            depth: all.depth.max(more.depth + 1),
        })
    }
}
