//! In which forms is a lineage written, for other tools and for people?
//!
//! Names of missing bases can be any text at all, and so can operations, tasks and licences. Each form has
//! its own way to keep such text from being more than text. JSON is what [`Lineage`] serializes to.

mod csv;
mod dot;
mod graphml;
mod mermaid;
mod tree;

pub use self::{
    csv::csv,
    dot::dot,
    graphml::graphml,
    mermaid::mermaid,
    tree::{Guide, Line, Piece, Role, TreeOptions, plain, tree},
};

use crate::{
    atlas::Relation,
    lineage::{Lineage, Node},
    set::{self, Member},
};
use std::{collections::HashMap, str::FromStr};

/// A form that a lineage can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Text for people, folded where it would be too long.
    Tree,
    Json,
    /// For Graphviz.
    Dot,
    /// For Markdown that draws diagrams.
    Mermaid,
    /// For Gephi, igraph, NetworkX, yEd.
    Graphml,
    /// A line for each relation.
    Csv,
}

impl Member for Form {
    const ALL: &'static [Form] =
        &[Form::Tree, Form::Json, Form::Dot, Form::Mermaid, Form::Graphml, Form::Csv];

    fn as_str(self) -> &'static str {
        match self {
            Form::Tree => "tree",
            Form::Json => "json",
            Form::Dot => "dot",
            Form::Mermaid => "mermaid",
            Form::Graphml => "graphml",
            Form::Csv => "csv",
        }
    }
}

impl Form {
    /// Returns what HTTP calls text in this form.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Tree => "text/plain; charset=utf-8",
            Form::Json => "application/json",
            Form::Dot => "text/vnd.graphviz; charset=utf-8",
            Form::Mermaid => "text/vnd.mermaid; charset=utf-8",
            Form::Graphml => "application/graphml+xml; charset=utf-8",
            Form::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// Returns what the name of a file in this form ends with, after the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Form::Tree => "txt",
            Form::Json => "json",
            Form::Dot => "dot",
            Form::Mermaid => "mmd",
            Form::Graphml => "graphml",
            Form::Csv => "csv",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lineage cannot be written as `{}` (expected {})", .0.escape_debug(), expected())]
pub struct UnknownForm(String);

fn expected() -> String {
    let words: Vec<String> = Form::ALL.iter().map(|form| format!("`{}`", form.as_str())).collect();
    words.join(", ")
}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Form, UnknownForm> {
        set::named(text).ok_or_else(|| UnknownForm(text.chars().take(40).collect()))
    }
}

/// The relations of a lineage, each with its base and its derived model by their places among the nodes.
fn ends(lineage: &Lineage) -> impl Iterator<Item = ([usize; 2], &Relation)> {
    let names = lineage.nodes.iter().map(|node| node.id.as_str());
    let places: HashMap<&str, usize> = names.zip(0..).collect();
    lineage.relations.iter().filter_map(move |relation| {
        let [base, derived] =
            [&relation.base, &relation.derived].map(|name| places.get(name.as_str()).copied());
        Some(([base?, derived?], relation))
    })
}

/// How far a relation is from the model asked for: the depth of its farther end.
fn depth(ends: [&Node; 2]) -> u32 {
    let [base, derived] = ends;
    base.depth.max(derived.depth)
}

/// Says what a relation rests on: `typed_tag merge; card as "Old/Name"`.
fn grounds(relation: &Relation) -> String {
    let mut claims = Vec::new();
    for claim in &relation.evidence {
        let mut words = claim.source.as_str().to_owned();
        if let Some(operation) = &claim.operation {
            words.push(' ');
            words.extend(operation.escape_debug());
        }
        if let Some(named) = &claim.named {
            words += &format!(" as {named:?}");
        }
        claims.push(words);
    }
    claims.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{date::SnapshotDate, evidence::Claimed, lineage::Side, record::Source};

    fn node(id: &str, depth: u32, side: Side) -> Node {
        Node { id: id.to_owned(), missing: false, downloads: None, task: None, license: None, depth, side }
    }

    fn relation(base: &str, operation: &str, derived: &str) -> Relation {
        let claim = Claimed { source: Source::Card, named: None, operation: Some(operation.to_owned()) };
        Relation {
            base: base.to_owned(),
            derived: derived.to_owned(),
            operation: operation.to_owned(),
            operation_inferred: false,
            declared: true,
            resolution: Some("exact".to_owned()),
            evidence: vec![claim],
        }
    }

    /// A model merged from a listed base and a missing one, and quantized since.
    pub(super) fn small() -> Lineage {
        let mut root = node("a/root", 1, Side::Ancestor);
        root.downloads = Some(1_200);
        root.task = Some("text-generation".to_owned());
        root.license = Some("mit".to_owned());
        let mut gone = node("b/gone", 1, Side::Ancestor);
        gone.missing = true;
        let mut first = relation("a/root", "merge", "c/mix");
        first.resolution = Some("alias".to_owned());
        first.evidence[0].named = Some("root".to_owned());
        let tag = Claimed { source: Source::TypedTag, named: None, operation: Some("merge".to_owned()) };
        first.evidence.push(tag);
        let mut second = relation("b/gone", "merge", "c/mix");
        second.resolution = Some("missing".to_owned());
        let mut third = relation("c/mix", "quantized", "d/mix-GGUF");
        third.operation_inferred = true;
        third.evidence[0].operation = None;
        Lineage {
            model: "c/mix".to_owned(),
            snapshot: SnapshotDate::new(2025, 6, 25).expect("a day"),
            nodes: vec![node("c/mix", 0, Side::Itself), root, gone, node("d/mix-GGUF", 1, Side::Descendant)],
            relations: vec![first, second, third],
            truncated: true,
        }
    }

    /// A model made from a missing base of this name, by an operation of the same name.
    pub(super) fn hostile(name: &str) -> Lineage {
        let mut base = node(name, 1, Side::Ancestor);
        base.missing = true;
        let mut made = relation(name, name, "c/mix");
        made.evidence[0].named = Some(name.to_owned());
        Lineage {
            model: "c/mix".to_owned(),
            snapshot: SnapshotDate::new(2025, 6, 25).expect("a day"),
            nodes: vec![node("c/mix", 0, Side::Itself), base],
            relations: vec![made],
            truncated: false,
        }
    }

    #[test]
    fn every_form_has_its_word() {
        for form in Form::ALL {
            assert_eq!(form.as_str().parse(), Ok(*form));
        }
        let error = "d\not".parse::<Form>().expect_err("no form");
        assert_eq!(
            error.to_string(),
            "a lineage cannot be written as `d\\not` (expected `tree`, `json`, `dot`, `mermaid`, `graphml`, `csv`)"
        );
    }

    #[test]
    fn grounds_cannot_be_made_to_say_more() {
        let relation = hostile("x; typed_tag\n\"").relations.remove(0);
        assert_eq!(grounds(&relation), r#"card x; typed_tag\n\" as "x; typed_tag\n\"""#);
    }
}
