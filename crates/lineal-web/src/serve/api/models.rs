//! Which models are there, and what is each, today and before?

use super::{
    answer::{Part, Told, json, page},
    asked::Asked,
    parameter::{Kind, Parameter},
    report::there,
};
use lineal_core::{atlas::Atlas, history::history, subject::subject, words::Words};
use schemars::JsonSchema;
use serde::Serialize;

pub static OWNER: Parameter =
    Parameter::optional("owner", Kind::Text(1, 512), "Only models of this owner, spelled exactly so.");
pub static TASK: Parameter =
    Parameter::optional("task", Kind::Text(1, 512), "Only models with this task, as the hub names it.");
pub static LICENSE: Parameter =
    Parameter::optional("license", Kind::Text(1, 512), "Only models with this licence, as the hub names it.");
pub static AFTER: Parameter =
    Parameter::optional("after", Kind::Text(0, 512), "Only models whose name comes after this one.");
pub static LIMIT: Parameter =
    Parameter::optional("limit", Kind::Whole(1, 1000), "The most items of a page.").or("100");

/// A model in a list.
#[derive(Serialize, JsonSchema)]
pub struct Line {
    id: String,
    task: Option<String>,
    library: Option<String>,
    license: Option<String>,
    /// In the last 30 days.
    downloads: Option<u64>,
    likes: Option<u64>,
    /// How many bases it declares, itself left out.
    bases: u64,
    /// Models derived from it directly.
    derived: u64,
}

/// Lists models by name.
pub fn list(asked: &Asked) -> Told {
    let atlas = &*asked.view.atlas;
    let world = &atlas.world;
    let by_name = asked.view.by_name();
    let given = &asked.given;
    let limit = given.whole(&LIMIT).unwrap_or(1);
    let code = |parameter, words: &Words| given.text(parameter).map(|word| code(words, word));
    let (task, license) = (code(&TASK, &world.tasks), code(&LICENSE, &atlas.profiles.licenses));
    let fits = |wanted: Option<Option<u16>>, words: &Words, node: u32| {
        wanted.is_none_or(|code| code.is_some() && code == words.codes.get(node as usize).copied())
    };

    let after = given.text(&AFTER);
    let start = by_name.partition_point(|node| after.is_some_and(|after| world.name(*node) <= after));
    let range = match given.text(&OWNER) {
        // All names that begin with the owner stand together.
        Some(owner) => {
            let prefix = format!("{owner}/");
            let first = by_name.partition_point(|node| world.name(*node) < prefix.as_str());
            let count = by_name[first..].partition_point(|node| world.name(*node).starts_with(&prefix));
            first.max(start)..(first + count).max(start)
        }
        None => start..by_name.len(),
    };
    let is_unfiltered = task.is_none() && license.is_none() && given.text(&OWNER).is_none();
    let wanted =
        |node: &&u32| fits(task, &world.tasks, **node) && fits(license, &atlas.profiles.licenses, **node);
    let mut found: Vec<u32> = by_name[range].iter().filter(wanted).take(limit + 1).copied().collect();
    let is_more = found.len() > limit;
    found.truncate(limit);
    let after = found.last().filter(|_| is_more).map(|last| world.name(*last).to_owned());
    let items = found.iter().map(|node| line(atlas, *node)).collect();
    page(asked, &AFTER, Part { items, total: is_unfiltered.then_some(by_name.len() as u64), after })
}

/// Returns the code of a word; `None` if no model has it, so that none fits.
fn code(words: &Words, word: &str) -> Option<u16> {
    let place = words.names.iter().position(|name| &**name == word)?;
    u16::try_from(place + 1).ok()
}

fn line(atlas: &Atlas, node: u32) -> Line {
    let Atlas { world, profiles, .. } = atlas;
    Line {
        id: world.name(node).to_owned(),
        task: world.task(node).map(str::to_owned),
        library: profiles.library(node).map(str::to_owned),
        license: profiles.license(node).map(str::to_owned),
        downloads: world.downloads(node),
        likes: profiles.likes(node),
        bases: world.graph.bases(node).len() as u64,
        derived: world.graph.derived(node).len() as u64,
    }
}

/// Tells all of one model.
pub fn show(asked: &Asked, node: u32) -> Told {
    json(&subject(&asked.view.atlas, node))
}

/// Tells what a model was in each snapshot.
pub fn past(asked: &Asked, node: u32) -> Told {
    let earlier = there(&asked.view.answers.earlier, "The history")?;
    let snapshots: Vec<&Atlas> =
        std::iter::once(&*asked.view.atlas).chain(earlier.iter().map(|atlas| &**atlas)).collect();
    json(&history(&snapshots, node))
}
