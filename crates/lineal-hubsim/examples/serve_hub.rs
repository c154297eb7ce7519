//! Serves a simulated hub, for benchmarks that should not wait for the binary to be built.
//!
//! `cargo run --release -p lineal-hubsim --example serve_hub -- MODELS SEED ADDRESS`

use lineal_core::date::SnapshotDate;
use lineal_hubsim::{
    Options,
    server::{Server, Settings},
};
use std::{env, error::Error, io::Write};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [models, seed, address] = &arguments[..] else { return Err("expected MODELS SEED ADDRESS".into()) };
    let first = SnapshotDate::new(2026, 10, 5).ok_or("no such day")?;
    let options = Options::new(seed.parse()?, models.parse()?, 1, first);
    tokio::runtime::Runtime::new()?.block_on(async {
        let server = Server::bind(address.parse()?, Settings::new(options)).await?;
        writeln!(std::io::stdout(), "serving {} models on http://{}", server.models(), server.address())?;
        Ok(server.run().await?)
    })
}
