//! What does a hub answer to a request?
//!
//! One way for every request: it waits for its turn under the hub's rate limit, is sent, tried again
//! when the network or the hub fails, followed where the hub may send us, unpacked within bounds,
//! and read; only an answer that makes sense counts. The token goes to the hub's own origin and
//! nowhere else, and is blacked out of whatever comes back.

mod body;
mod link;
mod quota;
mod redirect;
mod token;

pub use quota::Standing;
pub use redirect::RedirectError;
pub use token::{InvalidToken, Token};

use body::{Body, BodyError};
use quota::{Quota, Turn};
use redirect::{HOPS, Target, is_loopback};
use reqwest::header::{self, HeaderMap, HeaderValue};
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Notify, time};
use url::Url;

/// An answer must come at least this fast, in bytes a second, once the time for its start is over.
const SLOWEST: u64 = 2048;
/// How much of what a hub says about an error is kept, in characters: a list of fields fits.
const SAID: usize = 1000;
/// How much of an address is shown, in characters.
const SHOWN: usize = 120;
/// The longest a hub may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// The largest body of an error.
const LARGEST_ERROR: usize = 1 << 20;

/// How requests are made.
#[derive(Clone, Debug)]
pub struct Options {
    pub hub: Url,
    pub token: Option<Token>,
    /// How long to wait for a connection, an answer, or its next part.
    pub timeout: Duration,
    /// How often a failed request is tried again.
    pub retries: u32,
}

/// Something that happened on the way, for whoever watches.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Answered {
        bytes: u64,
    },
    /// The rate limit is used up.
    Waiting {
        bucket: Bucket,
        time: Duration,
    },
    /// A request failed and will be tried again.
    Retrying {
        why: String,
        attempt: u32,
        time: Duration,
    },
}

/// What the Hub counts requests by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    Api,
    Resolvers,
    Pages,
}

impl Bucket {
    pub const ALL: [Bucket; 3] = [Bucket::Api, Bucket::Resolvers, Bucket::Pages];

    /// The Hub's own word.
    pub fn as_str(self) -> &'static str {
        match self {
            Bucket::Api => "api",
            Bucket::Resolvers => "resolvers",
            Bucket::Pages => "pages",
        }
    }

    /// The bucket an address is counted in.
    fn of(url: &Url) -> Bucket {
        let path = url.path();
        if path.contains("/resolve/") || path.starts_with("/api/resolve-cache/") {
            Bucket::Resolvers
        } else if path.starts_with("/api/") {
            Bucket::Api
        } else {
            Bucket::Pages
        }
    }
}

/// A successful answer.
#[derive(Debug)]
pub struct Answer {
    /// Where it came from in the end.
    pub url: Url,
    pub body: Vec<u8>,
    /// The address of the next page, as the hub gave it.
    pub next: Option<String>,
    pub requests: u32,
}

/// Why an answer counts for nothing, and may be another one next time.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("no connection: {0}")]
    Network(String),
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    #[error("the answer came too slowly to be worth waiting for")]
    Slow,
    #[error(transparent)]
    Broken(BodyError),
    #[error("the hub said {status}{}", after(": ", .said))]
    Status { status: u16, said: String },
    #[error("the answer makes no sense: {0}")]
    Nonsense(String),
}

/// What keeps a request from being answered.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("`{0}` is not the address of a hub: {1}")]
    Hub(String, &'static str),
    #[error("cannot make connections")]
    Setup(#[source] reqwest::Error),
    #[error("gave up on `{url}` after {attempts} attempt{}", if *.attempts == 1 { "" } else { "s" })]
    GaveUp { url: String, attempts: u32, source: Trouble },
    #[error("the hub refuses `{url}` ({status}{}){}", after(" ", .code), after(": ", .said))]
    Refused { url: String, status: u16, code: String, said: String },
    #[error("cannot follow the hub from `{url}`")]
    Redirect { url: String, source: RedirectError },
    #[error("cannot read `{url}`")]
    TooLarge { url: String, source: TooLarge },
    #[error("the hub asks to wait {} minutes before `{url}`", .time.as_secs() / 60)]
    TooLong { url: String, time: Duration },
}

#[derive(Debug, thiserror::Error)]
#[error("the answer is larger than {} MiB", .0 >> 20)]
pub struct TooLarge(pub usize);

fn after(mark: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{mark}{text}") }
}

impl AskError {
    /// The status, error code and words with which the hub refused, if that is what happened.
    pub fn refusal(&self) -> Option<(u16, &str, &str)> {
        match self {
            AskError::Refused { status, code, said, .. } => Some((*status, code, said)),
            _ => None,
        }
    }
}

/// Makes requests to one hub.
pub struct Client {
    http: reqwest::Client,
    options: Options,
    quotas: Mutex<[Quota; 3]>,
    /// Wakes those who wait for another's answer.
    answered: Notify,
    start: Instant,
    requests: AtomicU64,
    watch: Arc<dyn Fn(Event) + Send + Sync>,
    chance: RandomState,
}

/// What became of one attempt.
enum Attempt {
    Done(Received),
    Moved(Target),
    Failed(Trouble),
    Ended(AskError),
}

struct Received {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Client {
    /// Makes a client that tells `watch` what happens. Where others could read the token on the way,
    /// it asks without.
    ///
    /// # Errors
    /// When the hub's address is none, or the platform cannot make connections.
    pub fn new(options: Options, watch: Arc<dyn Fn(Event) + Send + Sync>) -> Result<Client, AskError> {
        let options = Options { token: options.token.filter(|_| is_private(&options.hub)), ..options };
        let hub = &options.hub;
        let no_hub = |why| AskError::Hub(shown(hub), why);
        if !matches!(hub.scheme(), "http" | "https") || hub.host().is_none() {
            return Err(no_hub("expected `https://host`"));
        }
        if !hub.username().is_empty() || hub.password().is_some() {
            return Err(no_hub("it holds a password; give a token in `HF_TOKEN` instead"));
        }
        // On one's own machine, packing costs more than it saves.
        let packing = if is_loopback(hub) { "identity" } else { "gzip" };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(packing));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("lineal/", env!("CARGO_PKG_VERSION"), "; +", env!("CARGO_PKG_REPOSITORY")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.timeout);
        if is_loopback(hub) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(AskError::Setup)?;
        Ok(Client {
            http,
            options,
            quotas: Default::default(),
            answered: Notify::new(),
            start: Instant::now(),
            requests: AtomicU64::new(0),
            watch,
            chance: RandomState::new(),
        })
    }

    pub fn hub(&self) -> &Url {
        &self.options.hub
    }

    pub fn is_anonymous(&self) -> bool {
        self.options.token.is_none()
    }

    /// How many requests were sent, those included that failed or were refused.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What the hub has said about its rate limit.
    pub fn standing(&self, bucket: Bucket) -> Option<Standing> {
        let now = self.start.elapsed();
        self.quota(bucket, |quota| quota.standing(now))
    }

    /// Decides on the address of a next page, which must be the hub's own.
    ///
    /// # Errors
    /// When it leads anywhere else.
    pub fn next(&self, answer: &Answer) -> Result<Option<Url>, AskError> {
        let Some(next) = &answer.next else { return Ok(None) };
        match redirect::target(self.hub(), &answer.url, next) {
            Ok(target) if target.is_hub => Ok(Some(target.url)),
            Ok(target) => Err(self.lost(&answer.url, RedirectError::Elsewhere(shown(&target.url)))),
            Err(source) => Err(self.lost(&answer.url, source)),
        }
    }

    fn lost(&self, url: &Url, source: RedirectError) -> AskError {
        AskError::Redirect { url: shown(url), source }
    }

    /// Asks for an address, until the answer makes sense to `read`.
    ///
    /// # Errors
    /// When the hub refuses, leads astray, or fails for longer than we try.
    pub async fn ask<T>(
        &self,
        url: Url,
        largest: usize,
        read: impl Fn(&Answer) -> Result<T, Trouble>,
    ) -> Result<(Answer, T), AskError> {
        let mut target = Target { url, is_hub: true };
        let mut requests = 0;
        let mut hops = 0;
        let mut attempt = 0;
        loop {
            requests += 1;
            let trouble = match self.attempt(&target, largest).await {
                Attempt::Ended(error) => return Err(error),
                Attempt::Moved(_) if hops == HOPS => {
                    return Err(self.lost(&target.url, RedirectError::Circle));
                }
                Attempt::Moved(next) => {
                    hops += 1;
                    target = next;
                    continue;
                }
                Attempt::Failed(trouble) => trouble,
                Attempt::Done(Received { headers, body }) => {
                    let next = text(&headers, "link").and_then(link::next).map(str::to_owned);
                    let answer = Answer { url: target.url.clone(), body, next, requests };
                    match read(&answer) {
                        Ok(read) => return Ok((answer, read)),
                        Err(trouble) => trouble,
                    }
                }
            };
            if attempt == self.options.retries {
                let url = shown(&target.url);
                return Err(AskError::GaveUp { url, attempts: attempt + 1, source: trouble });
            }
            attempt += 1;
            let time = self.backoff(attempt);
            (self.watch)(Event::Retrying { why: trouble.to_string(), attempt, time });
            time::sleep(time).await;
        }
    }

    /// How long to wait before trying again: twice as long each time, up to a minute, of which the
    /// second half is left to chance, so that many who failed together do not come back together.
    fn backoff(&self, attempt: u32) -> Duration {
        let longest =
            Duration::from_millis(500 << attempt.saturating_sub(1).min(7)).min(Duration::from_secs(60));
        let chance = self.chance.hash_one(self.start.elapsed()) as f64 / u64::MAX as f64;
        longest.mul_f64(0.5 + 0.5 * chance)
    }

    async fn attempt(&self, target: &Target, largest: usize) -> Attempt {
        let bucket = Bucket::of(&target.url);
        if let Err(time) = self.take_turn(bucket).await {
            return Attempt::Ended(AskError::TooLong { url: shown(&target.url), time });
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let sent = self.start.elapsed();
        let mut request = self.http.get(target.url.clone());
        if let Some(token) = self.options.token.as_ref().filter(|_| target.is_hub) {
            request = request.bearer_auth(token.secret());
        }
        let response = match time::timeout(self.options.timeout, request.send()).await {
            Ok(Ok(response)) => response,
            failed => {
                self.quota(bucket, Quota::unanswered);
                self.answered.notify_waiters();
                return Attempt::Failed(match failed {
                    Ok(Err(error)) => network(error),
                    _ => Trouble::Silent(self.options.timeout),
                });
            }
        };
        let status = response.status();
        let closed = self.note(bucket, sent, status.as_u16(), response.headers());
        self.answered.notify_waiters();
        if let Err(time) = closed {
            return Attempt::Ended(AskError::TooLong { url: shown(&target.url), time });
        }
        if status.is_redirection() {
            let location = text(response.headers(), "location").unwrap_or_default();
            return match redirect::target(self.hub(), &target.url, &self.blacked_out(location)) {
                Ok(target) => Attempt::Moved(target),
                Err(source) => Attempt::Ended(self.lost(&target.url, source)),
            };
        }
        let headers = response.headers().clone();
        let limit = if status.is_success() { largest } else { LARGEST_ERROR };
        let body = self.receive(response, limit).await;
        if status.is_success() {
            return match body {
                Ok(body) => Attempt::Done(Received { headers, body }),
                Err(Trouble::Broken(BodyError::TooLarge(limit))) => {
                    let source = TooLarge(limit);
                    Attempt::Ended(AskError::TooLarge { url: shown(&target.url), source })
                }
                Err(trouble) => Attempt::Failed(trouble),
            };
        }
        let body = body.unwrap_or_default();
        let (status, said) = (status.as_u16(), self.words(&headers, &body));
        // What stands before a hub refuses with a page where the hub itself would say why.
        let is_from_before = status == 403 && !headers.contains_key("x-error-code") && body.starts_with(b"<");
        if is_from_before || matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504) {
            return Attempt::Failed(Trouble::Status { status, said });
        }
        let code = tamed(&self.blacked_out(text(&headers, "x-error-code").unwrap_or_default()));
        Attempt::Ended(AskError::Refused { url: shown(&target.url), status, code, said })
    }

    /// Waits for a turn; an error is a time too long to wait.
    async fn take_turn(&self, bucket: Bucket) -> Result<(), Duration> {
        let mut told = false;
        loop {
            // Whoever is answered from here on wakes us, even before we wait.
            let answered = self.answered.notified();
            let now = self.start.elapsed();
            match self.quota(bucket, |quota| quota.take_turn(now)) {
                Turn::Now => return Ok(()),
                Turn::AfterAnswer => answered.await,
                Turn::At(moment) => {
                    let time = moment.saturating_sub(now);
                    if time > LONGEST_WAIT {
                        return Err(time);
                    }
                    if !told && time > Duration::from_millis(200) {
                        (self.watch)(Event::Waiting { bucket, time });
                        told = true;
                    }
                    // An answer under way may open the bucket sooner.
                    tokio::select! {
                        () = time::sleep(time) => {}
                        () = answered => {}
                    }
                }
            }
        }
    }

    /// Takes note of what an answer's headers say about the rate limit; an error is a time too
    /// long to wait.
    fn note(&self, bucket: Bucket, sent: Duration, status: u16, headers: &HeaderMap) -> Result<(), Duration> {
        let now = self.start.elapsed();
        let limits = text(headers, "ratelimit").unwrap_or_default();
        let mut all = quota::told(limits, text(headers, "ratelimit-policy").unwrap_or_default());
        let own = all.iter().position(|told| told.bucket == bucket.as_str());
        let told = own.or((all.len() == 1).then_some(0)).map(|at| all.swap_remove(at));
        let seconds = text(headers, "retry-after").and_then(|text| text.trim().parse::<u64>().ok());
        let come_back = seconds.filter(|_| matches!(status, 429 | 503)).map(Duration::from_secs);
        if let Some(time) = come_back.filter(|time| *time > LONGEST_WAIT) {
            self.quota(bucket, Quota::unanswered);
            return Err(time);
        }
        self.quota(bucket, |quota| match &told {
            Some(told) => quota.told(told, sent, now),
            None => quota.answered(come_back.map(|time| now + time)),
        });
        Ok(())
    }

    /// Receives a body, which must neither stop nor crawl.
    async fn receive(&self, mut response: reqwest::Response, largest: usize) -> Result<Vec<u8>, Trouble> {
        let mut body =
            Body::new(text(response.headers(), "content-encoding"), largest).map_err(Trouble::Broken)?;
        let start = Instant::now();
        loop {
            let chunk = time::timeout(self.options.timeout, response.chunk());
            let chunk = chunk.await.map_err(|_| Trouble::Silent(self.options.timeout))?.map_err(network)?;
            let Some(chunk) = chunk else { break };
            body.push(&chunk).map_err(Trouble::Broken)?;
            let allowed = self.options.timeout + Duration::from_secs(body.received / SLOWEST);
            if start.elapsed() > allowed {
                return Err(Trouble::Slow);
            }
        }
        let received = body.received;
        let mut body = body.finish().map_err(Trouble::Broken)?;
        if let Some(token) = &self.options.token {
            token.black_out(&mut body);
        }
        (self.watch)(Event::Answered { bytes: received });
        Ok(body)
    }

    /// Returns what the hub says about an error, in its own words.
    fn words(&self, headers: &HeaderMap, body: &[u8]) -> String {
        #[derive(serde::Deserialize)]
        struct Said {
            error: String,
        }
        let of_body = || match serde_json::from_slice::<Said>(body) {
            Ok(said) => said.error,
            Err(_) if body.starts_with(b"<") => String::new(),
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        let said = text(headers, "x-error-message").map_or_else(of_body, str::to_owned);
        tamed(&self.blacked_out(&said))
    }

    fn blacked_out(&self, text: &str) -> String {
        match &self.options.token {
            Some(token) => token.blacked_out(text),
            None => text.to_owned(),
        }
    }

    fn quota<T>(&self, bucket: Bucket, act: impl FnOnce(&mut Quota) -> T) -> T {
        // Whoever panicked while holding it left plain numbers behind.
        let mut quotas = self.quotas.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut quotas[bucket as usize])
    }
}

/// Whether nobody else can read what is sent to a hub: it is encrypted, or stays on this machine.
pub fn is_private(hub: &Url) -> bool {
    hub.scheme() == "https" || is_loopback(hub)
}

/// An address as it may be shown: without passwords, and not without end.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Only addresses with a host can hold a password, and then this works.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    match url.as_str().char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &url.as_str()[..end]),
        None => url.to_string(),
    }
}

/// Keeps what a stranger says short and on one line.
fn tamed(text: &str) -> String {
    let short: String = text.chars().take(SAID).collect();
    short.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn network(error: reqwest::Error) -> Trouble {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Trouble::Network(cause.to_string())
}
