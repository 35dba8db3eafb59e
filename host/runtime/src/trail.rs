//! What the host saw of the requests of one call: enough to say why it failed, and nothing of what was said. A plugin
//! cannot write here; what it says itself is a hint for the cases in which nothing else is known.

use std::sync::{Mutex, MutexGuard, PoisonError};

use greffon_core::model::outside_failure::{FailureClass, OutsideFailure};

/// The requests of one call so far.
#[derive(Debug, Default)]
pub(crate) struct Trail(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Requests that have not ended. One that never does was cut off with the call.
    under_way: Vec<(Request, String)>,
    begun: u64,
    /// The request that ended last.
    last: Option<Ended>,
    /// The last one that failed in a way that is part of no conversation.
    grave: Option<OutsideFailure>,
}

#[derive(Clone, Debug)]
struct Ended {
    origin: String,
    status: Option<u16>,
    class: Option<FailureClass>,
}

/// A request of a call, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request(u64);

/// How a call ended, as the plugin sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With an answer, be it that the agenda says no.
    Answered,
    /// With an error that may be about something outside. `reads` says that the call changes nothing, so that the
    /// answer of a server that the plugin cannot use is a fault of the answer.
    Told {
        /// Which.
        hint: Hint,
        /// Whether the call only reads.
        reads: bool,
    },
    /// Without one, at its deadline.
    Late,
    /// Without one, for another reason: a trap, a limit.
    Cut,
}

/// What a plugin says of the world outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Not reachable, or nobody knows.
    Unavailable,
    /// Too many requests.
    RateLimited,
    /// We are not let in.
    Unauthorised,
    /// Something else, which may be a decision of its own.
    Refused,
}

/// What a call says of the world outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Conclusion {
    /// Nothing: nobody was asked.
    Nothing,
    /// What was asked answered.
    Well,
    /// It did not.
    Failed(OutsideFailure),
}

impl Trail {
    /// A request that begins now. `origin` has no path.
    pub(crate) fn begin(&self, origin: String) -> Request {
        let mut seen = self.lock();
        let request = Request(seen.begun);
        seen.begun += 1;
        seen.under_way.push((request, origin));
        request
    }

    /// It was answered.
    pub(crate) fn answered(&self, request: Request, status: u16) {
        self.end(request, Some(status), FailureClass::of_status(status));
    }

    /// It was not, for a reason that has a class unless it is the host's or the plugin's own.
    pub(crate) fn failed(&self, request: Request, class: Option<FailureClass>) {
        self.end(request, None, class);
    }

    /// A failure with the status that told it.
    pub(crate) fn refused(&self, request: Request, status: Option<u16>, class: FailureClass) {
        self.end(request, status, Some(class));
    }

    fn end(&self, request: Request, status: Option<u16>, class: Option<FailureClass>) {
        let mut seen = self.lock();
        let Some(at) = seen.under_way.iter().position(|(known, _)| *known == request) else { return };
        let (_, origin) = seen.under_way.swap_remove(at);
        if let Some(class) = class.filter(|class| is_grave(*class, status)) {
            seen.grave = Some(OutsideFailure { class, origin: Some(origin.clone()), status });
        }
        seen.last = Some(Ended { origin, status, class });
    }

    /// What the call says of the world outside, when it has ended so.
    pub(crate) fn conclude(&self, end: End) -> Conclusion {
        let seen = self.lock();
        let last_failed = seen.last.as_ref().and_then(Ended::failure);
        let by_class = |class| {
            let origin = seen.last.as_ref().map(|last| last.origin.clone());
            Conclusion::Failed(OutsideFailure { class, origin, status: None })
        };
        match end {
            End::Answered => match (&seen.grave, &seen.last) {
                (Some(grave), _) => Conclusion::Failed(grave.clone()),
                (None, Some(_)) => Conclusion::Well,
                (None, None) => Conclusion::Nothing,
            },
            End::Late if !seen.under_way.is_empty() => {
                let origin = seen.under_way.first().map(|(_, origin)| origin.clone());
                Conclusion::Failed(OutsideFailure { class: FailureClass::TimeOut, origin, status: None })
            }
            End::Late | End::Cut => match last_failed {
                Some(failed) => Conclusion::Failed(failed),
                None => Conclusion::Failed(OutsideFailure::of(FailureClass::Unknown)),
            },
            End::Told { hint, reads } => match (last_failed.or_else(|| seen.grave.clone()), hint) {
                (Some(failed), _) => Conclusion::Failed(failed),
                (None, Hint::RateLimited) => by_class(FailureClass::RateLimited),
                (None, Hint::Unauthorised) => by_class(FailureClass::CredentialsRefused),
                // It was answered, and the plugin could not use the answer.
                (None, Hint::Unavailable) if reads && seen.last.as_ref().is_some_and(Ended::is_success) => {
                    let Some(Ended { origin, status, .. }) = seen.last.clone() else { return Conclusion::Nothing };
                    let class = FailureClass::ProtocolBreach;
                    Conclusion::Failed(OutsideFailure { class, origin: Some(origin), status })
                }
                (None, Hint::Unavailable) if seen.last.is_none() => {
                    Conclusion::Failed(OutsideFailure::of(FailureClass::Unknown))
                }
                (None, Hint::Unavailable | Hint::Refused) => match seen.last {
                    Some(_) => Conclusion::Well,
                    None => Conclusion::Nothing,
                },
            },
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // Each change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ended {
    fn failure(&self) -> Option<OutsideFailure> {
        Some(OutsideFailure { class: self.class?, origin: Some(self.origin.clone()), status: self.status })
    }

    fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Whether a failure counts although the call has an answer. In a conversation that goes well a server may say that
/// something is not there, is not allowed or is not known to it; it does not refuse the password or break off.
fn is_grave(class: FailureClass, status: Option<u16>) -> bool {
    match status {
        None => true,
        // Not implemented, no room: about this request alone.
        Some(501 | 507) => false,
        Some(_) => {
            matches!(class, FailureClass::CredentialsRefused | FailureClass::RateLimited | FailureClass::ServerError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAV: &str = "https://dav.example";
    const READ: End = End::Told { hint: Hint::Unavailable, reads: true };
    const WRITE: End = End::Told { hint: Hint::Unavailable, reads: false };

    fn answered(statuses: &[u16]) -> Trail {
        let trail = Trail::default();
        for status in statuses {
            let request = trail.begin(DAV.to_owned());
            trail.answered(request, *status);
        }
        trail
    }

    fn class(conclusion: &Conclusion) -> Option<FailureClass> {
        match conclusion {
            Conclusion::Failed(failure) => Some(failure.class),
            Conclusion::Well | Conclusion::Nothing => None,
        }
    }

    #[test]
    fn what_the_host_saw_last_counts_before_what_the_plugin_says() {
        for hint in [Hint::Unavailable, Hint::RateLimited, Hint::Unauthorised, Hint::Refused] {
            let concluded = answered(&[207, 403]).conclude(End::Told { hint, reads: true });
            let failure =
                OutsideFailure { class: FailureClass::NotPermitted, origin: Some(DAV.to_owned()), status: Some(403) };
            assert_eq!(concluded, Conclusion::Failed(failure));
        }
        assert_eq!(class(&answered(&[401, 207]).conclude(WRITE)), Some(FailureClass::CredentialsRefused));
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_a_breach_of_reads_alone() {
        assert_eq!(class(&answered(&[200]).conclude(READ)), Some(FailureClass::ProtocolBreach));
        assert_eq!(answered(&[200]).conclude(WRITE), Conclusion::Well, "somebody else was faster");
        assert_eq!(answered(&[412]).conclude(WRITE), Conclusion::Well);
        let refused = End::Told { hint: Hint::Refused, reads: true };
        assert_eq!(answered(&[200]).conclude(refused), Conclusion::Well, "a decision of its own");
        assert_eq!(answered(&[]).conclude(refused), Conclusion::Nothing);
    }

    #[test]
    fn a_call_that_went_well_says_what_failed_on_its_way() {
        assert_eq!(answered(&[404, 403, 501, 507, 412, 201]).conclude(End::Answered), Conclusion::Well);
        assert_eq!(class(&answered(&[503, 207]).conclude(End::Answered)), Some(FailureClass::ServerError));
        assert_eq!(answered(&[]).conclude(End::Answered), Conclusion::Nothing);
        let trail = answered(&[207]);
        let request = trail.begin("https://other.example".to_owned());
        trail.failed(request, Some(FailureClass::Name));
        let failed = trail.conclude(End::Answered);
        assert!(matches!(failed, Conclusion::Failed(one) if one.origin.as_deref() == Some("https://other.example")));
    }

    #[test]
    fn a_call_that_was_cut_off_waited_for_somebody_or_had_a_fault_of_its_own() {
        let trail = answered(&[207]);
        trail.begin("https://slow.example".to_owned());
        let late = trail.conclude(End::Late);
        assert!(
            matches!(&late, Conclusion::Failed(one) if one.class == FailureClass::TimeOut
                && one.origin.as_deref() == Some("https://slow.example")),
            "{late:?}"
        );
        assert_eq!(class(&answered(&[207]).conclude(End::Late)), Some(FailureClass::Unknown));
        assert_eq!(class(&answered(&[500]).conclude(End::Cut)), Some(FailureClass::ServerError));
        assert_eq!(class(&answered(&[]).conclude(End::Cut)), Some(FailureClass::Unknown));
    }

    #[test]
    fn a_request_ends_once_and_without_a_class_is_no_failure() {
        let trail = Trail::default();
        let request = trail.begin(DAV.to_owned());
        trail.failed(request, None);
        trail.answered(request, 500);
        assert_eq!(trail.conclude(End::Answered), Conclusion::Well);
    }
}
