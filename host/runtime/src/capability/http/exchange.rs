//! One request and its response, both buffered and capped.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody};

use super::authorization::{Injection, Tokens};
use super::client::{CONNECT_TIMEOUT, Clients};
use super::{authorization, failure};
use crate::origin::Origin;
use crate::state::Bound;
use crate::window::{Window, is_reading};

/// Bytes of all header names and values, in each direction.
const HEADER_BYTES: u32 = 64 << 10;
/// Requests of one call under way at once: what they buffer is the host's
/// memory.
const CONCURRENT_PER_CALL: usize = 4;
/// Bodies of the full size that one call may receive, over all its requests.
const FULL_BODIES_PER_CALL: u64 = 8;
/// How long a request waits for its turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the other end may be silent, when the guest says nothing or more.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);

/// What all requests of one call share.
pub(super) struct CallBudget {
    response_bytes_left: AtomicU64,
    turns: Semaphore,
}

impl CallBudget {
    pub(super) fn new(body_bytes: u64) -> Self {
        Self {
            response_bytes_left: AtomicU64::new(body_bytes.saturating_mul(FULL_BODIES_PER_CALL)),
            turns: Semaphore::new(CONCURRENT_PER_CALL),
        }
    }

    fn take(&self, bytes: u64) -> bool {
        self.response_bytes_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .is_ok()
    }
}

/// One request on its way.
pub(super) struct Exchange {
    pub bound: Arc<Bound>,
    pub clients: Arc<Clients>,
    pub budget: Arc<CallBudget>,
    /// When the guest must have its answer.
    pub until: Instant,
}

impl Exchange {
    /// Sends the request, once. `origin` is granted.
    pub(super) async fn run(
        self,
        request: http::Request<WasiBody>,
        origin: Origin,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>> {
        let cap = self.bound.limits.http_body_bytes;
        let (head, body) = request.into_parts();
        let url = self.clients.checked_url(&head.uri.to_string(), &origin)?;
        let tokens = self.access_tokens(&origin).await?;
        let injection = Injection::for_origin(&self.bound, &origin, &tokens).map_err(|unusable| {
            tracing::warn!(
                practice.id = %self.bound.practice,
                feature = %self.bound.feature,
                credential = unusable.name,
                "credential cannot be put into a request header"
            );
            Error::ConfigurationError
        })?;
        let mut headers = head.headers;
        for name in authorization::reserved_headers(&self.bound) {
            headers.remove(name);
        }
        // The body is buffered, so its length and framing are the host's.
        for name in [header::CONTENT_LENGTH, header::TE, header::TRAILER, header::EXPECT] {
            headers.remove(name);
        }
        if header_bytes(&headers) > u64::from(HEADER_BYTES) {
            return Err(Error::HttpRequestHeaderSectionSize(Some(HEADER_BYTES)));
        }
        injection.apply(&mut headers);

        let body = self.within(Duration::MAX, collect(body, cap)).await.unwrap_or(Err(Error::ConnectionTimeout))?;
        let _turn = self.turn(&self.budget.turns).await?;
        let _connection = self.turn(&self.clients.connections).await?;

        let client = self.clients.client(&origin, !is_reading(&head.method)).ok_or(Error::ConfigurationError)?;
        if let Some(window) = head.extensions.get::<Arc<Window>>() {
            window.admit(&head.method)?;
        }
        let mut outgoing = client.request(head.method, url).headers(headers);
        if !body.is_empty() {
            outgoing = outgoing.body(body);
        }
        let head_timeout = CONNECT_TIMEOUT + clamp(options.first_byte_timeout);
        let response = match self.within(head_timeout, outgoing.send()).await {
            None => return Err(Error::HttpResponseTimeout),
            Some(answer) => answer.map_err(|error| failure::of_request(&error))?,
        };
        if response.status() == StatusCode::UNAUTHORIZED {
            tokens.iter().for_each(|(grant, token)| grant.rejected(token));
        }
        self.receive(response, &injection, clamp(options.between_bytes_timeout)).await
    }

    /// The access tokens that go to an origin. A request without one would only be
    /// refused there, so it is not sent.
    async fn access_tokens(&self, origin: &Origin) -> Result<Tokens> {
        let mut tokens = Tokens::new();
        for grant in self.bound.refresh_grants.at(origin) {
            match self.within(Duration::MAX, grant.access(&self.clients)).await {
                Some(Ok(token)) => tokens.push((Arc::clone(grant), token)),
                Some(Err(why)) if why.is_lasting() => return Err(Error::ConfigurationError),
                Some(Err(_)) => return Err(Error::DestinationUnavailable),
                None => return Err(Error::ConnectionTimeout),
            }
        }
        Ok(tokens)
    }

    async fn receive(
        &self,
        mut response: reqwest::Response,
        injection: &Injection,
        silence: Duration,
    ) -> Result<Response<WasiBody>> {
        let cap = self.bound.limits.http_body_bytes;
        let too_large = || Error::HttpResponseBodySize(Some(cap));
        if header_bytes(response.headers()) > u64::from(HEADER_BYTES) {
            return Err(Error::HttpResponseHeaderSectionSize(Some(HEADER_BYTES)));
        }
        if response.content_length().is_some_and(|length| length > cap) {
            return Err(too_large());
        }
        let mut headers = std::mem::take(response.headers_mut());
        injection.remove_echoes(&mut headers);
        let mut body = BytesMut::new();
        loop {
            let chunk = match self.within(silence, response.chunk()).await {
                None => return Err(Error::HttpResponseTimeout),
                Some(chunk) => chunk.map_err(|error| failure::of_response_body(&error))?,
            };
            let Some(chunk) = chunk else { break };
            if body.len() as u64 + chunk.len() as u64 > cap || !self.budget.take(chunk.len() as u64) {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let body = Full::new(body.freeze()).map_err(|never| match never {}).boxed_unsync();
        let mut answer = Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = headers;
        Ok(answer)
    }

    async fn turn<'a>(&self, turns: &'a Semaphore) -> Result<tokio::sync::SemaphorePermit<'a>> {
        match self.within(TURN_TIMEOUT, turns.acquire()).await {
            Some(Ok(permit)) => Ok(permit),
            _ => Err(Error::ConnectionLimitReached),
        }
    }

    /// Waits, at most `longest` and never past the call's deadline.
    async fn within<T>(&self, longest: Duration, future: impl Future<Output = T>) -> Option<T> {
        let left = self.until.saturating_duration_since(Instant::now());
        tokio::time::timeout(left.min(longest), future).await.ok()
    }
}

async fn collect(body: WasiBody, cap: u64) -> Result<Bytes> {
    let limit = usize::try_from(cap).unwrap_or(usize::MAX);
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Error::HttpRequestBodySize(Some(cap))),
        // The guest gave its body up, or wrote another length than it said.
        Err(_) => Err(Error::HttpRequestBodySize(None)),
    }
}

fn clamp(timeout: Option<Duration>) -> Duration {
    timeout.unwrap_or(SILENCE_TIMEOUT).min(SILENCE_TIMEOUT)
}

fn header_bytes(headers: &HeaderMap) -> u64 {
    headers.iter().map(|(name, value)| (name.as_str().len() + value.len()) as u64).sum()
}
