//! The line to the demo's agenda server: carries bytes, unless an outage says
//! otherwise.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use greffon_core::ports::clock::Clock as _;
use greffon_core::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::demo::clock::DemoClock;
use crate::demo::day::OutageMode;

/// A misbehaviour and when: `[from, to)` on the demo's clock.
#[derive(Clone, Copy, Debug)]
pub struct PlannedOutage {
    /// First instant.
    pub from: Instant,
    /// First instant after.
    pub to: Instant,
    /// How.
    pub mode: OutageMode,
}

/// A line with planned outages.
pub struct Line {
    behind: SocketAddr,
    outages: Vec<PlannedOutage>,
    clock: Arc<DemoClock>,
}

impl Line {
    /// Opens a local port in front of `behind`.
    pub async fn open(
        behind: SocketAddr,
        outages: Vec<PlannedOutage>,
        clock: Arc<DemoClock>,
    ) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot open a local port")?;
        let address = listener.local_addr()?;
        let line = Arc::new(Self { behind, outages, clock });
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let line = Arc::clone(&line);
                tokio::spawn(async move { line.carry(client).await });
            }
        });
        Ok(address)
    }

    fn outage(&self) -> Option<OutageMode> {
        let now = self.clock.now();
        self.outages.iter().find(|outage| outage.from <= now && now < outage.to).map(|outage| outage.mode)
    }

    /// Carries one connection. Ends both directions as soon as one ends or is
    /// cut; a cut connection is how a lost answer looks to the other side.
    async fn carry(&self, client: TcpStream) {
        let Ok(server) = TcpStream::connect(self.behind).await else { return };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let writing = AtomicBool::new(false);
        let there = async {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                if self.outage() == Some(OutageMode::Down) {
                    return;
                }
                note_method(&buffer[..read], &writing);
                if to_server.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
            }
        };
        let back = async {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
                let lost = match self.outage() {
                    Some(OutageMode::Down) => true,
                    Some(OutageMode::AnswersLost) => writing.load(Ordering::SeqCst),
                    None => false,
                };
                if lost || to_client.write_all(&buffer[..read]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = there => {}
            () = back => {}
        }
    }
}

/// Remembers whether the request that begins in this chunk writes. Requests are
/// not pipelined, so a chunk begins with a method or goes on with a body.
fn note_method(chunk: &[u8], writing: &AtomicBool) {
    const READS: [&[u8]; 4] = [b"GET ", b"PROPFIND ", b"REPORT ", b"OPTIONS "];
    const WRITES: [&[u8]; 2] = [b"PUT ", b"DELETE "];
    if WRITES.iter().any(|method| chunk.starts_with(method)) {
        writing.store(true, Ordering::SeqCst);
    } else if READS.iter().any(|method| chunk.starts_with(method)) {
        writing.store(false, Ordering::SeqCst);
    }
}
