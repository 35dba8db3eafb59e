//! A proxy in front of an agenda server that can lose the answer of a write or the
//! write itself, keep a write and deliver it later, and hold a request back until
//! a test lets it go.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

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
    /// The same, and the request is kept: see [`Proxy::deliver`].
    Keep = 3,
}

/// A proxy with one fault at most, which it uses up.
pub struct Proxy {
    /// Where plugins reach it.
    pub address: SocketAddr,
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    fault: AtomicU8,
    used: AtomicUsize,
    counts: Mutex<BTreeMap<String, usize>>,
    hold: Mutex<Option<(Vec<&'static str>, Arc<Gate>)>>,
    kept: Mutex<Vec<Vec<u8>>>,
}

/// Where a request is held.
#[derive(Default)]
pub struct Gate {
    reached: Notify,
    opened: Notify,
}

impl Gate {
    /// Ends when a request stands before it.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets the request go on.
    pub fn open(&self) {
        self.opened.notify_one();
    }
}

impl Proxy {
    /// Opens a proxy before a port of the loopback interface.
    pub async fn before(port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::<Shared>::default();
        let carrying = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, port, Arc::clone(&carrying)));
            }
        });
        Ok(Self { address, port, shared })
    }

    /// What happens to the next `PUT`.
    pub fn set(&self, fault: Fault) {
        self.shared.fault.store(fault as u8, Ordering::SeqCst);
    }

    /// How many faults were used up.
    pub fn used(&self) -> usize {
        self.shared.used.load(Ordering::SeqCst)
    }

    /// How many requests of a method came, those that were lost included.
    pub fn count(&self, method: &str) -> usize {
        lock(&self.shared.counts).get(method).copied().unwrap_or(0)
    }

    /// Holds the last request of the next ones that have these methods in this
    /// order, before anything of it is forwarded; others may come in between.
    pub fn hold(&self, methods: &[&'static str]) -> Arc<Gate> {
        let gate = Arc::<Gate>::default();
        *lock(&self.shared.hold) = Some((methods.iter().rev().copied().collect(), Arc::clone(&gate)));
        gate
    }

    /// Sends what was kept to the server, as a network does that took its time;
    /// the statuses of the answers.
    pub async fn deliver(&self) -> anyhow::Result<Vec<u16>> {
        let kept = std::mem::take(&mut *lock(&self.shared.kept));
        let mut statuses = Vec::new();
        for request in kept {
            let mut server = TcpStream::connect(("127.0.0.1", self.port)).await?;
            server.write_all(&request).await?;
            let mut answer = vec![0; 4096];
            let read = server.read(&mut answer).await?;
            let text = String::from_utf8_lossy(&answer[..read]).into_owned();
            statuses.push(text.split(' ').nth(1).context("an answer has a status")?.parse()?);
        }
        Ok(statuses)
    }

    /// Where plugins reach it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Shared {
    /// The gate at which a request of this method stands, if it is held.
    fn gate(&self, method: &str) -> Option<Arc<Gate>> {
        *lock(&self.counts).entry(method.to_owned()).or_default() += 1;
        let mut hold = lock(&self.hold);
        let (methods, _) = hold.as_mut()?;
        methods.pop_if(|next| *next == method)?;
        if methods.is_empty() { hold.take().map(|(_, gate)| gate) } else { None }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The method of a request that begins here.
fn method(bytes: &[u8]) -> Option<&str> {
    let line = bytes.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok().filter(|line| line.ends_with(" HTTP/1.1"))?;
    line.split(' ').next()
}

/// Whether these bytes are a whole request.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    request.len() >= end + 4 + length.unwrap_or(0)
}

async fn carry(client: TcpStream, port: u16, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let dropping = AtomicU8::new(0);
    let there = async {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            let method = method(&buffer[..read]).map(str::to_owned);
            if let Some(gate) = method.as_deref().and_then(|method| shared.gate(method)) {
                gate.reached.notify_one();
                gate.opened.notified().await;
            }
            if method.as_deref() == Some("PUT") {
                let fault = shared.fault.swap(Fault::None as u8, Ordering::SeqCst);
                if fault != Fault::None as u8 {
                    shared.used.fetch_add(1, Ordering::SeqCst);
                }
                if fault == Fault::Keep as u8 {
                    let mut request = buffer[..read].to_vec();
                    while !is_whole(&request) {
                        let Ok(more @ 1..) = from_client.read(&mut buffer).await else { return };
                        request.extend_from_slice(&buffer[..more]);
                    }
                    lock(&shared.kept).push(request);
                    return;
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
