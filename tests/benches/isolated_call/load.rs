//! Callers in a closed loop, and what they saw.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;

/// One call. Panics when there is no answer: a bench of failures means nothing.
pub type Call = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// What the callers of some turns saw.
#[derive(Debug, Default)]
pub struct Seen {
    latencies: Vec<Duration>,
    per_second: Vec<f64>,
}

impl Seen {
    /// Adds a turn.
    pub fn add(&mut self, turn: Self) {
        self.latencies.extend(turn.latencies);
        self.latencies.sort_unstable();
        self.per_second.extend(turn.per_second);
        self.per_second.sort_by(f64::total_cmp);
    }

    /// What so many per cent of the calls did not exceed, in µs.
    pub fn percentile(&self, percent: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).map_or(0.0, |latency| latency.as_secs_f64() * 1e6)
    }

    /// Calls per second, in the median turn.
    pub fn per_second(&self) -> f64 {
        self.per_second.get(self.per_second.len() / 2).copied().unwrap_or_default()
    }
}

/// So many callers, each of which calls again when it was answered.
///
/// Where there are more callers than threads, each lets the others go first
/// before it calls, and its clock runs meanwhile: what a call keeps the thread
/// from doing is part of the others' times, on whatever thread it runs.
pub async fn closed_loop(callers: usize, lasting: Duration, call: &Call) -> Seen {
    let queues = callers > thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let began = Instant::now();
    let caller = |_| {
        let call = Arc::clone(call);
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            while began.elapsed() < lasting {
                let asked = Instant::now();
                if queues {
                    tokio::task::yield_now().await;
                }
                call().await;
                latencies.push(asked.elapsed());
            }
            latencies
        })
    };
    let callers: Vec<_> = (0..callers).map(caller).collect();
    let mut latencies = Vec::new();
    for caller in callers {
        latencies.extend(caller.await.expect("a caller got no answer"));
    }
    latencies.sort_unstable();
    let per_second = latencies.len() as f64 / began.elapsed().as_secs_f64();
    Seen { latencies, per_second: vec![per_second] }
}

/// Microseconds of one call, in the median of some rounds: one caller, one
/// after the other.
pub async fn alone(call: &Call) -> f64 {
    const CALLS: u32 = 200;
    let mut rounds = Vec::new();
    for _ in 0..15 {
        let began = Instant::now();
        for _ in 0..CALLS {
            call().await;
        }
        rounds.push(began.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
    }
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
