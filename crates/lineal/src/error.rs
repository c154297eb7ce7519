//! What can keep a command from its work?

use lineal_core::{
    audit::{score::ScoreError, sheet::InvalidSheet},
    date::SnapshotDate,
    evolution::EvolutionError,
    risk::study::InvalidSheet as InvalidSheetOfStudy,
    usage::UsageError,
    watch::list::InvalidLine,
};
use lineal_hub::{
    broken::BrokenListing,
    client::{AskError, InvalidToken},
    open::OpenError,
    webhook::{EmptySecret, WebhookError},
};
use lineal_lake::{
    answer::AnswerError, details::DetailsError, dump::DumpError, evaluations::EvaluationsError,
    journal::JournalError, snapshot::ReadError, sql::SqlError, store::LakeError, write::WriteError,
};
use lineal_risk::{
    behaviors::BehaviorsError,
    endpoint::{self as risk_ask, EndpointError},
    hhem::HhemError,
    import::ImportError,
    injection::data::DataError,
    journal as risk_journal,
    judge::llm::TemplateError,
    passages::NoSuchPassage,
    run::RunError,
    user_file::FileError,
};
use lineal_web::{RenderError, feed::FeedError};
use std::{error::Error, io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("cannot take in {date}")]
    Import { date: SnapshotDate, source: WriteError },
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Listing(#[from] BrokenListing),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("cannot use the token in `{place}`")]
    Token { place: String, source: InvalidToken },
    /// A crawl that stopped; what it has committed stays.
    #[error("the crawl stopped{}", safe(*.pages, "page"))]
    Stopped { pages: u64, source: AskError },
    #[error("the pass stopped{}", safe(*.models, "model"))]
    PassStopped { models: u64, source: AskError },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Details(#[from] DetailsError),
    #[error("cannot read `{name}`")]
    Dump { name: String, source: DumpError },
    #[error(transparent)]
    Sql(#[from] SqlError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error(transparent)]
    Evolution(#[from] EvolutionError),
    #[error(transparent)]
    Evaluations(#[from] EvaluationsError),
    #[error(transparent)]
    Results(#[from] ImportError),
    #[error(transparent)]
    Requests(#[from] BehaviorsError),
    #[error(transparent)]
    Table(#[from] FileError),
    #[error(transparent)]
    Injection(#[from] DataError),
    #[error(transparent)]
    Passage(#[from] NoSuchPassage),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Endpoint(Box<EndpointError>),
    #[error("the server cannot be asked")]
    Server(#[source] Box<risk_ask::AskError>),
    #[error(transparent)]
    Run(Box<RunError>),
    #[error(transparent)]
    Answers(#[from] risk_journal::JournalError),
    #[error(transparent)]
    Hhem(#[from] HhemError),
    #[error(transparent)]
    Study(#[from] InvalidSheetOfStudy),
    #[error("cannot make the report")]
    Report(#[from] RenderError),
    #[error("cannot read the list `{name}`")]
    List { name: String, source: InvalidLine },
    #[error("the list was written from snapshot {date}, which is not in `{place}`")]
    ListSnapshot { date: SnapshotDate, place: String },
    #[error("`{path}` is there already, and is no list that `--write` has written")]
    NotOurList { path: PathBuf },
    #[error("cannot use the sheet `{path}`")]
    Sheet { path: PathBuf, source: InvalidSheet },
    #[error("the sheets do not belong together")]
    Score(#[from] ScoreError),
    #[error("`{path}` is there already, and may hold answers")]
    AuditThere { path: PathBuf },
    #[error("`{path}` holds no audit")]
    NoAudit { path: PathBuf },
    #[error("the models could not be checked")]
    Unchecked(#[source] AskError),
    #[error("cannot ask about {}, first of all `{first}`", crate::show::some(*.models, "model"))]
    Unasked { models: u64, first: String, source: AskError },
    #[error("cannot go on with the feed `{path}`")]
    Feed { path: PathBuf, source: FeedError },
    #[error("cannot use the secret in `{place}`")]
    Secret { place: String, source: EmptySecret },
    #[error("cannot call the webhook")]
    Webhook(#[from] WebhookError),
    #[error("there is no model `{}` in snapshot {date}{}", name.escape_debug(), did_you_mean(.near))]
    NoSuchModel { name: String, date: SnapshotDate, near: Vec<String> },
    #[error("`{name}` is not in snapshot {date}; the last one that had it is {last}")]
    Gone { name: String, date: SnapshotDate, last: SnapshotDate },
    #[error("cannot {action} `{path}`")]
    File { action: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    #[error("cannot write the output")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Asked(String),
}

// Errors of runs are large, and every result of a command would be as large.
impl From<EndpointError> for CommandError {
    fn from(error: EndpointError) -> CommandError {
        CommandError::Endpoint(Box::new(error))
    }
}

impl From<RunError> for CommandError {
    fn from(error: RunError) -> CommandError {
        CommandError::Run(Box::new(error))
    }
}

impl From<risk_ask::AskError> for CommandError {
    fn from(error: risk_ask::AskError) -> CommandError {
        CommandError::Server(Box::new(error))
    }
}

impl CommandError {
    /// What the user could do next, where that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            CommandError::Listing(broken) if broken.why.is_final() => {
                Some("nothing was taken in; with `--keep-going`, everything before that place is")
            }
            CommandError::Listing(_) => {
                Some("nothing was taken in; `--keep-going` skips broken records and counts them")
            }
            CommandError::Sql(SqlError::Query(error)) if error.to_string().contains("not found") => Some(
                "the tables are `models`, `relations`, `snapshots`, `commits`, `cards`, `files`, `readings`, `evaluations`, `measures` and `items`; `DESCRIBE models` lists columns",
            ),
            CommandError::Sql(SqlError::Query(error)) if error.to_string().contains("No field named") => {
                Some("`DESCRIBE models` lists the columns; a name is written \"id = 'name'\"")
            }
            CommandError::Evolution(EvolutionError::TooFew(_)) => {
                Some("`lineal crawl` and `lineal import` make snapshots; take in one of another date")
            }
            CommandError::ListSnapshot { .. } => Some(
                "name another with `--since`, take the line `snapshot=` out of the list, or write it anew with `--write`",
            ),
            CommandError::NotOurList { .. } => {
                Some("name another file, or replace this one and all that is in it with `--force`")
            }
            CommandError::AuditThere { .. } => Some("name another folder, or move this one away"),
            CommandError::NoAudit { .. } => Some("`lineal audit sample` makes a folder for one"),
            CommandError::Unchecked(error) | CommandError::Unasked { source: error, .. } => match error {
                AskError::Refused { status: 401 | 403, .. } => ask_hint(error),
                _ => Some("nothing is kept of a check; run the same command again later"),
            },
            CommandError::Webhook(WebhookError::Private { .. }) => {
                Some("if that is where it is meant to go: `--allow-private-webhook`")
            }
            CommandError::Feed { source: FeedError::NotOurs(_), .. } => {
                Some("name another file with `--feed`, or remove this one")
            }
            CommandError::Stopped { pages: 0, source: AskError::GaveUp { .. } } => {
                Some("check the address and the network, and run the same command again")
            }
            CommandError::NoSuchModel { near, .. } if near.is_empty() => {
                Some("`lineal search` finds models by words of their names")
            }
            CommandError::Gone { .. } => Some("`--snapshot` with that date asks about it as it was then"),
            CommandError::Ask(error)
            | CommandError::Stopped { source: error, .. }
            | CommandError::PassStopped { source: error, .. } => ask_hint(error),
            _ => None,
        }
    }

    /// Whether whoever reads the output has closed it, as `head` does.
    pub fn is_closed_pipe(&self) -> bool {
        let mut error: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(cause) = error {
            let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
            if io.or(json) == Some(io::ErrorKind::BrokenPipe) {
                return true;
            }
            error = cause.source();
        }
        false
    }
}

/// Names models that could be meant instead.
fn did_you_mean(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean `{}`?", near.join("`, `")),
    }
}

/// How much of some work is done and need not be done again.
fn safe(number: u64, noun: &str) -> String {
    match number {
        0 => " at its beginning".to_owned(),
        1 => format!(" after one {noun}, which is safe"),
        _ => format!(" after {} which are safe", crate::show::some(number, noun) + ","),
    }
}

/// What to do about a hub that does not answer.
fn ask_hint(error: &AskError) -> Option<&'static str> {
    match error {
        AskError::GaveUp { .. } | AskError::TooLong { .. } => {
            Some("run the same command again later: it goes on where it stopped")
        }
        AskError::Refused { status: 401 | 403, .. } => {
            Some("the hub does not accept the token, or wants one: see `HF_TOKEN` and `--anonymous`")
        }
        AskError::Refused { .. } => Some("run the same command again to go on; `--restart` begins anew"),
        AskError::Redirect { .. } => Some("if that is where the hub is now, name it with `--hub`"),
        AskError::TooLarge { .. } => Some("no honest answer is that large; nothing of it was kept"),
        AskError::Hub(..) | AskError::Setup(_) => None,
    }
}

/// Turns an I/O error into ours, with what was tried on which file.
pub fn file_error(action: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> CommandError {
    let path = path.to_owned();
    move |source| CommandError::File { action, path, source }
}
