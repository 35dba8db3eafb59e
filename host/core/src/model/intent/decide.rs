//! The life of an intent as a pure function.
//!
//! The rules (agendas.md §3.3): an intent whose effect is unknown keeps its
//! claim and is looked up, never blindly sent again; `absent` is believed only
//! when seen twice, some time apart; what cannot be found out goes to a person.

use super::{Answer, Finding, Intent, IntentKind, IntentState};
use crate::model::refusal::Refusal;
use crate::model::scheduling::{AgendaAppointment, ByWhom};
use crate::time::Instant;

/// Seconds from one look-up to the next: 1 s, 5 s, 30 s, 2 min, then every ten
/// minutes. After the last one, half an hour has gone and a person decides.
pub const LOOK_UP_LADDER_S: [i64; 7] = [1, 5, 30, 120, 600, 600, 600];

/// Two sights of an absence are at least so far apart, in milliseconds.
pub const ABSENT_GAP_MIN_MS: i64 = 10_000;

/// How long after its deadline a write counts as lost, in milliseconds: its own
/// answer has the first word.
pub const OVERDUE_MARGIN_MS: i64 = 5_000;

/// How often one op-id is sent at most: each time after an absence that was
/// seen twice.
pub const MAX_SENDS: u32 = 3;

/// What happens to an intent.
#[derive(Clone, Debug, PartialEq)]
pub enum IntentEvent {
    /// Its time is claimed in the same transaction.
    Claim,
    /// The agenda is about to be called for the first time.
    Send,
    /// The agenda answered the send of this number, from 1.
    Answered {
        /// Which send.
        send: u32,
        /// What it said.
        answer: Answer,
    },
    /// The time of a send is over and nobody stored an answer: a process died.
    Overdue,
    /// The agenda was asked what became of it.
    LookedUp {
        /// What was found.
        finding: Finding,
        /// What this agenda allows.
        rule: ResendRule,
    },
    /// Nothing was ever sent, and whoever wanted it is gone.
    Abandon,
    /// An attempt to take out what must not be in the agenda.
    TakenOut(Answer),
    /// The practice's file has no longer the feature that it was sent to: there
    /// is nobody to ask what became of it.
    FeatureGone,
}

/// What an agenda allows after an unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendRule {
    /// Sending the same op-id again is harmless.
    pub may_resend: bool,
    /// The longest a write may take, in milliseconds.
    pub write_timeout_ms: u32,
}

impl ResendRule {
    /// How far apart two sights of an absence must be, in milliseconds.
    #[must_use]
    pub fn absent_gap_ms(self) -> i64 {
        ABSENT_GAP_MIN_MS.max(i64::from(self.write_timeout_ms) * 2)
    }
}

/// When somebody must look at an intent next, if its answer does not come
/// before: a send that took too long, the next look-up, the next attempt to take
/// it out. `None` when nothing happens by itself.
#[must_use]
pub fn next_at(intent: &Intent, rule: ResendRule) -> Option<Instant> {
    match intent.state {
        IntentState::Sending => {
            let deadline_ms = i64::from(rule.write_timeout_ms) + OVERDUE_MARGIN_MS;
            Some(intent.sent_at.unwrap_or(intent.updated_at).plus_millis(deadline_ms))
        }
        IntentState::Unknown | IntentState::Compensating => {
            let by_ladder = intent.updated_at.plus_millis(pause_s(intent.lookups)? * 1000);
            // The second sight of an absence is worth having as soon as it counts.
            let second_sight = intent
                .absent_since
                .map(|since| since.plus_millis(rule.absent_gap_ms()))
                .filter(|at| *at > intent.updated_at);
            Some(second_sight.map_or(by_ladder, |at| at.min(by_ladder)))
        }
        _ => None,
    }
}

/// What must follow, in the same transaction or after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntentEffect {
    /// It is in the agenda: write the mirror and tell those concerned. At most
    /// once in the life of an intent.
    Settle,
    /// It was refused after it had been called uncertain: somebody who waits
    /// must be told.
    RefusedLate,
    /// Only a person can tell: ask one. At most once.
    AskHuman,
    /// Look at it at [`next_at`]: a job for that is written with the change.
    Watch,
    /// Call the agenda, with the same op-id on every try.
    Call,
}

/// One step of an intent. An event that comes too late for the state changes
/// nothing and has no effect.
///
/// # Errors
/// `NotAllowed` for a `Claim` or `Send` that the state forbids.
pub fn decide(intent: &Intent, event: IntentEvent, now: Instant) -> Result<(Intent, Vec<IntentEffect>), Refusal> {
    let mut next = intent.clone();
    let effects = match event {
        IntentEvent::Claim => match intent.state {
            IntentState::Drafted => enter(&mut next, IntentState::Claimed, vec![]),
            _ => return Err(too_late()),
        },
        IntentEvent::Send => match intent.state {
            IntentState::Drafted | IntentState::Claimed | IntentState::Held => send(&mut next, now),
            _ => return Err(too_late()),
        },
        IntentEvent::Answered { send, answer } => answered(&mut next, send, answer),
        IntentEvent::Overdue if intent.state == IntentState::Sending => {
            enter(&mut next, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        IntentEvent::LookedUp { finding, rule } if intent.state == IntentState::Unknown => {
            looked_up(&mut next, finding, rule, now)
        }
        IntentEvent::Abandon
            if matches!(intent.state, IntentState::Drafted | IntentState::Claimed | IntentState::Held) =>
        {
            refuse(&mut next, "abandoned", vec![])
        }
        IntentEvent::TakenOut(answer) if intent.state == IntentState::Compensating => taken_out(&mut next, &answer),
        // What is claimed only was never sent, and is let go without an agenda.
        IntentEvent::FeatureGone
            if matches!(
                intent.state,
                IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating
            ) =>
        {
            enter(&mut next, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        IntentEvent::Overdue
        | IntentEvent::LookedUp { .. }
        | IntentEvent::Abandon
        | IntentEvent::TakenOut(_)
        | IntentEvent::FeatureGone => vec![],
    };
    if next != *intent {
        next.updated_at = now;
    }
    Ok((next, effects))
}

fn answered(intent: &mut Intent, sent: u32, answer: Answer) -> Vec<IntentEffect> {
    let latest = sent == intent.sends;
    let first = intent.sends <= 1;
    let asked_before = intent.state == IntentState::Unknown || !first;
    let own = is_own_follow_up(intent);
    match (intent.state, answer) {
        (IntentState::Sending | IntentState::Unknown, Answer::Done(held)) => {
            intent.appointment = Some(*held);
            enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle])
        }
        // An answer to an earlier send says nothing of the later one.
        (IntentState::Sending | IntentState::Unknown, _) if !latest => vec![],
        // Nobody stands by to try again: the old time of a move must not stay.
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) if own => {
            intent.refusal = Some(code);
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) => {
            refuse(intent, &code, if asked_before { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        // The first send did nothing; a later one leaves the earlier open.
        (IntentState::Sending | IntentState::Unknown, Answer::Unreachable(code)) if first && !own => {
            refuse(intent, &code, if asked_before { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        (IntentState::Sending, Answer::Unreachable(_) | Answer::Unknown) => {
            enter(intent, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        (IntentState::Refused, Answer::Done(held)) => done_after_refusal(intent, *held),
        _ => vec![],
    }
}

/// Whether greffon itself wants this: the end of the old time after a move in
/// an agenda that cannot move.
fn is_own_follow_up(intent: &Intent) -> bool {
    matches!(intent.kind, IntentKind::Cancel { by: ByWhom::System, .. })
}

/// It was refused, its claim is gone, and now the agenda says that it was done.
fn done_after_refusal(intent: &mut Intent, held: AgendaAppointment) -> Vec<IntentEffect> {
    // Somebody else may hold the time by now.
    intent.claims.clear();
    intent.appointment = Some(held);
    intent.lookups = 0;
    match intent.kind {
        IntentKind::Book => enter(intent, IntentState::Compensating, vec![IntentEffect::Watch]),
        // A cancellation that was done is what was wanted.
        IntentKind::Cancel { .. } => enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle]),
        IntentKind::Move(_) => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

fn looked_up(intent: &mut Intent, finding: Finding, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    let seen_before = intent.absent_since.is_some_and(|since| now.millis_since(since) >= rule.absent_gap_ms());
    match finding {
        Finding::Present(held) => {
            intent.appointment = Some(*held);
            return enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle]);
        }
        Finding::Ambiguous => return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
        Finding::Gone(held) if seen_before => {
            intent.appointment = Some(*held);
            return enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle]);
        }
        Finding::Absent if seen_before && rule.may_resend && intent.sends < MAX_SENDS => {
            return send(intent, now);
        }
        Finding::Absent if seen_before => {
            return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]);
        }
        Finding::Absent | Finding::Gone(_) => {
            intent.absent_since.get_or_insert(now);
        }
        Finding::Unreadable => {}
    }
    if pause_s(intent.lookups).is_none() {
        return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]);
    }
    vec![IntentEffect::Watch]
}

fn taken_out(intent: &mut Intent, answer: &Answer) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    match (answer, pause_s(intent.lookups)) {
        (Answer::Done(_), _) => enter(intent, IntentState::Compensated, vec![]),
        (Answer::Unreachable(_) | Answer::Unknown, Some(_)) => vec![IntentEffect::Watch],
        _ => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

/// The pause before the next look-up; `None` when the ladder ends.
fn pause_s(lookups: u32) -> Option<i64> {
    LOOK_UP_LADDER_S.get(usize::try_from(lookups).unwrap_or(usize::MAX)).copied()
}

fn send(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    intent.sends = intent.sends.saturating_add(1);
    intent.sent_at = Some(now);
    intent.lookups = 0;
    intent.absent_since = None;
    enter(intent, IntentState::Sending, vec![IntentEffect::Watch, IntentEffect::Call])
}

fn refuse(intent: &mut Intent, code: &str, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.refusal = Some(code.to_owned());
    enter(intent, IntentState::Refused, effects)
}

fn enter(intent: &mut Intent, state: IntentState, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.state = state;
    effects
}

fn too_late() -> Refusal {
    Refusal::not_allowed("already-sent", "Cette demande a déjà été envoyée à l'agenda : regardez où elle en est.")
}

#[cfg(test)]
mod tests;
