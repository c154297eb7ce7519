//! What is a model made from, and what was made from it?

use super::{
    answer::{Answer, Part, Told, json, page},
    asked::Asked,
    models::LIMIT as ITEMS,
    parameter::{Kind, Parameter},
};
use lineal_core::{
    atlas::Atlas,
    export::{self, Form, TreeOptions},
    lineage::{Node, Options, Reached, Walk, describe, walk},
    operation::Operation,
    set::named,
};

pub static UP: Parameter =
    Parameter::optional("up", Kind::Flag, "Whether to go up to what the model is made from.").or("true");
pub static DOWN: Parameter =
    Parameter::optional("down", Kind::Flag, "Whether to go down to what was made from the model.").or("true");
pub static DEPTH: Parameter = Parameter::optional(
    "depth",
    Kind::Whole(0, 1000),
    "The most relations between the model and another; all if not given.",
);
pub static OPERATION: Parameter = Parameter::optional(
    "operation",
    Kind::Text(1, 200),
    "Only relations by this operation, such as `merge`, are followed.",
)
.up_to(20);
pub static LIMIT: Parameter = Parameter::optional(
    "limit",
    Kind::Whole(1, 50_000),
    "The most models of the answer, the nearest ones; the model itself counts.",
)
.or("500");
pub static FORMAT: Parameter = Parameter::optional(
    "format",
    Kind::Word(&["json", "tree", "dot", "mermaid", "graphml", "csv"]),
    "In what form the answer is sent.",
)
.or("json");
pub static AFTER: Parameter =
    Parameter::optional("after", Kind::Place, "Where the page before ended, as its `next` says.");

/// Tells a model's lineage, with what every relation rests on.
pub fn tell(asked: &Asked, node: u32) -> Told {
    let limit = asked.given.whole(&LIMIT).unwrap_or(1);
    let (up, down) = (asked.given.flag(&UP), asked.given.flag(&DOWN));
    let atlas = &asked.view.atlas;
    let form = asked.given.text(&FORMAT).and_then(named).unwrap_or(Form::Json);
    written(atlas, form, &walk(&atlas.world, node, &options(asked, up, down, limit)))
}

/// Writes a lineage in the form asked for. A tree is folded where it would be too long.
fn written(atlas: &Atlas, form: Form, walk: &Walk) -> Told {
    let text = match form {
        Form::Json => return json(&describe(atlas, walk)),
        Form::Tree => export::plain(&export::tree(&atlas.world, walk, &TreeOptions::default())),
        Form::Dot => export::dot(&describe(atlas, walk)),
        Form::Mermaid => export::mermaid(&describe(atlas, walk)),
        Form::Graphml => export::graphml(&describe(atlas, walk)),
        Form::Csv => export::csv(&describe(atlas, walk)),
    };
    Ok(Answer::new(form.media_type(), text))
}

/// Lists what a model is made from, directly or not.
pub fn ancestors(asked: &Asked, node: u32) -> Told {
    list(asked, node, true)
}

/// Lists what was made from a model, directly or not.
pub fn descendants(asked: &Asked, node: u32) -> Told {
    list(asked, node, false)
}

/// Lists one side of a lineage, nearest first, then by name.
fn list(asked: &Asked, node: u32, up: bool) -> Told {
    let part = relatives(asked, node, &options(asked, up, !up, usize::MAX));
    page(asked, &AFTER, part)
}

/// Returns the page asked for of what is reached from a model, itself left out.
pub fn relatives(asked: &Asked, node: u32, options: &Options) -> Part<Node> {
    let atlas = &asked.view.atlas;
    let walk = walk(&atlas.world, node, options);
    let others = walk.nodes.get(1..).unwrap_or_default();
    part(atlas, others, asked.given.place(&AFTER), asked.given.whole(&ITEMS).unwrap_or(1))
}

/// Takes the part of what was reached that comes after a place: a depth, and a name.
fn part(atlas: &Atlas, reached: &[Reached], after: Option<(u32, &str)>, limit: usize) -> Part<Node> {
    let world = &atlas.world;
    let start = reached.partition_point(|reached| {
        after.is_some_and(|after| (reached.depth, world.name(reached.node)) <= after)
    });
    let rest = &reached[start..];
    let items = &rest[..limit.min(rest.len())];
    let last = items.last().filter(|_| rest.len() > limit);
    let after = last.map(|last| format!("{}:{}", last.depth, world.name(last.node)));
    Part {
        items: items.iter().map(|each| node(atlas, each)).collect(),
        total: Some(reached.len() as u64),
        after,
    }
}

/// Describes what was reached.
fn node(atlas: &Atlas, reached: &Reached) -> Node {
    let (world, node) = (&atlas.world, reached.node);
    Node {
        id: world.name(node).to_owned(),
        missing: world.graph.is_missing(node),
        downloads: world.downloads(node),
        task: world.task(node).map(str::to_owned),
        license: atlas.profiles.license(node).map(str::to_owned),
        depth: reached.depth,
        side: reached.side,
    }
}

fn options(asked: &Asked, up: bool, down: bool, limit: usize) -> Options {
    Options {
        up,
        down,
        depth: asked.given.whole(&DEPTH).and_then(|depth| depth.try_into().ok()),
        operations: asked.given.all(&OPERATION).map(Operation::named).collect(),
        limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::set::Member;

    #[test]
    fn every_form_can_be_asked_for() {
        let Kind::Word(words) = FORMAT.kind else { panic!("words") };
        assert!(Form::ALL.iter().all(|form| words.contains(&form.as_str())));
        assert_eq!(words.len(), Form::ALL.len());
    }
}
