//! How a call can end without an answer, in codes.

use greffon_core::ports::plugins::PluginFailure;
use thiserror::Error;
use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::convert::Breach;
use crate::state::CallState;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The guest did what it must not: `unreachable`, `out-of-bounds`,
    /// `contract`…
    Trapped(&'static str),
    /// `cpu`, `deadline`, `memory`, `stack`, `output`, `handles`.
    Limit(&'static str),
    /// No place in time.
    Busy,
}

impl From<Failure> for PluginFailure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Trapped(code) => Self::Trapped(code.to_owned()),
            Failure::Limit(limit) => Self::LimitReached(limit.to_owned()),
            Failure::Busy => Self::Busy,
        }
    }
}

/// The epoch callback ends a call with this, so that it is told from a trap of
/// the guest's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Stopped {
    #[error("the guest used up its time on a processor")]
    Cpu,
    #[error("the deadline of the call has passed")]
    Deadline,
}

/// Finds the class of an error that ended a call.
pub(crate) fn classify(error: &wasmtime::Error, state: &CallState) -> Failure {
    if let Some(stopped) = error.downcast_ref::<Stopped>() {
        return Failure::Limit(match stopped {
            Stopped::Cpu => "cpu",
            Stopped::Deadline => "deadline",
        });
    }
    if let Some(breach) = error.downcast_ref::<Breach>() {
        return match breach {
            Breach::TooMuch => Failure::Limit("output"),
            Breach::Contract => Failure::Trapped("contract"),
        };
    }
    if error.downcast_ref::<PoolConcurrencyLimitError>().is_some() {
        return Failure::Busy;
    }
    // A guest that was denied memory usually aborts a moment later.
    if state.limiter.memory_denied() {
        return Failure::Limit("memory");
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return of_trap(*trap);
    }
    // wasmtime keeps these two types to itself.
    let text = error.root_cause().to_string();
    if text.contains("fuel allocated for hostcalls") {
        return Failure::Limit("output");
    }
    if text.contains("too many") && text.contains("handle") {
        return Failure::Limit("handles");
    }
    if error.downcast_ref::<wasmtime_wasi::I32Exit>().is_some() {
        return Failure::Trapped("exit");
    }
    Failure::Trapped("host")
}

fn of_trap(trap: Trap) -> Failure {
    match trap {
        Trap::StackOverflow => Failure::Limit("stack"),
        Trap::AllocationTooLarge => Failure::Limit("memory"),
        Trap::Interrupt => Failure::Limit("cpu"),
        Trap::UnreachableCodeReached => Failure::Trapped("unreachable"),
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::ArrayOutOfBounds => Failure::Trapped("out-of-bounds"),
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            Failure::Trapped("arithmetic")
        }
        Trap::IndirectCallToNull | Trap::BadSignature | Trap::NullReference | Trap::CastFailure => {
            Failure::Trapped("bad-call")
        }
        _ => Failure::Trapped("trap"),
    }
}
