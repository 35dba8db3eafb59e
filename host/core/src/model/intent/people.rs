//! What people bring into the life of an intent: who calls it off, who looks where no machine
//! can tell, who restores a backup.

use greffon_words::refusals;

use super::event::{BY_HAND, CALLED_OFF, IntentEffect, ResendRule, Verdict};
use super::remains::look_for_what_arrives;
use super::steps::{confirm, enter, look_later, refuse};
use super::{Finding, Intent, IntentKind, IntentState, OpenSends};
use crate::model::refusal::Refusal;
use crate::time::Instant;

/// The code of what a person says was not done.
const NOT_DONE: &str = "not-done";

/// What was never sent is let go; what may be in the agenda is looked for.
pub(super) fn call_off(intent: &mut Intent) -> Result<Vec<IntentEffect>, Refusal> {
    match intent.state {
        IntentState::Drafted | IntentState::Claimed | IntentState::Held => Ok(refuse(intent, CALLED_OFF, vec![])),
        IntentState::Sending | IntentState::Unknown => {
            intent.open.called_off = true;
            intent.open.refusal = Some(CALLED_OFF.to_owned());
            Ok(vec![])
        }
        IntentState::Refused | IntentState::Compensating | IntentState::Compensated => Ok(vec![]),
        IntentState::Confirmed | IntentState::NeedsHuman => {
            Err(Refusal::not_allowed("already-booked", refusals::already_booked()))
        }
    }
}

/// Nobody is told of what was called off, and it is taken out as soon as it is seen.
pub(super) fn not_wanted(intent: &mut Intent, mut effects: Vec<IntentEffect>) -> Vec<IntentEffect> {
    effects.retain(|effect| *effect != IntentEffect::RefusedLate);
    if let Some(settle) = effects.iter_mut().find(|effect| **effect == IntentEffect::Settle) {
        *settle = IntentEffect::Watch;
        intent.refusal = Some(CALLED_OFF.to_owned());
        intent.lookups = 0;
        intent.absent_since = None;
        intent.state = IntentState::Compensating;
    }
    effects
}

/// Brings an intent to the end that a person saw. Whether somebody had called it off before does
/// not count any more: the person knew.
pub(super) fn by_verdict(intent: &mut Intent, verdict: Verdict, now: Instant) -> Vec<IntentEffect> {
    let remains = intent.open.count > 0;
    intent.open.refusal = None;
    intent.open.called_off = false;
    intent.open.look_at = None;
    intent.lookups = 0;
    intent.absent_since = None;
    match verdict {
        Verdict::Done(held) => confirm(intent, *held),
        Verdict::TakeOut(held) if intent.kind == IntentKind::Book => {
            intent.appointment = Some(*held);
            intent.refusal = Some(CALLED_OFF.to_owned());
            enter(intent, IntentState::Compensating, vec![IntentEffect::Watch])
        }
        Verdict::ByHand => refuse(intent, BY_HAND, vec![]),
        Verdict::TakeOut(_) | Verdict::NotDone => {
            let mut effects = refuse(intent, NOT_DONE, vec![]);
            if remains {
                effects.extend(look_for_what_arrives(intent, now));
            }
            effects
        }
    }
}

/// Whether a person has settled it in the agenda in another way: what is there is theirs.
pub(super) fn is_settled_by_hand(intent: &Intent) -> bool {
    intent.state == IntentState::Refused && intent.refusal.as_deref() == Some(BY_HAND)
}

/// An entry of an intent that is over stands in the agenda, and no appointment is known by it. It
/// is looked for and taken out, unless somebody struck it out there before: then they have put it
/// back, and a person says whether it stands.
pub(super) fn seen_afterwards(
    intent: &mut Intent,
    struck_out_there: bool,
    rule: ResendRule,
    now: Instant,
) -> Vec<IntentEffect> {
    match intent.state {
        // Also when a late send was taken out since, or a person said that it was not done: the hand
        // came after that. A time that was let go is not claimed again.
        IntentState::Confirmed | IntentState::Refused | IntentState::Compensated if struck_out_there => {
            if !intent.state.is_live() {
                intent.claims.clear();
            }
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskWhetherBack])
        }
        IntentState::Confirmed | IntentState::Refused | IntentState::Compensated => look_later(intent, rule, now),
        _ => vec![],
    }
}

/// What an agenda holds of an intent that was under way in a restored backup.
pub(super) fn restored(intent: &mut Intent, finding: Finding) -> Vec<IntentEffect> {
    intent.open = OpenSends::default();
    match finding {
        Finding::Present(held) | Finding::Gone(held) => {
            confirm(intent, *held);
            vec![IntentEffect::SettleUntold]
        }
        Finding::Absent | Finding::Beside(_) | Finding::Elsewhere { .. } | Finding::Ambiguous | Finding::Unreadable => {
            enter(intent, IntentState::NeedsHuman, vec![IntentEffect::AskHuman])
        }
    }
}
