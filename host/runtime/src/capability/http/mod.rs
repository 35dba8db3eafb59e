//! Outgoing HTTP (`wasi:http/outgoing-handler`).
//!
//! A request leaves when its origin is granted and the address it goes to is
//! public, or in a network that the operator opens for the practice; plain
//! `http` needs the latter. No redirect is followed, no proxy asked, no cookie
//! kept; what is sent twice is in [`failure`]. Bodies are buffered and capped. What a failure tells
//! is in [`failure`].

mod authorization;
mod client;
mod exchange;
pub mod failure;
pub(crate) mod identity;
pub(crate) mod oauth;
pub(crate) mod resolver;
mod retry_after;
#[cfg(test)]
mod tests;
pub(crate) mod upstream;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use greffon_core::model::outside_failure::{FailureClass, Resting};
use greffon_core::ports::clock::{Clock, SystemClock};
use http::{HeaderName, Method};
use rustls::RootCertStore;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, RequestOptions, Result, WasiBody, WasiHttpHooks};

pub use self::client::Connections;
use self::client::{Clients, Connection, system_roots};
use self::exchange::{CallBudget, Exchange};
pub use self::resolver::{Lookup, SystemLookup};
use self::upstream::{REQUESTS_PER_MINUTE, Upstreams};
use crate::origin::Origin;
use crate::state::Bound;
use crate::trail::Trail;

/// The way out for all calls. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Egress {
    shared: Arc<Shared>,
}

struct Shared {
    lookup: Arc<dyn Lookup>,
    roots: OnceLock<Arc<RootCertStore>>,
    upstreams: Arc<Upstreams>,
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress").finish_non_exhaustive()
    }
}

impl Default for Egress {
    fn default() -> Self {
        Self::new(Arc::new(SystemLookup))
    }
}

impl Egress {
    /// A way out that resolves names with `lookup`.
    #[must_use]
    pub fn new(lookup: Arc<dyn Lookup>) -> Self {
        Self::within_budget(lookup, Arc::new(SystemClock), REQUESTS_PER_MINUTE)
    }

    /// One with a budget of so many requests a minute for each practice and origin, by this clock.
    #[must_use]
    pub fn within_budget(lookup: Arc<dyn Lookup>, clock: Arc<dyn Clock>, per_minute: u32) -> Self {
        let upstreams = Arc::new(Upstreams::new(clock, per_minute));
        Self { shared: Arc::new(Shared { lookup, roots: OnceLock::new(), upstreams }) }
    }

    /// What decides on the requests of one call, which begins now.
    #[must_use]
    pub fn hooks(&self, bound: &Arc<Bound>) -> Box<dyn WasiHttpHooks> {
        self.hooks_with(bound, &Arc::default())
    }

    /// The same; what becomes of its requests is written down in `trail`.
    pub(crate) fn hooks_with(&self, bound: &Arc<Bound>, trail: &Arc<Trail>) -> Box<dyn WasiHttpHooks> {
        let limits = &bound.limits;
        // The guest is left some time to make an answer out of a time-out.
        let margin = (limits.deadline / 10).min(ANSWER_MARGIN);
        Box::new(Hooks {
            egress: self.clone(),
            bound: Arc::clone(bound),
            trail: Arc::clone(trail),
            budget: Arc::new(CallBudget::new(limits.http_body_bytes)),
            requests_left: limits.http_requests,
            until: Instant::now() + limits.deadline.saturating_sub(margin),
            reserved: None,
        })
    }

    /// The granted origins of a feature that may not be asked now.
    pub(crate) fn resting(&self, bound: &Bound) -> Vec<Resting> {
        let Upstreams { clock, .. } = self.shared.upstreams.as_ref();
        let rest = |origin: &Origin| self.shared.upstreams.rest_left(&bound.practice, origin);
        let origins = bound.granted.http.iter();
        let resting = origins.filter_map(|origin| {
            let until = clock.now() + rest(origin)?;
            Some(Resting { origin: origin.to_string(), until })
        });
        resting.collect()
    }

    /// Asks whether a server answers at all, with a request that names nothing, says nothing and carries no
    /// credential. Any answer will do, if it is no failure of the server's own.
    ///
    /// # Errors
    /// The class, and the status if there was one.
    pub(crate) async fn knock(
        &self,
        bound: &Bound,
        origin: &Origin,
    ) -> std::result::Result<(), (FailureClass, Option<u16>)> {
        let fail = |class| (class, None);
        let clients = self.clients(bound).ok_or(fail(FailureClass::Unknown))?;
        let class = |error: &Error| failure::class_of(error).unwrap_or(FailureClass::Unknown);
        let url = clients.checked_url(&format!("{origin}/"), origin).map_err(|error| fail(class(&error)))?;
        let client = clients.client(origin, Connection::Fresh).ok_or(fail(FailureClass::Unknown))?;
        let answer = tokio::time::timeout(KNOCK_TIMEOUT, client.head(url).send()).await;
        let answer = answer.map_err(|_| fail(FailureClass::TimeOut))?;
        let answer = answer.map_err(|error| fail(class(&failure::of_request(&error))))?;
        let status = answer.status().as_u16();
        match FailureClass::of_status(status) {
            Some(class @ (FailureClass::RateLimited | FailureClass::ServerError)) if status != 501 => {
                Err((class, Some(status)))
            }
            _ => Ok(()),
        }
    }

    fn clients(&self, bound: &Bound) -> Option<Arc<Clients>> {
        let roots = || Arc::clone(self.shared.roots.get_or_init(|| Arc::new(system_roots())));
        bound.connections.clients(&self.shared.lookup, roots, &bound.opened, &bound.credentials)
    }
}

/// What the guest keeps of its deadline when a request times out.
const ANSWER_MARGIN: Duration = Duration::from_millis(500);

/// How long a server may take to answer a knock.
const KNOCK_TIMEOUT: Duration = Duration::from_secs(10);

struct Hooks {
    egress: Egress,
    bound: Arc<Bound>,
    trail: Arc<Trail>,
    budget: Arc<CallBudget>,
    requests_left: u32,
    until: Instant,
    reserved: Option<Arc<[HeaderName]>>,
}

impl Hooks {
    /// Decides on a request. No reason is given to the guest beyond the code.
    fn admit(&mut self, request: &http::Request<WasiBody>) -> Result<Origin> {
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            return Err(Error::HttpRequestMethodInvalid);
        }
        let origin = Origin::of(request.uri()).ok_or(Error::HttpRequestUriInvalid)?;
        if !self.bound.granted.http.contains(&origin) {
            let shown: String = origin.to_string().chars().take(SHOWN_CHARS).collect();
            tracing::warn!(
                practice.id = %self.bound.practice,
                feature = %self.bound.feature,
                plugin.name = self.bound.plugin,
                http.origin = shown.as_str(),
                "http request denied: add the origin to grants.http of the feature, if its manifest asks for it"
            );
            let denied = self.trail.begin(shown);
            self.trail.failed(denied, Some(FailureClass::DeniedByGrant));
            return Err(Error::HttpRequestDenied);
        }
        self.requests_left = self.requests_left.checked_sub(1).ok_or(Error::HttpRequestDenied)?;
        Ok(origin)
    }
}

/// A denied origin comes from the guest; its beginning is enough to find it.
const SHOWN_CHARS: usize = 80;

/// What the guest gets for a request: the response, and what is left to do for
/// it, which is nothing.
type Sending = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Leftover)>> + Send>;
type Leftover = Box<dyn Future<Output = Result<()>> + Send>;

impl WasiHttpHooks for Hooks {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        let bound = &self.bound;
        let reserved = Arc::clone(self.reserved.get_or_insert_with(|| authorization::reserved_headers(bound).into()));
        Arc::new(move |name| reserved.contains(name))
    }

    /// Every scheme: a wrong one is denied where the code says that nothing
    /// was sent.
    fn is_supported_scheme(&mut self, _: &http::uri::Scheme) -> bool {
        true
    }

    /// The client sets it, from the URL it connects to.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Leftover,
    ) -> Sending {
        let admitted = self.admit(&request).and_then(|origin| {
            let clients = self.egress.clients(&self.bound).ok_or(Error::ConfigurationError)?;
            Ok((origin, clients))
        });
        let bound = Arc::clone(&self.bound);
        let budget = Arc::clone(&self.budget);
        let upstreams = Arc::clone(&self.egress.shared.upstreams);
        let trail = Arc::clone(&self.trail);
        let until = self.until;
        Box::new(async move {
            let (origin, clients) = admitted?;
            let exchange = Exchange { bound, clients, budget, upstreams, trail, until };
            let response = exchange.run(request, origin, options.unwrap_or_default()).await?;
            let leftover: Leftover = Box::new(async { Ok(()) });
            Ok((response, leftover))
        })
    }
}
