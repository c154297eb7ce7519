//! How does the simulated hub answer over HTTP?
//!
//! As the Hub does: with the same shapes, pages, headers, limits and refusals. What goes wrong on
//! real hubs goes wrong here on demand. The routes are in [`Server::run`]; each is a file.

mod account;
mod address;
mod cdn;
mod client;
mod commits;
mod connection;
mod cursor;
mod detail;
mod evolution;
mod faults;
pub(crate) mod feed;
pub(crate) mod fields;
mod files;
mod limits;
mod link;
mod list;
mod log;
mod model;
mod pack;
mod query;
mod range;
mod recorded;
mod refusal;
pub(crate) mod repository;
mod resolve;
mod synthetic;
mod tags;
mod tree;
mod world;

pub use crate::server::{
    evolution::Evolution,
    faults::{Fault, InvalidPlan, Often, Plan},
    limits::{Limits, Rounding, WindowStart},
    recorded::ListingError,
};

use crate::{
    Hub, Options,
    server::{
        client::Client,
        connection::{Door, Peer},
        evolution::Clock,
        faults::Fate,
        feed::Feed,
        limits::{Bucket, Usage},
        log::{Line, Log, Moment},
        recorded::Recorded,
        refusal::Refusal,
        world::World,
    },
};
use axum::{
    Router,
    body::{self, Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use std::{
    future::IntoFuture,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::net::TcpListener;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is served, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    pub options: Options,
    /// A file with models as the list endpoint gives them, to be served instead of a synthetic hub.
    pub listing: Option<PathBuf>,
    /// The most models on a page of a list.
    pub page: usize,
    /// The tokens that are known; any other is refused.
    pub tokens: Vec<String>,
    pub limits: Limits,
    pub faults: Vec<Plan>,
    /// When weeks pass.
    pub evolution: Evolution,
    /// Whether answers are compressed for those who can unpack them.
    pub gzip: bool,
    /// Whether lists can have `baseModels`, which hubs of an older time refuse.
    pub base_models: bool,
    /// Where each request is noted.
    pub log: Option<PathBuf>,
}

impl Settings {
    /// Returns the settings for a hub that is patient and never fails.
    pub fn new(options: Options) -> Settings {
        Settings {
            options,
            listing: None,
            page: 1_000,
            tokens: Vec::new(),
            limits: Limits::default(),
            faults: Vec::new(),
            evolution: Evolution::Never,
            gzip: true,
            base_models: true,
            log: None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot write the log `{path}`")]
    Log { path: PathBuf, source: io::Error },
    #[error("cannot serve the listing `{path}`")]
    Listing { path: PathBuf, source: ListingError },
}

/// A hub that is ready to serve.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    /// The other origin, for large files.
    cdn: TcpListener,
    simulation: Arc<Simulation>,
}

/// What all requests share.
pub(crate) struct Simulation {
    pub settings: Settings,
    /// The start of all addresses at the other origin.
    pub cdn: String,
    world: RwLock<World>,
    usage: Usage,
    fate: Fate,
    clock: Clock,
    log: Option<Log>,
    requests: AtomicU64,
}

impl Server {
    /// Makes the hub and listens, without answering yet.
    pub async fn bind(address: SocketAddr, settings: Settings) -> Result<Server, StartError> {
        let listen = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let cdn = TcpListener::bind(SocketAddr::new(address.ip(), 0)).await.map_err(listen)?;
        let cdn_address = cdn.local_addr().map_err(listen)?;
        let log = match &settings.log {
            None => None,
            Some(path) => {
                let failed = |source| StartError::Log { path: path.clone(), source };
                Some(Log::create(path).map_err(failed)?)
            }
        };
        let feed: Box<dyn Feed> = match &settings.listing {
            None => Box::new(Hub::new(&settings.options)),
            Some(path) => {
                let failed = |source| StartError::Listing { path: path.clone(), source };
                Box::new(Recorded::read(path).map_err(failed)?)
            }
        };
        let simulation = Simulation {
            cdn: format!("http://{cdn_address}"),
            world: RwLock::new(World::new(feed)),
            usage: Usage::default(),
            fate: Fate::new(settings.faults.clone(), settings.options.seed),
            clock: Clock::new(settings.evolution),
            log,
            requests: AtomicU64::new(0),
            settings,
        };
        Ok(Server { listener, address, cdn, simulation: Arc::new(simulation) })
    }

    /// Returns where the hub listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many models are listed.
    pub fn models(&self) -> usize {
        self.simulation.world().feed.listed()
    }

    /// Answers until it is dropped.
    pub async fn run(self) -> io::Result<()> {
        let routes = Router::new()
            .route("/api/models", get(list::list))
            .route("/api/models/{*question}", get(model::api).post(model::api))
            .route("/api/resolve-cache/models/{*file}", get(model::cached_file))
            .route("/api/models-tags-by-type", get(tags::tags))
            .route("/api/whoami-v2", get(account::whoami))
            .fallback(get(model::file))
            .layer(middleware::from_fn_with_state(self.simulation.clone(), answer))
            .with_state(self.simulation.clone());
        let hub = axum::serve(Door(self.listener), routes.into_make_service_with_connect_info::<Peer>());
        let cdn = axum::serve(self.cdn, cdn::routes(self.simulation));
        tokio::try_join!(hub.into_future(), cdn.into_future()).map(|_| ())
    }
}

impl Simulation {
    /// Returns the models as they are now; while anybody looks at them, no week passes.
    pub fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn let_time_pass(&self) {
        for _ in 0..self.clock.weeks_due() {
            self.world.write().unwrap_or_else(PoisonError::into_inner).advance();
        }
    }
}

/// Does for every request what does not depend on what it asks for.
async fn answer(
    State(simulation): State<Arc<Simulation>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    simulation.let_time_pass();
    let method = request.method().clone();
    let path = request.uri().path_and_query().map(|path| path.to_string()).unwrap_or_default();
    let authorized = request.headers().contains_key(header::AUTHORIZATION);
    let takes_gzip = simulation.settings.gzip && pack::is_accepted(request.headers());

    let client = Client::of(request.headers(), peer.address.ip(), &simulation.settings);
    // Whoever sends an unknown token shares the quota of its address.
    let payer = client.clone().unwrap_or(Client::Anonymous(peer.address.ip()));
    let limits = &simulation.settings.limits;
    let standing = simulation.usage.count(limits, &payer, Bucket::of(request.uri().path()));
    let is_over = standing.as_ref().is_some_and(|standing| standing.is_over);
    let fault = if is_over { None } else { simulation.fate.of(&path) };
    let instead = fault.and_then(|fault| simulation.fate.instead(fault, &path));
    let is_replaced = instead.is_some();
    let response = match (instead, client) {
        (Some(response), _) => response,
        _ if is_over => Refusal::TooManyRequests.into_response(),
        (None, Err(refusal)) => refusal.into_response(),
        (None, Ok(client)) => {
            request.extensions_mut().insert(client);
            if let Some(fault) = fault.and_then(Fault::of_list) {
                request.extensions_mut().insert(fault);
            }
            next.run(request).await
        }
    };

    // A body goes wrong only where there is a right one.
    let has_body = response.status() == StatusCode::OK && method != Method::HEAD;
    let fault = fault.filter(|fault| is_replaced || has_body || fault.of_list().is_some());
    let (mut response, bytes) = finish(response, &method, fault, takes_gzip, &peer).await;
    let number = simulation.requests.fetch_add(1, Ordering::Relaxed);
    let headers = response.headers_mut();
    headers.extend(HeaderValue::from_str(&format!("Root=1-{number:016x}")).ok().map(|id| (REQUEST_ID, id)));
    // What stands in for the hub when it fails knows nothing of its limits.
    if let (Some(standing), false) = (standing, is_replaced) {
        standing.add_to(headers);
    }
    if let Some(log) = &simulation.log {
        log.add(&Line {
            time: Moment::now(),
            origin: "hub",
            method: method.as_str(),
            path: &path,
            status: response.status().as_u16(),
            bytes,
            authorized,
            fault: fault.map(Fault::as_str),
        });
    }
    response
}

/// Packs the body, or spoils it, and returns its length.
async fn finish(
    response: Response,
    method: &Method,
    fault: Option<Fault>,
    takes_gzip: bool,
    peer: &Peer,
) -> (Response, usize) {
    let (mut head, body) = response.into_parts();
    // All bodies are in memory already, so this neither waits nor fails.
    let mut bytes = body::to_bytes(body, usize::MAX).await.unwrap_or_else(|_| Bytes::new());
    if method == Method::HEAD {
        // The length is that of the body that a GET has.
        head.headers.entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(bytes.len()));
        return (Response::from_parts(head, Body::empty()), 0);
    }
    if fault == Some(Fault::ShortJson) && pack::is_json(&head.headers) {
        bytes.truncate(bytes.len() * 2 / 3);
    }
    let is_gzip = takes_gzip && pack::is_json(&head.headers) && bytes.len() > pack::WORTHWHILE;
    if is_gzip {
        bytes = pack::gzip(&bytes);
        head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        head.headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let length = bytes.len();
    let mut response = Response::from_parts(head, Body::empty());
    match fault {
        Some(fault) => faults::spoil(fault, is_gzip, bytes, peer, &mut response),
        None => *response.body_mut() = Body::from(bytes),
    }
    (response, length)
}
