//! Where do large files come from?
//!
//! From another origin, the CDN. It stands for a storage with signed addresses: it knows no tokens, and refuses whoever brings
//! one along, because that token was leaked to it.

use crate::server::{
    Simulation,
    feed::Feed,
    log::{Line, Moment},
    range,
    refusal::Refusal,
    resolve::{self, put},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

pub(crate) fn routes(simulation: Arc<Simulation>) -> Router {
    Router::new().fallback(answer).with_state(simulation)
}

async fn answer(State(simulation): State<Arc<Simulation>>, request: Request) -> Response {
    let authorized = request.headers().contains_key(header::AUTHORIZATION);
    let response = match authorized {
        true => Err(Refusal::BadRequest("Only one auth mechanism allowed".to_owned())),
        false => file(&*simulation.world().feed, request.uri().path(), request.headers()),
    };
    let response = response.unwrap_or_else(Refusal::into_response);
    if let Some(log) = &simulation.log {
        let size = axum::body::HttpBody::size_hint(response.body()).exact().unwrap_or(0);
        log.add(&Line {
            time: Moment::now(),
            origin: "cdn",
            method: request.method().as_str(),
            path: request.uri().path(),
            status: response.status().as_u16(),
            bytes: if request.method() == Method::HEAD { 0 } else { size as usize },
            authorized,
            fault: None,
        });
    }
    response
}

fn file(feed: &dyn Feed, path: &str, headers: &HeaderMap) -> Result<Response, Refusal> {
    let (id, commit, path) = resolve::parse_stored(path.trim_start_matches('/')).ok_or(Refusal::NoPage)?;
    // An address stays good while its repository is there, whatever that is called by now.
    let place = feed.find(&id).filter(|&place| feed.is_listed(place)).ok_or(Refusal::NoPage)?;
    let repository = feed.repository(place);
    let commit = repository.find_revision(&commit)?;
    let file = resolve::find(&repository, commit, &path).ok_or(Refusal::NoPage)?;
    let mut response = range::answer(headers, &file.bytes)?;
    put(&mut response, header::CONTENT_TYPE, "application/octet-stream");
    // Not the hash that the hub knows the file by.
    put(&mut response, header::ETAG, &format!("\"{}\"", file.xet_hash()));
    Ok(response)
}
