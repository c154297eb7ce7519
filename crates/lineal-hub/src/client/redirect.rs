//! Where may a hub send us?
//!
//! A redirect is hostile input: it can lead to files, to services on this machine or in its network,
//! or to a stranger who would like the token. So a hub may send us about its own origin only. The
//! one exception is the public storage of the Hub itself, where its large files lie; no token goes
//! there.

use url::{Host, Url};

/// How often a hub may send us on before it is a circle.
pub const HOPS: usize = 5;

#[derive(Debug, thiserror::Error)]
pub enum RedirectError {
    #[error("it sends us to `{0}`, which is no web address")]
    NoAddress(String),
    #[error("it sends us elsewhere, to `{0}`")]
    Elsewhere(String),
    #[error("it sends us round in circles")]
    Circle,
}

/// Where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub url: Url,
    /// Whether it is the hub itself, which may have the token.
    pub is_hub: bool,
}

/// Decides on an address that a hub names in its answer to a request.
///
/// # Errors
/// When it leads anywhere we do not go.
pub fn target(hub: &Url, asked: &Url, location: &str) -> Result<Target, RedirectError> {
    let shown = || location.chars().take(200).collect::<String>().escape_debug().to_string();
    let url = asked.join(location).map_err(|_| RedirectError::NoAddress(shown()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(RedirectError::NoAddress(shown()));
    }
    if is_same_place(hub, &url) && url.username().is_empty() && url.password().is_none() {
        return Ok(Target { url, is_hub: true });
    }
    let is_hubs_storage = hub.host_str() == Some("huggingface.co")
        && url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| host.ends_with(".hf.co") || host.ends_with(".huggingface.co"));
    if is_hubs_storage {
        return Ok(Target { url, is_hub: false });
    }
    Err(RedirectError::Elsewhere(shown()))
}

/// Whether two addresses have one origin. This machine has several names.
fn is_same_place(hub: &Url, url: &Url) -> bool {
    let same_port =
        url.scheme() == hub.scheme() && url.port_or_known_default() == hub.port_or_known_default();
    url.origin() == hub.origin() || same_port && is_loopback(hub) && is_loopback(url)
}

/// Whether a hub runs on this machine.
pub(super) fn is_loopback(hub: &Url) -> bool {
    match hub.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(hub: &str, location: &str, expected: &str) {
        let hub: Url = hub.parse().expect("an address");
        let asked = hub.join("/api/models/a/b").expect("an address");
        let said = match target(&hub, &asked, location) {
            Ok(Target { url, is_hub: true }) => format!("hub {url}"),
            Ok(Target { url, is_hub: false }) => format!("storage {url}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_hub_may_send_us_about_its_own_origin() {
        check("https://hub.example", "/api/models/c/d", "hub https://hub.example/api/models/c/d");
        check("https://hub.example", "https://hub.example:443/x", "hub https://hub.example/x");
        check("http://127.0.0.1:8377", "d?e=f", "hub http://127.0.0.1:8377/api/models/a/d?e=f");
        check("http://localhost:8377", "http://127.0.0.1:8377/x", "hub http://127.0.0.1:8377/x");
    }

    #[test]
    fn the_hubs_own_storage_is_reached_without_token() {
        check("https://huggingface.co", "https://us.aws.cdn.hf.co/x", "storage https://us.aws.cdn.hf.co/x");
        check(
            "https://huggingface.co",
            "http://us.aws.cdn.hf.co/x",
            "it sends us elsewhere, to `http://us.aws.cdn.hf.co/x`",
        );
        check(
            "https://huggingface.co",
            "https://evilhf.co/x",
            "it sends us elsewhere, to `https://evilhf.co/x`",
        );
        check("https://hub.example", "https://a.hf.co/x", "it sends us elsewhere, to `https://a.hf.co/x`");
    }

    #[test]
    fn nothing_else_is_followed() {
        let hub = "https://hub.example";
        check(hub, "file:///etc/passwd", "it sends us to `file:///etc/passwd`, which is no web address");
        check(hub, "http://127.0.0.1:22/", "it sends us elsewhere, to `http://127.0.0.1:22/`");
        check(hub, "http://hub.example/", "it sends us elsewhere, to `http://hub.example/`");
        check(hub, "//stranger.example/", "it sends us elsewhere, to `//stranger.example/`");
        check(hub, "https://me:you@hub.example/", "it sends us elsewhere, to `https://me:you@hub.example/`");
        check("http://127.0.0.1:1", "http://127.0.0.1:2/", "it sends us elsewhere, to `http://127.0.0.1:2/`");
        check(hub, "http://[", "it sends us to `http://[`, which is no web address");
    }

    proptest! {
        #[test]
        fn no_address_leads_from_a_hub_to_another_origin(location in "(https?:|//|[/@:?#.a-z0-9\\\\]|hub\\.example|\\PC){0,40}") {
            let hub: Url = "https://hub.example".parse().expect("an address");
            let asked = hub.join("/api/models").expect("an address");
            if let Ok(found) = target(&hub, &asked, &location) {
                prop_assert!(found.is_hub && found.url.origin() == hub.origin());
            }
        }
    }
}
