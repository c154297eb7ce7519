//! How does an answer say where the next page is?

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};

/// Adds the header that names the next page as a full address.
pub(crate) fn add_next(response: &mut Response, asked: &HeaderMap, path: &str, query: &str) {
    let host = asked.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let link = format!("<http://{host}{path}?{query}>; rel=\"next\"");
    // Whatever could not stand in a header could not be asked for either.
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}
