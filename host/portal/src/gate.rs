//! Whether somebody with a link may go on.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use greffon_core::flow::{Alerts, Flow, FlowError, LinkedAlert};
use greffon_core::model::alert::LinkState;
use greffon_words::{alerts, refusals};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::code::KeptCode;
use crate::link::Link;
use crate::page::Notice;
use crate::stop::Stop;

/// Codes verified at once: each takes a core and up to 256 MiB, on the machine that takes
/// calls.
const PLACES: usize = 2;

/// How long somebody waits for a place.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// A step that meets another one (an alert's watch, somebody else's link) is taken again,
/// so often in all.
const MOST_MEETINGS: usize = 5;

/// The flow, and the places for verifications.
pub(crate) struct Portal {
    pub(crate) alerts: Alerts,
    pub(crate) places: Arc<Semaphore>,
}

/// A link that a code still opens.
pub(crate) struct Usable {
    /// All that may be shown.
    pub(crate) practice_name: String,
    /// What the recipient's code is compared with.
    pub(crate) code: KeptCode,
}

impl Portal {
    pub(crate) fn new(alerts: Alerts) -> Self {
        Self { alerts, places: Arc::new(Semaphore::new(PLACES)) }
    }

    /// What a link leads to. Changes nothing.
    pub(crate) async fn look(&self, link: &Link) -> Result<Usable, Notice> {
        let LinkedAlert { practice_name, state, code, .. } = self.alerts.at_link(link.alert, &link.secret).await?;
        match state {
            LinkState::Usable => {}
            LinkState::Dead => return Err(Notice::Closed(refusals::link_dead())),
            LinkState::Expired => return Err(Notice::Closed(refusals::link_expired())),
        }
        let code = KeptCode::read(&code.ok_or(Notice::NoCode)?).map_err(|unfit| {
            tracing::error!(alert.id = %link.alert, why = %unfit, "the hash of a recipient's code is not used");
            Notice::NoCode
        })?;
        Ok(Usable { practice_name, code })
    }

    /// Whether this is the recipient's code. It is counted before it is looked at, so that
    /// no number of requests at once tries more codes than the link takes.
    ///
    /// The place is taken before the try is counted. The other way round a crowd of
    /// requests would use up the tries of a link while none of its codes is looked at, and
    /// whoever is honest would be turned away with one try less. An attacker gains nothing:
    /// what has no place yet is neither counted nor compared, and what has one is counted
    /// first.
    pub(crate) async fn check(&self, link: &Link, kept: KeptCode, code: String) -> Result<(), Stop> {
        let Ok(Ok(place)) = timeout(LONGEST_WAIT, Arc::clone(&self.places).acquire_owned()).await else {
            return Err(Notice::Busy.into());
        };
        settled(|| self.alerts.count_try(link.alert, &link.secret)).await?;
        let verified = spawn_blocking(move || {
            let right = kept.is(&code);
            // With the computation and not with its request, which may be gone by now.
            drop(place);
            right
        });
        let right = verified.await.map_err(|_| broken("the verification panicked"))?;
        if right.map_err(|error| broken(&error.to_string()))? {
            return Ok(());
        }
        settled(|| self.alerts.wrong_code(link.alert, &link.secret)).await?;
        // The last try: no form, which could only be refused.
        self.look(link).await?;
        Err(Stop::Again(StatusCode::FORBIDDEN, alerts::wrong_code()))
    }
}

/// Takes a step that changes nothing when it fails, until it meets no other one.
pub(crate) async fn settled<T, F: Future<Output = Flow<T>>>(step: impl Fn() -> F) -> Flow<T> {
    for _ in 1..MOST_MEETINGS {
        match step().await {
            Err(FlowError::Conflict) => tokio::task::yield_now().await,
            other => return other,
        }
    }
    step().await
}

/// Runs work that writes to its end, though whoever asked for it goes away: a wrong code
/// that was counted must also be told of.
pub(crate) async fn complete<T: Send + 'static>(
    work: impl Future<Output = Result<T, Stop>> + Send + 'static,
) -> Result<T, Stop> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(broken("the work panicked")))
}

fn broken(cause: &str) -> Stop {
    tracing::error!(error.cause = cause, "a page cannot be made");
    Notice::Broken.into()
}
