//! What of which model does a path ask for?

use crate::server::query::decoded;

/// What can be asked of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Detail { revision: Option<String> },
    Commits { revision: String },
    Tree { revision: String, path: String },
    PathsInfo { revision: String },
    Refs,
    Resolve { revision: String, path: String },
    Raw { revision: String, path: String },
}

/// The words that follow a model's name in a path.
const VERBS: [&str; 7] = ["revision", "commits", "tree", "paths-info", "refs", "resolve", "raw"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `owner/name`, or a bare name.
    pub id: String,
    pub question: Question,
    /// What follows the name, as it was sent.
    pub rest: String,
}

impl Address {
    /// Reads what follows `/api/models/`, or a path to a file of a model.
    pub fn parse(path: &str) -> Option<Address> {
        let segments: Vec<&str> = path.split('/').collect();
        let is_verb = |place: usize| segments.get(place).is_some_and(|segment| VERBS.contains(segment));
        let named = match segments.len() {
            _ if is_verb(2) => 2,
            _ if is_verb(1) => 1,
            many => many.min(2),
        };
        let (name, rest) = segments.split_at(named);
        if name.iter().any(|segment| segment.is_empty()) {
            return None;
        }
        Some(Address {
            id: decoded(&name.join("/")),
            question: question(rest)?,
            rest: rest.iter().map(|segment| format!("/{segment}")).collect(),
        })
    }
}

fn question(rest: &[&str]) -> Option<Question> {
    // A revision may contain slashes, but then it is encoded; a path keeps its own.
    let revision = || rest.get(1).filter(|revision| !revision.is_empty()).map(|revision| decoded(revision));
    let path = || decoded(rest.get(2..).unwrap_or_default().join("/").trim_end_matches('/'));
    let question = match rest.first() {
        None => Question::Detail { revision: None },
        Some(&"revision") => Question::Detail { revision: Some(revision()?) },
        Some(&"commits") => Question::Commits { revision: revision()? },
        Some(&"tree") => Question::Tree { revision: revision()?, path: path() },
        Some(&"paths-info") => Question::PathsInfo { revision: revision()? },
        Some(&"refs") => Question::Refs,
        Some(&"resolve") => Question::Resolve { revision: revision()?, path: path() },
        Some(&"raw") => Question::Raw { revision: revision()?, path: path() },
        Some(_) => return None,
    };
    Some(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, id: &str, question: Question) {
        let address = Address::parse(path).expect("an address");
        assert_eq!((address.id.as_str(), address.question), (id, question), "{path}");
    }

    #[test]
    fn paths_name_a_model_and_what_is_asked_of_it() {
        let tree = |path: &str| Question::Tree { revision: "main".to_owned(), path: path.to_owned() };
        check("a/b", "a/b", Question::Detail { revision: None });
        check("gpt2", "gpt2", Question::Detail { revision: None });
        check(
            "a/b/revision/refs%2Fpr%2F1",
            "a/b",
            Question::Detail { revision: Some("refs/pr/1".to_owned()) },
        );
        check("gpt2/tree/main", "gpt2", tree(""));
        check("a/b/tree/main/x/y%20z", "a/b", tree("x/y z"));
        check("a/b/refs", "a/b", Question::Refs);
        assert_eq!(Address::parse("a/b/unknown"), None);
        assert_eq!(Address::parse("a/b/revision"), None);
        assert_eq!(Address::parse(""), None);
    }
}
