//! The signed inbound road: addresses at which outside services tell a practice's feature that
//! something has changed.

use serde::{Deserialize, Serialize};

use super::callback::Delivery;
use super::secret::Secret;
use crate::ids::{FeatureId, InboundAddressId, PracticeId};
use crate::time::Instant;

/// A feature has at most so many addresses that are open: the one in use and those that a
/// service is being moved to.
pub const MOST_OPEN: usize = 4;

/// Most bytes of a body.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Most requests a minute to one address, as a node counts them.
pub const PER_MINUTE: u64 = 60;

/// A signed time is believed within so many milliseconds of the host's clock, before and after it.
pub const REPLAY_WINDOW_MS: i64 = 5 * 60_000;

/// How long deliveries are known again, in milliseconds.
pub const KNOWN_FOR_MS: i64 = 7 * 24 * 3_600_000;

/// Longest id of a delivery, in bytes; a longer one is no id.
pub const MAX_DELIVERY_BYTES: usize = 256;

/// An address at which an outside service tells one feature of one practice what has changed.
/// Its secret is shown once, to whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundAddress {
    /// Its name: it opens nothing.
    pub id: InboundAddressId,
    /// Whose.
    pub practice: PracticeId,
    /// What is told there.
    pub feature: FeatureId,
    /// SHA-256 of its secret.
    pub digest: String,
    /// Since when.
    pub made_at: Instant,
    /// By whom.
    pub made_by: String,
    /// Since when nobody is heard there any more.
    pub revoked_at: Option<Instant>,
    /// By whom.
    pub revoked_by: Option<String>,
    /// Optimistic lock.
    pub version: i64,
}

impl InboundAddress {
    /// Whether anybody is heard there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Whether it is the one of this secret. What is compared are digests: the time it takes says
    /// nothing of the secret.
    #[must_use]
    pub fn is_opened_by(&self, secret: &Secret) -> bool {
        self.is_open() && self.digest == secret.digest()
    }
}

impl Delivery {
    /// Whether the service signed it within [`REPLAY_WINDOW_MS`], or no time at all: then it is a
    /// hint like any other.
    #[must_use]
    pub fn is_timely(&self, now: Instant) -> bool {
        self.signed_at.is_none_or(|at| {
            // A guest tells it: any number.
            now.0.saturating_sub(at.0).saturating_abs() <= REPLAY_WINDOW_MS
        })
    }

    /// By which name it is known again, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.id.as_deref().filter(|id| !id.is_empty() && id.len() <= MAX_DELIVERY_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000_000_000);

    fn signed_at(at: i64) -> Delivery {
        Delivery { id: None, signed_at: Some(Instant(at)) }
    }

    #[test]
    fn a_signed_time_is_believed_within_five_minutes_of_now_and_no_further() {
        for off in [-REPLAY_WINDOW_MS, 0, REPLAY_WINDOW_MS] {
            assert!(signed_at(NOW.0 + off).is_timely(NOW), "{off}");
        }
        for off in [-REPLAY_WINDOW_MS - 1, REPLAY_WINDOW_MS + 1] {
            assert!(!signed_at(NOW.0 + off).is_timely(NOW), "{off}");
        }
        for at in [i64::MIN, i64::MAX] {
            assert!(!signed_at(at).is_timely(NOW), "{at}");
        }
        assert!(Delivery::default().is_timely(NOW));
    }

    #[test]
    fn a_name_that_is_empty_or_too_long_is_none() {
        let named = |id: &str| Delivery { id: Some(id.to_owned()), signed_at: None };
        let longest = "x".repeat(MAX_DELIVERY_BYTES);
        assert_eq!(named(&longest).name(), Some(longest.as_str()));
        assert_eq!(named(&format!("{longest}x")).name(), None);
        assert_eq!(named("").name(), None);
    }
}
