//! The life of an intent as a pure function.
//!
//! The rules (the README, "The road of a booking"): an intent whose effect is unknown keeps its
//! claim and is looked up, never blindly sent again; `absent` is believed only
//! when seen twice, some time apart; what cannot be found out goes to a person.

use greffon_words::refusals;

use super::event::{IntentEffect, IntentEvent, MAX_SENDS, ResendRule, is_second_sight, pause_s};
use super::people::{by_verdict, call_off, is_settled_by_hand, not_wanted, restored, seen_afterwards};
use super::remains::{after_it_was_taken_out, remains};
use super::steps::{
    believe_no_absence_yet, by_hand, close_send, confirm, done_after_refusal, enter, is_own_follow_up, look_afresh,
    look_later, refuse, send, too_late,
};
use super::{Answer, Finding, Intent, IntentKind, IntentState};
use crate::model::refusal::Refusal;
use crate::time::Instant;

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
        IntentEvent::Wait if intent.state == IntentState::Claimed => {
            next.open.waits = true;
            vec![IntentEffect::Watch]
        }
        IntentEvent::Send => match intent.state {
            IntentState::Drafted | IntentState::Claimed | IntentState::Held => send(&mut next, now),
            _ => return Err(too_late()),
        },
        // Whatever comes late, it is a person's by now.
        IntentEvent::Answered { .. }
        | IntentEvent::AnsweredLate { .. }
        | IntentEvent::SeenAfterwards { .. }
        | IntentEvent::Remains { .. }
            if is_settled_by_hand(intent) =>
        {
            vec![]
        }
        IntentEvent::Answered { send, answer } => answered(&mut next, send, answer),
        IntentEvent::AnsweredLate { send, answer, rule } => answered_late(&mut next, send, answer, rule, now),
        IntentEvent::Overdue(rule) if intent.state == IntentState::Sending => {
            believe_no_absence_yet(&mut next, rule, now);
            enter(&mut next, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        IntentEvent::LookedUp { finding, asked_at, rule } if intent.state == IntentState::Unknown => {
            let seen_before = is_second_sight(&next, asked_at, rule);
            looked_up(&mut next, finding, seen_before, rule, now)
        }
        IntentEvent::Abandon
            if matches!(intent.state, IntentState::Drafted | IntentState::Claimed | IntentState::Held) =>
        {
            let waits = intent.open.waits;
            refuse(&mut next, "abandoned", if waits { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        IntentEvent::CallOff if intent.kind == IntentKind::Book => call_off(&mut next)?,
        IntentEvent::CallOff => return Err(Refusal::not_allowed("already-sent", refusals::already_sent())),
        IntentEvent::Verdict(verdict) if intent.state == IntentState::NeedsHuman => by_verdict(&mut next, verdict, now),
        IntentEvent::Verdict(_) => return Err(Refusal::not_allowed("no-verdict", refusals::no_verdict())),
        IntentEvent::TakenOut(answer) if intent.state == IntentState::Compensating => {
            taken_out(&mut next, &answer, now)
        }
        // What is claimed only was never sent, and is let go without an agenda.
        IntentEvent::FeatureGone
            if matches!(
                intent.state,
                IntentState::Drafted | IntentState::Sending | IntentState::Unknown | IntentState::Compensating
            ) =>
        {
            enter(&mut next, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        IntentEvent::FeatureGone if intent.state.is_final() && intent.open.look_at.is_some() => by_hand(&mut next),
        IntentEvent::Superseded(rule) if intent.state == IntentState::Confirmed && intent.open.count > 0 => {
            look_later(&mut next, rule, now)
        }
        IntentEvent::SeenAfterwards { struck_out_there, rule }
            if intent.kind == IntentKind::Book && intent.open.look_at.is_none() =>
        {
            seen_afterwards(&mut next, struck_out_there, rule, now)
        }
        IntentEvent::Remains { finding, asked_at, wanted, rule }
            if intent.state.is_final() && intent.open.look_at.is_some() =>
        {
            let seen_before = is_second_sight(&next, asked_at, rule);
            remains(&mut next, finding, (wanted, seen_before), rule, now)
        }
        // It was never sent, and the agenda tells where its appointment stands.
        IntentEvent::Restored(_) if intent.only_keeps_free() && !intent.state.is_final() => {
            refuse(&mut next, "abandoned", vec![])
        }
        // What is being taken out is not wanted, whatever was found.
        IntentEvent::Restored(finding) if !intent.state.is_final() && intent.state != IntentState::Compensating => {
            restored(&mut next, finding)
        }
        IntentEvent::TakenOver(held) if intent.state == IntentState::Drafted => {
            next.appointment = Some(*held);
            enter(&mut next, IntentState::Confirmed, vec![])
        }
        _ => vec![],
    };
    let effects = if next.open.called_off { not_wanted(&mut next, effects) } else { effects };
    if next != *intent {
        next.updated_at = now;
    }
    Ok((next, effects))
}

fn answered(intent: &mut Intent, sent: u32, answer: Answer) -> Vec<IntentEffect> {
    if !matches!(intent.state, IntentState::Sending | IntentState::Unknown | IntentState::Refused) {
        return vec![];
    }
    let latest = sent == intent.sends;
    let first = intent.sends <= 1;
    let told = intent.open.waits || intent.state == IntentState::Unknown || !first;
    let own = is_own_follow_up(intent);
    if answer != Answer::Unknown {
        close_send(intent);
    }
    let open = intent.open.count > 0;
    match (intent.state, answer) {
        (IntentState::Sending | IntentState::Unknown, Answer::Done(held)) => confirm(intent, *held),
        // An answer to an earlier send says nothing of the later one.
        (IntentState::Sending | IntentState::Unknown, _) if !latest => vec![],
        // Nobody stands by to try again: the old time of a move must not stay.
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) if own => {
            intent.refusal = Some(code);
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
        // The earlier send may still arrive, so that the claim stays until it was seen absent.
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) if open => look_afresh(intent, Some(code)),
        (IntentState::Sending | IntentState::Unknown, Answer::Refused(code)) => {
            refuse(intent, &code, if told { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        // The first send did nothing; a later one leaves the earlier open.
        (IntentState::Sending | IntentState::Unknown, Answer::Unreachable(code)) if first && !own => {
            refuse(intent, &code, if told { vec![IntentEffect::RefusedLate] } else { vec![] })
        }
        (IntentState::Sending, Answer::Unreachable(_) | Answer::Unknown) => {
            enter(intent, IntentState::Unknown, vec![IntentEffect::Watch])
        }
        (IntentState::Refused, Answer::Done(held)) => done_after_refusal(intent, *held),
        _ => vec![],
    }
}

/// What was said cannot be relied on: the agenda itself is asked, after a write
/// that had begun may have arrived.
fn answered_late(intent: &mut Intent, sent: u32, answer: Answer, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    let latest = sent == intent.sends;
    let under_way = matches!(intent.state, IntentState::Sending | IntentState::Unknown);
    // What was done is looked for, and counts once it is found.
    if under_way && !matches!(answer, Answer::Unknown | Answer::Done(_)) {
        close_send(intent);
    }
    believe_no_absence_yet(intent, rule, now);
    match intent.state {
        // Whoever has the turn now sent again, and hears the answer.
        IntentState::Sending if !latest => vec![],
        IntentState::Sending | IntentState::Unknown => {
            let refusal = match answer {
                Answer::Refused(code) if latest => Some(code),
                Answer::Unreachable(code) if latest && intent.sends <= 1 => Some(code),
                _ => intent.open.refusal.take(),
            };
            // An own follow-up is never given up: it is sent again.
            let refusal = refusal.filter(|_| !is_own_follow_up(intent));
            look_afresh(intent, refusal)
        }
        IntentState::Refused => match answer {
            Answer::Done(held) => done_after_refusal(intent, *held),
            _ => look_later(intent, rule, now),
        },
        IntentState::Confirmed | IntentState::Compensated => look_later(intent, rule, now),
        // A person looks already, or it is taken out already.
        IntentState::NeedsHuman | IntentState::Compensating => vec![],
        IntentState::Drafted | IntentState::Claimed | IntentState::Held => vec![],
    }
}

fn looked_up(
    intent: &mut Intent,
    finding: Finding,
    seen_before: bool,
    rule: ResendRule,
    now: Instant,
) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    match finding {
        Finding::Present(held) => {
            close_send(intent);
            return confirm(intent, *held);
        }
        // The agenda had refused because of the others, and an earlier send arrived beside them.
        Finding::Beside(held) if intent.open.refusal.is_some() && intent.kind == IntentKind::Book => {
            close_send(intent);
            intent.refusal = intent.open.refusal.take();
            intent.appointment = Some(*held);
            intent.lookups = 0;
            return enter(intent, IntentState::Compensating, vec![IntentEffect::Watch, IntentEffect::RefusedLate]);
        }
        // The practitioner's word counts: a look follows it, and the patient is told of that time.
        Finding::Elsewhere { to, arrived } => {
            if arrived {
                close_send(intent);
            }
            let code = intent.open.refusal.take().unwrap_or_else(|| "stale".to_owned());
            let mut effects = refuse(intent, &code, vec![IntentEffect::LookAgain(to)]);
            if intent.open.count > 0 {
                effects.extend(look_later(intent, rule, now));
            }
            return effects;
        }
        Finding::Ambiguous | Finding::Beside(_) => {
            return enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]);
        }
        Finding::Gone(held) if seen_before => return confirm(intent, *held),
        Finding::Absent if seen_before => return absent(intent, rule, now),
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

/// Nothing of it is in the agenda, seen twice.
fn absent(intent: &mut Intent, rule: ResendRule, now: Instant) -> Vec<IntentEffect> {
    if let Some(code) = intent.open.refusal.take() {
        let mut effects = refuse(intent, &code, vec![IntentEffect::RefusedLate]);
        if intent.open.count > 0 {
            effects.extend(look_later(intent, rule, now));
        }
        return effects;
    }
    if rule.may_resend && intent.sends < MAX_SENDS {
        return send(intent, now);
    }
    enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
}

fn taken_out(intent: &mut Intent, answer: &Answer, now: Instant) -> Vec<IntentEffect> {
    intent.lookups = intent.lookups.saturating_add(1);
    match (answer, pause_s(intent.lookups)) {
        (Answer::Done(_), _) => {
            let watch = after_it_was_taken_out(intent, now);
            enter(intent, IntentState::Compensated, watch)
        }
        (Answer::Unreachable(_) | Answer::Unknown, Some(_)) => vec![IntentEffect::Watch],
        _ => enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman]),
    }
}

#[cfg(test)]
mod tests;
