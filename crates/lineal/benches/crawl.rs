//! How much slower than merely reading a hub's pages is a crawl, and how much memory does it take?
//!
//! `cargo bench --workspace --bench crawl -- 3100000` serves a simulated hub of so many models
//! without a limit, reads all its pages with a client that does nothing with them, and crawls it
//! twice: into nothing, and a week later as changes. Both run beside the server on the same cores.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const LINEAL: &str = env!("CARGO_BIN_EXE_lineal");
/// The fields that a crawl asks for.
const FIELDS: &str = "baseModels cardData config createdAt disabled downloads downloadsAllTime gated gguf \
                      lastModified library_name likes pipeline_tag private safetensors sha tags";

fn main() -> Result<()> {
    let models = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(300_000u64);
    let mut hub = serve(models)?;
    let measured = measure(&hub.1, models);
    hub.0.kill()?;
    hub.0.wait()?;
    measured
}

/// Starts a simulated hub; returns where it listens.
fn serve(models: u64) -> Result<(Child, String)> {
    let mut child = Command::new(LINEAL)
        .args(["hubsim", "serve", "--listen", "127.0.0.1:0", "--weeks", "1", "--models", &models.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim_end().rsplit_once("http://").ok_or("no address")?.1.to_owned();
    Ok((child, address))
}

fn measure(hub: &str, models: u64) -> Result<()> {
    let (pages, bytes, bare) = read_pages(hub)?;
    println!("{models} models, {pages} pages, {} MB", bytes / 1_000_000);
    println!("{:<28} {:>7.1} s", "a client that only reads", bare.as_secs_f64());
    let folder = tempfile::tempdir()?;
    for (what, date) in [("crawl", "2026-11-15"), ("crawl, a week later", "2026-11-22")] {
        let start = Instant::now();
        let mut child = Command::new(LINEAL)
            .current_dir(folder.path())
            .args([
                "--data",
                "data",
                "crawl",
                "--anonymous",
                "--date",
                date,
                "--hub",
                &format!("http://{hub}"),
            ])
            .stdout(Stdio::null())
            .spawn()?;
        let peak = peak(&mut child)?;
        let took = start.elapsed();
        let ratio = took.as_secs_f64() / bare.as_secs_f64();
        println!("{what:<28} {:>7.1} s   {ratio:>4.1} times   {peak} MB at most", took.as_secs_f64());
    }
    Ok(())
}

/// Waits for a process, and returns the most memory it was seen to use, in MB.
fn peak(child: &mut Child) -> Result<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        most = most.max(kib.unwrap_or(0) / 1000);
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(most) } else { Err(format!("it ended with {status}").into()) };
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Reads all pages over one connection and does nothing with them.
fn read_pages(hub: &str) -> Result<(u64, u64, Duration)> {
    let start = Instant::now();
    let mut stream = TcpStream::connect(hub)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(1 << 20, stream.try_clone()?);
    let fields: String = FIELDS.split_whitespace().map(|field| format!("&expand[]={field}")).collect();
    let mut next = Some(format!("/api/models?limit=1000&sort=createdAt&direction=1{fields}"));
    let (mut pages, mut bytes, mut body) = (0, 0, Vec::new());
    while let Some(path) = next {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {hub}\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let (mut length, mut line) = (0, String::new());
        next = None;
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                if line.trim_end().is_empty() { break } else { continue }
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse()?,
                "link" => {
                    let address = value.split(['<', '>']).nth(1).ok_or("a link without address")?;
                    next = address.split_once(hub).map(|(_, path)| path.to_owned());
                }
                _ => {}
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        pages += 1;
        bytes += length as u64;
    }
    Ok((pages, bytes, start.elapsed()))
}
