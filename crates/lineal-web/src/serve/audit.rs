//! The form of an audit: what each annotator is asked, and what the third person decides.
//!
//! A page shows one model and is its form. What is sent is saved at once, so that nobody loses
//! anything when they close it. Nobody sees another's answers, until all have answered everything:
//! then the third person sees those that differ.

mod pages;

use super::{
    App,
    guard::FOREIGN,
    page::{Failure, html},
};
use axum::{
    extract::{Form, Path, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use lineal_core::{
    audit::{
        annotator::Annotator,
        answers::{Answers, Column},
        settle::{Annotated, Model, Settled, settle},
        sheet::Sheet,
    },
    quality::Field,
};
use serde::Deserialize;
use std::{fmt, sync::Arc};
use tokio::task;

/// The sheets of an audit, wherever they are kept.
pub trait Workbook: Send + Sync + 'static {
    /// Returns who answers, by name.
    ///
    /// # Errors
    /// When the sheets cannot be listed.
    fn annotators(&self) -> Result<Vec<Annotator>, WorkbookError>;

    /// Reads somebody's sheet as it is now; the third person's has all models from the beginning.
    ///
    /// # Errors
    /// When it cannot be read, or is no sheet.
    fn read(&self, who: &Who) -> Result<Sheet, WorkbookError>;

    /// Keeps somebody's answers about a model, and everything else as it is.
    ///
    /// # Errors
    /// When they cannot be kept; then nothing has changed.
    fn save(&self, who: &Who, id: &str, answers: Answers) -> Result<(), WorkbookError>;
}

/// Whose sheet it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Annotator(Annotator),
    /// Who decides where annotators differ.
    Third,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Who::Annotator(annotator) => annotator.fmt(f),
            Who::Third => f.write_str("the third person"),
        }
    }
}

/// Why a sheet could not be read or written, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WorkbookError(pub String);

impl From<WorkbookError> for Failure {
    fn from(error: WorkbookError) -> Failure {
        Failure { status: StatusCode::INTERNAL_SERVER_ERROR, words: error.0 }
    }
}

/// What a form sends. A choice that was not made is not sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    token: String,
    license: String,
    performance: String,
    template: String,
    dataset: String,
    dependency: String,
    real_operation: String,
    real_base: String,
    note: String,
    go: Go,
}

/// Where to go after saving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Go {
    /// To the next model that wants an answer.
    #[default]
    Open,
    Next,
    Previous,
}

impl Sent {
    fn text(&self, column: Column) -> &str {
        match column {
            Column::Field(Field::License) => &self.license,
            Column::Field(Field::Performance) => &self.performance,
            Column::Field(Field::Template) => &self.template,
            Column::Field(Field::Dataset) => &self.dataset,
            Column::Field(Field::Dependency) => &self.dependency,
            Column::RealOperation => &self.real_operation,
            Column::RealBase => &self.real_base,
            Column::Note => &self.note,
        }
    }
}

type Page = Result<Response, Failure>;
type Asked = State<Arc<App>>;

pub(super) async fn start(State(app): Asked) -> Page {
    let sheets = sheets(&app).await?;
    let open = match are_complete(&sheets) {
        true => {
            Some(disputes(&sheets, &third(&app).await?)?.iter().filter(|dispute| dispute.is_open()).count())
        }
        false => None,
    };
    Ok(html(&pages::start(&sheets, open)))
}

pub(super) async fn resume(State(app): Asked, Path(name): Path<String>) -> Page {
    let annotator = known(&app, &name).await?;
    let sheet = read(&app, Who::Annotator(annotator.clone())).await?;
    Ok(match next_open(&sheet, 0) {
        Some(at) => Redirect::to(&form_of(&annotator, at)).into_response(),
        None => Redirect::to("/audit").into_response(),
    })
}

pub(super) async fn show(State(app): Asked, Path((name, number)): Path<(String, String)>) -> Page {
    let annotator = known(&app, &name).await?;
    let sheet = read(&app, Who::Annotator(annotator.clone())).await?;
    let at = place(&number, sheet.rows.len())?;
    Ok(html(&pages::form(&annotator, &sheet, at, &app.guard.token)))
}

pub(super) async fn save(
    State(app): Asked,
    Path((name, number)): Path<(String, String)>,
    sent: Result<Form<Sent>, FormRejection>,
) -> Page {
    let sent = ours(&app, sent)?;
    let annotator = known(&app, &name).await?;
    let who = Who::Annotator(annotator.clone());
    let sheet = read(&app, who.clone()).await?;
    let at = place(&number, sheet.rows.len())?;
    keep(&app, who.clone(), &sheet, at, &sent).await?;
    let last = sheet.rows.len() - 1;
    let to = match sent.go {
        Go::Previous => Some(at.saturating_sub(1)),
        Go::Next => Some((at + 1).min(last)),
        Go::Open => next_open(&read(&app, who).await?, at + 1),
    };
    Ok(Redirect::to(&to.map_or_else(|| "/audit".to_owned(), |at| form_of(&annotator, at))).into_response())
}

pub(super) async fn disagreements(State(app): Asked) -> Page {
    let sheets = complete(&app).await?;
    let third = third(&app).await?;
    Ok(html(&pages::disputes(&disputes(&sheets, &third)?)))
}

pub(super) async fn disagreement(State(app): Asked, Path(number): Path<String>) -> Page {
    let sheets = complete(&app).await?;
    let third = third(&app).await?;
    let disputes = disputes(&sheets, &third)?;
    let at = place(&number, disputes.len())?;
    let row = row_of(&third, &disputes[at].id)?;
    Ok(html(&pages::dispute(&disputes, at, &third, row, &sheets, &app.guard.token)))
}

pub(super) async fn decide(
    State(app): Asked,
    Path(number): Path<String>,
    sent: Result<Form<Sent>, FormRejection>,
) -> Page {
    let sent = ours(&app, sent)?;
    let sheets = complete(&app).await?;
    let sheet = third(&app).await?;
    let disputes = disputes(&sheets, &sheet)?;
    let at = place(&number, disputes.len())?;
    let row = row_of(&sheet, &disputes[at].id)?;
    keep(&app, Who::Third, &sheet, row, &sent).await?;
    let last = disputes.len() - 1;
    let open = |at: usize| disputes[at].is_open();
    let to = match sent.go {
        Go::Previous => Some(at.saturating_sub(1)),
        Go::Next => Some((at + 1).min(last)),
        Go::Open => (at + 1..=last).chain(0..at).find(|at| open(*at)),
    };
    let to =
        to.map_or_else(|| "/audit/disagreements".to_owned(), |at| format!("/audit/disagreements/{}", at + 1));
    Ok(Redirect::to(&to).into_response())
}

/// A model about which annotators differ.
struct Dispute {
    id: String,
    /// The fields they differ in, and whether each is decided.
    fields: Vec<(Field, bool)>,
}

impl Dispute {
    fn is_open(&self) -> bool {
        self.fields.iter().any(|(_, is_decided)| !is_decided)
    }
}

fn disputes(sheets: &[Annotated], third: &Sheet) -> Result<Vec<Dispute>, Failure> {
    let undecided = settle(sheets, None);
    let models = undecided.map_err(|error| WorkbookError(error.to_string()))?;
    let dispute = |model: &Model| {
        let decided = third.row(&model.row.id).map(|row| &row.answers.states);
        let disputed = model.fields.iter().filter(|(_, settled)| **settled == Settled::Disputed);
        let fields: Vec<(Field, bool)> = disputed
            .map(|(field, _)| (*field, decided.is_some_and(|states| states.contains_key(field))))
            .collect();
        (!fields.is_empty()).then(|| Dispute { id: model.row.id.clone(), fields })
    };
    Ok(models.iter().filter_map(dispute).collect())
}

/// Makes sure that a form was sent from a page of ours.
fn ours(app: &App, sent: Result<Form<Sent>, FormRejection>) -> Result<Sent, Failure> {
    let Form(sent) =
        sent.map_err(|rejection| Failure { status: rejection.status(), words: rejection.body_text() })?;
    match app.guard.knows(&sent.token) {
        true => Ok(sent),
        false => Err(Failure { status: StatusCode::FORBIDDEN, words: FOREIGN.to_owned() }),
    }
}

/// Keeps what was sent about the model in a row.
async fn keep(app: &Arc<App>, who: Who, sheet: &Sheet, at: usize, sent: &Sent) -> Result<(), Failure> {
    let row = &sheet.rows[at];
    let answers = Answers::read(row.declares, |column| sent.text(column)).map_err(|error| Failure {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        words: format!("Nothing was saved: {error}."),
    })?;
    let id = row.id.clone();
    with(app, move |workbook| workbook.save(&who, &id, answers)).await
}

/// What is said where there is no workbook.
const NO_AUDIT: &str = "No audit is served here. `lineal audit sample` draws a sample into a folder; \
    `lineal serve --audit FOLDER` serves its form.";

/// Does what may wait for a disk where no other request waits for it.
async fn with<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&dyn Workbook) -> Result<T, WorkbookError> + Send + 'static,
) -> Result<T, Failure> {
    let workbook = app.workbook.clone().ok_or_else(|| Failure::not_found(NO_AUDIT))?;
    let done = task::spawn_blocking(move || work(&*workbook)).await;
    Ok(done.map_err(|error| WorkbookError(error.to_string()))??)
}

async fn read(app: &Arc<App>, who: Who) -> Result<Sheet, Failure> {
    with(app, move |workbook| workbook.read(&who)).await
}

async fn third(app: &Arc<App>) -> Result<Sheet, Failure> {
    read(app, Who::Third).await
}

async fn sheets(app: &Arc<App>) -> Result<Vec<Annotated>, Failure> {
    let mut sheets = Vec::new();
    for annotator in with(app, |workbook| workbook.annotators()).await? {
        let sheet = read(app, Who::Annotator(annotator.clone())).await?;
        sheets.push(Annotated { name: annotator.to_string(), sheet });
    }
    Ok(sheets)
}

/// Returns the sheets once everybody has answered everything.
async fn complete(app: &Arc<App>) -> Result<Vec<Annotated>, Failure> {
    let sheets = sheets(app).await?;
    match are_complete(&sheets) {
        true => Ok(sheets),
        false => Err(Failure {
            status: StatusCode::FORBIDDEN,
            words: "Answers are compared once all annotators have answered everything.".to_owned(),
        }),
    }
}

fn are_complete(sheets: &[Annotated]) -> bool {
    sheets.len() > 1 && sheets.iter().all(|each| each.sheet.complete() == each.sheet.rows.len())
}

/// Returns the annotator of this name, if there is one; a path is never made from what was asked for.
async fn known(app: &Arc<App>, name: &str) -> Result<Annotator, Failure> {
    let annotators = with(app, |workbook| workbook.annotators()).await?;
    let known = annotators.into_iter().find(|annotator| annotator.as_str() == name);
    known.ok_or_else(|| Failure::not_found("There is no such annotator."))
}

/// Returns the place that a number, counted from 1, names.
fn place(number: &str, places: usize) -> Result<usize, Failure> {
    let place = number.parse().ok().and_then(|number: usize| number.checked_sub(1));
    place.filter(|at| *at < places).ok_or_else(|| Failure::not_found("There is no such model in the sample."))
}

/// Returns the place of a model in a sheet.
fn row_of(sheet: &Sheet, id: &str) -> Result<usize, Failure> {
    let row = sheet.rows.iter().position(|row| row.id == id);
    row.ok_or_else(|| Failure::not_found("There is no such model in the sample."))
}

/// Returns the next row that wants an answer, beginning at one, and again from the first.
fn next_open(sheet: &Sheet, from: usize) -> Option<usize> {
    let from = from.min(sheet.rows.len());
    (from..sheet.rows.len()).chain(0..from).find(|at| !sheet.rows[*at].answers.are_complete())
}

fn form_of(annotator: &Annotator, at: usize) -> String {
    format!("/audit/by/{annotator}/{}", at + 1)
}
