//! What does a browser get that asks this machine?
//!
//! Pages for the people at this machine, so far the form of an audit. They need no script and nothing
//! from elsewhere. Whoever serves them gives a [`audit::Workbook`], which reads and writes; nothing
//! here touches a file.

pub mod audit;

mod assets;
mod guard;
mod page;
mod pages;
mod router;
pub mod view;

use audit::Workbook;
use guard::Guard;
use std::{io, net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

/// Where to listen, and for whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Port 0 is any free one.
    pub listen: SocketAddr,
    /// Names of this machine that a browser may ask for, beside those of the loopback address.
    pub hosts: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the system gives no random numbers, without which other sites could send forms")]
    Chance,
}

/// Pages that are ready to be served.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
}

/// What all requests share.
struct App {
    guard: Guard,
    workbook: Arc<dyn Workbook>,
    explorer: Option<Arc<view::Current>>,
}

impl App {
    /// Returns the view that is looked at now; `None` if no snapshot is served.
    fn explorer(&self) -> Option<Arc<view::View>> {
        self.explorer.as_ref().map(|current| current.get())
    }
}

impl Server {
    /// Listens, without answering yet.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn bind(settings: &Settings, workbook: Arc<dyn Workbook>) -> Result<Server, StartError> {
        let listen = |source| StartError::Listen { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let guard = Guard::new(address, &settings.hosts).ok_or(StartError::Chance)?;
        Ok(Server { listener, address, app: App { guard, workbook, explorer: None } })
    }

    /// Serves the pages of a snapshot, too.
    #[must_use]
    pub fn exploring(mut self, current: Arc<view::Current>) -> Server {
        self.app.explorer = Some(current);
        self
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is dropped.
    ///
    /// # Errors
    /// When the system lets it listen no longer.
    pub async fn run(self) -> io::Result<()> {
        axum::serve(self.listener, router::router(Arc::new(self.app))).await
    }
}
