//! What if the same is asked again?
//!
//! A view never changes, so an answer about it can be sent again as it is. Answers with an entity tag are
//! kept, the latest ones, within a bound; whoever asks the same as somebody before costs a look-up. What an
//! answer depends on is its key: the view, which of its slow answers are there, the address, and what a client
//! says of the host and of encodings.

use super::{App, log::Route};
use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

/// All kept answers together are at most twice as large, in bytes.
const GENERATION: usize = 16 << 20;
/// Larger answers are not kept.
const LARGEST: usize = 256 << 10;

/// An answer as it was sent.
struct Answer {
    headers: HeaderMap,
    body: Bytes,
    route: Option<Route>,
}

/// The answers that were asked for last. They come into the younger generation; when that is full it
/// becomes the older one, whose answers are forgotten unless somebody asked for them meanwhile.
#[derive(Default)]
pub struct Kept(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<String, Arc<Answer>>,
    old: HashMap<String, Arc<Answer>>,
    /// The size of the younger one.
    bytes: usize,
}

impl Kept {
    fn find(&self, key: &str) -> Option<Arc<Answer>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = generations.young.get(key) {
            return Some(Arc::clone(answer));
        }
        let (key, answer) = generations.old.remove_entry(key)?;
        generations.add(key, Arc::clone(&answer));
        Some(answer)
    }

    fn keep(&self, key: String, answer: Answer) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(key, Arc::new(answer));
    }
}

impl Generations {
    fn add(&mut self, key: String, answer: Arc<Answer>) {
        self.bytes += key.len() + answer.body.len();
        self.young.insert(key, answer);
        if self.bytes > GENERATION {
            self.old = mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

/// Sends what was sent before, if the same is asked; else lets it be answered, and keeps the answer.
pub async fn again(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(key) = key(&app, &request) else { return next.run(request).await };
    if let Some(answer) = app.kept.find(&key) {
        return answer.sent();
    }
    let response = next.run(request).await;
    let size = response.body().size_hint().exact();
    let is_kept = response.status() == StatusCode::OK
        && response.headers().contains_key(header::ETAG)
        && size.is_some_and(|size| size <= LARGEST as u64);
    if !is_kept {
        return response;
    }
    let (parts, body) = response.into_parts();
    // It is there as a whole, so nobody waits, and nothing can go wrong on the way.
    let body = to_bytes(body, LARGEST).await.unwrap_or_default();
    let route = parts.extensions.get::<Route>().copied();
    app.kept.keep(key, Answer { headers: parts.headers.clone(), body: body.clone(), route });
    Response::from_parts(parts, Body::from(body))
}

impl Answer {
    fn sent(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.headers_mut() = self.headers.clone();
        if let Some(route) = self.route {
            response.extensions_mut().insert(route);
        }
        response
    }
}

/// Returns all that an answer can depend on; `None` if it must not be kept: it is no page, another site asks, or
/// whoever asks has one already.
fn key(app: &App, request: &Request) -> Option<String> {
    let headers = request.headers();
    let is_other = [header::ORIGIN, header::IF_NONE_MATCH].iter().any(|name| headers.contains_key(name));
    if *request.method() != Method::GET || is_other {
        return None;
    }
    let view = app.explorer()?;
    let ready = view.answers.standing().map(|(_, is_there)| if is_there { '1' } else { '0' });
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (host, encodings) = (said(header::HOST), said(header::ACCEPT_ENCODING));
    let ready: String = ready.into_iter().collect();
    Some(format!("{}\n{ready}\n{host}\n{encodings}\n{}", view.id, request.uri()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(size: usize) -> Answer {
        Answer { headers: HeaderMap::new(), body: Bytes::from(vec![b'x'; size]), route: None }
    }

    #[test]
    fn the_answers_asked_for_last_are_kept_within_a_bound() {
        let kept = Kept::default();
        kept.keep("asked again and again".to_owned(), answer(10));
        for number in 0..1_000 {
            kept.keep(format!("once {number}"), answer(LARGEST));
            assert!(kept.find("asked again and again").is_some(), "{number}");
        }
        assert!(kept.find("once 999").is_some() && kept.find("once 1").is_none());
        let generations = kept.0.into_inner().expect("nobody else");
        let sizes =
            generations.young.values().chain(generations.old.values()).map(|answer| answer.body.len());
        assert!(sizes.sum::<usize>() <= 2 * (GENERATION + LARGEST + 1_000));
    }
}
