//! How is somebody's own service told, without being led where nobody meant to go?
//!
//! A webhook's address may come from a configuration that others write, and its name may lead
//! anywhere. So it is resolved here, every address that it has must be a public one, and the
//! connection goes to one of exactly those addresses: a name that means something else a moment
//! later changes nothing. Redirects are not followed, proxies not used, and what is answered is
//! not read.
//!
//! A call is signed: `X-Lineal-Signature: t=<seconds since 1970>,v1=<hex>`, where `v1` is the
//! HMAC-SHA256, under the shared secret, of the digits of `t`, a full stop, and the body. Whoever
//! receives it computes the same and refuses what is old.

mod address;

pub use address::is_public;

use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
};
use ring::hmac;
use std::{
    error::Error,
    fmt, future, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{net, time};
use url::{Host, Url};

/// The header with the time and the signature.
pub const SIGNATURE: &str = "x-lineal-signature";

/// Where to call, and how patiently.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub url: WebhookUrl,
    pub secret: Secret,
    /// Whether addresses of this machine and of private networks may be called.
    pub allow_private: bool,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// How often a call that fails is tried again.
    pub retries: u32,
    /// How long to wait before trying again; twice as long each time.
    pub pause: Duration,
}

/// What caller and called know and nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty")]
pub struct EmptySecret;

impl Secret {
    /// Takes a secret; white space around it, as an editor leaves it, is no part of it.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn new(text: &str) -> Result<Secret, EmptySecret> {
        match text.trim() {
            "" => Err(EmptySecret),
            text => Ok(Secret(text.as_bytes().into())),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// An address that can be called. Its path may hold a secret, so only its origin is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the address of a webhook: expected `https://host/path`, without a password")]
pub struct InvalidWebhookUrl;

impl std::str::FromStr for WebhookUrl {
    type Err = InvalidWebhookUrl;

    fn from_str(text: &str) -> Result<WebhookUrl, InvalidWebhookUrl> {
        let url: Url = text.parse().map_err(|_| InvalidWebhookUrl)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        let has_password = !url.username().is_empty() || url.password().is_some();
        if is_web && !has_password { Ok(WebhookUrl(url)) } else { Err(InvalidWebhookUrl) }
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "WebhookUrl({self}/…)")
    }
}

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("cannot find `{host}`")]
    Resolve { host: String, source: io::Error },
    #[error("`{host}` has no address")]
    NoAddress { host: String },
    #[error("`{host}` leads to {address}, which is not a public address")]
    Private { host: String, address: IpAddr },
    #[error("cannot make connections")]
    Setup(#[source] reqwest::Error),
    #[error("gave up on `{host}` after {attempts} attempt{}", if *.attempts == 1 { "" } else { "s" })]
    GaveUp { host: String, attempts: u32, source: Trouble },
    #[error("`{host}` refuses the call ({status})")]
    Refused { host: String, status: u16 },
    #[error("`{host}` sends us elsewhere ({status}), and redirects are not followed")]
    Redirect { host: String, status: u16 },
}

/// Why an attempt failed that may succeed next time.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("no connection: {0}")]
    Network(String),
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    #[error("it answered {0}")]
    Status(u16),
}

/// What became of one attempt.
enum Attempt {
    Done,
    Failed(Trouble),
    Ended(WebhookError),
}

/// Calls a webhook with a JSON body, until it answers that all is well. `now` tells the seconds
/// since 1970.
///
/// # Errors
/// When it must not be called, refuses, or fails for longer than we try.
pub async fn call(webhook: &Webhook, body: &[u8], now: impl Fn() -> i64) -> Result<(), WebhookError> {
    let host = webhook.url.to_string();
    let client = client(webhook, addresses(webhook).await?)?;
    let mut attempt = 0;
    loop {
        let trouble = match send(&client, webhook, body, now()).await {
            Attempt::Done => return Ok(()),
            Attempt::Ended(error) => return Err(error),
            Attempt::Failed(trouble) => trouble,
        };
        if attempt == webhook.retries {
            return Err(WebhookError::GaveUp { host, attempts: attempt + 1, source: trouble });
        }
        time::sleep(webhook.pause.saturating_mul(1 << attempt.min(6))).await;
        attempt += 1;
    }
}

/// Makes sure that a webhook may be called, without calling it.
///
/// # Errors
/// When its host cannot be found, or leads where nobody must be called.
pub async fn check(webhook: &Webhook) -> Result<(), WebhookError> {
    addresses(webhook).await.map(drop)
}

/// Resolves the host, and makes sure that every address it has may be called.
async fn addresses(webhook: &Webhook) -> Result<Vec<SocketAddr>, WebhookError> {
    let WebhookUrl(url) = &webhook.url;
    let host = webhook.url.to_string();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let silent = || WebhookError::Resolve {
                host: host.clone(),
                source: io::Error::from(io::ErrorKind::TimedOut),
            };
            let found = time::timeout(webhook.timeout, net::lookup_host((name, port))).await;
            let found = found.map_err(|_| silent())?;
            found.map_err(|source| WebhookError::Resolve { host: host.clone(), source })?.collect()
        }
        None => Vec::new(),
    };
    if addresses.is_empty() {
        return Err(WebhookError::NoAddress { host });
    }
    // One private address among public ones is how a service inside is reached from outside.
    match addresses.iter().find(|address| !webhook.allow_private && !is_public(address.ip())) {
        Some(address) => Err(WebhookError::Private { host, address: address.ip() }),
        None => Ok(addresses),
    }
}

/// Makes a client that connects to these addresses only, whatever the name means by then.
fn client(webhook: &Webhook, addresses: Vec<SocketAddr>) -> Result<reqwest::Client, WebhookError> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("lineal/", env!("CARGO_PKG_VERSION"), "; +", env!("CARGO_PKG_REPOSITORY")))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(webhook.timeout)
        .dns_resolver(Arc::new(Checked(addresses)));
    builder.build().map_err(WebhookError::Setup)
}

/// Answers for any name with the addresses that were checked, and asks nobody.
struct Checked(Vec<SocketAddr>);

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(future::ready(Ok(addresses)))
    }
}

async fn send(client: &reqwest::Client, webhook: &Webhook, body: &[u8], now: i64) -> Attempt {
    let request = client
        .post(webhook.url.0.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(SIGNATURE, signature(&webhook.secret, body, now))
        .body(body.to_vec());
    // The status says all that we want to know; the body is dropped unread.
    let status = match time::timeout(webhook.timeout, request.send()).await {
        Ok(Ok(response)) => response.status(),
        Ok(Err(error)) => return Attempt::Failed(Trouble::Network(innermost(error))),
        Err(_) => return Attempt::Failed(Trouble::Silent(webhook.timeout)),
    };
    let (host, number) = (webhook.url.to_string(), status.as_u16());
    let may_pass = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        );
    match status {
        status if status.is_success() => Attempt::Done,
        status if status.is_redirection() => Attempt::Ended(WebhookError::Redirect { host, status: number }),
        _ if may_pass => Attempt::Failed(Trouble::Status(number)),
        _ => Attempt::Ended(WebhookError::Refused { host, status: number }),
    }
}

/// Returns the value of the header [`SIGNATURE`].
pub fn signature(Secret(secret): &Secret, body: &[u8], now: i64) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(format!("{now}.").as_bytes());
    context.update(body);
    let digits: String = context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now},v1={digits}")
}

/// What a library says at the bottom of its errors, without the address.
fn innermost(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
