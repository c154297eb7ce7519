//! What was a model made from, and what says so?

use crate::{
    address::Link,
    cell::{Cell, visible},
    serve::pages::table::{Columns, Table},
};
use lineal_core::{atlas::Relation, evidence::Claimed, record::Source};

/// A relation to a base, with what it rests on, in words.
pub struct Ground {
    pub base: Link,
    pub operation: String,
    /// How the name led to the base.
    pub resolution: &'static str,
    pub is_operation_inferred: bool,
    pub claims: Vec<Claim>,
}

/// A place that names the base.
pub struct Claim {
    pub place: &'static str,
    /// How the base is written there, if not by its own name.
    pub named: Option<String>,
    /// The operation that the place states.
    pub operation: Option<String>,
}

pub fn ground(relation: &Relation) -> Ground {
    Ground {
        base: Link::model(&relation.base),
        operation: visible(&relation.operation),
        resolution: resolution(relation.resolution.as_deref()),
        is_operation_inferred: relation.operation_inferred,
        claims: relation.evidence.iter().map(claim).collect(),
    }
}

fn claim(claimed: &Claimed) -> Claim {
    Claim {
        place: place(claimed.source),
        named: claimed.named.as_deref().map(visible),
        operation: claimed.operation.as_deref().map(visible),
    }
}

pub fn table(relations: &[Relation]) -> Table<'_> {
    Columns::of("bases", "Bases", "What the model names as its bases, in the order of its record.", relations)
        .model("base", "Base", |relation| &relation.base)
        .text("operation", "Operation", |relation| Cell::name(&relation.operation))
        .text("stated", "Operation stated", |relation| {
            Cell::text(if relation.operation_inferred { "no, inferred" } else { "yes" })
        })
        .text("resolution", "Found", |relation| Cell::text(resolution(relation.resolution.as_deref())))
        .text("evidence", "Named in", |relation| Cell::text(places(&relation.evidence)))
        .done()
}

/// The different places of some claims, in their order.
fn places(claims: &[Claimed]) -> String {
    let mut places: Vec<&str> = claims.iter().map(|claim| place(claim.source)).collect();
    let mut seen = Vec::new();
    places.retain(|place| {
        !seen.contains(place) && {
            seen.push(*place);
            true
        }
    });
    places.join("; ")
}

fn resolution(word: Option<&str>) -> &'static str {
    match word {
        Some("exact") => "by its name",
        Some("ignoring_case") => "by its name, in other capitals",
        Some("alias") => "by its legacy name",
        Some("redirect") => "by a name that it had",
        Some("missing") => "not listed",
        _ => "not told",
    }
}

/// Where a claim stands, in words.
fn place(source: Source) -> &'static str {
    match source {
        Source::BaseModelsField => "the hub’s own list of bases",
        Source::TypedTag => "a tag with the operation",
        Source::UntypedTag => "a tag",
        Source::Card => "the card",
        Source::PeftConfig => "the configuration of an adapter",
        Source::RelationTable => "the study’s table of relations",
        Source::MergeConfig => "the configuration of a merge",
        Source::CardText => "a sentence of the card",
        Source::CardLink => "a link of the card",
        Source::NameOrPath => "the configuration",
        Source::GgufHeader => "the header of a GGUF file",
    }
}
