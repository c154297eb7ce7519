//! What has happened to one model?

use super::{Change, Code, Facts, Now, Pins, Subject, words};
use crate::{date::SnapshotDate, record::Gated, renames::Evidence};

/// One thing that happened, whoever it matters for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub code: Code,
    pub since: Option<SnapshotDate>,
    pub before: Option<String>,
    pub after: Option<String>,
    /// What happened, as a sentence.
    pub what: String,
}

/// Everything that happened to a model, each kind once at most.
pub fn events(subject: &Subject) -> Vec<Event> {
    let mut events = Events { subject, found: Vec::new() };
    if let Some(instead) = &subject.instead {
        let before = subject.before.hub_id.map(|hub_id| hub_id.to_string());
        let after = instead.hub_id.map(|hub_id| hub_id.to_string());
        let same_name = instead.name.eq_ignore_ascii_case(&subject.name);
        let what = match instead.is_newborn {
            true => words::TAKEN.to_owned(),
            false => words::reused((!same_name).then_some(&instead.name)),
        };
        events.add(Code::Reused, Change { before, after }, what);
    }
    match &subject.now {
        Now::Unknown => events.add(Code::Unknown, NOTHING, words::UNKNOWN),
        // Whoever took the name is the more urgent half of the story.
        Now::Absent if subject.instead.is_some() => {}
        Now::Absent => events.add(Code::Deleted, last_commit(&subject.before), words::DELETED),
        Now::Silent { anonymous } => {
            events.add(Code::Gone, last_commit(&subject.before), words::gone(*anonymous));
        }
        Now::Closed => events.close(),
        Now::There { name, evidence, facts } => {
            let certain = matches!(evidence, None | Some(Evidence::HubId | Evidence::Case));
            if *name != subject.name {
                let change = Change { before: Some(subject.name.clone()), after: Some(name.clone()) };
                events.add(Code::Renamed, change, words::renamed(&subject.name, name, certain));
            }
            if certain {
                events.compare(facts);
            }
        }
    }
    events.found
}

const NOTHING: Change = Change { before: None, after: None };

fn last_commit(before: &Facts) -> Change {
    Change { before: before.sha.map(|sha| hex(&sha)), after: None }
}

struct Events<'a> {
    subject: &'a Subject,
    found: Vec<Event>,
}

impl Events<'_> {
    fn add(&mut self, code: Code, change: Change, what: impl Into<String>) {
        let Pins { hub_id, sha } = self.subject.pins;
        let is_pinned = match code {
            Code::Reused | Code::Deleted | Code::Gone | Code::Renamed => hub_id.is_some() || sha.is_some(),
            Code::Updated | Code::Weights | Code::Template => sha.is_some(),
            _ => false,
        };
        let since = self.subject.since.filter(|_| !is_pinned);
        self.found.push(Event { code, since, before: change.before, after: change.after, what: what.into() });
    }

    fn close(&mut self) {
        if self.subject.before.disabled != Some(true) {
            self.add(Code::Disabled, turned_on(self.subject.before.disabled), words::DISABLED);
        }
    }

    /// Compares what is said now with what was known before.
    fn compare(&mut self, now: &Facts) {
        let before = &self.subject.before;
        if now.disabled == Some(true) {
            self.close();
        }
        if now.private == Some(true) && before.private != Some(true) {
            self.add(Code::Private, turned_on(before.private), words::PRIVATE);
        }
        if let (Some(was), Some(is)) = (before.gated, now.gated)
            && was != is
        {
            let change =
                Change { before: Some(was.as_str().to_owned()), after: Some(is.as_str().to_owned()) };
            let code = if height(is) > height(was) { Code::Gated } else { Code::Ungated };
            self.add(code, change, words::gate(was, is));
        }
        if let (Some(was), Some(is)) = (before.sha, now.sha)
            && was != is
        {
            self.update(was, is);
        }
        if let Some(change) = &self.subject.relation {
            self.add(Code::Relation, change.clone(), words::RELATION);
        }
        if let (Some(was), Some(is)) = (&before.license, &now.license)
            && was != is
        {
            let change = Change { before: shortened(was), after: shortened(is) };
            self.add(Code::License, change.clone(), words::license(&change));
        }
        if let (Some(was), Some(Some(is))) = (&before.new_version, &now.new_version)
            && was.as_ref() != Some(is)
        {
            let change = Change { before: shortened(was), after: shortened(&Some(is.clone())) };
            self.add(Code::NewerVersion, change.clone(), words::newer_version(&change));
        }
    }

    fn update(&mut self, was: [u8; 20], is: [u8; 20]) {
        let change = Change { before: Some(hex(&was)), after: Some(hex(&is)) };
        let files = self.subject.files.as_ref();
        self.add(Code::Updated, change.clone(), words::updated(files));
        let Some(files) = files else { return };
        if !files.weights.is_empty() {
            self.add(Code::Weights, change.clone(), words::weights(&files.weights));
        }
        if !files.template.is_empty() {
            self.add(Code::Template, change, words::template(&files.template));
        }
    }
}

fn turned_on(was: Option<bool>) -> Change {
    Change { before: was.map(|was| was.to_string()), after: Some("true".to_owned()) }
}

/// How much a gate asks of whoever wants to pass.
fn height(gated: Gated) -> u8 {
    match gated {
        Gated::No => 0,
        Gated::Auto => 1,
        Gated::Manual => 2,
    }
}

/// What a publisher wrote, which has no end of its own.
fn shortened(text: &Option<String>) -> Option<String> {
    const LONGEST: usize = 200;
    let text = text.as_ref()?;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Some(format!("{}…", &text[..end])),
        None => Some(text.clone()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
