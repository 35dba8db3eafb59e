//! What a practice's file says of a consent or of a client, checked.

use std::fmt;

use http::Uri;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use crate::binding::{Credential, CredentialScheme};
use crate::origin::Origin;

/// What access tokens are given for.
pub(super) enum Means {
    /// A chain of refresh tokens (RFC 6749 §6) that begins with the one that was written into the
    /// file at the last consent.
    Consent(SecretString),
    /// The client's own password (RFC 6749 §4.4).
    Client,
}

/// How access tokens are got, and where they go.
pub(super) struct Terms {
    /// The token endpoint (RFC 6749 §3.2).
    pub token_url: Url,
    /// Its origin.
    pub token_origin: Origin,
    /// The client's identifier (RFC 6749 §2.2).
    pub client_id: String,
    /// The client's password; a public client has none (RFC 6749 §2.1).
    pub client_secret: Option<SecretString>,
    /// What they are given for.
    pub means: Means,
    /// What is asked for; what was consented to when absent.
    pub scope: Option<String>,
    /// The only origin that access tokens are sent to.
    pub origin: Origin,
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("token_url", &self.token_url.as_str()).finish_non_exhaustive()
    }
}

/// Why a credential cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The part that is wrong, by its name in the practice's file.
    pub part: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Terms {
    /// Reads a credential; `None` for one of another scheme.
    ///
    /// # Errors
    /// The first part that is wrong; never with its text.
    pub(super) fn read(credential: &Credential) -> Option<Result<Self, Wrong>> {
        let (token_url, client_id, client_secret, scope, means) = match &credential.scheme {
            CredentialScheme::RefreshToken { token_url, client_id, client_secret, refresh_token, scope } => {
                (token_url, client_id, client_secret.clone(), scope, Means::Consent(refresh_token.clone()))
            }
            CredentialScheme::Client { token_url, client_id, client_secret, scope } => {
                (token_url, client_id, Some(client_secret.clone()), scope, Means::Client)
            }
            _ => return None,
        };
        let origin = credential.origin.as_ref().and_then(|text| text.parse::<Origin>().ok());
        Some(checked(token_url, client_id, scope.as_deref(), origin).map(|(token_url, token_origin, origin)| Self {
            token_url,
            token_origin,
            client_id: client_id.clone(),
            client_secret,
            means,
            scope: scope.clone(),
            origin,
        }))
    }

    /// What an access token depends on beside the refresh token, and so does a
    /// refusal: whoever changes it wants to try again. The chain goes on.
    pub(super) fn digest(&self) -> String {
        let secret = self.client_secret.as_ref().map(ExposeSecret::expose_secret);
        let mut hash = Sha256::new();
        for part in [Some(self.token_url.as_str()), Some(&self.client_id), secret, self.scope.as_deref()] {
            // With its length, so that no two lists of parts are one.
            let length = part.and_then(|part| u64::try_from(part.len()).ok());
            hash.update(length.unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part.unwrap_or_default());
        }
        hex(hash)
    }
}

/// The name of the state of a chain that begins with this token: another consent begins another
/// chain, and none is ever begun twice. The digest gives nothing of a token away, which
/// cannot be guessed (RFC 6749 §10.10).
pub(super) fn chain(first: &SecretString, credential: &str) -> String {
    let mut hash = Sha256::new();
    hash.update("greffon chain of refresh tokens");
    hash.update(first.expose_secret());
    format!("refresh-token/{credential}/{}", hex(hash))
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn checked(
    token_url: &str,
    client_id: &str,
    scope: Option<&str>,
    origin: Option<Origin>,
) -> Result<(Url, Origin, Origin), Wrong> {
    let no_url = Wrong {
        part: "token-url",
        why: "is not the address of a token endpoint",
        remedy: "write an https URL without user, password and fragment, such as \"https://idp.example/token\"",
    };
    let uri: Uri = token_url.parse().map_err(|_| no_url)?;
    let token_origin = Origin::of(&uri).filter(|_| !token_url.contains('#')).ok_or(no_url)?;
    let token_url = Url::parse(token_url).map_err(|_| no_url)?;
    // RFC 6749 appendix A.1.
    if client_id.is_empty() || !client_id.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        let why = "is empty, or has characters beyond ASCII";
        return Err(Wrong { part: "client-id", why, remedy: "write it as the provider gave it" });
    }
    // RFC 6749 appendix A.4.
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    if scope.is_some_and(|scope| !scope.split(' ').all(is_word)) {
        let why = "is no list of words with single spaces between them";
        return Err(Wrong { part: "scope", why, remedy: "leave it out to ask for all that was consented to" });
    }
    let no_origin =
        Wrong { part: "origin", why: "is missing", remedy: "name the only origin that access tokens are sent to" };
    Ok((token_url, token_origin, origin.ok_or(no_origin)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(token_url: &str, client_id: &str, scope: Option<&str>) -> Credential {
        let scheme = CredentialScheme::RefreshToken {
            token_url: token_url.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: Some("s3cret".to_owned().into()),
            refresh_token: "first-token".to_owned().into(),
            scope: scope.map(str::to_owned),
        };
        Credential { scheme, origin: Some("https://api.example".to_owned()) }
    }

    fn part(token_url: &str, client_id: &str, scope: Option<&str>) -> Option<&'static str> {
        let read = Terms::read(&credential(token_url, client_id, scope)).expect("of the scheme");
        read.err().map(|wrong| wrong.part)
    }

    #[test]
    fn each_part_is_what_the_rfc_says() {
        let url = "https://idp.example/oauth/token?tenant=1";
        assert_eq!(part(url, "client 1", Some("agenda.read offline_access")), None);
        for wrong in ["", "idp.example/token", "https://u:p@idp.example/t", "https://idp.example/t#x", "ftp://a/t"] {
            assert_eq!(part(wrong, "c", None), Some("token-url"), "{wrong}");
        }
        for wrong in ["", "é", "a\nb"] {
            assert_eq!(part(url, wrong, None), Some("client-id"), "{wrong}");
        }
        for wrong in ["", "a  b", " a", "a\"b", "a\\b", "é"] {
            assert_eq!(part(url, "c", Some(wrong)), Some("scope"), "{wrong}");
        }
    }

    #[test]
    fn a_chain_is_named_by_its_first_token_and_a_state_is_good_under_its_terms() {
        let terms = |token: &str, client: &str| {
            let mut credential = credential("https://idp.example/token", client, None);
            if let CredentialScheme::RefreshToken { refresh_token, .. } = &mut credential.scheme {
                *refresh_token = token.to_owned().into();
            }
            Terms::read(&credential).expect("of the scheme").expect("right")
        };
        let named = |first: &str, credential| chain(&first.to_owned().into(), credential);
        assert_eq!(named("one", "api"), named("one", "api"), "the chain goes on");
        assert_ne!(named("one", "api"), named("two", "api"), "another consent");
        assert_ne!(named("one", "api"), named("one", "sms"));
        assert_ne!(terms("one", "a").digest(), terms("one", "b").digest());
        assert_eq!(terms("one", "a").digest(), terms("two", "a").digest());
    }

    #[test]
    fn no_secret_is_shown() {
        let credential = credential("https://idp.example/token", "c", None);
        let terms = Terms::read(&credential);
        let shown = format!("{credential:?} {terms:?}");
        assert!(!shown.contains("s3cret") && !shown.contains("first-token"), "{shown}");
    }
}
