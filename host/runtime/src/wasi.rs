//! The WASI that guests get: never files, environment, arguments, sockets or
//! the host's standard streams.

use std::sync::Arc;
use std::time::Duration;

use greffon_core::ports::clock::Clock;
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder};

/// Bytes that one call of `get-random-bytes` may ask for.
const RANDOM_BYTES: u64 = 64 << 10;

/// WASI of plugins that talk to the world: the host's clock, real randomness,
/// swallowed output.
pub(crate) fn connected(clock: &Arc<dyn Clock>) -> WasiCtx {
    WasiCtxBuilder::new().max_random_size(RANDOM_BYTES).wall_clock(PortClock(Arc::clone(clock))).build()
}

/// WASI of pure plugins whose language cannot start without one: time stands
/// still, randomness is the same in every call, output is swallowed. So the
/// call stays a function of its parameters.
pub(crate) fn inert() -> WasiCtx {
    WasiCtxBuilder::new()
        .max_random_size(RANDOM_BYTES)
        .wall_clock(Frozen)
        .monotonic_clock(Frozen)
        .secure_random(seeded())
        .insecure_random(seeded())
        .insecure_random_seed(u128::from_le_bytes(*b"greffon-inert-01"))
        .build()
}

fn seeded() -> Deterministic {
    // A cycle, not a generator: a pure plugin has no use for good randomness,
    // and must not be able to rely on it.
    Deterministic::new((0..=255u8).map(|byte| byte.wrapping_mul(167).wrapping_add(13)).collect())
}

struct PortClock(Arc<dyn Clock>);

impl HostWallClock for PortClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or(0))
    }
}

struct Frozen;

impl HostWallClock for Frozen {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for Frozen {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        0
    }
}
