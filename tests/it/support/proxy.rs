//! A proxy in front of an agenda server that can lose the answer of a write, or
//! the write itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to the next `PUT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Nothing: it is carried.
    None = 0,
    /// It is carried and committed; the answer is dropped.
    DropAnswer = 1,
    /// The connection is cut before anything is forwarded.
    DropRequest = 2,
}

/// A proxy with one fault at most, which it uses up.
pub struct Proxy {
    /// Where plugins reach it.
    pub address: SocketAddr,
    fault: Arc<AtomicU8>,
    used: Arc<AtomicUsize>,
}

impl Proxy {
    /// Opens a proxy before a port of the loopback interface.
    pub async fn before(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let fault = Arc::new(AtomicU8::new(Fault::None as u8));
        let used = Arc::new(AtomicUsize::new(0));
        let (shared, counter) = (Arc::clone(&fault), Arc::clone(&used));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, port, Arc::clone(&shared), Arc::clone(&counter)));
            }
        });
        Ok(Self { address, fault, used })
    }

    /// What happens to the next `PUT`.
    pub fn set(&self, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
    }

    /// How many faults were used up.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::SeqCst)
    }

    /// Where plugins reach it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn carry(client: TcpStream, port: u16, fault: Arc<AtomicU8>, used: Arc<AtomicUsize>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let dropping = AtomicU8::new(0);
    let there = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            if buffer[..read].starts_with(b"PUT ") {
                let fault = fault.swap(Fault::None as u8, Ordering::SeqCst);
                if fault != Fault::None as u8 {
                    used.fetch_add(1, Ordering::SeqCst);
                }
                if fault == Fault::DropRequest as u8 {
                    return;
                }
                dropping.store(fault, Ordering::SeqCst);
            }
            if to_server.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    };
    let back = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if dropping.load(Ordering::SeqCst) == Fault::DropAnswer as u8 {
                return;
            }
            if to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}
