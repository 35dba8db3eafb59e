//! The engine: how guests are compiled, where their memory comes from, and the
//! clock that interrupts them.

use std::thread;
use std::time::Duration;

use thiserror::Error;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// Time between two ticks of the epoch. A guest is looked at once a tick, so a
/// limit is passed by two ticks at most.
pub const TICK: Duration = Duration::from_millis(5);

/// Address space of one linear memory: 4 GiB, so that the compiled code needs
/// no bounds check, and its guard. Reserved, not used.
const MEMORY_SLOT_BYTES: u64 = (4 << 30) + (32 << 20);
/// Memories per call: a plugin's own, and one of an adapter.
const MEMORIES_PER_CALL: u32 = 2;
/// Stack of a call, host functions included.
const STACK_BYTES: usize = 1 << 20;
/// Part of the stack that the guest may use.
const GUEST_STACK_BYTES: usize = 512 << 10;
/// Bytes of a memory that are zeroed by hand when it is given back; the rest is
/// returned to the system, and faulted in again by the next guest. Pure plugins
/// are linked with a small stack so that all they touch lies within.
const MEMORY_RESIDENT_BYTES: usize = 256 << 10;
/// The same of a table.
const TABLE_RESIDENT_BYTES: usize = 64 << 10;
/// The same of a stack: what a call of a pure plugin touches, and little more.
const STACK_RESIDENT_BYTES: usize = 32 << 10;
/// Elements of one table. Python guests need some 20 000.
const TABLE_ELEMENTS: usize = 100_000;
/// Records that describe an instance; large guests have large ones.
const INSTANCE_BYTES: usize = 4 << 20;

/// What the engine is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineSize {
    /// Calls at once; as many as the semaphore before the pool lets through.
    pub calls: u32,
    /// Largest linear memory that any call may have, in bytes.
    pub memory_bytes: u64,
}

impl EngineSize {
    /// Address space that the pool reserves, in bytes: about 8 GiB for every
    /// call, of which only what guests touch is ever backed by memory.
    #[must_use]
    pub fn address_space_bytes(self) -> u64 {
        let per_call = u64::from(MEMORIES_PER_CALL) * MEMORY_SLOT_BYTES + u64::try_from(STACK_BYTES).unwrap_or(0);
        u64::from(self.calls).saturating_mul(per_call)
    }
}

/// Why there is no engine.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The pool does not fit into the process.
    #[error(
        "{} GiB of address space for {} plugin calls at once cannot be reserved; \
         lower limits.concurrent-calls, or lift the limit of the process (ulimit -v, vm.overcommit_memory)",
        .size.address_space_bytes() >> 30, .size.calls
    )]
    AddressSpace {
        /// What was asked for.
        size: EngineSize,
        /// What the system said.
        #[source]
        source: wasmtime::Error,
    },
    /// The system gives no thread for the clock.
    #[error("the clock that interrupts plugins cannot be started")]
    Ticker(#[source] std::io::Error),
}

/// Makes the engine and starts its clock, which stops with the engine.
///
/// # Errors
/// When the pool cannot be reserved: there is no fallback, because a slower or
/// smaller allocator would show under load only.
pub(crate) fn start(size: EngineSize) -> Result<Engine, EngineError> {
    let engine = Engine::new(&config(size)).map_err(|source| EngineError::AddressSpace { size, source })?;
    let weak = engine.weak();
    thread::Builder::new()
        .name("greffon-epoch".to_owned())
        .spawn(move || {
            // An OS thread: a task could wait behind the guest that it is
            // meant to interrupt.
            while let Some(engine) = weak.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map_err(EngineError::Ticker)?;
    Ok(engine)
}

/// wasmtime's configuration: public so that a bench can measure beside it.
#[must_use]
pub fn config(size: EngineSize) -> Config {
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .epoch_interruption(true)
        // The same bits on every machine, so that a pure call can be replayed.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        .wasm_gc(false)
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(STACK_BYTES)
        // What one practice's call left on a stack is not there for the next.
        .async_stack_zeroing(true)
        .memory_init_cow(true)
        // Names the memories that a trap leaves behind, and copies none of
        // them: see `panic.rs`.
        .coredump_on_trap(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool(size)));
    config
}

fn pool(size: EngineSize) -> PoolingAllocationConfig {
    let calls = size.calls;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(16))
        .total_memories(calls.saturating_mul(MEMORIES_PER_CALL))
        .total_tables(calls.saturating_mul(4))
        .total_stacks(calls)
        .max_core_instances_per_component(64)
        .max_memories_per_component(4)
        .max_tables_per_component(16)
        .max_tables_per_module(4)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(usize::try_from(size.memory_bytes).unwrap_or(usize::MAX))
        .max_component_instance_size(INSTANCE_BYTES)
        .max_core_instance_size(INSTANCE_BYTES)
        .linear_memory_keep_resident(MEMORY_RESIDENT_BYTES)
        .table_keep_resident(TABLE_RESIDENT_BYTES)
        .async_stack_keep_resident(STACK_RESIDENT_BYTES)
        // Each slot is wiped when it is given back, not some calls later.
        .decommit_batch_size(1)
        // Left off: in wasmtime 48 a dirty page that was swapped out escapes
        // the scan, and the slot's next call could read it
        // (bytecodealliance/wasmtime#14357).
        .pagemap_scan(Enabled::No);
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_does_not_fit_says_what_it_needs() {
        let size = EngineSize { calls: 60_000, memory_bytes: 64 << 20 };
        let error = start(size).map(|_| ()).expect_err("beyond 47 bits of address space");
        let text = error.to_string();
        assert!(text.contains("60000 plugin calls") && text.contains("concurrent-calls"), "{text}");
    }

    #[test]
    fn the_clock_lets_go_of_the_engine() {
        let engine = start(EngineSize { calls: 2, memory_bytes: 1 << 20 }).expect("small engine");
        let weak = engine.weak();
        drop(engine);
        // The clock holds the engine for an instant in each tick only.
        while weak.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
