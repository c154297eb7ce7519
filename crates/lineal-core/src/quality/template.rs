//! Which models need a prompt template?
//!
//! Those that are prompted with text and answer with text, unless they were trained to continue text and
//! nothing else: such *base models* take any text as it is. Whether one was is told by its task, its
//! name, its base's name where it was only converted, and its type.

use super::places::Case;

/// Tasks whose models are prompted.
const PROMPTED: &[&str] = &[
    "text-generation",
    "conversational",
    "image-text-to-text",
    "any-to-any",
    "audio-text-to-text",
    "video-text-to-text",
];

/// Whether a model needs a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need<'a> {
    Prompted,
    /// A base model, by this sign.
    Continues(&'a str),
    /// A model for something else.
    Other(&'a str),
    /// Nothing says what the model is for.
    Unknown,
}

/// Whether a model of this task, with this name and type, needs a prompt template; `None` if that is not
/// known.
pub fn needs_template(task: Option<&str>, name: &str, model_type: Option<&str>) -> Option<bool> {
    let _ = model_type;
    match by_task(task)? {
        false => Some(false),
        true => Some(continues(name).is_none()),
    }
}

fn by_task(task: Option<&str>) -> Option<bool> {
    task.map(|task| PROMPTED.contains(&task))
}

pub(super) fn need<'a>(case: &Case<'a>) -> Need<'a> {
    match case.record.task.as_deref() {
        None if case.has_tag("conversational") => Need::Prompted,
        None => Need::Unknown,
        Some(task) if !PROMPTED.contains(&task) => Need::Other(task),
        Some(_) if case.has_tag("conversational") => Need::Prompted,
        Some(_) => continues(case.record.id.as_str()).map_or(Need::Prompted, Need::Continues),
    }
}

fn continues(name: &str) -> Option<&str> {
    let (_, name) = crate::model_id::parts(name);
    name.split(['-', '_', '.']).find(|word| word.eq_ignore_ascii_case("base"))
}
