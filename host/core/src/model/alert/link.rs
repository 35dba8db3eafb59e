//! Links that open an alert for one person: whoever has the link still needs that
//! person's own code, and has few tries.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::time::Instant;

/// How long a link opens anything, in hours.
pub const LINK_LIFE: i64 = 24;

/// So many codes may be tried before a link opens nothing any more.
pub const MOST_TRIES: u32 = 5;

/// What a link ends with: 148 random bits as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of the random bits of two fresh UUIDv7.
    #[must_use]
    pub fn of(one: Uuid, other: Uuid) -> Self {
        Self(format!("{}{}", one.simple(), other.simple()))
    }

    /// What somebody says is a secret; `None` when it has not the form of one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The text of the link.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn digest(&self) -> String {
        Sha256::digest(&self.0).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

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
