//! greffon's own issuer: tokens signed with an Ed25519 key of the installation.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey;
use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;
use greffon_core::time::Instant;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::claims::Claims;
use super::keys::VerifyingKey;

/// A PKCS #8 version 1 Ed25519 key up to its 32 bytes (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Why the own issuer cannot be used.
#[derive(Debug, Error)]
pub enum IssuerError {
    /// The text is not a key.
    #[error(
        "signing key is not an Ed25519 private key in PKCS #8 PEM; make one with `openssl genpkey -algorithm ed25519`"
    )]
    NotAKey,
    /// The token asked for would not be believed.
    #[error("token for \"{subject}\" would be refused: {why}")]
    Refused {
        /// For whom.
        subject: String,
        /// What holds for tokens.
        why: &'static str,
    },
    /// The library did not sign.
    #[error("token was not signed")]
    NotSigned(#[source] jsonwebtoken::errors::Error),
}

/// What a token is to say.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Pseudonymous name of the person, 1 to 128 characters.
    pub subject: String,
    /// What the person is. Never [`Role::System`].
    pub role: Role,
    /// In which practices; `None` for all, which only an operator's admin may
    /// hold.
    pub practices: Option<Vec<PracticeId>>,
    /// Words that narrow the role: `greffon:read-contacts`…
    pub scope: Option<String>,
    /// RPPS number of a practitioner, 11 digits: without it they approve no grid and no script.
    pub rpps: Option<String>,
    /// How long it counts.
    pub lifetime: Duration,
}

/// Signs tokens, and knows the key that verifies them.
pub struct Issuer {
    name: String,
    audience: String,
    kid: String,
    signing: EncodingKey,
    public: [u8; 32],
}

impl Issuer {
    /// An issuer of this name, for this audience, with a key in PKCS #8 PEM.
    ///
    /// # Errors
    /// [`IssuerError::NotAKey`].
    pub fn from_pem(pem: &str, name: &str, audience: &str) -> Result<Self, IssuerError> {
        let key = SigningKey::from_pkcs8_pem(pem).map_err(|_| IssuerError::NotAKey)?;
        let public = key.verifying_key().to_bytes();
        // The key's thumbprint (RFC 7638) as its name: the same on every node.
        let x = URL_SAFE_NO_PAD.encode(public);
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Ok(Self {
            name: name.to_owned(),
            audience: audience.to_owned(),
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            signing: EncodingKey::from_ed_der(&pkcs8(key.as_bytes())),
            public,
        })
    }

    /// A token that counts from `now`.
    ///
    /// # Errors
    /// [`IssuerError::Refused`] when no greffon would believe it.
    pub fn sign(&self, token: &NewToken, now: Instant) -> Result<String, IssuerError> {
        let practices = match &token.practices {
            Some(practices) => practices.iter().map(|one| one.as_str().to_owned()).collect(),
            None => vec!["*".to_owned()],
        };
        let now_s = now.0.div_euclid(1000);
        let mut claims = json!({
            "iss": self.name,
            "aud": self.audience,
            "sub": token.subject,
            "iat": now_s,
            "nbf": now_s,
            "exp": now_s.saturating_add_unsigned(token.lifetime.as_secs()),
            "role": token.role,
            "practices": practices,
        });
        if let Some(scope) = &token.scope {
            claims["scope"] = json!(scope);
        }
        if let Some(rpps) = &token.rpps {
            claims["rpps"] = json!(rpps);
        }
        let refused = || IssuerError::Refused {
            subject: token.subject.clone(),
            why: "the subject is 1 to 128 printable characters, there are at most 1000 practices, and only \
                  operator-admin may hold all of them",
        };
        let read: Claims = serde_json::from_value(claims.clone()).map_err(|_| refused())?;
        read.believe(&self.name, &self.audience, now).map_err(|_| refused())?;
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(IssuerError::NotSigned)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn audience(&self) -> &str {
        &self.audience
    }

    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey {
            kid: Some(self.kid.clone()),
            algorithm: Algorithm::EdDSA,
            key: DecodingKey::from_ed_der(&self.public),
        }
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").field("name", &self.name).field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The PEM of a new signing key. The seed must come from the system's random
/// source; who has it can sign.
#[must_use]
pub fn signing_key_pem(seed: &[u8; 32]) -> String {
    let der = STANDARD.encode(pkcs8(seed));
    format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
}

fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    [PKCS8_PREFIX.as_slice(), seed].concat()
}

#[cfg(test)]
mod tests {
    use super::{Issuer, IssuerError, NewToken, signing_key_pem};
    use greffon_core::model::audit::Role;
    use greffon_core::time::Instant;
    use std::time::Duration;

    fn token() -> NewToken {
        NewToken {
            subject: "s-1".into(),
            role: Role::Secretary,
            practices: Some(vec!["les-tilleuls".into()]),
            scope: None,
            rpps: None,
            lifetime: Duration::from_secs(3600),
        }
    }

    #[test]
    fn a_generated_key_signs_what_its_public_half_verifies() {
        let issuer = Issuer::from_pem(&signing_key_pem(&[7; 32]), "greffon", "greffon").unwrap();
        let signed = issuer.sign(&token(), Instant(1_000_000)).unwrap();
        let key = issuer.verifying_key();
        let claims: super::Claims = key.verify(&signed, key.algorithm).unwrap();
        assert_eq!(claims.believe("greffon", "greffon", Instant(1_000_000)).unwrap().subject, "s-1");
    }

    #[test]
    fn a_key_that_carries_its_public_half_is_read() {
        use ed25519_dalek::pkcs8::{EncodePrivateKey, spki::der::pem::LineEnding};
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        let issuer = Issuer::from_pem(&pem, "greffon", "greffon").unwrap();
        assert!(issuer.sign(&token(), Instant(0)).is_ok());
    }

    #[test]
    fn a_text_that_is_no_key_is_refused_with_the_remedy() {
        let error = Issuer::from_pem("hello", "greffon", "greffon").unwrap_err();
        assert!(error.to_string().contains("openssl genpkey"));
    }

    #[test]
    fn a_token_that_nobody_would_believe_is_not_signed() {
        let issuer = Issuer::from_pem(&signing_key_pem(&[7; 32]), "greffon", "greffon").unwrap();
        for refused in [
            NewToken { role: Role::System, ..token() },
            NewToken { practices: None, ..token() },
            NewToken { subject: String::new(), ..token() },
        ] {
            assert!(matches!(issuer.sign(&refused, Instant(0)), Err(IssuerError::Refused { .. })));
        }
    }
}
