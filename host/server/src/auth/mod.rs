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

use greffon_words::{Text, tokens};

pub use fetch::{HttpKeys, KeyUrlError, check_key_url};
pub use issuer::{Issuer, IssuerError, NewToken, signing_key_pem};
pub use jwks::{FetchError, FetchedKeys, KeySource};
pub use verify::{Authenticator, ExternalIssuer};

pub(crate) use permission::Permission;
pub(crate) use principal::{Entry, Principal};

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthError {
    /// There is no bearer token in the `Authorization` header.
    Missing,
    /// The token is no signed JWT.
    Malformed,
    /// Nobody who is believed here signed it.
    UnknownIssuer,
    /// The issuer does not show the key that it names.
    UnknownKey,
    /// It was signed with another algorithm than its key's.
    WrongAlgorithm,
    /// The signature does not stand.
    BadSignature,
    /// It was made for another service.
    WrongAudience,
    /// It has ended.
    Expired,
    /// It does not count yet.
    NotYetValid,
    /// Claims are missing, of the wrong form, or such as nobody may hold.
    BadClaims,
    /// The issuer's keys are not known, and it does not answer.
    IssuerUnavailable,
}

impl AuthError {
    /// Why, for whoever sent the token.
    pub(crate) fn text(self) -> Text {
        match self {
            Self::Missing => tokens::missing(),
            Self::Malformed => tokens::malformed(),
            Self::UnknownIssuer => tokens::unknown_issuer(),
            Self::UnknownKey => tokens::unknown_key(),
            Self::WrongAlgorithm => tokens::wrong_algorithm(),
            Self::BadSignature => tokens::bad_signature(),
            Self::WrongAudience => tokens::wrong_audience(),
            Self::Expired => tokens::expired(),
            Self::NotYetValid => tokens::not_yet_valid(),
            Self::BadClaims => tokens::bad_claims(),
            Self::IssuerUnavailable => tokens::issuer_unavailable(),
        }
    }

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
