//! Which pages explain a snapshot? The table of contents.
//!
//! A page is a function of one [`Visit`]: the view that is looked at, and what was asked of it. It computes
//! its tables, and the visit sends the page, or one of the tables alone. Nothing here walks over all models:
//! what takes that is in the view already.

mod about;
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

use super::{App, router::named};
use axum::{Router, routing::get};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", named("/", get(home::show)))
        .route("/search", named("/search", get(search::show)))
        .route("/models", named("/models", get(model::show)))
        .route("/models/{owner}", named("/models/{owner}", get(model::show)))
        .route("/models/{owner}/{name}", named("/models/{owner}/{name}", get(model::show)))
        .route("/models/{owner}/{name}/derived", named("/models/{owner}/{name}/derived", get(derived::show)))
        .route("/derived", named("/derived", get(derived::show)))
        .route("/clusters", named("/clusters", get(clusters::list)))
        .route("/clusters/{owner}", named("/clusters/{owner}", get(clusters::show)))
        .route("/clusters/{owner}/{name}", named("/clusters/{owner}/{name}", get(clusters::show)))
        .route("/compare", named("/compare", get(compare::show)))
        .route("/week", named("/week", get(week::show)))
        .route("/top", named("/top", get(top::show)))
        .route("/report", named("/report", get(report::first)))
        .route("/report/{*file}", named("/report/{*file}", get(report::show)))
        .route("/about", named("/about", get(about::show)))
        .route("/explorer.css", named("/explorer.css", get(assets::style)))
        .route("/explorer.js", named("/explorer.js", get(assets::script)))
        .route("/lineage.js", named("/lineage.js", get(assets::drawing_script)))
}
