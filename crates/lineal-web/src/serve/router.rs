//! Which pages are there, and what stands around each? The table of contents.

use super::{App, api, assets, audit, guard, health, kept, log, metrics, page, pages};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
    routing::{MethodRouter, any, get},
};
use std::sync::Arc;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    timeout::TimeoutLayer,
};

/// Smaller answers fit into one packet as they are.
const SMALLEST_COMPRESSED: u64 = 1024;

pub fn router(app: Arc<App>) -> Router {
    let pages = Router::new()
        .merge(pages::routes())
        .route("/audit", named("/audit", get(audit::start)))
        .route("/audit/by/{annotator}", named("/audit/by/{annotator}", get(audit::resume)))
        .route(
            "/audit/by/{annotator}/{number}",
            named("/audit/by/{annotator}/{number}", get(audit::show).post(audit::save)),
        )
        .route("/audit/disagreements", named("/audit/disagreements", get(audit::disagreements)))
        .route(
            "/audit/disagreements/{number}",
            named("/audit/disagreements/{number}", get(audit::disagreement).post(audit::decide)),
        )
        .route("/style.css", named("/style.css", get(assets::style)))
        .route("/audit.js", named("/audit.js", get(assets::script)))
        .route("/icon.svg", named("/icon.svg", get(assets::icon)))
        .route("/healthz", named("/healthz", get(health::alive)))
        .route("/readyz", named("/readyz", get(health::ready)))
        .route("/metrics", named("/metrics", get(metrics::show)))
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::not_allowed)
        .layer(CatchPanicLayer::custom(|_| page::broken()))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, app.timeout));
    // What is asked for below `/api` is found in the API's own table.
    let below = ["/api", "/api/", "/api/{*rest}"];
    let api = below.into_iter().fold(Router::new(), |router, path| router.route(path, any(api::answer)));
    let api = api.layer(CatchPanicLayer::custom(|_| api::broken()));
    let origins = &app.guard.origins;
    let api = if origins.is_empty() { api } else { api.layer(api::invitation(origins)) };

    let worth_compressing = SizeAbove::new(SMALLEST_COMPRESSED).and(NotForContentType::IMAGES);
    pages
        .merge(api)
        .layer(DefaultBodyLimit::max(app.largest_body))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), kept::again))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_compressing))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::check))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), log::observe))
        .with_state(app)
}

/// Lets the log and the metrics know by which template an answer was found.
pub(super) fn named(template: &'static str, methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    methods.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        let mut response: Response = next.run(request).await;
        response.extensions_mut().insert(log::Route(template));
        response
    }))
}
