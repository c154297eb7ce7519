//! Which pages explain a snapshot? The table of contents.
//!
//! A page is a function of one [`Visit`]: the view that is looked at, and what was asked of it. It computes
//! its tables, and the visit sends the page, or one of the tables alone. Nothing here walks over all models:
//! what takes that is in the view already.

mod about;
mod address;
mod assets;
mod clusters;
mod compare;
mod derived;
mod frame;
mod home;
mod model;
mod named;
mod place;
mod report;
mod search;
mod table;
#[cfg(test)]
mod tests;
mod top;
mod visit;
mod week;

use super::App;
use axum::{Router, routing::get};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::show))
        .route("/search", get(search::show))
        .route("/models", get(model::show))
        .route("/models/{owner}", get(model::show))
        .route("/models/{owner}/{name}", get(model::show))
        .route("/models/{owner}/{name}/derived", get(derived::show))
        .route("/derived", get(derived::show))
        .route("/clusters", get(clusters::list))
        .route("/clusters/{owner}", get(clusters::show))
        .route("/clusters/{owner}/{name}", get(clusters::show))
        .route("/compare", get(compare::show))
        .route("/week", get(week::show))
        .route("/top", get(top::show))
        .route("/report", get(report::first))
        .route("/report/{*file}", get(report::show))
        .route("/about", get(about::show))
        .route("/explorer.css", get(assets::style))
        .route("/explorer.js", get(assets::script))
}
