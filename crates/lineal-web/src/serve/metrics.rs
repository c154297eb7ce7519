//! What does a server count, for Prometheus to read?
//!
//! Labels have few values: the templates of routes, methods that everybody knows, statuses. Nothing that a
//! client makes up becomes a label.

use super::App;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

type Labels<const N: usize> = [(&'static str, String); N];

/// The upper ends of the histogram's buckets, in seconds: from what a lookup takes to the longest time-out.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];

/// What is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    seconds: Family<Labels<1>, Histogram>,
    running: Gauge,
    pub connections: Gauge,
    models: Gauge,
    relations: Gauge,
    taken: Gauge<f64, AtomicU64>,
    swaps: Gauge,
    ready: Family<Labels<1>, Gauge>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("lineal");
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        let mut metrics = Metrics {
            requests: Family::default(),
            seconds,
            running: Gauge::default(),
            connections: Gauge::default(),
            models: Gauge::default(),
            relations: Gauge::default(),
            taken: Gauge::default(),
            swaps: Gauge::default(),
            ready: Family::default(),
            registry: Registry::default(),
        };
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        let help = "Time until an answer began to be sent";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, metrics.seconds.clone());
        registry.register("http_requests_in_flight", "Requests being worked on", metrics.running.clone());
        registry.register("http_connections", "Open connections", metrics.connections.clone());
        registry.register("snapshot_models", "Models of the snapshot", metrics.models.clone());
        registry.register("snapshot_relations", "Relations of the snapshot", metrics.relations.clone());
        let help = "The day that the snapshot was taken, since 1970";
        registry.register_with_unit("snapshot_taken", help, Unit::Seconds, metrics.taken.clone());
        registry.register(
            "snapshot_swaps",
            "How often another snapshot was put in place",
            metrics.swaps.clone(),
        );
        registry.register(
            "answer_ready",
            "Whether an answer that takes long is there",
            metrics.ready.clone(),
        );
        metrics.registry = registry;
        metrics
    }
}

/// Counts as a request being worked on until it is dropped, be it because the client went away.
pub struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub fn begin(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    pub fn answered(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let labels = [("method", method.into()), ("route", route.into()), ("status", status.to_string())];
        self.requests.get_or_create(&labels).inc();
        self.seconds.get_or_create(&[("route", route.into())]).observe(took.as_secs_f64());
    }

    fn look_at(&self, app: &App) {
        let Some(explorer) = &app.explorer else { return };
        let view = explorer.current.get();
        let world = &view.atlas.world;
        self.models.set(world.graph.models().into());
        self.relations.set(world.graph.relations().try_into().unwrap_or(i64::MAX));
        self.taken.set(world.snapshot.midnight() as f64 / 1000.0);
        self.swaps.set(explorer.current.swaps().try_into().unwrap_or(i64::MAX));
        for (answer, is_there) in view.answers.standing() {
            self.ready.get_or_create(&[("answer", answer.into())]).set(is_there.into());
        }
    }
}

/// Answers with all counts as text.
pub async fn show(State(app): State<Arc<App>>) -> Response {
    app.metrics.look_at(&app);
    let mut text = String::new();
    match encode(&mut text, &app.metrics.registry) {
        Ok(()) => {
            let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, media)], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
