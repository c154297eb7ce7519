//! A server of a made-up hub on a socket of its own, and a client that sends exactly what it is told.

use lineal_web::serve::{
    Content, Explorer, Server, Settings,
    testing::Hub,
    view::{Current, Sql, SqlAnswer, SqlFailure},
};
use std::{
    future::Future,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::oneshot;

/// A server that runs until it is dropped.
pub struct Served {
    pub address: SocketAddr,
    pub hub: Hub,
    pub explorer: Arc<Explorer>,
    /// How often somebody asked for a newer snapshot.
    pub reloads: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Tells the server to stop.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has ended.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ended well");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Answers queries that begin with `SELECT`; those that say so are slow.
struct Echo;

impl Sql for Echo {
    fn query<'a>(
        &'a self,
        query: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<SqlAnswer, SqlFailure>> + Send + 'a>> {
        Box::pin(async move {
            if query.contains("slowly") {
                tokio::time::sleep(Duration::from_millis(600)).await;
            }
            match query.starts_with("SELECT") {
                true => Ok(SqlAnswer {
                    columns: vec!["query".to_owned()],
                    rows: vec![vec![query.into()]],
                    truncated: false,
                }),
                false => Err(SqlFailure::Refused("only SELECT is understood here".to_owned())),
            }
        })
    }
}

/// Serves a made-up hub on a free port.
pub fn serve(hub: Hub, settings: Settings) -> Served {
    let current = Current::new(Arc::new(hub.view("first")));
    let explorer = Arc::new(Explorer { current, sql: Some(Arc::new(Echo)) });
    let reloads = Arc::new(AtomicUsize::new(0));
    let reload = {
        let reloads = Arc::clone(&reloads);
        move || {
            reloads.fetch_add(1, Ordering::SeqCst);
        }
    };
    let content =
        Content { workbook: None, explorer: Some(Arc::clone(&explorer)), reload: Some(Arc::new(reload)) };
    let settings = Settings { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..settings };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::bind(&settings, content)).expect("a free port");
    let address = server.address();
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        runtime.block_on(server.run(async {
            let _ = stopped.await;
        }));
    });
    Served { address, hub, explorer, reloads, stop: Some(stop), thread: Some(thread) }
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub fn get(address: SocketAddr, path: &str) -> Reply {
    ask(address, "GET", path, &[], "")
}

/// Sends a request, with the right host unless another is given, and reads until the server closes.
pub fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    // A server that refuses what is too large does not read it to the end.
    let _ = stream.write_all(request.as_bytes());
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(reply.len());
    let head = String::from_utf8_lossy(&reply[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Reply { status, head, body: reply[(end + 4).min(reply.len())..].to_vec() }
}
