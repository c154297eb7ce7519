//! Who may ask, and what may a page do?
//!
//! Every site that somebody visits can make their browser ask this machine. So a request must name
//! this machine as its host, which a site whose name was turned to it does not (DNS rebinding); and
//! what changes something must come from a page of ours, by what the browser says of its origin and
//! by a token that only our pages know. Pages load nothing from elsewhere and run no script but ours. Where a
//! password was set, everything that writes must present it.

use super::{
    App,
    api::{self, problem::Problem},
    page::{Failure, failed},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ring::rand::{SecureRandom, SystemRandom};
use std::{net::SocketAddr, sync::Arc};

pub struct Guard {
    /// What a request may call this machine, with the port, in lower case.
    hosts: Vec<String>,
    /// What our forms carry.
    pub token: String,
    /// What whoever writes must present, if anything.
    password: Option<String>,
    /// Other sites whose pages may ask the API.
    pub origins: Vec<HeaderValue>,
}

/// What every answer carries. The referrer policy lets a browser tell us, and only us, where a form
/// came from.
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// Which pages of other sites may show an answer, for instance as an image; a badge says another thing.
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// What watches over the server asks for these by whatever address it has.
const UNDER_ANY_NAME: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

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
        Some(Guard { hosts, token, password: None, origins: Vec::new() })
    }

    pub fn with_password(self, password: Option<String>) -> Guard {
        Guard { password, ..self }
    }

    pub fn with_origins(self, origins: Vec<HeaderValue>) -> Guard {
        Guard { origins, ..self }
    }

    /// Whether whoever writes must present a password.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Whether a form has the token.
    pub fn knows(&self, token: &str) -> bool {
        is_same(&self.token, token)
    }

    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Failure> {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let refuse = |status, words: &str| Some(Failure { status, words: words.to_owned() });
        if UNDER_ANY_NAME.contains(&path) {
            return None;
        }
        let host = text(header::HOST).unwrap_or_default().to_lowercase();
        if !self.hosts.contains(&host) {
            return refuse(
                StatusCode::MISDIRECTED_REQUEST,
                "This page is served under another name; ask for it by the address that was printed.",
            );
        }
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(method) {
            return None;
        }
        let site = text(HeaderName::from_static("sec-fetch-site"));
        let origin = text(header::ORIGIN);
        let is_ours = site.is_none_or(|site| site == "same-origin")
            && origin.is_none_or(|origin| origin.to_lowercase() == format!("http://{host}"));
        let is_invited = api::is_below(path)
            && origin.is_some_and(|origin| self.origins.iter().any(|invited| invited == origin));
        if !is_ours && !is_invited {
            return refuse(StatusCode::FORBIDDEN, FOREIGN);
        }
        let presented = || presented(text(header::AUTHORIZATION)?);
        let is_let_in = api::only_reads(path)
            || self
                .password
                .as_ref()
                .is_none_or(|password| presented().is_some_and(|given| is_same(password, &given)));
        if is_let_in { None } else { refuse(StatusCode::UNAUTHORIZED, LOCKED) }
    }
}

/// Whether a secret was told, found out in a time that does not depend on where the texts differ.
fn is_same(secret: &str, told: &str) -> bool {
    let differ = |(one, other): (u8, u8)| one ^ other;
    let bytes = secret.bytes().zip(told.bytes());
    secret.len() == told.len() && bytes.map(differ).fold(0, |all, each| all | each) == 0
}

/// Returns what was presented as a password: a program's bearer token, or what a browser asked a person for.
fn presented(authorization: &str) -> Option<String> {
    let (scheme, secret) = authorization.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(secret.trim().to_owned()),
        "basic" => {
            let pair = String::from_utf8(from_base64(secret.trim())?).ok()?;
            pair.split_once(':').map(|(_, password)| password.to_owned())
        }
        _ => None,
    }
}

/// Reads what browsers wrap a name and a password in.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for digit in text.trim_end_matches('=').bytes() {
        let value = DIGITS.iter().position(|each| *each == digit)?;
        (bits, held) = ((bits << 6 | value as u32) & 0xFFFF, held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

/// What is said to whoever writes without the password.
const LOCKED: &str = "Whoever writes here must present the token that the server was started with.";

/// What is said of a form that is not ours.
pub const FOREIGN: &str = "This form was not sent from a page of this server, or from one of an earlier run. \
    Nothing was saved; load the page anew.";

pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let mut response = match app.guard.refusal(request.method(), path, request.headers()) {
        Some(failure) if api::is_below(path) => Problem::from(failure).into_response(),
        Some(failure) => failed(failure),
        None => next.run(request).await,
    };
    let is_locked = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_locked {
        for scheme in ["Bearer", "Basic realm=\"lineal\", charset=\"UTF-8\""] {
            headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
        }
    }
    headers.entry(RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    let freshness = if headers.contains_key(header::ETAG) { "no-cache" } else { "no-store" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(freshness));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard() -> Guard {
        let address = "127.0.0.1:8282".parse().expect("an address");
        Guard::new(address, &["lab.example".to_owned()]).expect("a token")
    }

    fn check(method: Method, headers: &[(&'static str, &'static str)], expected: Option<u16>) {
        check_at(&guard(), method, "/audit", headers, expected);
    }

    fn check_at(
        guard: &Guard,
        method: Method,
        path: &str,
        headers: &[(&'static str, &'static str)],
        expected: Option<u16>,
    ) {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let status = guard.refusal(&method, path, &headers).map(|failure| failure.status.as_u16());
        assert_eq!(status, expected, "{method} {path} {headers:?}");
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
        let guard = guard();
        assert!(guard.knows(&guard.token.clone()));
        for token in
            ["", &guard.token[1..], &guard.token.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")]
        {
            assert!(!guard.knows(token), "{token}");
        }
    }

    #[test]
    fn what_watches_over_the_server_may_call_it_anything() {
        for path in ["/healthz", "/readyz", "/metrics"] {
            check_at(&guard(), Method::GET, path, &[("host", "10.0.0.7:8282")], None);
        }
        check_at(&guard(), Method::GET, "/metrics/", &[("host", "10.0.0.7:8282")], Some(421));
    }

    #[test]
    fn who_writes_presents_the_password_if_there_is_one() {
        let guard = guard().with_password(Some("a b:c".to_owned()));
        let host = ("host", "localhost:8282");
        let at = |path, authorization: Option<&'static str>, expected| {
            let headers: Vec<_> = [Some(host), authorization.map(|value| ("authorization", value))]
                .into_iter()
                .flatten()
                .collect();
            check_at(&guard, Method::POST, path, &headers, expected);
        };
        for path in ["/audit/by/ada/1", "/api/v1/reload", "/anything"] {
            at(path, None, Some(401));
            for wrong in ["Bearer a b:d", "Bearer", "Basic ???", "Basic eDphIGI6", "Digest a b:c"] {
                at(path, Some(wrong), Some(401));
            }
            at(path, Some("Bearer a b:c"), None);
            at(path, Some("bearer a b:c"), None);
            at(path, Some("Basic eDphIGI6Yw=="), None);
        }
        at("/api/v1/sql", None, None);
        check_at(&guard, Method::GET, "/audit", &[host], None);
    }

    #[test]
    fn invited_sites_may_ask_the_api_and_nothing_else() {
        let guard = guard().with_origins(vec![HeaderValue::from_static("https://lab.example")]);
        let from =
            |origin| [("host", "localhost:8282"), ("origin", origin), ("sec-fetch-site", "cross-site")];
        check_at(&guard, Method::POST, "/api/v1/sql", &from("https://lab.example"), None);
        check_at(&guard, Method::POST, "/audit/by/ada/1", &from("https://lab.example"), Some(403));
        check_at(&guard, Method::POST, "/api/v1/sql", &from("https://evil.example"), Some(403));
    }
}
