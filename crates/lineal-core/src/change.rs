//! What changed about a model from one snapshot to another?
//!
//! A change has one kind, so a model of which several things changed has several changes. What it
//! has now is `after`, what it had is `before`; `None` on either side is a value too: the listing
//! says nothing there of this model. Whether a listing says anything of the matter at all, of any
//! model, is for whoever compares to find out first: silence on a whole column is no change.

pub mod bases;
pub mod filter;
pub mod summary;

use crate::{model_id::HubId, renames::Evidence};
use bases::DeclaredBase;
use chrono::DateTime;
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The model was not there before.
    Added,
    /// The model is not there any more.
    Deleted,
    /// The model has another name, if only in its capitals.
    Renamed,
    /// The name means another repository. The one that had it before is deleted or renamed, the
    /// one that has it now is added or renamed: those changes are listed as well.
    Reused,
    /// The commit of the main branch is another one; where either commit is not known, the time
    /// of the last modification is.
    Updated,
    /// The model declares other bases, or derives by another operation from one of them. That a
    /// base was renamed is none, nor is the order in which bases are declared.
    Relation,
    Task,
    License,
    Gated,
    Private,
    Disabled,
    /// The card declares another successor.
    NewVersion,
}

impl Kind {
    /// All kinds, in the order in which the changes of one model are listed.
    pub const ALL: [Kind; 12] = [
        Kind::Added,
        Kind::Deleted,
        Kind::Renamed,
        Kind::Reused,
        Kind::Updated,
        Kind::Relation,
        Kind::Task,
        Kind::License,
        Kind::Gated,
        Kind::Private,
        Kind::Disabled,
        Kind::NewVersion,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Deleted => "deleted",
            Kind::Renamed => "renamed",
            Kind::Reused => "reused",
            Kind::Updated => "updated",
            Kind::Relation => "relation",
            Kind::Task => "task",
            Kind::License => "license",
            Kind::Gated => "gated",
            Kind::Private => "private",
            Kind::Disabled => "disabled",
            Kind::NewVersion => "new_version",
        }
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a kind of change", .0.escape_debug())]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let found = Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| UnknownKind(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One change of one model. Its JSON is a contract; keys are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change<'a> {
    #[serde(rename = "change")]
    pub kind: Kind,
    /// The model's name after the change; of a deleted model, the one it had.
    pub model: &'a str,
    pub before: Option<Value<'a>>,
    pub after: Option<Value<'a>>,
    /// Why a renamed model is held to be the same.
    #[serde(serialize_with = "evidence")]
    pub evidence: Option<Evidence>,
    #[serde(serialize_with = "hub_id")]
    pub hub_id: Option<HubId>,
    pub task: Option<&'a str>,
    /// Downloads in the 30 days before the listing.
    pub downloads: Option<u64>,
}

fn evidence<S: Serializer>(evidence: &Option<Evidence>, serializer: S) -> Result<S::Ok, S::Error> {
    evidence.map(Evidence::as_str).serialize(serializer)
}

fn hub_id<S: Serializer>(hub_id: &Option<HubId>, serializer: S) -> Result<S::Ok, S::Error> {
    hub_id.map(Value::HubId).serialize(serializer)
}

/// What a model had, or has.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A name, licence, task or way of gating.
    Text(&'a str),
    Flag(bool),
    Commit([u8; 20]),
    /// Milliseconds since 1970, UTC.
    Time(i64),
    HubId(HubId),
    /// The bases it declares; of an added or deleted model, all it declares.
    Bases(Vec<DeclaredBase<'a>>),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Commit(commit) => commit.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Value::Time(time) => match DateTime::from_timestamp_millis(*time) {
                Some(time) => write!(f, "{time:?}"),
                None => write!(f, "{time}"),
            },
            Value::HubId(id) => write!(f, "{id}"),
            Value::Bases(bases) => bases.iter().enumerate().try_for_each(|(at, base)| {
                let gap = if at == 0 { "" } else { " " };
                write!(f, "{gap}{}:{}", base.operation, base.base)
            }),
        }
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Bases(bases) => bases.serialize(serializer),
            Value::Commit(_) | Value::Time(_) | Value::HubId(_) => serializer.collect_str(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: Value, shown: &str, json: &str) {
        assert_eq!(value.to_string(), shown);
        assert_eq!(serde_json::to_string(&value).expect("JSON"), json);
    }

    #[test]
    fn a_kind_has_one_spelling() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("Added".parse::<Kind>(), Err(UnknownKind("Added".into())));
    }

    #[test]
    fn values_are_shown_and_written_as_what_they_are() {
        check(Value::Text("mit\n"), "mit\n", r#""mit\n""#);
        check(Value::Flag(true), "true", "true");
        check(Value::Commit([0xab; 20]), &"ab".repeat(20), &format!("\"{}\"", "ab".repeat(20)));
        check(Value::HubId(HubId([1; 12])), &"01".repeat(12), &format!("\"{}\"", "01".repeat(12)));
        check(Value::Time(1_749_000_000_500), "2025-06-04T01:20:00.500Z", r#""2025-06-04T01:20:00.500Z""#);
        check(Value::Time(i64::MIN), "-9223372036854775808", r#""-9223372036854775808""#);
        let bases = vec![
            DeclaredBase { base: "a/b", operation: "merge" },
            DeclaredBase { base: "c/d", operation: "merge" },
        ];
        let json = r#"[{"base":"a/b","operation":"merge"},{"base":"c/d","operation":"merge"}]"#;
        check(Value::Bases(bases), "merge:a/b merge:c/d", json);
        check(Value::Bases(Vec::new()), "", "[]");
    }
}
