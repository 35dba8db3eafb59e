//! Who is asking, and what they may do.
//!
//! * [`Issuer`] signs greffon's own tokens; [`Authenticator`] believes those and
//!   the tokens of configured external issuers.
//! * [`permission`] is the one table of roles and permissions.
//! * [`Principal`] is the only way from a request into a practice.

mod claims;
mod fetch;
mod issuer;
mod jwks;
mod keys;
pub(crate) mod permission;
mod principal;
mod verify;

use thiserror::Error;

pub use fetch::{HttpKeys, KeyUrlError, check_key_url};
pub use issuer::{Issuer, IssuerError, NewToken, signing_key_pem};
pub use jwks::{FetchError, FetchedKeys, KeySource};
pub use verify::{Authenticator, ExternalIssuer};

pub(crate) use permission::Permission;
pub(crate) use principal::{Entry, Principal};

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum AuthError {
    /// No `Authorization: Bearer`.
    #[error("no bearer token in the authorization header")]
    Missing,
    /// Not a signed token.
    #[error("the token is not a JWT")]
    Malformed,
    /// Signed by nobody we know.
    #[error("the token is of an unknown issuer")]
    UnknownIssuer,
    /// Signed with a key that the issuer does not show.
    #[error("the token names an unknown key")]
    UnknownKey,
    /// Another algorithm than the key's.
    #[error("the token's algorithm is not the one of its key")]
    WrongAlgorithm,
    /// The signature does not stand.
    #[error("the token's signature does not stand")]
    BadSignature,
    /// For somebody else.
    #[error("the token is for another audience")]
    WrongAudience,
    /// Over.
    #[error("the token has expired")]
    Expired,
    /// Not yet.
    #[error("the token does not count yet")]
    NotYetValid,
    /// Claims missing, of the wrong form, or that nobody may hold.
    #[error("the token's claims are not usable: sub, role, practices and exp are needed")]
    BadClaims,
    /// The issuer's keys are not known, and it does not answer.
    #[error("the issuer's keys cannot be fetched now")]
    IssuerUnavailable,
}

impl AuthError {
    /// A stable word for metrics.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown-issuer",
            Self::UnknownKey => "unknown-key",
            Self::WrongAlgorithm => "wrong-algorithm",
            Self::BadSignature => "bad-signature",
            Self::WrongAudience => "wrong-audience",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::BadClaims => "bad-claims",
            Self::IssuerUnavailable => "issuer-unavailable",
        }
    }
}
