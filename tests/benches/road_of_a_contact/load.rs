//! Clients in a closed loop, and what they saw.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use rustix::time::{ClockId, clock_gettime};
use tokio::task::JoinSet;

/// How long a turn is; a contact that has begun is finished.
const TURN: Duration = Duration::from_millis(250);

/// One contact, from its first request to its last message.
pub type Walk = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

/// What the clients of some turns saw.
#[derive(Debug, Default)]
pub struct Seen {
    latencies: Vec<Duration>,
    lasted: Duration,
    cpu: Duration,
}

impl Seen {
    /// Adds a turn.
    pub fn add(&mut self, turn: Self) {
        self.latencies.extend(turn.latencies);
        self.latencies.sort_unstable();
        self.lasted += turn.lasted;
        self.cpu += turn.cpu;
    }

    /// Contacts per second, over all turns.
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.lasted.as_secs_f64()
    }

    /// This process's CPU per contact, in milliseconds: server and clients, SQLite
    /// too, but not PostgreSQL's server.
    pub fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3 / self.latencies.len() as f64
    }

    fn percentile_ms(&self, percent: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).map_or(0.0, |latency| latency.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (self.percentile_ms(50), self.percentile_ms(99));
        write!(f, "{:12.1} {:8.2} {p50:8.1} {p99:8.1}", self.per_second(), self.cpu_ms())
    }
}

/// One turn of these clients, each of which begins again when it has finished.
pub async fn turn(clients: &[Walk]) -> anyhow::Result<Seen> {
    let (began, cpu) = (Instant::now(), process_cpu());
    let mut running = JoinSet::new();
    for walk in clients {
        let walk = Arc::clone(walk);
        running.spawn(async move {
            let mut latencies = Vec::new();
            while began.elapsed() < TURN {
                let asked = Instant::now();
                walk().await?;
                latencies.push(asked.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(seen) = running.join_next().await {
        latencies.extend(seen??);
    }
    Ok(Seen { latencies, lasted: began.elapsed(), cpu: process_cpu().saturating_sub(cpu) })
}

/// What all threads of this process have used so far.
fn process_cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
