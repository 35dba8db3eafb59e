//! The wire between greffon and what it writes to, on which a test has things go wrong: before
//! an agenda server every request is told apart, before PostgreSQL everything that is sent in
//! one piece.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::framing::{next_request, serve};

/// More than a guest of [`super::office`] has memory for.
const FLOOD_BYTES: usize = 7 << 20;

/// What goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The host ends before the request is carried; whoever made the fault ends it.
    KillBefore,
    /// The host ends when the request was served, before it knows.
    KillAfter,
    /// The request is served, and answered with so much that the guest traps.
    Trap,
    /// The request is served; its answer comes when nobody waits for it any more.
    Deadline,
    /// The request itself comes when nobody waits for it any more.
    Slow,
    /// The connection ends before the request is carried.
    DropRequest,
    /// The request is served, and the connection ends without its answer.
    DropAnswer,
    /// The request is served, and answered with status 500.
    FailedAfter,
    /// The server wants to be left alone for a while, and does nothing.
    Busy,
    /// The connection is reset before the request is carried.
    Reset,
    /// Nothing: it waits before it is carried, until it is let go.
    PauseBefore,
    /// Nothing: it waits before it is answered, until it is let go.
    PauseAfter,
}

impl Fault {
    /// All that can happen before an agenda server.
    pub const ALL: [Self; 10] = [
        Self::KillBefore,
        Self::KillAfter,
        Self::Trap,
        Self::Deadline,
        Self::Slow,
        Self::DropRequest,
        Self::DropAnswer,
        Self::FailedAfter,
        Self::Busy,
        Self::Reset,
    ];

    /// What of it can happen before a database.
    pub const OF_A_DATABASE: [Self; 5] =
        [Self::KillBefore, Self::KillAfter, Self::DropRequest, Self::DropAnswer, Self::Reset];

    /// Whether the host is to be ended.
    pub fn kills(self) -> bool {
        matches!(self, Self::KillBefore | Self::KillAfter)
    }
}

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http,
    Postgres,
}

/// A fault that waits for its request, or has had it.
#[derive(Default)]
pub struct Armed {
    struck: Notify,
    opened: Notify,
    delivered: Notify,
}

impl Armed {
    /// Ends when the fault has its request.
    pub async fn struck(&self) {
        self.struck.notified().await;
    }

    /// Lets go on what the fault holds: nobody waits for it any more. Ends when it has arrived.
    pub async fn open(&self, fault: Fault) {
        self.opened.notify_one();
        if fault == Fault::Slow {
            self.delivered.notified().await;
        }
    }
}

/// Which request a fault waits for.
#[derive(Clone, Copy, Debug)]
enum Which {
    /// The one with this number.
    Number(u64),
    /// The next one that writes.
    Write,
}

impl Which {
    fn is(self, number: u64, method: &str) -> bool {
        match self {
            Self::Number(wanted) => wanted == number,
            Self::Write => matches!(method, "PUT" | "DELETE"),
        }
    }
}

#[derive(Default)]
struct Shared {
    seen: u64,
    next: Option<(Which, Fault, Arc<Armed>)>,
    methods: Vec<String>,
}

/// A wire to a port of the loopback interface.
#[derive(Clone)]
pub struct Wire {
    /// Where it begins.
    pub address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl Wire {
    /// A wire to an agenda server.
    pub async fn to_server(port: u16) -> anyhow::Result<Self> {
        Self::open(port, Protocol::Http).await
    }

    /// A wire to PostgreSQL.
    pub async fn to_database(port: u16) -> anyhow::Result<Self> {
        Self::open(port, Protocol::Postgres).await
    }

    async fn open(port: u16, protocol: Protocol) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let wire = Self { address: listener.local_addr()?, shared: Arc::default() };
        let carrying = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let wire = carrying.clone();
                tokio::spawn(async move {
                    // What goes wrong on a connection is what its two ends see.
                    let _ = match protocol {
                        Protocol::Http => carry_http(client, port, &wire).await,
                        Protocol::Postgres => carry_statements(client, port, &wire).await,
                    };
                });
            }
        });
        Ok(wire)
    }

    /// Where plugins reach the server.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has the request go wrong that comes after `before` others from now on.
    pub fn arm(&self, fault: Fault, before: u64) -> Arc<Armed> {
        let number = self.seen() + before;
        self.arm_on(Which::Number(number), fault)
    }

    /// Has the next request go wrong that writes.
    pub fn arm_write(&self, fault: Fault) -> Arc<Armed> {
        self.arm_on(Which::Write, fault)
    }

    fn arm_on(&self, which: Which, fault: Fault) -> Arc<Armed> {
        let armed = Arc::<Armed>::default();
        self.lock().next = Some((which, fault, Arc::clone(&armed)));
        armed
    }

    /// Nothing goes wrong any more; whether the fault still waited for its request.
    pub fn disarm(&self) -> bool {
        self.lock().next.take().is_some()
    }

    /// How many requests came.
    pub fn seen(&self) -> u64 {
        self.lock().seen
    }

    /// The methods of the requests from this one on.
    pub fn methods(&self, from: u64) -> Vec<String> {
        self.lock().methods.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)).cloned().collect()
    }

    fn next(&self, method: &str) -> Option<(Fault, Arc<Armed>)> {
        let mut shared = self.lock();
        let this = shared.seen;
        shared.seen += 1;
        shared.methods.push(method.to_owned());
        let (_, fault, armed) = shared.next.take_if(|(which, _, _)| which.is(this, method))?;
        // What is to happen after it was served waits for that.
        if !matches!(fault, Fault::PauseAfter | Fault::KillAfter) {
            armed.struck.notify_one();
        }
        Some((fault, armed))
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a connection as a machine does that knows nothing of it.
fn reset(client: &TcpStream) -> std::io::Result<()> {
    client.set_zero_linger()
}

async fn carry_http(mut client: TcpStream, port: u16, wire: &Wire) -> anyhow::Result<()> {
    let mut read = Vec::new();
    while let Some(request) = next_request(&mut client, &mut read).await? {
        let method = request.split(|byte| *byte == b' ').next().unwrap_or_default();
        let Some((fault, armed)) = wire.next(&String::from_utf8_lossy(method)) else {
            let answer = serve(&request, port).await?;
            client.write_all(&answer).await?;
            continue;
        };
        match fault {
            Fault::DropRequest => return Ok(()),
            Fault::Reset => return Ok(reset(&client)?),
            Fault::Busy => {
                let answer = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n";
                client.write_all(answer.as_bytes()).await?;
            }
            Fault::KillBefore => {
                armed.opened.notified().await;
                return Ok(());
            }
            Fault::Slow => {
                armed.opened.notified().await;
                let served = serve(&request, port).await;
                armed.delivered.notify_one();
                served?;
                return Ok(());
            }
            Fault::KillAfter | Fault::Deadline => {
                serve(&request, port).await?;
                armed.struck.notify_one();
                armed.opened.notified().await;
                return Ok(());
            }
            Fault::DropAnswer => {
                serve(&request, port).await?;
                return Ok(());
            }
            Fault::FailedAfter => {
                serve(&request, port).await?;
                client.write_all(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n").await?;
            }
            Fault::PauseBefore => {
                armed.opened.notified().await;
                client.write_all(&serve(&request, port).await?).await?;
            }
            Fault::PauseAfter => {
                let answer = serve(&request, port).await?;
                armed.struck.notify_one();
                armed.opened.notified().await;
                client.write_all(&answer).await?;
            }
            Fault::Trap => {
                let answer = serve(&request, port).await?;
                let status = answer.get(..12).context("an answer has a status")?;
                client.write_all(status).await?;
                client.write_all(format!(" .\r\nContent-Length: {FLOOD_BYTES}\r\n\r\n").as_bytes()).await?;
                client.write_all(&vec![b' '; FLOOD_BYTES]).await?;
            }
        }
    }
    Ok(())
}

async fn carry_statements(client: TcpStream, port: u16, wire: &Wire) -> anyhow::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut from_server, to_server) = server.into_split();
    let (from_client, mut to_client) = client.into_split();
    let ended = tokio::select! {
        ended = carry_there(from_client, to_server, wire) => Some(ended?),
        _ = tokio::io::copy(&mut from_server, &mut to_client) => None,
    };
    match ended {
        // The last statement is served, and whoever waits for its answer has none.
        Some((Some((fault, armed)), client, mut server)) => {
            match fault {
                Fault::DropAnswer | Fault::KillAfter => {
                    let mut answer = [0; 1024];
                    anyhow::ensure!(from_server.read(&mut answer).await? > 0, "the database answers");
                    armed.struck.notify_one();
                }
                Fault::Reset => {
                    let whole = client.reunite(to_client)?;
                    reset(&whole)?;
                    return Ok(());
                }
                _ => {}
            }
            if fault.kills() {
                armed.opened.notified().await;
            }
            server.shutdown().await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Why nothing more is carried to a server, and the halves that it was carried between.
type Ended = (Option<(Fault, Arc<Armed>)>, OwnedReadHalf, OwnedWriteHalf);

async fn carry_there(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, wire: &Wire) -> anyhow::Result<Ended> {
    let mut buffer = vec![0; 64 * 1024];
    while let read @ 1.. = client.read(&mut buffer).await? {
        let fault = wire.next("statement");
        if fault.as_ref().is_none_or(|(fault, _)| matches!(fault, Fault::DropAnswer | Fault::KillAfter)) {
            server.write_all(&buffer[..read]).await?;
        }
        if fault.is_some() {
            return Ok((fault, client, server));
        }
    }
    Ok((None, client, server))
}
