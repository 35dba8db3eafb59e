//! The token endpoint (RFC 6749 §3.2): where access tokens are given.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt as _, Limited};
use secrecy::{ExposeSecret as _, SecretString};
use wasmtime_wasi_http::Error;
use zeroize::Zeroizing;

use super::super::client::{Clients, Connection};
use super::super::failure;
use super::answer::{self, Answer};
#[cfg(test)]
use super::terms::Means;
use super::terms::Terms;
#[cfg(test)]
use crate::binding::Credential;

/// How long an answer is awaited. Longer than any caller waits: a token whose
/// answer is given up is lost.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of an answer.
const ANSWER_BYTES: usize = 64 << 10;

/// Bytes of a form beside its values.
const FRAME_BYTES: usize = 256;

/// What an access token is asked for with.
#[derive(Clone, Copy)]
pub(super) enum Presented<'a> {
    /// A refresh token, which is spent by it.
    RefreshToken(&'a SecretString),
    /// The client's password alone.
    Client,
}

/// Gives access tokens.
#[async_trait]
pub(super) trait TokenEndpoint: Send + Sync {
    /// Asks for one, once.
    async fn ask(&self, terms: &Terms, with: Presented<'_>) -> Answer;
}

/// The provider's, over the way out of a binding: its addresses are filtered like
/// all others, its origin needs no grant because the guest does not get there by it.
pub(in super::super) struct HttpEndpoint {
    clients: Arc<Clients>,
    patience: Duration,
}

impl HttpEndpoint {
    /// Over the clients of a binding.
    pub(in super::super) fn over(clients: Arc<Clients>) -> Self {
        Self { clients, patience: PATIENCE }
    }

    /// What comes of the token in a practice's file, awaited for so long.
    #[cfg(test)]
    pub(in super::super) async fn try_first(self, credential: &Credential, patience: Duration) -> Answer {
        let terms = Terms::read(credential).expect("of OAuth 2").expect("right");
        let with = match &terms.means {
            Means::Consent(first) => Presented::RefreshToken(first),
            Means::Client => Presented::Client,
        };
        Self { patience, ..self }.ask(&terms, with).await
    }

    async fn answer(&self, terms: &Terms, with: Presented<'_>) -> Result<Answer, Error> {
        let url = self.clients.checked_url(terms.token_url.as_str(), &terms.token_origin)?;
        let client = self.clients.client(&terms.token_origin, Connection::Fresh).ok_or(Error::ConfigurationError)?;
        let _connection = self.clients.connections.acquire().await.map_err(|_| Error::ConnectionLimitReached)?;
        let body = form(terms, with);
        let asking = client.post(url).headers(headers(terms)?).body(body.as_bytes().to_vec());
        let response = asking.send().await.map_err(|error| failure::of_request(&error))?;
        let status = response.status();
        let body = Limited::new(reqwest::Body::from(response), ANSWER_BYTES).collect().await;
        let body = body.map_err(|_| Error::HttpResponseIncomplete)?.to_bytes();
        Ok(answer::read(status, &body))
    }
}

#[async_trait]
impl TokenEndpoint for HttpEndpoint {
    async fn ask(&self, terms: &Terms, with: Presented<'_>) -> Answer {
        match tokio::time::timeout(self.patience, self.answer(terms, with)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => Answer::Nothing { may_be_spent: !failure::is_certainly_unsent(&error) },
            Err(_) => Answer::Nothing { may_be_spent: true },
        }
    }
}

/// RFC 6749 §4.4.2 and §6.
fn form(terms: &Terms, with: Presented<'_>) -> Zeroizing<String> {
    let refresh_token = match with {
        Presented::RefreshToken(token) => Some(token.expose_secret()),
        Presented::Client => None,
    };
    // Large enough at once, where each byte is three: growing would leave copies behind.
    let parts = [refresh_token.unwrap_or_default(), &terms.client_id, terms.scope.as_deref().unwrap_or_default()];
    let capacity = FRAME_BYTES + 3 * parts.iter().map(|part| part.len()).sum::<usize>();
    let mut form = form_urlencoded::Serializer::new(String::with_capacity(capacity));
    match refresh_token {
        Some(token) => form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token),
        None => form.append_pair("grant_type", "client_credentials"),
    };
    if let Some(scope) = &terms.scope {
        form.append_pair("scope", scope);
    }
    if terms.client_secret.is_none() {
        // RFC 6749 §3.2.1: a public client only says who it is.
        form.append_pair("client_id", &terms.client_id);
    }
    Zeroizing::new(form.finish())
}

fn headers(terms: &Terms) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(secret) = &terms.client_secret {
        // RFC 6749 §2.3.1: the way that every provider must know. Both parts are
        // written as in a form before they are joined.
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let secret = Zeroizing::new(encoded(secret.expose_secret()));
        let pair = Zeroizing::new(format!("{}:{}", encoded(&terms.client_id), secret.as_str()));
        let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
        let mut value = HeaderValue::from_str(&basic).map_err(|_| Error::ConfigurationError)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}
