//! What a function came to, as it is printed.

use greffon_core::ports::plugins::{GuestError, PluginFailure, Pure};
use serde::Serialize;
use serde_json::Value;

/// What a function came to: its answer, or the plugin's word for why there is
/// none.
pub(super) type Said = Result<Value, String>;

/// What a function that may fail in the contract's words came to.
pub(super) fn said<T: Serialize, E: Serialize>(answer: Result<T, E>) -> anyhow::Result<Said> {
    Ok(match answer {
        Ok(value) => Ok(serde_json::to_value(value)?),
        Err(error) => Err(serde_json::to_string(&error)?),
    })
}

/// What a pure call came to.
pub(super) fn pure<T: Serialize>(answer: Pure<T>) -> anyhow::Result<Said> {
    Ok(match answer {
        Ok(Ok(value)) => Ok(serde_json::to_value(value)?),
        Ok(Err(error @ GuestError { .. })) => Err(error.to_string()),
        Err(failure @ PluginFailure::Trapped(_)) => Err(format!("{failure}; a panic is told above")),
        Err(failure) => Err(failure.to_string()),
    })
}
