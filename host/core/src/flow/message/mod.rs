//! Messages: what is sent to somebody, and what came of it.

mod post;
mod step;

pub(crate) use self::post::Post;
use super::act::Acts;

/// Writes messages and takes them further, always inside the transaction of a
/// cause.
#[derive(Clone)]
pub(crate) struct Messages {
    acts: Acts,
}

impl Messages {
    pub(super) fn new(acts: Acts) -> Self {
        Self { acts }
    }
}
