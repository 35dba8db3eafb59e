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
use super::client::{CONNECT_TIMEOUT, Clients, Connection};
use super::upstream::Upstreams;
use super::{authorization, failure, retry_after};
use crate::origin::Origin;
use crate::state::Bound;
use crate::trail::{self, Trail};
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
    pub upstreams: Arc<Upstreams>,
    /// Where it is written down how the request ended.
    pub trail: Arc<Trail>,
    /// When the guest must have its answer.
    pub until: Instant,
}

impl Exchange {
    /// Sends the request. `origin` is granted.
    pub(super) async fn run(
        self,
        request: http::Request<WasiBody>,
        origin: Origin,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>> {
        let traced = self.trail.begin(origin.to_string());
        let answer = self.exchange(request, origin, options, traced).await;
        match &answer {
            Ok(response) => self.trail.answered(traced, response.status().as_u16()),
            Err(error) => self.trail.failed(traced, failure::class_of(error)),
        }
        answer
    }

    async fn exchange(
        &self,
        request: http::Request<WasiBody>,
        origin: Origin,
        options: RequestOptions,
        traced: trail::Request,
    ) -> Result<Response<WasiBody>> {
        let cap = self.bound.limits.http_body_bytes;
        let (head, body) = request.into_parts();
        let url = self.clients.checked_url(&head.uri.to_string(), &origin)?;
        if let Err(wait) = self.upstreams.take(&self.bound.practice, &origin) {
            return Ok(not_now(wait));
        }
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

        let window = head.extensions.get::<Arc<Window>>();
        let reads = is_reading(&head.method);
        let head_timeout = CONNECT_TIMEOUT + clamp(options.first_byte_timeout);
        let attempt = async |connection| {
            let client = self.clients.client(&origin, connection).ok_or(Error::ConfigurationError)?;
            if let Some(window) = window {
                // Nothing outside failed when it has closed.
                window.admit(&head.method).inspect_err(|_| self.trail.failed(traced, None))?;
            }
            let mut outgoing = client.request(head.method.clone(), url.clone()).headers(headers.clone());
            if !body.is_empty() {
                outgoing = outgoing.body(body.clone());
            }
            match self.within(head_timeout, outgoing.send()).await {
                None => Err(Error::HttpResponseTimeout),
                Some(answer) => answer.map_err(|error| failure::of_request(&error)),
            }
        };
        let response = match attempt(if reads { Connection::Kept } else { Connection::Fresh }).await {
            Err(error) if failure::may_be_repeated(&error, reads) && self.has_time_for_another(window) => {
                attempt(Connection::Fresh).await
            }
            answer => answer,
        }?;
        let now = self.upstreams.clock.now();
        if let Some(wait) = retry_after::wait_asked(response.status(), response.headers(), now) {
            self.upstreams.rest(&self.bound.practice, &origin, wait);
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            tokens.iter().for_each(|(grant, token)| grant.rejected(token));
        }
        self.receive(response, &injection, clamp(options.between_bytes_timeout)).await
    }

    /// Whether a request that never left can go once more and be answered, so that what is known of it stays known.
    fn has_time_for_another(&self, window: Option<&Arc<Window>>) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        left > CONNECT_TIMEOUT && window.is_none_or(|window| !window.is_closed())
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

/// What a guest gets in place of an answer while an origin is left alone: what the origin itself would say.
fn not_now(wait: Duration) -> Response<WasiBody> {
    let mut answer = Response::new(Full::default().map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    let seconds = wait.as_millis().div_ceil(1_000);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
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
