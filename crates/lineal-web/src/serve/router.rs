//! Which pages are there? The table of contents.

use super::{App, assets, audit, guard, page, pages};
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use std::sync::Arc;

/// A form with its notes is smaller.
const LARGEST_BODY: usize = 64 << 10;

pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(pages::routes())
        .route("/audit", get(audit::start))
        .route("/audit/by/{annotator}", get(audit::resume))
        .route("/audit/by/{annotator}/{number}", get(audit::show).post(audit::save))
        .route("/audit/disagreements", get(audit::disagreements))
        .route("/audit/disagreements/{number}", get(audit::disagreement).post(audit::decide))
        .route("/style.css", get(assets::style))
        .route("/audit.js", get(assets::script))
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check))
        .with_state(app)
}
