//! How is a finding put into words: what happened, what does it mean, what is to be done?

use super::{Change, ChangedFiles, Code};
use crate::record::Gated;

pub const UNKNOWN: &str = "No model of this name is known.";
pub const DELETED: &str = "It is not listed any more: deleted, or made private.";
pub const TAKEN: &str = "No model of this name was listed; a repository made since then has taken it.";
pub const DISABLED: &str = "The hub has closed it.";
pub const PRIVATE: &str = "It was made private.";
pub const RELATION: &str = "What it says it was made from has changed.";

pub fn gone(anonymous: bool) -> &'static str {
    match anonymous {
        true => "The hub does not answer for it without a token: gone or private.",
        false => "The hub does not answer for it with this token: gone, or private to others.",
    }
}

pub fn reused(leads_to: Option<&String>) -> String {
    match leads_to {
        None => "Another repository now answers under this name.".to_owned(),
        Some(name) => format!("The name now leads to another repository, `{name}`."),
    }
}

pub fn renamed(before: &str, after: &str, certain: bool) -> String {
    let only_case = before.eq_ignore_ascii_case(after);
    match (certain, only_case) {
        (true, true) => format!("It is now spelled `{after}`."),
        (true, false) => format!("It is now called `{after}`."),
        (false, _) => format!("It is probably called `{after}` now; no hub id says so."),
    }
}

pub fn gate(before: Gated, after: Gated) -> &'static str {
    match (before, after) {
        (_, Gated::No) => "It is not gated any more.",
        (Gated::Manual, Gated::Auto) => "Access is now granted to whoever accepts its terms.",
        (_, Gated::Auto) => "It was gated: whoever wants it must accept its terms.",
        (_, Gated::Manual) => "It was gated: access is granted by hand.",
    }
}

pub fn updated(files: Option<&ChangedFiles>) -> String {
    let Some(files) = files else { return "Its main branch is at another commit.".to_owned() };
    let ChangedFiles { weights, template, other } = files;
    let changed: Vec<&String> = weights.iter().chain(template).chain(other).collect();
    match changed.is_empty() {
        true => "Its main branch is at another commit, with the same files.".to_owned(),
        false => format!("Its main branch is at another commit; {} changed.", some(&changed)),
    }
}

pub fn weights(files: &[String]) -> String {
    format!("Its weights changed: {}.", some(&files.iter().collect::<Vec<_>>()))
}

pub fn template(files: &[String]) -> String {
    let files = some(&files.iter().collect::<Vec<_>>());
    format!("Its chat template changed, or a file that can hold it: {files}.")
}

pub fn license(change: &Change) -> String {
    let named = |license: &Option<String>| match license {
        Some(license) => format!("`{license}`"),
        None => "none".to_owned(),
    };
    format!("Its licence was {} and is now {}.", named(&change.before), named(&change.after))
}

pub fn newer_version(change: &Change) -> String {
    format!("Its card declares a newer version: `{}`.", change.after.as_deref().unwrap_or_default())
}

/// Names the first of some files and counts the others.
fn some(files: &[&String]) -> String {
    match files {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [one, _] => format!("`{one}` and one other file"),
        [one, others @ ..] => format!("`{one}` and {} other files", others.len()),
    }
}

/// Says what it means, and what to do, for the watched model itself, or for one that was derived
/// from the model that it happened to.
pub fn meaning(code: Code, derived: Option<&str>) -> String {
    match derived {
        None => about_itself(code).to_owned(),
        Some(derived) => about_ancestor(code, &format!("`{derived}`")),
    }
}

fn about_itself(code: Code) -> &'static str {
    match code {
        Code::Reused => "Do not load it by this name: what comes is not what you chose.",
        Code::Deleted | Code::Gone | Code::Disabled | Code::Private => {
            "Its weights cannot be fetched any more: keep every copy you have, and choose another model."
        }
        Code::Renamed => "Use its new name: the old one leads there only until somebody takes it.",
        Code::Gated => "Jobs that fetch it need a token that was granted access, or fail.",
        Code::Ungated => "Nothing needs to be done.",
        Code::Weights => {
            "What was tested with the earlier ones holds for those only: test again, or pin the earlier commit."
        }
        Code::Template => "Prompts are put together otherwise: test again, or pin the earlier commit.",
        Code::Updated => {
            "Whoever loads it without naming a commit gets the new one: look at what changed, or pin the earlier commit."
        }
        Code::NewerVersion => "Look whether to move; this one may not be maintained any more.",
        Code::Relation => "Look whether you still know where it comes from, and under which terms.",
        Code::License => "Look whether your use still fits; copies you have keep the terms they came with.",
        Code::Unknown => "Look at the spelling; it may also have been gone before the first snapshot.",
    }
}

fn about_ancestor(code: Code, derived: &str) -> String {
    match code {
        Code::Reused => format!(
            "Whoever fetches what {derived} was made from gets something else: do not load it by this name."
        ),
        Code::Deleted | Code::Gone | Code::Disabled | Code::Private => format!(
            "{derived} was made from it and stays as it is, but its weights cannot be fetched any more: keep a copy if you need both, as adapters do."
        ),
        Code::Renamed => format!("{derived} was made from it: use the new name where you name the base."),
        Code::Gated => format!(
            "{derived} was made from it: who must fetch both, as for adapters, needs a token that was granted access."
        ),
        Code::Ungated => format!("Nothing needs to be done for {derived}."),
        Code::Weights => format!(
            "{derived} was made from the earlier ones: with the new ones, an adapter or a merge is something else. Pin the earlier commit of the base."
        ),
        Code::Template => format!(
            "{derived} was made with the earlier one; look whether it was wrong there, and so is wrong in {derived}."
        ),
        Code::Updated => {
            format!("{derived} was made from an earlier commit: pin that one where you name the base.")
        }
        Code::NewerVersion => {
            format!("{derived} was made from the old one; look for a successor made from the new one.")
        }
        Code::Relation => format!(
            "So the lineage of {derived} has changed: look whether you still know where it comes from."
        ),
        Code::License => format!("Its terms can bind {derived}: look whether they still fit."),
        Code::Unknown => format!("{derived} names it."),
    }
}
