//! The clock of a server: given from outside, so that a test owns it.

use std::sync::Arc;

/// Tells the time, in milliseconds of Unix time.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The clock of the machine.
#[must_use]
pub fn system() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place where a stub server takes the machine's time")]
    let now = || jiff::Timestamp::now().as_millisecond();
    Arc::new(now)
}
