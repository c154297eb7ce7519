//! How is a query in SQL answered without harm?
//!
//! Only queries are allowed, one at a time, within a time and a memory; an answer has so many rows at most.

use lineal_lake::{
    answer,
    sql::{SqlError, Tables},
    store::Lake,
};
use lineal_web::serve::view::{Sql, SqlAnswer, SqlFailure};
use std::{future::Future, pin::Pin, time::Duration};
use tokio::sync::Semaphore;

/// How many rows an answer has at most.
const ROWS: usize = 10_000;
/// How many queries run at the same time; others wait.
const TOGETHER: usize = 2;

/// What a query may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub seconds: u64,
    pub bytes: usize,
}

/// Answers queries about the snapshots of a lake.
pub struct Queries {
    lake: Lake,
    limits: Limits,
    turns: Semaphore,
}

impl Queries {
    pub fn new(lake: Lake, limits: Limits) -> Queries {
        Queries { lake, limits, turns: Semaphore::new(TOGETHER) }
    }

    async fn answer(&self, query: &str) -> Result<SqlAnswer, SqlFailure> {
        let Ok(_turn) = self.turns.acquire().await else {
            return Err(SqlFailure::Refused("this server is about to end".to_owned()));
        };
        let tables = Tables::open_within(&self.lake, self.limits.bytes).map_err(failure)?;
        let answer = tables.query(query).await.map_err(failure)?;
        let rows = answer::rows(answer, ROWS).await.map_err(|error| failure_of(&error))?;
        Ok(SqlAnswer { columns: rows.columns, rows: rows.rows, truncated: rows.truncated })
    }
}

impl Sql for Queries {
    fn query<'a>(
        &'a self,
        query: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<SqlAnswer, SqlFailure>> + Send + 'a>> {
        Box::pin(async move {
            let limit = Duration::from_secs(self.limits.seconds);
            let answer = tokio::time::timeout(limit, self.answer(query)).await;
            answer.unwrap_or(Err(SqlFailure::TooLong(self.limits.seconds)))
        })
    }
}

fn failure(error: SqlError) -> SqlFailure {
    failure_of(&error)
}

/// Tells an error of the query, with its causes, from one of its size.
fn failure_of(error: &dyn std::error::Error) -> SqlFailure {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !words.contains(&said) {
            words += &format!(": {said}");
        }
        cause = error.source();
    }
    match words.contains("Resources exhausted") {
        true => SqlFailure::TooLarge,
        false => SqlFailure::Refused(words),
    }
}
