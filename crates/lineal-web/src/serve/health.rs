//! Is the server alive, and can it answer?

use super::App;
use axum::{Json, extract::State};
use lineal_core::date::SnapshotDate;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
pub struct Alive {
    status: &'static str,
}

/// What can be answered now.
#[derive(Serialize)]
pub struct Ready {
    status: &'static str,
    /// The snapshot that is looked at; `None` if only an audit is served.
    snapshot: Option<SnapshotDate>,
    /// The answers that are still being worked out.
    working_on: Vec<&'static str>,
}

/// Answers as long as anything does.
pub async fn alive() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

/// Answers once there is something to look at; who listens has it already.
pub async fn ready(State(app): State<Arc<App>>) -> Json<Ready> {
    let view = app.explorer();
    let standing = view.iter().flat_map(|view| view.answers.standing());
    let working_on = standing.filter(|(_, is_there)| !is_there).map(|(answer, _)| answer).collect();
    let snapshot = view.as_ref().map(|view| view.atlas.world.snapshot);
    Json(Ready { status: "ready", snapshot, working_on })
}
