//! The moves that every decision about an intent is made of.

use greffon_words::refusals;

use super::event::{IntentEffect, ResendRule};
use super::{Intent, IntentKind, IntentState};
use crate::model::refusal::Refusal;
use crate::model::scheduling::{AgendaAppointment, ByWhom};
use crate::time::Instant;

/// A send that was answered for certain, or whose effect was found, does not
/// arrive any more.
pub(super) fn close_send(intent: &mut Intent) {
    intent.open.count = intent.open.count.saturating_sub(1);
}

pub(super) fn believe_no_absence_yet(intent: &mut Intent, rule: ResendRule, now: Instant) {
    let from = now.plus_millis(rule.outlives_ms());
    intent.open.absent_from = intent.open.absent_from.max(Some(from));
}

/// Looks at the agenda as if nothing had been seen of it, with what it refused.
pub(super) fn look_afresh(intent: &mut Intent, refusal: Option<String>) -> Vec<IntentEffect> {
    intent.open.refusal = refusal;
    intent.lookups = 0;
    intent.absent_since = None;
    enter(intent, IntentState::Unknown, vec![IntentEffect::Watch])
}

/// Has an intent that is over looked at once more, when what had begun may have
/// arrived.
pub(super) fn look_later(intent: &mut Intent, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    intent.open.look_at = Some(now.plus_millis(rule.outlives_ms()));
    intent.lookups = 0;
    intent.absent_since = None;
    vec![IntentEffect::Watch]
}

pub(super) fn look_in(intent: &mut Intent, pause_s: i64, now: Instant) -> Vec<IntentEffect> {
    intent.open.look_at = Some(now.plus_millis(pause_s * 1000));
    vec![IntentEffect::Watch]
}

pub(super) fn over(intent: &mut Intent) -> Vec<IntentEffect> {
    intent.open.look_at = None;
    intent.absent_since = None;
    vec![]
}

pub(super) fn confirm(intent: &mut Intent, held: AgendaAppointment) -> Vec<IntentEffect> {
    intent.appointment = Some(held);
    intent.open.refusal = None;
    enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle])
}

/// Whether greffon itself wants this: the end of the old time after a move in
/// an agenda that cannot move.
pub(super) fn is_own_follow_up(intent: &Intent) -> bool {
    matches!(intent.kind, IntentKind::Cancel { by: ByWhom::System, .. })
}

/// It was refused, its claim is gone, and now the agenda says that it was done.
pub(super) fn done_after_refusal(intent: &mut Intent, held: AgendaAppointment) -> Vec<IntentEffect> {
    // Somebody else may hold the time by now.
    intent.claims.clear();
    intent.appointment = Some(held);
    intent.lookups = 0;
    intent.absent_since = None;
    match intent.kind {
        IntentKind::Book => enter(intent, IntentState::Compensating, vec![IntentEffect::Watch]),
        // A cancellation that was done is what was wanted.
        IntentKind::Cancel { .. } => enter(intent, IntentState::Confirmed, vec![IntentEffect::Settle]),
        IntentKind::Move(_) => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

/// A person looks at what an intent that was over left. Its time, if it had let
/// it go, is not claimed again: somebody else may have it.
pub(super) fn by_hand(intent: &mut Intent) -> Vec<IntentEffect> {
    intent.open.look_at = None;
    if !intent.state.is_live() {
        intent.claims.clear();
    }
    if intent.state == IntentState::NeedsHuman {
        return vec![];
    }
    enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
}

pub(super) fn send(intent: &mut Intent, now: Instant) -> Vec<IntentEffect> {
    intent.sends = intent.sends.saturating_add(1);
    intent.open.count = intent.open.count.saturating_add(1);
    intent.sent_at = Some(now);
    intent.lookups = 0;
    intent.absent_since = None;
    enter(intent, IntentState::Sending, vec![IntentEffect::Watch, IntentEffect::Call])
}

pub(super) fn refuse(intent: &mut Intent, code: &str, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.refusal = Some(code.to_owned());
    enter(intent, IntentState::Refused, effects)
}

pub(super) fn enter(intent: &mut Intent, state: IntentState, effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    intent.state = state;
    effects
}

pub(super) fn too_late() -> Refusal {
    Refusal::not_allowed("already-sent", refusals::already_sent())
}
