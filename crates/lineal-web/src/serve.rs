//! What does a browser, or a program, get that asks this machine?
//!
//! Pages for people and an API for programs, about the snapshot that is looked at now, and the form of an
//! audit. They need nothing from elsewhere. Whoever serves them gives an [`Explorer`], whose view can be
//! replaced while requests run, or a [`audit::Workbook`], which reads and writes; nothing here touches a file.

pub mod audit;
pub mod log;
pub mod testing;
pub mod view;

mod api;
mod assets;
mod badge;
mod guard;
mod health;
mod kept;
mod limits;
mod metrics;
mod page;
mod pages;
mod router;

use audit::Workbook;
use axum::http::HeaderValue;
use guard::Guard;
use kept::Kept;
use limits::Limits;
use metrics::Metrics;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};
use view::{Current, Sql, View};

/// Where to listen, for whom, and how much of everything is enough.
#[derive(Clone)]
pub struct Settings {
    /// Port 0 is any free one.
    pub listen: SocketAddr,
    /// Names of this machine that a browser may ask for, beside those of the loopback address.
    pub hosts: Vec<String>,
    /// Other sites whose pages may ask the API, as `https://lab.example`; none unless told so.
    pub origins: Vec<String>,
    /// What everything that writes must present, if anything: `Authorization: Bearer …`, or as the password
    /// that a browser asks for.
    pub token: Option<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a client may take to send the head of a request, to take what it was sent, or to ask again.
    pub patience: Duration,
    /// How long requests that run may go on after the server was told to stop.
    pub grace: Duration,
    /// The longest body of a request, in bytes.
    pub largest_body: usize,
    /// The most connections at once; further ones wait.
    pub connections: usize,
    /// What is told of each request when it has been answered.
    pub log: Option<Log>,
}

/// Takes what is told of a request.
pub type Log = Arc<dyn Fn(&log::Request) + Send + Sync>;

/// Asks for a look whether there is a newer snapshot; returns at once.
pub type Reload = Arc<dyn Fn() + Send + Sync>;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 8282)),
            hosts: Vec::new(),
            origins: Vec::new(),
            token: None,
            timeout: Duration::from_secs(30),
            patience: Duration::from_secs(15),
            grace: Duration::from_secs(10),
            largest_body: 64 << 10,
            connections: 10_240,
            log: None,
        }
    }
}

/// What there is to be asked about.
#[derive(Clone, Default)]
pub struct Content {
    /// The sheets of an audit.
    pub workbook: Option<Arc<dyn Workbook>>,
    /// A snapshot.
    pub explorer: Option<Arc<Explorer>>,
    pub reload: Option<Reload>,
}

/// A snapshot to be explored.
pub struct Explorer {
    pub current: Current,
    /// Answers queries, unless that is turned off.
    pub sql: Option<Arc<dyn Sql>>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the system gives no random numbers, without which other sites could send forms")]
    Chance,
    #[error("`{}` is not an origin (expected `https://host` or `http://host:port`)", .0.escape_debug())]
    Origin(String),
}

/// Pages and an API that are ready to be served.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
    app: App,
}

/// What all requests share.
struct App {
    guard: Guard,
    workbook: Option<Arc<dyn Workbook>>,
    explorer: Option<Arc<Explorer>>,
    reload: Option<Reload>,
    metrics: Metrics,
    lanes: Lanes,
    kept: Kept,
    timeout: Duration,
    largest_body: usize,
    log: Option<Log>,
}

/// How many questions are worked on at once. Slow ones have a lane of their own, so that they do not hold up
/// the others.
struct Lanes {
    quick: Arc<Semaphore>,
    slow: Arc<Semaphore>,
}

/// Enough to keep every core busy while some of those who ask wait for memory.
const QUICK: usize = 64;

impl App {
    /// Returns the view that is looked at now; `None` if no snapshot is served.
    fn explorer(&self) -> Option<Arc<View>> {
        self.explorer.as_ref().map(|explorer| explorer.current.get())
    }
}

impl Server {
    /// Listens, without answering yet.
    ///
    /// # Errors
    /// When the address is taken, or the settings make no sense.
    pub async fn bind(settings: &Settings, content: Content) -> Result<Server, StartError> {
        let origins = settings.origins.iter().map(|origin| parse_origin(origin));
        let origins = origins.collect::<Result<Vec<HeaderValue>, StartError>>()?;
        let listen = |source| StartError::Listen { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let guard = Guard::new(address, &settings.hosts).ok_or(StartError::Chance)?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let app = App {
            guard: guard.with_password(settings.token.clone()).with_origins(origins),
            workbook: content.workbook,
            explorer: content.explorer,
            reload: content.reload,
            metrics: Metrics::default(),
            kept: Kept::default(),
            lanes: Lanes { quick: Arc::new(Semaphore::new(QUICK)), slow: Arc::new(Semaphore::new(cores)) },
            timeout: settings.timeout,
            largest_body: settings.largest_body,
            log: settings.log.clone(),
        };
        Ok(Server { listener, address, limits: Limits::of(settings), app })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is over; then takes no more requests, and ends when those that run are
    /// answered or their time of grace has passed.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let app = Arc::new(self.app);
        let router = router::router(Arc::clone(&app));
        limits::serve(self.listener, &router, self.limits, &app.metrics.connections, shutdown).await;
    }
}

/// Reads where pages of another site come from: a scheme and a host, and nothing else.
fn parse_origin(text: &str) -> Result<HeaderValue, StartError> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let is_origin = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte));
    let value = is_origin.then(|| HeaderValue::from_str(text).ok()).flatten();
    value.ok_or_else(|| StartError::Origin(text.chars().take(200).collect()))
}
