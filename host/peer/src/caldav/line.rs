//! The line to the server: carries bytes, unless an outage says otherwise.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How the line misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// Writes are carried out; their answers never arrive.
    AnswersLost,
    /// Nothing answers.
    Down,
}

/// Tells what is wrong now.
type Watch = Box<dyn Fn() -> Option<Outage> + Send + Sync>;

/// A line in front of a server.
pub(super) struct Line {
    behind: SocketAddr,
    outage: Watch,
}

impl Line {
    /// Opens a local port in front of `behind`.
    pub(super) async fn open(
        behind: SocketAddr,
        outage: impl Fn() -> Option<Outage> + Send + Sync + 'static,
    ) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let line = Arc::new(Self { behind, outage: Box::new(outage) });
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let line = Arc::clone(&line);
                tokio::spawn(async move { line.carry(client).await });
            }
        });
        Ok(address)
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
                if (self.outage)() == Some(Outage::Down) {
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
                let lost = match (self.outage)() {
                    Some(Outage::Down) => true,
                    Some(Outage::AnswersLost) => writing.load(Ordering::SeqCst),
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
