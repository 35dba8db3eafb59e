//! Access tokens of OAuth 2, which the host puts into requests of the bound origin: for the
//! client's own password (RFC 6749 §4.4, `client`), or for refresh tokens (§6) that rotate
//! (RFC 9700 §4.14.2). A guest knows nothing of either.
//!
//! **A refresh token is spent once.** Providers that rotate them revoke the whole
//! grant when a spent one comes again, so a chain has one holder over all nodes,
//! its newest token is kept durably before the access token that came with it is
//! used, and an exchange that was begun is carried to its end whoever still waits.
//! What is kept is sealed; the token in the practice's file only begins a chain.

mod answer;
mod chain;
mod client;
mod endpoint;
mod no_token;
mod renewal;
mod terms;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::Problem;
use greffon_core::ports::sealed_state::StateName;
use greffon_core::time::BootInstant;
use secrecy::SecretString;

use self::chain::{Refused, Usable};
pub(super) use self::endpoint::HttpEndpoint;
use self::endpoint::TokenEndpoint;
use self::no_token::NoToken;
use self::renewal::Renewal;
use self::terms::{Means, Terms};
use super::client::Clients;
use crate::binding::Credential;
use crate::origin::Origin;
use crate::sealing::Sealing;

/// How old an access token must be before a 401 is taken to be about it. An API
/// that refuses something else must not make the host spend a token per request.
const REJECTED_AFTER: Duration = Duration::from_secs(60);

/// The grants of one binding, by the names of their credentials.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants(BTreeMap<String, Arc<Grant>>);

impl Grants {
    /// Those among a binding's credentials. Without keys of the operator's there
    /// can be none.
    ///
    /// # Errors
    /// The first credential that cannot be used, with the line to change or to add.
    pub(crate) fn of(
        practice: &PracticeId,
        feature: &FeatureId,
        credentials: &BTreeMap<String, Credential>,
        sealing: Option<&Sealing>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Problem> {
        let mut grants = BTreeMap::new();
        for (name, credential) in credentials {
            let Some(terms) = Terms::read(credential) else { continue };
            let terms = terms.map_err(|wrong| {
                let key = format!("credentials.{name}.{}", wrong.part);
                Problem::lasting(key, format!("the {} {}", wrong.part, wrong.why), wrong.remedy)
            })?;
            let kept = match &terms.means {
                Means::Client => None,
                Means::Consent(first) => {
                    let sealing = sealing.ok_or_else(|| no_key(name))?.clone();
                    let state = terms::chain(first, name);
                    let of = StateName { practice: practice.clone(), feature: feature.clone(), name: state };
                    Some(Kept { of, first: first.clone(), sealing })
                }
            };
            let grant = Grant {
                credential: name.clone(),
                practice: practice.clone(),
                feature: feature.clone(),
                kept,
                terms: Arc::new(terms),
                clock: Arc::clone(clock),
                memory: Mutex::default(),
            };
            grants.insert(name.clone(), Arc::new(grant));
        }
        Ok(Self(grants))
    }

    /// The grants whose access tokens go to an origin.
    pub(super) fn at<'g>(&'g self, origin: &'g Origin) -> impl Iterator<Item = &'g Arc<Grant>> {
        self.0.values().filter(move |grant| grant.terms.origin == *origin)
    }

    /// What somebody must mend, as far as it was found out.
    pub(crate) fn problem(&self) -> Option<Problem> {
        self.0.values().find_map(|grant| grant.problem())
    }
}

fn no_key(credential: &str) -> Problem {
    Problem::lasting(
        format!("credentials.{credential}.scheme"),
        "the scheme oauth2-refresh keeps its tokens encrypted, and greffon.toml has no key for that",
        "make one with: greffon config sealing-key > secrets/sealing.key, and add to greffon.toml, [keys]: \
         sealing = { file = \"secrets/sealing.key\" }",
    )
}

/// Where the chain of a consent is kept.
#[derive(Clone)]
struct Kept {
    of: StateName,
    first: SecretString,
    sealing: Sealing,
}

/// What a provider grants a practice, and the access token that it gives now.
pub(super) struct Grant {
    /// The credential's name in the practice's file.
    pub(super) credential: String,
    practice: PracticeId,
    feature: FeatureId,
    terms: Arc<Terms>,
    /// `None` for a client that asks in its own name.
    kept: Option<Kept>,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("terms", &self.terms).finish_non_exhaustive()
    }
}

/// What this process knows.
#[derive(Default)]
struct Memory {
    access: Option<InUse>,
    /// Why there is none, until when.
    refused: Option<(NoToken, BootInstant)>,
    /// The access token that its API refused last, and when that was.
    rejected: Option<(SecretString, BootInstant)>,
    /// How often in a row there was none.
    failures: u32,
    /// The renewal that is under way: all who need the token wait for the one.
    renewing: Option<Renewing>,
}

struct InUse {
    token: Arc<SecretString>,
    since: BootInstant,
    until: BootInstant,
}

type Outcome = Result<Arc<SecretString>, NoToken>;
type Renewing = Shared<BoxFuture<'static, Outcome>>;

/// What is known at once, or is awaited.
enum Known {
    Now(Outcome),
    Soon(Renewing),
}

impl Grant {
    /// The access token, renewed when it is due over the way out of its binding.
    /// Whoever gives up waiting ends nothing.
    pub(super) async fn access(self: &Arc<Self>, clients: &Arc<Clients>) -> Outcome {
        self.access_at(|| Arc::new(HttpEndpoint::over(Arc::clone(clients)))).await
    }

    async fn access_at(self: &Arc<Self>, endpoint: impl FnOnce() -> Arc<dyn TokenEndpoint>) -> Outcome {
        match self.known(endpoint) {
            Known::Now(outcome) => outcome,
            Known::Soon(renewing) => renewing.await,
        }
    }

    /// The API at the bound origin refused a request with this token (401), which
    /// it may have stopped to accept before its time (RFC 6750 §3.1).
    pub(super) fn rejected(&self, token: &Arc<SecretString>) {
        let now = self.clock.boot();
        let mut memory = self.memory();
        // Where nothing is spent by it, the first refusal is believed at once.
        let is_first = self.kept.is_none()
            && memory.rejected.as_ref().is_none_or(|(_, before)| now.since(*before) >= REJECTED_AFTER);
        let is_it = |access: &mut InUse| {
            Arc::ptr_eq(&access.token, token) && (is_first || now.since(access.since) >= REJECTED_AFTER)
        };
        if let Some(access) = memory.access.take_if(is_it) {
            memory.rejected = Some((SecretString::clone(&access.token), now));
        }
    }

    fn known(self: &Arc<Self>, endpoint: impl FnOnce() -> Arc<dyn TokenEndpoint>) -> Known {
        let now = self.clock.boot();
        let mut memory = self.memory();
        if let Some(access) = memory.access.as_ref().filter(|access| now < access.until) {
            return Known::Now(Ok(Arc::clone(&access.token)));
        }
        if let Some((why, _)) = memory.refused.filter(|(_, until)| now < *until) {
            return Known::Now(Err(why));
        }
        // One that has an outcome and is still here ended without telling it.
        if let Some(renewing) = memory.renewing.as_ref().filter(|renewing| renewing.peek().is_none()) {
            return Known::Soon(renewing.clone());
        }
        let endpoint = endpoint();
        let (rejected, failures) = (memory.rejected.as_ref().map(|(token, _)| token.clone()), memory.failures);
        let this = Arc::clone(self);
        // A task of its own: a call that ends must not end an exchange.
        let task = tokio::spawn(async move {
            let outcome = this.renew(endpoint, rejected, failures).await;
            this.learn(outcome)
        });
        let renewing = task.map(|ended| ended.unwrap_or(Err(NoToken::Broken))).boxed().shared();
        memory.renewing = Some(renewing.clone());
        Known::Soon(renewing)
    }

    async fn renew(
        &self,
        endpoint: Arc<dyn TokenEndpoint>,
        rejected: Option<SecretString>,
        failures: u32,
    ) -> Result<Usable, Refused> {
        let (terms, clock) = (Arc::clone(&self.terms), Arc::clone(&self.clock));
        match self.kept.clone() {
            Some(Kept { of, first, sealing }) => {
                Renewal { of, first, terms, sealing, clock, endpoint, rejected }.run().await
            }
            None => client::ask(&terms, clock.as_ref(), endpoint.as_ref(), failures).await,
        }
    }

    /// Remembers what a renewal came to.
    fn learn(&self, outcome: Result<Usable, Refused>) -> Outcome {
        let now = self.clock.boot();
        let mut memory = self.memory();
        memory.renewing = None;
        memory.access = None;
        match outcome {
            Ok(Usable { token, for_now }) => {
                let token = Arc::new(token);
                memory.access = Some(InUse { token: Arc::clone(&token), since: now, until: now + for_now });
                memory.refused = None;
                memory.failures = 0;
                // Of a client that asks again at once it is known when it last did.
                memory.rejected.take_if(|_| self.kept.is_some());
                Ok(token)
            }
            Err(Refused { why, pause }) => {
                let is_news = memory.refused.is_none_or(|(before, _)| before != why);
                memory.refused = Some((why, now + pause));
                memory.failures = memory.failures.saturating_add(1);
                if is_news {
                    self.tell(why);
                }
                Err(why)
            }
        }
    }

    fn tell(&self, why: NoToken) {
        let Self { practice, feature, .. } = self;
        let (credential, problem) = (self.credential.as_str(), self.problem_of(why));
        let code = why.code();
        if why.is_lasting() {
            tracing::error!(practice.id = %practice, feature = %feature, credential, code, "{problem}");
        } else {
            tracing::warn!(practice.id = %practice, feature = %feature, credential, code, "{problem}");
        }
    }

    fn problem(&self) -> Option<Problem> {
        let refused = self.memory().refused;
        refused.map(|(why, _)| self.problem_of(why))
    }

    fn problem_of(&self, why: NoToken) -> Problem {
        why.problem(&self.credential, &self.terms)
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Its fields are replaced one by one, and each combination is sound: what
        // is not remembered is found out again.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
