//! Who may ask, and what may a page do?
//!
//! Every site that somebody visits can make their browser ask this machine. So a request must name
//! this machine as its host, which a site whose name was turned to it does not (DNS rebinding); and
//! what changes something must come from a page of ours, by what the browser says of its origin and
//! by a token that only our pages know. Pages load nothing from elsewhere and run no script but ours.

use super::{
    App,
    page::{Failure, failed},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use ring::rand::{SecureRandom, SystemRandom};
use std::{net::SocketAddr, sync::Arc};

pub struct Guard {
    /// What a request may call this machine, with the port, in lower case.
    hosts: Vec<String>,
    /// What our forms carry.
    pub token: String,
}

/// What every answer carries. The referrer policy lets a browser tell us, and only us, where a form
/// came from.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

impl Guard {
    /// Returns a guard of what listens at an address, with a token of its own; `None` if there is no
    /// chance to make one.
    pub fn new(address: SocketAddr, hosts: &[String]) -> Option<Guard> {
        let mut bytes = [0u8; 16];
        SystemRandom::new().fill(&mut bytes).ok()?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let port = address.port();
        let names = ["127.0.0.1", "localhost", "[::1]"].into_iter().chain(hosts.iter().map(String::as_str));
        let mut hosts: Vec<String> = names.map(|name| format!("{name}:{port}").to_lowercase()).collect();
        if !address.ip().is_unspecified() {
            hosts.push(address.to_string());
        }
        if port == 80 {
            // Browsers leave it out.
            let bare: Vec<String> =
                hosts.iter().map(|host| host.trim_end_matches(":80").to_owned()).collect();
            hosts.extend(bare);
        }
        Some(Guard { hosts, token })
    }

    /// Whether a form has the token, told in a time that does not depend on where it differs.
    pub fn knows(&self, token: &str) -> bool {
        let differ = |(one, other): (u8, u8)| one ^ other;
        let bytes = self.token.bytes().zip(token.bytes());
        token.len() == self.token.len() && bytes.map(differ).fold(0, |all, each| all | each) == 0
    }

    fn refusal(&self, method: &Method, headers: &HeaderMap) -> Option<Failure> {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let host = text(header::HOST).unwrap_or_default().to_lowercase();
        if !self.hosts.contains(&host) {
            return Some(Failure {
                status: StatusCode::MISDIRECTED_REQUEST,
                words: "This page is served under another name; ask for it by the address that was printed."
                    .to_owned(),
            });
        }
        if *method == Method::GET || *method == Method::HEAD {
            return None;
        }
        let site = text(HeaderName::from_static("sec-fetch-site"));
        let origin = text(header::ORIGIN);
        let is_ours = site.is_none_or(|site| site == "same-origin")
            && origin.is_none_or(|origin| origin.to_lowercase() == format!("http://{host}"));
        let refusal = || Failure { status: StatusCode::FORBIDDEN, words: FOREIGN.to_owned() };
        (!is_ours).then(refusal)
    }
}

/// What is said of a form that is not ours.
pub const FOREIGN: &str = "This form was not sent from a page of this server, or from one of an earlier run. \
    Nothing was saved; load the page anew.";

pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match app.guard.refusal(request.method(), request.headers()) {
        Some(failure) => failed(failure),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, headers: &[(&'static str, &'static str)], expected: Option<u16>) {
        let address = "127.0.0.1:8282".parse().expect("an address");
        let guard = Guard::new(address, &["lab.example".to_owned()]).expect("a token");
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let status = guard.refusal(&method, &headers).map(|failure| failure.status.as_u16());
        assert_eq!(status, expected, "{method} {headers:?}");
    }

    #[test]
    fn a_host_is_one_of_this_machines_names() {
        for host in ["127.0.0.1:8282", "localhost:8282", "LOCALHOST:8282", "[::1]:8282", "lab.example:8282"] {
            check(Method::GET, &[("host", host)], None);
        }
        for host in ["evil.example:8282", "localhost", "localhost:80", "127.0.0.1:8282.evil.example", ""] {
            check(Method::GET, &[("host", host)], Some(421));
        }
        check(Method::GET, &[], Some(421));
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        let host = ("host", "127.0.0.1:8282");
        check(Method::POST, &[host], None);
        check(
            Method::POST,
            &[host, ("origin", "http://127.0.0.1:8282"), ("sec-fetch-site", "same-origin")],
            None,
        );
        for site in ["cross-site", "same-site", "none"] {
            check(Method::POST, &[host, ("sec-fetch-site", site)], Some(403));
        }
        for origin in ["http://evil.example", "null", "http://localhost:8282", "https://127.0.0.1:8282"] {
            check(Method::POST, &[host, ("origin", origin)], Some(403));
        }
    }

    #[test]
    fn a_token_is_known_to_the_letter() {
        let guard = Guard::new("127.0.0.1:1".parse().expect("an address"), &[]).expect("a token");
        assert!(guard.knows(&guard.token.clone()));
        for token in
            ["", &guard.token[1..], &guard.token.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")]
        {
            assert!(!guard.knows(token), "{token}");
        }
    }
}
