//! Believes tokens of the own issuer and of configured external ones.

use std::sync::Arc;

use greffon_core::ports::clock::Clock;
use serde::Deserialize;

use super::AuthError;
use super::claims::{Claims, Identity};
use super::issuer::Issuer;
use super::jwks::{KeyCache, KeySource};
use super::keys::{KeySet, VerifyingKey};

/// A token for a thousand practices is half of this.
const LONGEST_TOKEN: usize = 64 * 1024;

/// An issuer outside greffon (OpenID Connect), as the operator configured it.
#[derive(Clone, Debug)]
pub struct ExternalIssuer {
    /// The exact `iss` of its tokens.
    pub issuer: String,
    /// What `aud` of its tokens must hold.
    pub audience: String,
    /// Where its keys are; see [`super::check_key_url`].
    pub key_url: String,
}

/// Decides which tokens are believed. Nobody's, until issuers are added.
pub struct Authenticator {
    clock: Arc<dyn Clock>,
    issuers: Vec<Trusted>,
}

struct Trusted {
    name: String,
    audience: String,
    keys: Keys,
}

enum Keys {
    Own(KeySet),
    Fetched(KeyCache),
}

impl Authenticator {
    /// Trusts nobody yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, issuers: Vec::new() }
    }

    /// Trusts greffon's own issuer. Called once per key, so that tokens of the
    /// key before go on counting until they expire.
    #[must_use]
    pub fn with_own(mut self, issuer: &Issuer) -> Self {
        self.issuers.push(Trusted {
            name: issuer.name().to_owned(),
            audience: issuer.audience().to_owned(),
            keys: Keys::Own(KeySet::of(issuer.verifying_key())),
        });
        self
    }

    /// Trusts an external issuer.
    #[must_use]
    pub fn with_external(mut self, issuer: ExternalIssuer, source: Arc<dyn KeySource>) -> Self {
        self.issuers.push(Trusted {
            name: issuer.issuer,
            audience: issuer.audience,
            keys: Keys::Fetched(KeyCache::new(source, Arc::clone(&self.clock), issuer.key_url)),
        });
        self
    }

    /// Who a token speaks for.
    pub(crate) async fn authenticate(&self, token: &str) -> Result<Identity, AuthError> {
        if token.len() > LONGEST_TOKEN {
            return Err(AuthError::Malformed);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::Malformed)?;
        // Read before it is verified, only to choose whose keys to verify with;
        // the verified claims are checked against that same issuer below.
        let claimed: ClaimedIssuer =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| AuthError::Malformed)?;
        let mut refused = AuthError::UnknownIssuer;
        for trusted in self.issuers.iter().filter(|one| one.name == claimed.iss) {
            match trusted.key(header.kid.as_deref()).await {
                Ok(key) => {
                    let claims: Claims = key.verify(token, header.alg)?;
                    return claims.believe(&trusted.name, &trusted.audience, self.clock.now());
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

impl Trusted {
    async fn key(&self, kid: Option<&str>) -> Result<VerifyingKey, AuthError> {
        match &self.keys {
            Keys::Own(keys) => keys.find(kid).cloned().ok_or(AuthError::UnknownKey),
            Keys::Fetched(cache) => cache.key(kid).await,
        }
    }
}

#[derive(Deserialize)]
struct ClaimedIssuer {
    iss: String,
}
