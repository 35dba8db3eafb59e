//! Keys of an external issuer (OpenID Connect), fetched from its configured
//! address and kept.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::clock::Clock;
use greffon_core::time::Instant;
use thiserror::Error;
use tokio::sync::Mutex;

use super::AuthError;
use super::keys::{KeySet, VerifyingKey};
use crate::metrics;

/// Between two requests to one issuer: an unknown `kid` in a token must not
/// make us call the issuer at will.
const SHORTEST_PAUSE_MS: i64 = 30_000;
/// Keys count as fresh at least, by default, and at most so long, whatever the
/// issuer says.
const FRESH_MS: (i64, i64, i64) = (60_000, 10 * 60_000, 24 * 3_600_000);
/// Keys of an issuer that does not answer go on counting so long.
const STALE_MS: i64 = 24 * 3_600_000;

/// A key set, as it was fetched.
#[derive(Clone, Debug)]
pub struct FetchedKeys {
    /// The JSON text.
    pub body: Vec<u8>,
    /// `max-age` of the answer's `Cache-Control`.
    pub max_age: Option<Duration>,
}

/// The key set could not be fetched. The text names the cause, never a key.
#[derive(Debug, Error)]
#[error("key set was not fetched: {0}")]
pub struct FetchError(pub String);

/// Fetches key sets; [`super::fetch::HttpKeys`] outside tests.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The key set at this address.
    async fn fetch(&self, url: &str) -> Result<FetchedKeys, FetchError>;
}

/// The keys of one issuer.
pub(crate) struct KeyCache {
    source: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
    url: String,
    kept: RwLock<Option<Arc<Kept>>>,
    /// Held while fetching, so that one request fetches for all; holds when the
    /// last fetch began.
    fetching: Mutex<Option<Instant>>,
}

struct Kept {
    keys: KeySet,
    fresh_until: Instant,
    stale_until: Instant,
}

impl KeyCache {
    pub(crate) fn new(source: Arc<dyn KeySource>, clock: Arc<dyn Clock>, url: String) -> Self {
        Self { source, clock, url, kept: RwLock::new(None), fetching: Mutex::new(None) }
    }

    /// The key of this name, fetched anew when the set is not fresh or does not
    /// hold it.
    pub(crate) async fn key(&self, kid: Option<&str>) -> Result<VerifyingKey, AuthError> {
        if let Some(kept) = self.kept()
            && self.clock.now() < kept.fresh_until
            && let Some(key) = kept.keys.find(kid)
        {
            return Ok(key.clone());
        }
        self.refresh().await;
        let kept = self.kept().filter(|kept| self.clock.now() < kept.stale_until);
        match kept {
            Some(kept) => kept.keys.find(kid).cloned().ok_or(AuthError::UnknownKey),
            None => Err(AuthError::IssuerUnavailable),
        }
    }

    fn kept(&self) -> Option<Arc<Kept>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn refresh(&self) {
        let mut last = self.fetching.lock().await;
        let now = self.clock.now();
        if last.is_some_and(|last| now.millis_since(last) < SHORTEST_PAUSE_MS) {
            return;
        }
        *last = Some(now);
        let fetched = match self.source.fetch(&self.url).await {
            Ok(fetched) => fetched,
            Err(error) => {
                metrics::key_fetch("failed");
                tracing::warn!(url.full = self.url, error.cause = %error, "keys of an issuer were not fetched");
                return;
            }
        };
        let Some(keys) = KeySet::from_jwks(&fetched.body) else {
            metrics::key_fetch("unreadable");
            tracing::warn!(url.full = self.url, "keys of an issuer are not a JWK set");
            return;
        };
        metrics::key_fetch("done");
        let (least, default, most) = FRESH_MS;
        let fresh_ms = match fetched.max_age {
            Some(age) => i64::try_from(age.as_millis()).unwrap_or(i64::MAX).clamp(least, most),
            None => default,
        };
        let kept = Kept {
            keys,
            fresh_until: Instant(now.0.saturating_add(fresh_ms)),
            stale_until: Instant(now.0.saturating_add(fresh_ms).saturating_add(STALE_MS)),
        };
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(kept));
    }
}
