//! What a plugin tells the operator: a code and typed fields, never free text,
//! so that no personal data lands in the logs.

use std::time::Duration;

pub use crate::bindings::imports::greffon::host::log::{Field, Severity};
use crate::host;

/// For the plugin's author.
pub fn debug(code: &'static str, fields: &[(&'static str, Field)]) {
    host::log(Severity::Debug, code, fields);
}

/// Something happened.
pub fn info(code: &'static str, fields: &[(&'static str, Field)]) {
    host::log(Severity::Info, code, fields);
}

/// It works, less well.
pub fn warn(code: &'static str, fields: &[(&'static str, Field)]) {
    host::log(Severity::Warn, code, fields);
}

/// Somebody must act.
pub fn error(code: &'static str, fields: &[(&'static str, Field)]) {
    host::log(Severity::Error, code, fields);
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u16> for Field {
    fn from(number: u16) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Field {
    fn from(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Field {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<&'static str> for Field {
    /// A constant of the plugin: what was read from outside is no code.
    fn from(code: &'static str) -> Self {
        Self::Code(code.to_owned())
    }
}

impl From<Duration> for Field {
    fn from(duration: Duration) -> Self {
        Self::DurationMs(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}
