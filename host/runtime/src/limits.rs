//! What a guest may use. Every limit is on by default; a manifest asks for
//! more, up to the operator's cap.

use std::time::Duration;

use greffon_kinds::{KindLimits, PluginKind};
use thiserror::Error;
use wasmtime::ResourceLimiter;

use crate::manifest::LimitsAsk;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// The limits of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory, summed over all memories of the store.
    pub memory_bytes: u64,
    /// Wall time from the first instruction to the answer, host calls included.
    pub deadline: Duration,
    /// Time on a processor, looked at once a tick of the epoch.
    pub cpu: Duration,
    /// Bytes of text and data in the answer.
    pub output_bytes: u64,
    /// Bytes that one host call may take out of the guest.
    pub transfer_bytes: u64,
    /// Log entries; further ones are counted and dropped.
    pub log_lines: u32,
    /// Outgoing HTTP requests.
    pub http_requests: u32,
    /// Bytes of one HTTP body, in each direction.
    pub http_body_bytes: u64,
    /// Key-value operations.
    pub keyvalue_operations: u32,
    /// Bytes of one key-value value.
    pub keyvalue_value_bytes: u64,
    /// Bytes of the feature's whole key-value space.
    pub keyvalue_total_bytes: u64,
}

impl Limits {
    /// The default of a kind.
    #[must_use]
    pub fn of(kind: PluginKind) -> Self {
        let KindLimits { deadline_ms, cpu_ms, output_kib, transfer_kib } = kind.spec().limits;
        Self {
            memory_bytes: 64 * MIB,
            deadline: Duration::from_millis(u64::from(deadline_ms)),
            cpu: Duration::from_millis(u64::from(cpu_ms)),
            output_bytes: u64::from(output_kib) * KIB,
            transfer_bytes: u64::from(transfer_kib) * KIB,
            log_lines: 100,
            http_requests: 64,
            http_body_bytes: 4 * MIB,
            keyvalue_operations: 1_000,
            keyvalue_value_bytes: MIB,
            keyvalue_total_bytes: 64 * MIB,
        }
    }
}

/// A manifest asks for more than the operator allows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "limits.{key} = {asked} is more than the operator allows, {cap}; lower it, or raise limits.{key} of greffon.toml"
)]
pub struct AboveCap {
    /// Key of the manifest, and of the operator's file.
    pub key: &'static str,
    /// What the manifest asks for.
    pub asked: u64,
    /// The operator's cap, in the same unit.
    pub cap: u64,
}

impl Limits {
    /// What a manifest may ask for at most, unless the operator says otherwise.
    #[must_use]
    pub fn caps() -> Self {
        Self {
            memory_bytes: 128 * MIB,
            deadline: Duration::from_secs(30),
            cpu: Duration::from_secs(5),
            output_bytes: 8 * MIB,
            transfer_bytes: 32 * MIB,
            log_lines: 1_000,
            http_requests: 512,
            http_body_bytes: 16 * MIB,
            keyvalue_operations: 10_000,
            keyvalue_value_bytes: MIB,
            keyvalue_total_bytes: 256 * MIB,
        }
    }

    /// These limits with what a manifest asks for instead.
    ///
    /// # Errors
    /// The first ask above its cap.
    pub fn with(mut self, asks: &LimitsAsk, caps: &Self) -> Result<Self, AboveCap> {
        // The operator's caps bind the defaults too.
        self.memory_bytes = self.memory_bytes.min(caps.memory_bytes);
        self.deadline = self.deadline.min(caps.deadline);
        self.cpu = self.cpu.min(caps.cpu);
        let bytes = |asked: &mut u64, ask: Option<u32>, unit: u64, cap: u64, key| {
            let Some(ask) = ask else { return Ok(()) };
            let asked_bytes = u64::from(ask).saturating_mul(unit);
            if asked_bytes > cap {
                return Err(AboveCap { key, asked: u64::from(ask), cap: cap / unit });
            }
            *asked = asked_bytes;
            Ok(())
        };
        bytes(&mut self.memory_bytes, asks.memory_mib, MIB, caps.memory_bytes, "memory-mib")?;
        bytes(&mut self.output_bytes, asks.output_kib, KIB, caps.output_bytes, "output-kib")?;
        bytes(&mut self.transfer_bytes, asks.transfer_kib, KIB, caps.transfer_bytes, "transfer-kib")?;
        bytes(&mut self.http_body_bytes, asks.http_body_kib, KIB, caps.http_body_bytes, "http-body-kib")?;
        let total = &mut self.keyvalue_total_bytes;
        bytes(total, asks.keyvalue_total_kib, KIB, caps.keyvalue_total_bytes, "keyvalue-total-kib")?;

        let count = |asked: &mut u32, ask: Option<u32>, cap: u32, key| {
            let Some(ask) = ask else { return Ok(()) };
            if ask > cap {
                return Err(AboveCap { key, asked: u64::from(ask), cap: u64::from(cap) });
            }
            *asked = ask;
            Ok(())
        };
        count(&mut self.log_lines, asks.log_lines, caps.log_lines, "log-lines")?;
        count(&mut self.http_requests, asks.http_requests, caps.http_requests, "http-requests")?;
        let operations = &mut self.keyvalue_operations;
        count(operations, asks.keyvalue_operations, caps.keyvalue_operations, "keyvalue-operations")?;

        let time = |asked: &mut Duration, ask: Option<u32>, cap: Duration, key| {
            let Some(ask) = ask else { return Ok(()) };
            let time = Duration::from_millis(u64::from(ask));
            if time > cap {
                let cap = u64::try_from(cap.as_millis()).unwrap_or(u64::MAX);
                return Err(AboveCap { key, asked: u64::from(ask), cap });
            }
            *asked = time;
            Ok(())
        };
        time(&mut self.deadline, asks.deadline_ms, caps.deadline, "deadline-ms")?;
        time(&mut self.cpu, asks.cpu_ms, caps.cpu, "cpu-ms")?;
        Ok(self)
    }
}

/// Counts what a store holds. Memory is summed: many small memories are no way
/// around the limit.
#[derive(Debug)]
pub struct StoreLimiter {
    memory_left: u64,
    table_elements_left: usize,
    memory_denied: bool,
}

/// Elements of all tables of a store together; a large guest (Python) needs
/// some tens of thousands.
const TABLE_ELEMENTS: usize = 200_000;
/// Core instances of a store: a component with its adapters is a handful.
const INSTANCES: usize = 64;
/// Tables of a store.
const TABLES: usize = 64;
/// Memories of a store.
const MEMORIES: usize = 16;

impl StoreLimiter {
    /// A limiter for a store that holds nothing yet.
    #[must_use]
    pub fn new(memory_bytes: u64) -> Self {
        Self { memory_left: memory_bytes, table_elements_left: TABLE_ELEMENTS, memory_denied: false }
    }

    /// Whether the guest wanted more memory than it may have. A guest that
    /// traps afterwards ran out of memory.
    #[must_use]
    pub fn memory_denied(&self) -> bool {
        self.memory_denied
    }
}

impl ResourceLimiter for StoreLimiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX);
        let fits_slot = maximum.is_none_or(|maximum| desired <= maximum);
        match self.memory_left.checked_sub(more) {
            Some(left) if fits_slot => {
                self.memory_left = left;
                Ok(true)
            }
            _ => {
                self.memory_denied = true;
                Ok(false)
            }
        }
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits_slot = maximum.is_none_or(|maximum| desired <= maximum);
        match self.table_elements_left.checked_sub(desired.saturating_sub(current)) {
            Some(left) if fits_slot => {
                self.table_elements_left = left;
                Ok(true)
            }
            _ => {
                self.memory_denied = true;
                Ok(false)
            }
        }
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_gets_what_it_asks_for_up_to_the_cap() {
        let asks = LimitsAsk { memory_mib: Some(128), deadline_ms: Some(100), ..LimitsAsk::default() };
        let limits = Limits::of(PluginKind::Agenda).with(&asks, &Limits::caps()).expect("within the caps");
        assert_eq!(limits.memory_bytes, 128 * MIB);
        assert_eq!(limits.deadline, Duration::from_millis(100));
        assert_eq!(limits.cpu, Duration::from_millis(500));
    }

    #[test]
    fn one_more_than_the_cap_names_the_key_and_both_values() {
        let asks = LimitsAsk { memory_mib: Some(129), ..LimitsAsk::default() };
        let error = Limits::of(PluginKind::Agenda).with(&asks, &Limits::caps()).expect_err("above");
        assert_eq!(error, AboveCap { key: "memory-mib", asked: 129, cap: 128 });
        let asks = LimitsAsk { cpu_ms: Some(5_001), ..LimitsAsk::default() };
        assert!(Limits::of(PluginKind::Agenda).with(&asks, &Limits::caps()).is_err());
        let asks = LimitsAsk { log_lines: Some(1_001), ..LimitsAsk::default() };
        assert!(Limits::of(PluginKind::Agenda).with(&asks, &Limits::caps()).is_err());
    }

    #[test]
    fn the_operator_s_caps_bind_the_defaults_too() {
        let caps = Limits { memory_bytes: MIB, deadline: Duration::from_millis(1), ..Limits::caps() };
        let limits = Limits::of(PluginKind::Agenda).with(&LimitsAsk::default(), &caps).expect("nothing asked");
        assert_eq!((limits.memory_bytes, limits.deadline), (MIB, Duration::from_millis(1)));
    }

    #[test]
    fn memories_of_one_store_are_summed() {
        let mut limiter = StoreLimiter::new(3 * MIB);
        let mib = usize::try_from(MIB).expect("fits");
        assert!(limiter.memory_growing(0, 2 * mib, None).expect("no trap"));
        assert!(limiter.memory_growing(0, mib, None).expect("no trap"));
        assert!(!limiter.memory_denied());
        assert!(!limiter.memory_growing(mib, mib + 1, None).expect("no trap"));
        assert!(limiter.memory_denied());
    }

    #[test]
    fn memory_beyond_the_pool_slot_is_denied() {
        let mut limiter = StoreLimiter::new(u64::MAX);
        assert!(!limiter.memory_growing(0, 11, Some(10)).expect("no trap"));
        assert!(limiter.memory_growing(0, 10, Some(10)).expect("no trap"));
    }

    #[test]
    fn tables_of_one_store_are_summed() {
        let mut limiter = StoreLimiter::new(0);
        assert!(limiter.table_growing(0, TABLE_ELEMENTS, None).expect("no trap"));
        assert!(!limiter.table_growing(0, 1, None).expect("no trap"));
    }
}
