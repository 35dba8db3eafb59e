//! Serves the demo's agendas on an address: `cargo run -p greffon-peer --example doctolib_like -- 127.0.0.1:8090`.

use std::net::SocketAddr;

use greffon_peer::doctolib_like::{Options, run};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let listen: SocketAddr = address.parse()?;
    let options = Options::default();
    eprintln!("http://{listen} for the client {} with {}", options.client_id, options.client_secret);
    run(listen, options).await?;
    Ok(())
}
