//! Reads what an agenda said. An agenda is hostile: what it returns counts only
//! as far as it is what was asked for.

use super::{Intent, IntentKind};
use crate::ids::OpId;
use crate::model::claims::is_time;
use crate::model::outside_failure::FailureClass;
use crate::model::scheduling::{AgendaAppointment, AgendaError, AppointmentStatus, Found};
use crate::model::standing::is_gone;
use crate::time::Span;

/// What an agenda answered to a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It holds what was asked for.
    Done(Box<AgendaAppointment>),
    /// It did not do it and never will; nothing changed. A stable code.
    Refused(String),
    /// It cannot be asked now; nothing changed. A stable code.
    Unreachable(String),
    /// Nobody knows: no answer, or one that is not what was asked for.
    Unknown,
}

impl Answer {
    /// The same with the class of the failure as its code, where something outside failed: what an agenda says of
    /// itself then (not reachable, denied, anything else) is about the same thing.
    #[must_use]
    pub fn because(self, class: Option<FailureClass>) -> Self {
        let Some(class) = class else { return self };
        match self {
            Self::Unreachable(_) => Self::Unreachable(class.refusal_code().to_owned()),
            Self::Refused(code) if code == DENIED || code == OTHER => Self::Refused(class.refusal_code().to_owned()),
            other => other,
        }
    }
}

/// The refusal of an agenda that does not let us.
const DENIED: &str = "denied";

/// The refusal of an agenda for a reason that the contract has no word for.
const OTHER: &str = "other";

/// What a look-up found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// What was asked for is there.
    Present(Box<AgendaAppointment>),
    /// It is not there, by a complete read.
    Absent,
    /// The appointment to cancel is not there any more, and left no trace.
    Gone(Box<AgendaAppointment>),
    /// What was asked for is there, and somebody else has a part of its time.
    Beside(Box<AgendaAppointment>),
    /// The appointment to move stands at another time than it had and than it was to have:
    /// somebody gave it that one in the agenda.
    Elsewhere {
        /// Which.
        to: Span,
        /// After the move had arrived.
        arrived: bool,
    },
    /// Several entries, or not quite what was asked for: a person decides.
    Ambiguous,
    /// The agenda could not be read.
    Unreadable,
}

/// Prefix of the refusals that name a rule: `rule-broken.quota`.
pub const RULE_BROKEN: &str = "rule-broken.";

/// Longest name of an appointment that is believed.
const MAX_ID_BYTES: usize = 1024;

/// Whether what the agenda holds is what the intent asked for.
#[must_use]
pub fn fits(intent: &Intent, held: &AgendaAppointment) -> bool {
    let named = !held.id.0.is_empty() && held.id.0.len() <= MAX_ID_BYTES;
    let gone = is_gone(held.status);
    named
        && match &intent.kind {
            IntentKind::Cancel { appointment, .. } => gone && held.id == *appointment,
            // An agenda may round the end, within what is claimed.
            IntentKind::Book | IntentKind::Move(_) => {
                !gone
                    && held.agenda == intent.request.agenda
                    && held.span.start == intent.request.span.start
                    && held.span.start < held.span.end
                    && intent.claims.iter().filter(|claim| is_time(claim)).all(|claim| held.span.end <= claim.span.end)
            }
        }
}

/// Reads the answer to a write. `before` is the appointment that a move or a
/// cancellation is about, as it was last seen.
#[must_use]
pub fn read_answer(
    intent: &Intent,
    before: Option<&AgendaAppointment>,
    result: Result<AgendaAppointment, AgendaError>,
) -> Answer {
    let refused = |code: &str| Answer::Refused(code.to_owned());
    let done = |held: AgendaAppointment| {
        if fits(intent, &held) { Answer::Done(Box::new(held)) } else { Answer::Unknown }
    };
    match result {
        Ok(held) | Err(AgendaError::Already(held)) => done(held),
        // Somebody else changed it, perhaps into what was wanted.
        Err(AgendaError::Stale(held)) if intent.kind != IntentKind::Book && fits(intent, &held) => {
            Answer::Done(Box::new(held))
        }
        Err(AgendaError::NotFound) => match (&intent.kind, before) {
            // What is gone needs no cancelling.
            (IntentKind::Cancel { .. }, Some(before)) => Answer::Done(Box::new(cancelled(before))),
            _ => refused("not-found"),
        },
        Err(AgendaError::OutcomeUnknown(_)) => Answer::Unknown,
        Err(AgendaError::Unavailable(_)) => Answer::Unreachable("unavailable".to_owned()),
        Err(AgendaError::RateLimited(_)) => Answer::Unreachable("rate-limited".to_owned()),
        Err(AgendaError::SlotTaken(_)) => refused("slot-taken"),
        Err(AgendaError::HoldExpired) => refused("hold-expired"),
        Err(AgendaError::Stale(_)) => refused("stale"),
        Err(AgendaError::RuleBroken(rule, _)) => refused(&format!("{RULE_BROKEN}{}", rule.as_str())),
        Err(AgendaError::Invalid(..)) => refused("invalid"),
        Err(AgendaError::Denied(_)) => refused(DENIED),
        Err(AgendaError::CursorExpired | AgendaError::Unsupported(_)) => refused("unsupported"),
        Err(AgendaError::Other(_)) => refused(OTHER),
    }
}

/// Reads a look-up of something new, by its own op-id: a booking, or a move in
/// an agenda that cannot move.
#[must_use]
pub fn read_look_up(intent: &Intent, found: Result<Found, AgendaError>) -> Finding {
    match found {
        Ok(Found::Present(held)) if fits(intent, &held) => Finding::Present(Box::new(held)),
        Ok(Found::Present(held)) if is_gone(held.status) => Finding::Absent,
        Ok(Found::Ambiguous(all)) => match own_among(&all, &intent.op) {
            Some(held) if fits(intent, held) => Finding::Beside(Box::new(held.clone())),
            _ => Finding::Ambiguous,
        },
        Ok(Found::Present(_)) => Finding::Ambiguous,
        Ok(Found::Absent) => Finding::Absent,
        Err(_) => Finding::Unreadable,
    }
}

/// The one entry of several that an op-id wrote; none when several bear it.
fn own_among<'a>(all: &'a [AgendaAppointment], op: &OpId) -> Option<&'a AgendaAppointment> {
    let mut own = all.iter().filter(|held| held.ours && held.op.as_ref() == Some(op) && !is_gone(held.status));
    own.next().filter(|_| own.next().is_none())
}

/// Reads what an intent that is over left in the agenda, found by its own op-id,
/// whatever became of it there since.
#[must_use]
pub fn read_remains(op: &OpId, found: Result<Found, AgendaError>) -> Finding {
    match found {
        Ok(Found::Present(held)) if is_gone(held.status) => Finding::Absent,
        Ok(Found::Present(held)) => Finding::Present(Box::new(held)),
        Ok(Found::Ambiguous(all)) => match own_among(&all, op) {
            Some(held) => Finding::Beside(Box::new(held.clone())),
            None => Finding::Ambiguous,
        },
        Ok(Found::Absent) => Finding::Absent,
        Err(_) => Finding::Unreadable,
    }
}

/// Reads the look-ups of a move in place: by the move's own op-id, and, when
/// the agenda knows nothing of that one, by the op-id that the appointment had
/// before.
#[must_use]
pub fn read_move_look_up(
    intent: &Intent,
    before: &AgendaAppointment,
    by_own: Result<Found, AgendaError>,
    by_former: Option<Result<Found, AgendaError>>,
) -> Finding {
    let unmoved = |held: &AgendaAppointment| {
        held.id == before.id && held.span == before.span && held.agenda == before.agenda && !is_gone(held.status)
    };
    let elsewhere = |held: &AgendaAppointment| {
        let there = held.id == before.id && held.agenda == before.agenda && !is_gone(held.status);
        there && held.span.start < held.span.end
    };
    let arrived = matches!(by_own, Ok(Found::Present(_)));
    match (by_own, by_former) {
        (Ok(Found::Present(held)), _) | (Ok(Found::Absent), Some(Ok(Found::Present(held)))) => {
            if fits(intent, &held) {
                Finding::Present(Box::new(held))
            } else if unmoved(&held) {
                Finding::Absent
            } else if elsewhere(&held) {
                Finding::Elsewhere { to: held.span, arrived }
            } else {
                Finding::Ambiguous
            }
        }
        (Err(_), _) | (Ok(Found::Absent), Some(Err(_)) | None) => Finding::Unreadable,
        // Under neither op-id: the appointment itself has vanished.
        (Ok(Found::Absent), Some(Ok(Found::Absent | Found::Ambiguous(_)))) | (Ok(Found::Ambiguous(_)), _) => {
            Finding::Ambiguous
        }
    }
}

/// Reads a look-up of the appointment that a cancellation is about, by the
/// op-id that the appointment was written with. `Absent` means that the
/// cancellation was not done.
#[must_use]
pub fn read_cancel_look_up(before: &AgendaAppointment, found: Result<Found, AgendaError>) -> Finding {
    match found {
        Ok(Found::Present(held)) if held.id == before.id && is_gone(held.status) => Finding::Present(Box::new(held)),
        Ok(Found::Present(held)) if held.id == before.id => Finding::Absent,
        Ok(Found::Present(_) | Found::Ambiguous(_)) => Finding::Ambiguous,
        Ok(Found::Absent) => Finding::Gone(Box::new(cancelled(before))),
        Err(_) => Finding::Unreadable,
    }
}

fn cancelled(before: &AgendaAppointment) -> AgendaAppointment {
    AgendaAppointment { status: AppointmentStatus::Cancelled, ..before.clone() }
}
