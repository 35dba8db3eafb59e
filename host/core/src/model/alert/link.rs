//! Links that open an alert for one person: whoever has the link still needs that
//! person's own code, and has few tries.

use serde::{Deserialize, Serialize};

use crate::model::secret::Secret;
use crate::time::Instant;

/// How long a link opens anything, in hours.
pub const LINK_LIFE: i64 = 24;

/// So many codes may be tried before a link opens nothing any more.
pub const MOST_TRIES: u32 = 5;

/// A link that somebody was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// SHA-256 of the secret: what is stored opens nothing.
    pub digest: String,
    /// Opens nothing from this instant on.
    pub until: Instant,
    /// Codes tried since the last right one. One is counted before it is looked at, so
    /// that nobody tries many at once.
    pub tries: u32,
}

/// What a link can still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Open the alert, with the right code.
    Usable,
    /// Nothing: too many wrong codes.
    Dead,
    /// Nothing: too old.
    Expired,
}

impl Link {
    /// The link that a secret opens.
    #[must_use]
    pub fn new(secret: &Secret, now: Instant) -> Self {
        Self { digest: secret.digest(), until: now.plus_minutes(LINK_LIFE * 60), tries: 0 }
    }

    /// Whether this is its secret. What is compared are digests: the time it takes says
    /// nothing of the secret.
    #[must_use]
    pub fn is_opened_by(&self, secret: &Secret) -> bool {
        self.digest == secret.digest()
    }

    /// What it can still do.
    #[must_use]
    pub fn state(&self, now: Instant) -> LinkState {
        match () {
            () if self.tries >= MOST_TRIES => LinkState::Dead,
            () if now >= self.until => LinkState::Expired,
            () => LinkState::Usable,
        }
    }
}
