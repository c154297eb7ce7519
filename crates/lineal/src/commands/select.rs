//! Which models are meant?

use crate::error::{CommandError, file_error};
use lineal_core::{date::SnapshotDate, model_id::is_model_id};
use lineal_lake::{answer, sql::Tables, store::Lake};
use std::{collections::HashSet, fs, io, path::Path, str::FromStr};
use tokio::runtime::Runtime;

/// Models, by name or by what is true of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// A condition on the columns of the table `models`.
    Condition(String),
    /// A query whose first column holds names.
    Query(String),
    Names(Vec<String>),
    /// A file with a name on each line; `-` is standard input.
    File(String),
}

impl FromStr for Select {
    type Err = std::convert::Infallible;

    /// `@FILE` is a file; names with a slash, separated by commas, are names; what begins as a query
    /// is one; all else is a condition.
    fn from_str(text: &str) -> Result<Select, Self::Err> {
        if let Some(file) = text.strip_prefix('@') {
            return Ok(Select::File(file.to_owned()));
        }
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let are_names = names.iter().all(|name| is_model_id(name) && name.contains('/'));
        if are_names {
            return Ok(Select::Names(names.into_iter().map(str::to_owned).collect()));
        }
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_query = ["select", "with"].iter().any(|word| first.eq_ignore_ascii_case(word));
        Ok(if is_query { Select::Query(text.to_owned()) } else { Select::Condition(text.to_owned()) })
    }
}

impl Select {
    /// Returns the names of the models meant.
    ///
    /// # Errors
    /// When the file cannot be read, or the condition cannot be answered.
    pub fn names(&self, lake: &Lake, date: SnapshotDate) -> Result<HashSet<String>, CommandError> {
        match self {
            Select::Names(names) => Ok(names.iter().cloned().collect()),
            Select::File(file) => {
                let text = match file.as_str() {
                    "-" => io::read_to_string(io::stdin())?,
                    file => fs::read_to_string(file).map_err(file_error("read", Path::new(file)))?,
                };
                let names =
                    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                Ok(names.map(str::to_owned).collect())
            }
            Select::Condition(condition) => {
                names(lake, &format!("SELECT id FROM models WHERE snapshot = '{date}' AND ({condition})"))
            }
            Select::Query(query) => names(lake, query),
        }
    }
}

/// Returns the texts in the first column of a query's answer.
fn names(lake: &Lake, query: &str) -> Result<HashSet<String>, CommandError> {
    let tables = Tables::open(lake)?;
    let names = Runtime::new()?.block_on(async {
        let answer = tables.query(query).await?;
        Ok::<_, CommandError>(answer::texts(answer).await?)
    })?;
    Ok(names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Select) {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }

    #[test]
    fn names_have_a_slash_and_everything_else_is_a_condition() {
        check("a/b", Select::Names(vec!["a/b".into()]));
        check("a/b, c/d-1.5", Select::Names(vec!["a/b".into(), "c/d-1.5".into()]));
        check("@models.txt", Select::File("models.txt".into()));
        for condition in ["downloads > 10", "id IN ('a/b', 'c/d')", "disabled", "id = 'a/b'"] {
            check(condition, Select::Condition(condition.into()));
        }
        for query in ["SELECT id FROM models", "with a as (select 1) select id from a"] {
            check(query, Select::Query(query.into()));
        }
    }
}
