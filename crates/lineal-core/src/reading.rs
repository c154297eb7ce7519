//! What did a hub answer when it was asked about one model?
//!
//! A listing says a little about every model; its history, its card and its files must be asked for
//! one by one. An answer belongs to the commit that was asked for, so it need not be asked for
//! again until the model has another.

use crate::model_id::{HubId, ModelId};
use std::str::FromStr;

/// What can be asked about a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detail {
    /// The history of its main branch.
    Commits,
    /// The text of its README.
    Cards,
    /// The files of its main branch.
    Files,
    /// What has become of the name it had.
    Identities,
}

impl Detail {
    pub const ALL: [Detail; 4] = [Detail::Commits, Detail::Cards, Detail::Files, Detail::Identities];

    pub fn as_str(self) -> &'static str {
        match self {
            Detail::Commits => "commits",
            Detail::Cards => "cards",
            Detail::Files => "files",
            Detail::Identities => "identities",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a detail of a model (expected `commits`, `cards`, `files` or `identities`)", .0.escape_debug())]
pub struct InvalidDetail(pub String);

impl FromStr for Detail {
    type Err = InvalidDetail;

    fn from_str(text: &str) -> Result<Self, InvalidDetail> {
        let found = Detail::ALL.into_iter().find(|detail| detail.as_str() == text);
        found.ok_or_else(|| InvalidDetail(text.chars().take(40).collect()))
    }
}

/// One model as a snapshot lists it: what is asked about, and by which commit the answer is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub id: ModelId,
    pub hub_id: Option<HubId>,
    pub sha: Option<[u8; 20]>,
}

/// What came of asking about a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub subject: Subject,
    /// Milliseconds since 1970, UTC.
    pub read_at: i64,
    /// Whether it was asked without a token; then a hub does not tell gone from private.
    pub anonymous: bool,
    /// How many requests it took.
    pub requests: u32,
    pub outcome: Outcome,
    /// Where the name has led, if anything but the model itself was met there.
    pub identity: Option<Identity>,
    /// Empty unless the outcome is [`Outcome::Read`].
    pub answer: Answer,
}

/// Whether there was an answer, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Read,
    /// It was read, but at the present head of the main branch: the commit asked for is gone.
    ReadAtHead,
    /// The model has no README.
    NoCard,
    /// Only who was granted access may read it.
    Gated,
    /// The hub has closed it.
    Disabled,
    /// The name leads nowhere, or to another model; `identity` tells.
    Elsewhere,
    /// The answer is larger than any honest one.
    TooLarge,
    /// The file lies on another host than the hub's own.
    Offsite,
    /// The hub refuses, or its answer makes no sense.
    Refused,
}

impl Outcome {
    pub const ALL: [Outcome; 9] = [
        Outcome::Read,
        Outcome::ReadAtHead,
        Outcome::NoCard,
        Outcome::Gated,
        Outcome::Disabled,
        Outcome::Elsewhere,
        Outcome::TooLarge,
        Outcome::Offsite,
        Outcome::Refused,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Read => "read",
            Outcome::ReadAtHead => "read_at_head",
            Outcome::NoCard => "no_card",
            Outcome::Gated => "gated",
            Outcome::Disabled => "disabled",
            Outcome::Elsewhere => "elsewhere",
            Outcome::TooLarge => "too_large",
            Outcome::Offsite => "offsite",
            Outcome::Refused => "refused",
        }
    }
}

/// Where a name leads today, compared with the repository it once named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub fate: Fate,
    /// The name it has now, if it has another.
    pub now: Option<ModelId>,
    /// The repository met, if the hub said which.
    pub hub_id: Option<HubId>,
}

/// What has become of a name. Two things are the same repository if their hub ids are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It still names the same repository.
    Same,
    /// The same repository is now spelled with other capitals.
    Recased,
    /// The same repository has another name.
    Renamed,
    /// It leads to another name, and which repository was meant is not known.
    Redirected,
    /// It leads to another name, where another repository is.
    Superseded,
    /// Another repository has the name: it was given again.
    Reused,
    /// It still names a repository, and whether the same one is not known.
    Present,
    /// It is the asker's own, and private.
    Private,
    /// The hub has closed it.
    Disabled,
    /// Gone, or private: asked without a token, a hub does not say which.
    GoneOrPrivate,
    /// Gone, or private to others: the token that was used does not open it.
    GoneOrNotOurs,
}

impl Fate {
    pub const ALL: [Fate; 11] = [
        Fate::Same,
        Fate::Recased,
        Fate::Renamed,
        Fate::Redirected,
        Fate::Superseded,
        Fate::Reused,
        Fate::Present,
        Fate::Private,
        Fate::Disabled,
        Fate::GoneOrPrivate,
        Fate::GoneOrNotOurs,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Same => "same",
            Fate::Recased => "recased",
            Fate::Renamed => "renamed",
            Fate::Redirected => "redirected",
            Fate::Superseded => "superseded",
            Fate::Reused => "reused",
            Fate::Present => "present",
            Fate::Private => "private",
            Fate::Disabled => "disabled",
            Fate::GoneOrPrivate => "gone_or_private",
            Fate::GoneOrNotOurs => "gone_or_not_ours",
        }
    }
}

/// Compares the repository that a name was meant for with the one it leads to.
pub fn compare(asked: &Subject, met: &ModelId, met_hub_id: Option<HubId>) -> Identity {
    let same = asked.hub_id.zip(met_hub_id).map(|(asked, met)| asked == met);
    let renamed = asked.id != *met;
    let recased = renamed && asked.id.as_str().eq_ignore_ascii_case(met.as_str());
    let fate = match (same, renamed) {
        (Some(true), false) => Fate::Same,
        (Some(true), true) if recased => Fate::Recased,
        (Some(true), true) => Fate::Renamed,
        (Some(false), false) => Fate::Reused,
        (Some(false), true) if recased => Fate::Reused,
        (Some(false), true) => Fate::Superseded,
        (None, false) => Fate::Present,
        (None, true) if recased => Fate::Recased,
        (None, true) => Fate::Redirected,
    };
    Identity { fate, now: renamed.then(|| met.clone()), hub_id: met_hub_id }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Nothing,
    /// Newest first.
    Commits(Vec<Commit>),
    Card(Card),
    /// In the hub's order, folders left out.
    Files(Vec<RepositoryFile>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: [u8; 20],
    pub title: String,
    pub message: Option<String>,
    /// Names of users; `system` starts every repository.
    pub authors: Vec<String>,
    /// Milliseconds since 1970, UTC.
    pub date: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// What is no UTF-8 is replaced by U+FFFD.
    pub text: String,
    /// The size as it was sent, in bytes.
    pub bytes: u64,
    /// Whether all of it was UTF-8.
    pub utf8: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepositoryFile {
    pub path: String,
    /// In bytes; of a large file, its own and not its pointer's.
    pub size: Option<u64>,
    /// The git blob: of a large file, its pointer's.
    pub blob: Option<[u8; 20]>,
    /// Of large files only.
    pub sha256: Option<[u8; 32]>,
    pub xet_hash: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: (&str, Option<u8>), met: (&str, Option<u8>), expected: &str) {
        let hub_id = |byte: Option<u8>| byte.map(|byte| HubId([byte; 12]));
        let id = |name: &str| name.parse::<ModelId>().expect("a name");
        let subject = Subject { id: id(asked.0), hub_id: hub_id(asked.1), sha: None };
        let Identity { fate, now, .. } = compare(&subject, &id(met.0), hub_id(met.1));
        let now = now.map_or(String::new(), |now| format!(" {now}"));
        assert_eq!(format!("{}{now}", fate.as_str()), expected);
    }

    #[test]
    fn identity_is_decided_by_the_hub_id_and_names_only_say_how() {
        check(("a/b", Some(1)), ("a/b", Some(1)), "same");
        check(("a/b", Some(1)), ("A/b", Some(1)), "recased A/b");
        check(("a/b", Some(1)), ("c/b", Some(1)), "renamed c/b");
        check(("a/b", Some(1)), ("a/b", Some(2)), "reused");
        check(("a/b", Some(1)), ("A/b", Some(2)), "reused A/b");
        check(("a/b", Some(1)), ("c/b", Some(2)), "superseded c/b");
    }

    #[test]
    fn without_a_hub_id_only_the_name_is_known() {
        check(("a/b", None), ("a/b", Some(2)), "present");
        check(("a/b", Some(1)), ("a/b", None), "present");
        check(("a/b", None), ("A/B", Some(2)), "recased A/B");
        check(("gpt2", None), ("openai/gpt2", Some(2)), "redirected openai/gpt2");
    }

    #[test]
    fn every_word_is_read_back() {
        for detail in Detail::ALL {
            assert_eq!(detail.as_str().parse(), Ok(detail));
        }
        let refused =
            "`stars` is not a detail of a model (expected `commits`, `cards`, `files` or `identities`)";
        assert_eq!("stars".parse::<Detail>().map_err(|error| error.to_string()), Err(refused.to_owned()));
    }
}
