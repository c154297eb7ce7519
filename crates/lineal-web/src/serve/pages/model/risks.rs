//! What was measured of a model's risks, beside its bases and what was made from it?

use crate::{
    Report,
    cell::Cell,
    risk::words,
    serve::pages::table::{Columns, Table},
};
use lineal_core::risk::edge::Edge;

/// Returns the measured relations that have a model at one end.
pub fn of<'a>(report: &'a Report, name: &str) -> Vec<&'a Edge> {
    let edges = report.risk.iter().flat_map(|risk| &risk.edges.edges);
    edges.filter(|edge| edge.base.model == name || edge.derived.model == name).collect()
}

pub fn table<'a>(edges: &'a [&'a Edge], name: &'a str) -> Table<'a> {
    Columns::of(
        "risks",
        "Measured risks",
        "Relations whose two ends were measured in the same way. Rates are shares of test cases in which the risk came \
         true; the change is derived less base, so above zero is worse.",
        edges,
    )
    .text("metric", "Risk", |edge| Cell::text(words::metric(edge.metric)))
    .text("role", "This model is", move |edge| {
        Cell::text(if edge.derived.model == name { "derived" } else { "the base" })
    })
    .model("other", "The other is", move |edge| {
        if edge.derived.model == name { &edge.base.model } else { &edge.derived.model }
    })
    .text("operation", "Operation", |edge| Cell::Name(words::kind(&edge.operation, &edge.kind)))
    .number("base_rate", "Base", |edge| Cell::Share(edge.base.rate))
    .number("derived_rate", "Derived", |edge| Cell::Share(edge.derived.rate))
    .number("change", "Change", |edge| Cell::points(edge.delta))
    .text("verdict", "Verdict", |edge| Cell::text(words::verdict(edge.verdict)))
    .done()
}
