//! Credentials in requests: added by the host, to requests of the bound origin
//! only, after the allow-list. A guest neither sets nor sees what is added.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use wasmtime_wasi_http::DEFAULT_FORBIDDEN_HEADERS;
use zeroize::Zeroizing;

use super::oauth::Grant;
use crate::binding::{Credential, CredentialScheme};
use crate::origin::Origin;
use crate::state::Bound;

/// Header names that a guest neither sends nor receives: hop-by-hop ones,
/// cookies, and those that carry a credential.
pub(super) fn reserved_headers(bound: &Bound) -> Vec<HeaderName> {
    let mut names = DEFAULT_FORBIDDEN_HEADERS.to_vec();
    names.extend([AUTHORIZATION, COOKIE, SET_COOKIE]);
    for credential in bound.credentials.values() {
        if let CredentialScheme::Header { name, .. } = &credential.scheme
            && let Ok(name) = name.parse()
        {
            names.push(name);
        }
    }
    names
}

/// Access tokens for one origin, and the grants that they are of.
pub(super) type Tokens = Vec<(Arc<Grant>, Arc<SecretString>)>;

/// What the host adds to requests of one origin.
#[derive(Default)]
pub(super) struct Injection {
    headers: Vec<(HeaderName, HeaderValue)>,
    secrets: Vec<Zeroizing<Vec<u8>>>,
}

/// A credential that cannot be put into a header, or two for one header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable {
    /// The credential's name in the practice's file.
    pub name: String,
}

impl Injection {
    /// Collects the credentials that are bound to `origin`; `tokens` are the access
    /// tokens of those that have some.
    pub(super) fn for_origin(bound: &Bound, origin: &Origin, tokens: &Tokens) -> Result<Self, Unusable> {
        let mut injection = Self::default();
        for (name, credential) in &bound.credentials {
            let is_bound = credential.origin.as_ref().is_some_and(|text| text.parse().as_ref() == Ok(origin));
            let access = tokens.iter().find(|(grant, _)| grant.credential == *name).map(|(_, token)| token.as_ref());
            if is_bound && injection.add(credential, access).is_none() {
                return Err(Unusable { name: name.clone() });
            }
        }
        Ok(injection)
    }

    fn add(&mut self, credential: &Credential, access: Option<&SecretString>) -> Option<()> {
        let (name, text, secret) = match &credential.scheme {
            // RFC 7617 §2: a user name holds no colon.
            CredentialScheme::Basic { username, .. } if username.contains(':') => return None,
            CredentialScheme::Basic { username, password } => {
                let pair = Zeroizing::new(format!("{username}:{}", password.expose_secret()));
                let coded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
                self.secrets.push(Zeroizing::new(coded.as_bytes().to_vec()));
                (AUTHORIZATION, Zeroizing::new(format!("Basic {}", coded.as_str())), password)
            }
            CredentialScheme::Bearer { token } => bearer(token),
            CredentialScheme::RefreshToken { .. } | CredentialScheme::Client { .. } => bearer(access?),
            CredentialScheme::Header { name, value } => {
                (name.parse().ok()?, Zeroizing::new(value.expose_secret().to_owned()), value)
            }
            // Nothing of a request: the connection's, or nobody's.
            CredentialScheme::ClientCertificate { .. } | CredentialScheme::Key { .. } => return Some(()),
        };
        if self.headers.iter().any(|(taken, _)| *taken == name) {
            return None;
        }
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        self.headers.push((name, value));
        self.secrets.push(Zeroizing::new(secret.expose_secret().as_bytes().to_vec()));
        Some(())
    }

    /// Adds the headers, in place of any of the same name.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
    }

    /// Removes response headers in which the other end repeats a secret.
    pub(super) fn remove_echoes(&self, headers: &mut HeaderMap) {
        let echoing: Vec<HeaderName> = headers
            .iter()
            .filter(|(_, value)| self.secrets.iter().any(|secret| holds(value.as_bytes(), secret)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in echoing {
            headers.remove(name);
        }
    }
}

/// RFC 6750 §2.1.
fn bearer(token: &SecretString) -> (HeaderName, Zeroizing<String>, &SecretString) {
    (AUTHORIZATION, Zeroizing::new(format!("Bearer {}", token.expose_secret())), token)
}

/// Whether a secret stands in a text. One of a few bytes stands in too many
/// texts by chance to be told apart.
fn holds(text: &[u8], secret: &[u8]) -> bool {
    const TELLING: usize = 6;
    secret.len() >= TELLING && text.windows(secret.len()).any(|window| window == secret)
}
