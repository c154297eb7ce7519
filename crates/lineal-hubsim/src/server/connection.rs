//! How is a connection torn down in the middle of an answer?
//!
//! Closed the usual way, it would end in order, only too early. To be reset, as by a network that
//! fails, it must be dropped without waiting for what is on its way.

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// How long to wait when no connection can be taken, as when there are too many.
const RESPITE: Duration = Duration::from_millis(100);

/// Takes connections that can be torn down.
pub(crate) struct Door(pub TcpListener);

/// Who is at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub address: SocketAddr,
    is_torn: Arc<AtomicBool>,
}

impl Peer {
    /// Has the connection reset when it ends.
    pub fn tear(&self) {
        self.is_torn.store(true, Ordering::Relaxed);
    }
}

pub(crate) struct Connection {
    stream: TcpStream,
    is_torn: Arc<AtomicBool>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_torn.load(Ordering::Relaxed) {
            // If that fails, it ends in order, and too early all the same.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl Listener for Door {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        loop {
            if let Ok((stream, address)) = self.0.accept().await {
                let is_torn = Arc::new(AtomicBool::new(false));
                return (Connection { stream, is_torn: is_torn.clone() }, Peer { address, is_torn });
            }
            tokio::time::sleep(RESPITE).await;
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        Ok(Peer { address: self.0.local_addr()?, is_torn: Arc::default() })
    }
}

impl Connected<IncomingStream<'_, Door>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Peer {
        stream.remote_addr().clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        parts: &[IoSlice],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
