//! What a failed host call says about the world: denied, not done, or unknown.

use std::fmt::Display;

use crate::{http, keyvalue};

/// A failure of a host call that a plugin turns into an error of its kind.
pub trait Failure: Display {
    /// The practice does not grant it; asking again is no use.
    fn denied(&self) -> bool;

    /// Nothing was sent or written for certain.
    fn nothing_done(&self) -> bool;
}

impl Failure for http::Error {
    fn denied(&self) -> bool {
        matches!(self, Self::Denied(_))
    }

    fn nothing_done(&self) -> bool {
        self.certainly_not_sent()
    }
}

impl Failure for keyvalue::Error {
    fn denied(&self) -> bool {
        matches!(self, Self::AccessDenied)
    }

    fn nothing_done(&self) -> bool {
        self.nothing_written()
    }
}
