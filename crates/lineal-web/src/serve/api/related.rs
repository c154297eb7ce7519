//! What stands on some models, and how are two of them related?

use super::{
    answer::{Told, json},
    asked::Asked,
    parameter::{Kind, Parameter},
};
use lineal_core::{
    impact::{Impact, impact},
    path::{Paths, paths},
    subject::{Subject, subject},
};
use schemars::JsonSchema;
use serde::Serialize;

pub static MODEL: Parameter =
    Parameter::required("model", Kind::Text(1, 512), "A model that would be gone.").up_to(50);
pub static ORPHANS: Parameter =
    Parameter::optional("limit", Kind::Whole(1, 10_000), "The most models of each list.").or("100");
pub static FROM: Parameter = Parameter::required("from", Kind::Text(1, 512), "The one model.");
pub static TO: Parameter = Parameter::required("to", Kind::Text(1, 512), "The other model.");
pub static PATHS: Parameter =
    Parameter::optional("limit", Kind::Whole(1, 100), "The most paths, the shortest ones.").or("10");
pub static A: Parameter = Parameter::required("a", Kind::Text(1, 512), "The one model.");
pub static B: Parameter = Parameter::required("b", Kind::Text(1, 512), "The other model.");

/// Two models side by side.
#[derive(Serialize, JsonSchema)]
pub struct Compared {
    a: Subject,
    b: Subject,
    /// How they are related, by one shortest path.
    related: Paths,
}

/// Tells what stands on one model.
pub fn impact_of(asked: &Asked, node: u32) -> Told {
    tell_impact(asked, &[node])
}

/// Tells what stands on several models together.
pub fn impact_of_all(asked: &Asked) -> Told {
    let nodes = asked.given.all(&MODEL).map(|name| asked.find(name)).collect::<Result<Vec<u32>, _>>()?;
    let mut different: Vec<u32> = Vec::with_capacity(nodes.len());
    for node in nodes {
        if !different.contains(&node) {
            different.push(node);
        }
    }
    tell_impact(asked, &different)
}

fn tell_impact(asked: &Asked, nodes: &[u32]) -> Told {
    let world = &asked.view.atlas.world;
    let impact = impact(world, nodes, asked.given.whole(&ORPHANS).unwrap_or(1));
    json(&Impact { mirrors: asked.view.mirrors.of(world, nodes), ..impact })
}

/// Tells how two models are related.
pub fn path(asked: &Asked) -> Told {
    let (from, to) = (asked.model(&FROM)?, asked.model(&TO)?);
    json(&paths(&asked.view.atlas, from, to, asked.given.whole(&PATHS).unwrap_or(1)))
}

/// Tells two models side by side.
pub fn compare(asked: &Asked) -> Told {
    let (a, b) = (asked.model(&A)?, asked.model(&B)?);
    let atlas = &asked.view.atlas;
    json(&Compared { a: subject(atlas, a), b: subject(atlas, b), related: paths(atlas, a, b, 1) })
}
