//! How long may a client take, and how many may there be?
//!
//! Whoever does not finish the head of a request, does not ask again, or does not take an answer within our
//! patience is let go. Connections beyond the most that there may be wait in the system's queue. A connection
//! that waits holds a few hundred bytes and, once it has sent something, a buffer of some kilobytes.

use super::Settings;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use prometheus_client::metrics::gauge::Gauge;
use std::{
    future::Future,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{Instant, Sleep, sleep, timeout},
};

/// The longest head of a request, in bytes; a longer one is refused with status 431. An address of 64 KiB fits.
const LARGEST_HEAD: usize = 96 << 10;

/// How long to wait before accepting again when the system has no more sockets to give.
const RETRY: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    patience: Duration,
    grace: Duration,
    connections: usize,
}

impl Limits {
    pub fn of(settings: &Settings) -> Limits {
        let connections = settings.connections.clamp(1, u32::MAX as usize);
        Limits { patience: settings.patience, grace: settings.grace, connections }
    }
}

/// Answers whoever connects until `shutdown` is over, then finishes what runs.
pub async fn serve(
    listener: TcpListener,
    router: &Router,
    limits: Limits,
    open: &Gauge,
    shutdown: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopping) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            () = &mut shutdown => break,
            next = next => match next {
                Some(next) => next,
                None => break,
            },
        };
        let Ok((stream, _)) = accepted else {
            // A client that is gone already, or no sockets left: then one of those that wait may go.
            sleep(RETRY).await;
            continue;
        };
        let (router, stopping, open) = (router.clone(), stopping.clone(), open.clone());
        tokio::spawn(async move {
            open.inc();
            talk(stream, router, limits.patience, stopping).await;
            open.dec();
            drop(place);
        });
    }
    drop(listener);
    stop.send_replace(true);
    // All places are free once nobody is connected.
    let _ = timeout(limits.grace, places.acquire_many(limits.connections as u32)).await;
}

/// Answers the requests of one connection.
async fn talk(stream: TcpStream, router: Router, patience: Duration, mut stopping: watch::Receiver<bool>) {
    // Answers are written whole; waiting for more would only make them late.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Patient { stream, patience, until: None });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(LARGEST_HEAD);
    let mut connection = pin!(http.serve_connection(stream, TowerToHyperService::new(router)));
    let ended = tokio::select! {
        _ = connection.as_mut() => true,
        _ = stopping.wait_for(|stop| *stop) => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// A stream that breaks when the other side takes nothing of what it is sent for too long.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    /// Set while something waits to be taken.
    until: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// Passes on what became of an attempt to write; an error if it has been tried for too long.
    fn checked<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.until = None;
            return written;
        }
        let patience = self.patience;
        let until =
            self.until.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        ready!(until.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.checked(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.checked(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.checked(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
